"""What is known of a person, for himself: each value with where it came from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F

from madoguchi.blocks.people.mandates.standing import root_of
from madoguchi.blocks.people.models import (
    Birth,
    Membership,
    PartyAddress,
    PartyName,
    Residence,
)
from madoguchi.blocks.people.parties.naming import names_on
from madoguchi.kernel.db.two_times import believed, known_on


@dataclass(frozen=True, slots=True)
class OwnFact:
    """
    One value; ``what`` names it (``name.official``, ``born``, ``address.mailing``, ``household`` …).

    :param source: register, card, typed or counter.
    """

    what: str
    text: str
    source: str
    since: date | None = None


def own_facts(parties: Iterable[int], on: date) -> list[OwnFact]:
    """Give what is known of a person on a day, in the order in which it is read."""
    ids = list(parties)
    return [*_names(ids, on), *_births(ids), *_addresses(ids, on), *_residences(ids, on), *_seats(ids, on)]


def _names(ids: list[int], on: date) -> Iterable[OwnFact]:
    rows = PartyName.objects.filter(known_on(on), party__in=ids).order_by(F("use").desc(), "pk")
    # The official name comes first, whatever its code.
    for row in sorted(rows, key=lambda row: row.use != PartyName.Use.OFFICIAL):
        yield OwnFact(f"name.{row.use}", row.name, row.source, row.starts_on)
        if row.kana:
            yield OwnFact(f"kana.{row.use}", row.kana, row.source, row.starts_on)


def _births(ids: list[int]) -> Iterable[OwnFact]:
    for row in Birth.objects.filter(believed(), party__in=ids).order_by("pk"):
        yield OwnFact("born", row.born, row.source)
        if row.sex:
            yield OwnFact("sex", row.sex, row.source)


def _addresses(ids: list[int], on: date) -> Iterable[OwnFact]:
    for row in PartyAddress.objects.filter(known_on(on), party__in=ids).order_by("pk"):
        yield OwnFact(f"address.{row.kind}", row.written, row.source, row.starts_on)


def _residences(ids: list[int], on: date) -> Iterable[OwnFact]:
    for row in Residence.objects.filter(known_on(on), party__in=ids):
        yield OwnFact("resident", "", row.source, row.starts_on)


def _seats(ids: list[int], on: date) -> Iterable[OwnFact]:
    rows = list(Membership.objects.filter(known_on(on), party__in=ids).select_related("group"))
    names = names_on({root_of(row.group) for row in rows if row.kind != Membership.Kind.HOUSEHOLD}, on)
    for row in rows:
        if row.kind == Membership.Kind.HOUSEHOLD:
            yield OwnFact("household", row.relation, row.source, row.starts_on)
        else:
            words = f"{names.get(root_of(row.group), '')} {row.relation}".strip()
            yield OwnFact(f"member.{row.kind}", words, row.source, row.starts_on)
