"""The declared tables of a register: as of a day, on the screen, as a file and on paper."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from madoguchi.blocks.fields.types import MultiField, NumberField, RateField, YenField
from madoguchi.blocks.registers.kind.model import Statistic
from madoguchi.blocks.registers.printing import statistic_print
from madoguchi.blocks.registers.schema import Schema
from madoguchi.blocks.registers.seeing import VIEW, schema_seen
from madoguchi.blocks.registers.statistics import (
    TOTAL,
    Group,
    StatisticTable,
    small_seen,
    statistic_make,
    statistic_rows,
    statistics_seen,
)
from madoguchi.blocks.registers.views.asking import way
from madoguchi.blocks.registers.views.listing import FORMATS
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import EVERY_ROW, NotAllowed, Viewer
from madoguchi.kernel.tables import table_write
from madoguchi.kernel.typeset import FontMissing
from madoguchi.ui.components.chart import BarChart, Series
from madoguchi.ui.components.table import Column, Table
from madoguchi.ui.components.tabs import Tab
from madoguchi.ui.formats import number_text
from madoguchi.ui.forms import HouseForm, WarekiDateField

log = logging.getLogger(__name__)
MOST_BARS = 40
HIDDEN = "x"


class DayForm(HouseForm):
    """The day whose records are counted; a day to come is not known yet."""

    marks_hidden = True
    on = WarekiDateField(label=_("いつの内容を数えるか"), required=False)

    def __init__(self, *args: Any, latest: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"on": latest}, **kwargs)
        day = self.fields["on"]
        assert isinstance(day, WarekiDateField)
        day.latest = latest


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a page is asked for; ``on`` is None where the day cannot be read."""

    every: list[Statistic]
    declared: Statistic
    form: DayForm
    on: date | None
    may_small: bool
    small: bool

    def query(self, **changes: str) -> str:
        """Give the address of this choice, changed."""
        asked = {"table": self.declared.key, "small": "1" if self.small else ""}
        asked["on"] = self.on.isoformat() if self.on is not None and self.form.is_bound else ""
        return urlencode({key: value for key, value in (asked | changes).items() if value})


def _chosen(request: HttpRequest, viewer: Viewer, schema: Schema, key: str) -> Chosen:
    """
    Read what is asked for.

    :raises NotAllowed: there is no such table, or small numbers are asked for by somebody who may not see them.
    """
    every = statistics_seen(viewer, schema)
    declared = next((one for one in every if one.key == key), None) if key else next(iter(every), None)
    if declared is None:
        raise NotAllowed(f"{schema.key}: statistic {key}")
    form = DayForm(*([request.GET] if request.GET.get("on") else []), latest=viewer.on)
    on: date | None = viewer.on
    if form.is_bound:
        on = form.cleaned_data["on"] if form.is_valid() else None
    may_small = bool(declared.small) and small_seen(viewer, schema)
    small = request.GET.get("small") == "1"
    if small and not may_small and declared.small:
        raise NotAllowed(f"{schema.key}: small numbers of {key}")
    return Chosen(every, declared, form, on, may_small, small and may_small)


@never_cache
@require_safe
def statistics(request: HttpRequest, register: str) -> HttpResponse:
    """Show a declared table of a register, with the others as tabs."""
    viewer = viewer_of(request)
    schema = schema_seen(viewer, register)
    return _page(request, viewer, schema, _chosen(request, viewer, schema, request.GET.get("table", "")))


@never_cache
@require_safe
def statistic_file(request: HttpRequest, register: str, table: str, form: str) -> Any:
    """Give a declared table as CSV, Excel or PDF, in Japanese, as it is filed."""
    viewer = viewer_of(request)
    schema = schema_seen(viewer, register)
    chosen = _chosen(request, viewer, schema, table)
    if form not in ("csv", "csv-cp932", "xlsx", "pdf"):
        raise NotAllowed(f"{schema.key}: statistic as {form}")
    if chosen.on is None:
        return _page(request, viewer, schema, chosen)
    sorry = gettext("いまPDFを作れません。Excelかほかの形のファイルを使ってください。")
    with translation.override("ja"):
        made = statistic_make(viewer, schema, table, on=chosen.on, small=chosen.small)
        declared, name = chosen.declared, f"{schema.words('label')}_{made.label}_{made.as_of:%Y%m%d}"
        if form == "pdf":
            told = [_whose(viewer, schema), _small_words(declared.small) if chosen.small else ""]
            try:
                content = statistic_print(schema, made, note="　".join(filter(None, told)))
            except FontMissing:
                log.exception("no PDF of %s can be made", schema.key)
                return HttpResponse(sorry, status=503, content_type="text/plain; charset=utf-8")
            response = HttpResponse(content, content_type="application/pdf")
            response["Content-Disposition"] = content_disposition_header(False, f"{name}.pdf") or ""
            return response
        heads, rows = statistic_rows(made)
        fmt, encoding, ending, kind = FORMATS[form]
        sheet = schema.words("label")[:31]
        written = list(table_write(fmt, heads, rows, sheet=sheet, encoding=encoding))
    file = StreamingHttpResponse(iter(written), content_type=kind)
    file["Content-Disposition"] = content_disposition_header(True, f"{name}.{ending}") or ""
    return file


