"""The residents of the demo: a small city, and in it some invented people whom documents and tests call by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from madoguchi.blocks.people.actions import (
    CityInhabited,
    SampleCityThere,
    counter_account_open,
    counter_passphrase_choose,
    mandate_enter,
    member_seat,
    organisation_enter,
    sample_city_make,
)
from madoguchi.blocks.people.actions.counter import StartCode, counter_means, passphrase_hash
from madoguchi.blocks.people.mandates.offers import EVERY_SERVICE
from madoguchi.blocks.people.models import Mandate, Membership, Party, PartyNumber
from madoguchi.blocks.people.register.extract import Resident
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.db.two_times import believed
from madoguchi.kernel.rights import Viewer
from madoguchi.kit.yaml12 import yaml_load

LAYOUT = "residents.juki"


@dataclass(frozen=True, slots=True)
class CastSignIn:
    """A resident of the demo who may sign in with a number from the counter."""

    number: str
    passphrase: str
    note: str


def residents_load(path: Path, *, actor: Viewer, now: datetime) -> None:
    """
    Load the residents and organisations of a YAML file (``config/sample_city/residents.yaml`` shows the form).

    Where other residents live already, nothing is loaded; what is there stays as it is.
    """
    file = _read(path)
    cast = [_resident(values) for values in file["cast"].values()]
    try:
        sample_city_make(
            actor=actor, residents=file["residents"], seed=file["seed"], as_of=day_of(now), now=now, cast=cast
        )
    except SampleCityThere:
        pass
    except CityInhabited:
        return
    parties = cast_parties(path)
    for group in file["organisations"]:
        key = _organisation(group, actor=actor, now=now)
        for officer in group["officers"]:
            party = parties[officer["who"]]
            if not Membership.objects.filter(believed(), group__key=key, party=party).exists():
                member_seat(
                    actor=actor, group_key=key, party_key=party.key, kind=Membership.Kind.OFFICER,
                    relation=officer["as"], head=officer.get("head", False), starts_on=group["since"], now=now,
                )  # fmt: skip

    _sign_ins(file["sign_ins"], parties, actor=actor, now=now)
    _mandates(file["mandates"], parties, actor=actor, now=now)


def _sign_ins(
    given: Mapping[str, Any], parties: Mapping[str, Party], *, actor: Viewer, now: datetime
) -> None:
    new = [party for one in given["who"] if counter_means(party := parties[one["who"]]) is None]
    if not new:
        return
    # One passphrase for all, and a start code that is used up at once: each costs half a second, on purpose.
    start, hashed = StartCode.make(), passphrase_hash(given["passphrase"])
    for party in new:
        counter_account_open(actor=actor, party_key=party.key, papers=[given["papers"]], start=start, now=now)
        means = counter_means(party)
        assert means is not None
        counter_passphrase_choose(actor=actor, means_id=means.pk, known=means.secret, hashed=hashed, now=now)


def _mandates(
    given: Sequence[Mapping[str, Any]], parties: Mapping[str, Party], *, actor: Viewer, now: datetime
) -> None:
    for one in given:
        grantor, delegate = parties[one["grantor"]], parties[one["delegate"]]
        if not Mandate.objects.filter(grantor=grantor, delegate=delegate, kind=one["kind"]).exists():
            mandate_enter(
                actor=actor, kind=one["kind"], grantor_key=grantor.key, delegate_key=delegate.key,
                services=[EVERY_SERVICE], papers=one["papers"], starts_on=one["since"], ends_on=None, now=now,
            )  # fmt: skip


def cast_sign_ins(path: Path) -> list[CastSignIn]:
    """Give the residents of the file who have a number from the counter: which, the passphrase, what to try."""
    given, parties = _read(path)["sign_ins"], cast_parties(path)
    found = []
    for one in given["who"]:
        means = counter_means(parties[one["who"]]) if one["who"] in parties else None
        if means is not None:
            found.append(CastSignIn(means.subject, str(given["passphrase"]), str(one["note"])))
    return found


def _organisation(group: Mapping[str, Any], *, actor: Viewer, now: datetime) -> str:
    """Give the key of an organisation, entered when it is not there."""
    named = Party.objects.filter(
        kind=Party.Kind.ORGANISATION, partynames__name=group["name"], partynames__withdrawn_at=None
    ).first()
    if named is None:
        given = {name: group[name] for name in ("name", "kana", "form", "address")}
        named = organisation_enter(actor=actor, **given, starts_on=group["since"], now=now)
    return str(named.key)


def cast_parties(path: Path) -> dict[str, Party]:
    """Give the people whom the file names, by the word by which it calls them; for sign-ins and documents."""
    numbers = {values["number"]: word for word, values in _read(path)["cast"].items()}
    found = PartyNumber.objects.filter(system=LAYOUT, number__in=numbers).select_related("party")
    return {numbers[row.number]: row.party for row in found}


def _resident(values: Mapping[str, str]) -> Resident:
    empty: dict[str, Any] = dict.fromkeys(Resident._fields, "") | {"gone": False}
    return Resident(**empty | {"changed_on": values["address_since"]} | dict(values))


@cache
def _read(path: Path) -> Mapping[str, Any]:
    read: Mapping[str, Any] = yaml_load(path.read_text(encoding="utf-8"))
    return read
