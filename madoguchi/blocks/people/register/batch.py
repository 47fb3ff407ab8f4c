"""The rows that a file comes down to, gathered and then written in a few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from madoguchi.blocks.people.models import (
    Birth,
    Membership,
    Party,
    PartyAddress,
    PartyName,
    PartyNumber,
    Protection,
    Residence,
    Source,
)
from madoguchi.blocks.people.models.parties import DatedFact, Fact
from madoguchi.blocks.people.parties.facts import party_key, value_fields
from madoguchi.kernel.db.bulk import ids_reserve, rows_copy
from madoguchi.kit.portions import portions
from madoguchi.kit.timelines import Edit

FACTS: tuple[type[Fact], ...] = (Birth, PartyName, PartyAddress, Residence, Membership, Protection)


class Batch:
    """Rows to withdraw and to enter. Withdrawing comes first, so that no moment holds two rivals."""

    def __init__(self, *, delivery_id: int | None, now: datetime) -> None:
        self._delivery_id = delivery_id
        self._now = now
        self._parties: list[tuple[Any, ...]] = []
        self._numbers: list[tuple[Any, ...]] = []
        self._digests: list[tuple[int, str, str, str]] = []
        self._years: list[tuple[int, int | None]] = []
        self._withdrawn: dict[type[Fact], list[int]] = defaultdict(list)
        self._entered: dict[type[Fact], list[tuple[Any, ...]]] = defaultdict(list)
        self._fields = {model: tuple(value_fields(model)) for model in FACTS}

    def party(self, party_id: int, kind: str, *, system: str, number: str, digest: str = "") -> None:
        """Enter a party and the number by which its system knows it."""
        self._parties.append((party_id, party_key(), kind, "", "", self._now))
        self._numbers.append((party_id, system, number, digest))

    def digest(self, party_id: int, *, system: str, number: str, digest: str) -> None:
        """Remember what a system said last of a number."""
        self._digests.append((party_id, system, number, digest))

    def year(self, party_id: int, year: int | None) -> None:
        """Bring the year by which the names of a person are found up to the birth."""
        self._years.append((party_id, year))

    def enter(
        self,
        model: type[Fact],
        party_id: int,
        values: dict[str, Any],
        *period: date | None,
        source: str = Source.REGISTER.value,
    ) -> None:
        """
        Enter a fact.

        :param period: from when to when, for a fact that has one.
        :param source: who says it, where a file only shortened what another had entered.
        """
        row = tuple(values[name] for name in self._fields[model])
        delivery_id = self._delivery_id if source == Source.REGISTER else None
        self._entered[model].append((party_id, source, delivery_id, self._now, *period, *row))

    def withdraw(self, model: type[Fact], ids: Iterable[int]) -> None:
        """Withdraw facts."""
        self._withdrawn[model].extend(ids)

    def edit(
        self, model: type[DatedFact], party_id: int, edit: Edit, *, source: str = Source.REGISTER.value
    ) -> None:
        """Carry out an edit of a time line."""
        self.withdraw(model, edit.withdrawn)
        for span in edit.entered:
            self.enter(model, party_id, dict(span.values), span.starts_on, span.ends_on, source=source)

    def write(self) -> None:
        """Write what was gathered, and gather anew."""
        for model, ids in self._withdrawn.items():
            for chunk in portions(ids):
                model._default_manager.filter(pk__in=chunk).update(withdrawn_at=self._now)
        if self._parties:
            fields = ("id", "key", "kind", "form", "corporate_number", "entered_at")
            rows_copy(Party, fields, self._parties)
            rows_copy(PartyNumber, ("party", "system", "number", "digest"), self._numbers)
        for model in FACTS:
            if rows := self._entered[model]:
                period = ("starts_on", "ends_on") if issubclass(model, DatedFact) else ()
                common = ("party", "source", "delivery", "entered_at", *period)
                rows_copy(model, (*common, *_names(model, self._fields[model])), rows)
        for party_id, year in self._years:
            PartyName.objects.filter(party_id=party_id).update(birth_year=year)
        for party_id, system, number, digest in self._digests:
            PartyNumber.objects.filter(party_id=party_id, system=system, number=number).update(digest=digest)
        for gathered in (
            self._parties,
            self._numbers,
            self._digests,
            self._years,
            self._withdrawn,
            self._entered,
        ):
            gathered.clear()


def parties_reserve(count: int) -> Sequence[int]:
    """Give ids for new parties."""
    return ids_reserve(Party, count)


def _names(model: type[Fact], columns: Sequence[str]) -> list[str]:
    """Turn column names (``group_id``) into the names of fields."""
    by_column = {field.attname: field.name for field in model._meta.concrete_fields}
    return [by_column[column] for column in columns]
