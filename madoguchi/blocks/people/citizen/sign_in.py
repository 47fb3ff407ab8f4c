"""The page with the ways to sign in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from madoguchi.blocks.people.citizen.signing import next_asked
from madoguchi.blocks.people.identity.residents import resident_of
from madoguchi.blocks.people.identity.ways import choices
from madoguchi.blocks.people.models import Assurance


@never_cache
@require_safe
def sign_in(request: HttpRequest) -> HttpResponse:
    """Offer the ways; a page that demands more certainty is told of, and only ways that reach it are offered."""
    demand = _demand(request.GET.get("demand", ""))
    resident = resident_of(request)
    context = {
        "ways": choices(request, next_address=next_asked(request), demand=demand),
        "demand": demand,
        "demand_label": Assurance(demand).label,
        "next": next_asked(request),
        "enough": resident is not None and resident.viewer.assurance >= demand,
        "here": Assurance(resident.viewer.assurance).label if resident else "",
    }
    return render(request, "people/me/sign_in.html", context)


def _demand(text: str) -> int:
    return int(text) if text in {str(level.value) for level in Assurance} else 0
