"""Who may split and merge, the form of one record that comes of it, and the sums that must not change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import get_language, gettext, pgettext

from madoguchi.blocks.fields.types import Ctx, FigurePart
from madoguchi.blocks.registers.actions import ConservedSum, records_look
from madoguchi.blocks.registers.forms import VALUE, RecordForm
from madoguchi.blocks.registers.models import Record
from madoguchi.blocks.registers.presentation import Shown, masked_of, record_url
from madoguchi.blocks.registers.schema import Payload, Schema
from madoguchi.blocks.registers.seeing import fields_seen
from madoguchi.blocks.registers.views.asking import may_write, record_writable, version_near
from madoguchi.kernel.clock import now
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.ui.components.table import Column, Table


def may_descend(viewer: Viewer, schema: Schema, record: Record) -> bool:
    """Whether a record's page offers to split and merge it: who cannot see the sums cannot share them out."""
    if not schema.model.genealogy or record.retired_on is not None:
        return False
    if not may_write(viewer, schema, office_id=record.office_id):
        return False
    return set(schema.model.conserved) <= fields_seen(viewer, schema, office_id=record.office_id)


def record_descending(viewer: Viewer, register: str, number: str) -> tuple[Schema, Record]:
    """
    Give a record that a viewer may split or merge.

    :raises NotAllowed: there is none, not for this viewer, or its register knows no splits.
    """
    schema, record = record_writable(viewer, register, number)
    if not may_descend(viewer, schema, record):
        raise NotAllowed(f"{register} {number}: no genealogy for {viewer.key}")
    return schema, record


@dataclass(frozen=True, slots=True)
class PartPage:
    """The form of one record that comes, what differs from its source first and the rest folded away."""

    legend: str
    form: RecordForm
    first: list[forms.BoundField]
    rest: list[tuple[str, list[forms.BoundField]]]
    open: bool


def part_page(schema: Schema, form: RecordForm, legend: str) -> PartPage:
    """Give the form of a record that comes, as the page shows it."""
    ahead = {schema.model.title, *schema.model.conserved, *fields_anew(schema)}
    first = [form[VALUE + key] for key in form.keys if key in ahead]
    names = {bound.name for bound in first}
    rest = [
        (label, left)
        for label, fields in form.groups()
        if (left := [bound for bound in fields if bound.name not in names])
    ]
    wrong = any(bound.errors for _label, fields in rest for bound in fields)
    return PartPage(legend, form, [bound for bound in first if not bound.is_hidden], rest, wrong)


def fields_anew(schema: Schema) -> set[str]:
    """Name the fields that no two records share: each that comes gets its own."""
    found = {key for keys in schema.model.unique for key in keys}
    if schema.model.number.field is not None:
        found.add(schema.model.number.field)
    return found


def part_form(
    request: HttpRequest | None, schema: Schema, keys: frozenset[str], payload: Payload, viewer: Viewer, prefix: str
) -> RecordForm:  # fmt: skip
    ctx = Ctx(on=viewer.on, language=get_language() or "ja")
    sent = () if request is None else (request.POST, request.FILES)
    form = RecordForm(*sent, schema=schema, keys=keys, payload=payload, ctx=ctx, prefix=prefix, viewer=viewer)
    for key in schema.model.conserved:
        field = form.fields.get(VALUE + key)
        if field is not None and isinstance(schema.fields[key], FigurePart):
            field.help_text = field.help_text or gettext("合計が、もとの記録と同じになるようにします。")
    return form


def fields_typed(
    viewer: Viewer, schema: Schema, records: Sequence[Record], payloads: Sequence[Payload], what: str
) -> frozenset[str]:
    """Give the fields that the viewer may see of all of some records; to type their personal values is to see them."""
    keys = frozenset.intersection(
        *(fields_seen(viewer, schema, office_id=record.office_id) for record in records)
    )
    shown = masked_of(schema, keys)
    if shown and any(shown & payload.keys() for payload in payloads):
        numbers = [record.number for record in records]
        records_look(actor=viewer, register=schema.key, numbers=numbers, what=what, now=now())
    return keys


def values_read(form: RecordForm) -> Payload:
    """Give what could be read of a form: enough for the sums, also where the rest cannot be read yet."""
    typed = getattr(form, "cleaned_data", {})
    read = {key: typed.get(VALUE + key) for key in form.keys}
    kept = {key: value for key, value in form.payload.items() if key not in form.keys}
    return kept | {key: value for key, value in read.items() if value is not None}


def sums_table(schema: Schema, sums: Sequence[ConservedSum]) -> Table:
    """Show each sum that must not change: before, so far, and what is left."""
    ctx = Ctx(on=date.min, language=get_language() or "ja")

    def text(one: ConservedSum, value: int) -> str:
        return schema.fields[one.field].show(value, ctx)

    def state(one: ConservedSum) -> tuple[str, str]:
        if one.left == 0:
            return gettext("合っています"), "success"
        words = gettext("あと%(left)s") if one.left > 0 else gettext("%(left)s 多い")
        return words % {"left": text(one, abs(one.left))}, "warning"

    return Table(
        [
            Column("field", gettext("項目"), head=True, value=lambda one: schema.label(one.field)),
            Column("was", gettext("もとの合計"), value=lambda one: text(one, one.was)),
            Column("now", gettext("いまの合計"), value=lambda one: text(one, one.now)),
            Column("left", pgettext("sums", "残り"), "badge", value=state),
        ],
        list(sums), caption=gettext("変わってはならない合計"), key="sums",
    )  # fmt: skip


def sources_table(schema: Schema, viewer: Viewer, records: Sequence[Record]) -> Table:
    """Show the records that end, with the sums that they bring."""
    shown = Shown(schema, on=viewer.on)
    payloads = {record.pk: version_near(record, viewer.on).payload for record in records}
    seen = {record.pk: fields_seen(viewer, schema, office_id=record.office_id) for record in records}

    def title(record: Record) -> str:
        return shown.title(payloads[record.pk]) if schema.model.title in seen[record.pk] else ""

    columns = [
        Column("number", gettext("番号"), head=True, link=lambda one: record_url(schema.key, one.number)),
        Column("title", schema.label(schema.model.title), value=title),
    ]
    keys = dict.fromkeys(
        [*schema.model.conserved, *(key for key in schema.model.listed if key in schema.fields)]
    )
    keys.pop(schema.model.title, None)

    def value(key: str) -> Callable[[Any], str]:
        return lambda one: shown.text(key, payloads[one.pk].get(key)) if key in seen[one.pk] else ""

    columns += [Column(key, schema.label(key), value=value(key)) for key in list(keys)[:4]]
    return Table(columns, list(records), caption=gettext("終わる記録"), key="sources")
