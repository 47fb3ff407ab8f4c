"""How values of registers are shown: in the reader's language, masked where they are personal, links as links."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from madoguchi.blocks.fields.types import (
    PARTY_PORT,
    ChoiceField,
    Ctx,
    DateField,
    EmailField,
    FieldPart,
    FigurePart,
    FileField,
    Json,
    MultiField,
    NumberField,
    PartyField,
    RateField,
    RecordField,
    TableField,
    UrlField,
    YenField,
    links_titles,
)
from madoguchi.blocks.files.types import FileLine
from madoguchi.blocks.registers.filing import files_markup
from madoguchi.blocks.registers.forms import label_of
from madoguchi.blocks.registers.indexes import of_register
from madoguchi.blocks.registers.models import Record, Version
from madoguchi.blocks.registers.schema import Schema, UnknownRegister, schema_get
from madoguchi.blocks.registers.seeing import VIEW, rows_seen
from madoguchi.kernel.rights import Viewer
from madoguchi.ui.components.table import Column

MASK = "●●●"
MASKED = frozenset({"personal", "restricted"})
Titles = Mapping[tuple[str, str], str]
"""Titles of linked records that the viewer may see, by register and number; an empty title is a link too."""


def masked(field: FieldPart) -> bool:
    """Whether a field's values stand behind ●●● until somebody says that he looks."""
    return field.data_class in MASKED


def masked_of(schema: Schema, keys: Iterable[str]) -> frozenset[str]:
    """Give those of some fields that are masked."""
    return frozenset(key for key in keys if masked(schema.fields[key]))


class Shown:
    """
    The values of one register, as one page shows them.

    :param uncovered: personal values too; the look has been written down.
    :param files: files that the viewer may see, by key (``filing.files_seen``); without them files are counted.
    """

    def __init__(
        self, schema: Schema, *, on: date, uncovered: bool = False, links: Titles | None = None,
        files: Mapping[str, FileLine] | None = None,
    ) -> None:  # fmt: skip
        self.schema, self.uncovered, self.links, self.files = schema, uncovered, links or {}, files
        self.ctx = Ctx(on=on, language=get_language() or "ja")
        self._labels: dict[tuple[str, Any], str] = {}

    def covered(self, key: str) -> bool:
        """Whether a field's values stand behind ●●●."""
        return not self.uncovered and masked(self.schema.fields[key])

    def text(self, key: str, value: Json) -> str:
        """Write a value as plain text; "" for nothing."""
        if value is None:
            return ""
        if self.covered(key):
            return MASK
        field = self.schema.fields[key]
        if isinstance(field, RecordField):
            title = self.links.get((field.register_key, str(value)), "")
            return f"{value} {title}".strip()
        if isinstance(field, FileField):
            known = self.files or {}
            if any(one in known for one in value):
                return gettext("、").join(
                    known[one].name if one in known else gettext("いま開けないファイル") for one in value
                )
            return gettext("%(count)d個のファイル") % {"count": len(value)}
        if isinstance(field, MultiField):
            return gettext("、").join(
                self._label(key, code) or field.show([code], self.ctx) for code in value
            )
        return self._label(key, value) or field.show(value, self.ctx)

    def _label(self, key: str, code: Any) -> str:
        if not isinstance(code, str | bool):
            return ""
        found = self._labels.get((key, code))
        if found is None:
            found = self._labels[key, code] = label_of(self.schema, key, code)
        return found

    def markup(self, key: str, value: Json) -> str | SafeString:
        """Write a value for a page: what leads somewhere as a link, a sub-table as a table."""
        text = self.text(key, value)
        if value is None or self.covered(key):
            return text
        field = self.schema.fields[key]
        if isinstance(field, UrlField):
            return format_html('<a href="{}" rel="noreferrer">{}</a>', value, text)
        if isinstance(field, EmailField):
            return format_html('<a href="mailto:{}">{}</a>', value, text)
        if isinstance(field, RecordField) and (field.register_key, str(value)) in self.links:
            return format_html('<a href="{}">{}</a>', record_url(field.register_key, str(value)), text)
        if isinstance(field, TableField):
            return self._table(field, value)
        if isinstance(field, FileField) and self.files is not None:
            # A small picture is a look at the file: of personal ones none is shown unasked.
            return files_markup(self.files, value, pictures=not masked(field))
        return text

    def _table(self, field: TableField, rows: list[dict[str, Json]]) -> SafeString:
        path = f"fields.{field.key}.columns"
        labels = [(self.schema.words(f"{path}.{one.key}.label") or one.label,) for one in field.columns]
        heads = format_html_join("", '<th scope="col">{}</th>', labels)
        lines = [
            (
                format_html_join(
                    "", "<td>{}</td>", ((one.show(row.get(one.key), self.ctx),) for one in field.columns)
                ),
            )
            for row in rows
        ]
        body = format_html_join("", "<tr>{}</tr>", lines)
        frame = (
            '<div class="mg-table mg-table--scroll" role="region" aria-label="{}" tabindex="0" data-table>'
            "<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
        )
        return format_html(frame, self.schema.label(field.key), heads, body)

    def title(self, payload: Mapping[str, Json] | None) -> str:
        """Give the words by which people know a record; "" where they are personal and covered."""
        key = self.schema.model.title
        if payload is None or self.covered(key):
            return ""
        return self.text(key, payload.get(key))


