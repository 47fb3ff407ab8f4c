"""Standardisation: no task goes live half ready, and cost before and after ties."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.services.filling import (
    add,
    change,
    closed_in_view,
    figure,
    listed,
    payload,
    published,
    refused_add,
    refused_change,
)

pytestmark = pytest.mark.django_db
WORK = {"task": "care", "phase": "plan"}
CHOSEN = {"compared_on": "2025-06-30", "vendor": "みなもシステム株式会社", "chosen_on": "2025-08-01"}
READY = {
    "letters_left": 0, "errors_left": 0, "rehearsed_on": "2025-12-20", "rehearsal": "passed", "fallback": True,
    "cut_on": "2026-05-01", "data_checked_on": "2026-05-02",
}  # fmt: skip
NOT_READY = {
    "letters_left": "文字の同定が残っています。0字にしてから、稼働にしてください。",
    "errors_left": "データの誤りが残っています。0件にしてから、稼働にしてください。",
    "rehearsal": "移行リハーサルが「よい」になっていません。済ませてから、稼働にしてください。",
    "fallback": "切戻しの手順がありません。用意してから、稼働にしてください。",
    "cut_on": "切り替えた日と、移したデータを確かめた日を書いてから、稼働にしてください。",
    "data_checked_on": "切り替えた日と、移したデータを確かめた日を書いてから、稼働にしてください。",
}
GAP = {"requirement": "0010001", "name": "取消し", "duty": "option", "decision": "open", "owner": "住民", "due_on": "2026-06-30"}  # fmt: skip


@pytest.fixture
def office() -> int:
    return published("ict_assets", "standardisation")


def test_phases_follow_each_other_and_nothing_goes_live_half_ready(office: int) -> None:
    work = add("standardisation.works", office, WORK)
    jump = "「段階」は「計画立案」から「稼働」にできません。できるのは 選定 です。"
    assert jump in refused_change(work, phase="live")
    change(work, phase="choose")
    assert refused_change(work, phase="move") == [
        "標準との差の整理が済んでいません。済んだ日を書いてから、移行に進めてください。",
        "事業者が決まっていません。事業者と決めた日を書いてから、移行に進めてください。",
    ]
    change(work, phase="move", **CHOSEN)
    assert listed("standardisation.works", "not_ready") == ["介護保険"]
    for missing, words in NOT_READY.items():
        assert refused_change(work, phase="live", **{**READY, missing: None}) == [words]
    change(work, phase="live", **READY)
    assert figure("standardisation.tasks_live", 2026) == Decimal(1)
    assert figure("standardisation.tasks_live", 2025) == Decimal(0)


def test_each_task_stands_once_and_only_open_fields_are_published(office: int) -> None:
    add("standardisation.works", office, WORK)
    twice = refused_add("standardisation.works", office, WORK)
    assert twice == ["「業務」が、H-01 と同じです。同じものでないか確かめてください。"]
    assert closed_in_view("standardisation.works", "published") == set()


def test_cost_before_and_after_ties_to_the_task(office: int) -> None:
    work = add("standardisation.works", office, WORK)
    running = {
        "item": "運用", "year": "2026", "kind": "use", "before_yen": 8_000_000, "after_yen": 12_500_000,
        "subsidy_yen": 2_000_000, "subsidy_to": "2027-03-31",
    }  # fmt: skip
    cost = add("standardisation.costs", office, running, work.number)
    moving = {"item": "移行", "year": "2025", "kind": "move", "before_yen": 0, "after_yen": 30_000_000}
    add("standardisation.costs", office, moving, work.number)
    assert [payload(cost)[key] for key in ("change_yen", "own_yen")] == [4_500_000, 10_500_000]
    sums = {key: payload(work)[key] for key in ("before_yen", "after_yen", "subsidy_yen")}
    assert sums == {"before_yen": 8_000_000, "after_yen": 42_500_000, "subsidy_yen": 2_000_000}
    assert listed("standardisation.costs", "rising") == ["移行", "運用"]
    over = refused_change(cost, subsidy_yen=12_500_001)
    assert over == ["補助金が移行後の費用より大きくなっています。額を確かめてください。"]
    endless = refused_change(cost, subsidy_to=None)
    assert endless == ["続く費用に補助があります。補助が終わる日を書いてください。"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"owner": None}, ["まだ決まっていない差には、担当と期限が要ります。"]),
        ({"decision": "same"}, ["判断した日を書いてください。"]),
        ({"decision": "adapt", "decided_on": "2026-05-20"}, ["差の内容がありません。何が違うのかを書くか、「差なし」にしてください。"]),
        ({"decision": "outside", "gap": "様式", "decided_on": "2026-05-20"}, ["外付けは費用が残ります。理由と年間の費用を書いてください。"]),
        (
            {"decision": "outside", "duty": "must", "gap": "様式", "reason": "要る", "outside_yen": 1, "decided_on": "2026-05-20"},
            ["標準で必須の機能は、どの標準準拠システムにもあります。外付けにせず、ほかの判断を選んでください。"],
        ),
    ],
)  # fmt: skip
def test_a_gap_is_refused(office: int, more: dict[str, Any], words: list[str]) -> None:
    number = add("standardisation.works", office, WORK).number
    assert refused_add("standardisation.gaps", office, {**GAP, **more}, number) == words


def test_the_share_of_gaps_decided_in_the_year_they_are_due(office: int) -> None:
    number = add("standardisation.works", office, WORK).number
    add("standardisation.gaps", office, GAP, number)
    decided = {**GAP, "decision": "drop", "gap": "独自の様式", "decided_on": "2026-05-20"}
    add("standardisation.gaps", office, decided, number)
    add("standardisation.gaps", office, {**decided, "due_on": "2027-04-01"}, number)
    assert figure("standardisation.gaps_in_time", 2026) == Decimal(50)
    assert listed("standardisation.gaps", "open") == ["取消し"]


def test_interfaces_and_steps_are_tried_before_they_are_used(office: int) -> None:
    number = add("standardisation.works", office, WORK).number
    interface = {"link_id": "001", "what": "異動", "counterpart": "国民健康保険", "direction": "give", "test": "waiting"}  # fmt: skip
    untested = ["試験に合格していない連携は、使い始められません。"]
    used = {**interface, "live_from": "2026-05-01"}
    assert refused_add("standardisation.interfaces", office, used, number) == untested
    add("standardisation.interfaces", office, {**used, "test": "passed", "tested_on": "2026-04-20"}, number)
    step = {"place": 10, "step": "旧を止める", "kind": "work", "planned_on": "2026-05-01", "planned_at": "25:30", "rehearsal": "waiting"}  # fmt: skip
    made = add("standardisation.steps", office, step, number)
    assert refused_change(made, done_on="2026-05-01") == [
        "リハーサルが済んでいない手順は、本番で済みにできません。"
    ]
    change(made, rehearsal="done", rehearsed_on="2026-04-20", done_on="2026-05-01")
    assert listed("standardisation.steps", "running") == []
