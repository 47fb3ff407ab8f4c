"""Fire service: what its rules refuse, and figures that come out as reckoned by hand."""

from __future__ import annotations

from typing import Any

import pytest

from madoguchi.blocks.people.testing import viewer_with
from madoguchi.blocks.registers.schema import schema_get
from madoguchi.blocks.registers.seeing import fields_seen
from madoguchi.blocks.registers.statistics import statistic_make
from madoguchi.blocks.registers.testing import DAY, KEEPER
from tests.services.filling import (
    add,
    change,
    figure,
    listed,
    payload,
    published,
    refused_add,
    refused_change,
)

pytestmark = pytest.mark.django_db
RUN = {
    "run_no": "2026-00001", "kind": "illness", "called_on": "2026-01-01", "called_at": "23:55",
    "dispatched_at": "23:57", "arrived_at": "00:03", "left_at": "00:15", "hospital_at": "00:31",
    "transported": True, "patients": 1, "severity": "light", "age_class": "elderly",
}  # fmt: skip
FIRE = {
    "fire_no": "2026-001", "kind": "building", "occurred_on": "2026-01-05", "occurred_at": "23:40",
    "place": {"written": "みなも市本町1-1"}, "called_on": "2026-01-05", "called_at": "23:52",
    "dispatched_at": "23:54", "water_at": "00:01", "controlled_on": "2026-01-06", "controlled_at": "00:40",
    "out_on": "2026-01-06", "out_at": "02:10", "dead": 0, "injured": 1, "state": "draft",
}  # fmt: skip
HOTEL = {"name": "水辺ホテル", "place": {"written": "みなも市中央町1"}, "use_class": "05a", "capacity": 30}
VIOLATION = {
    "what": "防火管理者を選任していない。", "kind": "manager", "found_on": "2026-04-10", "stage": "guided",
    "guided_on": "2026-04-10", "points": 1,
}  # fmt: skip
ORDER = {"stage": "ordered", "ordered_on": "2026-05-01", "order_number": "予第3号", "due_on": "2026-06-01"}
FACILITY = {
    "name": "水郷運送", "place": {"written": "みなも市港町1"}, "kind": "ground_tank", "permit_number": "危第11号",
    "permitted_on": "2026-03-01", "state": "permitted",
}  # fmt: skip
MANAGERS: list[tuple[str, int, dict[str, Any], bool]] = [
    ("05a", 29, {}, False), ("05a", 30, {}, True), ("15", 49, {}, False), ("15", 50, {}, True),
    ("06b", 9, {}, False), ("06b", 10, {}, True), ("16a", 10, {}, False), ("16a", 10, {"holds_06b": True}, True),
    ("16_3", 5_000, {}, False),
]  # fmt: skip


def test_ambulance_runs_across_midnight() -> None:
    office = published("fire")
    run = payload(add("fire.ems_runs", office, RUN))
    assert [run[key] for key in ("dispatch_min", "response_min", "left_min", "hospital_min")] == [
        2,
        8,
        20,
        36,
    ]
    assert (run["response_band"], run["within_ten"]) == ("05-09", True)
    late = {
        **RUN,
        "run_no": "2026-00002",
        "arrived_at": "00:15",
        "left_at": "00:20",
        "called_on": "2026-04-02",
    }
    kept = payload(add("fire.ems_runs", office, late))
    assert (kept["response_min"], kept["response_band"], kept["within_ten"]) == (20, "20-", False)
    for number, kind in ((3, "traffic"), (4, "traffic")):
        add("fire.ems_runs", office, {**RUN, "run_no": f"2026-0000{number}", "kind": kind})
    table = statistic_make(KEEPER, schema_get("fire.ems_runs"), "kind_month", on=DAY)
    assert (table.cell("illness", "01"), table.cell("illness", "04"), table.cell("traffic", "01")) == (
        1,
        1,
        2,
    )
    assert statistic_make(KEEPER, schema_get("fire.ems_runs"), "kind_severity", on=DAY).small == 3
    assert figure("fire.arrived_in_time", 2025) == 100, "January belongs to the fiscal year before"
    assert figure("fire.arrived_in_time", 2026) == 0

    def words(**more: Any) -> list[str]:
        return refused_add("fire.ems_runs", office, {**RUN, "run_no": "2026-00009", **more})

    assert words(arrived_at="23:56") == ["現場に着いた時刻が、出場の時刻より前です。"]
    assert words(severity=None) == [
        "搬送したときは、現着と病院到着の時刻、人数、程度、年齢の区分が要ります。"
    ]
    assert words(not_why="refused") == ["搬送しなかったときだけ、その理由を選んでください。"]
    assert words(run_no="2025-00001") == ["救急番号の年が、覚知した日の年と違います。"]
    statistician = viewer_with("registers.view")
    hidden = schema_get("fire.ems_runs").fields.keys() - fields_seen(
        statistician, schema_get("fire.ems_runs"), office_id=office
    )
    assert hidden == {"place", "arrest", "witnessed", "bystander_cpr", "bystander_aed"}


