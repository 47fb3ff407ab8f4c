"""The database refuses what must not be, whoever writes: raw rows, both databases."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from madoguchi.blocks.people.models import (
    Birth,
    DocumentSignature,
    Mandate,
    Means,
    Membership,
    Party,
    PartyAddress,
    PartyMerge,
    PartyName,
    PartyNumber,
    Protection,
    Residence,
    ResidentAccount,
    ResidentSession,
)
from madoguchi.blocks.people.testing import (
    NOW,
    household_make,
    organisation_make,
    person_make,
    resident_account_make,
)
from madoguchi.kernel.actions import constraint_of

pytestmark = pytest.mark.django_db
APRIL, MAY, JUNE = date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)


def refused(write: Callable[[], Any]) -> str:
    """Name the constraint that refuses a write."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        write()
    return constraint_of(error.value)


def fact(party: Party, **values: Any) -> dict[str, Any]:
    return {"party": party, "source": "counter", "entered_at": NOW, "starts_on": APRIL, **values}


ONE_ON_A_DAY: list[tuple[type[Any], dict[str, Any], str]] = [
    (PartyName, {"name": "甲", "name_key": "甲"}, "party_one_name"),
    (PartyAddress, {"written": "甲", "kind": "mailing"}, "party_one_address"),
    (Residence, {}, "party_one_residence"),
    (Protection, {}, "party_protected_once"),
]


@pytest.mark.parametrize(("model", "values", "name"), ONE_ON_A_DAY, ids=lambda value: str(value)[:20])
def test_one_believed_fact_on_a_day(model: type[Any], values: dict[str, Any], name: str) -> None:
    party = Party.objects.create(key="K-1", kind="person", entered_at=NOW)
    first = model.objects.create(**fact(party, **values))
    assert refused(lambda: model.objects.create(**fact(party, **values, ends_on=MAY))) == name
    model.objects.filter(pk=first.pk).update(ends_on=MAY)
    second = model.objects.create(**fact(party, **values | {"starts_on": MAY}))
    # Withdrawn facts are no rivals: that is how one is corrected.
    model.objects.filter(pk=second.pk).update(withdrawn_at=NOW)
    model.objects.create(**fact(party, **values | {"starts_on": MAY}))
    assert refused(lambda: model.objects.filter(pk=second.pk).update(withdrawn_at=None)) == name


def test_two_addresses_of_two_kinds_and_two_names_of_two_uses_are_fine() -> None:
    party = person_make()
    PartyAddress.objects.create(**fact(party, written="私書箱", kind="mailing"))
    PartyName.objects.create(**fact(party, name="旧", name_key="旧", use="former"))
    assert party.partyaddresss.count() == 2


def test_one_household_and_one_head() -> None:
    home, other = household_make(), household_make()
    head, child = person_make(household=home), person_make(household=home, head=False, relation="子")
    join: dict[str, Any] = {"kind": "household", "group": other}
    assert refused(lambda: Membership.objects.create(**fact(child, **join))) == "person_one_household"
    Membership.objects.filter(party=child).update(withdrawn_at=NOW)
    second = {"kind": "household", "group": home, "head": True}
    assert refused(lambda: Membership.objects.create(**fact(child, **second))) == "household_one_head"
    Membership.objects.create(**fact(child, **join, head=True))
    # An officer of two associations, and a member of one, is nobody's business here.
    for _ in range(2):
        Membership.objects.create(**fact(head, kind="officer", group=organisation_make()))


def test_equal_numbers_of_two_facilities_are_two_numbers() -> None:
    one, other = person_make(number="J-42"), person_make()
    PartyNumber.objects.create(party=other, system="after-school:minami", number="7")
    PartyNumber.objects.create(party=one, system="after-school:kita", number="7")
    again = {"party": other, "system": "after-school:kita", "number": "7"}
    assert refused(lambda: PartyNumber.objects.create(**again)) == "number_once_per_system"


def test_birth_is_believed_once() -> None:
    party = person_make()
    again = {"party": party, "source": "counter", "entered_at": NOW}
    assert refused(lambda: Birth.objects.create(**again)) == "party_born_once"


def test_periods_and_beliefs_go_forward() -> None:
    party = person_make()
    values = fact(party, kind="mailing", written="甲", starts_on=JUNE, ends_on=MAY)
    assert refused(lambda: PartyAddress.objects.create(**values)) == "partyaddress_period_forward"
    before = NOW.replace(year=2025)
    late = fact(party, kind="mailing", written="甲", withdrawn_at=before)
    assert refused(lambda: PartyAddress.objects.create(**late)) == "partyaddress_belief_forward"


