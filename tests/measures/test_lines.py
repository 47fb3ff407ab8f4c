"""Invariants of the kept lines: every change is on the next page, and a computed figure is never kept."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from madoguchi.blocks.measures import lines
from madoguchi.blocks.measures.actions import actual_enter, edition_load, evaluation_enter
from madoguchi.blocks.measures.computed import ComputedValue
from madoguchi.blocks.measures.lines import edition_get, is_kept, item_lines
from madoguchi.blocks.measures.types import EditionSpec
from madoguchi.blocks.people.testing import NOW, staff_client
from madoguchi.kernel.rights import system_viewer
from madoguchi.services.dx_plan.editions import editions_load

ACTOR = system_viewer(on=NOW.date(), duty="試験")
TODAY = NOW.date()
KEY, YEAR = "tokushima-2019", 2019
SPEC = {
    "key": "invented", "city": "みなも市", "title": "計画", "first_year": 2026, "last_year": 2028,
    "grades": [{"key": "A", "meaning": "届いた", "from_ratio": "1"}, {"key": "B", "meaning": "届かない", "from_ratio": "0"}],
    "pillars": [{"no": "1", "title": "方針", "items": [{
        "no": "1", "title": "取組", "indicators": [
            {"name": "件数", "kind": "flow", "declared": "dx_plan.notices_in_time", "targets": {2026: "2"}}
        ],
    }]}],
}  # fmt: skip


@pytest.fixture
def plan(db: None) -> None:
    editions_load(actor=ACTOR, now=NOW)


def test_what_an_action_changes_is_on_the_next_page(plan: None) -> None:
    client = staff_client("measures.actual_enter", "measures.evaluate", scope="all")
    page = f"{reverse('measures:edition', args=[KEY])}?year={YEAR}"
    before = client.get(page).content.decode()
    line = next(line for line in item_lines(edition_get(KEY), YEAR, lang="ja", on=TODAY) if line.indicators)
    indicator = line.indicators[0]
    assert "987,654" not in before
    actual_enter(
        actor=ACTOR,
        indicator_id=indicator.id,
        year=YEAR,
        value=Decimal(987654),
        after=indicator.sequence,
        now=NOW,
    )
    assert "987,654" in client.get(page).content.decode()
    evaluation_enter(actor=ACTOR, item_id=line.id, year=YEAR, grade="C", after=line.grade_sequence, now=NOW)
    again = next(one for one in item_lines(edition_get(KEY), YEAR, lang="ja", on=TODAY) if one.id == line.id)
    assert again.grade == "C"


def test_a_second_look_asks_only_for_the_stamps(plan: None) -> None:
    edition = edition_get(KEY)
    first = item_lines(edition, YEAR, lang="ja", on=TODAY)
    with CaptureQueriesContext(connection) as asked:
        assert item_lines(edition, YEAR, lang="ja", on=TODAY) == first
    assert len(asked) == 1


def test_a_computed_figure_is_asked_for_each_time(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[date] = []

    def compute(_body: object, *, year: int, on: date) -> ComputedValue:
        asked.append(on)
        return ComputedValue(value=Decimal(len(asked)), provisional=False, as_of=on)

    monkeypatch.setattr(lines, "compute", compute)
    monkeypatch.setattr(lines, "declared_body", str)
    edition_load(actor=ACTOR, spec=EditionSpec.model_validate(SPEC), translations={}, now=NOW)
    edition = edition_get("invented")
    days = [TODAY, TODAY, TODAY + timedelta(days=1)]
    shown = [item_lines(edition, 2026, lang="ja", on=on)[0] for on in days]
    assert asked == days
    assert [line.indicators[0].actual for line in shown] == [1, 2, 3]
    assert [line.suggested for line in shown] == ["B", "A", "A"]
    assert not any(is_kept(line) for line in shown)
