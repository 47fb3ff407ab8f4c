"""Lists that somebody puts together and names; changes to many records at once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.fields.types import Ctx, Json
from madoguchi.blocks.registers.actions.records import (
    _RAISES,
    NothingToChange,
    RecordChangedMeanwhile,
    RecordGone,
    claimed,
    unique_check,
    writable,
)
from madoguchi.blocks.registers.models import Record, SavedList, Version
from madoguchi.blocks.registers.schema import Payload, Problem, RecordRefused, Schema
from madoguchi.blocks.registers.seeing import schema_seen
from madoguchi.blocks.registers.totals import totals_follow
from madoguchi.blocks.registers.writing import Change, changes_write, shown_of, spans_of_all, values_of
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kernel.subjects import Subject
from madoguchi.kit.check_characters import receipt_number
from madoguchi.kit.portions import portions
from madoguchi.kit.timelines import Span, span_begin

MOST = 2_000
LONGEST = 2_000


class NameTaken(Refused):
    """One has a list of this name."""

    message = _("同じ名前の一覧が、もうあります。別の名前にしてください。")


class TooMany(Refused):
    """More records at once than one look can judge."""

    message = _("一度に変えられるのは2,000件までです。条件で絞ってください。")


class ConditionsTooLong(Refused):
    """The conditions of a list are longer than can be kept."""

    message = _("条件が長すぎて、保存できません。条件を減らしてください。")


@dataclass(frozen=True, slots=True)
class Previewed:
    """
    What a change to many would do: which change, and why others cannot.

    ``revisions`` and ``payloads`` (before, after) are those of the records that change.
    """

    same: tuple[str, ...]
    refused: Mapping[str, tuple[Problem, ...]]
    revisions: Mapping[str, int]
    payloads: Mapping[str, tuple[Payload, Payload]]

    @property
    def changed(self) -> tuple[str, ...]:
        """The numbers of the records that change."""
        return tuple(self.revisions)


@action("registers.list_save", raises={"saved_list_name_once": NameTaken})
def list_save(
    *, actor: Viewer, register: str, name: str, query: str, office_id: int | None = None, now: datetime
) -> SavedList:
    """
    Name a list for oneself, or for one's office.

    :param query: its conditions, as the list page writes them into its address.
    :raises NameTaken: one has a list of this name.
    :raises ConditionsTooLong: they are not cut, or the list would be another.
    """
    schema = schema_seen(actor, register)
    if office_id is not None:
        actor.must("registers.keep", office_id=office_id, service=schema.service)
    if len(query) > LONGEST:
        raise ConditionsTooLong
    made = SavedList.objects.create(
        key=receipt_number(os.urandom(16)), register=register, name=name[:60], query=query, owner=actor.key,
        office_id=office_id, made_at=now,
    )  # fmt: skip
    audit_write(
        actor, "registers.list_saved", Subject("registers.list", made.key), detail={"register": register}
    )
    return made


@action("registers.list_drop")
def list_drop(*, actor: Viewer, list_key: str, now: datetime) -> None:  # noqa: ARG001
    """
    Drop a list of one's own, or one of an office that one keeps.

    :raises NotAllowed: it is somebody else's.
    """
    found = SavedList.objects.filter(key=list_key).first()
    if found is None:
        raise NotAllowed(f"list {list_key}")
    schema = schema_seen(actor, found.register)
    if found.owner != actor.key:
        if found.office_id is None:
            raise NotAllowed(f"list {list_key}")
        actor.must("registers.keep", office_id=found.office_id, service=schema.service)
    found.delete()
    audit_write(
        actor,
        "registers.list_dropped",
        Subject("registers.list", list_key),
        detail={"register": found.register},
    )


def bulk_preview(
    *, actor: Viewer, register: str, numbers: Sequence[str], values: Mapping[str, Json], on: date
) -> Previewed:
    """Say what ``records_change`` would do, record by record, and change nothing."""
    schema = schema_seen(actor, register)
    revisions: dict[str, int] = {}
    payloads: dict[str, tuple[Payload, Payload]] = {}
    same: list[str] = []
    refused: dict[str, tuple[Problem, ...]] = {}
    for record, spans in _records(schema, numbers):
        try:
            found = _bulk_one(actor, schema, record, spans, values, on)
        except RecordRefused as no:
            refused[record.number] = no.problems
            continue
        before = shown_of(spans, on)
        if found is None or found.done is None or before is None:
            same.append(record.number)
            continue
        revisions[record.number] = record.revision
        payloads[record.number] = (before.values["payload"], found.done["payload"])
    return Previewed(tuple(same), refused, revisions, payloads)


@action("registers.records_change", raises=_RAISES)
def records_change(
    *,
    actor: Viewer,
    register: str,
    revisions: Mapping[str, int],
    values: Mapping[str, Json],
    on: date,
    reason: str,
    now: datetime,
) -> int:
    """
    Give many records the same values in some fields from a day on, all or none; how many changed.

    :param revisions: the records by number, each with the revision that was seen.
    :param values: kept values of the fields that change; None empties one.
    :raises RecordRefused: a rule of one; it is named, and none is changed.
    :raises RecordChangedMeanwhile: one was changed since.
    """
    schema = schema_seen(actor, register)
    records = list(_records(schema, list(revisions)))
    if len(records) < len(revisions):
        raise RecordGone
    changes: list[Change] = []
    for record, spans in records:
        if record.revision != revisions[record.number]:
            raise RecordChangedMeanwhile
        change = _bulk_one(actor, schema, record, spans, values, on)
        if change is not None:
            change.reason = reason
            changes.append(change)
    if not changes:
        raise NothingToChange
    ids = [change.record.pk for change in changes]
    for change in changes:
        claimed(change.record, revisions[change.record.number])
    changes_write(schema, changes, actor=actor, today=actor.on, now=now)
    totals_follow(schema, list(Record.objects.filter(pk__in=ids)), actor=actor, now=now)
    detail = {
        "on": on.isoformat(),
        "fields": sorted(values),
        "numbers": [change.record.number for change in changes],
    }
    audit_write(actor, "registers.records_changed", Subject(f"registers.{register}", ""), detail=detail)
    return len(changes)


def _records(schema: Schema, numbers: Sequence[str]) -> Iterator[tuple[Record, list[Span]]]:
    """Give records with their believed spans, two queries for some hundred of them."""
    if len(numbers) > MOST:
        raise TooMany
    for some in portions(sorted(numbers)):
        rows = Record.objects.filter(register=schema.key, number__in=some, retired_on=None)
        found = list(rows.order_by("number"))
        spans = spans_of_all(record.pk for record in found)
        for record in found:
            yield record, spans.get(record.pk, [])


def _bulk_one(
    actor: Viewer, schema: Schema, record: Record, spans: list[Span], values: Mapping[str, Json], on: date
) -> Change | None:
    writable(actor, schema.key, record.office_id)
    before = shown_of(spans, on)
    if before is None:
        return None
    was = before.values["payload"]
    payload = schema.finished({**was, **values}, Ctx(on=on), before=was)
    if payload == was:
        return None
    unique_check(schema, payload, but=record.number, was=was)
    put = values_of(
        payload, schema=schema, office_id=before.values["office_id"], parent_id=before.values["parent_id"]
    )
    edit = span_begin(spans, Span(on, None, put))
    return Change(record, edit, Version.Kind.CHANGED, put, "", shown_of(spans, actor.on))
