"""ICT assets: contracts that tie to their system, devices that leave only with proof, days that warn."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

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
SYSTEM = {"name": "住民記録システム", "state": "running", "used_from": "2020-01", "contract_to": "2026-09"}
CONTRACT = {
    "subject": "保守", "kind": "maintain", "vendor": "みなもシステム株式会社", "state": "in_force", "yearly_yen": 6_600_000,
    "valid_from": "2026-04-01", "valid_to": "2027-03-31", "next_step": "open",
}  # fmt: skip
DEVICE = {"name": "PC-01", "kind": "pc", "serial": "A1", "state": "use", "storage": True}
PROOF = {"erased_on": "2026-05-01", "erased_by": "destroyed", "proof_no": "消-1"}


@pytest.fixture
def office() -> int:
    return published("ict_assets")


def test_the_yearly_sum_of_a_system_follows_its_contracts_in_force(office: int) -> None:
    system = add("ict_assets.systems", office, SYSTEM)
    assert system.number == "S-0001"
    add("ict_assets.contracts", office, CONTRACT, system.number)
    lease = {**CONTRACT, "subject": "賃借", "kind": "lease", "state": "coming", "yearly_yen": 1_250_000}
    coming = add("ict_assets.contracts", office, lease, system.number)
    assert payload(system)["contracts_yen"] == 6_600_000, "what has not begun does not count"
    change(coming, state="in_force")
    assert payload(system)["contracts_yen"] == 6_600_000 + 1_250_000
    change(coming, state="cancelled")
    assert payload(system)["contracts_yen"] == 6_600_000


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"contract_to": "2019-12"}, "契約終了年月が利用開始年月より前です。どちらかを直してください。"),
        ({"personal": True, "my_number": True, "zone": "internet"}, "マイナンバーを扱うシステムを、インターネット接続系に置くことはできません。領域を確かめてください。"),
        ({"availability": "3"}, "可用性が3のシステムは、止まったときに戻す順番が要ります。復旧の優先順位を選んでください。"),
        ({"ended_on": "2026-03-31"}, "終了した日は、状態が「終了」のときだけ書きます。"),
    ],
)  # fmt: skip
def test_a_system_is_refused(office: int, more: dict[str, Any], words: str) -> None:
    assert refused_add("ict_assets.systems", office, {**SYSTEM, **more}) == [words]


def test_a_contract_ends_after_it_begins_and_is_told_before_it_ends(office: int) -> None:
    number = add("ict_assets.systems", office, SYSTEM).number

    def words(**more: Any) -> list[str]:
        return refused_add("ict_assets.contracts", office, {**CONTRACT, **more}, number)

    assert words(valid_to="2026-03-31") == ["契約の終わりが始まりより前です。日付を確かめてください。"]
    late = ["申し出の期限は、契約の終わりより前の日でなければなりません。"]
    assert words(notice_on="2027-03-31") == late
    assert words(auto_renew=True) == ["申し出がなければ続く契約です。申し出る期限を書いてください。"]
    one = add("ict_assets.contracts", office, {**CONTRACT, "notice_on": "2027-03-30"}, number)
    undecided = ["契約を終了にする前に、次の扱い（続ける・入れ替える・やめる）を決めてください。"]
    assert refused_change(one, state="over") == undecided
    change(one, state="over", next_step="replace")
    assert refused_add("ict_assets.contracts", office, CONTRACT) == ["属するものの番号を書いてください。"]


def test_what_ends_within_half_a_year_is_listed(office: int) -> None:
    number = add("ict_assets.systems", office, SYSTEM).number
    for subject, ends in (("早い", "2026-06-30"), ("183日", "2026-10-01"), ("184日", "2026-10-02")):
        add("ict_assets.contracts", office, {**CONTRACT, "subject": subject, "valid_to": ends}, number)
    assert listed("ict_assets.contracts", "ending", on=date(2026, 4, 1)) == ["早い", "183日"]


def test_a_device_leaves_only_with_proof_of_erasure(office: int) -> None:
    device = add("ict_assets.devices", office, DEVICE)
    skipped = "「状態」は「使用中」から「廃棄済み」にできません。できるのは 保管中、修理中、廃棄・返却の準備、紛失・盗難 です。"
    assert skipped in refused_change(device, state="gone", gone_on="2026-05-10")
    change(device, state="leaving")
    assert listed("ict_assets.devices", "leaving") == ["PC-01"]
    unproved = "データの消去が証明されていません。消去した日、方法、証明書の番号を書いてから、廃棄・返却にしてください。"
    for missing in PROOF:
        proof = {**PROOF, missing: None}
        assert refused_change(device, state="gone", gone_on="2026-05-10", **proof) == [unproved]
    change(device, state="gone", gone_on="2026-05-10", **PROOF)
    assert figure("ict_assets.devices_erased", 2026) == Decimal(1)
    assert refused_change(device, state="use")[0].startswith("「状態」は「廃棄済み」から先に変えられません。")


def test_what_is_leased_goes_back_and_serials_are_once(office: int) -> None:
    leased = {**DEVICE, "state": "leaving", "lease": True, "lease_to": "2026-03-31", **PROOF}
    device = add("ict_assets.devices", office, leased)
    words = "リースの機器は市のものではないので、廃棄できません。返したときは「返却済み」にしてください。"
    assert refused_change(device, state="gone", gone_on="2026-05-10") == [words]
    change(device, state="returned", gone_on="2026-05-10")
    twice = refused_add("ict_assets.devices", office, {**DEVICE, "name": "PC-02"})
    assert twice == ["「製造番号」が、D-00001 と同じです。同じものでないか確かめてください。"]


def test_connections_join_two_systems_that_are_there(office: int) -> None:
    first = add("ict_assets.systems", office, SYSTEM).number
    second = add("ict_assets.systems", office, {**SYSTEM, "name": "税システム"}).number
    link = {
        "what": "異動", "sender": first, "receiver": second, "state": "live", "way": "file",
        "file_name": "idou.csv", "cycle": "daily", "needed": True, "fallback": "紙で渡す",
    }  # fmt: skip
    add("ict_assets.links", office, link)
    assert listed("ict_assets.links", "needed") == ["異動"]
    itself = ["渡すシステムと受け取るシステムが同じです。どちらかを選び直してください。"]
    assert refused_add("ict_assets.links", office, {**link, "receiver": first}) == itself
    gone = refused_add("ict_assets.links", office, {**link, "receiver": "S-9999"})
    assert gone == ["「S-9999」という番号のものは見つかりません。番号を確かめてください。"]


def test_budgets_are_judged_before_they_are_granted(office: int) -> None:
    number = add("ict_assets.systems", office, SYSTEM).number
    ask = {
        "item": "改修",
        "year": "2027",
        "kind": "change",
        "asked_yen": 3_000_000,
        "judgement": "waiting",
    }
    request = add("ict_assets.budgets", office, ask, number)
    assert refused_change(request, granted_yen=1) == [
        "審査の前に予算額は書けません。先に審査の結果を選んでください。"
    ]
    assert set(refused_change(request, judgement="less")) == {
        "減額や見送りには、理由が要ります。要求した課に伝わるように書いてください。",
        "審査した日を書いてください。",
    }
    change(request, judgement="less", reason="一部は不要", judged_on="2026-10-20", granted_yen=2_000_000)
    assert listed("ict_assets.budgets", "waiting") == []


def test_the_share_of_decided_contracts(office: int) -> None:
    number = add("ict_assets.systems", office, SYSTEM).number
    steps = [("2027-03-31", "renew"), ("2026-12-31", "open"), ("2026-06-30", "end"), ("2027-04-01", "end")]
    for ends, step in steps:
        add("ict_assets.contracts", office, {**CONTRACT, "valid_to": ends, "next_step": step}, number)
    # Three end in the fiscal year 2026; of two it is known what follows.
    assert figure("ict_assets.contracts_decided", 2026) == Decimal("66.7")
