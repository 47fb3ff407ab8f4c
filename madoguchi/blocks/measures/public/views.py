"""The plan as citizens see it: only editions that their city has published."""

from __future__ import annotations

import logging
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from madoguchi.blocks.measures import presentation as show
from madoguchi.blocks.measures.lines import item_lines, years_reported
from madoguchi.blocks.measures.models import Edition, Indicator
from madoguchi.blocks.measures.outputs import FORMATS, report_file_name
from madoguchi.blocks.measures.outputs.downloads import DOWNLOADS, download_links, download_made
from madoguchi.blocks.measures.public.compare import Pair, compared
from madoguchi.blocks.measures.public.editions import (
    Listed,
    city_tables,
    diff_url,
    listed,
    period,
    publications,
    published_or_404,
    title_link,
)
from madoguchi.blocks.measures.public.item import item_shown
from madoguchi.blocks.measures.public.plan import PlanShown, japanese, parent_words, plan_shown
from madoguchi.blocks.measures.public.results import groups, told
from madoguchi.blocks.measures.queries import indicator_history, report
from madoguchi.blocks.measures.types import IndicatorLine
from madoguchi.kernel.clock import today
from madoguchi.kernel.typeset import FontMissing
from madoguchi.ui.components.table import Column, Table
from madoguchi.ui.formats import moment_text

log = logging.getLogger(__name__)


@require_safe
def edition_list(request: HttpRequest) -> HttpResponse:
    """List the published plans, city by city."""
    return render(request, "measures/public_list.html", {"cities": [*city_tables()]})


@require_safe
def edition_page(request: HttpRequest, key: str) -> HttpResponse:
    """Show a plan as printed, with its results of one year."""
    found = published_or_404(key)
    edition = found.edition
    year = show.year_of(request, edition)
    result = report(edition_key=key, year=year, on=today(), lang=show.language())
    plan = plan_shown(edition)
    telling = told(result, plan.printed.spec)
    reported = years_reported(edition)
    open_ = result.published and bool(result.total)
    return render(
        request, "measures/public_edition.html",
        {
            "report": result, "title": show.shown(result.title), "year": show.year_name(year), "year_number": year,
            "edition": edition, "plan": plan, "facts": [*_facts(found, plan)],
            "item_label": plan.printed.level("item"),
            "has_results": bool(reported), "recorded": year in reported,
            "tabs": show.year_tabs(edition, year, request.path) if reported else [],
            "publication": publications(edition).get(year),
            "chart": show.grade_chart(result) if open_ else None,
            "summary": show.summary_table(result) if open_ else None,
            "sentence": show.summary_sentence(result) if open_ else "",
            "groups": groups(edition, plan, result, telling, linked_year=year if result.itemised and reported else None),
            "downloads": download_links(edition, year),
            "diff_url": diff_url(edition) if found.before is not None else "",
            "foreign": show.language() != "ja",
            "breadcrumb": [(gettext("トップ"), "/"), (gettext("計画"), reverse("plan:list")), (result.title.value, "")],
        },
    )  # fmt: skip


@require_safe
def report_download(request: HttpRequest, key: str, kind: str) -> HttpResponse:
    """Give a year of a plan as a file; grades and texts only once the year was given to the public."""
    edition = published_or_404(key).edition
    year = show.year_of(request, edition)
    if kind not in DOWNLOADS:
        raise Http404
    result = report(edition_key=key, year=year, on=today())
    try:
        made = download_made(edition, result, kind)
    except FontMissing:
        log.exception("no PDF of %s can be made", key)
        sorry = gettext("いまPDFを作れません。Excelかほかの形のファイルを使ってください。")
        return HttpResponse(sorry, status=503, content_type="text/plain; charset=utf-8")
    response = HttpResponse(made, content_type=FORMATS[kind].content_type)
    response["Content-Disposition"] = f'attachment; filename="{report_file_name(result, kind)}"'
    return response


