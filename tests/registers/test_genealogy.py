"""Splitting and merging: what ends, what begins, what came from what, and sums that must not change."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from madoguchi.blocks.people.testing import office_make
from madoguchi.blocks.registers.actions import (
    NoGenealogy,
    RecordChangedMeanwhile,
    Source,
    TooFew,
    record_add,
    record_retire,
    record_split,
    records_merge,
)
from madoguchi.blocks.registers.models import Descent, Record, Tally, Version
from madoguchi.blocks.registers.schema import RecordRefused
from madoguchi.blocks.registers.testing import DAY, KEEPER, MOVES, NOW, PLOTS, record_make, register_make
from madoguchi.kernel.db.two_times import known_on

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plots() -> None:
    register_make(PLOTS, conserved=["area"])
    register_make(MOVES)
    register_make()


def split(source: Record, *parts: dict[str, Any], **more: Any) -> list[Record]:
    about = {"actor": KEEPER, "register": "test.plots", "on": DAY, "reason": "分筆", "now": NOW}
    found: list[Record] = record_split(
        source=Source(source.number, more.pop("revision", 1)), parts=parts, **about | more
    )
    return found


def test_a_plot_is_split_and_its_parts_are_merged_again() -> None:
    plot = record_make("test.plots", on=DAY - timedelta(days=30), area=300_00)
    one, two = split(
        plot, {"name": "1番1", "area": 100_00}, {"name": "1番2", "area": 200_00}, numbers=["1-1"]
    )
    assert one.number == "1-1"
    assert two.number
    plot.refresh_from_db()
    assert plot.retired_on == DAY
    assert not Version.objects.filter(known_on(DAY), record=plot).exists()
    assert Version.objects.filter(known_on(DAY - timedelta(days=1)), record=plot).exists()
    whole = records_merge(
        actor=KEEPER, register="test.plots", sources=[Source(one.number, 1), Source(two.number, 1)],
        values={"name": "1番", "area": 300_00}, on=DAY, reason="合筆", now=NOW,
    )  # fmt: skip
    assert set(Descent.objects.values_list("kind", "source__number", "result__number")) == {
        ("split", plot.number, one.number), ("split", plot.number, two.number),
        ("merge", one.number, whole.number), ("merge", two.number, whole.number),
    }  # fmt: skip
    assert Tally.objects.get(register="test.plots", field="", office_key=0).count == 1


def test_a_sum_that_changes_is_refused_and_nothing_is_written() -> None:
    plot = record_make("test.plots", area=300_00)
    with pytest.raises(RecordRefused, match=r"300\.00㎡ から 299\.00㎡"):
        split(plot, {"name": "1番1", "area": 100_00}, {"name": "1番2", "area": 199_00})
    plot.refresh_from_db()
    assert (plot.retired_on, plot.revision) == (None, 1)


def test_what_cannot_be_split() -> None:
    plot = record_make("test.plots", area=300_00)
    with pytest.raises(TooFew):
        split(plot, {"name": "1番1", "area": 300_00})
    with pytest.raises(RecordChangedMeanwhile):
        split(plot, {"name": "1番1", "area": 100_00}, {"name": "1番2", "area": 200_00}, revision=7)
    thing = record_make()
    with pytest.raises(NoGenealogy):
        split(thing, {"name": "a"}, {"name": "b"}, register="test.things")


def test_what_lay_beneath_lies_beneath_what_came_first() -> None:
    office = office_make().pk
    plot = record_make("test.plots", office_id=office, area=300_00)
    moves = [
        record_make("test.moves", office_id=office, parent=plot.number, change=change)
        for change in (7_00, 5_00)
    ]
    plot.refresh_from_db()
    parts = ({"name": "1番1", "area": 100_00}, {"name": "1番2", "area": 200_00})
    one, two = split(plot, *parts, revision=plot.revision)
    for record in (plot, one, two):
        record.refresh_from_db()
    assert (plot.holds, one.holds, two.holds) == (0, 2, 0)
    assert Version.objects.get(record=one, current=True).payload["moved"] == 12_00
    for move in moves:
        shown = Version.objects.get(record=move, current=True)
        assert (shown.parent_id, shown.number) == (one.pk, move.number)


def test_a_rule_of_what_it_belongs_to_refuses_what_is_done_beneath() -> None:
    rule = {"key": "below", "when": "has(moved) && moved < 0", "refuse": "持っているより多くは減らせません。"}
    register_make(PLOTS, rules=[rule])
    office = office_make().pk
    plot = record_make("test.plots", office_id=office, area=300_00)
    record_make("test.moves", office_id=office, parent=plot.number, change=10_00)
    with pytest.raises(RecordRefused, match="持っているより多くは"):
        record_make("test.moves", office_id=office, parent=plot.number, change=-10_01)
    record_make("test.moves", office_id=office, parent=plot.number, change=-10_00)


def test_sums_tie_to_what_lies_beneath() -> None:
    office = office_make().pk
    plot = record_make("test.plots", office_id=office, area=300_00)
    moves = [
        record_make("test.moves", office_id=office, parent=plot.number, change=change)
        for change in (50_00, -20_00)
    ]

    def moved() -> Any:
        return Version.objects.get(record=plot, current=True).payload.get("moved")

    assert moved() == 30_00
    record_retire(
        actor=KEEPER,
        register="test.moves",
        number=moves[0].number,
        on=DAY,
        reason="取り下げ",
        revision=1,
        now=NOW,
    )
    assert moved() == -20_00
    plot.refresh_from_db()
    assert (plot.holds, plot.revision) == (1, 4)
    with pytest.raises(RecordRefused):
        record_add(
            actor=KEEPER,
            register="test.moves",
            values={"why": "寄附", "change": 1},
            office_id=office,
            on=DAY,
            now=NOW,
        )
