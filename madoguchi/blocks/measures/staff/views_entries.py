"""Entering a text, progress, a check or a cause outside a round, and publishing: one small page each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from madoguchi.blocks.measures import actions
from madoguchi.blocks.measures import presentation as show
from madoguchi.blocks.measures.document import plan_of
from madoguchi.blocks.measures.lines import translated, years_reported
from madoguchi.blocks.measures.models import Edition, ItemOffice, Miss
from madoguchi.blocks.measures.queries import causes, may_enter, publication_newest
from madoguchi.blocks.measures.staff.forms_entries import (
    CheckForm,
    CoordinatorForm,
    MissForm,
    ProgressForm,
    PublishForm,
    TextForm,
)
from madoguchi.blocks.measures.staff.show import line_of_year, readiness, year_tabs, year_worked_on
from madoguchi.blocks.measures.staff.views import found_mine, item_way
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import Viewer
from madoguchi.ui.forms import HouseForm

PUBLISH, EDIT = "measures.year_publish", "measures.edition_edit"


class _Page:
    """What every small page about an item has: who, which item and year, and where it goes on."""

    def __init__(self, request: HttpRequest, key: str, no: str) -> None:
        self.request = request
        self.viewer, self.edition, self.line, self.year = found_mine(request, key, no)

    def answer(
        self, form: HouseForm, save: Callable[..., Any], heading: str, *, before: str = "", **keywords: Any
    ) -> HttpResponse:
        """Show the form, or save and go back to the item; a refusal leaves everything typed on the page."""
        if self.request.method == "POST" and form.is_valid():
            try:
                save(actor=self.viewer, now=now(), **keywords, **form.cleaned_data)
            except Refused as refused:
                form.add_error(None, refused.message)
            else:
                messages.success(self.request, gettext("記録しました。"))
                item = reverse("measures:item", args=[self.edition.key, self.line.no])
                return redirect(f"{item}?year={self.year}")
        return render(
            self.request, "measures/entry.html",
            {
                "form": form, "heading": heading, "line": self.line, "title": show.shown(self.line.title),
                "year": show.year_name(self.year), "year_number": self.year, "before": before,
                "breadcrumb": [*item_way(self.edition, self.line, self.year), (heading, "")],
            },
            status=422 if form.errors else 200,
        )  # fmt: skip


class _EntryPage(_Page):
    """A page for those who may enter something for the item, in its year."""

    def __init__(self, request: HttpRequest, key: str, no: str) -> None:
        super().__init__(request, key, no)
        if not may_enter(viewer=self.viewer, item_id=self.line.id):
            raise Http404

    def answer(
        self, form: HouseForm, save: Callable[..., Any], heading: str, *, before: str = "", **keywords: Any
    ) -> HttpResponse:
        return super().answer(form, save, heading, before=before, year=self.year, **keywords)


def text_page(request: HttpRequest, key: str, no: str, section: str) -> HttpResponse:
    """Write a text of the year: the item's own, or one office's paragraph (``?office=``)."""
    page = _EntryPage(request, key, no)
    known = {one.key: one.label for one in plan_of(page.edition).sections if one.yearly}
    if section not in known:
        raise Http404
    office = str(request.GET.get("office", ""))
    written = {(text.section, text.office): text for text in page.line.written}
    if office and (section, office) not in written:
        raise Http404
    now_there = written.get((section, office))
    form = TextForm(
        request.POST or None,
        initial={
            "text": now_there.text if now_there else "",
            "after": now_there.sequence if now_there else 0,
        },
    )
    label = translated(page.edition, f"sections.{section}.label", known[section], show.language()).value
    heading = f"{label}（{office}）" if office else label
    return page.answer(
        form, actions.text_enter, heading, item_id=page.line.id, section=section, office_name=office
    )  # fmt: skip


def progress_page(request: HttpRequest, key: str, no: str) -> HttpResponse:
    """Say how far an item, or a row of it (``?part=``), has come."""
    page = _EntryPage(request, key, no)
    phases = [
        (phase.key, translated(page.edition, f"phases.{phase.key}.label", phase.label, show.language()).value)
        for phase in plan_of(page.edition).phases
    ]
    if not phases:
        raise Http404
    part_no = str(request.GET.get("part", ""))
    part = next((part for part in page.line.parts if part.no == part_no), None)
    if part_no and part is None:
        raise Http404
    target = (part.id, part.status, part.status_sequence) if part else (
        page.line.id, page.line.status, page.line.status_sequence
    )  # fmt: skip
    form = ProgressForm(
        request.POST or None, phases=phases, initial={"status": target[1], "after": target[2]}
    )
    heading = f"{part.no} {part.title.value}" if part else gettext("進み具合")
    return page.answer(form, actions.progress_enter, heading, item_id=target[0])


def check_page(request: HttpRequest, key: str, no: str) -> HttpResponse:
    """Say what became of the improvement that the year before promised."""
    page = _EntryPage(request, key, no)
    before = line_of_year(page.edition, no, page.year - 1)
    promised = before.sections.get("next", "") if before else ""
    if not promised:
        raise Http404
    form = CheckForm(
        request.POST or None, initial={"outcome": page.line.checked, "after": page.line.checked_sequence}
    )
    return page.answer(
        form,
        actions.improvement_check,
        gettext("前の年度の改善策の点検"),
        before=promised,
        item_id=page.line.id,
    )


def miss_page(request: HttpRequest, key: str, no: str, indicator_id: int) -> HttpResponse:
    """Say why an indicator missed its target."""
    page = _EntryPage(request, key, no)
    indicator = next((one for one in page.line.indicators if one.id == indicator_id), None)
    if indicator is None:
        raise Http404
    newest = Miss.objects.filter(indicator_id=indicator_id, year=page.year).order_by("-sequence").first()
    form = MissForm(
        request.POST or None, causes=causes(),
        initial={"cause": newest.cause if newest else "", "budget_request": newest.budget_request if newest else "",
                 "after": newest.sequence if newest else 0},
    )  # fmt: skip
    heading = gettext("届かなかった理由「%(name)s」") % {"name": indicator.name.value}
    return page.answer(form, actions.miss_enter, heading, indicator_id=indicator_id)


def coordinator_page(request: HttpRequest, key: str, no: str) -> HttpResponse:
    """Choose the office that brings an item's answers together."""
    page = _Page(request, key, no)
    page.viewer.must_everywhere(EDIT)
    rows = ItemOffice.objects.filter(item_id=page.line.id, group=False).order_by("order")
    chosen = next((row.printed_name for row in rows if row.coordinates), "")
    form = CoordinatorForm(
        request.POST or None, offices=[row.printed_name for row in rows], initial={"office_name": chosen}
    )
    heading = gettext("取りまとめの部署を選ぶ")
    return page.answer(form, actions.coordinator_set, heading, item_id=page.line.id)


