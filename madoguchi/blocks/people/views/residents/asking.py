"""What every page over residents asks first: what for; and how a change is typed, refused and done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache

from madoguchi.blocks.people.parties.duties import CHOOSE, duties_declared
from madoguchi.blocks.people.work import DUTY, EMERGENCY, Work, work_of
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.ui.components.tabs import Tab

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
KEEP, MERGE, PROTECT = "people.party_keep", "people.person_merge", "people.protection_keep"
BRING, ACCEPT = "people.feed_bring", "people.feed_accept"
OFFICE = "/office/"


def residents_page(*rights: str, duty: bool = True) -> Callable[[View[P]], View[P]]:
    """
    Guard a page: one of the rights must be held, and a duty be named; whoever has not is asked which.

    What such a page shows is not kept by the browser: neither Back nor a second window shows it once the duty is
    over.

    :param rights: rights that hold without a duty too; none for a page of everybody who has a duty.
    :param duty: False for pages that show nobody's data.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            viewer = viewer_of(request)
            if rights and not any(viewer.may(right) for right in rights):
                raise NotAllowed(f"{viewer.key}: {request.path}")
            if duty and not viewer.duty:
                viewer.must(CHOOSE)
                return redirect(duty_address(request))
            return view(request, *args, **kwargs)

        return never_cache(guarded)

    return decorate


def duty_address(request: HttpRequest) -> str:
    """Give the page that asks for the duty and leads back here; what was typed into a form is not taken along."""
    here = request.get_full_path() if request.method == "GET" else request.path
    return f"{reverse('people:duty')}?{urlencode({'next': here})}"


def next_of(request: HttpRequest) -> str:
    """Give where to go once the duty is named: a page of the office, else the search."""
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe and wanted.startswith(OFFICE) else reverse("people:residents")


def work_now(request: HttpRequest) -> Work:
    """Give the duty and the case of this session."""
    return work_of(request.session.get(DUTY), now())


def show(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, tab: str = "", status: int = 200
) -> HttpResponse:
    """
    Render a page over residents with what all of them show: the duty's bar and the section's tabs.

    :param tab: the route of the tab that the page belongs to.
    """
    viewer, work = viewer_of(request), work_now(request)
    every = {
        "work": work,
        "work_label": _label(viewer),
        "may_choose": viewer.may(CHOOSE),
        "tabs": section_tabs(viewer, tab),
    }
    return render(request, f"people/residents/{template}.html", {**every, **context}, status=status)


def section_tabs(viewer: Viewer, current: str) -> list[Tab]:
    """Give the tabs over these pages, those that the viewer may open."""
    known = [
        ("people:residents", gettext("人をさがす"), (CHOOSE,)),
        ("people:pairs", gettext("名寄せ"), (MERGE,)),
        ("people:protections", gettext("支援措置"), (PROTECT,)),
        ("people:organisations", gettext("団体"), (KEEP,)),
        ("people:feeds", gettext("連携ファイル"), (BRING, ACCEPT)),
    ]
    return [
        Tab(label, reverse(name), name == current)
        for name, label, rights in known
        if any(viewer.may(right) for right in rights)
    ]


def way(*steps: tuple[str, str]) -> list[tuple[str, str]]:
    """Give the breadcrumb below the section's first page."""
    return [(gettext("住民の記録"), reverse("people:residents")), *steps]


def done(
    request: HttpRequest,
    form: forms.Form,
    act: Callable[[dict[str, Any]], object],
    said: str,
    *,
    field: str | None = None,
) -> bool:
    """
    Carry out what a sent form asks for; whether it is done. A refusal stands in the form, in words.

    :param said: what the next page says.
    :param field: under which field a refusal is shown; None over the whole form.
    """
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act(form.cleaned_data)
    except Refused as refused:
        form.add_error(field, str(refused.message))
        return False
    messages.success(request, said)
    return True


def change_shown(
    request: HttpRequest,
    form: forms.Form,
    *,
    title: str,
    button: str,
    back: str,
    steps: Sequence[tuple[str, str]],
    lead: str = "",
    tab: str = "people:residents",
    **more: Any,
) -> HttpResponse:
    """
    Render the page of one change: a form, a button, a way out.

    :param steps: the breadcrumb down to this page, without it.
    :param more: ``card`` for whose record it is, ``danger`` for what cannot be taken back.
    """
    context = {"form": form, "title": title, "button_label": button, "back": back, "lead": lead, **more}
    status = 422 if form.errors else 200
    return show(request, "change", {**context, "breadcrumb": [*steps, (title, "")]}, tab=tab, status=status)


def _label(viewer: Viewer) -> str:
    if viewer.duty_key.startswith(f"{EMERGENCY}/"):
        return gettext("緊急の閲覧")
    known = duties_declared(get_language() or "ja").get(viewer.duty_key)
    return known.label if known else viewer.duty
