"""Rounds of stock-takes: begin one, see how far every office is, end it, and take the result away."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.blocks.registers.actions import (
    NothingToCount,
    OfficesOpen,
    stocktake_close,
    stocktake_kept,
    stocktake_open,
)
from madoguchi.blocks.registers.exporting import NUMBER, OFFICE
from madoguchi.blocks.registers.models import StockTake
from madoguchi.blocks.registers.presentation import masked
from madoguchi.blocks.registers.rounds import Progress, progress_seen, result_rows, take_seen
from madoguchi.blocks.registers.schema import Schema
from madoguchi.blocks.registers.seeing import fields_seen, rows_seen, schema_seen
from madoguchi.blocks.registers.views.asking import way
from madoguchi.blocks.registers.views.listing import FORMATS
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kernel.tables import table_write
from madoguchi.kit.fiscal import FiscalYear, fiscal_year_of
from madoguchi.ui.components.table import Column, Table
from madoguchi.ui.forms import HouseForm, WarekiDateField

page = require_http_methods(["GET", "HEAD", "POST"])
MONTH = timedelta(days=30)


class OpenForm(HouseForm):
    """Until when every office shall have looked."""

    due_on = WarekiDateField(
        label=_("締切"), help_text=_("各課が確認を終える日です。例：令和8年7月31日、2026-07-31")
    )

    def __init__(self, *args: Any, earliest: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"due_on": earliest + MONTH}, **kwargs)
        due = self.fields["due_on"]
        assert isinstance(due, WarekiDateField)
        due.earliest = earliest


class CloseForm(HouseForm):
    """Whether a round ends though offices have not signed."""

    marks_hidden = True
    anyway = forms.BooleanField(label=_("残して終える"), required=False)


def year_text(year: int) -> str:
    """Write a fiscal year in the reader's language."""
    language = get_language() or "ja"
    style: Any = language if language in ("ja-easy", "en") else "ja"
    return FiscalYear(year).label(style)


def register_taken(viewer: Viewer, register: str) -> Schema:
    """
    Give a register that has stock-takes.

    :raises NotAllowed: it has none, or is not for this viewer.
    """
    schema = schema_seen(viewer, register)
    if not schema.model.stocktake:
        raise NotAllowed(f"{register}: no stock-take")
    return schema


# The rounds of a register


@never_cache
@page
def stocktakes(request: HttpRequest, register: str) -> HttpResponse:
    """List the rounds of a register; whoever keeps it begins this year's."""
    viewer = viewer_of(request)
    schema = register_taken(viewer, register)
    keeps = stocktake_kept(viewer, schema)
    year = fiscal_year_of(viewer.on).year
    begun = StockTake.objects.filter(register=register, year=year).exists()
    sent = request.method == "POST"
    if sent and not keeps:
        raise NotAllowed(f"{register}: no keeper")
    form = OpenForm(*([request.POST] if sent else []), earliest=viewer.on)
    if sent and form.is_valid():
        try:
            take = stocktake_open(
                actor=viewer, register=register, due_on=form.cleaned_data["due_on"], now=now()
            )
        except Refused as refused:
            form.add_error(
                None if begun or isinstance(refused, NothingToCount) else "due_on", str(refused.message)
            )
        else:
            text = gettext("%(year)sの棚卸しを始めました。各課の画面に、確かめる記録が出ます。")
            messages.success(request, text % {"year": year_text(take.year)})
            return redirect("registers:stocktake", register=register, take=take.key)
    context = {
        "schema": schema, "label": schema.words("label"), "form": form if keeps and (sent or not begun) else None,
        "table": _rounds(viewer, schema), "year": year_text(year), "begun": begun, "keeps": keeps,
        "breadcrumb": way(schema, (gettext("棚卸し"), "")),
    }  # fmt: skip
    return render(request, "registers/stocktakes.html", context, status=422 if form.errors else 200)


def _rounds(viewer: Viewer, schema: Schema) -> Table | None:
    own = rows_seen(viewer, schema, field="offices__office_id")
    rows = StockTake.objects.filter(register=schema.key).annotate(
        parts=Count("offices", filter=own),
        signed=Count("offices", filter=own & Q(offices__signed_at__isnull=False)),
    )
    found = list(rows.order_by("-year")[:50])
    if not found:
        return None

    def url(take: Any) -> str:
        return take_url(schema, take)

    columns = [
        Column("year", gettext("年度"), head=True, value=lambda take: year_text(take.year), link=url),
        Column("state", gettext("状態"), "badge", value=_state),
        Column("as_of", gettext("基準日"), "date"),
        Column("due_on", gettext("締切"), "date"),
        Column("signed", gettext("確認を終えた課"), value=lambda take: f"{take.signed} / {take.parts}"),
    ]
    return Table(columns, found, caption=gettext("これまでの棚卸し"), key="rounds")


def _state(take: StockTake) -> tuple[str, str]:
    return (
        (pgettext("stocktake", "終わりました"), "neutral")
        if take.closed_at is not None
        else (gettext("進行中"), "info")
    )


def take_url(schema: Schema, take: StockTake) -> str:
    """Give the address of a round."""
    return reverse("registers:stocktake", args=[schema.key, take.key])