def _page(request: HttpRequest, viewer: Viewer, schema: Schema, chosen: Chosen) -> HttpResponse:
    declared = chosen.declared
    context: dict[str, Any] = {
        "schema": schema, "key": schema.key, "label": schema.words("label"), "form": chosen.form,
        "table_key": declared.key, "small": chosen.small, "tabs": _tabs(schema, chosen),
        "breadcrumb": way(schema, (gettext("統計"), "")),
    }  # fmt: skip
    if chosen.on is None:
        return render(request, "registers/statistics.html", context, status=422)
    made = statistic_make(
        viewer, schema, declared.key, on=chosen.on, language=get_language() or "ja", small=chosen.small
    )
    unit = unit_of(schema, declared)
    context |= {
        "name": made.label, "official": made.form, "as_of": made.as_of, "unit": unit, "table": _table(made, _sides(schema, declared), unit),
        "chart": _chart(made, _sides(schema, declared), unit, over_time=":" in declared.by[0]), "hidden": any(value is None for value in made.cells.values()),
        "least": declared.small, "small_words": _small_words(declared.small), "files": _files(schema, chosen), "whose": _whose(viewer, schema),
        "often": any(isinstance(schema.fields.get(by.split(":")[0]), MultiField) for by in declared.by),
        "small_url": f"?{chosen.query(small='1')}" if chosen.may_small and not chosen.small else "",
        "hide_url": f"?{chosen.query(small='')}" if chosen.small else "",
    }  # fmt: skip
    return render(request, "registers/statistics.html", context)


def _tabs(schema: Schema, chosen: Chosen) -> list[Tab]:
    if len(chosen.every) < 2:
        return []
    return [
        Tab(
            schema.words(f"statistics.{one.key}.label"), f"?{chosen.query(table=one.key, small='')}", one is chosen.declared
        )
        for one in chosen.every
    ]  # fmt: skip


def _whose(viewer: Viewer, schema: Schema) -> str:
    """Say that not all records are counted, where somebody sees only some offices'."""
    if viewer.where(VIEW, service=schema.service) == EVERY_ROW:
        return ""
    return gettext("全庁の数ではありません。あなたが見られる組織の記録だけを数えています。")


def _small_words(least: int) -> str:
    text = gettext("%(least)sより小さい数も出しています。庁外に出す表には使わないでください。")
    return text % {"least": least}


def unit_of(schema: Schema, declared: Statistic) -> str:
    """Say in what a table counts."""
    if not declared.sum:
        return pgettext("records", "件")
    field = schema.fields[declared.sum]
    if isinstance(field, YenField) or getattr(field, "gives", "") == "yen":
        return gettext("円")
    if isinstance(field, RateField):
        return "%"
    return (field.unit or "") if isinstance(field, NumberField) else ""


def _figure(made: StatisticTable, value: int) -> int | Decimal:
    return Decimal(value).scaleb(-made.scale) if made.scale else value


def _side(schema: Schema, by: str) -> str:
    key = by.split(":")[0]
    return gettext("組織") if key == "office" else schema.label(key)


def _sides(schema: Schema, declared: Statistic) -> str:
    """Say what rows and columns are."""
    sides = [_side(schema, by) for by in declared.by]
    if len(sides) == 1:
        return sides[0]
    return gettext("%(rows)s（横は%(columns)s）") % {"rows": sides[0], "columns": sides[1]}


def _table(made: StatisticTable, sides: str, unit: str) -> Table:
    """Give the table with its totals; figures are texts, because a hidden one is no figure."""

    def text(column: str) -> Any:
        def shown(row: Group) -> str:
            value = made.cell(row.key, column)
            return HIDDEN if value is None else number_text(_figure(made, value))

        return shown

    total = gettext("計")
    columns = [Column("label", sides, head=True)]
    columns += [Column(group.key, group.label, value=text(group.key)) for group in made.columns]
    columns.append(Column(TOTAL, total, value=text(TOTAL)))
    caption = gettext("%(label)s（%(unit)s）") % {"label": made.label, "unit": unit} if unit else made.label
    rows = [*made.rows, Group(TOTAL, total)] if made.rows else []
    return Table(
        columns, rows, caption=caption, narrow="scroll", key="statistic",
        empty_title=gettext("この日には、数える記録がありません"), empty_hint=gettext("日付を確かめてください。"),
    )  # fmt: skip


def _chart(made: StatisticTable, sides: str, unit: str, *, over_time: bool) -> BarChart | None:
    """Draw a table of one side; not where numbers are hidden, and not where there are too many to compare."""
    values = [made.cell(row.key, TOTAL) for row in made.rows]
    if made.columns or None in values or not any(values) or not 2 <= len(values) <= MOST_BARS:
        return None
    figures = [_figure(made, value or 0) for value in values]
    return BarChart(
        gettext("%(label)sのグラフ") % {"label": made.label}, [row.label for row in made.rows], [Series(made.label, figures)],
        unit=unit, label_name=sides, across=not over_time and min(figures) >= 0, key="statistic",
    )  # fmt: skip


def _files(schema: Schema, chosen: Chosen) -> list[tuple[str, str, str]]:
    """Give labels, addresses and icons of the table as a file."""
    labels = {
        "pdf": (gettext("PDF（印刷用）"), "print"), "xlsx": (gettext("Excel"), "download"),
        "csv": (gettext("CSV（UTF-8）"), "download"), "csv-cp932": (gettext("CSV（シフトJIS）"), "download"),
    }  # fmt: skip
    query = chosen.query(table="")
    return [
        (
            label,
            reverse("registers:statistic_file", args=[schema.key, chosen.declared.key, form])
            + (f"?{query}" if query else ""),
            icon,
        )
        for form, (label, icon) in labels.items()
    ]
