"""The way in by passkey, and making one. The only pages of signing in that need a script."""

from __future__ import annotations

import logging

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from madoguchi.blocks.people.actions import means_add, resident_sign_in_fail
from madoguchi.blocks.people.citizen.forms_sign_in import NewPasskeyForm, PasskeyForm
from madoguchi.blocks.people.citizen.signing import house, next_asked, refused, signed_in
from madoguchi.blocks.people.identity.attempts import (
    Begun,
    attempt_begin,
    attempt_found,
    attempt_use,
    browser_forget,
    browser_of,
    browser_set,
)
from madoguchi.blocks.people.identity.devices import device_of
from madoguchi.blocks.people.identity.passkeys import (
    PasskeyRefused,
    assertion_begin,
    assertion_finish,
    assertion_means,
    passkeys_offered,
    registration_begin,
    registration_finish,
)
from madoguchi.blocks.people.identity.residents import resident_of
from madoguchi.blocks.people.models import Means
from madoguchi.blocks.people.pages import resident_page
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now

log = logging.getLogger(__name__)
KIND = Means.Kind.PASSKEY
FRESH = 15
UNKNOWN = _(
    "このパスキーは、ここでは使えません。ほかの方法でサインインして、マイページでパスキーを作り直してください。"
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def passkey(request: HttpRequest) -> HttpResponse:
    """Offer the button; take what the device has answered."""
    _offered_or_404(request)
    form = PasskeyForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid() or not form.cleaned_data["answer"]:
        return render(request, "people/me/passkey.html", {"form": form, "next": next_asked(request)})
    moment, browser, answer = now(), browser_of(request), form.cleaned_data["answer"]
    attempt = attempt_found(kind=KIND, browser=browser, now=moment)
    if (
        attempt is None
        or attempt.account_id
        or not attempt_use(attempt_id=attempt.pk, browser=browser, now=moment)
    ):
        return refused(request)
    means = assertion_means(answer)
    if means is None:
        return refused(request, UNKNOWN)
    try:
        uses = assertion_finish(request, attempt.state["question"], means, answer)
        return signed_in(
            request, means=means, next_address=next_asked(request), shared=form.cleaned_data["shared"],
            uses=uses, now=moment,
        )  # fmt: skip
    except PasskeyRefused as no:
        log.warning("passkey refused: %s", no)
        resident_sign_in_fail(actor=house(moment), kind=KIND, means=means, now=moment)
        return refused(request, UNKNOWN)
    except Refused as no:
        return refused(request, no.message)


@never_cache
@require_POST
def passkey_question(request: HttpRequest) -> HttpResponse:
    """Give the script what to ask the device, for a sign-in."""
    _offered_or_404(request)
    options, question = assertion_begin(request)
    return _asking(options, attempt_begin(kind=KIND, state={"question": question}, now=now()))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@resident_page(own_only=True, fresh_minutes=FRESH)
def passkey_new(request: HttpRequest) -> HttpResponse:
    """Offer to make a passkey; take what the device has answered."""
    _offered_or_404(request)
    resident = resident_of(request)
    assert resident is not None
    form = NewPasskeyForm(
        request.POST if request.method == "POST" else None, initial={"label": device_of(request)}
    )
    if request.method != "POST" or not form.is_valid() or not form.cleaned_data["answer"]:
        return render(request, "people/me/passkey_new.html", {"form": form})
    moment, browser = now(), browser_of(request)
    attempt = attempt_found(kind=KIND, browser=browser, now=moment)
    usable = attempt is not None and attempt.account_id == resident.account.pk
    if not usable or attempt is None or not attempt_use(attempt_id=attempt.pk, browser=browser, now=moment):
        return refused(request)
    try:
        subject, secret, uses = registration_finish(
            request, attempt.state["question"], form.cleaned_data["answer"]
        )
        # A passkey proves that the same person is back: never more than was proved when it was made.
        means_add(
            actor=resident.viewer, account_key=resident.account.key, kind=KIND, subject=subject, secret=secret,
            uses=uses, assurance=resident.session.assurance, label=form.cleaned_data["label"], now=moment,
        )  # fmt: skip
    except PasskeyRefused as no:
        log.warning("passkey refused: %s", no)
        return refused(request, gettext("パスキーを作れませんでした。もう一度お試しください。"))
    except Refused as no:
        return refused(request, no.message)
    messages.success(request, gettext("パスキーを作りました。次からは、この機器だけでサインインできます。"))
    response = redirect("me:means")
    browser_forget(response)
    return response


@never_cache
@require_POST
@resident_page(own_only=True, fresh_minutes=FRESH)
def passkey_new_question(request: HttpRequest) -> HttpResponse:
    """Give the script what to ask the device, for a new passkey."""
    _offered_or_404(request)
    resident = resident_of(request)
    assert resident is not None
    options, question = registration_begin(request, resident.account)
    begun = attempt_begin(kind=KIND, state={"question": question}, account=resident.account, now=now())
    return _asking(options, begun)


def _asking(options: dict[str, object], begun: Begun) -> HttpResponse:
    response = JsonResponse(options)
    browser_set(response, begun)
    return response


def _offered_or_404(request: HttpRequest) -> None:
    if not passkeys_offered(request):
        raise Http404
