"""One person and one household, as they are or were, as it is or was known."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.actions import household_open, person_open
from madoguchi.blocks.people.actions.reading import party_seen
from madoguchi.blocks.people.models import Party, PartyMerge
from madoguchi.blocks.people.types import PersonSheet
from madoguchi.blocks.people.views.oversight.shown import staff_names
from madoguchi.blocks.people.views.residents import shown
from madoguchi.blocks.people.views.residents.asking import (
    KEEP,
    MERGE,
    PROTECT,
    residents_page,
    show,
    way,
    work_now,
)
from madoguchi.blocks.people.views.residents.forms import AsOfForm
from madoguchi.kernel.clock import now
from madoguchi.kernel.declarations import UnknownDeclaration, published, text_for
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import Viewer
from madoguchi.ui.formats import date_text, moment_text

# Pages that other parts of the block add to a person, each behind a right; shown where they are there.
BESIDE = [
    ("people:resident_account", "people.counter_account", _("サインインのアカウント")),
    ("people:mandates", "people.mandate_keep", _("代わりに手続きする人")),
]


@residents_page()
def resident(request: HttpRequest, key: str) -> HttpResponse:
    """Show a person, as far as the duty needs to know."""
    viewer = viewer_of(request)
    party = party_seen(viewer, key, Party.Kind.PERSON)
    if party.key != key:
        # The record stands under another now: the address of the one that stands is the one to keep.
        return redirect(_address("people:resident", party.key, request))
    on, at, form = _as_of(request, viewer)
    sheet = person_open(actor=viewer, key=key, now=now(), on=on, at=at, case=work_now(request).case)
    merges = _merges(party) if viewer.may(MERGE) else []
    query = _query(request)
    return show(
        request,
        "person",
        {
            **_parts(sheet, on, query),
            "sheet": sheet,
            "card": sheet.card,
            "born": shown.born_text(sheet.card.born, on=on, status=sheet.card.status),
            "sex": shown.sex_text(sheet.card),
            "status": shown.STATUS[sheet.card.status],
            "form": form,
            "past": _past(on, at, viewer),
            "here": reverse("people:resident", args=[key]),
            "household_query": query,
            "merges": shown.merges_table(merges, staff_names({one.merged_by for one in merges}))
            if merges
            else None,
            "beside": _beside(viewer, key),
            "may_keep": viewer.may(KEEP),
            "may_protect": viewer.may(PROTECT),
            "breadcrumb": way((gettext("個人の記録"), "")),
        },
        tab="people:residents",
        status=422 if form.errors else 200,
    )


@residents_page()
def household(request: HttpRequest, key: str) -> HttpResponse:
    """Show a household as it was on a day."""
    viewer = viewer_of(request)
    on, at, form = _as_of(request, viewer)
    members = household_open(actor=viewer, key=key, on=on, at=at, now=now(), case=work_now(request).case)
    return show(
        request,
        "household",
        {
            "key": key,
            "on": on,
            "count": len(members),
            "head": next((member.card for member in members if member.head), None),
            "table": shown.members_table(members, on=on, query=_query(request)),
            "form": form,
            "past": _past(on, at, viewer),
            "here": reverse("people:household", args=[key]),
            "breadcrumb": way((gettext("世帯"), "")),
        },
        tab="people:residents",
        status=422 if form.errors else 200,
    )


def _parts(sheet: PersonSheet, on: date, query: str) -> dict[str, Any]:
    """The sections of the page: one per class of data; None where the duty does not need it."""
    return {
        "names": shown.names_table(sheet.names),
        "addresses": shown.addresses_table(sheet.addresses) if sheet.addresses is not None else None,
        "residences": shown.residences_table(sheet.residences) if sheet.residences is not None else None,
        "household": shown.members_table(sheet.household, on=on, query=query) if sheet.household else None,
        "numbers": [(_system_text(system), number) for system, number in sheet.numbers],
    }


def _as_of(request: HttpRequest, viewer: Viewer) -> tuple[date, datetime | None, AsOfForm]:
    """The day and the moment in the address; today and now without them, or where they cannot be read."""
    asked = any(request.GET.get(name) for name in ("on", "at", "clock"))
    form = AsOfForm(request.GET) if asked else AsOfForm(initial={"on": viewer.on})
    if form.is_bound and form.is_valid():
        return form.cleaned_data["on"] or viewer.on, form.moment, form
    return viewer.on, None, form


def _past(on: date, at: datetime | None, viewer: Viewer) -> str:
    """Say that what is shown is not what is so today, as far as is known now."""
    if at is not None:
        words = gettext("%(day)sの記録を、%(moment)sに分かっていた内容で表示しています。")
        return words % {"day": date_text(on), "moment": moment_text(at)}
    if on != viewer.on:
        return gettext("%(day)sの記録を表示しています。") % {"day": date_text(on)}
    return ""


def _query(request: HttpRequest) -> str:
    """The day and moment that were asked for, kept in links to other records."""
    asked = {name: request.GET[name] for name in ("on", "at", "clock") if request.GET.get(name)}
    return f"?{urlencode(asked)}" if asked else ""


def _address(route: str, key: str, request: HttpRequest) -> str:
    return reverse(route, args=[key]) + _query(request)


def _merges(party: Party) -> list[PartyMerge]:
    """The merges that hold of what stands under a person, the newest first."""
    under = Party.objects.filter(merged_into=party)
    open_ones = PartyMerge.objects.filter(undone_at=None, gone__in=under)
    return list(open_ones.select_related("gone").order_by("-merged_at", "-pk"))


def _beside(viewer: Viewer, key: str) -> list[tuple[str, str]]:
    found = []
    for route, right, label in BESIDE:
        if viewer.may(right):
            try:
                found.append((str(label), reverse(route, args=[key])))
            except NoReverseMatch:
                continue
    return found


def _system_text(system: str) -> str:
    """Name the system that a number comes from: the declared file that brings it, else its key."""
    try:
        return str(text_for(published("layout", system), "label", get_language() or "ja"))
    except UnknownDeclaration:
        return system
