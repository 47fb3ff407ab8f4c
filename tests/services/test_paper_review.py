"""The review of stamps: none is kept without a reason and a rule, none new is asked for without one."""

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
FORM = {"name": "届出書", "stamp": "plain", "decision": "open", "stage": "waiting", "rule": "みなも市規則"}
REASON = "押印を残すときは、理由を書いてください。理由は公表されます。"


@pytest.fixture
def office() -> int:
    return published("paper_review", "procedures")


def test_a_new_form_asks_for_no_stamp_without_a_reason(office: int) -> None:
    words = [
        "新しい様式に押印や署名を求めるときは、理由と根拠が要ります。要らなければ「なし」にしてください。"
    ]
    new = {**FORM, "new_form": True}
    assert refused_add("paper_review.forms", office, new) == words
    add("paper_review.forms", office, {**new, "reason": "印影を照らす"})
    add("paper_review.forms", office, {**new, "stamp": "none"})


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"decision": "keep"}, [REASON]),
        ({"decision": "keep", "reason": "例", "level": "custom"}, ["根拠のない押印は残せません。求める法令・例規を書くか、廃止にしてください。"]),
        ({"decision": "keep", "reason": "例", "rule": None}, ["根拠のない押印は残せません。求める法令・例規を書くか、廃止にしてください。"]),
        ({"decision": "abolish", "level": "law"}, ["国や県の決まりが求める押印は、市だけではやめられません。改正を確かめた日を書いてください。"]),
        ({"decision": "e_signature", "online": "no"}, ["電子署名は、オンラインの手続きでしか使えません。オンライン手続を「できる」か「予定」にしてください。"]),
        ({"decision": "abolish", "stamp": "none"}, ["押印を求めていない様式です。判断は「対象外」にしてください。"]),
    ],
)  # fmt: skip
def test_a_decision_is_refused(office: int, more: dict[str, Any], words: list[str]) -> None:
    decided = {**FORM, "stage": "decided", "decided_on": "2026-05-20", **more}
    assert refused_add("paper_review.forms", office, decided) == words


def test_a_form_goes_from_the_question_to_the_amended_rule(office: int) -> None:
    form = add("paper_review.forms", office, FORM)
    assert listed("paper_review.forms", "open") == ["届出書"]
    jump = "「見直しの段階」は「これから」から「例規を改めた」にできません。できるのは 担当課に照会中、判断済み です。"
    assert jump in refused_change(form, stage="amended")
    assert refused_change(form, stage="decided") == [
        "判断と、判断した日がまだです。書いてから、段階を進めてください。"
    ]
    change(form, stage="decided", decision="abolish", decided_on="2026-05-20", amend="みなも市規則")
    assert listed("paper_review.forms", "to_amend") == ["届出書"]
    undone = [
        "例規を改めた日を書くか、改正が要らないときは「例規の改正は要らない」を「はい」にしてください。"
    ]
    assert refused_change(form, stage="amended") == undone
    change(form, stage="amended", amended_on="2026-10-01")
    assert listed("paper_review.forms", "to_amend") == []
    assert payload(form)["amended_on"] == "2026-10-01"


def test_what_is_published_is_open_and_counted(office: int) -> None:
    decided = {**FORM, "stage": "decided", "decided_on": "2026-05-20"}
    kept = {"name": "印鑑登録", "decision": "keep", "reason": "印影を登録する"}
    add("paper_review.forms", office, FORM)
    for more in ({"decision": "abolish"}, {"decision": "abolish"}, {"decision": "signature"}, kept):
        add("paper_review.forms", office, {**decided, **more})
    add("paper_review.forms", office, {**decided, "decision": "abolish", "decided_on": "2026-03-31"})
    assert closed_in_view("paper_review.forms", "published") == set()
    assert len(listed("paper_review.forms", "published")) == 5, "what is not decided is not there"
    assert listed("paper_review.forms", "kept") == ["印鑑登録"]
    assert figure("paper_review.abolished", 2026) == Decimal(2)
    assert figure("paper_review.ended_share", 2026) == Decimal(75)
    assert figure("paper_review.ended_share", 2025) == Decimal(100)


def test_a_form_leads_to_its_procedure(office: int) -> None:
    procedure = add("procedures.procedures", office, {"name": "届出", "online": "no", "obstacles": ["stamp"]})
    form = add("paper_review.forms", office, {**FORM, "procedure": procedure.number})
    assert payload(form)["procedure"] == "T-0001"
    gone = refused_change(form, procedure="T-0002")
    assert gone == ["「T-0002」という番号のものは見つかりません。番号を確かめてください。"]
