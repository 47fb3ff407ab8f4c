"""The inventory of procedures: what stands in the way is said, and numbers come out as reckoned by hand."""

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
PROCEDURE = {
    "name": "借用の申請",
    "online": "no",
    "obstacles": ["stamp"],
    "yearly_count": 1_250,
    "minutes": 15,
}
ONLINE = {"online": "yes", "online_from": "2026-05-01", "url": "https://example.jp/kariru", "obstacles": None}


@pytest.fixture
def office() -> int:
    return published("procedures")


def test_hours_at_the_counter(office: int) -> None:
    # 1,250 × 15 minutes are 312.5 hours.
    many = add("procedures.procedures", office, PROCEDURE)
    assert payload(many)["hours"] == 313
    few = add("procedures.procedures", office, {**PROCEDURE, "name": "証明の請求", "minutes": None})
    assert "hours" not in payload(few)
    long = {**PROCEDURE, "name": "相談", "yearly_count": 100, "minutes": 240}
    add("procedures.procedures", office, long)
    found = listed("procedures.procedures", "heavy")
    assert found.index("相談") < found.index("借用の申請"), "400 hours before 313"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"online": "planned"}, "オンライン化の予定には、目標の年度が要ります。"),
        ({"obstacles": None}, "オンラインでできない手続には、妨げを一つ以上選んでください。"),
        ({"online": "unfit"}, "オンラインに向かない理由を、説明に書いてください。"),
        ({**ONLINE, "url": None}, "オンラインでできる手続には、開始日とページのアドレスが要ります。"),
        ({**ONLINE, "obstacles": ["visit"]}, "オンラインでできる手続に、押印か対面の妨げが残っています。どちらかを直してください。"),
        ({"obstacles": ["fee"], "fee_yen": 0}, "手数料が妨げのときは、手数料の額を書いてください。"),
        ({"obstacles": ["papers"]}, "添付書類が妨げのときは、添付書類の数を書いてください。"),
    ],
)  # fmt: skip
def test_a_procedure_is_refused(office: int, more: dict[str, Any], words: str) -> None:
    assert refused_add("procedures.procedures", office, {**PROCEDURE, **more}) == [words]


def test_a_procedure_goes_online_once_nothing_hinders(office: int) -> None:
    procedure = add("procedures.procedures", office, PROCEDURE)
    change(procedure, **ONLINE)
    assert figure("procedures.put_online", 2026) == Decimal(1)
    assert listed("procedures.procedures", "heavy") == []
    back = "「オンライン」は「できる」から「できない」にできません。できるのは 予定 です。"
    assert back in refused_change(procedure, online="no", obstacles=["law"])
    assert closed_in_view("procedures.procedures", "published") == set()


def test_numbers_of_a_fiscal_year(office: int) -> None:
    number = add("procedures.procedures", office, PROCEDURE).number
    year = {"year": "2026", "year_end": "2027-03-31", "total": 1_250, "online": 313}
    count = payload(add("procedures.counts", office, year, number))
    # 313 of 1,250 are 25.04 per cent.
    assert (count["counter"], count["share"]) == (937, 25)
    none = {**year, "year": "2025", "year_end": "2026-03-31", "total": 0, "online": 0}
    assert payload(add("procedures.counts", office, none, number))["share"] == 0
    other = add("procedures.procedures", office, {**PROCEDURE, "name": "証明の請求"}).number
    add("procedures.counts", office, {**year, "total": 750, "online": 187}, other)
    assert figure("procedures.total_count", 2026) == Decimal(2_000)
    assert figure("procedures.online_count", 2026) == Decimal(500)
    assert figure("procedures.total_count", 2025) == Decimal(0)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"online": 11}, ["オンラインの件数が、全体の件数より多くなっています。数を確かめてください。"]),
        ({"year_end": "2027-03-30"}, ["年度の終わりの日は、3月31日です。"]),
        ({"year_end": "2026-03-31"}, ["年度と、年度の終わりの日が合いません。例：2026年度なら2027年3月31日です。"]),
    ],
)  # fmt: skip
def test_numbers_are_refused(office: int, more: dict[str, Any], words: list[str]) -> None:
    number = add("procedures.procedures", office, PROCEDURE).number
    year = {"year": "2026", "year_end": "2027-03-31", "total": 10, "online": 1}
    assert refused_add("procedures.counts", office, {**year, **more}, number) == words
