"""The plan as the offices keep it: what is mine to enter, entering it, judging it, and the rows behind a figure."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from madoguchi.blocks.measures import presentation as show
from madoguchi.blocks.measures.actions import actual_enter, evaluation_enter
from madoguchi.blocks.measures.computed import describe_rows, drill_down
from madoguchi.blocks.measures.declarations import declared_body
from madoguchi.blocks.measures.lines import translated
from madoguchi.blocks.measures.models import Edition, Grade
from madoguchi.blocks.measures.outputs.downloads import download_links
from madoguchi.blocks.measures.public.views import indicator_part
from madoguchi.blocks.measures.queries import (
    editions_kept,
    item_line,
    items_kept,
    may_enter,
    may_judge,
)
from madoguchi.blocks.measures.staff.forms import ActualForm, GradeForm
from madoguchi.blocks.measures.staff.show import entry_links, year_tabs, year_worked_on
from madoguchi.blocks.measures.types import IndicatorLine, ItemLine
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now, today
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import Viewer
from madoguchi.ui.components.table import Column, Table


def edition_list(request: HttpRequest) -> HttpResponse:
    """List the plans that have items of mine."""
    viewer = viewer_of(request)
    viewer.must("measures.actual_enter")
    rows = editions_kept(viewer=viewer)
    table = Table(
        [
            show.title_column("measures:edition"),
            Column("city", gettext("市")),
            Column("items", gettext("取組項目"), "number"),
        ],
        rows, caption=gettext("担当する計画"), empty_title=gettext("担当する項目のある計画はありません。"),
    )  # fmt: skip
    may_import = viewer.may_everywhere("measures.edition_edit")
    return render(request, "measures/staff_list.html", {"table": table, "may_import": may_import})


def item_list(request: HttpRequest, key: str) -> HttpResponse:
    """List the items of a plan that are mine to enter or to judge."""
    viewer, edition = viewer_of(request), show.edition_or_404(key)
    year = year_worked_on(request, edition)
    lines = items_kept(viewer=viewer, edition=edition, year=year, on=today(), lang=show.language())
    if not lines:
        raise Http404
    page = Paginator(lines, 50).get_page(request.GET.get("page"))
    table = show.item_table(edition, year, list(page), here=request.path, judged=True)
    return render(
        request, "measures/staff_edition.html",
        {
            "table": table, "page": page, "title": show.shown(translated(edition, "title", edition.title, show.language())), "year": show.year_name(year),
            "edition": edition, "may_publish": viewer.may_everywhere("measures.year_publish"),
            "may_ask": viewer.may_everywhere("measures.round_keep"), "may_edit": viewer.may_everywhere("measures.edition_edit"), "year_number": str(year),
            "tabs": year_tabs(edition, year, request.path), "public": f"{reverse('plan:edition', args=[key])}?year={year}",
            "downloads": download_links(edition, year),
            "breadcrumb": [(gettext("ホーム"), reverse("office:home")), (gettext("計画"), reverse("measures:list")),
                           (show.title(edition), "")],
        },
    )  # fmt: skip


def item_page(request: HttpRequest, key: str, no: str) -> HttpResponse:
    """Show an item with what can be entered for it."""
    viewer, edition, line, year = found_mine(request, key, no)
    return render(
        request, "measures/staff_item.html",
        {
            "line": line, "title": show.shown(line.title), "edition": edition, "year": show.year_name(year),
            "year_number": year, "year_text": str(year), "sections": show.sections_of(line), "tabs": year_tabs(edition, year, request.path),
            "indicators": [indicator_part(indicator, year) for indicator in line.indicators],
            "may_enter": may_enter(viewer=viewer, item_id=line.id),
            "may_judge": may_judge(viewer=viewer, item_id=line.id),
            "may_see_rows": viewer.may("measures.rows_view"),
            "facts": show.facts(line, judged=True), "links": entry_links(edition, line, year),
            "may_coordinate": viewer.may_everywhere("measures.edition_edit"),
            "breadcrumb": item_way(edition, line, year),
        },
    )  # fmt: skip


def actual_page(request: HttpRequest, key: str, no: str, indicator_id: int) -> HttpResponse:
    """Enter an indicator's figure for a year."""
    viewer, edition, line, year = found_mine(request, key, no)
    indicator = _indicator(line, indicator_id)
    if indicator.declared or not may_enter(viewer=viewer, item_id=line.id):
        raise Http404
    known = {"value": indicator.actual, "provisional": indicator.provisional, "as_of": indicator.as_of}
    form = ActualForm(request.POST or None, initial={**known, "after": indicator.sequence})
    if request.method == "POST" and form.is_valid():
        try:
            actual_enter(actor=viewer, indicator_id=indicator.id, year=year, now=now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, gettext("実績値を記録しました。公開の画面にもすぐ出ます。"))
            return redirect(f"{reverse('measures:item', args=[key, no])}?year={year}")
    return render(
        request, "measures/actual.html",
        {
            "form": form, "indicator": indicator_part(indicator, year), "line": line, "year": show.year_name(year),
            "year_number": year, "year_text": str(year), "title": show.shown(indicator.name), "newest": indicator.sequence,
            "breadcrumb": [*item_way(edition, line, year), (indicator.name.value, "")],
        },
        status=422 if form.errors else 200,
    )  # fmt: skip


