"""Weak indicators and doubtful figures: told with their place and what to do, never refused."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.blocks.measures.files import edition_read
from madoguchi.blocks.measures.lint import lint_of, unused_of, warnings_of
from madoguchi.blocks.measures.models import ActualEntry, Indicator
from madoguchi.blocks.measures.spec import EditionSpec
from madoguchi.blocks.measures.testing import NOW, edition_make
from madoguchi.blocks.people.testing import staff_client

SAMPLES = Path(__file__).parents[2] / "madoguchi" / "services" / "dx_plan" / "samples"


def plan(*indicators: dict[str, Any], item: dict[str, Any] | None = None, **more: Any) -> EditionSpec:
    node = {"no": "1", "title": "項目", "offices": ["試験課"], "indicators": list(indicators), **(item or {})}
    return EditionSpec.model_validate(
        {
            "key": "lint", "city": "試験市", "title": "計画", "first_year": 2024, "last_year": 2027,
            "pillars": [{"no": "1", "title": "方針", "items": [node]}], **more,
        }
    )  # fmt: skip


def one(**fields: Any) -> dict[str, Any]:
    """Give an indicator without a weakness, some fields changed."""
    return {
        "name": "件数", "unit": "件", "kind": "stock", "base": {"year": 2023, "value": "5"},
        "targets": {2024: "6", 2025: "7"}, **fields,
    }  # fmt: skip


def kinds(spec: EditionSpec) -> list[str]:
    found = warnings_of(spec)
    assert all(each.where and each.what and each.do for each in found)
    return sorted(each.kind for each in found)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, []),
        ({"targets": {}}, ["no_target"]),
        ({"targets": {2024: "事故ゼロ"}}, []),
        ({"targets": {2024: "4", 2025: "7"}}, ["below_base"]),
        ({"targets": {2024: "4", 2025: "3"}}, ["below_base", "cannot_fail", "falls"]),
        ({"targets": {2024: "4", 2025: "3"}, "direction": "down"}, []),
        ({"targets": {2024: "6", 2025: "8"}, "direction": "down"}, ["below_base", "cannot_fail", "falls"]),
        ({"targets": {2024: "5", 2025: "5"}}, ["cannot_fail"]),
        ({"targets": {2024: "5", 2025: "6"}}, []),
        ({"targets": {2024: "5"}, "kind": "flow"}, []),
        ({"targets": {2024: "5"}, "kind": "cumulative"}, ["cannot_fail"]),
        ({"targets": {2024: "0"}, "base": None}, ["cannot_fail"]),
        ({"targets": {2024: "0"}, "base": None, "direction": "down"}, []),
        ({"targets": {2024: "9", 2025: "7"}}, ["falls"]),
        (
            {"targets": {2024: "6", 2025: "7"}, "kind": "cumulative", "actuals": {2024: "8", 2025: "7"}},
            ["falls"],
        ),
        ({"targets": {2024: "6", 2025: "7"}, "kind": "cumulative", "actuals": {2024: "4"}}, ["falls"]),
        ({"kind": "rate", "unit": "%", "targets": {2024: "90", 2025: "110"}}, ["above_100"]),
        ({"kind": "rate", "unit": "％", "actuals": {2024: "101"}, "targets": {2024: "90"}}, ["above_100"]),
        ({"kind": "rate", "unit": "%", "targets": {2024: "5"}}, ["cannot_fail"]),
        ({"base": {"year": 2023, "value": "—"}, "targets": {2024: "1"}}, []),
        ({"actuals": {2024: "-1"}}, ["below_zero"]),
    ],
)
def test_each_weakness_is_told(fields: dict[str, Any], told: list[str]) -> None:
    assert kinds(plan(one(**fields))) == told


def test_a_target_that_the_source_has_lost_is_not_no_target() -> None:
    bare = one(targets={})
    for path in ("items.1.goal", "items.1.indicators.件数.targets", "items.1.targets"):
        note = {"path": path, "state": "lost"}
        assert kinds(plan(bare, source_notes=[note])) == []
        assert kinds(plan(bare, source_notes=[{**note, "state": "not_in_source"}])) == []
        assert kinds(plan(bare, source_notes=[{**note, "state": "as_printed"}])) == ["no_target"]
    assert kinds(plan(bare, source_notes=[{"path": "items.1.plan", "state": "lost"}])) == ["no_target"]


def test_an_item_without_an_indicator_is_told_unless_it_says_why() -> None:
    assert kinds(plan()) == ["no_indicator"]
    assert kinds(plan(item={"no_indicator": "文だけで進める"})) == []
    assert kinds(plan(source_notes=[{"path": "items.1.indicators", "state": "lost"}])) == []
    part = {"no": "(1)", "title": "内訳", "indicators": [one()]}
    assert kinds(plan(item={"parts": [part]})) == []


def test_an_indicator_that_nobody_fills_is_told_where_the_plan_names_offices() -> None:
    nobody = {"no": "2", "title": "だれもいない項目", "indicators": [one()]}
    spec = plan(
        one(),
        pillars=[
            {
                "no": "1",
                "title": "方針",
                "items": [{"no": "1", "title": "項目", "offices": ["試験課"], "indicators": [one()]}, nobody],
            }
        ],
    )
    assert [(each.kind, each.where) for each in warnings_of(spec)] == [("no_source", "項目2 指標「件数」")]
    declared = {**nobody, "indicators": [one(declared="dx_plan.notices_in_time")]}
    assert kinds(plan(pillars=[{"no": "1", "title": "方針", "items": [declared]}])) == []
    assert kinds(plan(pillars=[{"no": "1", "title": "方針", "items": [nobody]}])) == [], (
        "this plan prints no offices at all"
    )


def test_a_year_that_went_by_without_a_figure_is_told() -> None:
    spec = plan(one(), one(name="計算", declared="dx_plan.notices_in_time"))
    assert unused_of(spec, entered={}, on=date(2025, 3, 31)) == []
    told = unused_of(spec, entered={}, on=date(2025, 4, 1))
    assert [(each.kind, each.where, each.what) for each in told] == [
        ("never_used", "項目1 指標「件数」", "終わった年度（令和6年度）の実績がありません。")
    ]
    assert unused_of(spec, entered={"1/件数": [2024]}, on=date(2025, 4, 1)) == []
    assert len(unused_of(spec, entered={"1/件数": [2024]}, on=date(2026, 4, 1))) == 1


figures = st.decimals(min_value=-1000, max_value=1000, places=1).map(str)


@given(
    st.dictionaries(st.integers(2024, 2027), figures),
    st.dictionaries(st.integers(2024, 2027), figures),
    st.one_of(st.none(), figures),
    st.sampled_from(["up", "down"]),
    st.sampled_from(["stock", "flow", "cumulative", "rate"]),
)
def test_turning_an_indicator_round_turns_what_is_told(
    targets: dict[int, str], actuals: dict[int, str], base: str | None, direction: str, kind: str
) -> None:
    fields = {
        "base": {"year": 2023, "value": base} if base else None,
        "targets": targets,
        "actuals": actuals,
        "kind": kind,
    }
    turned = {"up": "down", "down": "up"}[direction]
    here, there = (warnings_of(plan(one(**fields, direction=way))) for way in (direction, turned))
    assert ("no_target" in {each.kind for each in here}) == (not targets)
    # What is worse than the base one way is better the other way; a total that falls is one either way.
    worse = {each.kind for each in here} & {each.kind for each in there} & {"below_base"}
    numbers = [float(value) for value in targets.values()]
    assert not worse or (min(numbers) < float(base or 0) < max(numbers))
    if kind == "cumulative":
        assert ("falls" in {each.kind for each in here}) == ("falls" in {each.kind for each in there})


@pytest.mark.django_db
def test_the_lint_of_a_stored_plan_counts_what_was_entered() -> None:
    edition = edition_make(plan(one()).model_dump(mode="json", by_alias=True))
    assert [each.kind for each in lint_of(edition, on=date(2025, 4, 1))] == ["never_used"]
    indicator = Indicator.objects.get()
    entry = {
        "indicator": indicator,
        "year": 2024,
        "entered_at": NOW,
        "entered_by": "試験課",
        "source": "typed",
    }
    ActualEntry.objects.create(sequence=1, value=6, **entry)
    assert lint_of(edition, on=date(2025, 4, 1)) == []
    ActualEntry.objects.create(sequence=2, value=None, **entry)
    assert [each.kind for each in lint_of(edition, on=date(2025, 4, 1))] == ["never_used"], "taken back"


@pytest.mark.django_db
def test_the_command_and_the_page_tell_the_same() -> None:
    edition = edition_make(plan(one(targets={})).model_dump(mode="json", by_alias=True))
    out = io.StringIO()
    call_command("plan", "lint", edition.key, "--json", stdout=out)
    rows = json.loads(out.getvalue())
    assert [(row["kind"], row["where"]) for row in rows] == [("no_target", "項目1 指標「件数」")]
    text = (
        staff_client("measures.edition_edit", scope="all")
        .get(reverse("measures:lint", args=[edition.key]))
        .content.decode()
    )
    assert rows[0]["what"] in text
    assert rows[0]["do"] in text


@pytest.mark.parametrize(
    "key", ["tokushima-2019", "naruto-2023", "tokushima-2022", "tsushima-2024", "shimada-2022"]
)
def test_real_plans_are_read_through(key: str) -> None:
    spec, _translations = edition_read(SAMPLES / f"{key}.yaml")
    told = warnings_of(spec)
    without = [
        item.no
        for _above, item in spec.items_all()
        if not any(item.indicators_all()) and not item.no_indicator
    ]
    assert len([each for each in told if each.kind == "no_indicator"]) <= len(without)
    if key in ("naruto-2023", "tsushima-2024"):
        assert told == [], "every item says why it has no indicator"
