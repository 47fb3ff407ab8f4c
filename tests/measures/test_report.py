"""The first plan in the house: Tokushima's results for FY2019, against the golden table."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.blocks.measures.files import FileRefused, edition_read
from madoguchi.blocks.measures.models import ActualEntry, Evaluation, YearTotal
from madoguchi.blocks.measures.queries import percentages, report
from madoguchi.blocks.measures.suggestion import grade_suggest, ratio_of
from madoguchi.kernel.rights import system_viewer
from madoguchi.services.dx_plan.editions import editions_load

GOLDEN = Path(__file__).parents[1] / "golden" / "tokushima_2019.csv"
NOW = datetime(2026, 11, 20, tzinfo=UTC)
ACTOR = system_viewer(on=NOW.date(), duty="試験")


@pytest.fixture
def tokushima(db: None) -> None:
    editions_load(actor=ACTOR, now=NOW)


def printed(*arguments: str) -> Any:
    out = StringIO()
    call_command("plan", *arguments, stdout=out)
    return json.loads(out.getvalue())


def golden() -> Iterator[dict[str, Any]]:
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def test_the_report_is_the_printed_table(tokushima: None) -> None:
    data = printed("report", "tokushima-2019", "--year", "2019", "--format", "json")
    rows = []
    for item in data["items"]:
        head = {
            "no": item["no"],
            "title": item["title"],
            "offices": "、".join(item["offices"]),
            "grade": item["grade"],
        }
        lines = item["indicators"] or [{"name": "", "unit": "", "target": None, "actual": None}]
        rows += [
            head | {"indicator": line["name"], "unit": line["unit"],
                    "target": "" if line["target"] is None else str(line["target"]),
                    "actual": "" if line["actual"] is None else str(line["actual"])}
            for line in lines
        ]  # fmt: skip
    assert rows == list(golden())
    assert data["edition"] == "tokushima-2019"
    assert (data["year"], data["total"], len(data["items"])) == (2019, 27, 27)


def test_the_summary_has_computed_and_printed_shares_with_the_recorded_adjustment(tokushima: None) -> None:
    summary = printed("report", "tokushima-2019", "--year", "2019", "--format", "json")["summary"]
    assert {key: line["count"] for key, line in summary.items()} == {"S": 5, "A": 15, "B": 7, "C": 0}
    assert {key: line["percent_rounded"] for key, line in summary.items()} == {
        "S": 19,
        "A": 56,
        "B": 26,
        "C": 0,
    }
    assert {key: line["percent_printed"] for key, line in summary.items()} == {
        "S": 19,
        "A": 55,
        "B": 26,
        "C": 0,
    }
    assert [key for key, line in summary.items() if "adjustment" in line] == ["A"]


def test_suggestions_stand_beside_judgements_that_differ(tokushima: None) -> None:
    items = {line.no: line for line in report(edition_key="tokushima-2019", year=2019, on=NOW.date()).items}
    assert (items["1"].grade, items["1"].suggested) == ("B", "B")
    assert (items["5"].grade, items["5"].suggested) == ("B", "S")
    assert (items["25"].grade, items["25"].suggested) == ("S", "C")
    assert (items["9"].grade, items["9"].suggested) == ("A", "S")
    assert items["20"].suggested is None
    assert items["5"].disagrees
    assert not items["1"].disagrees


def test_the_list_names_the_plan(tokushima: None) -> None:
    assert {
        "key": "tokushima-2019",
        "city": "徳島市",
        "title": "徳島市情報化基本計画",
        "items": 27,
    } in printed("list", "--json")


def test_loading_twice_changes_nothing_that_was_entered(tokushima: None) -> None:
    before = printed("report", "tokushima-2019", "--year", "2019")
    counts = ActualEntry.objects.count(), Evaluation.objects.count(), YearTotal.objects.count()
    editions_load(actor=ACTOR, now=NOW)
    assert (ActualEntry.objects.count(), Evaluation.objects.count(), YearTotal.objects.count()) == counts
    assert printed("report", "tokushima-2019", "--year", "2019") == before


def test_a_plan_or_year_that_is_not_there_is_refused_in_words(tokushima: None) -> None:
    with pytest.raises(CommandError, match="tokushima-2019"):
        printed("report", "tokusima", "--year", "2019")
    with pytest.raises(CommandError, match="2031年度"):
        printed("report", "tokushima-2019", "--year", "2031")


def test_a_report_is_read_in_a_fixed_number_of_queries(
    tokushima: None, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(18):
        report(edition_key="tokushima-2019", year=2019, on=NOW.date())


def test_titles_come_in_three_languages_and_japanese_stands_in(tokushima: None) -> None:
    lines = {
        lang: report(edition_key="tokushima-2019", year=2019, on=NOW.date(), lang=lang).items[0].title
        for lang in ("ja", "en", "ja-easy", "fr")
    }
    assert (lines["ja"].value, lines["en"].value) == ("オープンデータの推進", "Promoting open data")
    assert lines["ja-easy"].lang == "ja-easy"
    assert (lines["fr"].value, lines["fr"].lang) == ("オープンデータの推進", "ja")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("key: [", "読めません"),
        ("- a\n", "名前: 値"),
        ("key: x\nkey: y\n", "line 2"),
        ("key: x\ncity: y\n", "title"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileRefused) as refused:
        edition_read(path)
    assert says in str(refused.value.message)
    with pytest.raises(FileRefused):
        edition_read(tmp_path / "absent.yaml")


class Line:
    def __init__(self, target: int | None, actual: int | None, direction: str = "up") -> None:
        self.target = None if target is None else Decimal(target)
        self.actual = None if actual is None else Decimal(actual)
        self.direction = direction


STEPS = [("S", Decimal("1.2")), ("A", Decimal(1)), ("B", Decimal("0.6")), ("C", Decimal(0))]


@pytest.mark.parametrize(
    ("lines", "grade"),
    [
        ([], None),
        ([Line(None, 5)], None),
        ([Line(10, None)], None),
        ([Line(10, 12)], "S"),
        ([Line(10, 10)], "A"),
        ([Line(10, 6)], "B"),
        ([Line(10, 5)], "C"),
        ([Line(24, 24), Line(2, 1)], "C"),
        ([Line(10, 8, "down")], "S"),
        ([Line(0, 0, "down")], "A"),
        ([Line(0, 3, "down")], "C"),
        ([Line(5, 0, "down")], "S"),
        ([Line(0, 3)], None),
    ],
)
def test_the_weakest_indicator_suggests_the_grade(lines: list[Line], grade: str | None) -> None:
    assert grade_suggest(lines, STEPS) == grade


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_more_never_suggests_less(target: int, low: int, high: int) -> None:
    low, high = sorted((low, high))
    a, b = ratio_of(Line(target, low)), ratio_of(Line(target, high))
    assert a is not None
    assert b is not None
    assert a <= b


@given(st.dictionaries(st.sampled_from("SABC"), st.integers(0, 500)))
def test_shares_are_within_half_a_per_cent(counts: dict[str, int]) -> None:
    total = sum(counts.values())
    for key, percent in percentages(counts).items():
        assert abs(percent - (100 * counts[key] / total if total else 0)) <= 0.5
