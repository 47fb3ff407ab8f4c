"""Looking for a person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from madoguchi.blocks.people.actions import persons_search
from madoguchi.blocks.people.parties.search import MOST, Found
from madoguchi.blocks.people.views.asking import posted
from madoguchi.blocks.people.views.residents.asking import KEEP, residents_page, show, work_now
from madoguchi.blocks.people.views.residents.forms import SearchForm
from madoguchi.blocks.people.views.residents.shown import found_table
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now
from madoguchi.kernel.pages import viewer_of


@residents_page()
def residents(request: HttpRequest) -> HttpResponse:
    """
    Ask whom to look for, and list who was found.

    The list answers the POST itself: what was typed is a name or a birth day, and must stand in no address, no log
    and no history.
    """
    viewer = viewer_of(request)
    viewer.must("people.identity_view")
    form = SearchForm(*posted(request), on=viewer.on, by_address=viewer.may("people.address_view"))
    found: Found | None = None
    if request.method == "POST" and form.is_valid():
        try:
            found = persons_search(actor=viewer, asked=form.asked, now=now(), case=work_now(request).case)
        except Refused as refused:
            form.add_error(None, str(refused.message))
    return show(
        request,
        "search",
        {
            "form": form,
            "found": found,
            "table": found_table(found.persons, on=viewer.on) if found else None,
            "most": MOST,
            "may_enter": viewer.may(KEEP),
            "breadcrumb": [(gettext("住民の記録"), "")],
        },
        tab="people:residents",
        status=422 if form.errors else 200,
    )
