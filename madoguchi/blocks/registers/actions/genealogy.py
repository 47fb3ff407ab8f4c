"""Splitting and merging records (分筆・合筆): what ends, what begins, and what came from what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import F
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.fields.types import Ctx, Json
from madoguchi.blocks.registers.actions.records import (
    _RAISES,
    ParentGone,
    ReasonNeeded,
    changeable,
    claimed,
    number_give,
    parent_let_go,
    parent_take,
    unique_check,
)
from madoguchi.blocks.registers.attaching import file_fields, files_claim
from madoguchi.blocks.registers.models import Descent, Record, Version
from madoguchi.blocks.registers.schema import Payload, Problem, RecordRefused, Schema, schema_get
from madoguchi.blocks.registers.totals import totals_follow
from madoguchi.blocks.registers.writing import Change, changes_write, shown_of, spans_of, values_of
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.rights import Viewer
from madoguchi.kit.timelines import Edit, Span, span_begin, span_clear


class NoGenealogy(Refused):
    """The register does not know splits and merges."""

    message = _("この台帳では、記録を分けたり合わせたりできません。")


class TooFew(Refused):
    """One record cannot be merged; a split needs two parts."""

    message = _("分けるときは二つ以上に、合わせるときは二つ以上を選んでください。")


class PartRefused(RecordRefused):
    """One of the records that are to come cannot be recorded; ``part`` counts them from 0."""

    def __init__(self, part: int, problems: Iterable[Problem]) -> None:
        super().__init__(problems)
        self.part = part


@dataclass(frozen=True, slots=True)
class Source:
    """A record that ends by this, as the actor saw it."""

    number: str
    revision: int


@dataclass(frozen=True, slots=True)
class ConservedSum:
    """A sum that must not change: the field, what it is before, and after; in the field's scale."""

    field: str
    was: int
    now: int

    @property
    def left(self) -> int:
        """What is still to be given to a part; below nothing where there is too much."""
        return self.was - self.now


@dataclass(frozen=True, slots=True)
class DescentPreview:
    """What a split or merge would come to: its sums, and what is wrong with each record that would come."""

    sums: tuple[ConservedSum, ...]
    problems: tuple[tuple[int, Problem], ...]

    @property
    def ties(self) -> bool:
        """Whether every sum stays."""
        return all(one.left == 0 for one in self.sums)


def descent_preview(
    *, viewer: Viewer, register: str, numbers: Sequence[str], parts: Sequence[Mapping[str, Json]], on: date
) -> DescentPreview:
    """
    Say what a split or merge would come to, and change nothing.

    :param numbers: the records that would end; :param parts: the kept values of each that would come.
    :raises RecordGone: one is not there; :raises RecordRetired: one has ended.
    :raises NoGenealogy: the register has no splits.
    :raises RecordRefused: one is not there on the day.
    """
    found = [changeable(viewer, register, number) for number in numbers]
    schema = found[0][1]
    if not schema.model.genealogy:
        raise NoGenealogy
    before = [_payload_on(record, spans_of(record), on) for record, _schema in found]
    problems: list[tuple[int, Problem]] = []
    for part, values in enumerate(parts):
        try:
            schema.finished(values, Ctx(on=on))
        except RecordRefused as refused:
            problems += [(part, problem) for problem in refused.problems]
    return DescentPreview(tuple(_sums(schema, before, parts)), tuple(problems))


@action("registers.record_split", raises=_RAISES)
def record_split(
    *,
    actor: Viewer,
    register: str,
    source: Source,
    parts: Sequence[Mapping[str, Json]],
    numbers: Sequence[str] = (),
    on: date,
    reason: str,
    approved: bool = False,
    now: datetime,
) -> list[Record]:
    """
    Let a record end and two or more come from it; what lay beneath it lies beneath the first of them from then on.

    :param parts: the kept values of each that comes.
    :param numbers: their numbers, where the city numbers them itself; "" lets the register number one.
    :raises NoGenealogy: the register has no splits.
    :raises TooFew: fewer than two parts.
    :raises RecordRefused: a rule, or a sum that must not change (an area).
    """
    return _descend(
        actor, register, Descent.Kind.SPLIT, [source], parts, numbers, on, reason, approved=approved, now=now
    )


