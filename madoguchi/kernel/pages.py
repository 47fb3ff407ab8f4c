"""
What apps put on the pages of the two faces, without the faces knowing the apps.

Called from an app's ``menu.py``, which is read at start-up::

    menu_declare(label=_("庁内のお知らせ"), url_name="messages:list", right="messages.notice_read", order=20)

    @waiting_declare("messages.unread")
    def unread(viewer, now):
        return [Tile(_("未読のお知らせ"), 3, "/office/notices/", unit=_("件"))]

    portal_tile_declare(label=_("DX推進計画"), summary=_("進み具合を見ます。"), url_name="dx_plan:editions")

Labels are lazy interface texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import NoReverseMatch, reverse

from madoguchi.kernel.rights import Viewer
from madoguchi.kit.registry import Registry


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """
    One entry of the office's menu.

    :param url_name: a route without arguments.
    :param right: who sees it; None means everybody who is signed in.
    :param order: small numbers stand first.
    """

    label: object
    url_name: str
    right: str | None = None
    order: int = 100


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


Waiting = Callable[[Viewer, datetime], Iterable[Tile]]
menu_entries: Registry[MenuEntry] = Registry("menu entry")
waiting_tiles: Registry[Waiting] = Registry("waiting tile")
portal_tiles: Registry[PortalTile] = Registry("portal tile")


def menu_declare(
    entry: MenuEntry | None = None,
    *,
    label: object = "",
    url_name: str = "",
    right: str | None = None,
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

    :raises UnknownRight: an entry names a right that no block declares.
    """
    entries = sorted(menu_entries.values(), key=lambda entry: (entry.order, entry.url_name))
    seen = [entry for entry in entries if entry.right is None or viewer.may(entry.right)]
    urls = [reverse(entry.url_name) for entry in seen]
    current = max((url for url in urls if path.startswith(url)), key=len, default="")
    # The front page is an ancestor of every page; it is current only where the reader is really on it.
    if urls and current == min(urls, key=len) and path != current:
        current = ""
    return [MenuItem(entry.label, url, url == current) for entry, url in zip(seen, urls, strict=True)]


def portal_tiles_listed() -> list[tuple[PortalTile, str]]:
    """Give the portal's tiles in order, each with its address."""
    tiles = sorted(portal_tiles.values(), key=lambda tile: (tile.order, tile.url_name))
    return [(tile, reverse(tile.url_name)) for tile in tiles]


def pages_faults() -> list[str]:
    """Name what was declared and cannot work: routes that do not exist (shown by the house's check)."""
    faults = []
    for name in [*menu_entries.keys(), *portal_tiles.keys()]:
        try:
            reverse(name)
        except NoReverseMatch:
            faults.append(f"{name}: no such route")
    return faults
