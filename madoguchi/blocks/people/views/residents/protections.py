"""Who is protected (支援措置), and until when."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from madoguchi.blocks.people.actions import protections_open
from madoguchi.blocks.people.actions.listing import ENDING_SOON, PER_PAGE, protections_listed
from madoguchi.blocks.people.views.asking import page_of, start_of
from madoguchi.blocks.people.views.residents.asking import residents_page, show, way, work_now
from madoguchi.blocks.people.views.residents.shown import protections_table
from madoguchi.kernel.clock import now
from madoguchi.kernel.pages import viewer_of


@residents_page()
def protections(request: HttpRequest) -> HttpResponse:
    """List the protections that hold or are to come."""
    viewer = viewer_of(request)
    viewer.must("people.protected_view")
    page = page_of(request, protections_listed(viewer.on), PER_PAGE)
    rows = protections_open(actor=viewer, start=start_of(page), now=now(), case=work_now(request).case)
    soon = viewer.on + ENDING_SOON
    ending = protections_listed(viewer.on).filter(ends_on__lte=soon).count()
    return show(
        request,
        "protections",
        {
            "page": page,
            "ending": ending,
            "days": ENDING_SOON.days,
            "table": protections_table(rows, on=viewer.on, soon=soon),
            "breadcrumb": way((gettext("支援措置"), "")),
        },
        tab="people:protections",
    )
