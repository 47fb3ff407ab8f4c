"""The invariants at the top of ``places/models.py``, tried with raw SQL past every line of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from madoguchi.blocks.places.testing import area_make
from madoguchi.kernel.actions import constraint_of
from madoguchi.kernel.db.triggers import triggers_make, triggers_missing

pytestmark = pytest.mark.django_db
APRIL, MAY, JUNE = (date(2026, month, 1) for month in (4, 5, 6))


def insert(table: str, **values: Any) -> int:
    columns = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO places_{table} ({columns}) VALUES ({marks}) RETURNING "id"', list(values.values())
        )
        return int(cursor.fetchone()[0])


@contextmanager
def refused(constraint: str) -> Iterator[None]:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        yield
    assert constraint_of(caught.value) == constraint


def area(**values: Any) -> dict[str, Any]:
    plain = {"kind": "town", "code": "", "postal_code": "", "numbering": "", "order": 0, "starts_on": APRIL}
    return plain | values


def name(area_id: int, **values: Any) -> dict[str, Any]:
    plain = {
        "area_id": area_id,
        "name": "あ町",
        "kana": "",
        "oaza": "",
        "chome": "",
        "koaza": "",
        "starts_on": APRIL,
    }
    return plain | values


def test_an_area_has_one_name_a_day():
    town = insert("area", **area(key="town.a"))
    first = insert("areaname", **name(town, ends_on=MAY))
    insert("areaname", **name(town, starts_on=MAY))
    with refused("area_one_name"):
        insert("areaname", **name(town))
    with refused("area_one_name"), connection.cursor() as cursor:
        cursor.execute("UPDATE places_areaname SET ends_on = %s WHERE id = %s", [JUNE, first])
    with refused("areaname_period_forward"):
        insert("areaname", **name(insert("area", **area(key="town.b")), ends_on=APRIL))


def test_a_towns_name_is_its_parts_in_a_row():
    town = insert("area", **area(key="town.a"))
    with refused("area_name_of_parts"):
        insert("areaname", **name(town, name="あ町一丁目", oaza="あ町", chome="二丁目"))
    insert("areaname", **name(town, name="あ町一丁目", oaza="あ町", chome="一丁目"))


def member(area_id: int, within_id: int, **values: Any) -> dict[str, Any]:
    plain = {"area_id": area_id, "within_id": within_id, "within_kind": "elementary", "starts_on": APRIL}
    return plain | values


def test_a_block_lies_in_one_area_of_a_kind():
    town, east, west = (area_make(kind=kind).pk for kind in ("town", "elementary", "elementary"))
    insert("areamembership", **member(town, east, first_block=1, last_block=20))
    insert("areamembership", **member(town, west, first_block=21, last_block=40))
    for first, last in ((20, 20), (1, 1), (15, 25), (None, None)):
        with refused("block_in_one_area"):
            insert("areamembership", **member(town, west, first_block=first, last_block=last))
    # Another kind, another town, another time: no rival.
    insert("areamembership", **member(town, east, within_kind="district"))
    insert("areamembership", **member(area_make().pk, west))
    insert("areamembership", **member(town, west, first_block=41, last_block=50, ends_on=MAY))
    insert("areamembership", **member(town, east, first_block=41, last_block=50, starts_on=MAY))


def test_a_whole_town_leaves_no_block_over():
    town, east, west = (area_make(kind=kind).pk for kind in ("town", "elementary", "elementary"))
    whole = insert("areamembership", **member(town, east, ends_on=MAY))
    with refused("block_in_one_area"):
        insert("areamembership", **member(town, west, first_block=999_999_999, last_block=999_999_999))
    insert("areamembership", **member(town, west, starts_on=MAY))
    with refused("block_in_one_area"), connection.cursor() as cursor:
        cursor.execute("UPDATE places_areamembership SET ends_on = NULL WHERE id = %s", [whole])


def test_ranges_are_whole_and_forward():
    town, east = area_make().pk, area_make(kind="elementary").pk
    for first, last in ((5, 4), (5, None), (None, 5), (1, 1_000_000_000)):
        with refused("block_range_forward"):
            insert("areamembership", **member(town, east, first_block=first, last_block=last))
    with refused("area_not_within_itself"):
        insert("areamembership", **member(town, town))


def test_codes_stand_once_per_kind_and_no_area_succeeds_itself():
    one = insert("area", **area(key="town.a", code="0001001"))
    insert("area", **area(key="city.a", kind="city", code="0001001"))
    insert("area", **area(key="town.b"))
    other = insert("area", **area(key="town.c"))
    with refused("area_code_once"):
        insert("area", **area(key="town.d", code="0001001"))
    row = {"predecessor_id": one, "successor_id": other, "on": MAY, "reason": "merged"}
    insert("areasuccession", **row)
    with refused("area_succession_once"):
        insert("areasuccession", **row)
    with refused("area_succession_of_another"):
        insert("areasuccession", **row | {"successor_id": one})


@pytest.mark.sqlite
def test_a_lost_trigger_is_seen_and_made_again():
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER block_in_one_area_insert")
    assert triggers_missing() == ["block_in_one_area_insert"]
    triggers_make()
    assert triggers_missing() == []
