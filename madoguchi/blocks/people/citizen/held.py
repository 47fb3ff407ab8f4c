"""Everything that the city holds about me, asked for and given at once."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from madoguchi.blocks.people.actions import held_export
from madoguchi.blocks.people.citizen.showing import language, signed_in, way
from madoguchi.blocks.people.held.export import held_ask, held_file
from madoguchi.blocks.people.held.registry import held_parts_ordered
from madoguchi.blocks.people.models import Assurance
from madoguchi.blocks.people.pages import resident_page
from madoguchi.kernel.clock import now
from madoguchi.kernel.rights import NotAllowed

FRESH_MINUTES = 10


@require_http_methods(["GET", "HEAD", "POST"])
@resident_page(assurance=Assurance.CARD, own_only=True, fresh_minutes=FRESH_MINUTES)
def held(request: HttpRequest) -> HttpResponse:
    """Say what is in the file; make and give it."""
    resident = signed_in(request)
    if resident.viewer.record is None:
        raise NotAllowed(f"{request.path} without a record")
    if request.method == "POST":
        moment = now()
        made = held_file(
            held_ask(resident.viewer, language()), name=resident.own_name, city=settings.SITE_NAME, now=moment
        )
        # First the row, then the file: nothing leaves of which there is no trace.
        held_export(actor=resident.viewer, sha256=made.sha256, parts=made.counts, now=moment)
        response = HttpResponse(made.content, content_type="application/zip")
        response["Content-Disposition"] = f'attachment; filename="held-{moment:%Y%m%d}.zip"'
        return response
    context = {
        "parts": [part.label for part in held_parts_ordered()],
        "breadcrumb": way((gettext("市が持っているわたしの記録"), "")),
    }
    return render(request, "people/me/held.html", context)
