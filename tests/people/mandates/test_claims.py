"""A parent claims by the register, while the register says so; why a claim fails is never said."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from madoguchi.blocks.people.actions import (
    ClaimRefused,
    MandateTaken,
    mandate_accept,
    mandate_claim,
    member_leave,
    party_merge,
    protection_begin,
)
from madoguchi.blocks.people.models import (
    Assurance,
    Birth,
    Mandate,
    Membership,
    PartyName,
    Protection,
    Source,
)
from madoguchi.blocks.people.parties.facts import name_values
from madoguchi.blocks.people.queries import claimable, delegates_may, mandates_given, mandates_held
from madoguchi.blocks.people.testing import (
    DAY,
    NOW,
    family_make,
    head_officer_make,
    household_make,
    mandate_make,
    person_make,
    resident_viewer,
    viewer_with,
)
from madoguchi.kernel.models import AuditRow
from madoguchi.kernel.rights import NotAllowed

pytestmark = pytest.mark.django_db
ONE_DAY = timedelta(days=1)


def claim(adult, child, **viewer):
    return mandate_claim(actor=resident_viewer(adult, **viewer), party_key=child.key, now=NOW)


def test_a_parent_acts_for_a_child_until_the_day_before_the_birthday():
    adult, child = family_make(born="2009-05-20")
    assert [one.key for one in claimable(resident_viewer(adult))] == [child.key]
    mandate = claim(adult, child)
    assert (mandate.kind, mandate.basis, mandate.services) == ("parent", "register", ["*"])
    assert mandate.ends_on == date(2027, 5, 19)
    assert [one.claimed for one in claimable(resident_viewer(adult))] == [True]
    assert delegates_may(child.pk, "anything", date(2027, 5, 18)) == {adult.pk}
    assert delegates_may(child.pk, "anything", date(2027, 5, 19)) == frozenset()
    with pytest.raises(MandateTaken):
        claim(adult, child)


@pytest.mark.parametrize(
    ("relation", "adult_relation", "allowed"),
    [
        ("子", "世帯主", True), ("長女", "世帯主", True), ("二男", "妻", True), ("養子", "夫", True),
        ("次男", "世帯主", True), ("妻の子", "妻", True), ("妻の子", "世帯主", False), ("夫の子", "夫", True),
        ("子の子", "世帯主", False), ("子の子", "子", False), ("弟", "世帯主", False), ("同居人", "世帯主", False),
        ("子", "同居人", False), ("子", "母", False), ("子", "子", False), ("", "世帯主", False),
    ],
)  # fmt: skip
def test_the_words_of_the_register_decide(relation, adult_relation, allowed):
    adult, child = family_make(relation=relation, adult_relation=adult_relation)
    assert bool(claimable(resident_viewer(adult))) == allowed
    if allowed:
        assert claim(adult, child).kind == "parent"
    else:
        with pytest.raises(ClaimRefused):
            claim(adult, child)


def test_whatever_a_claim_fails_for_the_answer_is_the_same():
    adult, protected = family_make(protected=True)
    _other, stranger = family_make()
    grown, _child = family_make(born="2008-05-13")  # of age at the end of the day before the 18th birthday
    said = set()
    for key in (
        protected.key,
        stranger.key,
        person_make(born="1990").key,
        household_make().key,
        "no-such-key",
    ):
        with pytest.raises(ClaimRefused) as refused:
            mandate_claim(actor=resident_viewer(adult), party_key=key, now=NOW)
        said.add(str(refused.value.message))
    assert len(said) == 1
    assert claimable(resident_viewer(adult)) == claimable(resident_viewer(grown)) == ()
    assert AuditRow.objects.count() == 0, "nothing is left behind that would tell them apart"


def test_who_may_claim():
    adult, child = family_make()
    with pytest.raises(NotAllowed):
        claim(adult, child, assurance=Assurance.CONTACT)
    with pytest.raises(NotAllowed):
        mandate_claim(actor=viewer_with("people.mandate_keep"), party_key=child.key, now=NOW)
    young = person_make(born="2010-01-01")
    home = Membership.objects.get(party=child).group
    Membership.objects.create(
        group=home, party=young, kind="household", relation="妻", source="register", entered_at=NOW,
        starts_on=date(2020, 1, 1),
    )  # fmt: skip
    with pytest.raises(ClaimRefused):
        claim(young, child)


def _move(child) -> None:
    Membership.objects.filter(party=child).update(ends_on=DAY)


def _protect(child) -> None:
    keeper = viewer_with("people.protection_keep")
    protection_begin(actor=keeper, party_key=child.key, starts_on=DAY, ends_on=None, now=NOW)


def _correct(child) -> None:
    Birth.objects.filter(party=child).update(born="2000-01-01")


def _die(child) -> None:
    Birth.objects.filter(party=child).update(died=DAY.isoformat())


@pytest.mark.parametrize("change", [_move, _protect, _correct, _die])
def test_it_holds_only_while_the_register_supports_it(change):
    adult, child = family_make()
    claim(adult, child)
    assert delegates_may(child.pk, "anything", DAY) == {adult.pk}
    change(child)
    assert delegates_may(child.pk, "anything", DAY) == frozenset()


def test_a_birth_known_in_part_counts_only_where_it_is_certain():
    adult, child = family_make(born="2015")
    assert claim(adult, child).ends_on == date(2032, 12, 31)
    elder, unsure = family_make(born="2008")
    with pytest.raises(ClaimRefused):
        claim(elder, unsure)
    parent, unknown = family_make(born="")
    with pytest.raises(ClaimRefused):
        claim(parent, unknown)


def test_a_merged_record_carries_its_mandate():
    adult, child = family_make()
    claim(adult, child)
    kept = person_make(born="1980-01-02")
    keeper = viewer_with("people.person_merge")
    Membership.objects.filter(party=kept).delete()
    party_merge(actor=keeper, kept_key=kept.key, gone_key=adult.key, reason="同じ人", now=NOW)
    assert delegates_may(child.pk, "anything", DAY) == {kept.pk}


def test_the_head_of_an_association_claims_it_while_he_heads_it():
    head, association = head_officer_make()
    with pytest.raises(ClaimRefused):
        claim(person_make(), association)
    assert [(one.key, one.kind) for one in claimable(resident_viewer(head))] == [
        (association.key, "organisation")
    ]
    mandate = claim(head, association)
    assert (mandate.kind, mandate.ends_on) == ("officer", None)
    assert delegates_may(association.pk, "anything", DAY) == {head.pk}
    keeper = viewer_with("people.party_keep")
    member_leave(actor=keeper, group_key=association.key, party_key=head.key, kind="officer", on=DAY, now=NOW)
    assert delegates_may(association.pk, "anything", DAY) == frozenset()


def test_death_of_either_side_ends_what_was_given_by_word():
    for side in (0, 1):
        both = person_make(), person_make()
        mandate = mandate_make(*both)
        assert delegates_may(both[0].pk, "anything", DAY) == {both[1].pk}
        Birth.objects.filter(party=both[side]).update(died=(DAY - ONE_DAY).isoformat())
        assert delegates_may(both[0].pk, "anything", DAY) == frozenset()
        assert Mandate.objects.get(pk=mandate.pk).revoked_at is None


def protect(party, *, starts_on=DAY, ends_on=None, now=NOW) -> None:
    keeper = viewer_with("people.protection_keep")
    protection_begin(actor=keeper, party_key=party.key, starts_on=starts_on, ends_on=ends_on, now=now)


@pytest.mark.parametrize("basis", ["own_word", "papers"])
def test_whoever_is_protected_is_safe_from_those_trusted_before(basis):
    hanako, taro, jiro = person_make(), person_make(), person_make()
    earlier = NOW - timedelta(days=30)
    mandate_make(hanako, taro, basis=basis, offered_at=earlier)
    assert delegates_may(hanako.pk, "anything", DAY) == {taro.pk}
    protect(hanako)
    assert delegates_may(hanako.pk, "anything", DAY) == frozenset()
    assert mandates_held(resident_viewer(taro))[0].state == "ended", "as if it had been taken back"
    assert mandates_given(resident_viewer(hanako))[0].state == "suspended"

    mandate_make(hanako, jiro, basis=basis, offered_at=NOW + timedelta(minutes=1))
    assert delegates_may(hanako.pk, "anything", DAY) == {jiro.pk}, "whom she trusts now"


def test_a_protection_renewed_in_time_is_one_and_a_later_one_is_another():
    hanako, taro = person_make(), person_make()
    year = timedelta(days=365)
    protect(hanako, starts_on=DAY - 3 * year, ends_on=DAY - 2 * year, now=NOW - 3 * year)
    protect(hanako, starts_on=DAY - year, ends_on=DAY, now=NOW - year)
    mandate_make(hanako, taro, offered_at=NOW - ONE_DAY)
    protect(hanako, starts_on=DAY, ends_on=DAY + year, now=NOW)
    assert delegates_may(hanako.pk, "anything", DAY) == {taro.pk}, "given under the same protection"
    other = person_make()
    mandate_make(hanako, other, offered_at=NOW - 2 * year + ONE_DAY)
    assert delegates_may(hanako.pk, "anything", DAY) == {taro.pk}, "given between two of them"


def test_an_offer_of_before_is_accepted_in_vain():
    hanako, taro = person_make(), person_make()
    offer = mandate_make(hanako, taro, offered_at=NOW - timedelta(days=2), accepted=False)
    protect(hanako)
    mandate_accept(actor=resident_viewer(taro), key=offer.key, now=NOW + timedelta(hours=1))
    assert delegates_may(hanako.pk, "anything", DAY) == frozenset()


def test_one_protection_that_is_over_ends_no_other():
    """The counter protects without an end, the register brings a period of its own that runs out (two sources)."""
    hanako, taro = person_make(), person_make()
    mandate_make(hanako, taro, offered_at=NOW - timedelta(days=400))
    protect(hanako, starts_on=DAY - timedelta(days=300))
    Protection.objects.create(
        party=hanako, source=Source.REGISTER, entered_at=NOW, starts_on=DAY - timedelta(days=200),
        ends_on=DAY - ONE_DAY,
    )  # fmt: skip
    assert delegates_may(hanako.pk, "anything", DAY) == frozenset()


def test_a_name_taken_under_protection_is_not_for_those_trusted_before():
    hanako, taro = person_make(name="花野　花子", since=DAY - timedelta(days=900)), person_make()
    mandate = mandate_make(hanako, taro, offered_at=NOW - timedelta(days=400))
    protect(hanako, starts_on=DAY - timedelta(days=300), now=NOW - timedelta(days=300))
    PartyName.objects.filter(party=hanako).update(ends_on=DAY - timedelta(days=10))
    PartyName.objects.create(
        party=hanako, source=Source.REGISTER, entered_at=NOW, starts_on=DAY - timedelta(days=10),
        **name_values(name="月野　花子", kana="ツキノ　ハナコ", born="1970-01-02"),
    )  # fmt: skip
    line = mandates_held(resident_viewer(taro))[0]
    assert (line.key, line.grantor) == (mandate.key, "花野　花子")
