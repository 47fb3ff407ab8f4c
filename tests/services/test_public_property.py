"""Public property: books that tie, administrative property that stays, leases that warn in time."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from madoguchi.blocks.registers.actions import record_split
from madoguchi.blocks.registers.actions.genealogy import Source
from madoguchi.blocks.registers.schema import RecordRefused, schema_get
from madoguchi.blocks.registers.statistics import TOTAL, statistic_make
from madoguchi.blocks.registers.testing import DAY, KEEPER, NOW
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
LAND = {
    "name": "旧本町倉庫跡", "place": {"written": "みなも市本町"}, "lot": "45", "category": "lot",
    "registered_area": 312_40, "property_class": "ordinary", "report_class": "lot", "unused": False,
}  # fmt: skip
SCHOOL = {
    **LAND,
    "name": "中央小学校",
    "lot": "12-1",
    "property_class": "administrative",
    "report_class": "school",
}
ENTRY = {"happened_on": "2026-04-01", "kind": "opening", "property_class": "ordinary"}
BUILDING = {
    "name": "校舎", "structure": "rc", "property_class": "administrative", "report_class": "school", "insured": False,
    "acquisition_yen": 650_000_001, "useful_life": 47, "rate": 22,
}  # fmt: skip
LEASE = {
    "kind": "lease", "property_class": "ordinary", "purpose": "駐車場", "tenant": "水郷運送", "from_on": "2026-04-01",
    "to_on": "2027-03-31", "renewable": True, "notice_on": "2027-01-15", "yearly_yen": 120_000, "reduction": "none",
    "decision": "管第42号", "state": "running",
}  # fmt: skip


def test_the_books_tie() -> None:
    office = published("public_property")
    land = add("public_property.land", office, {**LAND, "area": 1, "book_yen": 1})
    assert "area" not in payload(land), "nobody types a sum"
    assert listed("public_property.land", "no_entry") == ["旧本町倉庫跡"]

    def enter(**more: Any) -> None:
        add("public_property.events", office, {**ENTRY, **more}, land.number)

    def words(**more: Any) -> list[str]:
        return refused_add("public_property.events", office, {**ENTRY, **more}, land.number)

    enter(area_change=312_40, value_change=4_000_000)
    enter(kind="gift", area_change=10_05, value_change=100_000, decision="管第1号", happened_on="2026-05-01")
    sale = {"kind": "sale", "area_change": -100_00, "value_change": -1_200_000, "happened_on": "2026-05-02"}
    enter(**sale, price=1_500_000, decision="管第2号")
    enter(kind="revalue", area_change=0, value_change=-50_000, happened_on="2026-05-03")
    assert (payload(land)["area"], payload(land)["book_yen"]) == (222_45, 2_850_000)

    stays = (
        "行政財産のままでは、売り払い、交換、譲与はできません。先に用途廃止を記録し、普通財産にしてください。"
    )
    deal = {**sale, "price": 1_500_000, "decision": "管第2号"}
    assert words(**deal, property_class="administrative") == [stays]
    assert words(**sale) == ["購入と売払いには、対価と決裁の番号が要ります。"]
    assert words(kind="revalue", area_change=1, value_change=0) == [
        "評価替えでは面積は変わりません。面積の増減を0にしてください。"
    ]
    told = words(kind="gift", area_change=-1, value_change=0, decision="管第3号")
    assert told == ["増える事由です。面積は0より大きく、価格は0以上で書いてください。"]
    assert payload(land)["area"] == 222_45, "what was refused moved nothing"

    schema = schema_get("public_property.events")
    up, down, net = (
        statistic_make(KEEPER, schema, key, on=DAY).cell("ordinary", "2026")
        for key in ("area_up", "area_down", "area_net")
    )
    assert (up, down, net) == (10_05, -100_00, 222_45), "the opening balance is no increase of the year"
    rows = statistic_make(KEEPER, schema_get("public_property.land"), "area_by_row", on=DAY)
    assert (rows.cell("lot", "ordinary"), rows.cell(TOTAL, TOTAL)) == (222_45, 222_45)
    assert figure("public_property.land_sold", 2026) == 1


def test_a_change_of_use_moves_between_classes_and_not_the_land() -> None:
    office = published("public_property")
    school = add("public_property.land", office, SCHOOL)
    register, number = "public_property.events", school.number
    opening = {**ENTRY, "property_class": "administrative", "area_change": 312_40, "value_change": 9_000_000}
    add(register, office, opening, number)
    use = {**ENTRY, "kind": "reclassify", "decision": "管第4号", "happened_on": "2026-05-01"}
    out = {"property_class": "administrative", "area_change": -312_40, "value_change": -9_000_000}
    add(register, office, {**use, **out}, number)
    add(register, office, {**use, "area_change": 312_40, "value_change": 9_000_000}, number)
    assert payload(school)["area"] == 312_40
    table = statistic_make(KEEPER, schema_get(register), "area_net", on=DAY)
    assert (table.cell("administrative", "2026"), table.cell("ordinary", "2026")) == (0, 312_40)
    told = refused_change(school, property_class="ordinary")
    assert told == [
        "調書の区分が、財産の分類と合いません。行政財産は施設の区分、普通財産は土地の区分から選んでください。"
    ]
    change(school, property_class="ordinary", report_class="lot", unused=True, unused_plan="sell")
    assert listed("public_property.land", "to_sell") == ["中央小学校"]

    hall = add("public_property.buildings", office, BUILDING, school.number)
    assert payload(hall)["yearly_yen"] == 14_300_000, "2.2% of 650,000,001, rounded down"
    built = {"happened_on": "2026-04-01", "kind": "opening", "property_class": "administrative"}
    add(
        "public_property.building_events",
        office,
        {**built, "area_change": 2_500_00, "value_change": 1},
        hall.number,
    )
    told = refused_add(
        "public_property.building_events", office,
        {**built, "kind": "demolish", "area_change": -2_500_00, "value_change": -1}, hall.number,
    )  # fmt: skip
    assert told == ["決裁の番号を書いてください。"]
    assert payload(hall)["floor_area"] == 2_500_00


def test_a_split_keeps_the_registered_area() -> None:
    office = published("public_property")
    land = add("public_property.land", office, LAND)

    def split(*areas: int) -> None:
        parts = [{**LAND, "lot": f"45-{n}", "registered_area": area} for n, area in enumerate(areas, start=1)]
        record_split(
            actor=KEEPER, register="public_property.land", source=Source(land.number, land.revision), parts=parts,
            on=DAY, reason="分筆", now=NOW,
        )  # fmt: skip

    with pytest.raises(RecordRefused, match="公簿面積"):
        split(200_00, 112_41)
    split(200_00, 112_40)
    assert len(listed("public_property.land", "no_entry")) == 2


def test_leases_warn_and_refuse() -> None:
    office = published("public_property")
    land = add("public_property.land", office, LAND)
    lease = add("public_property.uses", office, LEASE, land.number)

    def words(**more: Any) -> list[str]:
        return refused_add("public_property.uses", office, {**LEASE, **more}, land.number)

    assert words(kind="permit") == ["普通財産は使用許可ではなく、貸付で使わせます。"]
    assert words(property_class="administrative") == [
        "行政財産を貸し付けるときは、その根拠を書いてください。根拠がなければ使用許可です。"
    ]
    assert words(notice_on="2027-03-31") == [
        "更新を知らせる日は、始まりの日から終わりの日の前日までの日にしてください。"
    ]
    assert words(reduction="part") == ["減免の理由と根拠を書いてください。"]
    assert words(yearly_yen=0) == ["有償の貸付なのに料金が0円です。無償の貸付か、免除にしてください。"]
    view = ("public_property.uses", "ending")
    assert (listed(*view, on=date(2026, 12, 30)), listed(*view, on=date(2026, 12, 31))) == ([], ["駐車場"])
    change(lease, state="ended", ended_on="2027-03-31")
    assert listed(*view, on=date(2026, 12, 31)) == []
