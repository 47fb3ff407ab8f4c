"""Devices for pupils: in repair is not lent, nothing leaves unerased, rates as reckoned by hand."""

from __future__ import annotations

from typing import Any

import pytest

from madoguchi.blocks.registers.schema import schema_get
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
DEVICE = {
    "device_no": "MM000123", "serial": "5CD1", "model": "学習端末A", "system": "chrome", "received_on": "2025-08-01",
    "school": "chuo_es", "grade": "e4", "state": "lent", "lent_to": "260123", "lent_on": "2026-04-08",
}  # fmt: skip
REPAIR = {"broken_on": "2026-05-01", "fault": "screen", "state": "sent", "sent_on": "2026-05-02"}
VISIT = {
    "school": "chuo_es", "visited_on": "2026-05-11", "from_at": "09:00", "to_at": "15:30", "main_work": "lesson",
}  # fmt: skip
COUNT = {
    "school": "chuo_es",
    "counted_on": "2026-05-01",
    "pupils": 305,
    "devices": 298,
    "spares": 46,
    "broken": 2,
}


def test_a_device_in_repair_is_not_lent() -> None:
    office = published("school_devices")
    device = add("school_devices.devices", office, DEVICE)
    assert device.number == "MM000123"
    not_lent = "保管中・修理中・廃棄済みの端末は、貸し出されていません。相手の番号を消してください。"
    assert refused_change(device, state="repair") == [not_lent]
    change(device, state="repair", lent_to=None, lent_on=None)
    assert listed("school_devices.devices", "repairing") == ["MM000123"]
    (step,) = refused_change(device, state="lent", lent_to="260123", lent_on="2026-05-10")
    assert "「修理中」から「貸出中」にできません" in step

    first = add("school_devices.repairs", office, REPAIR, device.number)
    assert refused_change(first, state="done", how_paid="city", cost=12_100) == [
        "戻ったときだけ、戻った日を書いてください。"
    ]
    change(first, state="done", returned_on="2026-05-11", how_paid="city", cost=12_100)
    second = add("school_devices.repairs", office, {**REPAIR, "fault": "battery"}, device.number)
    change(second, state="done", returned_on="2026-05-09", how_paid="city", cost=3_000)
    assert payload(device)["repairs_yen"] == 15_100
    told = refused_add(
        "school_devices.repairs", office, {**REPAIR, "how_paid": "guarantee", "cost": 1}, device.number
    )
    assert told == ["保証か保護者の負担のときは、市の費用は0円です。"]
    assert figure("school_devices.days_in_repair", 2026) == 9, "between eight and ten days"

    proof = "廃棄の前に、データを消した日、消去の証明の番号、廃棄した日を書いてください。"
    assert refused_change(device, state="disposed", disposed_on="2026-05-11") == [proof]
    change(device, state="disposed", erased_on="2026-05-11", erase_proof="消-12", disposed_on="2026-05-11")


def test_lending_by_number_alone() -> None:
    office = published("school_devices")

    def words(**more: Any) -> list[str]:
        return refused_add("school_devices.devices", office, {**DEVICE, **more})

    assert words(lent_to=None) == ["貸出中の端末には、相手の番号、貸した日、学年が要ります。"]
    (name,) = words(lent_to="架空　太郎")
    assert "形が違います" in name
    assert words(grade="j1") == ["小学校と中学校の学年が、学校と合いません。"]
    assert words(guarantee_to="2025-07-31") == ["保証の終わりの日が、受け入れた日より前です。"]
    add("school_devices.devices", office, DEVICE)
    (same,) = words(device_no="MM000124")
    assert "「製造番号」が、MM000123 と同じです" in same
    table = statistic_make(KEEPER, schema_get("school_devices.devices"), "by_grade", on=DAY)
    assert table.cell("chuo_es", "e4") == 1


def test_visits_and_rates() -> None:
    office = published("school_devices")
    assert payload(add("school_devices.visits", office, VISIT))["minutes"] == 390
    add("school_devices.visits", office, {**VISIT, "visited_on": "2026-05-12", "to_at": "10:10"})
    table = statistic_make(KEEPER, schema_get("school_devices.visits"), "minutes", on=DAY)
    assert table.cell("chuo_es", "2026") == 390 + 70
    assert figure("school_devices.visits_in_year", 2026) == 2
    told = refused_add(
        "school_devices.visits", office, {**VISIT, "visited_on": "2026-05-13", "to_at": "08:59"}
    )
    assert told == ["終えた時刻が、始めた時刻より後になっていません。"]

    kept = payload(add("school_devices.rates", office, COUNT))
    assert [kept[key] for key in ("per_hundred", "spare_percent", "lacking", "enough")] == [97, 15, 7, False]
    whole = payload(add("school_devices.rates", office, {**COUNT, "school": "nishi_jh", "devices": 305}))
    assert [whole[key] for key in ("per_hundred", "lacking", "enough")] == [100, 0, True]
    assert figure("school_devices.schools_with_enough", 2026) == 50
    assert figure("school_devices.devices_lacking", 2026) == 7
    assert len(listed("school_devices.rates", "lacking")) == 1
    (many,) = refused_add(
        "school_devices.rates", office, {**COUNT, "counted_on": "2026-05-02", "devices": 611}
    )
    assert many.startswith("端末が児童生徒の2倍を超えています")
