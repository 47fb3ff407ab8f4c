"""
What apps put on the pages of the two faces, without the faces knowing the apps.

Declared in an app's ``menu.py``, which is read at start-up::

    menu_declare(label=_("庁内のお知らせ"), url_name="messages:list", right="messages.notice_read", order=20)

    @waiting_declare("messages.unread")
    def unread(viewer, now):
        return [Tile(_("未読のお知らせ"), 3, "/office/notices/", unit=_("件"))]

    portal_tile_declare(label=_("DX推進計画"), summary=_("進み具合を見ます。"), url_name="dx_plan:editions")

Labels are lazy interface texts.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language

from madoguchi.kernel.declarations import Published, published_all, text_for
from madoguchi.kernel.rights import Viewer
from madoguchi.kit.registry import Registry

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """
    One entry of the office's menu.

    :param url_name: a route without arguments.
    :param right: who sees it, by one right or by any of several; None means everybody who is signed in.
    :param order: small numbers stand first.
    """

    label: object
    url_name: str
    right: str | tuple[str, ...] | None = None
    order: int = 100

    def seen_by(self, viewer: Viewer) -> bool:
        """
        Say whether the entry stands in a viewer's menu.

        :raises UnknownRight: the entry names a right that no block declares.
        """
        if self.right is None:
            return True
        wanted = (self.right,) if isinstance(self.right, str) else self.right
        return any(viewer.may(right) for right in wanted)


@dataclass(frozen=True, slots=True)
class MenuItem:
    """An entry as one viewer sees it on one page."""

    label: object
    url: str
    current: bool = False
    count: int = 0


@dataclass(frozen=True, slots=True)
class Tile:
    """
    Something that waits for the viewer, in one number.

    :param tone: neutral, success, warning, error; ``note`` says the same in words.
    """

    label: object
    value: object
    url: str = ""
    unit: object = ""
    note: object = ""
    tone: str = "neutral"


@dataclass(frozen=True, slots=True)
class PortalTile:
    """One thing that everybody can do or read here, on the portal's front page."""

    label: object
    summary: object
    url_name: str
    icon: str = "next"
    order: int = 100


def viewer_of(request: HttpRequest) -> Viewer:
    """Give the viewer of a request (``people``'s middleware put it there), as the type that it is."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


Waiting = Callable[[Viewer, datetime], Iterable[Tile]]
menu_entries: Registry[MenuEntry] = Registry("menu entry")
waiting_tiles: Registry[Waiting] = Registry("waiting tile")
portal_tiles: Registry[PortalTile] = Registry("portal tile")


def menu_declare(
    entry: MenuEntry | None = None,
    *,
    label: object = "",
    url_name: str = "",
    right: str | tuple[str, ...] | None = None,
    order: int = 100,
) -> None:
    """Put an entry into the office's menu; either as a ``MenuEntry`` or by its parts."""
    entry = entry or MenuEntry(label, url_name, right, order)
    menu_entries.register(entry.url_name, entry)


def waiting_declare(name: str) -> Callable[[Waiting], Waiting]:
    """
    Register a function that says what waits for a viewer, for the office's front page.

    It takes the viewer and the moment, asks the database at most once, and gives no tile where nothing waits.
    """
    return waiting_tiles.registered(name)


def portal_tile_declare(
    *, label: object, summary: object, url_name: str, icon: str = "next", order: int = 100
) -> None:
    """Put an entry onto the portal's front page."""
    portal_tiles.register(url_name, PortalTile(label, summary, url_name, icon, order))


def menu_for(*, viewer: Viewer, path: str) -> list[MenuItem]:
    """
    Give the menu of a viewer; the entry with the longest address that leads to ``path`` is the current one.

    Besides what apps declared in Python, published services may name pages of their own (``pages``).

    :raises UnknownRight: an entry names a right that no block declares.
    """
    known = {entry.url_name: entry for entry in [*_service_entries(), *menu_entries.values()]}
    entries = sorted(known.values(), key=lambda entry: (entry.order, entry.url_name))
    seen = [entry for entry in entries if entry.seen_by(viewer)]
    items = [(entry.label, url) for entry in seen if (url := _url_of(entry.url_name))]
    urls = [url for _label, url in items]
    current = max((url for url in urls if path.startswith(url)), key=len, default="")
    # The front page is an ancestor of every page; it is current only where the reader is really on it.
    if urls and current == min(urls, key=len) and path != current:
        current = ""
    return [MenuItem(label, url, url == current) for label, url in items]


def portal_tiles_listed() -> list[tuple[PortalTile, str]]:
    """Give the portal's tiles in order, each with its address."""
    known = {tile.url_name: tile for tile in [*_service_tiles(), *portal_tiles.values()]}
    tiles = sorted(known.values(), key=lambda tile: (tile.order, tile.url_name))
    return [(tile, url) for tile in tiles if (url := _url_of(tile.url_name))]


def pages_faults() -> list[str]:
    """Name what was declared and leads nowhere; the house's tests ask."""
    names = {*menu_entries.keys(), *portal_tiles.keys()}
    names |= {page["url_name"] for _service, page in _service_pages()}
    return [f"{name}: no such route" for name in sorted(names) if not _url_of(name)]


def _url_of(name: str) -> str:
    """Give an address; "" for a route that does not exist: one wrong name must not close every page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        _warn_once(name)
        return ""


@cache
def _warn_once(name: str) -> None:
    log.warning("a menu entry or tile names the route %s, which does not exist", name)


def _service_pages() -> Iterator[tuple[Published, dict[str, Any]]]:
    for service in published_all("service"):
        for page in service.document.get("pages") or ():
            yield service, page


def _service_entries() -> Iterator[MenuEntry]:
    language = get_language() or "ja"
    for service, page in _service_pages():
        if page["at"] == "office":
            label = text_for(service, f"pages.{page['key']}.label", language)
            yield MenuEntry(label, page["url_name"], page.get("right"))


def _service_tiles() -> Iterator[PortalTile]:
    language = get_language() or "ja"
    for service, page in _service_pages():
        if page["at"] == "portal":
            label = text_for(service, f"pages.{page['key']}.label", language)
            yield PortalTile(label, text_for(service, "summary", language), page["url_name"])
