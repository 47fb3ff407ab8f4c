"""Sums that tie by themselves: a field of a record that is always the sum over the records beneath it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import F, Sum

from madoguchi.blocks.registers.indexes import FieldValue, of_register
from madoguchi.blocks.registers.kind.model import Total
from madoguchi.blocks.registers.listing import condition_apply
from madoguchi.blocks.registers.models import Record, Version
from madoguchi.blocks.registers.schema import Schema, schema_get
from madoguchi.blocks.registers.writing import Change, changes_write, shown_of, spans_of
from madoguchi.kernel.rights import Viewer
from madoguchi.kit.timelines import Span, span_begin


def totals_follow(schema: Schema, records: Sequence[Record], *, actor: Viewer, now: datetime) -> None:
    """
    Reckon the sums of what these records belong to anew, in the transaction that changed them.

    What belongs to something that belongs to something is followed upwards. The rules of what it belongs to hold: a sale of
    more than there is, is refused by the land whose area would fall below nothing.

    :raises RecordRefused: a rule of what one belongs to.
    """
    above = schema.model.parent
    if above is None:
        return
    holder = schema_get(above.register_key)
    totals = [total for total in holder.model.totals if total.register_key == schema.key]
    ids = sorted({record.parent_id for record in records if record.parent_id is not None})
    if not totals or not ids:
        return
    held = list(Record.objects.filter(pk__in=ids, retired_on=None).order_by("pk"))
    changes = [change for record in held if (change := _change(holder, schema, record, totals, actor))]
    if not changes:
        return
    changes_write(holder, changes, actor=actor, today=actor.on, now=now)
    Record.objects.filter(pk__in=[change.record.pk for change in changes]).update(revision=F("revision") + 1)
    totals_follow(holder, [change.record for change in changes], actor=actor, now=now)


def _change(
    holder: Schema, schema: Schema, record: Record, totals: Iterable[Total], actor: Viewer
) -> Change | None:
    spans = spans_of(record)
    shown = shown_of(spans, actor.on)
    if shown is None:
        return None
    sums = {total.field: sum_of(schema, record, total, on=actor.on) for total in totals}
    payload = holder.totalled(shown.values["payload"], sums)
    if payload == shown.values["payload"]:
        return None
    values = {**shown.values, "payload": payload}
    edit = span_begin(spans, Span(actor.on, None, values))
    return Change(record, edit, Version.Kind.CARRIED, None, "", shown)


def sum_of(schema: Schema, record: Record, total: Total, *, on: date) -> int:
    """Give the sum over the current records beneath one."""
    rows: Any = Version.objects.filter(of_register(schema.key), parent=record)
    for number, condition in enumerate(total.where):
        rows = condition_apply(schema, rows, condition, f"w{number}", on=on)
    return int(rows.annotate(v=FieldValue(schema.fields[total.sum])).aggregate(total=Sum("v"))["total"] or 0)
