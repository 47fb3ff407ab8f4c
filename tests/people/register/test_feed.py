"""Files of the register: what is refused before anything changes, and what an applied one leaves."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from madoguchi.blocks.people.actions import (
    FeedApplied,
    FeedNotReady,
    SameHand,
    feed_accept,
    feed_apply,
    household_open,
    person_open,
)
from madoguchi.blocks.people.models import (
    Birth,
    FeedDelivery,
    Membership,
    Party,
    PartyAddress,
    PartyName,
    PartyNumber,
    Protection,
    Residence,
)
from madoguchi.blocks.people.register.keeping import FeedFileGone, feeds_tidy
from madoguchi.blocks.people.testing import (
    DAY,
    NOW,
    duty_viewer,
    feed_bring,
    feed_file,
    feed_run,
    layout_ready,
    record,
    viewer_with,
)
from madoguchi.kernel.db.two_times import believed
from madoguchi.kernel.models import AuditRow
from madoguchi.kernel.rights import NotAllowed

pytestmark = pytest.mark.django_db
STATE = FeedDelivery.State
SEES = duty_viewer(
    "people.identity_view", "people.address_view", "people.household_view", "people.history_view"
)
MANY = [record(number) for number in range(1, 51)]


@pytest.fixture(autouse=True)
def layout() -> None:
    layout_ready()


def party(number: int) -> Party:
    return PartyNumber.objects.get(system="residents.juki", number=str(number)).party


def household(number: int, on: date) -> dict[str, str]:
    key = PartyNumber.objects.get(system="residents.juki/household", number=str(number)).party.key
    members = household_open(actor=SEES, key=key, on=on, now=NOW)
    return {member.card.name: member.relation for member in members}


def test_a_first_file_makes_persons_households_and_residences() -> None:
    records = [
        record(
            1,
            name="水無　月子",
            kana="ミナシ　ツキコ",
            sex="2",
            born="昭和25年月日不詳",
            alias="ＭＯＯＮ　ＴＳＵＫＩ",
        ),
        record(2, name="水無　星", household="1001", relation="子", born="20200229"),
        record(3, ended_on="20250331", ended_by="1"),
        record(4, ended_on="20250331", ended_by="2", died="20250331"),
        record(5, protected_from="20260101", protected_to="20270101"),
        record(6, name="SMITH JOHN MICHAEL", kana="", household="", relation=""),
    ]
    delivery = feed_run(records)
    assert (delivery.state, delivery.counts["new"]) == (STATE.APPLIED, 6)
    sheet = person_open(actor=SEES, key=party(1).key, now=NOW)
    assert (sheet.card.name, sheet.card.born, sheet.card.status) == ("水無　月子", "1950", "resident")
    assert sheet.card.address == "みなも市一番町1番1号"
    assert {fact.what for fact in sheet.names} == {"official", "alias"}
    assert household(1001, DAY) == {"水無　月子": "世帯主", "水無　星": "子"}
    statuses = [person_open(actor=SEES, key=party(number).key, now=NOW).card.status for number in (3, 4, 6)]
    assert statuses == ["moved_out", "died", "resident"]
    with pytest.raises(NotAllowed):
        person_open(actor=SEES, key=party(5).key, now=NOW)


def test_the_file_goes_when_it_was_applied(settings: Any, django_capture_on_commit_callbacks: Any) -> None:
    delivery = feed_bring(MANY)
    kept = Path(settings.DATA_DIR) / "feeds" / f"{delivery.sha256}.csv"
    assert kept.stat().st_mode & 0o077 == 0
    with django_capture_on_commit_callbacks(execute=True):
        feed_apply(actor=viewer_with("people.feed_bring"), delivery_id=delivery.pk, now=NOW)
    assert not kept.exists()
    again = feed_bring(MANY[:3])
    Path(settings.DATA_DIR, "feeds", f"{again.sha256}.csv").unlink(missing_ok=True)
    feed_accept(actor=viewer_with("people.feed_accept"), delivery_id=again.pk, reason="確かめた", now=NOW)
    with pytest.raises(FeedFileGone):
        feed_apply(actor=viewer_with("people.feed_bring"), delivery_id=again.pk, now=NOW)


def test_a_file_that_nobody_applied_goes_after_two_weeks(settings: Any) -> None:
    folder = Path(settings.DATA_DIR) / "feeds"
    delivery = feed_bring(MANY)
    left = folder / "broken.new"
    left.write_bytes(b"of an import that broke off")
    kept = folder / f"{delivery.sha256}.csv"
    for file in (kept, left):
        os.utime(file, (NOW.timestamp(), NOW.timestamp()))
    FeedDelivery.objects.filter(pk=delivery.pk).update(received_at=NOW)
    feeds_tidy(now=NOW + timedelta(days=14))
    assert kept.exists()
    feeds_tidy(now=NOW + timedelta(days=14, seconds=1))
    assert not kept.exists()
    assert not left.exists()
    with pytest.raises(FeedFileGone):
        feed_apply(actor=viewer_with("people.feed_bring"), delivery_id=delivery.pk, now=NOW)


REFUSED: list[tuple[str, Any, str]] = [
    ("cut in half", lambda whole: whole[: len(whole) // 2], "切れて"),
    ("without its last line", lambda whole: whole[: whole.rstrip().rindex(b"\r\n") + 2], "最後の行"),
    ("in another encoding", lambda whole: whole.decode().encode("cp932"), "cp932"),
    ("with a row less", lambda whole: b"\r\n".join([*whole.split(b"\r\n")[:3], *whole.split(b"\r\n")[4:]]), "件数"),
    ("empty", lambda _whole: b"", "空"),
    ("with other headings", lambda whole: whole.replace("続柄".encode(), "関係".encode()), "見出し"),
    ("with letters of the sender's own", lambda whole: whole.replace("人7".encode(), "\ue000".encode()), "外字"),
    ("with a My Number", lambda whole: whole.replace(b"19700102", b"123456789018", 1), "生年月日"),
    ("with a quotation left open", lambda whole: whole.replace("試験　人9".encode(), '"試験'.encode()), "引用符"),
    ("with a record twice", lambda whole: whole.replace(b"\r\n8,", b"\r\n9,"), "同じ番号"),
    ("with two heads", lambda whole: whole.replace(b",1008,", b",1009,"), "世帯主が二人"),
    ("without a head", lambda whole: whole.replace("世帯主".encode(), "妻".encode(), 1), "世帯主がいません"),
    ("with bytes of nothing", lambda whole: whole[:300] + b"\xff\xfe\x00" + whole[300:], "文字コード"),
]  # fmt: skip


@pytest.mark.parametrize(("how", "spoil", "words"), REFUSED, ids=[case[0] for case in REFUSED])
def test_a_spoilt_file_is_refused_before_anything_changes(how: str, spoil: Any, words: str) -> None:
    content = spoil(feed_file(MANY))
    delivery = feed_bring(content)
    assert delivery.state == STATE.REFUSED
    assert any(words in problem for problem in delivery.problems), delivery.problems[:3]
    assert not Party.objects.exists()
    with pytest.raises(FeedNotReady):
        feed_apply(actor=viewer_with("people.feed_bring"), delivery_id=delivery.pk, now=NOW)
    assert not Party.objects.exists()


def test_letters_of_the_sender_are_read_by_the_city_s_table(settings: Any) -> None:
    from dataclasses import replace

    site = replace(settings.ENVIRONMENT.site, values={"values": {"gaiji": {"U+E000": "𠮷"}}})
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, site=site)
    feed_run([record(1, name="\ue000田　一")])
    assert PartyName.objects.get().name == "𠮷田　一"


def test_letters_of_the_official_set_are_kept_beside_their_codes() -> None:
    name = "\U00100123田　一"
    refused = feed_bring([record(1, name=name)])
    assert "行政事務標準文字のコード" in refused.problems[0]
    short = feed_bring([record(1, name=name, name_codes="GJ000123 MJ018433")])
    assert "文字コードは2個" in short.problems[0]
    feed_run([record(1, name=name, name_codes="GJ000123 MJ018433 - MJ006350")])
    kept = PartyName.objects.get()
    assert (kept.name, kept.codes) == (name, "GJ000123 MJ018433 - MJ006350")


def test_a_third_fewer_than_yesterday_waits_for_another_pair_of_eyes() -> None:
    feed_run(MANY)
    before = {model: model.objects.count() for model in (Party, PartyName, Residence, Membership)}
    delivery = feed_bring(MANY[:35])
    assert delivery.state == STATE.ALARM
    assert "30.0%" in delivery.problems[0]
    bringer = viewer_with("people.feed_bring", "people.feed_accept", key="staff:bringer")
    with pytest.raises(FeedNotReady):
        feed_apply(actor=bringer, delivery_id=delivery.pk, now=NOW)
    with pytest.raises(SameHand):
        feed_accept(actor=bringer, delivery_id=delivery.pk, reason="正しい", now=NOW)
    with pytest.raises(NotAllowed):
        feed_accept(actor=viewer_with(), delivery_id=delivery.pk, reason="正しい", now=NOW)
    assert before == {model: model.objects.count() for model in before}
    other = viewer_with("people.feed_accept", key="staff:other")
    feed_accept(actor=other, delivery_id=delivery.pk, reason="住民課に電話で確かめた", now=NOW)
    feed_apply(actor=bringer, delivery_id=delivery.pk, now=NOW)
    assert person_open(actor=SEES, key=party(50).key, now=NOW).card.status == "moved_out"
    with pytest.raises(FeedApplied):
        feed_apply(actor=bringer, delivery_id=delivery.pk, now=NOW)


def test_differences_follow_each_other() -> None:
    early = feed_bring([record(1)], sequence=1)
    assert (early.state, "全件" in early.problems[0]) == (STATE.REFUSED, True)
    feed_run(MANY)
    feed_run([record(1, name="試験　改", changed_on="20260501")], sequence=1)
    for sequence in (1, 3):
        wrong = feed_bring([record(2, name="試験　別")], sequence=sequence)
        assert (wrong.state, "通番は2" in wrong.problems[0]) == (STATE.REFUSED, True)
    old = feed_bring([record(2, name="試験　別")], sequence=2, as_of=date(2026, 5, 1))
    assert (old.state, "古いファイル" in old.problems[0]) == (STATE.REFUSED, True)


def test_a_change_is_a_new_fact_and_an_error_is_withdrawn() -> None:
    feed_run(MANY)
    feed_run([record(1, name="水無　月子", changed_on="20260501")], sequence=1)
    person = party(1)
    names = PartyName.objects.filter(party=person).order_by("entered_at", "pk")
    now_believed = [(row.name, row.starts_on, row.ends_on) for row in names.filter(believed())]
    assert now_believed == [
        ("水無　月子", date(2026, 5, 1), None), ("試験　人1", date(2020, 4, 1), date(2026, 5, 1)),
    ] or sorted(now_believed, key=lambda fact: fact[1]) == [
        ("試験　人1", date(2020, 4, 1), date(2026, 5, 1)), ("水無　月子", date(2026, 5, 1), None),
    ]  # fmt: skip
    assert names.count() == 3
    # The birth year was wrong all the time: no change of name comes from it.
    feed_run([record(1, name="水無　月子", born="19710102", changed_on="20260505")], sequence=2)
    assert names.count() == 3
    assert {row.birth_year for row in names} == {1971}
    assert Birth.objects.filter(party=person).count() == 2


def test_moving_marrying_and_leaving() -> None:
    feed_run(MANY)
    moved = {"address": "みなも市二番町9番9号", "address_since": "20260415", "changed_on": "20260415"}
    feed_run([record(1, **moved, household="1002", relation="妻")], sequence=1)
    assert household(1002, date(2026, 4, 15)) == {"試験　人2": "世帯主", "試験　人1": "妻"}
    assert household(1001, date(2026, 4, 14)) == {"試験　人1": "世帯主"}
    with pytest.raises(NotAllowed):
        household(1001, date(2026, 4, 15))
    left = {"ended_on": "20260510", "ended_by": "1", "changed_on": "20260510"}
    feed_run([record(1, **moved | left, household="1002", relation="妻")], sequence=2)
    card = person_open(actor=SEES, key=party(1).key, now=NOW).card
    assert (card.status, card.address) == ("moved_out", "")
    assert household(1002, date(2026, 5, 10)) == {"試験　人2": "世帯主"}
    back = {"resident_since": "20260511", "address_since": "20260511", "changed_on": "20260511"}
    feed_run([record(1, **back, household="1001")], sequence=3)
    assert person_open(actor=SEES, key=party(1).key, now=NOW).card.status == "resident"
    assert Residence.objects.filter(believed(), party=party(1)).count() == 2


def test_a_record_made_by_mistake_is_withdrawn_and_protection_ends() -> None:
    feed_run([*MANY[:20], record(21, protected_from="20260101")])
    assert Protection.objects.filter(believed()).count() == 1
    feed_run([record(1, gone="1"), record(21, changed_on="20260501")], sequence=1)
    assert not PartyName.objects.filter(believed(), party=party(1)).exists()
    assert PartyName.objects.filter(party=party(1)).exists()
    assert Protection.objects.get(believed()).ends_on == date(2026, 5, 1)


def test_a_file_that_says_nothing_new_changes_nothing() -> None:
    feed_run(MANY)
    before = {
        model: model.objects.count() for model in (Party, PartyName, PartyAddress, Residence, Membership)
    }
    delivery = feed_run([*MANY[1:], MANY[0]])
    assert delivery.counts["same"] == len(MANY)
    assert before == {model: model.objects.count() for model in before}
    assert AuditRow.objects.filter(event="people.feed_applied").count() == 2


def facts() -> set[tuple[Any, ...]]:
    """Everything believed, without ids: what two ways to one day must agree in."""
    found: set[tuple[Any, ...]] = set()
    numbers = dict(PartyNumber.objects.values_list("party_id", "number"))
    for model in (PartyName, PartyAddress, Residence, Membership, Protection):
        for row in model.objects.filter(believed()):
            values = [
                numbers[getattr(row, field.attname)]
                if field.name in ("party", "group")
                else getattr(row, field.attname)
                for field in model._meta.concrete_fields
                if field.name not in ("id", "source", "delivery", "entered_at", "withdrawn_at")
            ]
            found.add((model.__name__, *values))
    return found


@st.composite
def lives(draw: st.DrawFn) -> list[dict[str, str]]:
    """Draw what became of persons 1 to 12: nothing, another name, a move, a departure, a death."""
    changes = []
    for number in range(1, 13):
        what = draw(st.sampled_from(["nothing", "name", "move", "leave", "die", "join"]))
        day = f"202605{draw(st.integers(1, 12)):02d}"
        values: dict[str, dict[str, str]] = {
            "name": {"name": f"改名　人{number}"},
            "move": {"address": f"みなも市三番町{number}番2号", "address_since": day},
            "leave": {"ended_on": day, "ended_by": "1"},
            "die": {"ended_on": day, "ended_by": "2", "died": day},
            "join": {"household": "1050", "relation": "同居人"},
        }
        if what != "nothing":
            changes.append(record(number, **values[what], changed_on=day))
    return changes


@hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lives())
def test_a_full_file_and_differences_lead_to_the_same_facts(changes: list[dict[str, str]]) -> None:
    from django.db import transaction

    changed = {one["number"]: one for one in changes}
    after = [changed.get(one["number"], one) for one in MANY]
    with transaction.atomic():
        feed_run(MANY)
        if changes:
            half = len(changes) // 2
            feed_run(changes[:half] or changes, sequence=1)
            feed_run([*changes[half:], MANY[49]], sequence=2)
        by_differences = facts()
        transaction.set_rollback(True)
    with transaction.atomic():
        feed_run(MANY)
        feed_run(after + ([record(99)] if not changes else []))
        by_full = facts()
        transaction.set_rollback(True)
    strangers = {fact for fact in by_full if "99" in map(str, fact) or "1099" in map(str, fact)}
    assert by_differences == by_full - strangers
