"""The first page after the sign-in."""

from __future__ import annotations

import logging
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from madoguchi.kernel.clock import TOKYO, now
from madoguchi.kernel.pages import Tile, menu_for, viewer_of, waiting_tiles
from madoguchi.kernel.rights import Viewer

log = logging.getLogger(__name__)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Greet, say what waits, and lead on."""
    viewer = viewer_of(request)
    moment = now()
    links = [item for item in menu_for(viewer=viewer, path=request.path) if item.url != request.path]
    context = {
        "greeting": greeting(viewer=viewer, now=moment),
        "today": moment,
        "tiles": waiting(viewer=viewer, now=moment),
        "links": links,
    }
    return render(request, "office/home.html", context)


def waiting(*, viewer: Viewer, now: datetime) -> list[Tile]:
    """Ask every block what waits; one that fails is left out and logged, the page still opens."""
    tiles: list[Tile] = []
    for name, ask in waiting_tiles.items():
        try:
            tiles += ask(viewer, now)
        except Exception:
            log.exception("waiting tile %s failed", name)
    return tiles


def greeting(*, viewer: Viewer, now: datetime) -> str:
    """Greet by the hour, as one does at the office door."""
    hour = now.astimezone(TOKYO).hour
    if 4 <= hour < 11:
        return _("おはようございます、%(name)sさん") % {"name": viewer.name}
    if hour < 17 and hour >= 11:
        return _("こんにちは、%(name)sさん") % {"name": viewer.name}
    return _("おつかれさまです、%(name)sさん") % {"name": viewer.name}
