"""Sign-ins under way, numbers from the counter, cards; and how to run the actions on them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils.crypto import get_random_string

from madoguchi.blocks.people.actions import sign_in_mail_ask
from madoguchi.blocks.people.actions.counter import (
    CODE_LASTS,
    PAPERS,
    CounterSecret,
    StartCode,
    passphrase_hash,
)
from madoguchi.blocks.people.identity.attempts import Begun
from madoguchi.blocks.people.models import Assurance, Means, Party, PartyAddress, PartyName
from madoguchi.blocks.people.parties.matching import FourItems
from madoguchi.blocks.people.testing.organisation import NOW
from madoguchi.blocks.people.testing.parties import HOUSE, duty_viewer, person_make, resident_account_make
from madoguchi.kernel.declarations import declarations_publish
from madoguchi.kernel.rights import Viewer
from madoguchi.kernel.testing import action_scenario, route_maker

ISSUER = "https://card.example"
PASSPHRASE = "みどり の 自転車 と 海"  # noqa: S105 - of invented persons
PAPER = "driver_licence"


def papers_ready() -> None:
    """Publish the papers that prove who somebody is."""
    declarations_publish(actor=HOUSE, keys=[f"codelist/{PAPERS}"], reason="試験", now=NOW)


def counter_clerk() -> Viewer:
    """Make a clerk at the counter who has named the duty."""
    return duty_viewer("people.counter_account", "people.identity_view", "people.address_view")


def number_make(
    party: Party | None = None, *, passphrase: str = PASSPHRASE, start: bool = False, now: datetime = NOW
) -> Means:
    """Make an account with a number from the counter; ``start``: the passphrase is a start code still."""
    until = (now + CODE_LASTS).isoformat() if start else ""
    means = resident_account_make(party, secret=CounterSecret(make_password(passphrase), until).text())
    Means.objects.filter(pk=means.pk).update(subject=means.account.key)
    means.refresh_from_db()
    return means


def mail_asked(*, address: str = "hanako@example.jp", now: datetime = NOW, account_key: str = "") -> Begun:
    """Begin a sign-in by mail."""
    return sign_in_mail_ask(
        actor=HOUSE,
        address=address,
        origin="http://testserver",
        language="ja",
        account_key=account_key,
        now=now,
    )


def items_of(party: Party) -> FourItems:
    """Give what the card of a person says."""
    birth = party.births.get(withdrawn_at=None)
    name = PartyName.objects.get(party=party, withdrawn_at=None)
    address = PartyAddress.objects.get(party=party, withdrawn_at=None)
    sex = {"1": "male", "2": "female"}.get(birth.sex, "")
    return FourItems(name=name.name, born=birth.born, address=address.written, sex=sex)


@action_scenario("people.sign_in_mail_ask")
def _mail_ask() -> dict[str, Any]:
    return {
        "actor": HOUSE,
        "address": "hanako@example.jp",
        "origin": "http://testserver",
        "language": "ja",
        "now": NOW,
    }


@action_scenario("people.sign_in_mail_write")
def _mail_write() -> dict[str, Any]:
    return {"actor": HOUSE, "attempt_id": mail_asked().attempt.pk, "now": NOW}


@action_scenario("people.resident_sign_in_fail")
def _sign_in_fail() -> dict[str, Any]:
    means = number_make()
    return {"actor": HOUSE, "kind": means.kind, "means": means, "now": NOW}


@action_scenario("people.means_name")
def _means_name() -> dict[str, Any]:
    return {"actor": HOUSE, "means_id": resident_account_make().pk, "label": "スマートフォン", "now": NOW}


@action_scenario("people.counter_account_open")
def _counter_open() -> dict[str, Any]:
    papers_ready()
    return {
        "actor": counter_clerk(),
        "party_key": person_make().key,
        "papers": [PAPER],
        "start": StartCode.make(),
        "now": NOW,
    }


@action_scenario("people.counter_account_reset")
def _counter_reset() -> dict[str, Any]:
    papers_ready()
    party = person_make()
    number_make(party)
    return {
        "actor": counter_clerk(),
        "party_key": party.key,
        "papers": [PAPER],
        "start": StartCode.make(),
        "now": NOW,
    }


@action_scenario("people.counter_account_link")
def _counter_link() -> dict[str, Any]:
    papers_ready()
    account = resident_account_make().account
    return {
        "actor": counter_clerk(),
        "party_key": person_make().key,
        "account_key": account.key,
        "papers": [PAPER],
        "now": NOW,
    }


@action_scenario("people.counter_passphrase_choose")
def _passphrase_choose() -> dict[str, Any]:
    means = number_make(start=True)
    hashed = passphrase_hash(PASSPHRASE)
    return {"actor": HOUSE, "means_id": means.pk, "known": means.secret, "hashed": hashed, "now": NOW}


@action_scenario("people.card_settle")
def _card_settle() -> dict[str, Any]:
    # A renewed card: the account, the old means and its session are all touched.
    party = person_make(name=f"試験　札{get_random_string(6)}")
    resident_account_make(party, kind=Means.Kind.CARD, assurance=Assurance.CARD, issuer=ISSUER)
    return {
        "actor": HOUSE,
        "issuer": ISSUER,
        "subject": get_random_string(12),
        "items": items_of(party),
        "now": NOW,
    }


@action_scenario("people.provider_sign_out")
def _provider_sign_out() -> dict[str, Any]:
    means = resident_account_make(kind=Means.Kind.CARD, assurance=Assurance.CARD, issuer=ISSUER)
    return {"actor": HOUSE, "issuer": ISSUER, "subject": means.subject, "now": NOW}


_COUNTER = {"roles": {"residents/counter"}, "scope": "all"}


@route_maker("people:resident_account")
def _account_page(_office_id: int) -> dict[str, Any]:
    return {"kwargs": {"key": person_make().key}, **_COUNTER}


@route_maker("people:resident_account_link")
def _account_link_page(_office_id: int) -> dict[str, Any]:
    return {"kwargs": {"key": person_make().key}, **_COUNTER}


@route_maker("people:resident_account_end")
def _account_end_page(_office_id: int) -> dict[str, Any]:
    party = person_make()
    number_make(party)
    return {"kwargs": {"key": party.key}, **_COUNTER}


@route_maker("people:resident_account_sheet")
def _account_sheet_page(_office_id: int) -> dict[str, Any]:
    party = person_make()
    means = number_make(party, passphrase="K7M4-90XW-H2PC", start=True)  # noqa: S106 - as above
    return {
        "kwargs": {"key": party.key},
        "data": {"number": means.subject, "code": "K7M4-90XW-H2PC"},
        **_COUNTER,
    }