def test_fires() -> None:
    office = published("fire")
    values = {**FIRE, "burnt_half": 1, "burnt_small": 2, "loss_building": 3_200_000, "loss_contents": 450_000}
    fire = add("fire.fires", office, values)
    kept = payload(fire)
    assert fire.number == "2026-001"
    assert [kept[key] for key in ("dispatch_min", "water_min", "controlled_min", "out_min")] == [
        2,
        9,
        48,
        138,
    ]
    assert (kept["burnt_buildings"], kept["loss_total"]) == (3, 3_650_000)
    spring = {"fire_no": "2026-002", "occurred_on": "2026-04-10", "called_on": "2026-04-10"}
    days = {"controlled_on": "2026-04-11", "out_on": "2026-04-11", "kind": "forest", "loss_other": 10_000}
    add("fire.fires", office, {**FIRE, **spring, **days, "burnt_forest": 30})
    table = statistic_make(KEEPER, schema_get("fire.fires"), "loss_year", on=DAY)
    assert (table.cell("building", "2026"), table.cell("forest", "2026")) == (3_650_000, 10_000)
    months = statistic_make(KEEPER, schema_get("fire.fires"), "year_month", on=DAY)
    assert (months.cell("2026", "01"), months.cell("2026", "04")) == (1, 1)
    assert figure("fire.fires_in_year", 2025) == 1
    assert figure("fire.fires_in_year", 2026) == 1

    def words(**more: Any) -> list[str]:
        return refused_add("fire.fires", office, {**FIRE, "fire_no": "2026-003", **more})

    floor = ["焼損床面積は、建物火災か、建物に延焼した火災だけに書けます。"]
    assert words(kind="vehicle", burnt_floor=12) == floor
    assert words(burnt_forest=3) == ["林野の焼損面積は、林野火災か、林野に延焼した火災だけに書けます。"]
    assert words(dead=1) == ["死者があるときは、発生した経過を書いてください。"]
    assert words(dead_later=2) == ["30日死者は負傷者の内数です。負傷者の数を確かめてください。"]
    assert words(controlled_at="00:00") == ["鎮圧の日時が、出場か放水より前です。"]
    assert words(out_at="00:39") == ["鎮火の日時が、覚知か鎮圧より前です。"]
    add(
        "fire.fires",
        office,
        {**FIRE, "fire_no": "2026-004", "kind": "vehicle", "spread": ["building"], "burnt_floor": 12},
    )

    change(fire, cause="pending", state="checked")
    assert refused_change(fire, state="reported") == ["出火原因が調査中のままでは、報告済みにできません。"]
    change(fire, cause="stove", state="reported")
    (refusal,) = refused_change(fire, state="draft")
    assert "「報告済み」から先に変えられません" in refusal
    assert sorted(listed("fire.fires", "open")) == ["2026-002", "2026-004"]


def test_premises_and_their_violations() -> None:
    office = published("fire")
    for number, (use_class, capacity, more, needed) in enumerate(MANAGERS):
        values = {**HOTEL, "name": f"建物{number}", "use_class": use_class, "capacity": capacity, **more}
        assert payload(add("fire.premises", office, values))["manager_needed"] is needed, use_class
    assert len(listed("fire.premises", "without_manager")) == sum(needed for *_rest, needed in MANAGERS)
    report = add("fire.premises", office, {**HOTEL, "equipment_report_on": "2026-04-01"})
    assert payload(report)["report_due_on"] == "2027-04-01"
    change(report, use_class="15")
    assert payload(report)["report_due_on"] == "2029-03-31", "1,095 days, one of them in a leap year"

    hotel = report.number
    first = add("fire.violations", office, VIOLATION, hotel)
    add("fire.violations", office, {**VIOLATION, "what": "訓練をしていない。", "kind": "plan"}, hotel)
    assert payload(report)["open_violations"] == 2
    assert listed("fire.premises", "with_violations") == ["水辺ホテル"]
    change(first, stage="fixed", fixed_on="2026-05-01")
    assert payload(report)["open_violations"] == 1
    assert figure("fire.violations_put_right", 2026) == 50
    (refusal,) = refused_change(first, stage="guided", fixed_on=None)
    assert "「是正済み」から先に変えられません" in refusal

    missing = ["命令には、命令した日、命令書の番号、履行の期限が要ります。"]
    assert refused_add("fire.violations", office, {**VIOLATION, "stage": "ordered"}, hotel) == missing
    order = add("fire.violations", office, {**VIOLATION, **ORDER}, hotel)
    assert refused_change(order, stage="accused") == ["告発の前に、命令を公示した日を書いてください。"]
    change(order, stage="accused", posted_on="2026-05-02")

    found = {"kind": "regular", "inspected_on": "2026-05-12", "found": 2}
    assert refused_add("fire.inspections", office, found, hotel) == [
        "不備があるときは、内容を書いてください。"
    ]
    add("fire.inspections", office, {**found, "findings": "消火器の期限が切れている。"}, hotel)
    table = statistic_make(KEEPER, schema_get("fire.inspections"), "found", on=DAY)
    assert table.cell("2026", "regular") == 2


def test_hazardous_materials_and_rescues() -> None:
    office = published("fire")
    facility = add("fire.hazmat", office, FACILITY)
    (refusal,) = refused_change(facility, state="used")
    assert "交付する前に使わせることはできません" in refusal
    change(facility, state="used", completed_on="2026-05-01")
    permit = add(
        "fire.hazmat_permits", office, {"kind": "close", "received_on": "2026-05-02", "state": "received"},
        facility.number,
    )  # fmt: skip
    change(permit, state="examined")
    told = refused_change(permit, state="denied", decided_on="2026-05-03", denied_why="書類が足りない。")
    assert told == ["届出を不許可にすることはできません。"]
    rescue = {"kind": "traffic", "called_on": "2026-05-01", "called_at": "23:50", "acted": True, "rescued": 1}
    times = {"started_at": "00:05", "finished_at": "00:40"}
    assert payload(add("fire.rescues", office, {**rescue, **times}))["work_min"] == 35
    told = refused_add("fire.rescues", office, {**rescue, **times, "acted": False})
    assert told == ["救助した人がいるときは、活動をしたことになります。活動の有無を確かめてください。"]