# One round


@never_cache
@page
def stocktake(request: HttpRequest, register: str, take: str) -> HttpResponse:
    """Show how far every office is; whoever keeps the register ends the round."""
    viewer = viewer_of(request)
    schema = register_taken(viewer, register)
    found = take_seen(schema, take)
    keeps = stocktake_kept(viewer, schema)
    if request.method == "POST" and not keeps:
        raise NotAllowed(f"{register}: no keeper")
    form = CloseForm(*([request.POST] if request.method == "POST" else []))
    if request.method == "POST" and form.is_valid():
        try:
            stocktake_close(actor=viewer, take_key=take, anyway=form.cleaned_data["anyway"], now=now())
        except Refused as refused:
            form.add_error("anyway" if isinstance(refused, OfficesOpen) else None, str(refused.message))
        else:
            messages.success(request, gettext("棚卸しを終えました。結果を書き出せます。"))
            return redirect(take_url(schema, found))
    parts = progress_seen(viewer, schema, found)
    context = {
        "schema": schema, "key": schema.key, "label": schema.words("label"), "take": found, "form": form,
        "year": year_text(found.year), "state": _state(found), "table": _offices(schema, found, parts), "parts": len(parts),
        "records": sum(one.records for one in parts), "looked": sum(one.looked for one in parts),
        "different": sum(one.different for one in parts), "missing": sum(one.missing for one in parts),
        "signed": sum(one.signed_at is not None for one in parts), "late": found.closed_at is None and viewer.on > found.due_on,
        "unsigned": sum(one.signed_at is None for one in parts), "may_close": keeps and found.closed_at is None,
        "files": _files(schema, found), "breadcrumb": way(schema, *steps_to(schema, found, last=True)),
    }  # fmt: skip
    return render(request, "registers/stocktake.html", context, status=422 if form.errors else 200)


def steps_to(schema: Schema, take: StockTake, *, last: bool = False) -> list[tuple[str, str]]:
    """Give the breadcrumb from a register to a round."""
    rounds = reverse("registers:stocktakes", args=[schema.key])
    return [(gettext("棚卸し"), rounds), (year_text(take.year), "" if last else take_url(schema, take))]


def _offices(schema: Schema, take: StockTake, parts: list[Progress]) -> Table:
    def url(part: Any) -> str:
        return reverse("registers:stocktake_office", args=[schema.key, take.key, part.office_id])

    def state(part: Any) -> tuple[str, str]:
        if part.signed_at is not None:
            return gettext("確認を終えました"), "success"
        if not part.open:
            return gettext("確認を終えるだけ"), "info"
        return gettext("残り%(count)s件") % {"count": f"{part.open:,}"}, "warning"

    columns = [
        Column("name", gettext("組織"), head=True, link=url),
        Column("state", gettext("状態"), "badge", value=state),
        Column("looked", gettext("確かめた"), value=lambda part: f"{part.looked:,} / {part.records:,}"),
        Column("different", gettext("内容が違う"), "number"),
        Column("missing", gettext("見つからない"), "number"),
        Column("signed_at", gettext("終えた日時"), "moment"),
        Column("note", gettext("ひとこと")),
    ]
    return Table(
        columns, parts, caption=gettext("組織ごとの進み具合"), key="parts",
        empty_title=gettext("あなたの組織の記録は、この棚卸しにありません"),
    )  # fmt: skip


def _files(schema: Schema, take: StockTake) -> list[tuple[str, str]]:
    labels = {
        "xlsx": gettext("Excel"),
        "csv": gettext("CSV（UTF-8）"),
        "csv-cp932": gettext("CSV（シフトJIS）"),
    }
    return [
        (label, reverse("registers:stocktake_file", args=[schema.key, take.key, form]))
        for form, label in labels.items()
    ]


@never_cache
@require_safe
def stocktake_file(request: HttpRequest, register: str, take: str, form: str) -> Any:
    """Give the result of a round as CSV or Excel, in Japanese, without personal values."""
    viewer = viewer_of(request)
    schema = register_taken(viewer, register)
    found = take_seen(schema, take)
    if form not in ("csv", "csv-cp932", "xlsx"):
        raise NotAllowed(f"{register}: stock-take as {form}")
    keys = listed_plain(viewer, schema)
    heads = [
        OFFICE,
        NUMBER,
        *(schema.label(key, "ja") for key in keys),
        "結果",
        "ひとこと",
        "見た人",
        "見た日時",
    ]
    fmt, encoding, ending, kind = FORMATS[form]
    rows = result_rows(viewer, schema, found, keys)
    response = StreamingHttpResponse(
        iter(table_write(fmt, heads, rows, sheet=schema.words("label", "ja")[:31], encoding=encoding)), content_type=kind
    )  # fmt: skip
    name = f"{schema.words('label', 'ja')}_{found.year}年度棚卸し.{ending}"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


def listed_plain(viewer: Viewer, schema: Schema) -> list[str]:
    """Name the fields by which people know a thing again: its title and its list's, none that is personal."""
    seen = fields_seen(viewer, schema)
    keys = dict.fromkeys((schema.model.title, *schema.model.listed))
    return [key for key in keys if key in seen and not masked(schema.fields[key])]
