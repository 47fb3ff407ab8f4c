"""What these pages ask of a request: who looks, which day, which page of a list; and one way to change things."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from madoguchi.blocks.people.actions import NothingToChange, OrganisationMoved, organisation_apply
from madoguchi.blocks.people.forms import DayForm
from madoguchi.blocks.people.organisation import STAMP
from madoguchi.blocks.people.presentation import Names, difference_table
from madoguchi.blocks.people.rows import Rows, in_safe_order, rows_compare, rows_known
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now, today
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import Viewer
from madoguchi.kernel.stamps import stamp_read
from madoguchi.ui.components.tabs import Tab

T = TypeVar("T")
VIEW, EDIT, ACCOUNTS = "people.organisation_view", "people.organisation_edit", "people.account_edit"
PER_PAGE = 50


def reach(viewer: Viewer) -> frozenset[int] | None:
    """Give the offices whose details a viewer may see; None means all."""
    if viewer.may_everywhere(VIEW):
        return None
    return frozenset().union(*(grant.offices or () for grant in viewer.grants if grant.right == VIEW))


def day_asked(request: HttpRequest, kind: type[forms.Form] = DayForm) -> tuple[date, forms.Form]:
    """Give the day in ``?on=`` (today without it, or where it cannot be read) and the form that asks for it."""
    form = kind(request.GET) if request.GET.get("on") else kind(initial={"on": today()})
    if form.is_bound and form.is_valid():
        return form.cleaned_data["on"] or today(), form
    return today(), form


def posted(request: HttpRequest, *, files: bool = False) -> tuple[Any, ...]:
    """Give a form what was sent, also when nothing was filled in; nothing at all where the page is only opened."""
    if request.method != "POST":
        return ()
    return (request.POST, request.FILES) if files else (request.POST,)


def page_of(request: HttpRequest, rows: Any, size: int = PER_PAGE, *, count: int | None = None) -> Page[Any]:
    """Give the page of a list that is asked for; ``count`` where the rows have been counted already."""
    pages = Paginator(rows, size)
    if count is not None:
        pages.count = count
    page: Page[Any] = pages.get_page(request.GET.get("page"))
    return page


def start_of(page: Page[Any]) -> int:
    """Give how many stand before the first of a page; its rows are not asked for."""
    return max(page.start_index() - 1, 0)


def section_tabs(viewer: Viewer, current: str) -> list[Tab]:
    """Give the tabs over the section's pages, those that the viewer may open."""
    tabs = [
        ("people:tree", gettext("組織")),
        ("people:staff", gettext("職員")),
        ("people:vacant", gettext("空いている職")),
    ]
    if viewer.may_everywhere(EDIT):
        tabs.append(("people:workbooks", gettext("組織表（Excel）")))
    return [Tab(label, reverse(name), name == current) for name, label in tabs]


def way(*steps: tuple[str, str]) -> list[tuple[str, str]]:
    """Give the breadcrumb below the organisation's first page."""
    return [(gettext("組織と職員"), reverse("people:tree")), *steps]


def change_page(
    request: HttpRequest,
    *,
    form: forms.Form,
    rows_of: Callable[[dict[str, Any]], Rows],
    title: str,
    back: str,
    breadcrumb: Sequence[tuple[str, str]],
    lead: str = "",
) -> HttpResponse:
    """
    Ask, show what would change, and apply exactly that: one page for every single change.

    :param rows_of: from the cleaned form to rows; may raise ``Refused``.
    :param back: where to go when it is done, and the way out.
    """
    context: dict[str, Any] = {
        "title": title,
        "back": back,
        "breadcrumb": breadcrumb,
        "lead": lead,
        "form": form,
    }
    if request.method == "POST" and "again" not in request.POST and form.is_valid():
        try:
            rows = rows_of(form.cleaned_data)
            if "confirm" in request.POST:
                basis = number_of(request.POST.get("basis"))
                changes = organisation_apply(actor=viewer_of(request), rows=rows, now=now(), basis=basis)
                messages.success(request, applied_text(len(changes)))
                return redirect(back)
            return _confirm(request, context, rows)
        except OrganisationMoved as moved:
            return _confirm(request, context | {"moved": moved.message}, rows_of(form.cleaned_data))
        except Refused as refused:
            form.add_error(None, refused.message)
    return render(request, "people/change.html", context, status=422 if form.errors else 200)


def applied_text(count: int) -> str:
    """Say how much was recorded."""
    return ngettext("%(count)d件を記録しました。", "%(count)d件を記録しました。", count) % {"count": count}


def _confirm(request: HttpRequest, context: dict[str, Any], rows: Rows) -> HttpResponse:
    basis = stamp_read(STAMP)
    known = rows_known()
    changes = in_safe_order(rows_compare(rows, known).changes)
    if not changes:
        raise NothingToChange
    table = difference_table(changes, Names(known, rows))
    return render(
        request, "people/confirm.html", context | {"table": table, "basis": basis, "count": len(changes)}
    )


def number_of(text: str | None) -> int:
    """Read a number that a page sent."""
    # A basis that is no number fits no stamp: the preview is shown again.
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else -1
