"""From records to facts: a new person's, and what changed of a known one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
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
from madoguchi.blocks.people.models.parties import DatedFact, believed
from madoguchi.blocks.people.parties.facts import addresses_values, name_values, value_fields, with_all
from madoguchi.blocks.people.parties.timelines import Edit, Span, span_begin, span_end, span_replace
from madoguchi.blocks.people.register.batch import AT_ONCE, Batch, parties_reserve
from madoguchi.blocks.people.register.comparing import Comparison, digest_of
from madoguchi.blocks.people.register.extract import HEAD, Resident

NAMES = (
    (PartyName.Use.OFFICIAL, "name", "kana"),
    (PartyName.Use.FORMER, "former_name", ""),
    (PartyName.Use.ALIAS, "alias", "alias_kana"),
)
DATED: tuple[type[DatedFact], ...] = (PartyName, PartyAddress, Residence, Membership, Protection)
ONE_DAY = timedelta(days=1)
PORTION = 10_000
"""New persons whose rows are in memory at once."""

Lines = Mapping[type[DatedFact], Sequence[Span]]


class Register:
    """Puts the records of one file into a batch."""

    def __init__(self, batch: Batch, *, system: str, as_of: date) -> None:
        self._batch = batch
        self._system = system
        self._households_system = f"{system}/household"
        self._as_of = as_of
        self._households: dict[str, int] = {}
        self._addresses: dict[tuple[str, date], dict[str, Any]] = {}
        self._headed_from: dict[str, date] = {}

    def put(self, comparison: Comparison) -> None:
        """Put everything that a comparison found; what is new, which may be a whole city, in portions."""
        self._households_ready([*comparison.new, *(one for _party, one in comparison.changed)])
        for chunk in _chunks(comparison.changed):
            known = _Known([party_id for party_id, _one in chunk])
            self._addresses_read([one for _party, one in chunk])
            for party_id, one in chunk:
                self._changed(party_id, one, known)
        for chunk in _chunks(comparison.missing):
            known = _Known([party_id for party_id, _number in chunk])
            for party_id, number in chunk:
                self._missing(party_id, number, known)
        # Whoever left a household, or its head, has left it before anybody new comes.
        self._batch.write()
        self._heads_follow(comparison.new)
        ids = parties_reserve(len(comparison.new))
        for start in range(0, len(ids), PORTION):
            portion = comparison.new[start : start + PORTION]
            self._addresses_read(portion)
            for party_id, one in zip(ids[start : start + PORTION], portion, strict=True):
                self._new(party_id, one)
            self._batch.write()

    def _addresses_read(self, residents: Sequence[Resident]) -> None:
        """Read the addresses of some records at once, each with the towns of the last day on which it holds."""
        written = list(dict.fromkeys((one.address, self._held_on(one)) for one in residents if one.address))
        self._addresses = dict(zip(written, addresses_values(written), strict=True))

    def _held_on(self, one: Resident) -> date:
        """Give the day whose towns an address is written in: today's, or those of the day on which somebody left."""
        ends_on = _day(one.ended_on)
        return min(ends_on - ONE_DAY, self._as_of) if ends_on else self._as_of

    def _address(self, one: Resident) -> dict[str, Any]:
        known = self._addresses[one.address, self._held_on(one)]
        return with_all(PartyAddress, {**known, "postcode": one.postcode or known["postcode"]})

    def _heads_follow(self, residents: Sequence[Resident]) -> None:
        """
        Find from when somebody heads a household that another headed before.

        A first file says of a widow that she is the head, and of her late husband that he was; of the day on which
        she became it nothing: it is that of his leaving.
        """
        left: dict[str, list[tuple[date, str]]] = defaultdict(list)
        for one in residents:
            if one.relation == HEAD and one.household and one.ended_on:
                left[one.household].append((date.fromisoformat(one.ended_on), one.number))
        for one in residents:
            if one.relation == HEAD and one.household in left and not one.ended_on:
                left[one.household].append((date.max, one.number))
        for heads in left.values():
            heads.sort()
            for (ended_on, _number), (_later, number) in pairwise(heads):
                self._headed_from[number] = ended_on

    def _households_ready(self, residents: Sequence[Resident]) -> None:
        numbers = {one.household for one in residents if one.household}
        for chunk in _chunks(sorted(numbers)):
            found = PartyNumber.objects.filter(system=self._households_system, number__in=chunk)
            self._households |= dict(found.values_list("number", "party_id"))
        fresh = sorted(numbers - set(self._households))
        for party_id, number in zip(parties_reserve(len(fresh)), fresh, strict=True):
            self._batch.party(
                party_id, Party.Kind.HOUSEHOLD.value, system=self._households_system, number=number
            )
            self._households[number] = party_id

    def _new(self, party_id: int, one: Resident) -> None:
        batch, ends_on = self._batch, _day(one.ended_on)
        batch.party(
            party_id, Party.Kind.PERSON.value, system=self._system, number=one.number, digest=digest_of(one)
        )
        batch.enter(Birth, party_id, _birth(one))
        since = _since(one)
        for use, name, kana in NAMES:
            if values := _name(one, use, name, kana):
                batch.enter(PartyName, party_id, values, since, None)
        if one.address:
            start = _day(one.address_since) or since
            batch.enter(PartyAddress, party_id, self._address(one), start, _after(ends_on, start))
        batch.enter(Residence, party_id, _residence(one), since, ends_on)
        if one.household:
            start = max(since, _day(one.address_since) or since)
            self._member(party_id, one, start, _after(ends_on, start))
        if one.protected_from:
            start, end = _protected(one)
            batch.enter(Protection, party_id, {}, start, end)

    def _member(self, party_id: int, one: Resident, start: date, end: date | None) -> None:
        """Enter where a new person belongs; before the day of becoming the head, as somebody of the household."""
        membership, heads_from = self._membership(one), self._headed_from.get(one.number, start)
        if heads_from > start:
            before = membership | {"head": False, "relation": ""}
            self._batch.enter(Membership, party_id, before, start, min(heads_from, end or heads_from))
            start = heads_from
        if end is None or start < end:
            self._batch.enter(Membership, party_id, membership, start, end)

    def _changed(self, party_id: int, one: Resident, known: _Known) -> None:
        batch, lines, on = self._batch, known.lines(party_id), _day(one.changed_on) or self._as_of
        batch.digest(party_id, system=self._system, number=one.number, digest=digest_of(one))
        if one.gone:
            known.withdraw_all(batch, party_id)
            return
        if known.births.get(party_id) != _birth(one):
            batch.withdraw(Birth, known.birth_ids(party_id))
            batch.enter(Birth, party_id, _birth(one))
            batch.year(party_id, _year(one.born))
        self._names(party_id, one, lines, on)
        self._whereabouts(party_id, one, lines, on)

    def _names(self, party_id: int, one: Resident, lines: Lines, on: date) -> None:
        # The year beside a name is for the search: a corrected birth is no change of name.
        known = [replace(s, values={**s.values, "birth_year": _year(one.born)}) for s in lines[PartyName]]
        for use, name, kana in NAMES:
            spans = [span for span in known if span.values["use"] == use]
            values = _name(one, use, name, kana)
            self._batch.edit(PartyName, party_id, _becomes(spans, values, on, _since(one)))

    def _whereabouts(self, party_id: int, one: Resident, lines: Lines, on: date) -> None:
        """Where a person lives, in which household, and whether at all."""
        batch, since, ends_on = self._batch, _since(one), _day(one.ended_on)
        residence = Span(since, ends_on, _residence(one))
        batch.edit(Residence, party_id, span_replace(lines[Residence], residence))
        moved = _day(one.address_since) or since
        address = self._address(one) if one.address else None
        batch.edit(PartyAddress, party_id, _lasting(lines[PartyAddress], address, moved, ends_on))
        spans = lines[Membership]
        membership = self._membership(one) if one.household else None
        begun = next((s.starts_on for s in spans if s.values == membership and s.holds_on(on)), on)
        start = min(begun, ends_on) if ends_on else begun
        batch.edit(Membership, party_id, _lasting(spans, membership, start, ends_on))
        if one.protected_from:
            start, end = _protected(one)
            batch.edit(Protection, party_id, span_replace(lines[Protection], Span(start, end, {})))
        else:
            batch.edit(Protection, party_id, span_end(lines[Protection], on))

    def _missing(self, party_id: int, number: str, known: _Known) -> None:
        """End the residence of somebody of whom a full file says nothing."""
        lines, on = known.lines(party_id), self._as_of
        self._batch.digest(party_id, system=self._system, number=number, digest="")
        for model in (PartyAddress, Membership):
            self._batch.edit(model, party_id, span_end(lines[model], on))
        for span in lines[Residence]:
            if span.holds_on(on) and span.starts_on < on:
                ended = {**span.values, "ended_by": Residence.End.REMOVED.value}
                edit = span_replace(lines[Residence], Span(span.starts_on, on, ended))
                self._batch.edit(Residence, party_id, edit)

    def _membership(self, one: Resident) -> dict[str, Any]:
        return {
            "group_id": self._households[one.household],
            "kind": Membership.Kind.HOUSEHOLD.value,
            "head": one.relation == HEAD,
            "relation": one.relation,
        }


