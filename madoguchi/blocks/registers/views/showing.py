"""One record: what it is on a day, what it belongs to, what lies beneath, and what happened to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from madoguchi.blocks.fields.types import PartyField
from madoguchi.blocks.people.queries import office_names
from madoguchi.blocks.registers.actions import records_look
from madoguchi.blocks.registers.filing import files_seen
from madoguchi.blocks.registers.forms import AsOfForm
from madoguchi.blocks.registers.indexes import of_register
from madoguchi.blocks.registers.models import Record, Version
from madoguchi.blocks.registers.presentation import (
    Shown,
    column_of,
    links_seen,
    masked_of,
    party_texts,
    record_url,
    titles_seen,
)
from madoguchi.blocks.registers.queries import record_view
from madoguchi.blocks.registers.schema import Schema
from madoguchi.blocks.registers.seeing import fields_seen, payload_seen, rows_seen, schemas_seen
from madoguchi.blocks.registers.types import RecordRow, RecordView
from madoguchi.blocks.registers.views.asking import EDIT, may_ask, may_write, page_of, record_seen, way
from madoguchi.blocks.registers.views.history import happenings
from madoguchi.blocks.registers.views.lineage import lineage
from madoguchi.blocks.registers.views.parting import may_descend
from madoguchi.blocks.registers.views.requesting import waiting_of
from madoguchi.blocks.registers.views.sheets import sheet_links
from madoguchi.kernel.clock import now
from madoguchi.kernel.db.two_times import known_on
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import Viewer
from madoguchi.ui.components.summary import SummaryRow
from madoguchi.ui.components.table import Column, Table
from madoguchi.ui.formats import date_text

CHILDREN = 20
ABSENT = "–"


@dataclass(frozen=True, slots=True)
class Beneath:
    """The records of one register that lie beneath a record."""

    label: str
    word: str
    count: int
    table: Table
    page: Any
    param: str
    add_url: str


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, register: str, number: str) -> HttpResponse:
    """Show a record; by POST with its personal values, after the look was written down."""
    viewer = viewer_of(request)
    schema, row = record_seen(viewer, register, number)
    form = AsOfForm(request.GET) if request.GET.get("on") or request.GET.get("at") else AsOfForm()
    valid = form.is_bound and form.is_valid()
    on = (form.cleaned_data["on"] if valid else None) or viewer.on
    at = form.moment if valid else None
    view = record_view(viewer=viewer, register=register, number=number, on=on, at=at)
    seen = frozenset(schema.fields) - frozenset(view.hidden)
    uncovered = request.method == "POST" and "uncover" in request.POST and bool(masked_of(schema, seen))
    if uncovered:
        records_look(actor=viewer, register=register, numbers=[number], what="record", now=now())
    links = links_seen(viewer, schema, [view.payload], on)
    files = files_seen(viewer, schema, number)
    shown = Shown(schema, on=on, uncovered=uncovered, links=links, files=files)
    context = {
        "schema": schema, "key": schema.key, "number": number, "view": view, "form": form, "on": on,
        "title": shown.title(view.payload) or _title(shown, view), "record_word": schema.words("record"),
        "state": _state(view, row, on), "groups": _groups(shown, view), "facts": _facts(viewer, schema, row, view),
        "hidden": len(view.hidden), "covered": bool(masked_of(schema, view.payload or ())) and not uncovered,
        "uncovered": uncovered, "past": _past(form, on, at, viewer) if valid else "",
        "coming": [_coming(schema, number, day) for day in view.coming[:5]] if at is None else [],
        "beneath": list(_beneath(request, viewer, row, on, at)), "descent": lineage(viewer, schema, row),
        "may_descend": may_descend(viewer, schema, row), "merge_query": f"?{urlencode({'n': number})}",
        "sheets": sheet_links(schema, number, on=on if on != viewer.on else None) if view.payload is not None and at is None else [],
        "history": happenings(shown, row, seen, on=viewer.on), "here": record_url(register, number),
        "may_write": may_write(viewer, schema, office_id=row.office_id),
        "may_ask": may_ask(viewer, schema, office_id=row.office_id), "requests_waiting": waiting_of(viewer, schema, row),
        "approve": schema.model.approve and viewer.may(EDIT, office_id=row.office_id, service=schema.service),
        "correct_query": f"?{urlencode({'on': on.isoformat()})}" if on != viewer.on else "",
        "breadcrumb": way(schema, (number, "")), "query": request.GET.urlencode(),
    }  # fmt: skip
    return render(request, "registers/record.html", context, status=422 if form.errors else 200)


def _title(shown: Shown, view: RecordView) -> str:
    """Give the title of a record that is not there on the day; a covered one is known by its number."""
    key = shown.schema.model.title
    return "" if shown.covered(key) or key in view.hidden else view.title


def _state(view: RecordView, row: Record, on: date) -> tuple[str, str]:
    if row.retired_on is not None and row.retired_on <= on:
        return gettext("終わったもの"), "neutral"
    if view.payload is None:
        return (
            (gettext("これから始まるもの"), "info")
            if view.coming
            else (gettext("この日には無いもの"), "neutral")
        )
    return gettext("いまあるもの"), "success"


def _past(form: AsOfForm, on: date, at: datetime | None, viewer: Viewer) -> str:
    if at is not None:
        text = gettext("%(at)sの時点で分かっていた、%(on)sの内容です。")
        return text % {"at": date_text(form.cleaned_data["at"]), "on": date_text(on)}
    return gettext("%(on)sの内容です。") % {"on": date_text(on)} if on != viewer.on else ""


def _coming(schema: Schema, number: str, day: date) -> tuple[str, str]:
    text = gettext("%(day)sからの変更があります") % {"day": date_text(day)}
    return text, f"{record_url(schema.key, number)}?{urlencode({'on': day.isoformat()})}"


def _groups(shown: Shown, view: RecordView) -> list[tuple[str, list[SummaryRow]]]:
    """Give labels and values by the headings that the register declares."""
    if view.payload is None:
        return []
    groups: dict[str, list[SummaryRow]] = {}
    parties = party_texts(shown.schema, view.payload, shown.ctx.on) if shown.uncovered else {}
    for key, field in shown.schema.fields.items():
        if key in view.hidden:
            continue
        value = view.payload.get(key)
        text: Any = shown.markup(key, value)
        if isinstance(field, PartyField) and parties.get(key):
            text = f"{text} {parties[key]}"
        rows = groups.setdefault(shown.schema.words(f"fields.{key}.group"), [])
        rows.append(SummaryRow(shown.schema.label(key), text))
    return list(groups.items())


def _facts(viewer: Viewer, schema: Schema, row: Record, view: RecordView) -> list[tuple[str, Any]]:
    """Give number, office, since when, the end, and what it belongs to."""
    names = office_names(office_ids=[row.office_id], on=viewer.on)
    facts: list[tuple[str, Any]] = [
        (gettext("番号"), row.number),
        (gettext("持ち主の組織"), names.get(row.office_id, ABSENT)),
    ]
    if view.starts_on is not None:
        facts.append((gettext("この内容になった日"), date_text(view.starts_on)))
    if row.retired_on is not None:
        facts.append((gettext("終わった日"), date_text(row.retired_on)))
        facts.append((gettext("終わった理由"), row.retired_reason))
    above = schema.model.parent
    if above is not None and view.parent:
        seen = titles_seen(viewer, above.register_key, [view.parent], viewer.on)
        words: Any = f"{view.parent} {seen.get(view.parent, '')}".strip()
        if view.parent in seen:
            words = format_html('<a href="{}">{}</a>', record_url(above.register_key, view.parent), words)
        facts.append((schema.words("parent.label"), words))
    return facts


def _beneath(
    request: HttpRequest, viewer: Viewer, row: Record, on: date, at: datetime | None
) -> Iterator[Beneath]:
    """Give what lies beneath a record on a day, register by register."""
    for schema in schemas_seen(viewer):
        above = schema.model.parent
        if above is None or above.register_key != row.register:
            continue
        listed = at is None and on == viewer.on
        known = of_register(schema.key) if listed else Q(register=schema.key) & known_on(on, at)
        rows = Version.objects.filter(known & rows_seen(viewer, schema), parent=row).order_by("number")
        param = f"p-{schema.key}"
        count = rows.count()
        page = page_of(request, count, CHILDREN, param)
        start = (page.number - 1) * CHILDREN
        found = list(rows[start : start + CHILDREN]) if count else []
        add = f"{reverse('registers:add', args=[schema.key])}?{urlencode({'parent': row.number})}"
        yield Beneath(
            schema.words("label"), schema.words("record"), count, _children(viewer, schema, found, on), page, param,
            add if row.retired_on is None and may_ask(viewer, schema) else "",
        )  # fmt: skip


def _children(viewer: Viewer, schema: Schema, found: list[Version], on: date) -> Table:
    seen = fields_seen(viewer, schema)
    rows = [RecordRow(row.number, "", row.office_id, payload_seen(row.payload, seen)) for row in found]
    shown = Shown(schema, on=on, links=links_seen(viewer, schema, (row.payload for row in rows), on))
    keys = [key for key in schema.model.listed if key in seen]
    columns = [
        Column("number", gettext("番号"), head=True, link=lambda row: record_url(schema.key, row.number)),
        *(column_of(shown, key, sortable=False) for key in keys),
    ]
    return Table(columns, rows, caption=schema.words("label"), caption_hidden=True, key=f"c-{schema.key}")