@action("registers.records_merge", raises=_RAISES)
def records_merge(
    *,
    actor: Viewer,
    register: str,
    sources: Sequence[Source],
    values: Mapping[str, Json],
    number: str = "",
    on: date,
    reason: str,
    approved: bool = False,
    now: datetime,
) -> Record:
    """
    Let two or more records end and one come from them; as ``record_split``.

    :raises TooFew: fewer than two sources.
    """
    (result,) = _descend(
        actor,
        register,
        Descent.Kind.MERGE,
        sources,
        [values],
        [number],
        on,
        reason,
        approved=approved,
        now=now,
    )
    return result


def _descend(
    actor: Viewer, register: str, kind: str, sources: Sequence[Source], parts: Sequence[Mapping[str, Json]],
    numbers: Sequence[str], on: date, reason: str, *, approved: bool, now: datetime,
) -> list[Record]:  # fmt: skip
    many = parts if kind == Descent.Kind.SPLIT else sources
    if len(many) < 2 or len({source.number for source in sources}) < len(sources):
        raise TooFew
    if not reason.strip():
        raise ReasonNeeded
    found = [changeable(actor, register, source.number, approved=approved) for source in sources]
    ending, schema = [record for record, _schema in found], found[0][1]
    if not schema.model.genealogy:
        raise NoGenealogy
    payloads = [_finished(schema, values, on, part) for part, values in enumerate(parts)]
    before = [
        _ended(record, source, kind, on, reason, actor.on)
        for record, source in zip(ending, sources, strict=True)
    ]
    _conserved(schema, [payload for _change, payload in before], payloads)
    first = ending[0]
    changes = [change for change, _payload in before]
    changes_write(schema, changes, actor=actor, today=actor.on, now=now)
    held = {
        key for _change, payload in before for name in file_fields(schema) for key in payload.get(name) or ()
    }
    given = [*numbers, *[""] * (len(payloads) - len(numbers))]
    results = []
    for part, (payload, number) in enumerate(zip(payloads, given, strict=True)):
        try:
            results.append(_begun(schema, payload, first, number, kind, reason, on, held, actor, now))
        except RecordRefused as refused:
            raise PartRefused(part, refused.problems) from refused
    moved = _children_move(ending, results[0], on, reason, actor, now)
    # Last: what has ended holds nothing any more.
    ended = Record.objects.filter(pk__in=[record.pk for record in ending])
    ended.update(retired_on=on, retired_reason=reason[:500])
    Descent.objects.bulk_create(
        Descent(kind=kind, source=record, result=result, happened_on=on, entered_at=now)
        for record in ending
        for result in results
    )
    totals_follow(schema, [first, *results], actor=actor, now=now)
    detail: dict[str, Any] = {"on": on.isoformat(), "from": [one.number for one in sources]}
    detail |= {"to": [result.number for result in results], "beneath": moved}
    event = "registers.record_split" if kind == Descent.Kind.SPLIT else "registers.records_merged"
    audit_write(actor, event, first.subject(), detail=detail)
    return results


def _ended(
    record: Record, source: Source, kind: str, on: date, reason: str, today: date
) -> tuple[Change, Payload]:
    spans = spans_of(record)
    payload = _payload_on(record, spans, on)
    claimed(record, source.revision)
    if record.parent_id is not None:
        parent_let_go(record.parent_id)
    edit = span_clear(spans, Span(on, None, {}))
    return Change(record, edit, kind, None, reason, shown_of(spans, today)), payload