def grade_page(request: HttpRequest, key: str, no: str) -> HttpResponse:
    """Judge an item for a year; the suggestion stands beside, and decides nothing."""
    viewer, edition, line, year = found_mine(request, key, no)
    if not may_judge(viewer=viewer, item_id=line.id):
        raise Http404
    grades = [
        (
            grade.key,
            f"{grade.key} — {translated(edition, f'grades.{grade.key}.meaning', grade.meaning, show.language()).value}",
        )
        for grade in Grade.objects.filter(edition=edition).order_by("order")
    ]
    form = GradeForm(
        request.POST or None, grades=grades, initial={"grade": line.grade, "after": line.grade_sequence}
    )
    if request.method == "POST" and form.is_valid():
        try:
            evaluation_enter(actor=viewer, item_id=line.id, year=year, now=now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, gettext("自己評価を記録しました。"))
            return redirect(f"{reverse('measures:item', args=[key, no])}?year={year}")
    return render(
        request, "measures/grade.html",
        {
            "form": form, "line": line, "title": show.shown(line.title), "year": show.year_name(year), "year_number": year, "year_text": str(year),
            "indicators": [indicator_part(indicator, year) for indicator in line.indicators],
            "breadcrumb": [*item_way(edition, line, year), (gettext("自己評価"), "")],
        },
        status=422 if form.errors else 200,
    )  # fmt: skip


def rows_page(request: HttpRequest, key: str, no: str, indicator_id: int) -> HttpResponse:
    """List the rows behind a computed figure, as far as this viewer may see them."""
    viewer, edition, line, year = found_mine(request, key, no)
    viewer.must("measures.rows_view")
    indicator = _indicator(line, indicator_id)
    if not indicator.declared:
        raise Http404
    body = declared_body(indicator.declared)
    rows, source = drill_down(body, year=year, viewer=viewer)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    table = Table(
        [
            Column("title", gettext("記録"), head=True, link=lambda row: row.page),
            Column("on", gettext("日付"), "date"),
            Column("counted", gettext("数えたか"), value=lambda row: gettext("はい") if row.counted else gettext("いいえ")),
        ],
        describe_rows(body, source, list(page), viewer=viewer), caption=gettext("もとになった記録"),
    )  # fmt: skip
    return render(
        request, "measures/rows.html",
        {
            "table": table, "page": page, "title": show.shown(indicator.name), "year": show.year_name(year),
            "value": show.figure(indicator.actual, indicator), "source": source.label,
            "breadcrumb": [*item_way(edition, line, year), (gettext("もとになった記録"), "")],
        },
    )  # fmt: skip


def found_mine(request: HttpRequest, key: str, no: str) -> tuple[Viewer, Edition, ItemLine, int]:
    """Find an item that this viewer keeps; another office's is not there."""
    viewer, edition = viewer_of(request), show.edition_or_404(key)
    year = year_worked_on(request, edition)
    line = item_line(edition=edition, no=no, year=year, on=today(), lang=show.language())
    if line is None or not (
        may_enter(viewer=viewer, item_id=line.id) or may_judge(viewer=viewer, item_id=line.id)
    ):
        raise Http404
    return viewer, edition, line, year


def _indicator(line: ItemLine, indicator_id: int) -> IndicatorLine:
    for indicator in line.indicators:
        if indicator.id == indicator_id:
            return indicator
    raise Http404


def item_way(edition: Edition, line: ItemLine, year: int) -> list[tuple[object, str]]:
    """Give the breadcrumb down to an item."""
    here = reverse("measures:edition", args=[edition.key])
    return [
        (gettext("計画"), reverse("measures:list")), (show.title(edition), f"{here}?year={year}"),
        (line.title.value, f"{reverse('measures:item', args=[edition.key, line.no])}?year={year}"),
    ]  # fmt: skip
