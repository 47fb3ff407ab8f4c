"""Who is protected (支援措置), and until when."""

from __future__ import annotations

from django.db.models import Count, Q
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
    soon = viewer.on + ENDING_SOON
    listed = protections_listed(viewer.on)
    counted = listed.aggregate(all=Count("pk"), ending=Count("pk", filter=Q(ends_on__lte=soon)))
    page = page_of(request, listed, PER_PAGE, count=counted["all"])
    rows = protections_open(actor=viewer, start=start_of(page), now=now(), case=work_now(request).case)
    return show(
        request,
        "protections",
        {
            "page": page,
            "ending": counted["ending"],
            "days": ENDING_SOON.days,
            "table": protections_table(rows, on=viewer.on, soon=soon),
            "breadcrumb": way((gettext("支援措置"), "")),
        },
        tab="people:protections",
    )
