"""One person under two records: what the counter protects, and what a household shows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from madoguchi.blocks.people.actions import (
    FromRegister,
    PartyGone,
    household_open,
    party_merge,
    party_unmerge,
    person_open,
    protection_begin,
    protection_end,
)
from madoguchi.blocks.people.models import Party, PartyMerge, Protection, Source
from madoguchi.blocks.people.testing import (
    DAY,
    NOW,
    duty_viewer,
    household_make,
    person_make,
    viewer_with,
)
from madoguchi.kernel.db.two_times import believed
from madoguchi.kernel.rights import NotAllowed

pytestmark = pytest.mark.django_db
KEEPER = viewer_with("people.protection_keep", "people.person_merge")
SEES = duty_viewer("people.identity_view", "people.household_view", "people.history_view")


def merge(kept: Party, gone: Party) -> PartyMerge:
    found: PartyMerge = party_merge(
        actor=KEEPER, kept_key=kept.key, gone_key=gone.key, reason="同じ人", now=NOW
    )
    return found


def unmerge(merged: PartyMerge) -> None:
    party_unmerge(actor=KEEPER, merge_id=merged.pk, reason="別の人", now=NOW)


def protect(party: Party, *, months: int | None = None) -> None:
    ends_on = None if months is None else DAY + timedelta(days=30 * months)
    protection_begin(actor=KEEPER, party_key=party.key, starts_on=DAY, ends_on=ends_on, now=NOW)


def end(party: Party) -> None:
    protection_end(actor=KEEPER, party_key=party.key, on=DAY + timedelta(days=1), now=NOW)


def test_what_the_register_protects_ends_in_the_register() -> None:
    person = person_make(protected=True)
    with pytest.raises(FromRegister):
        end(person)
    protect(person)
    end(person)
    assert Protection.objects.get(believed(), source=Source.REGISTER).ends_on is None
    counter = Protection.objects.get(believed(), source=Source.COUNTER)
    assert counter.ends_on == DAY + timedelta(days=1)
    with pytest.raises(FromRegister):
        end(person)
    with pytest.raises(PartyGone):
        end(person_make())


def test_what_the_counter_protects_ends_on_whichever_record_it_stands() -> None:
    kept, gone = person_make(), person_make()
    protect(gone)
    merge(kept, gone)
    end(kept)
    assert Protection.objects.get(believed()).ends_on == DAY + timedelta(days=1)


def test_a_protection_that_began_while_two_were_one_holds_for_both() -> None:
    top, kept, gone = person_make(), person_make(), person_make()
    before = person_make(protected=True, source=Source.COUNTER)
    merged = merge(kept, gone)
    merge(top, kept)
    merge(top, before)
    protect(gone, months=12)
    unmerge(merged)
    for party in (top, gone):
        with pytest.raises(NotAllowed):
            person_open(actor=SEES, key=party.key, now=NOW)
    of_gone = Protection.objects.get(believed(), party=gone)
    assert (of_gone.source, of_gone.starts_on, of_gone.ends_on) == (
        Source.COUNTER, DAY, DAY + timedelta(days=360),
    )  # fmt: skip
    # What is of somebody else since before is not theirs.
    assert Protection.objects.filter(believed(), party=before).count() == 1


def test_a_protection_from_before_the_merge_stays_whose_it_was() -> None:
    kept, gone = person_make(), person_make()
    Protection.objects.create(
        party=kept, source=Source.COUNTER, entered_at=NOW - timedelta(days=1), starts_on=DAY
    )
    unmerge(merge(kept, gone))
    assert person_open(actor=SEES, key=gone.key, now=NOW).card.key == gone.key


def test_two_records_of_one_person_are_one_line_of_a_household() -> None:
    home = household_make()
    head = person_make(household=home, head=True, relation="世帯主")
    kept, gone = (person_make(household=home, head=False, relation=relation) for relation in ("子", "同居人"))
    other = person_make(household=home, head=False, relation="妻")
    merge(kept, gone)
    merge(other, head)
    lines = household_open(actor=SEES, key=home.key, on=DAY, now=NOW)
    assert [(line.card.key, line.relation, line.head) for line in lines] == [
        (other.key, "世帯主", True), (kept.key, "子", False),
    ]  # fmt: skip
