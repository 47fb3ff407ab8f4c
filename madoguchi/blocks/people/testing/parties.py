"""Persons, households, organisations and signed-in residents, and how to run the actions on them."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.test import Client
from django.utils.crypto import get_random_string

from madoguchi.blocks.people.actions import resident_sign_in
from madoguchi.blocks.people.identity.residents import COOKIE
from madoguchi.blocks.people.models import (
    Assurance,
    Birth,
    Mandate,
    Means,
    Membership,
    Party,
    PartyAddress,
    PartyName,
    PartyNumber,
    Protection,
    Residence,
    ResidentAccount,
    ResidentSession,
    SamePerson,
    Source,
)
from madoguchi.blocks.people.parties.facts import address_values, name_values, party_key
from madoguchi.blocks.people.parties.search import Asked
from madoguchi.blocks.people.testing.organisation import DAY, LONG_AGO, NOW, viewer_with
from madoguchi.kernel.clock import now as clock_now
from madoguchi.kernel.rights import Viewer, system_viewer
from madoguchi.kernel.testing import action_scenario

_numbers = itertools.count(1)
HOUSE = system_viewer(on=DAY, duty="試験")


def person_make(
    *,
    name: str = "",
    kana: str = "シケン　タロウ",
    born: str = "1970-01-02",
    died: str = "",
    sex: str = "1",
    address: str = "みなも市一番町1番1号",
    household: Party | None = None,
    relation: str = "世帯主",
    head: bool = True,
    number: str = "",
    key: str = "",
    since: date = LONG_AGO,
    until: date | None = None,
    protected: bool = False,
    source: str = Source.REGISTER,
) -> Party:
    """Make a person with name, birth, address and residence; a resident since ``since``."""
    count = next(_numbers)
    party = Party.objects.create(key=key or party_key(), kind=Party.Kind.PERSON, entered_at=NOW)
    fact: dict[str, Any] = {"party": party, "source": source, "entered_at": NOW}
    Birth.objects.create(born=born, died=died, sex=sex, **fact)
    fact |= {"starts_on": since, "ends_on": until}
    values = name_values(name=name or f"試験　太郎{count}", kana=kana, born=born)
    PartyName.objects.create(**values, **fact)
    if address:
        PartyAddress.objects.create(**address_values(written=address, on=DAY), **fact)
    Residence.objects.create(**fact, ended_by=Residence.End.MOVED_OUT if until else "")
    if household is not None:
        kind = Membership.Kind.HOUSEHOLD
        Membership.objects.create(group=household, kind=kind, head=head, relation=relation, **fact)
    if protected:
        Protection.objects.create(**fact)
    PartyNumber.objects.create(party=party, system="juki", number=number or f"{count:010d}")
    return party


def household_make(key: str = "") -> Party:
    """Make a household without members."""
    return Party.objects.create(key=key or party_key(), kind=Party.Kind.HOUSEHOLD, entered_at=NOW)


def organisation_make(*, name: str = "", form: str = "association", corporate_number: str = "") -> Party:
    """Make an organisation."""
    party = Party.objects.create(
        key=party_key(), kind=Party.Kind.ORGANISATION, form=form, corporate_number=corporate_number,
        entered_at=NOW,
    )  # fmt: skip
    values = name_values(name=name or f"試験自治会{next(_numbers)}", kana="シケンジチカイ")
    PartyName.objects.create(party=party, source=Source.COUNTER, entered_at=NOW, starts_on=LONG_AGO, **values)
    return party


def resident_account_make(
    party: Party | None = None,
    *,
    kind: str = Means.Kind.COUNTER,
    assurance: int = Assurance.IN_PERSON,
    subject: str = "",
    issuer: str = "",
    secret: str = "",
) -> Means:
    """Make an account with one means."""
    opened = Means.Kind.CARD if kind == Means.Kind.PASSKEY else kind
    account = ResidentAccount.objects.create(key=party_key(), party=party, opened_by=opened, opened_at=NOW)
    return Means.objects.create(
        account=account, kind=kind, subject=subject or get_random_string(12), issuer=issuer, secret=secret,
        assurance=assurance, added_at=NOW,
    )  # fmt: skip


def resident_client(
    party: Party | None = None,
    *,
    assurance: int = Assurance.IN_PERSON,
    acting: Mandate | None = None,
    shared: bool = False,
    means: Means | None = None,
    now: datetime | None = None,
) -> Client:
    """Give a test client that is signed in as a person (or as an account of nobody known)."""
    if means is None and party is not None:
        means = Means.objects.filter(account__party=party, account__closed_at=None, ended_at=None).first()
    means = means or resident_account_make(party, assurance=assurance)
    moment = now or clock_now()
    signed_in = resident_sign_in(actor=HOUSE, means_id=means.pk, shared=shared, now=moment)
    ResidentSession.objects.filter(pk=signed_in.session.pk).update(assurance=assurance, acting=acting)
    client = Client()
    client.cookies[COOKIE] = signed_in.token
    return client


def duty_viewer(*rights: str, service: str = "testing", on: date = DAY, key: str = "staff:s00000") -> Viewer:
    """Make a staff viewer that has named a duty and holds these rights over people."""
    viewer = viewer_with(*rights, service=service, on=on, key=key)
    return replace(viewer, duty="試験の用務", duty_key=f"{service}/duty")


# How to run each action


_KEEPER = ("people.party_keep", "people.protection_keep", "people.person_merge", "people.counter_account")


def _keeper() -> Viewer:
    return viewer_with(*_KEEPER)


@action_scenario("people.person_enter")
def _person_enter() -> dict[str, Any]:
    return {"actor": _keeper(), "name": "試験　花子", "kana": "シケン　ハナコ", "born": "1980-02-29",
            "address": "みなも市一番町2番3号", "starts_on": DAY, "now": NOW}  # fmt: skip


@action_scenario("people.organisation_enter")
def _organisation_enter() -> dict[str, Any]:
    return {"actor": _keeper(), "name": "試験医院", "kana": "シケンイイン", "form": "clinic",
            "address": "みなも市一番町5番", "starts_on": DAY, "now": NOW}  # fmt: skip


@action_scenario("people.name_put")
def _name_put() -> dict[str, Any]:
    party = person_make(source=Source.COUNTER)
    return {"actor": _keeper(), "party_key": party.key, "name": "試験　改", "starts_on": DAY, "now": NOW}


@action_scenario("people.address_put")
def _address_put() -> dict[str, Any]:
    party = person_make()
    return {"actor": _keeper(), "party_key": party.key, "address": "私書箱1号", "starts_on": DAY, "now": NOW}


@action_scenario("people.birth_put")
def _birth_put() -> dict[str, Any]:
    party = person_make(source=Source.COUNTER)
    return {"actor": _keeper(), "party_key": party.key, "born": "1971", "now": NOW}


@action_scenario("people.member_seat")
def _member_seat() -> dict[str, Any]:
    group, party = organisation_make(), person_make()
    return {"actor": _keeper(), "group_key": group.key, "party_key": party.key, "kind": "officer",
            "relation": "会長", "head": True, "starts_on": DAY, "now": NOW}  # fmt: skip


@action_scenario("people.member_leave")
def _member_leave() -> dict[str, Any]:
    group, party = organisation_make(), person_make()
    Membership.objects.create(
        group=group, party=party, kind="officer", source=Source.COUNTER, entered_at=NOW, starts_on=LONG_AGO
    )
    return {"actor": _keeper(), "group_key": group.key, "party_key": party.key, "kind": "officer", "on": DAY,
            "now": NOW}  # fmt: skip


@action_scenario("people.protection_begin")
def _protection_begin() -> dict[str, Any]:
    return {"actor": _keeper(), "party_key": person_make().key, "starts_on": DAY, "ends_on": None, "now": NOW}


@action_scenario("people.protection_end")
def _protection_end() -> dict[str, Any]:
    party = person_make(protected=True, source=Source.COUNTER)
    return {"actor": _keeper(), "party_key": party.key, "on": DAY, "now": NOW}


@action_scenario("people.party_merge")
def _party_merge() -> dict[str, Any]:
    kept, gone = person_make(), person_make()
    return {"actor": _keeper(), "kept_key": kept.key, "gone_key": gone.key, "reason": "同じ人", "now": NOW}


@action_scenario("people.party_unmerge")
def _party_unmerge() -> dict[str, Any]:
    from madoguchi.blocks.people.actions import party_merge

    merge = party_merge(**_party_merge())
    return {"actor": _keeper(), "merge_id": merge.pk, "reason": "別の人でした", "now": NOW}


def pair_make() -> SamePerson:
    """Make two persons who may be one, waiting for a look."""
    one, other = person_make(), person_make()
    return SamePerson.objects.create(one=one, other=other, score=80, reasons=["kana"], found_at=NOW)


@action_scenario("people.pairs_find")
def _pairs_find() -> dict[str, Any]:
    person_make(name="試験　双葉", kana="シケン　フタバ", born="1960-03-03")
    person_make(name="試験　双葉", kana="シケン　フタバ", born="1960-03-03", source=Source.COUNTER)
    return {"actor": _keeper(), "now": NOW}


@action_scenario("people.pair_judge")
def _pair_judge() -> dict[str, Any]:
    pair = pair_make()
    return {"actor": _keeper(), "pair_id": pair.pk, "same": True, "kept_key": pair.one.key, "note": "同じ",
            "now": NOW}  # fmt: skip


_LOOKS = ("people.identity_view", "people.address_view", "people.household_view", "people.history_view")


@action_scenario("people.persons_search")
def _persons_search() -> dict[str, Any]:
    person_make(name="試験　検索", kana="シケン　ケンサク", born="1970-01-02")
    return {"actor": duty_viewer(*_LOOKS), "asked": Asked(kana="シケン", born="1970"), "now": NOW}


@action_scenario("people.person_open")
def _person_open() -> dict[str, Any]:
    home = household_make()
    person_make(household=home, head=False, relation="子")
    return {"actor": duty_viewer(*_LOOKS), "key": person_make(household=home).key, "now": NOW}


@action_scenario("people.household_open")
def _household_open() -> dict[str, Any]:
    home = household_make()
    person_make(household=home)
    return {"actor": duty_viewer(*_LOOKS), "key": home.key, "on": DAY, "now": NOW}


@action_scenario("people.resident_account_open")
def _account_open() -> dict[str, Any]:
    return {"actor": HOUSE, "opened_by": "card", "kind": "card", "issuer": "https://card.example",
            "subject": get_random_string(12), "assurance": Assurance.CARD, "now": NOW}  # fmt: skip


@action_scenario("people.means_add")
def _means_add() -> dict[str, Any]:
    account = resident_account_make().account
    return {"actor": HOUSE, "account_key": account.key, "kind": "passkey", "subject": get_random_string(12),
            "assurance": Assurance.CONTACT, "now": NOW}  # fmt: skip


@action_scenario("people.means_end")
def _means_end() -> dict[str, Any]:
    return {"actor": HOUSE, "means_id": resident_account_make().pk, "reason": "紛失", "now": NOW}


@action_scenario("people.issuer_end")
def _issuer_end() -> dict[str, Any]:
    resident_account_make(kind=Means.Kind.CARD, assurance=Assurance.CARD, issuer="https://card.example")
    return {"actor": HOUSE, "issuer": "https://card.example", "reason": "番号の切替え", "now": NOW}


@action_scenario("people.resident_sign_in")
def _resident_sign_in() -> dict[str, Any]:
    return {"actor": HOUSE, "means_id": resident_account_make().pk, "now": NOW}


@action_scenario("people.resident_sign_out")
def _resident_sign_out() -> dict[str, Any]:
    means = resident_account_make()
    resident_sign_in(actor=HOUSE, means_id=means.pk, now=NOW)
    actor = Viewer(kind="resident", key=f"resident:{means.account.key}", on=DAY)
    return {"actor": actor, "by": "everywhere", "now": NOW}


@action_scenario("people.resident_account_close")
def _account_close() -> dict[str, Any]:
    account = resident_account_make().account
    return {"actor": HOUSE, "account_key": account.key, "reason": "wish", "now": NOW}
