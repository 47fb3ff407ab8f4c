"""Printed sheets of records, and printed tables, as officials file them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from madoguchi.blocks.fields.types import (
    FILE_PORT,
    Ctx,
    FieldPart,
    FileField,
    Json,
    LinkPart,
    TableField,
    links_titles,
)
from madoguchi.blocks.people.queries import office_names
from madoguchi.blocks.registers.kind.model import Sheet
from madoguchi.blocks.registers.models import Record, Version
from madoguchi.blocks.registers.queries import record_view
from madoguchi.blocks.registers.schema import Schema, schema_get
from madoguchi.blocks.registers.seeing import fields_seen, payload_seen, rows_seen
from madoguchi.blocks.registers.statistics import StatisticTable, statistic_rows
from madoguchi.kernel.db.two_times import known_on
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kernel.typeset import typeset
from madoguchi.kit.wareki import wareki_format

HERE = Path(__file__).parent
MOST_BENEATH = 500


def sheet_print(
    viewer: Viewer,
    schema: Schema,
    number: str,
    sheet_key: str,
    *,
    on: date,
    fields: frozenset[str] | None = None,
) -> bytes:
    """
    Typeset a declared sheet of a record as it was on a day; "" for the sheet with everything.

    :param fields: those whose values may be printed; None for all that the viewer may see of open and internal ones.
    :raises NotAllowed: there is no such record or sheet.
    :raises FontMissing: there is no Japanese font.
    """
    sheet = sheet_of(schema, sheet_key)
    view = record_view(viewer=viewer, register=schema.key, number=number, on=on)
    if view.payload is None:
        raise NotAllowed(f"{schema.key} {number} on {on}")
    printed = fields if fields is not None else plain_fields(schema)
    payload = payload_seen(view.payload, printed)
    keys = [key for key in sheet.fields or tuple(schema.fields) if key in printed and key not in view.hidden]
    ctx = context_of(schema, [payload], on)
    record = Record.objects.get(register=schema.key, number=number)
    return typeset(
        HERE / "sheet.typ",
        {
            "city": settings.SITE_NAME,
            "title": schema.words(f"sheets.{sheet_key}.label", "ja")
            if sheet_key
            else schema.words("label", "ja"),
            "form": schema.words(f"sheets.{sheet_key}.form", "ja") if sheet_key else "",
            "number": number,
            # A title that is personal is no name of a sheet without personal values.
            "name": view.title if schema.model.title in printed else "",
            "office": office_names(office_ids=[view.office_id], on=on).get(view.office_id, ""),
            "day": wareki_format(on),
            "groups": _groups(schema, keys, payload, ctx),
            "below": [
                table
                for key in sheet.children
                if (table := _below(viewer, schema_get(key), record, on)) is not None
            ],
        },
    )


def statistic_print(schema: Schema, table: StatisticTable, *, note: str = "") -> bytes:
    """
    Typeset a table.

    :param note: what a reader must know of it, printed beneath.
    :raises FontMissing: there is no Japanese font.
    """
    heads, rows = statistic_rows(table)
    return typeset(
        HERE / "statistic.typ",
        {
            "city": settings.SITE_NAME,
            "register": schema.words("label", "ja"),
            "title": table.label,
            "form": table.form,
            "day": wareki_format(table.as_of),
            "heads": heads,
            "rows": [[f"{cell:,}" if not isinstance(cell, str) else cell for cell in row] for row in rows],
            "hidden": any(cell == "x" for row in rows for cell in row),
            "note": note,
        },
    )


def sheet_of(schema: Schema, key: str) -> Sheet:
    """
    Find a declared sheet; "" is the one with everything.

    :raises NotAllowed: there is none of that key.
    """
    if not key:
        return Sheet(key="all", label=schema.model.label)
    found = next((sheet for sheet in schema.model.sheets if sheet.key == key), None)
    if found is None:
        raise NotAllowed(f"{schema.key}: sheet {key}")
    return found


def plain_fields(schema: Schema) -> frozenset[str]:
    """Give the fields that are neither personal nor restricted."""
    return frozenset(key for key, field in schema.fields.items() if field.data_class in ("open", "internal"))


def context_of(schema: Schema, payloads: list[Mapping[str, Json]], on: date, language: str = "ja") -> Ctx:
    """Give what is needed to show payloads: the titles of everything that they link to, asked for once."""
    asked: dict[tuple[str, str], set[str]] = {}
    for field in _links(schema):
        name = FILE_PORT if isinstance(field, FileField) else field.port()
        within = "" if isinstance(field, FileField) else field.within()
        keys = asked.setdefault((name, within), set())
        for payload in payloads:
            value = payload.get(field.key)
            keys.update(value if isinstance(value, list) else [value] if value else [])
    titles: dict[str, dict[str, str]] = {}
    for (name, within), keys in asked.items():
        titles.setdefault(name, {}).update(links_titles(name, sorted(keys), within=within, on=on))
    return Ctx(on=on, language=language, titles=titles)


def _links(schema: Schema) -> list[Any]:
    fields: list[FieldPart] = list(schema.fields.values())
    return [field for field in fields if isinstance(field, LinkPart | FileField)]


def _groups(schema: Schema, keys: list[str], payload: Mapping[str, Json], ctx: Ctx) -> list[dict[str, Any]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for key in keys:
        field = schema.fields[key]
        value = payload.get(key)
        line: dict[str, Any] = {
            "label": schema.label(key, "ja"),
            "text": field.show(value, ctx),
            "table": None,
        }
        if isinstance(field, TableField) and value:
            line["table"] = {
                "heads": [column.label for column in field.columns],
                "rows": [
                    [column.show(row.get(column.key), ctx) for column in field.columns] for row in value
                ],
            }
        groups.setdefault(schema.words(f"fields.{key}.group", "ja"), []).append(line)
    return [{"label": label, "lines": lines} for label, lines in groups.items()]


def _below(viewer: Viewer, below: Schema, record: Record, on: date) -> dict[str, Any] | None:
    rows = Version.objects.filter(known_on(on), rows_seen(viewer, below), register=below.key, parent=record)
    found = list(rows.order_by("number").values_list("number", "payload")[:MOST_BENEATH])
    if not found:
        return None
    keys = [key for key in below.model.listed if key in fields_seen(viewer, below) & plain_fields(below)]
    ctx = context_of(below, [payload for _number, payload in found], on)
    return {
        "label": below.words("label", "ja"),
        "heads": ["番号", *(below.label(key, "ja") for key in keys)],
        "rows": [
            [number, *(below.fields[key].show(payload.get(key), ctx) for key in keys)]
            for number, payload in found
        ],
    }
