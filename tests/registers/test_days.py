"""A change that was entered for a day to come is shown and counted when the day comes, and not before."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from madoguchi.blocks.people.testing import viewer_with
from madoguchi.blocks.registers.actions import record_change
from madoguchi.blocks.registers.hooks import days_follow
from madoguchi.blocks.registers.models import Tally, Version
from madoguchi.blocks.registers.testing import DAY, KEEPER, NOW, record_make, register_make

pytestmark = pytest.mark.django_db


def shown() -> list[tuple[str, str]]:
    return [
        (row.payload["name"], row.payload.get("state", "")) for row in Version.objects.filter(current=True)
    ]


def counts() -> dict[str, int]:
    rows = Tally.objects.filter(office_key=0).exclude(count=0)
    return dict(rows.values_list("value", "count"))


def test_what_was_entered_for_a_day_is_shown_when_it_comes() -> None:
    register_make()
    record = record_make(name="机", state="use")
    later = DAY + timedelta(days=10)
    record_change(
        actor=KEEPER, register="test.things", number=record.number, values={"name": "机", "state": "store"}, on=later,
        revision=1, now=NOW,
    )  # fmt: skip
    coming = record_make(name="椅子", on=later)
    for days in (0, 9):
        days_follow(NOW + timedelta(days=days))
        assert (shown(), counts()) == ([("机", "use")], {"": 1, "use": 1})
    days_follow(NOW + timedelta(days=10))
    assert (shown(), counts()) == ([("机", "store"), ("椅子", "")], {"": 2, "store": 1})
    assert Version.objects.get(record=coming, current=True).search


def test_one_that_cannot_be_shown_holds_up_no_other() -> None:
    register_make()
    record_make(name="机", serial="000001")
    later = DAY + timedelta(days=1)
    # Both are entered while neither is shown: only the day on which they come finds them equal.
    one, two, free = (record_make(name=name, on=later) for name in ("い", "ろ", "は"))
    for record in (one, two):
        record_change(
            actor=viewer_with("registers.edit"), register="test.things", number=record.number,
            values={"name": "同じ", "serial": "000009"}, on=later, revision=1, now=NOW,
        )  # fmt: skip
    days_follow(datetime.combine(later, NOW.timetz()))
    assert Version.objects.filter(current=True, record=free).exists()
    assert Version.objects.filter(current=True, payload__serial="000009").count() == 1
