"""The plan as citizens see it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from madoguchi.blocks.measures import presentation as show
from madoguchi.blocks.measures.models import Indicator
from madoguchi.blocks.measures.queries import editions, indicator_history, item_line, report
from madoguchi.blocks.measures.types import IndicatorLine
from madoguchi.kernel.clock import today
from madoguchi.ui.components.table import Column, Table
from madoguchi.ui.formats import moment_text


def edition_list(request: HttpRequest) -> HttpResponse:
    """List the plans."""
    rows = editions()
    table = Table(
        [
            show.title_column("plan:edition"),
            Column("city", gettext("市")),
            Column("years", gettext("計画期間"),
                   value=lambda row: f"{show.year_name(row['edition'].first_year)}–"
                                     f"{show.year_name(row['edition'].last_year)}"),
            Column("items", gettext("取組項目"), "number"),
        ],
        rows, caption=gettext("計画の一覧"), empty_title=gettext("計画はまだありません。"),
    )  # fmt: skip
    return render(request, "measures/public_list.html", {"table": table})


def edition_page(request: HttpRequest, key: str) -> HttpResponse:
    """Show a plan's results of one year."""
    edition = show.edition_or_404(key)
    year = show.year_of(request, edition)
    result = report(edition_key=key, year=year, on=today(), lang=show.language())
    groups = []
    for pillar_no in dict.fromkeys(line.pillar_no for line in result.items):
        lines = [line for line in result.items if line.pillar_no == pillar_no]
        table = show.item_table(edition, year, lines, here=reverse("plan:edition", args=[key]), judged=False)
        groups.append({"no": pillar_no, "title": show.shown(lines[0].pillar), "table": table})
    return render(
        request, "measures/public_edition.html",
        {
            "report": result, "title": show.shown(result.title), "year": show.year_name(year),
            "tabs": show.year_tabs(edition, year, request.path), "chart": show.grade_chart(result),
            "summary": show.summary_table(result) if result.total else None, "sentence": show.summary_sentence(result), "groups": groups,
            "edition": edition,
            "breadcrumb": [(gettext("トップ"), "/"), (gettext("計画"), reverse("plan:list")), (result.title.value, "")],
        },
    )  # fmt: skip


def item_page(request: HttpRequest, key: str, no: str) -> HttpResponse:
    """Show one item: its texts, figures over the years, its grade, and where each number comes from."""
    edition = show.edition_or_404(key)
    year = show.year_of(request, edition)
    line = item_line(edition=edition, no=no, year=year, on=today(), lang=show.language())
    if line is None:
        raise Http404
    back = f"{reverse('plan:edition', args=[key])}?year={year}"
    return render(
        request, "measures/public_item.html",
        {
            "line": line, "title": show.shown(line.title), "pillar": show.shown(line.pillar),
            "edition": edition, "year": show.year_name(year), "sections": show.sections_of(line),
            "facts": show.facts(line),
            "tabs": show.year_tabs(edition, year, request.path),
            "indicators": [indicator_part(indicator, year) for indicator in line.indicators],
            "breadcrumb": [(gettext("計画"), reverse("plan:list")), (show.title(edition), back), (line.title.value, "")],
        },
    )  # fmt: skip


def indicator_part(line: IndicatorLine, year: int) -> dict[str, Any]:
    """Put one indicator into what both faces' item pages show of it."""
    indicator = Indicator.objects.get(pk=line.id)
    groups, hidden = show.breakdown_table(line, year)
    return {
        "line": line,
        "name": show.shown(line.name),
        "target": show.figure(line.target, line),
        "actual": show.figure(line.actual, line),
        "origin": show.ORIGINS[line.origin],
        "chart": show.indicator_chart(indicator, line),
        "history": _history_table(line),
        "groups": groups,
        "hidden": hidden,
    }  # fmt: skip


def _history_table(line: IndicatorLine) -> Table | None:
    rows = indicator_history(line.id)
    if not rows:
        return None
    return Table(
        [
            Column("year", gettext("年度"), value=lambda row: show.year_name(row.year), head=True),
            Column("value", gettext("実績"), value=lambda row: show.figure(row.value, line)),
            Column("source", gettext("値の出所"), value=lambda row: show.ORIGINS[row.source]),
            Column("entered_by", gettext("記録した部署")),
            Column("entered_at", gettext("記録した日時"), value=lambda row: moment_text(row.entered_at)),
        ],
        rows, caption=gettext("%(name)sの記録") % {"name": line.name.value}, caption_hidden=True,
    )  # fmt: skip
