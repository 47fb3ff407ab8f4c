"""What was agreed to: the very text, whoever answered, provable later; a changed text is asked again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from madoguchi.blocks.people.actions import AlreadyAnswered, AnswerRefused, TextChanged, consent_answer
from madoguchi.blocks.people.consents.texts import consent_text, covers
from madoguchi.blocks.people.models import Assurance, Consent
from madoguchi.blocks.people.queries import consent_now, consent_proof, consents_answered, consents_open
from madoguchi.blocks.people.testing import (
    CONSENT,
    DAY,
    NOW,
    consents_ready,
    mandate_make,
    person_make,
    resident_viewer,
    viewer_with,
)
from madoguchi.kernel.declarations import published
from madoguchi.kernel.models import AuditRow, OutboxEvent, PublishedDeclaration
from madoguchi.kernel.rights import NotAllowed, anonymous_viewer
from madoguchi.kernel.stamps import stamped_forget
from madoguchi.kit.canonical import canonical_hash

pytestmark = pytest.mark.django_db


def answer(party, given="given", *, text=None, actor=None, now=NOW):
    text = text or consent_text(published("consent", CONSENT), "ja")
    return consent_answer(
        actor=actor or resident_viewer(party), key=text.key, answer=given, sha256=text.sha256,
        language=text.language, now=now,
    )  # fmt: skip


def publish_changed(**changes) -> None:
    """Publish the next version, with changes in the document or (``en=…``) in its English."""
    last = PublishedDeclaration.objects.filter(kind="consent", key=CONSENT).latest("version")
    body = json.loads(last.body)
    body["texts"]["en"] |= changes.pop("en", {})
    body["declaration"] |= changes
    PublishedDeclaration.objects.create(
        kind="consent", key=CONSENT, version=last.version + 1, body=json.dumps(body, ensure_ascii=False),
        sha256=canonical_hash(body), change="minor", published_at=NOW, published_by="system",
    )  # fmt: skip
    stamped_forget()


def test_given_withdrawn_and_given_again():
    consents_ready()
    hanako = person_make()
    assert consent_now(hanako.pk, CONSENT).answer == ""
    assert not consent_now(hanako.pk, CONSENT).holds
    for given, holds in (("refused", False), ("given", True), ("withdrawn", False), ("given", True)):
        answer(hanako, given)
        assert (consent_now(hanako.pk, CONSENT).answer, consent_now(hanako.pk, CONSENT).holds) == (
            given,
            holds,
        )
    with pytest.raises(AlreadyAnswered):
        answer(hanako, "given")
    assert Consent.objects.count() == 4, "appended, never changed"
    assert AuditRow.objects.filter(event="people.consent_answered").count() == 4
    assert OutboxEvent.objects.filter(kind="people.consent_answered").count() == 4
    assert consent_now(person_make().pk, CONSENT).answer == ""


def test_what_cannot_follow_is_refused_in_the_words_of_the_samples():
    consents_ready()
    hanako = person_make()
    with pytest.raises(AnswerRefused, match="取り消すものがありません"):
        answer(hanako, "withdrawn")
    answer(hanako, "given")
    with pytest.raises(AnswerRefused, match="「取り消す」を選んで"):
        answer(hanako, "refused")
    with pytest.raises(NotAllowed):
        answer(hanako, "maybe")
    assert Consent.objects.count() == 1


def test_who_may_answer():
    text = consents_ready()
    hanako, taro = person_make(), person_make()
    reaching = mandate_make(hanako, taro, services=[text.service])
    elsewhere = mandate_make(hanako, taro, kind="tax_accountant", services=["tax"])
    for actor in (
        resident_viewer(hanako, assurance=Assurance.CONTACT),
        replace(resident_viewer(hanako), record=None),
        resident_viewer(taro, acting=elsewhere),
        viewer_with("people.mandate_keep"),
        anonymous_viewer(on=DAY),
    ):
        with pytest.raises(NotAllowed):
            answer(hanako, actor=actor)
    assert consents_open(resident_viewer(taro, acting=elsewhere), "ja") == []

    consent = answer(hanako, actor=resident_viewer(taro, acting=reaching))
    assert consent.mandate == reaching
    assert consent_now(hanako.pk, CONSENT).holds
    assert consent_now(taro.pk, CONSENT).answer == ""
    assert consents_answered(resident_viewer(hanako))[0].by != "", "the grantor sees who answered for him"


def test_the_proof_is_the_very_text_in_the_language_that_was_read():
    consents_ready()
    hanako = person_make(name="花野　花子")
    english = consent_text(published("consent", CONSENT), "en")
    consent = answer(hanako, text=english)
    publish_changed(
        text="まったく別の文面です。前のものとは違います。", en={"text": "Another text altogether."}
    )

    proof = consent_proof(resident_viewer(hanako), consent.pk)
    assert proof.intact
    assert proof.document["text"] == {"lang": "en", "text": english.text.value}
    assert proof.sha256 == canonical_hash(proof.document) == consent.sha256
    assert (proof.party_name, proof.line.version, proof.line.answered_at) == ("花野　花子", 1, NOW)
    with pytest.raises(NotAllowed):
        consent_proof(resident_viewer(person_make()), consent.pk)


def test_a_text_that_changed_while_it_was_read_is_shown_first():
    read = consents_ready()
    publish_changed(text="新しい文面です。読んでいる間に変わりました。")
    with pytest.raises(TextChanged):
        answer(person_make(), text=read)
    with pytest.raises(TextChanged):
        answer(person_make(), text=replace(read, language="en"))
    assert Consent.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "again"),
    [
        ({"text": "もっと多くのことに使う、新しい文面です。"}, True),
        ({"purpose": "別の目的のため。"}, True),
        ({"data": ["氏名とフリガナ", "生年月日", "住所", "世帯主の氏名と続柄", "電話番号"]}, True),
        ({"recipients": ["すべての課"]}, True),
        ({"data": ["氏名とフリガナ", "住所"]}, False),
        ({"label": "住民記録の情報を入力に使うこと"}, False),
        ({"en": {"text": "The same in better English."}}, False),
    ],
)
def test_only_a_major_change_asks_again(changes, again):
    consents_ready()
    hanako = person_make()
    answer(hanako)
    publish_changed(**changes)
    stand = consent_now(hanako.pk, CONSENT)
    assert (stand.asked_again, stand.holds) == (again, not again)
    assert covers(1, published("consent", CONSENT)) == (not again)
    if again:
        answer(hanako, "refused", now=NOW + timedelta(minutes=1))
        assert consent_now(hanako.pk, CONSENT).answer == "refused"
    else:
        with pytest.raises(AlreadyAnswered):
            answer(hanako, "given")


def test_an_agreement_to_an_older_text_can_be_taken_back():
    consents_ready()
    hanako = person_make()
    answer(hanako)
    publish_changed(purpose="別の目的のため。")
    answer(hanako, "withdrawn")
    stand = consent_now(hanako.pk, CONSENT)
    assert (stand.answer, stand.asked_again, stand.holds) == ("withdrawn", False, False)
