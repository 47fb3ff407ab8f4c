"""Changing areas through the actions: what is recorded, what is refused, what is written down."""

from __future__ import annotations

from datetime import date

import pytest

from madoguchi.blocks.places.actions import (
    AreaEnded,
    AreaMissing,
    AreaRowRefused,
    AreaTaken,
    BeginsLater,
    NothingToChange,
    StillInside,
    SuccessorMissing,
    area_add,
    area_end,
    area_place,
    area_rename,
    areas_apply,
)
from madoguchi.blocks.places.areas import areas_known
from madoguchi.blocks.places.models import Area
from madoguchi.blocks.places.queries import address_match, area_get, areas_on, district_of
from madoguchi.blocks.places.testing import DAY, LONG_AGO, NOW, area_make, city_make, keeper
from madoguchi.kernel.actions import actions
from madoguchi.kernel.models import AuditRow, OutboxEvent
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kernel.testing import scenarios

pytestmark = pytest.mark.django_db
BEFORE = date(2026, 5, 11)
DO = {"actor": keeper(), "now": NOW}


@pytest.mark.parametrize("name", [name for name in scenarios if name.startswith("places.")])
def test_every_action_is_for_the_keeper_of_the_whole_city(name):
    call, given = actions[name].call, scenarios[name]()
    stranger = Viewer(kind="staff", key="staff:s1", on=DAY)
    with pytest.raises(NotAllowed):
        call(**given | {"actor": stranger})
    assert not OutboxEvent.objects.filter(kind="places.areas_changed").exists()
    call(**given)
    assert OutboxEvent.objects.filter(kind="places.areas_changed").count() == 1


def test_an_area_is_added_with_its_name_and_what_it_lies_in():
    city, district = city_make(), area_make(kind="district", name="中央地区")
    names = {"name": "水門町二丁目", "oaza": "水門町", "chome": "二丁目", "kana": "スイモンチョウ 2チョウメ"}
    add = {
        "key": "town.0001002",
        "kind": "town",
        "names": names,
        "on": DAY,
        "within": [city.key, district.key],
    }
    area_add(**add, values={"code": "0001002", "postal_code": "0000001"}, **DO)
    town = area_get(key="town.0001002", on=DAY)
    assert town is not None
    assert (town.name, town.code) == ("水門町二丁目", "0001002")
    assert {within.area_key for within in town.within} == {city.key, district.key}
    assert area_get(key="town.0001002", on=BEFORE) is None
    assert AuditRow.objects.filter(event="places.area_added").count() == 1
    with pytest.raises(AreaTaken):
        area_add(**add, **DO)
    with pytest.raises(AreaRowRefused, match="つないだもの"):
        area_add(**add | {"key": "town.x", "names": {**names, "chome": "三丁目"}}, **DO)
    with pytest.raises(AreaRowRefused, match=r"district\.gone"):
        area_add(**add | {"key": "town.x", "within": ["district.gone"]}, **DO)
    assert not Area.objects.filter(key="town.x").exists()


def test_a_renamed_area_keeps_its_earlier_name():
    town = area_make(name="新田開")
    area_rename(key=town.key, names={"name": "新開町", "oaza": "新開町"}, on=DAY, **DO)
    known = areas_known()
    assert (known.name(town.pk, BEFORE), known.name(town.pk, DAY)) == ("新田開", "新開町")
    with pytest.raises(NothingToChange):
        area_rename(key=town.key, names={"name": "新開町", "oaza": "新開町"}, on=DAY, **DO)
    with pytest.raises(AreaMissing):
        area_rename(key=town.key, names={"name": "前の町"}, on=date(1990, 1, 1), **DO)
    # Corrected on the same day: no second name.
    area_rename(key=town.key, names={"name": "新開町東"}, on=DAY, **DO)
    assert town.names.count() == 2