def test_a_party_is_merged_once_and_never_under_itself() -> None:
    one, two, three = person_make(), person_make(), person_make()
    merge = {"reason": "同じ", "merged_at": NOW, "merged_by": "x"}
    PartyMerge.objects.create(kept=one, gone=two, **merge)
    again = {"kept": three, "gone": two, **merge}
    assert refused(lambda: PartyMerge.objects.create(**again)) == "party_merged_once"
    assert refused(lambda: PartyMerge.objects.create(kept=one, gone=one, **merge)) == "merge_of_two"
    itself = Party.objects.filter(pk=one.pk)
    assert refused(lambda: itself.update(merged_into=one)) == "party_not_under_itself"


def test_only_organisations_have_a_form_and_a_corporate_number() -> None:
    person = Party.objects.filter(pk=person_make().pk)
    assert refused(lambda: person.update(corporate_number="1000012070001")) == "party_form_fits_kind"
    organisation_make(corporate_number="1000012070001")
    second = Party.objects.filter(pk=organisation_make().pk)
    twice = refused(lambda: second.update(corporate_number="1000012070001"))
    assert twice == "party_corporate_number_once"


def test_one_account_per_person_and_one_account_per_means() -> None:
    party = person_make()
    first = resident_account_make(party, subject="card-1", kind="card", issuer="https://card.example")
    account = {"key": "A-2", "party": party, "opened_by": "card", "opened_at": NOW}
    assert refused(lambda: ResidentAccount.objects.create(**account)) == "person_one_account"
    other = resident_account_make().account
    same = {"account": other, "kind": "card", "issuer": first.issuer, "subject": "card-1", "assurance": 2,
            "added_at": NOW}  # fmt: skip
    assert refused(lambda: Means.objects.create(**same)) == "means_opens_one_account"
    Means.objects.filter(pk=first.pk).update(ended_at=NOW)
    Means.objects.create(**same)


def test_an_address_proves_no_identity() -> None:
    account = resident_account_make().account
    mail = {"account": account, "kind": "mail", "subject": "a@example.jp", "assurance": 2, "added_at": NOW}
    assert refused(lambda: Means.objects.create(**mail)) == "mail_proves_no_identity"


def test_an_ended_session_keeps_nothing_of_the_card() -> None:
    means = resident_account_make()
    session = ResidentSession.objects.create(
        digest="d", account=means.account, means=means, assurance=2, proved_at=NOW, began_at=NOW, seen_at=NOW,
        ends_at=NOW, claims={"name": "甲"},
    )  # fmt: skip
    ended = ResidentSession.objects.filter(pk=session.pk)
    assert refused(lambda: ended.update(ended_at=NOW)) == "session_ended_keeps_no_claims"


def test_nobody_acts_for_himself_or_twice() -> None:
    parent, child = person_make(), person_make()
    mandate = {"kind": "parent", "basis": "register", "offered_at": NOW, "starts_on": APRIL}
    itself = {"key": "M-0", "grantor": child, "delegate": child, **mandate}
    assert refused(lambda: Mandate.objects.create(**itself)) == "mandate_for_another"
    Mandate.objects.create(key="M-1", grantor=child, delegate=parent, **mandate)
    twice = {"key": "M-2", "grantor": child, "delegate": parent, **mandate}
    assert refused(lambda: Mandate.objects.create(**twice)) == "mandate_once"


def test_what_was_found_of_a_signature_is_never_changed() -> None:
    found = DocumentSignature.objects.create(
        document_sha256="0" * 64, signature=b"", issuer="i", serial="1", checked_at=NOW, verdict="valid"
    )
    again = DocumentSignature.objects.filter(pk=found.pk)
    assert refused(lambda: again.update(verdict="invalid")) == "signature_written_once"


def test_a_prefix_is_found_by_the_index() -> None:
    person_make(name="山田　太郎", kana="ヤマダ　タロウ", born="1970-01-02")
    person_make(name="谷　花", kana="タニ　ハナ", born="1970-01-02")
    rows = PartyName.objects.filter(birth_year=1970, kana_key__prefix="ヤマ")
    assert [row.name for row in rows] == ["山田　太郎"]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert re.search(r"name_by_(year_and_)?kana", rows.order_by("kana_key").explain())
