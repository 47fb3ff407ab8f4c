"""From records to facts: a new person's, and what changed of a known one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
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
from madoguchi.blocks.people.models.parties import DatedFact
from madoguchi.blocks.people.parties.facts import addresses_values, name_values, value_fields, with_all
from madoguchi.blocks.people.register.batch import Batch, parties_reserve
from madoguchi.blocks.people.register.comparing import Comparison, digest_of
from madoguchi.blocks.people.register.extract import HEAD, Resident
from madoguchi.blocks.people.register.heads import Seat, heads_settle
from madoguchi.kernel.db.two_times import believed
from madoguchi.kit.portions import portions
from madoguchi.kit.timelines import (
    Edit,
    Span,
    span_begin,
    span_clear,
    span_end,
    span_replace,
)

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
        self._known_households: dict[int, str] = {}
        self._seats: list[tuple[int, Seat]] = []
        self._new_seats: dict[str, Seat] = {}

    def put(self, comparison: Comparison) -> None:
        """Put everything that a comparison found; what is new, which may be a whole city, in portions."""
        self._households_ready([*comparison.new, *(one for _party, one in comparison.changed)])
        for chunk in portions(comparison.changed):
            known = _Known([party_id for party_id, _one in chunk])
            self._addresses_read([one for _party, one in chunk])
            for party_id, one in chunk:
                self._changed(party_id, one, known)
        for gone in portions(comparison.missing):
            known = _Known([party_id for party_id, _number in gone])
            for party_id, number in gone:
                self._missing(party_id, number, known)
        self._seated(comparison.new)
        # Whoever left a household, or its head, has left it before anybody new comes.
        self._batch.write()
        ids = parties_reserve(len(comparison.new))
        for portion in portions(zip(ids, comparison.new, strict=True), PORTION):
            self._addresses_read([one for _party, one in portion])
            for party_id, one in portion:
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

    def _seated(self, residents: Sequence[Resident]) -> None:
        """
        Enter who belongs to which household, once it is known who heads it when.

        A first file says of a widow that she is the head, and of her late husband that he was; of the day on which
        she became it nothing: it is that of his leaving.
        """
        rivals = Counter(one.household for one in residents if one.relation == HEAD and one.household)
        headed = set(self._known_households)
        for _party, seat in self._seats:
            headed.update(span.values["group_id"] for span in seat.spans if span.values["head"])
        for one in residents:
            if one.relation != HEAD or not one.household:
                continue
            if rivals[one.household] > 1 or self._households[one.household] in headed:
                self._new_seats[one.number] = self._seat(one)
        seats = [*(seat for _party, seat in self._seats), *self._new_seats.values()]
        heads_settle(seats, known=self._known_households)
        for party_id, seat in self._seats:
            self._batch.edit(Membership, party_id, Edit(seat.withdrawn, tuple(seat.spans)))

    def _households_ready(self, residents: Sequence[Resident]) -> None:
        numbers = {one.household for one in residents if one.household}
        for chunk in portions(sorted(numbers)):
            found = PartyNumber.objects.filter(system=self._households_system, number__in=chunk)
            self._households |= dict(found.values_list("number", "party_id"))
        self._known_households = {party_id: number for number, party_id in self._households.items()}
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
        batch.enter(Residence, party_id, _residence(one), since, _after(ends_on, since))
        if one.household:
            for span in (self._new_seats.get(one.number) or self._seat(one)).spans:
                batch.enter(Membership, party_id, dict(span.values), span.starts_on, span.ends_on)
        if one.protected_from:
            start, end = _protected(one)
            batch.enter(Protection, party_id, {}, start, end)

    def _seat(self, one: Resident) -> Seat:
        """Give where a new person belongs, as far as the record alone tells."""
        since, ends_on = _since(one), _day(one.ended_on)
        start = max(since, _day(one.address_since) or since)
        span = Span(start, _after(ends_on, start), self._membership(one))
        return Seat((), [span], ends_on, since=_day(one.changed_on), new=True)

    def _changed(self, party_id: int, one: Resident, known: _Known) -> None:
        batch, lines, on = self._batch, known.lines(party_id), _day(one.changed_on) or self._as_of
        batch.digest(party_id, system=self._system, number=one.number, digest=digest_of(one))
        if one.gone:
            known.withdraw_all(batch, party_id)
            # It headed nothing either, for whoever is told to be the head now.
            self._seats.append(
                (party_id, Seat([span.id for span in lines[Membership] if span.id is not None], []))
            )
            return
        if known.births.get(party_id) != _birth(one):
            batch.withdraw(Birth, known.birth_ids(party_id))
            batch.enter(Birth, party_id, _birth(one))
            batch.year(party_id, _year(one.born))
        self._names(party_id, one, known, on)
        self._whereabouts(party_id, one, lines, on)
        self._protection(party_id, one, lines[Protection], on)

    def _names(self, party_id: int, one: Resident, known: _Known, on: date) -> None:
        # The year beside a name is for the search: a corrected birth is no change of name.
        lines = known.lines(party_id)[PartyName]
        bears = [replace(s, values={**s.values, "birth_year": _year(one.born)}) for s in lines]
        for use, name, kana in NAMES:
            spans = [span for span in bears if span.values["use"] == use]
            others = [span for span in known.others(party_id) if span.values["use"] == use]
            values = _name(one, use, name, kana)
            edit = _becomes(spans, values, on, on if others else _since(one))
            self._batch.edit(PartyName, party_id, edit)
            # What the counter entered ends where the register speaks, not where it is silent.
            for source, other in _yielding(others, edit, known):
                self._batch.edit(PartyName, party_id, other, source=source)

    def _whereabouts(self, party_id: int, one: Resident, lines: Lines, on: date) -> None:
        """Where a person lives, in which household, and whether at all."""
        batch, since, ends_on = self._batch, _since(one), _day(one.ended_on)
        residence = Span(since, _after(ends_on, since), _residence(one))
        batch.edit(Residence, party_id, span_replace(lines[Residence], residence))
        moved = _day(one.address_since) or since
        address = self._address(one) if one.address else None
        batch.edit(PartyAddress, party_id, _lasting(lines[PartyAddress], address, moved, ends_on))
        membership = self._membership(one) if one.household else None
        begun = _begun(lines, membership, residence, on)
        start = min(begun, ends_on) if ends_on else begun
        edit = _lasting(lines[Membership], membership, start, ends_on)
        self._seats.append((party_id, Seat(edit.withdrawn, list(edit.entered), ends_on)))

    def _protection(self, party_id: int, one: Resident, spans: Sequence[Span], on: date) -> None:
        if one.protected_from:
            start, end = _protected(one)
            self._batch.edit(Protection, party_id, span_replace(spans, Span(start, end, {})))
            return
        for span in spans:
            # The last change of the record may be older than the protection: it has ended by the day of the file.
            if span.ends_on is None or span.ends_on > self._as_of:
                self._batch.edit(Protection, party_id, _cut(span, on if on > span.starts_on else self._as_of))

    def _missing(self, party_id: int, number: str, known: _Known) -> None:
        """End the residence of somebody of whom a full file says nothing."""
        lines, on = known.lines(party_id), self._as_of
        self._batch.digest(party_id, system=self._system, number=number, digest="")
        self._batch.edit(PartyAddress, party_id, span_end(lines[PartyAddress], on))
        edit = span_end(lines[Membership], on)
        self._seats.append((party_id, Seat(edit.withdrawn, list(edit.entered))))
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
        self._others: dict[int, list[Span]] = defaultdict(list)
        self.sources: dict[int, str] = {}
        for model in DATED:
            names = value_fields(model)
            for row in model._default_manager.filter(believed(), party__in=ids, **_OWN.get(model, {})):
                values = {name: getattr(row, name) for name in names}
                span = Span(row.starts_on, row.ends_on, values, row.pk)
                if model is PartyName and row.source != Source.REGISTER:
                    self._others[row.party_id].append(span)
                    self.sources[row.pk] = row.source
                else:
                    self._lines[row.party_id][model].append(span)
        births = list(Birth.objects.filter(believed(), party__in=ids))
        self.births = {row.party_id: {"born": row.born, "died": row.died, "sex": row.sex} for row in births}
        self._birth_ids = {row.party_id: row.pk for row in births}
        self._own_births = {row.pk for row in births if row.source == Source.REGISTER}

    def lines(self, party_id: int) -> Lines:
        """Give the time lines of a person."""
        return self._lines[party_id]

    def others(self, party_id: int) -> Sequence[Span]:
        """Give the names of a person that somebody else than the register entered."""
        return self._others[party_id]

    def birth_ids(self, party_id: int) -> list[int]:
        """Give the believed birth of a person."""
        return [self._birth_ids[party_id]] if party_id in self._birth_ids else []

    def withdraw_all(self, batch: Batch, party_id: int) -> None:
        """Withdraw all that the register ever said of a person: the record was a mistake."""
        for model, spans in self._lines[party_id].items():
            batch.withdraw(model, [span.id for span in spans if span.id is not None])
        batch.withdraw(Birth, [one for one in self.birth_ids(party_id) if one in self._own_births])


def _becomes(spans: Sequence[Span], values: Mapping[str, Any] | None, on: date, since: date) -> Edit:
    """
    Let a name be so from a day on, or be no more; the first one holds since the person is known.

    A record states the present. Its day is that of the last change of anything: what the person bears already says
    nothing new, unless the day corrects since when; a name borne on an older day means that what came after was wrong.
    """
    present = next((span for span in spans if span.ends_on is None), None)
    if values is None:
        if present is None:
            return Edit()
        wrong = [span for span in spans if span.starts_on > on]
        ended = span_end([span for span in spans if span.starts_on <= on], on)
        return Edit((*ended.withdrawn, *(span.id for span in wrong if span.id is not None)), ended.entered)
    if not spans:
        return span_begin(spans, Span(since, None, values))
    held = next((span for span in spans if span.holds_on(on)), None)
    if present is not None and present.values == values:
        corrects = held is not None and held.starts_on < on and held.ends_on == present.starts_on
        return span_replace(spans, Span(on, None, values)) if corrects else Edit()
    start = held.starts_on if held is not None and held.values == values else on
    return span_replace(spans, Span(start, None, values))


def _yielding(others: Sequence[Span], edit: Edit, known: _Known) -> Iterable[tuple[str, Edit]]:
    """Take the days for which names were entered out of those of others, each by its own source."""
    for span in others:
        for new in edit.entered:
            if span.id is not None and (cleared := span_clear([span], new)):
                yield known.sources[span.id], cleared
                break


def _begun(lines: Lines, membership: Mapping[str, Any] | None, residence: Span, on: date) -> date:
    """
    Give the day since when somebody belongs to a household as on a day.

    Who is said to have left by mistake (転出取消) never left the household either.
    """
    spans = lines[Membership]
    for span in spans:
        if span.values == membership and span.holds_on(on):
            return span.starts_on
    left = [s.ends_on for s in lines[Residence] if s.starts_on == residence.starts_on and s.ends_on]
    if left and residence.holds_on(left[0]) and left[0] <= on:
        last = next((span for span in spans if span.ends_on == left[0]), None)
        if last is not None:
            return last.starts_on if last.values == membership else left[0]
    return on


def _cut(span: Span, on: date) -> Edit:
    """End a span on a day; one that has not begun by then never was."""
    entered = (replace(span, id=None, ends_on=on),) if span.starts_on < on else ()
    return Edit((span.id,) if span.id is not None else (), entered)


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
    last = _day(one.protected_to)
    return date.fromisoformat(one.protected_from), last + timedelta(days=1) if last else None


def _since(one: Resident) -> date:
    return date.fromisoformat(one.resident_since or one.address_since)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _after(ends_on: date | None, start: date) -> date | None:
    """
    Give an end that lies behind the beginning.

    Who leaves on the day of a move has lived there a day; a child who dies on the day of its birth was a resident a day.
    """
    return ends_on if ends_on is None or ends_on > start else date.fromordinal(start.toordinal() + 1)
