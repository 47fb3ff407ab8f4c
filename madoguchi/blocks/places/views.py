"""Areas by kind, one area over time, and an address looked up. Open to everybody who is signed in."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from madoguchi.blocks.places import presentation as show
from madoguchi.blocks.places.areas import areas_known
from madoguchi.blocks.places.forms import AddressForm, AreaDayForm, AreasForm
from madoguchi.blocks.places.models import Area
from madoguchi.blocks.places.queries import address_match, area_find, areas_on
from madoguchi.blocks.places.types import AreaOnDay
from madoguchi.kernel.clock import today
from madoguchi.kernel.pages import viewer_of
from madoguchi.kit.addresses import address_text
from madoguchi.ui.components.tabs import Tab

EDIT = "places.area_edit"
PER_PAGE = 50


def way(*steps: tuple[str, str]) -> list[tuple[str, str]]:
    """Give the breadcrumb below the first page of areas."""
    return [(gettext("町と地区"), reverse("places:areas")), *steps]


def _tabs(current: str) -> list[Tab]:
    pages = [("places:areas", gettext("区域の一覧")), ("places:address", gettext("住所を調べる"))]
    return [Tab(label, reverse(name), name == current) for name, label in pages]


def areas(request: HttpRequest) -> HttpResponse:
    """List areas of a kind on a day, or those that a search finds."""
    form = (
        AreasForm(request.GET, today=today())
        if request.GET
        else AreasForm(initial={"on": today()}, today=today())
    )
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    on, kind, text = asked.get("on") or today(), asked.get("kind") or "", asked.get("q") or ""
    found = area_find(text=text, on=on, kind=kind) if text else _listed(kind, on)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "places/areas.html",
        {
            "form": form,
            "on": on,
            "page": page,
            "table": show.areas_table(list(page), areas_known().day(on), _query(on)),
            "tabs": _tabs("places:areas"),
            "may_edit": viewer_of(request).may_everywhere(EDIT),
        },
        status=422 if form.errors else 200,
    )


def _listed(kind: str, on: date) -> list[AreaOnDay]:
    if kind:
        return list(areas_on(kind=kind, on=on))
    return [area for rows in areas_known().day(on).by_kind.values() for area in rows]


def _query(on: date) -> str:
    return "" if on == today() else "?" + urlencode({"on": on.isoformat()})


def area(request: HttpRequest, key: str) -> HttpResponse:
    """Show an area on a day, and what became of it over time."""
    found = area_of(key)
    form: forms.Form = (
        AreaDayForm(request.GET) if request.GET.get("on") else AreaDayForm(initial={"on": today()})
    )
    on = (form.cleaned_data["on"] if form.is_bound and form.is_valid() else None) or today()
    known = areas_known()
    day = known.day(on)
    there = day.areas.get(key)
    name = known.name(found.pk, on)
    inside = [
        one
        for rows in day.by_kind.values()
        for one in rows
        if any(each.area_key == key for each in one.within)
    ]
    page = Paginator(inside, PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "form": form,
        "on": on,
        "area": found,
        "name": name,
        "there": there,
        "facts": show.area_facts(found, there),
        "within": show.within_table(there, day, _query(on)) if there else None,
        "inside": show.areas_table(list(page), day, _query(on)) if inside else None,
        "page": page,
        "names": show.names_table(known, found.pk),
        "before": show.succession(known, found.pk, forward=False),
        "after": show.succession(known, found.pk, forward=True),
        "may_edit": viewer_of(request).may_everywhere(EDIT),
        "breadcrumb": way((name, "")),
    }
    return render(request, "places/area.html", context, status=422 if form.errors else 200)


def address(request: HttpRequest) -> HttpResponse:
    """
    Read an address and say what was understood and where it lies.

    By POST alone: somebody's address belongs into no address line, history or log.
    """
    form: forms.Form = (
        AddressForm(request.POST) if request.method == "POST" else AddressForm(initial={"on": today()})
    )
    context: dict[str, Any] = {
        "form": form,
        "tabs": _tabs("places:address"),
        "breadcrumb": way((gettext("住所を調べる"), "")),
    }
    if form.is_bound and form.is_valid():
        on = form.cleaned_data["on"] or today()
        match = address_match(text=form.cleaned_data["address"], on=on)
        context |= {
            "on": on,
            "match": match,
            "text": address_text(match.parsed),
            "level": show.level_words(match.parsed.level),
            "quality": show.quality_badge(match.parsed.quality),
            "parts": show.parts_of(match.parsed),
            "doubts": show.doubts_of(match.parsed),
            "districts": show.districts_table(match, _query(on)),
        }
    return render(request, "places/address.html", context, status=422 if form.errors else 200)


def area_of(key: str) -> Area:
    """Give an area by its key; a page that is not there otherwise."""
    found = next((one for one in areas_known().areas.values() if one.key == key), None)
    if found is None:
        raise Http404
    return found
