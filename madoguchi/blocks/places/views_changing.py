"""Adding, renaming, ending and placing areas. For whoever keeps the areas of the whole city."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from madoguchi.blocks.places.actions import area_add, area_end, area_place, area_rename
from madoguchi.blocks.places.areas import areas_known
from madoguchi.blocks.places.forms import AreaAddForm, AreaEndForm, AreaPlaceForm, AreaRenameForm
from madoguchi.blocks.places.models import TOWN, Area
from madoguchi.blocks.places.types import AreaOnDay
from madoguchi.blocks.places.views import EDIT, area_of, way
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now, today
from madoguchi.kernel.pages import viewer_of


def add(request: HttpRequest) -> HttpResponse:
    """Record a new area."""
    viewer = viewer_of(request)
    viewer.must_everywhere(EDIT)
    form = AreaAddForm(*_posted(request), today=today())

    def work(typed: dict[str, Any]) -> str:
        values = {name: typed[name] for name in ("code", "postal_code", "numbering")}
        values["order"] = int(typed["code"]) if typed["kind"] == TOWN and typed["code"] else 0
        made = area_add(
            actor=viewer, key=typed["key"], kind=typed["kind"], names=form.names(typed["kind"]), on=typed["on"],
            within=typed["within"], values=values, now=now(),
        )  # fmt: skip
        return made.key

    title = gettext("町・地区を加える")
    return _change(
        request, form, work, title=title, back=reverse("places:areas"), breadcrumb=way((title, ""))
    )


def rename(request: HttpRequest, key: str) -> HttpResponse:
    """Call an area something else from a day on."""
    viewer = viewer_of(request)
    viewer.must_everywhere(EDIT)
    found = area_of(key)
    form = AreaRenameForm(*_posted(request), initial=_names_now(found))

    def work(typed: dict[str, Any]) -> str:
        area_rename(actor=viewer, key=key, names=form.names(found.kind), on=typed["on"], now=now())
        return key

    lead = gettext("区域は同じままです。それまでの名称は、記録に残ります。")
    return _change_area(request, found, form, work, gettext("名称を変える"), lead)


def end(request: HttpRequest, key: str) -> HttpResponse:
    """End an area, and say what it goes over into."""
    viewer = viewer_of(request)
    viewer.must_everywhere(EDIT)
    found = area_of(key)
    form = AreaEndForm(*_posted(request), area=_as_on_day(found))

    def work(typed: dict[str, Any]) -> str:
        area_end(
            actor=viewer,
            key=key,
            on=typed["on"],
            successors=typed["successors"],
            reason=typed["reason"],
            now=now(),
        )
        return key

    lead = gettext("名称と属する区域も、同じ日に終わります。記録は消えません。")
    return _change_area(request, found, form, work, gettext("なくす・統合する"), lead)


def place(request: HttpRequest, key: str) -> HttpResponse:
    """Let an area, or some of its blocks, lie in another from a day on."""
    viewer = viewer_of(request)
    viewer.must_everywhere(EDIT)
    found = area_of(key)
    form = AreaPlaceForm(*_posted(request), area=_as_on_day(found), today=today())

    def work(typed: dict[str, Any]) -> str:
        area_place(
            actor=viewer, key=key, within=typed["within"], on=typed["on"], blocks=typed["blocks"], now=now()
        )
        return key

    lead = gettext("同じ種類の区域から移ります。範囲を書くと、ほかの街区・地番はいまの区域に残ります。")
    return _change_area(request, found, form, work, gettext("属する区域を決める"), lead)


def _posted(request: HttpRequest) -> tuple[Any, ...]:
    return (request.POST,) if request.method == "POST" else ()


def _names_now(area: Area) -> dict[str, str]:
    rows = areas_known().names.get(area.pk, [])
    if not rows:
        return {}
    last = rows[-1]
    return {"name": last.oaza or last.name, "chome": last.chome, "koaza": last.koaza, "kana": last.kana}


def _as_on_day(area: Area) -> AreaOnDay:
    name = areas_known().name(area.pk, today())
    return AreaOnDay(
        area.pk, area.key, area.kind, name, "", area.code, area.postal_code, area.numbering, area.order, ()
    )


def _change_area(
    request: HttpRequest,
    area: Area,
    form: forms.Form,
    work: Callable[[dict[str, Any]], str],
    what: str,
    lead: str,
) -> HttpResponse:
    name, url = areas_known().name(area.pk, today()), reverse("places:area", args=[area.key])
    title = gettext("%(name)s：%(what)s") % {"name": name, "what": what}
    return _change(
        request, form, work, title=title, back=url, breadcrumb=way((name, url), (what, "")), lead=lead
    )


def _change(
    request: HttpRequest,
    form: forms.Form,
    work: Callable[[dict[str, Any]], str],
    *,
    title: str,
    back: str,
    breadcrumb: list[tuple[str, str]],
    lead: str = "",
) -> HttpResponse:
    """Ask, do it, and show the area; what is refused is said at the form."""
    if request.method == "POST" and form.is_valid():
        try:
            key = work(form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, gettext("記録しました。"))
            return redirect("places:area", key=key)
    context = {"form": form, "title": title, "back": back, "breadcrumb": breadcrumb, "lead": lead}
    return render(request, "places/change.html", context, status=422 if form.errors else 200)
