"""Small sample cities, and how to run the action that makes one."""

from __future__ import annotations

from datetime import date
from typing import Any

from madoguchi.blocks.people.sample_city.ground import Ground, Town
from madoguchi.blocks.people.testing.feeds import layout_ready
from madoguchi.blocks.people.testing.organisation import DAY, NOW
from madoguchi.blocks.places.testing import area_make
from madoguchi.kernel.rights import system_viewer
from madoguchi.kernel.testing import action_scenario

GROUND = Ground(
    "水郷県", "みなも市",
    (
        Town("水門町一丁目", "0000001", False), Town("水門町二丁目", "0000001", False),
        Town("新開町", "0000011", False), Town("大字鷺山字上ノ段", "0000031", True),
    ),
)  # fmt: skip
"""Some towns, for what needs no database."""


@action_scenario("people.sample_city_make")
def _make() -> dict[str, Any]:
    layout_ready()
    area_make(name="水門町", starts_on=date(2005, 3, 1))
    actor = system_viewer(on=DAY, duty="試験")
    return {"actor": actor, "residents": 5, "seed": 1, "as_of": DAY, "now": NOW}
