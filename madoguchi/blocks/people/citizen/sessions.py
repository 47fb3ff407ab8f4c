"""A resident's sessions: the cookie, the list of them, ending one or all, and the end that comes by itself."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from madoguchi.blocks.people.actions import SignedIn, resident_sign_out
from madoguchi.blocks.people.identity import card
from madoguchi.blocks.people.identity.oidc import SignInFailed, logout_url
from madoguchi.blocks.people.identity.residents import (
    COOKIE,
    IDLE,
    IDLE_SHARED,
    Resident,
    resident_of,
    session_stay,
    sessions_open,
)
from madoguchi.blocks.people.models import Means
from madoguchi.blocks.people.pages import resident_page, whose_free
from madoguchi.kernel.clock import now
from madoguchi.kernel.keys import KeyRefused

log = logging.getLogger(__name__)
CLOCK_SLACK = timedelta(seconds=90)
"""The page asks a minute before the end; its clock may run a little ahead of the server's note."""


def cookie_set(response: HttpResponse, signed_in: SignedIn) -> None:
    """Give the browser its session; it forgets it when it is closed."""
    response.set_cookie(
        COOKIE,
        signed_in.token,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def cookie_end(response: HttpResponse) -> None:
    """Take the session from the browser, and what it kept of our pages."""
    response.delete_cookie(COOKIE, samesite="Lax")
    response["Clear-Site-Data"] = '"cache"'


@whose_free
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """
    End this browser's session; whoever came by card is then led to end the provider's as well.

    Whichever record the window shows: leaving is never refused because another one is open by now.
    """
    resident = resident_of(request)
    if resident is not None:
        resident_sign_out(actor=resident.viewer, session_id=resident.session.pk, by="signed_out", now=now())
    return _left(request, resident)


@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    """Say that it is over."""
    return render(request, "people/me/signed_out.html")


@never_cache
@require_safe
@resident_page(own_only=True)
def sessions(request: HttpRequest) -> HttpResponse:
    """List where my account is open."""
    resident = _resident(request)
    context = {"sessions": sessions_open(resident.account, now()), "current": resident.session.pk}
    return render(request, "people/me/sessions.html", context)


@require_POST
@resident_page(own_only=True)
def session_end(request: HttpRequest, session_id: int) -> HttpResponse:
    """End one of my sessions, on another device or here."""
    resident = _resident(request)
    if session_id == resident.session.pk:
        return sign_out(request)
    resident_sign_out(actor=resident.viewer, session_id=session_id, by="other", now=now())
    messages.success(request, gettext("その端末のサインインを終わらせました。"))
    return redirect("me:sessions")


@require_POST
@resident_page(own_only=True)
def sessions_end_all(request: HttpRequest) -> HttpResponse:
    """End every session of my account, everywhere; the provider's too, as far as this browser has one."""
    resident = _resident(request)
    resident_sign_out(actor=resident.viewer, by="everywhere", now=now())
    return _left(request, resident)


@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """Prolong the session: somebody is still there."""
    resident = resident_of(request)
    if resident is None:
        return redirect("me:ended")
    session_stay(resident.session, now())
    if "text/html" in request.headers.get("Accept", ""):
        return redirect("me:home")
    return HttpResponse()


@never_cache
@require_safe
def ended(request: HttpRequest) -> HttpResponse:
    """
    Say that time ran out, and see to it that it did.

    The page's clock leads here, or who answers its question with no. Whoever comes while the session is still young
    is not signed out: another window goes on, or a link on another site was the way.
    """
    moment, resident = now(), resident_of(request)
    if resident is not None:
        # What the session said before this very request.
        if moment - resident.session.seen_at < timedelta(seconds=resident.idle_seconds) - CLOCK_SLACK:
            return redirect("me:home")
        resident_sign_out(actor=resident.viewer, session_id=resident.session.pk, by="idle", now=moment)
        request.resident = None  # type: ignore[attr-defined]
    minutes = {"minutes": int(IDLE.total_seconds()) // 60, "shared": int(IDLE_SHARED.total_seconds()) // 60}
    response = render(request, "people/me/ended.html", minutes)
    cookie_end(response)
    return response


def _left(request: HttpRequest, resident: Resident | None) -> HttpResponse:
    """Answer a browser whose session has just ended, and lead whoever came by card to end the provider's."""
    request.resident = None  # type: ignore[attr-defined]
    url = _provider_logout(request, resident) if resident is not None else ""
    response: HttpResponse = redirect("me:signed_out")
    if url:
        response = render(request, "people/me/leaving.html", {"url": url, "out": True})
    cookie_end(response)
    return response


def _provider_logout(request: HttpRequest, resident: Resident) -> str:
    """Give the address where the provider's own session ends; "" where there is none."""
    way = card.card_way()
    if resident.session.means.kind != Means.Kind.CARD or way is None:
        return ""
    try:
        url = logout_url(
            provider=way.provider(request), memory=card.MEMORY, state="signed-out", now=now(),
            ui_locales="en ja" if get_language() == "en" else "ja",
        )  # fmt: skip
    except (SignInFailed, KeyRefused) as failed:
        # Ours has ended, which is what counts; theirs ends by itself.
        log.warning("logout at the provider: %s", failed)
        return ""
    return url or ""


def _resident(request: HttpRequest) -> Resident:
    resident = resident_of(request)
    assert resident is not None
    return resident