def publish_page(request: HttpRequest, key: str) -> HttpResponse:
    """Publish a draft edition, or give the results of a year to the public."""
    viewer, edition = viewer_of(request), show.edition_or_404(key)
    viewer.must_everywhere(PUBLISH)
    return (
        _edition_publish(request, viewer, edition)
        if not edition.frozen
        else _year_publish(request, viewer, edition)
    )


def _edition_publish(request: HttpRequest, viewer: Viewer, edition: Edition) -> HttpResponse:
    if request.method == "POST":
        try:
            actions.edition_publish(actor=viewer, key=edition.key, on=viewer.on, now=now())
        except Refused as refused:
            messages.error(request, str(refused.message))
        else:
            messages.success(
                request, gettext("計画を公表しました。この後の変更は、理由を書いた訂正になります。")
            )
        return redirect("measures:edition", edition.key)
    return render(
        request, "measures/publish_edition.html",
        {"title": show.title(edition), "breadcrumb": _publish_way(edition, gettext("計画を公表する"))},
    )  # fmt: skip


def _year_publish(request: HttpRequest, viewer: Viewer, edition: Edition) -> HttpResponse:
    year = year_worked_on(request, edition)
    form = PublishForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.year_publish(actor=viewer, key=edition.key, year=year, now=now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, gettext("年度の結果を公表しました。公開の画面に評価と文が出ています。"))
            return redirect(f"{reverse('measures:edition', args=[edition.key])}?year={year}")
    return render(
        request, "measures/publish_year.html",
        {
            "form": form, "title": show.title(edition), "year": show.year_name(year), "year_number": year,
            "readiness": readiness(edition, year), "published": publication_newest(edition, year),
            "tabs": year_tabs(edition, year, request.path), "any": bool(years_reported(edition)),
            "breadcrumb": _publish_way(edition, gettext("結果を公表する")),
        },
        status=422 if form.errors else 200,
    )  # fmt: skip


def _publish_way(edition: Edition, here: str) -> list[tuple[object, str]]:
    return [
        (gettext("計画"), reverse("measures:list")),
        (show.title(edition), reverse("measures:edition", args=[edition.key])), (here, ""),
    ]  # fmt: skip
