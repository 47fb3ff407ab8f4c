"""F37: every name that the provider has for people changes; everybody finds the own account again, nobody another's."""

from __future__ import annotations

import io
import json
import random
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from madoguchi.blocks.people.actions import card_settle, resident_sign_in
from madoguchi.blocks.people.models import Assurance, Mandate, Means, Party, ResidentAccount, ResidentSession
from madoguchi.blocks.people.parties.matching import FourItems
from madoguchi.blocks.people.testing import NOW, person_make, resident_account_make
from madoguchi.blocks.people.testing.identity import HOUSE, ISSUER, items_of
from madoguchi.kernel.models import AuditRow
from tests.people.identity.conftest import Clock

pytestmark = pytest.mark.django_db
OTHER = "https://other.example"


def told(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("identity", "relink", *arguments, "--json", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def settle(subject: str, items: FourItems) -> Means:
    return card_settle(actor=HOUSE, issuer=ISSUER, subject=subject, items=items, now=NOW).means


def town(count: int) -> list[tuple[Party, FourItems]]:
    """A small town: families at one address, namesakes born on other days, one birthday for many."""
    dice = random.Random(37)
    surnames, given = ["試験", "髙田", "渡邉", "島"], ["葵", "蓮", "翔", "凛", "湊", "結衣"]
    people: dict[tuple[str, str, str], tuple[Party, FourItems]] = {}
    while len(people) < count:
        name = f"{dice.choice(surnames)}　{dice.choice(given)}"
        born = (date(1950, 1, 1) + timedelta(days=dice.randrange(60) * 365)).isoformat()
        address = f"みなも市一番町{dice.randrange(1, 30)}番{dice.randrange(1, 5)}号"
        if (name, born, address) in people:
            continue
        person = person_make(name=name, born=born, address=address, sex=dice.choice(["1", "2"]))
        people[name, born, address] = person, items_of(person)
    return list(people.values())


def test_two_hundred_accounts_are_linked_anew_none_lost_none_exchanged(clock: Clock) -> None:
    people = town(200)
    before: dict[int, int] = {}
    for number, (person, items) in enumerate(people):
        means = settle(f"old-{number}", items)
        assert means.account.party == person
        before[person.pk] = means.account.pk
    assert len(set(before.values())) == 200
    parent, child = people[0][0], people[1][0]
    mandate = Mandate.objects.create(**mandate_of(child, parent))
    someone = Means.objects.get(subject="old-7")
    resident_sign_in(actor=HOUSE, means_id=someone.pk, claims={"name": "x"}, now=clock.moment)
    elsewhere = resident_account_make(kind="card", issuer=OTHER, assurance=Assurance.CARD)

    counted = told("--issuer", ISSUER, "--dry-run")
    assert (counted["means"], counted["linked"], counted["unlinked"], counted["ended"]) == (200, 200, 0, 0)
    assert Means.objects.filter(ended_at=None).count() == 201, "nothing was changed"
    done = told("--issuer", ISSUER, "--reason", "認証サービスの識別子の切替え")
    assert (done["ended"], done["sessions"]) == (200, 1)
    assert ResidentSession.objects.filter(ended_at=None).count() == 0
    elsewhere.refresh_from_db()
    assert elsewhere.ended_at is None
    assert ResidentAccount.objects.filter(closed_at=None).count() == 201

    after: dict[int, int] = {}
    for number, (person, items) in enumerate(reversed(people)):
        # The new card writes some things otherwise: that is life.
        means = settle(
            f"new-{number}",
            FourItems(
                items.name.replace("　", " "),
                items.born,
                re.sub(r"(\d+)番(\d+)号", r"\1-\2", items.address),
                items.sex,
            ),
        )
        after[person.pk] = means.account.pk
        assert means.account.party == person
    assert after == before
    assert ResidentAccount.objects.count() == 201
    assert Party.objects.filter(kind="person").count() == 200
    assert Means.objects.filter(kind="card", issuer=ISSUER, ended_at=None).count() == 200
    mandate.refresh_from_db()
    assert (mandate.delegate, mandate.revoked_at) == (parent, None)
    row = AuditRow.objects.get(event="people.issuer_ended")
    assert '"means":200' in row.detail


def mandate_of(grantor: Party, delegate: Party) -> dict[str, Any]:
    return {
        "key": "K7M4-90XW-H2PC", "grantor": grantor, "delegate": delegate, "kind": Mandate.Kind.PARENT, "basis": Mandate.Basis.REGISTER,
        "services": ["*"], "starts_on": date(2026, 4, 1), "offered_at": NOW, "accepted_at": NOW,
    }  # fmt: skip


def test_the_command_refuses_what_makes_no_sense() -> None:
    for arguments in ([], ["--issuer", ISSUER, "--reason", "x"]):
        with pytest.raises(CommandError):
            told(*arguments)
    means = resident_account_make(kind="card", issuer=ISSUER, assurance=Assurance.CARD)
    with pytest.raises(CommandError):
        told("--issuer", ISSUER)
    with pytest.raises(CommandError):
        told("--issuer", f"{ISSUER}/", "--reason", "綴りの違い")
    means.refresh_from_db()
    assert means.ended_at is None
    out = io.StringIO()
    call_command("identity", "relink", "--issuer", ISSUER, "--dry-run", stdout=out)
    assert "何も変えていません" in out.getvalue()
    assert "新しいアカウントになる人：1人" in out.getvalue()