# What the register speaks of; a mailing address or a seat in an association is none of its business.
_OWN: Mapping[type[DatedFact], Mapping[str, str]] = {
    PartyAddress: {"kind": PartyAddress.Kind.REGISTERED},
    Membership: {"kind": Membership.Kind.HOUSEHOLD},
    Protection: {"source": Source.REGISTER},
}


class _Known:
    """What is believed of some persons from the register, read in a few queries."""

    def __init__(self, ids: Sequence[int]) -> None:
        self._lines: dict[int, dict[type[DatedFact], list[Span]]] = defaultdict(
            lambda: {model: [] for model in DATED}
        )
        for model in DATED:
            names = value_fields(model)
            for row in model._default_manager.filter(believed(), party__in=ids, **_OWN.get(model, {})):
                values = {name: getattr(row, name) for name in names}
                span = Span(row.starts_on, row.ends_on, values, row.pk)
                self._lines[row.party_id][model].append(span)
        births = list(Birth.objects.filter(believed(), party__in=ids))
        self.births = {row.party_id: {"born": row.born, "died": row.died, "sex": row.sex} for row in births}
        self._birth_ids = {row.party_id: row.pk for row in births}

    def lines(self, party_id: int) -> Lines:
        """Give the time lines of a person."""
        return self._lines[party_id]

    def birth_ids(self, party_id: int) -> list[int]:
        """Give the believed birth of a person."""
        return [self._birth_ids[party_id]] if party_id in self._birth_ids else []

    def withdraw_all(self, batch: Batch, party_id: int) -> None:
        """Withdraw all that the register ever said of a person: the record was a mistake."""
        for model, spans in self._lines[party_id].items():
            batch.withdraw(model, [span.id for span in spans if span.id is not None])
        batch.withdraw(Birth, self.birth_ids(party_id))