def _payload_on(record: Record, spans: Sequence[Span], on: date) -> Payload:
    last = shown_of(spans, on)
    if last is None:
        text = gettext("%(number)s は、この日にはありません。日付を確かめてください。")
        raise RecordRefused([Problem("", "not_there", text % {"number": record.number})])
    payload: Payload = last.values["payload"]
    return payload


def _finished(schema: Schema, values: Mapping[str, Json], on: date, part: int) -> Payload:
    try:
        return schema.finished(values, Ctx(on=on))
    except RecordRefused as refused:
        raise PartRefused(part, refused.problems) from refused


def _children_move(
    sources: Sequence[Record], result: Record, on: date, reason: str, actor: Viewer, now: datetime
) -> int:
    """Let what lay beneath records that end lie beneath the first that came from them, from that day on; how many."""
    children = list(Record.objects.filter(parent__in=sources, retired_on=None).order_by("register", "pk"))
    for register, some in groupby(children, key=lambda child: child.register):
        schema, changes = schema_get(register), []
        for child in some:
            spans = spans_of(child)
            last = shown_of(spans, on)
            if last is not None:
                values = {**last.values, "parent_id": result.pk}
                edit = span_begin(spans, Span(on, None, values))
                changes.append(
                    Change(child, edit, Version.Kind.CARRIED, values, reason, shown_of(spans, actor.on))
                )
        changes_write(schema, changes, actor=actor, today=actor.on, now=now)
    ids = [child.pk for child in children]
    Record.objects.filter(pk__in=ids).update(parent=result, revision=F("revision") + 1)
    Record.objects.filter(pk__in=[source.pk for source in sources]).update(holds=0)
    Record.objects.filter(pk=result.pk).update(holds=F("holds") + len(ids))
    firsts = {child.register: child.pk for child in children}
    for register, child_id in firsts.items():
        totals_follow(schema_get(register), list(Record.objects.filter(pk=child_id)), actor=actor, now=now)
    return len(ids)


def _begun(
    schema: Schema,
    payload: Payload,
    like: Record,
    number: str,
    kind: str,
    reason: str,
    on: date,
    held: Collection[str],
    actor: Viewer,
    now: datetime,
) -> Record:
    number = number or number_give(schema, payload)
    payload = files_claim(schema, payload, number, inherited=held, actor=actor, now=now)
    unique_check(schema, payload, but="")
    if like.parent_id is not None and not parent_take(like.parent_id):
        raise ParentGone
    result = Record(
        register=schema.key, number=number, office_id=like.office_id,
        parent_id=like.parent_id, entered_at=now,
    )  # fmt: skip
    values = values_of(payload, schema=schema, office_id=like.office_id, parent_id=like.parent_id)
    change = Change(result, Edit((), (Span(on, None, values),)), kind, values, reason, new=True)
    changes_write(schema, [change], actor=actor, today=actor.on, now=now)
    return result


def _conserved(schema: Schema, before: Sequence[Payload], after: Sequence[Payload]) -> None:
    """
    Refuse when a sum changes that must not.

    :raises RecordRefused: it names the two sums.
    """
    for one in _sums(schema, before, after):
        if one.left:
            field, ctx = schema.fields[one.field], Ctx(on=date.min)
            text = gettext(
                "「%(label)s」の合計が %(was)s から %(now)s に変わります。内訳を確かめてください。"
            )
            named = {
                "label": schema.label(one.field),
                "was": field.show(one.was, ctx),
                "now": field.show(one.now, ctx),
            }
            raise RecordRefused([Problem(one.field, "conserved", text % named)])


def _sums(
    schema: Schema, before: Iterable[Mapping[str, Json]], after: Iterable[Mapping[str, Json]]
) -> Iterator[ConservedSum]:
    """Give the sums that must not change, before and after."""
    was, now = list(before), list(after)
    for key in schema.model.conserved:
        yield ConservedSum(key, *(sum(payload.get(key) or 0 for payload in some) for some in (was, now)))
