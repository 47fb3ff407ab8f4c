"""Makers of areas for tests, and how to run each action of the block."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from madoguchi.blocks.places.areas import STAMP
from madoguchi.blocks.places.models import CITY, PREFECTURE, TOWN, Area, AreaMembership, AreaName
from madoguchi.kernel.clock import TOKYO
from madoguchi.kernel.rights import Viewer, system_viewer
from madoguchi.kernel.stamps import stamp_move, stamped_forget
from madoguchi.kernel.testing import action_scenario, route_maker

LONG_AGO = date(2005, 3, 1)
DAY = date(2026, 5, 12)
NOW = datetime(2026, 5, 12, 10, 0, tzinfo=TOKYO)
CITY_CODE = "992011"

_numbers = itertools.count(1)


def keeper() -> Viewer:
    """Give somebody who may do everything here."""
    return system_viewer(on=DAY, duty="試験")


def area_make(
    *,
    kind: str = TOWN,
    key: str = "",
    name: str = "",
    kana: str = "",
    code: str = "",
    within: Iterable[Area] = (),
    starts_on: date = LONG_AGO,
    ends_on: date | None = None,
) -> Area:
    """Make an area with a name, in others as a whole."""
    number = next(_numbers)
    area = Area.objects.create(
        key=key or f"{kind}.test{number}",
        kind=kind,
        code=code,
        starts_on=starts_on,
        ends_on=ends_on,
        order=number,
    )
    AreaName.objects.create(
        area=area, name=name or f"試験{number}町", kana=kana, starts_on=starts_on, ends_on=ends_on
    )
    for outer in within:
        member_make(area, outer, starts_on=starts_on, ends_on=ends_on)
    stamp_move(STAMP)
    stamped_forget()
    return area


def member_make(
    area: Area,
    within: Area,
    *,
    blocks: tuple[int, int] | None = None,
    starts_on: date = LONG_AGO,
    ends_on: date | None = None,
) -> AreaMembership:
    """Let an area, or some of its blocks, lie in another."""
    first, last = blocks or (None, None)
    row = AreaMembership.objects.create(
        area=area, within=within, within_kind=within.kind, first_block=first, last_block=last, starts_on=starts_on,
        ends_on=ends_on,
    )  # fmt: skip
    stamp_move(STAMP)
    stamped_forget()
    return row


def city_make(name: str = "みなも市", *, prefecture: str = "水郷県", code: str = CITY_CODE) -> Area:
    """Make the own city in its prefecture."""
    outer = area_make(kind=PREFECTURE, name=prefecture)
    return area_make(kind=CITY, name=name, code=code, within=[outer])


# How to run each action of the block


@action_scenario("places.areas_apply")
def _apply() -> dict[str, Any]:
    town, other, number = area_make(), area_make(), next(_numbers)
    since = {"starts_on": date(2026, 4, 1)}
    rows = {
        "areas": [
            {"key": f"town.new{number}", "kind": TOWN, "code": f"{number:07d}", **since},
            {
                "key": town.key,
                "kind": TOWN,
                "order": town.order,
                "starts_on": LONG_AGO,
                "ends_on": date(2026, 4, 1),
            },
        ],
        "names": [
            {"area": f"town.new{number}", "name": "新しい町", "kana": "アタラシイマチ", **since},
            {
                "area": town.key,
                "name": town.names.get().name,
                "starts_on": LONG_AGO,
                "ends_on": date(2026, 4, 1),
            },
        ],
        "memberships": [
            {"area": f"town.new{number}", "within": _district().key, "first_block": None, **since}
        ],
        "successions": [
            {"predecessor": town.key, "successor": other.key, "on": date(2026, 4, 1), "reason": "merged"}
        ],
    }
    return {"actor": keeper(), "rows": rows, "now": NOW}


@action_scenario("places.area_add")
def _add() -> dict[str, Any]:
    names = {"name": "新しい町", "kana": "アタラシイマチ", "oaza": "新しい町"}
    key = f"town.added{next(_numbers)}"
    return {
        "actor": keeper(),
        "key": key,
        "kind": TOWN,
        "names": names,
        "on": DAY,
        "within": [_district().key],
        "now": NOW,
    }


@action_scenario("places.area_rename")
def _rename() -> dict[str, Any]:
    return {"actor": keeper(), "key": area_make().key, "names": {"name": "改めた町"}, "on": DAY, "now": NOW}


@action_scenario("places.area_end")
def _end() -> dict[str, Any]:
    key = area_make(within=[_district()]).key
    heirs = [area_make().key, area_make().key]
    return {"actor": keeper(), "key": key, "on": DAY, "successors": heirs, "reason": "split", "now": NOW}


@action_scenario("places.area_place")
def _place() -> dict[str, Any]:
    town = area_make(within=[_district()])
    return {
        "actor": keeper(),
        "key": town.key,
        "within": _district().key,
        "on": DAY,
        "blocks": [(5, 9)],
        "now": NOW,
    }


def _district() -> Area:
    return area_make(kind="district", name=f"試験{next(_numbers)}地区")


# A real object for each page: everybody who is signed in may look, the keeper of the whole city may change.

EDITOR = {"roles": {"city_hall/areas"}, "scope": "all"}


def _open(_office_id: int) -> dict[str, Any]:
    return {"kwargs": {}, "roles": None}


def _open_area(_office_id: int) -> dict[str, Any]:
    # No office has areas of its own: there is no other office to be closed to.
    return {"kwargs": {"key": area_make().key}, "roles": None, "scope": "all"}


def _edit(_office_id: int) -> dict[str, Any]:
    return {"kwargs": {}, **EDITOR}


def _edit_area(_office_id: int) -> dict[str, Any]:
    return {"kwargs": {"key": area_make().key}, **EDITOR}


for _name, _maker in {
    "areas": _open,
    "address": _open,
    "area": _open_area,
    "area_add": _edit,
    "area_rename": _edit_area,
    "area_end": _edit_area,
    "area_place": _edit_area,
}.items():
    route_maker(f"places:{_name}")(_maker)
