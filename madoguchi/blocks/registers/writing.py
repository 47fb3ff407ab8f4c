"""
The one way in which records are written: what is withdrawn, what is entered, which version lists show, and the counts.

One record or a hundred thousand take the same way, in a few statements; it belongs inside an action.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import F

from madoguchi.blocks.registers.models import SLOTS, Record, Tally, Version
from madoguchi.blocks.registers.schema import Payload, Schema
from madoguchi.blocks.registers.slots import SlotMap, slot_values, slots_of
from madoguchi.kernel.db.bulk import ids_reserve, rows_copy
from madoguchi.kernel.db.two_times import believed
from madoguchi.kernel.rights import Viewer
from madoguchi.kit.portions import portions
from madoguchi.kit.timelines import Edit, Span

BATCH = 5_000
_RECORD = (
    "id",
    "register",
    "number",
    "office",
    "parent",
    "holds",
    "retired_reason",
    "revision",
    "entered_at",
)
_VERSION = (
    "record", "register", "number", "office", "parent", "starts_on", "ends_on", "entered_at", "current", "kind",
    "declared", "payload", "search", "search_personal", "entered_by", "reason", *SLOTS,
)  # fmt: skip


@dataclass(slots=True)
class Change:
    """
    What is to be done to one record's time line.

    :param done: the values that were put; spans with others are carried on, their period cut.
    :param shown: the version that lists show now.
    :param new: the record has no id yet.
    """

    record: Record
    edit: Edit
    kind: str
    done: Mapping[str, Any] | None = None
    reason: str = ""
    shown: Span | None = None
    new: bool = False


@dataclass(slots=True)
class _Counts:
    """How the counts of a register move."""

    moves: Counter[tuple[str, str, int]] = field(default_factory=Counter)

    def move(self, schema: Schema, payload: Mapping[str, Any], office_id: int, by: int) -> None:
        for office in (0, office_id):
            self.moves["", "", office] += by
            for key in schema.counted:
                if value := schema.facet(key, payload):
                    self.moves[key, value[:80], office] += by


def spans_of(record: Record) -> list[Span]:
    """Give the believed versions of a record as spans, to be edited."""
    rows = Version.objects.filter(believed(), record=record).order_by("starts_on")
    return [span_of(row) for row in rows]


def spans_of_all(record_ids: Iterable[int]) -> dict[int, list[Span]]:
    """Give the believed versions of many records as spans, to be edited."""
    found: dict[int, list[Span]] = {}
    for row in Version.objects.filter(believed(), record__in=list(record_ids)).order_by("starts_on"):
        found.setdefault(row.record_id, []).append(span_of(row))
    return found


def span_of(row: Version) -> Span:
    """Give a version as a span."""
    values = {
        "payload": row.payload,
        "parent_id": row.parent_id,
        "office_id": row.office_id,
        "declared": row.declared,
    }
    return Span(row.starts_on, row.ends_on, values, row.pk)


def shown_of(spans: Iterable[Span], today: date) -> Span | None:
    """Give the span that lists show."""
    return next((span for span in spans if span.holds_on(today)), None)


def values_of(payload: Payload, *, schema: Schema, office_id: int, parent_id: int | None) -> dict[str, Any]:
    """Give the values of a span."""
    return {"payload": payload, "parent_id": parent_id, "office_id": office_id, "declared": schema.version}


def changes_write(
    schema: Schema, changes: Sequence[Change], *, actor: Viewer, today: date, now: datetime
) -> None:
    """
    Write what was done to records of one register.

    :param today: the day whose version lists show.
    :raises IntegrityError: a number, a unique value or a period is taken.
    """
    counts = _Counts()
    for some in portions(changes, BATCH):
        _portion(schema, some, counts, actor=actor, today=today, now=now)
    counts_move(schema.key, counts.moves)


def _portion(
    schema: Schema, changes: Sequence[Change], counts: _Counts, *, actor: Viewer, today: date, now: datetime
) -> None:
    new = [change for change in changes if change.new]
    for record_id, change in zip(ids_reserve(Record, len(new)) if new else (), new, strict=True):
        change.record.pk = record_id
    withdrawn = [version_id for change in changes for version_id in change.edit.withdrawn]
    for some in portions(withdrawn):
        rows = Version.objects.filter(pk__in=some)
        rows.update(withdrawn_at=now, current=False, search="", search_personal="")
    rows_copy(
        Record,
        _RECORD,
        [
            (one.record.pk, one.record.register, one.record.number, one.record.office_id, one.record.parent_id, 0,
             "", 1, now)
            for one in new
        ],
    )  # fmt: skip
    entered: list[tuple[Any, ...]] = []
    slots = slots_of(schema.key)
    for change in changes:
        entered += _rows(schema, change, counts, slots, actor=actor, today=today, now=now)
    rows_copy(Version, _VERSION, entered)


def _rows(
    schema: Schema,
    change: Change,
    counts: _Counts,
    slots: SlotMap,
    *,
    actor: Viewer,
    today: date,
    now: datetime,
) -> Iterable[tuple[Any, ...]]:
    record = change.record
    shown = change.shown
    if shown is not None and shown.id in change.edit.withdrawn:
        counts.move(schema, shown.values["payload"], shown.values["office_id"], -1)
    for span in change.edit.entered:
        values = span.values
        current = span.holds_on(today)
        if current:
            counts.move(schema, values["payload"], values["office_id"], 1)
        # What an end cuts is the last that there was: it says why it ends.
        cut = change.done is None and change.kind == Version.Kind.RETIRED
        carried = values is not change.done and not cut
        yield (
            record.pk, record.register, record.number, values["office_id"], values["parent_id"],
            span.starts_on, span.ends_on, now, current,
            Version.Kind.CARRIED if carried else change.kind, values["declared"],
            payload_text(values["payload"]),
            *(schema.searched(record.number, values["payload"]) if current else ("", "")),
            actor.key, "" if carried else change.reason,
            *slot_values(schema, values["payload"], slots).values(),
        )  # fmt: skip


def payload_text(payload: Payload) -> str:
    """Write a payload as it is kept; its values have one spelling already (``blocks/fields``), and no float among them."""
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def counts_of(
    schema: Schema, moves: Iterable[tuple[Mapping[str, Any], int, int]]
) -> Mapping[tuple[str, str, int], int]:
    """Give how counts move when payloads of offices come (1) into the list, or go (-1)."""
    counts = _Counts()
    for payload, office_id, by in moves:
        counts.move(schema, payload, office_id, by)
    return counts.moves


def counts_move(register: str, moves: Mapping[tuple[str, str, int], int]) -> None:
    """Move counts, inside the transaction that moves the rows; in one order, so that two of us never wait for each other."""
    wanted = sorted((key, by) for key, by in moves.items() if by)
    Tally.objects.bulk_create(
        [
            Tally(register=register, field=name, value=value, office_key=office)
            for (name, value, office), _by in wanted
        ],
        ignore_conflicts=True,
    )
    for (name, value, office), by in wanted:
        rows = Tally.objects.filter(register=register, field=name, value=value, office_key=office)
        rows.update(count=F("count") + by)
