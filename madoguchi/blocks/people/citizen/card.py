"""The way in by card: to the provider and back, and what the provider tells us by itself."""

from __future__ import annotations

import logging
from dataclasses import asdict

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from madoguchi.blocks.people.actions import AttemptOver, Settled, card_settle, provider_sign_out
from madoguchi.blocks.people.citizen.forms_sign_in import CardForm
from madoguchi.blocks.people.citizen.signing import house, next_asked, refused, signed_in
from madoguchi.blocks.people.identity import card as way_in
from madoguchi.blocks.people.identity.attempts import (
    attempt_begin,
    attempt_found,
    attempt_use,
    browser_forget,
    browser_of,
    browser_set,
)
from madoguchi.blocks.people.identity.oidc import (
    Begun,
    SignInFailed,
    Verified,
    jwks_public,
    keys_read,
    logout_token_verify,
)
from madoguchi.blocks.people.identity.residents import resident_of
from madoguchi.blocks.people.models import Means, ResidentAccount, SignInAttempt
from madoguchi.blocks.people.pages import whose_free
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now
from madoguchi.kernel.keys import KeyRefused

log = logging.getLogger(__name__)
KIND = Means.Kind.CARD


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def card(request: HttpRequest) -> HttpResponse:
    """Say what will happen; a POST begins it."""
    form = CardForm(request.POST if request.method == "POST" else None)
    if way_in.card_way() is None:
        raise Http404
    if request.method == "POST" and form.is_valid():
        return card_begun(request, shared=form.cleaned_data["shared"])
    return render(request, "people/me/card.html", {"form": form, "next": next_asked(request)})


def card_begun(
    request: HttpRequest, *, shared: bool = False, account: ResidentAccount | None = None
) -> HttpResponse:
    """
    Begin at the provider, and lead there by a page of our own.

    A redirect would not do: the policy of our pages lets their forms go to this house alone, and a browser applies
    it to where a form's answer leads.
    """
    way = way_in.card_way()
    if way is None:
        raise Http404
    moment = now()
    try:
        begun = way_in.card_begin(way=way, request=request, language=get_language() or "ja", now=moment)
    except (SignInFailed, KeyRefused) as failed:
        return _failed(request, failed)
    kept = attempt_begin(
        kind=KIND, state={"begun": begun.to_json(), "shared": shared}, next_address=next_asked(request),
        account=account, key=begun.state, now=moment,
    )  # fmt: skip
    response = render(request, "people/me/leaving.html", {"url": begun.url})
    browser_set(response, kept)
    return response


@never_cache
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """Take the browser back from the provider, once."""
    way, moment, browser = way_in.card_way(), now(), browser_of(request)
    attempt = attempt_found(kind=KIND, browser=browser, now=moment)
    if way is None or attempt is None:
        return refused(request)
    state = attempt.state
    # Before anything is asked of the provider: a second call with the same address finds nothing.
    if not attempt_use(attempt_id=attempt.pk, browser=browser, now=moment):
        return refused(request)
    try:
        begun = Begun.from_json(state["begun"])
        verified = way_in.card_finish(way=way, request=request, begun=begun, now=moment)
        return _settled(request, attempt, verified, shared=state["shared"])
    except (SignInFailed, KeyRefused) as failed:
        return _failed(request, failed)
    except Refused as no:
        return refused(request, no.message)


@require_safe
def unsure(request: HttpRequest) -> HttpResponse:
    """Say that the card was in order, that nobody could be told by it, and what to do."""
    if resident_of(request) is None:
        return redirect("me:sign_in")
    return render(request, "people/me/unsure.html")


@csrf_exempt
@whose_free
@require_POST
@never_cache
def back_channel(request: HttpRequest) -> HttpResponse:
    """Hear from the provider that somebody has signed out there (Back-Channel Logout 1.0, 2.5 to 2.8)."""
    way = way_in.card_way()
    if way is None:
        raise Http404
    try:
        notice = logout_token_verify(
            str(request.POST.get("logout_token", "")),
            provider=way.provider(request),
            memory=way_in.MEMORY,
            now=now(),
        )
    except (SignInFailed, KeyRefused) as failed:
        log.warning("back-channel logout refused: %s", failed)
        return JsonResponse({"error": "invalid_request"}, status=400)
    moment = now()
    provider_sign_out(
        actor=house(moment), issuer=notice.issuer, subject=notice.subject, provider_session=notice.session,
        now=moment,
    )  # fmt: skip
    return HttpResponse()


@require_safe
@cache_control(max_age=3600)
def keys(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Publish our public keys, for the provider."""
    if way_in.card_way() is None:
        raise Http404
    return JsonResponse(jwks_public(keys_read(way_in.keys_folder())))


def _settled(
    request: HttpRequest, attempt: SignInAttempt, verified: Verified, *, shared: bool
) -> HttpResponse:
    moment = now()
    asked = attempt.account
    if asked is not None:
        resident = resident_of(request)
        if resident is None or resident.account.pk != asked.pk:
            raise AttemptOver
    settled: Settled = card_settle(
        actor=house(moment), issuer=verified.issuer, subject=verified.subject,
        items=way_in.items_of(verified.claims), account_key=asked.key if asked else "", now=moment,
    )  # fmt: skip
    if asked is not None:
        messages.success(request, gettext("カードを加えました。次からは、カードでもサインインできます。"))
    response = signed_in(
        request, means=settled.means, next_address=attempt.next, shared=shared,
        provider_session=verified.session, claims=_said(verified), now=moment,
    )  # fmt: skip
    if settled.uncertain:
        response["Location"] = redirect("me:unsure")["Location"]
    return response


def _said(verified: Verified) -> dict[str, str]:
    return {name: text for name, text in asdict(verified.claims).items() if text}


def _failed(request: HttpRequest, failed: SignInFailed | KeyRefused) -> HttpResponse:
    """Tell the citizen what to do, and the log what it was."""
    log.warning("sign-in by card: %s: %s", getattr(failed, "code", "key_refused"), failed)
    message = getattr(failed, "message", None) or gettext(
        "市の設定に不備があり、この方法ではサインインできません。ほかの方法をお使いください。"
    )
    response = refused(request, message)
    browser_forget(response)
    return response
