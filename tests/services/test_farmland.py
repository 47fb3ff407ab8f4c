"""Farmland: permits only after the assembly, terms that end, a list for publication without names."""

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
    closed_in_view,
    figure,
    listed,
    payload,
    published,
    refused_add,
    refused_change,
)

pytestmark = pytest.mark.django_db
PARCEL = {
    "place": {"written": "みなも市水郷町"}, "town": "水郷町", "lot": "101-2", "registered_category": "paddy",
    "actual_category": "paddy", "registered_area": 1_204_00, "owner": "架空　一郎", "owner_known": "known",
    "right_kind": "ownership", "zone": "agri", "urban": "controlled", "use_state": "used",
}  # fmt: skip
CASE = {
    "case_no": "2026-5-001", "article": "5", "applied_on": "2026-05-01", "applicant": "架空　三郎", "giver": "架空　一郎",
    "purpose": "住宅", "moved_area": 300_00, "zone": "agri", "urban": False, "state": "received",
}  # fmt: skip
ASSEMBLY = {"state": "assembled", "assembly_on": "2026-05-08", "assembly_view": "grant"}
GRANTED = {"state": "granted", "decided_on": "2026-05-11", "permit_no": "農第12号"}


def test_no_conversion_without_assembly_or_inside_the_farm_zone() -> None:
    office = published("farmland")
    parcel = add("farmland.parcels", office, PARCEL)
    case = add("farmland.permits", office, CASE, parcel.number)
    assert listed("farmland.permits", "agenda") == ["2026-5-001"]
    assert "「受付」から「許可」にできません" in refused_change(case, **GRANTED)[0]
    missing = ["総会の日と結果を書いてください。議決の前に許可はできません。"]
    assert refused_change(case, state="assembled") == missing
    change(case, **{**ASSEMBLY, "assembly_view": "later"})
    told = refused_change(case, **GRANTED, excluded_on="2026-04-01")
    assert told == ["継続審議のものは、まだ許可も不許可もできません。"]
    change(case, **ASSEMBLY)
    zone = "農用地区域内の農地です。区域から除外した日か、一時転用の終わりの日がなければ許可にできません。"
    assert refused_change(case, **GRANTED) == [zone]
    change(case, **GRANTED, excluded_on="2026-04-01")
    assert listed("farmland.permits", "agenda") == []
    assert listed("farmland.permits", "not_done") == ["2026-5-001"]

    def words(**more: Any) -> list[str]:
        return refused_add(
            "farmland.permits", office, {**CASE, "case_no": "2026-5-002", **more}, parcel.number
        )

    assert words(urban=True) == ["市街化区域の農地の転用は、許可ではなく届出です。"]
    assert words(article="5n") == [
        "転用の届出で足りるのは、市街化区域の農地だけです。許可の申請にしてください。"
    ]
    third = add("farmland.permits", office, {**CASE, "case_no": "2026-3-001", "article": "3"}, parcel.number)
    change(third, **ASSEMBLY)
    change(third, **GRANTED)
    fourth = add("farmland.permits", office, {**CASE, "case_no": "2026-3-002", "article": "3"}, parcel.number)
    change(fourth, **{**ASSEMBLY, "assembly_view": "deny"})
    assert refused_change(fourth, state="denied") == ["不許可の理由を書いてください。"]
    change(fourth, state="denied", denied_why="効率よく耕作するとは認められない。")
    table = statistic_make(KEEPER, schema_get("farmland.permits"), "area", on=DAY)
    assert (table.cell("2026", "5"), table.cell("2026", "3")) == (300_00, 300_00)
    assert figure("farmland.days_to_decision", 2026) == 10


def test_the_published_list_has_open_fields_alone() -> None:
    office = published("farmland")
    add("farmland.parcels", office, PARCEL)
    assert closed_in_view("farmland.parcels", "published") == set()
    schema = schema_get("farmland.parcels")
    publisher = viewer_with("registers.view")
    hidden = schema.fields.keys() - fields_seen(publisher, schema, office_id=office)
    people = {"owner_party", "owner", "owner_address", "cultivator_party", "cultivator", "rent_yen"}
    assert hidden == people | {"owner_known", "tax_deferred", "note"}


def test_rights_and_surveys() -> None:
    office = published("farmland")

    def words(**more: Any) -> list[str]:
        return refused_add("farmland.parcels", office, {**PARCEL, **more})

    assert words(right_to="2034-03-31") == ["所有権で耕作している農地に、権利の終わりや借賃はありません。"]
    assert words(right_kind="lease") == ["借りている農地には、権利の始まりと耕作者が要ります。"]
    assert words(owner=None) == ["所有者が分かるときは、氏名か記録を書いてください。"]
    assert words(urban="urban") == ["市街化区域に農用地区域はありません。区分を確かめてください。"]
    parcel = add("farmland.parcels", office, PARCEL).number
    lease = {
        "kind": "lease", "holder": "農事組合法人みなも", "from_on": "2024-04-01", "to_on": "2074-03-31", "ground": "plan",
        "state": "running",
    }  # fmt: skip
    add("farmland.rights", office, lease, parcel)
    told = refused_add("farmland.rights", office, {**lease, "to_on": "2074-04-01"}, parcel)
    assert told == ["農地の賃貸借の期間は50年までです。"]

    survey = {"year": 2026, "surveyed_on": "2026-05-10", "result": "used"}
    add("farmland.use_surveys", office, survey, parcel)
    idle = {**survey, "result": "idle_1", "idle_area": 300_00}
    told = refused_add("farmland.use_surveys", office, idle, parcel)
    assert told == ["遊休農地とそのおそれのある農地は、所有者の意向を聞きます。「はい」にしてください。"]
    add("farmland.use_surveys", office, {**idle, "again": True}, parcel)
    told = refused_add("farmland.use_surveys", office, {**survey, "year": 2025}, parcel)
    assert told == ["調査の年度と、調査した日の年度が違います。"]
    assert figure("farmland.idle_share", 2026) == 50
    table = statistic_make(KEEPER, schema_get("farmland.use_surveys"), "idle", on=DAY)
    assert table.cell("2026", "idle_1") == 300_00

    asked = {"asked": "架空　一郎", "sent_on": "2026-05-01", "due_on": "2026-05-31", "state": "waiting"}
    letter = add("farmland.intentions", office, asked, parcel)
    told = refused_change(letter, state="answered", answered_on="2026-05-10")
    assert told == ["回答があったときだけ、回答の日と意向の両方を書いてください。"]
    change(letter, state="answered", answered_on="2026-05-10", answer="hub")
    assert payload(letter)["answer"] == "hub"