def record_url(register: str, number: str) -> str:
    """Give the address of a record."""
    return reverse("registers:record", args=[register, number])


def links_seen(
    viewer: Viewer, schema: Schema, payloads: Iterable[Mapping[str, Json] | None], on: date
) -> Titles:
    """Give the titles of the records that values link to, those that the viewer may see; two queries per register."""
    asked: dict[str, set[str]] = {}
    every = [payload for payload in payloads if payload]
    for key, field in schema.fields.items():
        if isinstance(field, RecordField):
            numbers = {str(payload[key]) for payload in every if payload.get(key) is not None}
            asked.setdefault(field.register_key, set()).update(numbers)
    return {
        (register, number): title
        for register, numbers in asked.items()
        if numbers
        for number, title in titles_seen(viewer, register, numbers, on).items()
    }


def titles_seen(viewer: Viewer, register: str, numbers: Iterable[str], on: date) -> dict[str, str]:
    """Give the titles of records of a register that a viewer may see; what is personal is no title."""
    try:
        schema = schema_get(register)
    except UnknownRegister:
        return {}
    if not viewer.may(VIEW, service=schema.service):
        return {}
    wanted = sorted(set(numbers))
    there = Record.objects.filter(rows_seen(viewer, schema), register=register, number__in=wanted)
    found = dict.fromkeys(there.values_list("number", flat=True), "")
    shown = Shown(schema, on=on)
    current = Version.objects.filter(of_register(register), rows_seen(viewer, schema), number__in=list(found))
    return found | {
        number: shown.title(payload) for number, payload in current.values_list("number", "payload")
    }


def party_texts(schema: Schema, payload: Mapping[str, Json] | None, on: date) -> dict[str, str]:
    """Give the names of organisations and persons that an uncovered record links to, by field."""
    found: dict[str, str] = {}
    for key, field in schema.fields.items():
        value = (payload or {}).get(key)
        if isinstance(field, PartyField) and value is not None:
            titles = links_titles(PARTY_PORT, [str(value)], within=field.within(), on=on)
            found[key] = titles.get(str(value), "")
    return found


# Columns of a list


def column_of(shown: Shown, key: str, *, sortable: bool) -> Column:
    """Give the column of a field, its rows' values read from ``payload``."""
    schema = shown.schema
    field, label = schema.fields[key], schema.label(key)
    if shown.covered(key):
        return Column(key, label, value=lambda row: MASK if row.payload.get(key) is not None else "")

    def plain(row: Any) -> Json:
        return row.payload.get(key)

    kind = getattr(field, "gives", "")
    if isinstance(field, YenField) or kind == "yen":
        return Column(key, label, "yen", value=plain, sortable=sortable)
    if isinstance(field, FigurePart):
        return Column(key, _with_unit(label, field), "number", value=_exact(field, key), sortable=sortable)
    if kind == "count":
        return Column(key, label, "number", value=plain, sortable=sortable)
    if (isinstance(field, DateField) and field.precision == "day") or kind == "date":
        return Column(key, label, "date", value=_day(key), sortable=sortable)
    if isinstance(field, RecordField):
        return Column(key, label, "html", value=_safe(shown, key), sortable=sortable)
    return Column(key, label, value=lambda row: shown.text(key, plain(row)), sortable=sortable)


def _exact(field: FigurePart, key: str) -> Callable[[Any], object]:
    def exact(row: Any) -> object:
        value = row.payload.get(key)
        return "" if value is None else field.exact(value)

    return exact


def _day(key: str) -> Callable[[Any], object]:
    def day(row: Any) -> object:
        value = row.payload.get(key)
        return date.fromisoformat(value) if value and len(value) == 10 else value

    return day


def _safe(shown: Shown, key: str) -> Callable[[Any], object]:
    return lambda row: format_html("{}", shown.markup(key, row.payload.get(key)))


def _with_unit(label: str, field: FigurePart) -> str:
    unit = field.unit if isinstance(field, NumberField) else "%" if isinstance(field, RateField) else ""
    return gettext("%(label)s（%(unit)s）") % {"label": label, "unit": unit} if unit else label


def field_codes(schema: Schema, field: FieldPart, ctx: Ctx) -> list[tuple[str, str]]:
    """Give every code that a field ever had, with its words; for filters."""
    if not isinstance(field, ChoiceField):
        return []
    labels = field.choices(ctx).labels
    return [(code, label_of(schema, field.key, code) or label) for code, label in labels.items()]


def in_lines(lines: Iterable[object]) -> SafeString:
    """Give lines one under another, for a cell of a table."""
    return format_html_join("", '<span class="rg-line">{}</span>', ((line,) for line in lines))
