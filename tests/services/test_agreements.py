"""Agreements: terms that hold together, renewals that move the next day of notice, contacts for a disaster."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from madoguchi.blocks.people.testing import viewer_with
from madoguchi.blocks.registers.queries import record_view
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
AGREEMENT = {
    "name": "業務改革の連携協定", "kind": "cooperation", "state": "in_force", "partner": "みなも大学", "promised": "助言する",
    "signed_on": "2026-04-20", "valid_from": "2026-05-01", "valid_to": "2027-03-31",
}  # fmt: skip
RENEWING = {"auto_renew": True, "renew_months": 12, "notice_on": "2027-02-28"}
WATER = {
    **AGREEMENT, **RENEWING, "name": "飲料水の協定", "kind": "disaster", "partner": "みなも飲料株式会社", "contact_name": "水無　月子",
    "contact_phone": "088-000-0000", "contact_check_by": "2026-06-01",
}  # fmt: skip


@pytest.fixture
def office() -> int:
    return published("agreements")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"valid_to": "2026-04-30"}, "協定の終わりが始まりより前です。日付を確かめてください。"),
        ({"signed_on": None}, "有効な協定には、結んだ日と始まりの日が要ります。"),
        ({"valid_to": None}, "終わりの日を書くか、「期間の定めがない」を「はい」にしてください。"),
        ({"no_end": True}, "期間の定めがない協定に、終わりの日があります。どちらかを直してください。"),
        ({"auto_renew": True, "renew_months": 12}, "自動で続く協定には、続く期間と、続けないと申し出る期限が要ります。"),
        ({**RENEWING, "notice_on": "2027-04-01"}, "申し出る期限が、協定の終わりより後です。日付を確かめてください。"),
        ({"kind": "disaster"}, "災害時の協定には、連絡できる電話と、次に連絡先を確かめる日が要ります。"),
        ({"promised": None}, "約束の内容がありません。相手か市が約束することを書いてください。"),
        ({"ended_on": "2026-05-02"}, "終わった日は、状態が「終了」のときだけ書きます。"),
    ],
)  # fmt: skip
def test_an_agreement_is_refused(office: int, more: dict[str, Any], words: str) -> None:
    assert refused_add("agreements.agreements", office, {**AGREEMENT, **more}) == [words]


def test_a_renewal_moves_both_the_end_and_the_day_of_notice(office: int) -> None:
    one = add("agreements.agreements", office, {**AGREEMENT, **RENEWING})
    assert listed("agreements.agreements", "renewing") == ["業務改革の連携協定"]
    stale = ["続くことを確かめたら、申し出る期限も次の期間のものに書き直してください。"]
    assert refused_change(one, renewed_on="2027-03-01") == stale
    assert refused_change(one, renewed_on="2027-03-01", valid_to="2028-03-31") == stale
    past = "続くことを確かめた日が、協定の終わりより後です。終わりの日を、次の期間の最後の日に書き直してください。"
    assert past in refused_change(one, renewed_on="2027-04-01")
    change(one, renewed_on="2027-03-01", valid_to="2028-03-31", notice_on="2028-02-29")
    assert payload(one)["valid_to"] == "2028-03-31"


def test_what_ends_by_itself_is_listed_in_time_and_what_was_forgotten_too(office: int) -> None:
    add("agreements.agreements", office, AGREEMENT)
    add("agreements.agreements", office, {**AGREEMENT, **RENEWING, "name": "自動"})
    assert listed("agreements.agreements", "ending", on=date(2026, 9, 28)) == []
    assert listed("agreements.agreements", "ending", on=date(2026, 9, 29)) == ["業務改革の連携協定"]
    assert listed("agreements.agreements", "overdue", on=date(2027, 3, 31)) == []
    assert listed("agreements.agreements", "overdue", on=date(2027, 4, 1)) == ["業務改革の連携協定", "自動"]


def test_an_end_needs_its_day_and_reason(office: int) -> None:
    one = add("agreements.agreements", office, AGREEMENT)
    words = ["終わった協定には、終わった日と理由が要ります。"]
    assert refused_change(one, state="ended", ended_on="2027-03-31") == words
    change(one, state="ended", ended_on="2027-03-31", end_reason="期間が満ちた")
    assert refused_change(one, state="in_force", ended_on=None) == [
        "「状態」は「終了」から先に変えられません。入れまちがいなら、訂正してください。"
    ]


def test_contacts_are_seen_by_whom_they_are_for(office: int) -> None:
    one = add("agreements.agreements", office, WATER)
    seen = record_view(
        viewer=viewer_with("registers.view"), register="agreements.agreements", number=one.number, on=date(2026, 6, 1)
    )  # fmt: skip
    assert seen.payload is not None
    assert "contact_phone" not in seen.payload
    assert "contact_name" in seen.hidden
    assert closed_in_view("agreements.agreements", "published") == set()
    assert listed("agreements.agreements", "disaster") == ["飲料水の協定"]


def test_acts_under_an_agreement(office: int) -> None:
    number = add("agreements.agreements", office, WATER).number
    request = {"kind": "request", "what": "水500本", "happened_on": "2026-09-10"}
    words = ["要請には、相手の返事が要ります。まだのときは「待っている」を選んでください。"]
    assert refused_add("agreements.acts", office, request, number) == words
    asked = add("agreements.acts", office, {**request, "answer": "waiting"}, number)
    assert listed("agreements.acts", "waiting") == ["水500本"]
    assert refused_change(asked, answer="accepted", answered_on="2026-09-09") == [
        "返事が要請より前です。日付を確かめてください。"
    ]
    change(asked, answer="accepted", answered_on="2026-09-10")
    add("agreements.acts", office, {"kind": "meeting", "what": "打合せ", "happened_on": "2026-09-11"}, number)
    add("agreements.acts", office, {"kind": "drill", "what": "訓練", "happened_on": "2027-04-01"}, number)
    assert figure("agreements.acts_done", 2026) == Decimal(1)
    assert figure("agreements.signed", 2026) == Decimal(1)
