"""The residents of the demo: a small city, and in it some invented people whom documents and tests call by name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from madoguchi.blocks.people.actions import (
    CityInhabited,
    SampleCityThere,
    member_seat,
    organisation_enter,
    sample_city_make,
)
from madoguchi.blocks.people.models import Membership, Party, PartyNumber
from madoguchi.blocks.people.models.parties import believed
from madoguchi.blocks.people.register.extract import Resident
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.rights import Viewer

LAYOUT = "residents.juki"


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
    read: Mapping[str, Any] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return read
