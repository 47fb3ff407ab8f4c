"""Everything held about me: whole, mine alone, without secrets, asked for afresh, written down."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.test import Client

from madoguchi.blocks.people.actions import consent_answer, held_export, person_open
from madoguchi.blocks.people.held.export import SCHEMA
from madoguchi.blocks.people.held.registry import held_declare, held_parts
from madoguchi.blocks.people.identity.whose import FIELD
from madoguchi.blocks.people.models import Means, ResidentSession
from madoguchi.blocks.people.queries import HeldAsk
from madoguchi.blocks.people.testing import (
    NOW,
    consents_ready,
    duty_viewer,
    household_make,
    mandate_make,
    person_make,
    resident_account_make,
    resident_client,
    resident_viewer,
)
from madoguchi.kernel.models import AuditRow
from madoguchi.kernel.rights import NotAllowed
from madoguchi.kernel.typeset import typeset
from tests.people.whose import whose_on

pytestmark = pytest.mark.django_db
HELD = "/me/held/"


def taken(client: Client) -> tuple[dict[str, list[dict[str, object]]], bytes]:
    """Take the file, and give its parts and the paper."""
    answer = client.post(HELD, {FIELD: whose_on(client)})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.namelist() == ["held.json", "held.pdf"]
    data = json.loads(archive.read("held.json"))
    assert data["schema"] == SCHEMA
    return {part["name"]: part["rows"] for part in data["parts"]}, archive.read("held.pdf")


def test_the_file_holds_everything_about_me_and_nothing_about_others():
    text = consents_ready()
    home = household_make()
    hanako = person_make(name="花野　花子", household=home, number="0000000077")
    person_make(
        name="花野　次郎", household=home, head=False, number="0000000088", address="みなも市三番町8番"
    )
    taro = person_make(name="月野　太郎", number="0000000099", address="みなも市五番町9番")
    mandate = mandate_make(hanako, taro, papers="委任状")
    consent_answer(
        actor=resident_viewer(hanako),
        key=text.key,
        answer="given",
        sha256=text.sha256,
        language="ja",
        now=NOW,
    )
    clerk = duty_viewer("people.identity_view", "people.household_view", key="staff:s31415")
    person_open(actor=clerk, key=hanako.key, now=NOW)

    parts, paper = taken(resident_client(hanako))

    assert parts["people.names"][0]["name"] == "花野　花子"
    assert parts["people.addresses"][0]["written"] == "みなも市一番町1番1号"
    assert parts["people.memberships"] == [parts["people.memberships"][0]]
    assert parts["people.memberships"][0]["relation"] == "世帯主"
    assert {"system": "juki", "number": "0000000077"} in parts["people.numbers"]
    assert parts["people.mandates"][0]["delegate"] == "月野　太郎"
    assert parts["people.consents"][0]["sha256"] == text.sha256
    assert parts["people.access"][0]["what"] == "人の記録を開きました"
    assert parts["people.births"][0]["born"] == "1970-01-02"
    assert {row["what"] for row in parts["people.audit"]} >= {"同意について答えました"}
    whole = json.dumps(parts, ensure_ascii=False)
    for other in (
        "花野　次郎",
        "0000000088",
        "みなも市三番町",
        "0000000099",
        "みなも市五番町",
        "s31415",
        home.key,
        taro.key,
    ):
        assert other not in whole
    assert mandate.key in whole
    assert paper.startswith(b"%PDF")


def test_no_secret_is_in_it():
    hanako = person_make()
    means = resident_account_make(hanako, kind="card", subject="PAIRWISE-SUBJECT", secret="TOP-SECRET")
    Means.objects.create(
        account=means.account,
        kind="mail",
        subject="hanako@example.jp",
        assurance=1,
        added_at=NOW,
        secret="CODE",
    )
    client = resident_client(hanako, means=means)
    session = ResidentSession.objects.get()
    parts, _paper = taken(client)
    whole = json.dumps(parts, ensure_ascii=False)
    for secret in ("PAIRWISE-SUBJECT", "TOP-SECRET", "CODE", session.digest):
        assert secret not in whole
    assert "hanako@example.jp" in whole
    assert parts["people.sessions"][0]["ended_at"] is None


def test_it_is_asked_for_afresh_and_for_oneself_alone():
    hanako, taro = person_make(), person_make()
    client = resident_client(hanako)
    ResidentSession.objects.update(proved_at=ResidentSession.objects.get().proved_at - timedelta(minutes=11))
    for answer in (client.get(HELD), client.post(HELD, {FIELD: whose_on(client)})):
        assert answer.headers["Location"].startswith("/sign-in/")
    mandate = mandate_make(hanako, taro)
    acting = resident_client(taro, acting=mandate)
    assert acting.get(HELD).status_code == 404
    with pytest.raises(NotAllowed):
        held_export(actor=resident_viewer(taro, acting=mandate), sha256="0", parts={}, now=NOW)
    assert not AuditRow.objects.filter(event="people.held_exported").exists()


def test_taking_it_is_written_down_with_its_digest():
    client = resident_client(person_make())
    answer = client.post(HELD, {FIELD: whose_on(client)})
    import hashlib

    row = AuditRow.objects.get(event="people.held_exported")
    assert json.loads(row.detail)["sha256"] == hashlib.sha256(answer.content).hexdigest()
    assert "市が持っている自分の記録を取り出しました" in client.get("/me/access/").content.decode()


def test_another_block_joins():
    def lent(ask: HeldAsk):
        yield {"thing": f"本 {len(ask.keys)}", "back": True}

    held_declare("testing.loans", label="借りた本", fields={"thing": "本", "back": "返した"}, gather=lent)
    try:
        parts, _paper = taken(resident_client(person_make()))
        assert parts["testing.loans"] == [{"thing": "本 1", "back": True}]
        assert list(parts)[-1] == "testing.loans"
    finally:
        del held_parts._items["testing.loans"]  # type: ignore[attr-defined]


def test_a_paper_of_very_many_entries_says_that_it_is_not_whole(monkeypatch):
    from madoguchi.blocks.people.held import export

    printed: list[dict] = []

    def note(template, data, lang="ja"):
        printed.append(data)
        return typeset(template, data, lang)

    monkeypatch.setattr(export, "ON_PAPER", 2)
    monkeypatch.setattr(export, "typeset", note)
    hanako = person_make()
    for minute in range(3):
        clerk = duty_viewer("people.identity_view")
        person_open(actor=clerk, key=hanako.key, now=NOW + timedelta(minutes=minute))
    parts, _paper = taken(resident_client(hanako))
    assert len(parts["people.access"]) == 3
    (access,) = [part for part in printed[0]["parts"] if part["label"] == "だれが見たか"]
    assert len(access["rows"]) == 2
    assert "held.json" in access["more"]
