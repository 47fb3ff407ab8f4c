"""The invariants of ``blocks/measures/computed.py``, on a source with rows that the test chooses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.blocks.measures.computed import breakdown, compute, describe_rows, drill_down
from madoguchi.blocks.measures.declarations import IndicatorDeclared, IndicatorSample
from madoguchi.blocks.measures.models import ActualEntry
from madoguchi.blocks.measures.testing import NOW, indicator_make
from madoguchi.blocks.people.testing import office_make, viewer_with
from madoguchi.kernel.declarations import Context, SampleRefused, declarations_lint, declarations_load, kinds
from madoguchi.kernel.rights import EVERY_ROW, NO_ROW, Viewer
from madoguchi.kernel.sources import Facet, Source, sources

TODAY = date(2026, 11, 20)
RIGHT = "measures.rows_view"


def rows(viewer: Viewer) -> Any:
    """Entries as rows: ``as_of`` their day, ``sequence`` their weight, ``provisional`` their mark."""
    mine = EVERY_ROW if viewer.kind == "system" or viewer.may(RIGHT) else NO_ROW
    return ActualEntry.objects.filter(mine).annotate(entered_on=F("entered_at__date"))


@pytest.fixture
def source() -> Iterator[Source]:
    facets = {
        "day": Facet("as_of", "date"),
        "done_on": Facet("entered_on", "date"),
        "weight": Facet("sequence", "int"),
        "good": Facet("provisional", "bool"),
        "kind": Facet("note", "text"),
    }
    one = Source(
        "test.rows", "試験", "internal", rows, facets, lambda row: (f"行{row.sequence}", "/somewhere/")
    )
    with sources.momentarily("test.rows", one):
        yield one


def declared(**changes: Any) -> IndicatorDeclared:
    return IndicatorDeclared.model_validate_json(
        json.dumps(
            {"kind": "indicator", "key": "test.figure", "label": "試験", "source": "test.rows", "measure": "count",
             "date": "day"} | changes
        )
    )  # fmt: skip


def row(sequence: int, day: date, *, good: bool = False, kind: str = "", after_days: int = 0) -> None:
    indicator = made["indicator"]
    entered = datetime.combine(day + timedelta(days=after_days), NOW.timetz())
    ActualEntry.objects.create(
        indicator=indicator, year=2026, sequence=sequence, value=1, provisional=good, as_of=day, note=kind,
        source="typed", entered_at=entered, entered_by="試験課",
    )  # fmt: skip


made: dict[str, Any] = {}


@pytest.fixture(autouse=True)
def indicator(db: None) -> None:
    made["indicator"] = indicator_make()


def test_each_measure_counts_the_rows_of_its_year(source: Source) -> None:
    row(1, date(2026, 4, 1), good=True, after_days=2)
    row(2, date(2027, 3, 31), after_days=4)
    row(3, date(2026, 6, 1), good=True, after_days=9)
    row(4, date(2026, 3, 31), good=True)
    row(5, date(2027, 4, 1))
    asked = {"year": 2026, "on": date(2030, 1, 1)}
    assert compute(declared(), **asked).value == 3
    assert compute(declared(measure="sum", value="weight"), **asked).value == 6
    assert compute(declared(measure="latest", value="weight"), **asked).value == 2
    assert compute(declared(measure="median_days", start="day", end="done_on"), **asked).value == 4
    share = declared(measure="share", of=[{"facet": "good", "equals": True}], decimals=1)
    assert compute(share, **asked).value == Decimal("66.7")
    assert compute(declared(where=[{"facet": "weight", "any_of": [1, 2]}]), **asked).value == 2
    assert compute(declared(where=[{"facet": "kind", "empty": True}]), **asked).value == 0


def test_a_year_that_is_not_over_is_provisional_with_its_day(source: Source) -> None:
    running, over = compute(declared(), year=2026, on=TODAY), compute(declared(), year=2025, on=TODAY)
    assert (running.provisional, running.as_of) == (True, TODAY)
    assert (over.provisional, over.as_of) == (False, None)


def test_a_share_of_nothing_is_no_figure(source: Source) -> None:
    body = declared(measure="share", of=[{"facet": "good", "equals": True}])
    assert compute(body, year=2026, on=TODAY).value is None
    assert compute(declared(measure="sum", value="weight"), year=2026, on=TODAY).value is None
    assert (
        compute(declared(measure="median_days", start="day", end="done_on"), year=2026, on=TODAY).value
        is None
    )


def test_the_drill_down_lists_what_was_counted_as_far_as_the_viewer_may_see(source: Source) -> None:
    for number in range(1, 6):
        row(number, date(2026, 5, number), good=number % 2 == 0)
    body = declared(measure="share", of=[{"facet": "good", "equals": True}])
    keeper = viewer_with(RIGHT)
    found, from_source = drill_down(body, year=2026, viewer=keeper)
    described = describe_rows(body, from_source, list(found), viewer=keeper)
    assert compute(body, year=2026, on=TODAY).value == 100 * sum(line.counted for line in described) / len(
        described
    )
    first = described[0]
    assert (first.title, first.page, first.on) == ("行1", "/somewhere/", date(2026, 5, 1))
    assert list(drill_down(body, year=2026, viewer=viewer_with(offices=[office_make()]))[0]) == []


@settings(max_examples=40)
@given(
    st.dictionaries(st.sampled_from(["い", "ろ", "は", "に"]), st.integers(1, 9), min_size=1),
    st.integers(0, 5),
)
def test_no_hidden_part_can_be_found_by_subtraction(counts: dict[str, int], smallest: int) -> None:
    ActualEntry.objects.all().delete()
    facets = {"day": Facet("as_of", "date"), "kind": Facet("note", "text")}
    one = Source("test.parts", "", "internal", rows, facets, lambda _row: ("", ""))
    number = 0
    for kind, count in counts.items():
        for _ in range(count):
            number += 1
            row(number, date(2026, 5, 1), kind=kind)
    with sources.momentarily("test.parts", one):
        body = declared(source="test.parts", group="kind", smallest_cell=smallest)
        parts = breakdown(body, year=2026, on=TODAY)
    assert {part.group for part in parts} == set(counts)
    hidden = [part for part in parts if part.hidden]
    assert all(part.hidden for part in parts if counts[part.group] < smallest)
    assert all(part.count == counts[part.group] for part in parts if not part.hidden)
    # The whole is public: a part that is hidden alone would be the whole less the others.
    assert len(hidden) != 1 or len(parts) == 1


def test_a_row_of_a_sample_is_counted_or_refused_with_the_reason(source: Source) -> None:
    body = declared(where=[{"facet": "good", "equals": True}])
    judge = kinds["indicator"].try_sample
    nothing = Context({})

    def said(**facets: Any) -> str:
        try:
            judge(body, IndicatorSample(row=facets, year=2026), nothing)
        except SampleRefused as refused:
            return refused.message
        return ""

    assert said(day=date(2026, 5, 1), good=True) == ""
    assert "good が true ではない" in said(day=date(2026, 5, 1), good=False)
    assert "2026年度の日ではない" in said(day=date(2025, 5, 1), good=True)
    assert "空" in said(good=True)


def test_the_house_declares_indicators_without_a_fault() -> None:
    loaded = declarations_load()
    assert ("indicator", "dx_plan.notices_in_time") in loaded.declarations
    assert [issue for issue in declarations_lint(loaded) if issue.level == "error"] == []
