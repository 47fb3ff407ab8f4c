"""No look without a duty, none that leaves no trace, none at a protected person."""

from __future__ import annotations

import json
from datetime import date

import pytest

from madoguchi.blocks.people.actions import (
    DutyMissing,
    TooLittleAsked,
    household_open,
    person_open,
    persons_search,
    protection_begin,
)
from madoguchi.blocks.people.parties.search import Asked
from madoguchi.blocks.people.testing import (
    NOW,
    duty_viewer,
    household_make,
    person_make,
    viewer_with,
)
from madoguchi.kernel.audit import audit_seal, audit_verify
from madoguchi.kernel.models import AuditRow, AuditSubject
from madoguchi.kernel.rights import NotAllowed

pytestmark = pytest.mark.django_db
ALL = [f"people.{name}_view" for name in ("identity", "address", "household", "history", "contact")]
SEES_ALL = duty_viewer(*ALL, "people.protected_view")
SEES_MOST = duty_viewer(*ALL)
ASKED = Asked(kana="ヤマ", born="1970")


def test_a_search_needs_a_duty_a_right_and_a_question() -> None:
    with pytest.raises(DutyMissing):
        persons_search(actor=viewer_with(*ALL), asked=ASKED, now=NOW)
    with pytest.raises(NotAllowed):
        persons_search(actor=duty_viewer("people.address_view"), asked=ASKED, now=NOW)
    for little in (Asked(kana="ヤマ"), Asked(born="1970"), Asked(), Asked(name="山", born="")):
        with pytest.raises(TooLittleAsked):
            persons_search(actor=SEES_MOST, asked=little, now=NOW)
    assert AuditRow.objects.count() == 0
    assert persons_search(actor=SEES_MOST, asked=ASKED, now=NOW).persons == ()
    assert AuditRow.objects.get().event == "people.persons_searched"


def test_a_search_finds_by_every_part_and_says_whom_it_showed() -> None:
    yamada = person_make(name="山田　太郎", kana="ヤマダ　タロウ", born="1970-04-01", number="0000000042")
    person_make(name="山田　次郎", kana="ヤマダ　ジロウ", born="1971-04-01")
    for asked in (
        ASKED,
        Asked(kana="やまだ", born="1970-04"),
        Asked(name="山田", born="1970-04-01"),
        Asked(kana="ﾔﾏﾀﾞﾀ"),
        Asked(number="0000000042"),
    ):
        found = persons_search(actor=SEES_MOST, asked=asked, now=NOW)
        assert [card.key for card in found.persons] == [yamada.key], asked
    rows = AuditRow.objects.filter(event="people.persons_searched")
    assert rows.count() == 5
    assert AuditSubject.objects.filter(kind="people.person", key=yamada.key).count() == 5
    detail = json.loads(rows[0].detail)
    assert (detail["duty"], detail["by"], detail["count"]) == ("testing/duty", ["kana", "born"], 1)
    assert "ヤマ" not in rows[0].detail


def test_a_page_shows_what_the_duty_sees_and_no_more() -> None:
    home = household_make()
    person = person_make(household=home)
    child = person_make(name="試験　子", household=home, head=False, relation="子")
    sheet = person_open(actor=SEES_MOST, key=person.key, now=NOW)
    assert sheet.addresses
    assert sheet.household
    assert sheet.residences
    narrow = person_open(actor=duty_viewer("people.identity_view"), key=person.key, now=NOW)
    assert (narrow.addresses, narrow.household, narrow.residences) == (None, None, None)
    assert narrow.card.address is None
    assert narrow.classes == ("identity",)
    # The child was on the first page only, and is told so.
    assert AuditSubject.objects.filter(key=child.key).count() == 1
    assert AuditSubject.objects.filter(key=person.key).count() == 2
    with pytest.raises(NotAllowed):
        household_open(actor=duty_viewer("people.identity_view"), key=home.key, on=NOW.date(), now=NOW)


def test_the_household_on_a_day_as_it_was_known_at_a_moment() -> None:
    home = household_make()
    head = person_make(household=home, since=date(2020, 1, 1))
    gone = person_make(household=home, head=False, since=date(2020, 1, 1), until=date(2026, 1, 2))

    def members(on: date) -> set[str]:
        return {m.card.key for m in household_open(actor=SEES_MOST, key=home.key, on=on, now=NOW)}

    assert members(date(2026, 1, 1)) == {head.key, gone.key}
    assert members(date(2026, 1, 2)) == {head.key}
    # The departure was entered on 12 May; nobody knew of anything before that.
    before = NOW.replace(month=4)
    with pytest.raises(NotAllowed):
        household_open(actor=SEES_MOST, key=home.key, on=date(2026, 1, 1), at=before, now=NOW)


def test_a_protected_person_is_not_there() -> None:
    home = household_make()
    spouse = person_make(name="山内　花", kana="ヤマウチ　ハナ", household=home, born="1970-01-01")
    hidden = person_make(
        name="山内　海", kana="ヤマウチ　ウミ", household=home, head=False, born="1970-01-01", number="9" * 9
    )
    keeper = viewer_with("people.protection_keep")
    protection_begin(actor=keeper, party_key=hidden.key, starts_on=NOW.date(), ends_on=None, now=NOW)
    for asked in (ASKED, Asked(number="9" * 9), Asked(name="山内", born="1970")):
        keys = {card.key for card in persons_search(actor=SEES_MOST, asked=asked, now=NOW).persons}
        assert hidden.key not in keys
    with pytest.raises(NotAllowed):
        person_open(actor=SEES_MOST, key=hidden.key, now=NOW)
    shown = person_open(actor=SEES_MOST, key=spouse.key, now=NOW)
    assert [member.card.key for member in shown.household or ()] == [spouse.key]
    assert [m.card.key for m in household_open(actor=SEES_MOST, key=home.key, on=NOW.date(), now=NOW)] == [
        spouse.key
    ]
    # Nothing of the looks above names the hidden person.
    assert not AuditSubject.objects.filter(key=hidden.key).exists()
    allowed = person_open(actor=SEES_ALL, key=hidden.key, now=NOW)
    assert allowed.card.protected
    assert len(persons_search(actor=SEES_ALL, asked=ASKED, now=NOW).persons) == 2


def test_protection_begins_and_ends_by_itself() -> None:
    person = person_make(kana="ヤマ　ハル", born="1970-01-01")
    keeper = viewer_with("people.protection_keep")
    protection_begin(
        actor=keeper, party_key=person.key, starts_on=date(2026, 6, 1), ends_on=date(2027, 6, 1), now=NOW
    )
    days = {date(2026, 5, 31): 1, date(2026, 6, 1): 0, date(2027, 5, 31): 0, date(2027, 6, 1): 1}
    for day, count in days.items():
        viewer = duty_viewer(*ALL, on=day)
        assert len(persons_search(actor=viewer, asked=ASKED, now=NOW).persons) == count


def test_who_was_read_is_sealed_too() -> None:
    person = person_make()
    person_open(actor=SEES_MOST, key=person.key, now=NOW)
    audit_seal(now=NOW)
    assert audit_verify().faults == []
    AuditSubject.objects.filter(key=person.key).update(key="somebody-else")
    assert [fault.kind for fault in audit_verify().faults] == ["changed"]
    AuditSubject.objects.all().delete()
    assert [fault.kind for fault in audit_verify().faults] == ["changed"]
