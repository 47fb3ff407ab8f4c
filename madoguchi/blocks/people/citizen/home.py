"""The front page of one's own account."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from madoguchi.blocks.people.citizen.mandates import described
from madoguchi.blocks.people.citizen.next_thing import next_thing
from madoguchi.blocks.people.citizen.showing import as_oneself, language, signed_in
from madoguchi.blocks.people.mandates.offers import service_labels
from madoguchi.blocks.people.models import Assurance
from madoguchi.blocks.people.pages import resident_page
from madoguchi.blocks.people.queries import consents_open, mandate_of
from madoguchi.kernel.contacts import contact_bound


@require_safe
@resident_page(every_mandate=True)
def home(request: HttpRequest) -> HttpResponse:
    """Say whose record is open, the one next thing, and what can be seen and changed here."""
    resident = signed_in(request)
    viewer = resident.viewer
    acting = None
    if resident.acting is not None:
        line = mandate_of(as_oneself(resident), resident.acting.key)
        acting = described(line, service_labels(language())) if line else None
    context = {
        "acting": acting,
        "whole": viewer.record is not None and viewer.record.reaches(""),
        "certain": viewer.assurance >= Assurance.CARD,
        "may_answer": acting is not None and bool(consents_open(viewer, language())),
        "next": None if acting else next_thing(viewer, language=language()),
        "contact": contact_bound("general"),
    }
    return render(request, "people/me/home.html", context)
