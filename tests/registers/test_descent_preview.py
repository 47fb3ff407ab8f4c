"""What a split or merge would come to is said before anything is written, and a refusal names its part."""

from __future__ import annotations

from typing import Any

import pytest

from madoguchi.blocks.people.testing import office_make, viewer_with
from madoguchi.blocks.registers.actions import (
    NoGenealogy,
    PartRefused,
    RecordRetired,
    Source,
    descent_preview,
    record_retire,
    record_split,
)
from madoguchi.blocks.registers.models import Record
from madoguchi.blocks.registers.schema import RecordRefused
from madoguchi.blocks.registers.testing import DAY, KEEPER, NOW, PLOTS, record_make, register_make
from madoguchi.kernel.rights import NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def plot() -> Record:
    lot = {"key": "lot", "label": "地番", "type": "text", "length": 9}
    register_make(PLOTS, fields=[*PLOTS["fields"], lot], conserved=["area"], unique=[["lot"]])
    register_make()
    return record_make("test.plots", area=300_00, lot="1")


def preview(record: Record, *parts: dict[str, Any], **more: Any) -> Any:
    about = {"viewer": KEEPER, "register": "test.plots", "numbers": [record.number], "on": DAY}
    return descent_preview(parts=parts, **about | more)


def test_sums_and_what_is_wrong_are_told_and_nothing_is_written(plot: Record) -> None:
    found = preview(plot, {"name": "一", "area": 100_00}, {"area": 150_00})
    (one,) = found.sums
    assert (one.field, one.was, one.now, one.left) == ("area", 300_00, 250_00, 50_00)
    assert not found.ties
    assert [(part, problem.field) for part, problem in found.problems] == [(1, "name")]
    whole = preview(plot, {"name": "一", "area": 100_00}, {"name": "二", "area": 200_00})
    assert whole.ties
    assert whole.problems == ()
    plot.refresh_from_db()
    assert (plot.revision, plot.retired_on) == (1, None)


def test_what_cannot_be_split_says_so_before(plot: Record) -> None:
    with pytest.raises(RecordRefused, match="この日にはありません"):
        preview(plot, on=DAY.replace(year=2020))
    with pytest.raises(NotAllowed):
        preview(plot, viewer=viewer_with("registers.edit", offices=[office_make()]))
    with pytest.raises(NoGenealogy):
        preview(record_make(), register="test.things")
    record_retire(
        actor=KEEPER, register="test.plots", number=plot.number, on=DAY, reason="x", revision=1, now=NOW
    )
    with pytest.raises(RecordRetired):
        preview(plot)


@pytest.mark.parametrize(
    ("second", "field"), [({"area": 200_00}, "name"), ({"name": "二", "area": 200_00, "lot": "7"}, "lot")]
)
def test_a_refusal_names_the_part_that_it_means(plot: Record, second: dict[str, Any], field: str) -> None:
    record_make("test.plots", area=1, lot="7")
    with pytest.raises(PartRefused) as refused:
        record_split(
            actor=KEEPER, register="test.plots", source=Source(plot.number, 1), on=DAY, reason="分筆", now=NOW,
            parts=[{"name": "一", "area": 100_00}, second],
        )  # fmt: skip
    assert refused.value.part == 1
    assert refused.value.problems[0].field == field
    assert Record.objects.filter(register="test.plots").count() == 2