def test_a_renumbered_town_goes_over_into_others():
    district = area_make(kind="district")
    old = area_make(name="大字古新田", within=[district])
    heirs = [area_make(name=f"瑞穂台{chome}丁目", starts_on=DAY).key for chome in "三四"]
    area_end(key=old.key, on=DAY, successors=heirs, reason="residential", **DO)
    assert area_get(key=old.key, on=BEFORE) is not None
    assert area_get(key=old.key, on=DAY) is None
    rows = [row for row in areas_known().successions if row.predecessor_id == old.pk]
    assert [(row.on, row.reason) for row in rows] == [(DAY, "residential")] * 2
    with pytest.raises(AreaEnded):
        area_end(key=old.key, on=DAY, **DO)


def test_an_end_is_refused_while_something_leans_on_it():
    district = area_make(kind="district")
    town = area_make(within=[district])
    with pytest.raises(StillInside):
        area_end(key=district.key, on=DAY, **DO)
    with pytest.raises(SuccessorMissing):
        area_end(key=town.key, on=DAY, successors=[area_make(ends_on=DAY).key], reason="merged", **DO)
    with pytest.raises(AreaMissing):
        area_end(key=town.key, on=LONG_AGO, **DO)
    area_rename(key=town.key, names={"name": "後の町"}, on=date(2026, 8, 1), **DO)
    with pytest.raises(BeginsLater):
        area_end(key=town.key, on=DAY, **DO)
    assert areas_known().areas[town.pk].ends_on is None


def test_a_split_town_knows_its_blocks():
    city, east, west = city_make(), *(area_make(kind="elementary", name=f"{side}小学校区") for side in "東西")
    town = area_make(name="西岸町", within=[city, east])
    area_place(key=town.key, within=west.key, on=DAY, blocks=[(21, 40), (60, 60)], **DO)
    schools = {
        number: found.name
        if (found := district_of(match=address_match(text=f"西岸町{number}番1号", on=DAY), kind="elementary"))
        else ""
        for number in (1, 20, 21, 40, 41, 59, 60, 61, 5000)
    }
    inside = {21, 40, 60}
    assert schools == {number: ("西" if number in inside else "東") + "小学校区" for number in schools}
    # Without a block nobody can say; on the day before, the whole town lay in the east.
    assert district_of(match=address_match(text="西岸町", on=DAY), kind="elementary") is None
    assert district_of(match=address_match(text="西岸町25番", on=BEFORE), kind="elementary").key == east.key
    area_place(key=town.key, within=west.key, on=date(2026, 9, 1), **DO)
    after = address_match(text="西岸町1番", on=date(2026, 9, 1))
    assert district_of(match=after, kind="elementary").key == west.key


def test_areas_do_not_lie_in_a_ring_or_outlive_what_they_lie_in():
    inner, outer = area_make(kind="elementary"), area_make(kind="junior_high")
    area_place(key=inner.key, within=outer.key, on=DAY, **DO)
    with pytest.raises(AreaRowRefused, match="めぐりめぐって"):
        area_place(key=outer.key, within=inner.key, on=DAY, **DO)
    short = area_make(kind="district", ends_on=date(2026, 7, 1))
    with pytest.raises(AreaRowRefused, match="はみ出します"):
        area_place(key=inner.key, within=short.key, on=DAY, **DO)
    with pytest.raises(AreaMissing):
        area_place(key=inner.key, within="district.gone", on=DAY, **DO)


def test_rows_that_say_what_is_recorded_change_nothing():
    town = area_make(name="露草町")
    row = {"key": town.key, "kind": "town", "order": town.order, "starts_on": LONG_AGO}
    with pytest.raises(NothingToChange):
        areas_apply(rows={"areas": [row]}, **DO)
    with pytest.raises(AreaRowRefused, match="二度"):
        areas_apply(rows={"areas": [row, row]}, **DO)
    areas_apply(rows={"areas": [{**row, "postal_code": "0000009"}]}, **DO)
    assert areas_on(kind="town", on=DAY)[0].postal_code == "0000009"
    assert AuditRow.objects.filter(event="places.area_changed").count() == 1
