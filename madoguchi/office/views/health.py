"""The health of this installation, for the people who look after it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from madoguchi.kernel.clock import now
from madoguchi.kernel.health import HealthLine, health_run, health_state
from madoguchi.kernel.pages import viewer_of

_ORDER = {"bad": 0, "warn": 1, "ok": 2}


@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Show every check: what is wrong first, with what to do."""
    viewer = viewer_of(request)
    viewer.must("kernel.health_view")
    moment = now()
    lines = health_run(now=moment)
    badges = {"ok": (_("良好"), "success"), "warn": (_("注意"), "warning"), "bad": (_("異常"), "error")}
    shown = [(line, *badges[line.state]) for line in sorted(lines, key=lambda line: _ORDER[line.state])]
    return render(
        request,
        "office/health.html",
        {"lines": shown, "state": health_state(lines), "wrong": _wrong(lines), "moment": moment},
    )


def _wrong(lines: list[HealthLine]) -> int:
    return sum(line.state != "ok" for line in lines)
