"""Sign-in as staff meet it: the forms of the sign-in package in our words, and the second factor kept safe."""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from typing import Any

from allauth.account import forms as account_forms
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_removed
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn import forms as webauthn_forms
from cryptography.fernet import Fernet
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.contacts import accounts_contact
from madoguchi.kernel.keys import key_read
from madoguchi.ui.forms import HouseFormMixin

WRONG_PASSWORD = _("職員番号かパスワードが違います。大文字と小文字、全角と半角を確かめてください。")
WRONG_PASSKEY = _("このパスキーでは確かめられませんでした。もう一度試すか、ほかの方法を使ってください。")
WRONG_CODE = _("確認コードが違います。アプリに出ている新しい6桁の数字を入力してください。")


def lock_minutes() -> int:
    """How long the sign-in stays locked after too many failures, at most."""
    rate = str(settings.ACCOUNT_RATE_LIMITS["login_failed"]).split(",")[0]
    seconds = rate.split("/")[1].removesuffix("s")
    return max(1, int(seconds) // 60)


def locked_words() -> str:
    """Say that the sign-in is locked, for how long, and who helps."""
    return ngettext(
        "続けて間違えたため、安全のためサインインを止めています。%(minutes)d分待ってから、もう一度お試しください。"
        "パスワードを忘れたときや急ぐときは、%(contact)sに連絡してください。",
        "続けて間違えたため、安全のためサインインを止めています。%(minutes)d分待ってから、もう一度お試しください。"
        "パスワードを忘れたときや急ぐときは、%(contact)sに連絡してください。",
        lock_minutes(),
    ) % {"minutes": lock_minutes(), "contact": accounts_contact()}


def refusal_in_our_words(refused: ValidationError) -> ValidationError:
    """Give the refusal of the sign-in package in the house's words."""
    words: dict[str, Any] = {
        "too_many_login_attempts": locked_words,
        "rate_limited": locked_words,
        "username_password_mismatch": lambda: WRONG_PASSWORD,
        "incorrect_password": lambda: _("パスワードが違います。"),
        "enter_current_password": lambda: _("いまのパスワードが違います。"),
        "incorrect_code": lambda: WRONG_CODE,
    }
    code = getattr(refused, "code", None) or ""
    return ValidationError(words[code](), code=code) if code in words else refused


class SignInForm(HouseFormMixin, account_forms.LoginForm):  # type: ignore[misc]
    """Staff number and password."""

    marks_hidden = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("職員番号")
        self.fields["password"].label = _("パスワード")
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        # Letters that a Japanese input method would turn into full-width ones.
        self.fields["login"].widget.attrs.update(autocapitalize="none", spellcheck="false")
        _required_words(self)

    def clean_login(self) -> str:
        """Read a staff number that was typed in full-width characters."""
        return width_fold(super().clean_login())

    def clean(self) -> Any:
        """Check the password; the lock says how long it lasts."""
        try:
            return super().clean()
        except ValidationError as refused:
            raise refusal_in_our_words(refused) from refused


class PasswordAgainForm(HouseFormMixin, account_forms.ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before something delicate."""

    marks_hidden = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("パスワード")
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.pop("placeholder", None)
        _required_words(self)

    def clean_password(self) -> Any:
        """Check it."""
        try:
            return super().clean_password()
        except ValidationError as refused:
            raise refusal_in_our_words(refused) from refused


class PasswordForm(HouseFormMixin, account_forms.ChangePasswordForm):  # type: ignore[misc]
    """The old password once, the new one twice."""

    marks_hidden = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "oldpassword": _("いまのパスワード"),
            "password1": _("新しいパスワード"),
            "password2": _("新しいパスワード（もう一度）"),
        }
        for name, label in labels.items():
            self.fields[name].label = label
            self.fields[name].help_text = ""
            self.fields[name].widget.attrs.pop("placeholder", None)
        self.fields["password1"].help_text = _(
            "12文字以上。職員番号に似たもの、よく使われるものは使えません。"
            "関係のない言葉を三つ四つつなげると、覚えやすく破られにくくなります。"
        )
        _required_words(self)

    def clean_oldpassword(self) -> Any:
        """Check the old one."""
        try:
            return super().clean_oldpassword()
        except ValidationError as refused:
            raise refusal_in_our_words(refused) from refused

    def clean(self) -> Any:
        """Compare the two."""
        cleaned = super().clean()
        if "password2" in self.errors and cleaned.get("password1"):
            self.errors["password2"] = self.error_class([_("二つの新しいパスワードが違います。")])
        return cleaned


class _CodeForm(HouseFormMixin):
    marks_hidden = True
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = _("確認コード")
        field.widget.attrs.pop("placeholder", None)
        field.widget.attrs.update(inputmode="numeric", autocomplete="one-time-code", size="12")
        _required_words(self)

    def clean_code(self) -> Any:
        """Check the code, typed in whatever width."""
        self.cleaned_data["code"] = width_fold(self.cleaned_data["code"])
        try:
            return super().clean_code()  # type: ignore[misc]
        except ValidationError as refused:
            raise refusal_in_our_words(refused) from refused


class CodeForm(_CodeForm, mfa_forms.AuthenticateForm):  # type: ignore[misc]
    """The code of the app, or a recovery code, at sign-in."""


class CodeAgainForm(_CodeForm, mfa_forms.ReauthenticateForm):  # type: ignore[misc]
    """The code once more, before something delicate."""


class ActivateForm(_CodeForm, totp_forms.ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new app."""


class _PasskeyForm(HouseFormMixin):
    marks_hidden = True

    def clean_credential(self) -> Any:
        """Judge what the device answered."""
        try:
            return super().clean_credential()  # type: ignore[misc]
        except ValidationError as refused:
            raise ValidationError(WRONG_PASSKEY, code="incorrect_code") from refused


class PasskeyForm(_PasskeyForm, webauthn_forms.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey as the second factor, at sign-in."""


class PasskeyAgainForm(_PasskeyForm, webauthn_forms.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """The passkey once more, before something delicate."""


class _PasskeyNameForm(HouseFormMixin):
    marks_hidden = True
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("名前")
        self.fields["name"].help_text = _("どの機器か分かる名前。例：自席のノートパソコン")
        self.fields["name"].widget.attrs.update(maxlength="60")
        _required_words(self)


class AddPasskeyForm(_PasskeyNameForm, webauthn_forms.AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey, with the name by which its owner knows it."""

    def clean(self) -> Any:
        """Judge what the device answered."""
        try:
            return super().clean()
        except ValidationError as refused:
            raise ValidationError(WRONG_PASSKEY, code="incorrect_code") from refused


class EditPasskeyForm(_PasskeyNameForm, webauthn_forms.EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a passkey."""


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of the second factor lie in the database encrypted, with a key that lies outside it."""

    def generate_authenticator_name(self, user: Any, type: str) -> str:  # noqa: A002 - the package's name for it
        """Name a passkey whose owner did not."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("パスキー %(number)d") % {"number": count + 1}

    def encrypt(self, text: str) -> str:
        """Encrypt a secret."""
        return _cipher().encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """Read a secret."""
        return _cipher().decrypt(encrypted_text.encode("ascii")).decode()


def _cipher() -> Fernet:
    secret = key_read(settings.DATA_DIR, "second_factor")
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(secret.encode("ascii")).digest()))


@receiver(authenticator_removed, dispatch_uid="office.second_factor_removed")
def second_factor_removed(request: HttpRequest, authenticator: Authenticator, **_kwargs: Any) -> None:
    """
    Mark the session in which the last second factor was removed to be ended, where the city asks for one.

    So nobody goes on working without one: the next sign-in asks for a new one at once.
    """
    factors = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    is_factor = authenticator.type in factors
    if settings.SECOND_FACTOR_REQUIRED and is_factor and not is_mfa_enabled(request.user, list(factors)):
        request.session_must_end = True  # type: ignore[attr-defined]


def width_fold(text: str) -> str:
    """Turn full-width letters and digits into plain ones, without blanks around."""
    return unicodedata.normalize("NFKC", text).strip()


def _required_words(form: Any) -> None:
    """Put the field's name into the message, after the label became ours."""
    for field in form.fields.values():
        field.error_messages["required"] = _("「%(label)s」を入力してください。") % {"label": field.label}