def _facts(found: Listed, plan: PlanShown) -> list[tuple[object, object]]:
    """Give what stands at the head of a plan."""
    edition, spec = found.edition, plan.printed.spec
    facts: list[tuple[object, object]] = [
        (gettext("計画期間"), period(edition)),
        (gettext("版の種類"), edition.get_kind_display()),
        (gettext("取組の数"), plan.counts),
    ]
    if edition.issued:
        facts.append((gettext("公表"), japanese(show.issued_words(edition.issued))))
    if found.before is not None:
        facts.append((gettext("前の計画"), title_link(found.before)))
    elif edition.replaces:
        facts.append((gettext("前の計画"), edition.replaces))
    facts += [(gettext("次の計画"), title_link(other)) for other in found.after]
    if spec.parents:
        facts.append((gettext("関わる計画"), [parent_words(parent) for parent in spec.parents]))
    if edition.source:
        facts.append((gettext("出典"), japanese(edition.source)))
    return facts


@require_safe
def item_page(request: HttpRequest, key: str, no: str) -> HttpResponse:
    """Show one item: its texts, figures over the years, its grade, and where each number comes from."""
    found = published_or_404(key)
    edition = found.edition
    year = show.year_of(request, edition, default=_newest_with(edition, no))
    page = item_shown(found, no, year)
    if page is None:
        raise Http404
    reported = years_reported(edition)
    back = reverse("plan:edition", args=[key]) + (f"?year={year}" if reported else "")
    return render(
        request, "measures/public_item.html",
        {
            **page.values, "line": page.line, "edition": edition, "year": show.year_name(year),
            "tabs": show.year_tabs(edition, year, request.path) if reported else [],
            "foreign": show.language() != "ja",
            "breadcrumb": [(gettext("計画"), reverse("plan:list")), (show.title(edition), back), (page.line.title.value, "")],
        },
    )  # fmt: skip


def _newest_with(edition: Edition, no: str) -> int | None:
    """Give the newest year in which something was recorded for an item: totals alone say nothing of it."""
    for year in reversed(years_reported(edition)):
        lines = item_lines(edition, year, lang=show.language(), on=today())
        line = next((line for line in lines if line.no == no), None)
        if line is None:
            return None
        if line.grade or line.written or line.status or any(one.origin != "none" for one in line.indicators):
            return year
    return None


@require_safe
def diff_page(request: HttpRequest, key: str) -> HttpResponse:
    """Compare a plan with the one that it replaces, or with another one (``?with=KEY``)."""
    found = published_or_404(key)
    asked = request.GET.get("with", "")
    other = published_or_404(asked).edition if asked else found.before
    if other is not None and other.key == key:
        raise Http404
    return render(
        request, "measures/public_diff.html",
        {
            "edition": found.edition, "title": show.title_words(found.edition),
            "other": other, "other_title": show.title_words(other) if other is not None else "",
            "asked": asked or (other.key if other is not None else ""),
            "choices": [
                (row.edition.key, f"{row.edition.city} {show.title(row.edition)}")
                for row in listed().values()
                if row.edition.key != key
            ],
            "breadcrumb": [
                (gettext("計画"), reverse("plan:list")),
                (show.title(found.edition), reverse("plan:edition", args=[key])), (gettext("変わったところ"), ""),
            ],
        }
        | (compared(Pair(other, found.edition)) if other is not None else {}),
    )  # fmt: skip


def indicator_part(line: IndicatorLine, year: int) -> dict[str, Any]:
    """Put one indicator into what both faces' item pages show of it."""
    indicator = Indicator.objects.get(pk=line.id)
    groups, hidden = show.breakdown_table(line, year)
    return {
        "line": line,
        "name": show.shown(line.name),
        "target": show.figure(line.target, line, line.target_word),
        "actual": show.figure(line.actual, line, line.actual_word),
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
