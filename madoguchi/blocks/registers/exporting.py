"""
Registers as files: what is exported comes back as it went.

Columns are 番号, 組織, what a record belongs to, and the fields by their labels; texts are those that a field reads again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any, Literal

from madoguchi.blocks.fields.types import Ctx
from madoguchi.blocks.people.queries import office_names
from madoguchi.blocks.registers.indexes import of_register
from madoguchi.blocks.registers.listing import Asked, records_found
from madoguchi.blocks.registers.models import Version
from madoguchi.blocks.registers.schema import Schema
from madoguchi.blocks.registers.seeing import fields_seen, payload_seen, rows_seen
from madoguchi.kernel.db.two_times import known_on
from madoguchi.kernel.rights import Viewer
from madoguchi.kernel.tables import Written, table_write

Format = Literal["csv", "xlsx", "json", "jsonl"]
NUMBER, OFFICE = "番号", "組織"
PORTION = 2_000


def register_export(
    viewer: Viewer,
    schema: Schema,
    fmt: Format,
    *,
    on: date,
    asked: Asked | None = None,
    as_of: date | None = None,
    at: datetime | None = None,
    without: Collection[str] = (),
    only: Collection[str] | None = None,
    encoding: Literal["utf-8", "cp932"] = "utf-8",
) -> Written:
    """
    Write what a viewer may see of a register.

    :param asked: only what a list finds; None for everything.
    :param as_of: as it was on a day; None for what lists show.
    :param at: as known at a moment, with ``as_of``.
    :param without: keys of fields that are left out.
    :param only: the numbers of the records that may stand in it, best as a set; None for all.
    """
    seen = fields_seen(viewer, schema)
    keys = [key for key in schema.fields if key in seen and key not in without]
    rows = _rows(viewer, schema, keys, on=on, asked=asked, as_of=as_of, at=at, only=only)
    if fmt in ("json", "jsonl"):
        heads = ["number", "office", *(["parent"] if schema.model.parent else []), *keys]
    else:
        heads = _headings(schema, keys)
    return table_write(fmt, heads, rows, sheet=schema.words("label", "ja")[:31], encoding=encoding)


def _headings(schema: Schema, keys: Sequence[str]) -> list[str]:
    """Give the headings of a file of these fields; labels that stand twice are told apart by their keys."""
    above = [schema.words("parent.label", "ja")] if schema.model.parent else []
    labels = [schema.label(key, "ja") for key in keys]
    named = [
        f"{label}（{key}）" if labels.count(label) > 1 or label in (NUMBER, OFFICE, *above) else label
        for label, key in zip(labels, keys, strict=True)
    ]
    return [NUMBER, OFFICE, *above, *named]


def _rows(
    viewer: Viewer, schema: Schema, keys: Sequence[str], *, on: date, asked: Asked | None, as_of: date | None,
    at: datetime | None, only: Collection[str] | None,
) -> Iterator[list[Any]]:  # fmt: skip
    if as_of is not None:
        believed = Version.objects.filter(known_on(as_of, at), rows_seen(viewer, schema), register=schema.key)
        found = believed.order_by("number")
    elif asked is not None:
        found = records_found(viewer, schema, asked, on=on)
    else:
        found = Version.objects.filter(of_register(schema.key), rows_seen(viewer, schema)).order_by("number")
    columns = ("number", "office_id", "parent__number", "payload")
    offices: dict[int, str] = {}
    ctx, seen = Ctx(on=as_of or on), frozenset(keys)
    fields = [schema.fields[key] for key in keys]
    for number, office_id, parent, payload in found.values_list(*columns).iterator(chunk_size=PORTION):
        if only is not None and number not in only:
            continue
        if office_id not in offices:
            offices |= office_names(office_ids=[office_id], on=as_of or on)
        shown = payload_seen(payload, seen)
        above = [parent or ""] if schema.model.parent else []
        yield [
            number,
            offices.get(office_id, ""),
            *above,
            *(field.cell(shown.get(field.key), ctx) for field in fields),
        ]
