"""The portal's own pages: the front page, what this is, and what machines ask for."""

from __future__ import annotations

from datetime import UTC, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from madoguchi.kernel.clock import now
from madoguchi.kernel.contacts import contact_bound
from madoguchi.kernel.health import health_run, health_state
from madoguchi.kernel.pages import portal_tiles_listed

# How long a reader of security.txt may rely on it (RFC 9116 asks for less than a year).
SECURITY_VALID = timedelta(days=180)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Say where one is, and what can be done here today."""
    return render(request, "portal/home.html", {"tiles": portal_tiles_listed(), "today": now()})


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Say what this is, what is kept of a visit, how accessible it is, and who answers."""
    contacts = {
        "accessibility_contact": contact_bound("accessibility"),
        "security": contact_bound("security"),
    }
    return render(request, "portal/about.html", contacts)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Tell monitors whether anybody can be served; why not stands on the office's health page only."""
    fit = health_state(health_run(now=now(), essential_only=True)) != "bad"
    return HttpResponse("ok\n" if fit else "unfit\n", status=200 if fit else 503, content_type="text/plain")


@require_safe
@cache_control(max_age=3600)
def robots(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Keep search engines out of the office."""
    text = "User-agent: *\nDisallow: /office/\nDisallow: /account/\nDisallow: /healthz\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(max_age=3600)
def security(request: HttpRequest) -> HttpResponse:
    """Say whom to tell of a weakness (RFC 9116); 404 where the city bound nobody."""
    contact = contact_bound("security")
    if contact is None or not (contact.mail or contact.phone):
        raise Http404
    where = f"mailto:{contact.mail}" if contact.mail else f"tel:{contact.phone.replace(' ', '')}"
    expires = (now() + SECURITY_VALID).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {where}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: ja, en",
        f"Canonical: {request.build_absolute_uri()}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
