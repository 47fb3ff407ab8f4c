"""The way in with the number from the counter: number and passphrase; the first time the start code."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from madoguchi.blocks.people.actions import (
    MeansEnded,
    counter_passphrase_choose,
    resident_sign_in_fail,
)
from madoguchi.blocks.people.actions.counter import CounterSecret, passphrase_hash
from madoguchi.blocks.people.citizen.forms_sign_in import CounterForm, PassphraseForm
from madoguchi.blocks.people.citizen.signing import house, next_asked, refused, signed_in
from madoguchi.blocks.people.identity.attempts import (
    LASTS,
    attempt_begin,
    attempt_found,
    attempt_use,
    browser_of,
    browser_set,
    client_of,
    tries_count,
    tries_forget,
    tries_left,
)
from madoguchi.blocks.people.identity.digests import digest_of
from madoguchi.blocks.people.identity.residents import IDLE_SHARED
from madoguchi.blocks.people.models import Means
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now

KIND = Means.Kind.COUNTER
WRONG, LOCKED = 5, timedelta(minutes=15)
PER_CLIENT = 100
"""Tries from one client in the same time, at whichever numbers."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest) -> HttpResponse:
    """Ask for number and passphrase."""
    form = CounterForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            if response := _tried(request, form):
                return response
        except Refused as no:
            return refused(request, no.message)
    context = {"form": form, "next": next_asked(request)}
    return render(request, "people/me/counter.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def passphrase(request: HttpRequest) -> HttpResponse:
    """Let somebody who has just typed the start code choose a passphrase, and then in."""
    moment, browser = now(), browser_of(request)
    attempt = attempt_found(kind=KIND, browser=browser, now=moment)
    if attempt is None:
        return refused(request)
    form = PassphraseForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return render(
            request, "people/me/passphrase.html", {"form": form}, status=422 if form.errors else 200
        )
    state, hashed = attempt.state, passphrase_hash(form.cleaned_data["passphrase"])
    if not attempt_use(attempt_id=attempt.pk, browser=browser, now=moment):
        return refused(request)
    means = Means.objects.get(pk=state["means"])
    try:
        if digest_of(means.secret) != state["known"]:
            raise MeansEnded
        counter_passphrase_choose(
            actor=house(moment), means_id=means.pk, known=means.secret, hashed=hashed, now=moment
        )
        return signed_in(request, means=means, next_address=attempt.next, shared=state["shared"], now=moment)
    except Refused as no:
        return refused(request, no.message)


def _tried(request: HttpRequest, form: CounterForm) -> HttpResponse | None:
    """Try what was typed; None, with an error in the form, when it opens nothing."""
    moment, number = now(), form.cleaned_data["number"]
    if not _may_try(number, client_of(request), moment):
        form.add_error(None, _locked_words())
        return None
    live = Means.objects.filter(kind=KIND, subject=number, ended_at=None, account__closed_at=None)
    means = live.select_related("account").first()
    typed = form.cleaned_data["passphrase"]
    if means is None:
        # As long as for a number that there is: how long it takes must not tell them apart.
        make_password(typed)
    elif (secret := CounterSecret.of(means)).opens(typed, now=moment):
        tries_forget(name=_name(number))
        return _opened(request, form, means, secret)
    resident_sign_in_fail(actor=house(moment), kind=KIND, means=means, now=moment)
    left = tries_left(name=_name(number), limit=WRONG, now=moment)
    form.add_error(None, _wrong_words(left) if left else _locked_words())
    return None


def _opened(request: HttpRequest, form: CounterForm, means: Means, secret: CounterSecret) -> HttpResponse:
    moment, shared = now(), form.cleaned_data["shared"]
    if not secret.is_start:
        return signed_in(
            request,
            means=means,
            next_address=next_asked(request),
            shared=shared,
            known=means.secret,
            now=moment,
        )
    state = {"means": means.pk, "known": digest_of(means.secret), "shared": shared}
    # Where people take turns, the next one must not find the page on which the passphrase is chosen.
    lasts = IDLE_SHARED if shared else LASTS
    begun = attempt_begin(kind=KIND, state=state, next_address=next_asked(request), lasts=lasts, now=moment)
    response = redirect("me:counter_passphrase")
    browser_set(response, begun, shared=shared)
    return response


def _may_try(number: str, client: str, moment: datetime) -> bool:
    """Count the try before it is judged, at the number and from the client."""
    name = f"counter from {client}"
    return tries_count(name=name, kind=KIND, limit=PER_CLIENT, lasts=LOCKED, now=moment) and tries_count(
        name=_name(number), kind=KIND, limit=WRONG, lasts=LOCKED, now=moment
    )


def _name(number: str) -> str:
    return f"counter {number}"


def _wrong_words(left: int) -> str:
    return ngettext(
        "番号か合言葉が違います。大文字と小文字、ひらがなとカタカナを確かめてください。あと%(left)d回です。",
        "番号か合言葉が違います。大文字と小文字、ひらがなとカタカナを確かめてください。あと%(left)d回です。",
        left,
    ) % {"left": left}


def _locked_words() -> str:
    minutes = int(LOCKED.total_seconds()) // 60
    return gettext(
        "続けて間違えたため、安全のため止めています。%(minutes)d分待ってから、もう一度お試しください。"
        "合言葉を忘れたときは、本人確認書類を持って市の窓口へお越しください。"
    ) % {"minutes": minutes}
