"""What every way of signing in ends with: a new session in this browser, or a page that says what to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from madoguchi.blocks.people.actions import AttemptOver, resident_sign_in
from madoguchi.blocks.people.citizen.sessions import cookie_set
from madoguchi.blocks.people.identity.attempts import browser_forget
from madoguchi.blocks.people.identity.devices import device_of
from madoguchi.blocks.people.identity.residents import COOKIE
from madoguchi.blocks.people.models import Means
from madoguchi.blocks.people.pages import next_safe
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.rights import Viewer, system_viewer


def house(now: datetime) -> Viewer:
    """The house itself, that lets people in."""
    return system_viewer(on=day_of(now), duty="サインイン")


def next_asked(request: HttpRequest) -> str:
    """Give where to go after the sign-in, as the page was asked; judged when it is used."""
    return str(request.POST.get("next") or request.GET.get("next") or "")[:500]


def signed_in(
    request: HttpRequest,
    *,
    means: Means,
    next_address: str,
    shared: bool,
    provider_session: str = "",
    claims: Mapping[str, str] | None = None,
    uses: int | None = None,
    known: str | None = None,
    now: datetime,
) -> HttpResponse:
    """
    Begin the session and go on; whatever session the browser had before has ended.

    :raises MeansEnded, AccountClosed: the means or the account ended while somebody was typing.
    """
    begun = resident_sign_in(
        actor=house(now), means_id=means.pk, device=device_of(request), shared=shared,
        previous=request.COOKIES.get(COOKIE, ""), provider_session=provider_session, claims=claims, uses=uses,
        known=known, now=now,
    )  # fmt: skip
    response = redirect(next_safe(request, next_address))
    cookie_set(response, begun)
    browser_forget(response)
    return response


def refused(request: HttpRequest, message: object = "", *, status: int = 422) -> HttpResponse:
    """Say that nobody was signed in, why, and what to do."""
    context = {"message": message or AttemptOver.message, "next": next_asked(request)}
    return render(request, "people/me/refused.html", context, status=status)
