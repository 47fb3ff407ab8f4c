"""
Lists of records: conditions, words, order and pages, each a range of an index, with an exact count.

The count of a whole list, of an office's, and of one counted code is kept beside the rows; any other is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from madoguchi.blocks.fields.types import Ctx, FieldPart
from madoguchi.blocks.registers.indexes import FieldValue, kind_of, of_register
from madoguchi.blocks.registers.kind.model import Condition
from madoguchi.blocks.registers.models import Tally, Version
from madoguchi.blocks.registers.schema import Schema
from madoguchi.blocks.registers.seeing import VIEW, fields_seen, payload_seen, rows_seen
from madoguchi.blocks.registers.slots import slot_value, slots_of
from madoguchi.blocks.registers.types import RecordRow
from madoguchi.kernel.db.fulltext import fulltext_q
from madoguchi.kernel.rights import EVERY_ROW, Viewer

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What a list is asked for.

    :param words: as typed into the search box.
    :param order: keys of fields, ``number`` or ``office``; ``-`` before one for the other way round.
    """

    words: str = ""
    where: tuple[Condition, ...] = ()
    office_id: int | None = None
    order: tuple[str, ...] = ()
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list, and how many rows there are on all pages."""

    rows: list[RecordRow] = field(default_factory=list)
    count: int = 0


def records_listed(viewer: Viewer, schema: Schema, asked: Asked, *, on: date) -> Listed:
    """
    Give one page of a register's list: two queries, however many records there are.

    Conditions on fields that the viewer may not see find nothing.
    """
    seen = fields_seen(viewer, schema, office_id=asked.office_id)
    rows = _found(viewer, schema, asked, seen, on)
    if rows is None:
        return Listed()
    start = (max(asked.page, 1) - 1) * asked.per_page
    page = list(_ordered(schema, rows, asked.order, seen)[start : start + asked.per_page])
    # A page that is not full says by itself how many there are.
    whole = start + len(page) if (page and len(page) < asked.per_page) or (start == 0 and not page) else None
    ctx = Ctx(on=on)
    listed = [
        RecordRow(row.number, schema.title(row.payload, ctx), row.office_id, payload_seen(row.payload, seen))
        for row in page
    ]
    return Listed(listed, whole if whole is not None else _count(viewer, schema, asked, rows))


def records_found(viewer: Viewer, schema: Schema, asked: Asked, *, on: date) -> QuerySet[Version]:
    """Give all rows of a list, in order, for files and statistics."""
    seen = fields_seen(viewer, schema, office_id=asked.office_id)
    rows = _found(viewer, schema, asked, seen, on)
    return Version.objects.none() if rows is None else _ordered(schema, rows, asked.order, seen)


def _found(
    viewer: Viewer, schema: Schema, asked: Asked, seen: frozenset[str], on: date
) -> QuerySet[Version] | None:
    rows = Version.objects.filter(of_register(schema.key) & rows_seen(viewer, schema))
    if asked.office_id is not None:
        rows = rows.filter(office=asked.office_id)
    if asked.words.strip():
        # Words of personal fields find only for whoever may see them, in all the offices that he looks into.
        whole = schema.has_personal and all(
            key in seen for key, field in schema.fields.items() if field.data_class == "personal"
        )
        words = fulltext_q(Version, "search_personal" if whole else "search", asked.words)
        if words is None:
            return None
        rows = rows.filter(words)
    for number, condition in enumerate(asked.where):
        if condition.field in schema.fields and condition.field not in seen:
            return None
        rows = condition_apply(schema, rows, condition, f"w{number}", on=on)
    return rows


def condition_apply(
    schema: Schema, rows: QuerySet[Version], condition: Condition, name: str, *, on: date, slots: bool = True
) -> QuerySet[Version]:
    """
    Narrow rows by a condition.

    :param name: of the annotation, unique in the query.
    :param slots: whether the rows are current ones, whose slots can be asked.
    """
    field = schema.fields.get(condition.field)
    value = _value(field, condition, on)
    slot = slots_of(schema.key).ready(condition.field) if slots and field is not None else ""
    if field is None:
        name = "number" if condition.field == "number" else "office_id"
    elif slot:
        name, value = slot, _as_slot(field, value)
    else:
        rows = rows.annotate(**{name: FieldValue(field)})
    several = value if isinstance(value, list) else [value]
    wanted: dict[str, Q] = {
        "is": Q(**{name: value}),
        "is_not": ~Q(**{name: value}) | Q(**{f"{name}__isnull": True}),
        "any_of": Q(**{f"{name}__in": several}),
        "empty": Q(**{f"{name}__isnull": True}),
        "given": Q(**{f"{name}__isnull": False}),
        "at_least": Q(**{f"{name}__gte": value}),
        "at_most": Q(**{f"{name}__lte": value}),
        "before_days": Q(**{f"{name}__lte": value}),
        "after_days": Q(**{f"{name}__gte": value}),
    }
    return rows.filter(wanted[condition.op])


def _value(field: FieldPart | None, condition: Condition, on: date) -> Any:
    """Give a condition's value as the field's values are kept."""
    value: Any = condition.value
    if condition.op in ("before_days", "after_days"):
        return (on + timedelta(days=int(value))).isoformat()
    if isinstance(value, tuple):
        return list(value)
    return value if field is None else _typed(field, value)


def _typed(field: FieldPart, value: Any) -> Any:
    kind = kind_of(field)
    if kind == "bool":
        return value in (True, "true", "1", "はい")
    return int(value) if kind == "int" and value is not None else value


def _as_slot(field: FieldPart, value: Any) -> Any:
    if isinstance(value, list):
        return [_as_slot(field, one) for one in value]
    return value if value is None else slot_value(field, value)


def _ordered(
    schema: Schema, rows: QuerySet[Version], order: Sequence[str], seen: frozenset[str]
) -> QuerySet[Version]:
    by: list[Any] = []
    for key in order:
        plain = key.removeprefix("-")
        if plain == "number":
            by.append(F("number"))
        elif plain in seen and schema.fields[plain].sortable:
            slot = slots_of(schema.key).ready(plain)
            by.append(F(slot) if slot else FieldValue(schema.fields[plain]))
        else:
            continue
        # Nothing stands last in either direction; the index has it so on PostgreSQL, and on SQLite it costs a sort of those.
        by[-1] = by[-1].desc() if key.startswith("-") else by[-1].asc()
    return (
        rows.order_by(*by, "number")
        if "number" not in [key.removeprefix("-") for key in order]
        else rows.order_by(*by)
    )


def _count(viewer: Viewer, schema: Schema, asked: Asked, rows: QuerySet[Version]) -> int:
    kept = _kept(viewer, schema, asked)
    if kept is None:
        return rows.count()
    name, value, office = kept
    tally = Tally.objects.filter(register=schema.key, field=name, value=value, office_key=office)
    return tally.values_list("count", flat=True).first() or 0


def _kept(viewer: Viewer, schema: Schema, asked: Asked) -> tuple[str, str, int] | None:
    """Give which kept count answers, if one does."""
    everywhere = viewer.where(VIEW, service=schema.service) == EVERY_ROW
    if asked.words.strip() or not (everywhere or asked.office_id is not None):
        return None
    if not everywhere and not viewer.may(VIEW, office_id=asked.office_id, service=schema.service):
        return None
    office = asked.office_id or 0
    if not asked.where:
        return "", "", office
    (one, *more) = asked.where
    if more or one.op != "is" or one.field not in schema.counted:
        return None
    return (
        one.field,
        schema.facet(one.field, {one.field: _typed(schema.fields[one.field], one.value)}),
        office,
    )
