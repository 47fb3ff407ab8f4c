"""
Why a sign-in came to nothing: one class for each fact.

``code`` is for the log, ``message`` for the citizen and says what to do. ``str()`` is for the operator. None of
them ever holds a token, a code or anything about a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

AGAIN = _("サインインを終えられませんでした。お手数ですが、もう一度はじめからサインインしてください。")
UNCONFIRMED = _(
    "認証サービスからの返事を確かめられなかったため、安全のためサインインを止めました。"
    "もう一度お試しください。続くときは、市の窓口にお知らせください。"
)
OTHER_WAYS = _(
    "いま、認証サービスにつながりません。しばらくしてからもう一度お試しください。"
    "窓口や、カードを使わない方法は、いつもどおり使えます。"
)
UNFIT = _(
    "市の設定に不備があり、この方法ではサインインできません。市が直すまで、窓口か、カードを使わない方法をお使いください。"
)


class SignInFailed(Exception):
    """A sign-in, or a message about one, was not accepted; nothing has changed."""

    code: ClassVar[str] = "sign_in_failed"
    message: _StrPromise = AGAIN

    def __init__(self, fact: str = "") -> None:
        super().__init__(fact or type(self).code)


# --- the provider ---


class ProviderUnreachable(SignInFailed):
    """The provider did not answer, too slowly, or with a fault of its own."""

    code = "provider_unreachable"
    message = OTHER_WAYS


class ProviderUnfit(SignInFailed):
    """The settings or what the provider publishes do not allow a safe sign-in; the text tells the operator why."""

    code = "provider_unfit"
    message = UNFIT


class AnswerRefused(SignInFailed):
    """The provider's answer is too large, a redirect, or not the JSON it should be."""

    code = "answer_refused"
    message = UNCONFIRMED


class ClientRefused(SignInFailed):
    """The provider does not accept us: our key or our registration is wrong there."""

    code = "client_refused"
    message = UNFIT


# --- the citizen's way back ---


class BegunUnreadable(SignInFailed):
    """What was kept of the first half cannot be read."""

    code = "begun_unreadable"


class ParametersRefused(SignInFailed):
    """The address on the way back lacks a parameter, repeats one, or holds one that cannot be."""

    code = "parameters_refused"


class StateWrong(SignInFailed):
    """The way back does not belong to the sign-in that this browser began (RFC 9700, 4.7)."""

    code = "state_wrong"


class SignInTooSlow(SignInFailed):
    """Too much time passed between the two halves."""

    code = "sign_in_too_slow"
    message = _("時間がたったので、サインインを止めました。もう一度はじめからサインインしてください。")


class IssuerParameterWrong(SignInFailed):
    """Another provider than ours says that it answers (RFC 9207, 2.4)."""

    code = "issuer_parameter_wrong"
    message = UNCONFIRMED


class RefusedAtProvider(SignInFailed):
    """The provider, or the person there, said no; ``error`` is its code (RFC 6749, 4.1.2.1)."""

    code = "refused_at_provider"
    message = _(
        "認証サービスでサインインできませんでした。もう一度お試しください。"
        "カードや暗証番号で困ったときは、市の窓口にお越しください。"
    )

    def __init__(self, error: str) -> None:
        super().__init__(f"the provider answered {error}")
        self.error = error
        if error == "access_denied":
            self.message = _("サインインをやめました。続けるときは、もう一度サインインしてください。")


# --- the tokens ---


class CodeRefused(SignInFailed):
    """The provider does not take the code: used before, too old, or not for this verifier."""

    code = "code_refused"


class TokenAnswerRefused(SignInFailed):
    """The answer of the token endpoint lacks what it must hold."""

    code = "token_answer_refused"
    message = UNCONFIRMED


class TokenUnreadable(SignInFailed):
    """A token is not a signed token of the kind that was asked for."""

    code = "token_unreadable"
    message = UNCONFIRMED


class TokenAlgorithmRefused(SignInFailed):
    """A token is signed in a way that is not allowed here, or not at all."""

    code = "token_algorithm_refused"
    message = UNCONFIRMED


class TokenKeyUnknown(SignInFailed):
    """The provider does not publish the key that a token names."""

    code = "token_key_unknown"
    message = UNCONFIRMED


class TokenSignatureWrong(SignInFailed):
    """A token was not signed with the key that it names."""

    code = "token_signature_wrong"
    message = UNCONFIRMED


class TokenIssuerWrong(SignInFailed):
    """A token comes from another provider."""

    code = "token_issuer_wrong"
    message = UNCONFIRMED


class TokenAudienceWrong(SignInFailed):
    """A token is not meant for us, or not for us alone."""

    code = "token_audience_wrong"
    message = UNCONFIRMED


class TokenExpired(SignInFailed):
    """A token's time is over."""

    code = "token_expired"


class TokenNotYetValid(SignInFailed):
    """A token comes from the future: one of the two clocks is wrong."""

    code = "token_not_yet_valid"
    message = UNCONFIRMED


class NonceWrong(SignInFailed):
    """The token belongs to another sign-in."""

    code = "nonce_wrong"


class TokenHashWrong(SignInFailed):
    """The access token is not the one that the ID token was issued with."""

    code = "token_hash_wrong"
    message = UNCONFIRMED


class AuthenticationTooOld(SignInFailed):
    """The person was asked longer ago than we demanded, or the provider does not say when."""

    code = "authentication_too_old"
    message = _("もう一度、本人の確認が必要です。はじめからサインインしてください。")


class LevelNotReached(SignInFailed):
    """The provider confirmed the person less surely than we demanded."""

    code = "level_not_reached"
    message = _(
        "この手続きに必要な確かさで本人を確認できませんでした。マイナンバーカードでサインインしてください。"
    )


class SubjectWrong(SignInFailed):
    """The particulars are about somebody else than the ID token."""

    code = "subject_wrong"
    message = UNCONFIRMED


class ClaimsRefused(SignInFailed):
    """A statement about the person has a form that it cannot have; its name is told, never its value."""

    code = "claims_refused"
    message = UNCONFIRMED


class LogoutTokenRefused(SignInFailed):
    """A logout token is none (Back-Channel Logout 1.0, 2.6)."""

    code = "logout_token_refused"
    message = UNCONFIRMED