def _becomes(spans: Sequence[Span], values: Mapping[str, Any] | None, on: date, since: date) -> Edit:
    """Let a name be so from a day on, or be no more; the first one holds since the person is known."""
    if values is None:
        return span_end(spans, on)
    if not spans:
        return span_begin(spans, Span(since, None, values))
    held = next((span for span in spans if span.holds_on(on)), None)
    if held is not None and held.values == values:
        return Edit()
    return span_begin(spans, Span(on, None, values))


def _lasting(
    spans: Sequence[Span], values: Mapping[str, Any] | None, start: date, ends_on: date | None
) -> Edit:
    """Let something hold from a day until the residence ends; nothing where it would end before it began."""
    if values is None or (ends_on is not None and ends_on <= start):
        return span_end(spans, ends_on or start)
    return span_replace(spans, Span(start, ends_on, values))


def _name(one: Resident, use: PartyName.Use, name: str, kana: str) -> dict[str, Any] | None:
    """Give the columns of a name of a record; None where it has none of that use."""
    text: str = getattr(one, name)
    if not text:
        return None
    codes = one.name_codes if use == PartyName.Use.OFFICIAL else ""
    reading: str = getattr(one, kana) if kana else ""
    values = name_values(name=text, kana=reading, codes=codes, born=one.born)
    return with_all(PartyName, {**values, "use": use.value})


def _year(born: str) -> int | None:
    return int(born[:4]) if born else None


def _birth(one: Resident) -> dict[str, Any]:
    return {"born": one.born, "died": one.died, "sex": one.sex}


def _residence(one: Resident) -> dict[str, Any]:
    return {"began_by": one.began_by, "ended_by": one.ended_by}


def _protected(one: Resident) -> tuple[date, date | None]:
    return date.fromisoformat(one.protected_from), _day(one.protected_to)


def _since(one: Resident) -> date:
    return date.fromisoformat(one.resident_since or one.address_since)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _after(ends_on: date | None, start: date) -> date | None:
    """An end that lies behind the beginning; a person who leaves on the day of a move has lived there a day."""
    return ends_on if ends_on is None or ends_on > start else date.fromordinal(start.toordinal() + 1)


def _chunks(rows: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))
