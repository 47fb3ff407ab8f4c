"""Acting for others: who may act for me, for whom I may act, offering, taking, claiming, ending, switching."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from madoguchi.blocks.people.actions import (
    mandate_accept,
    mandate_claim,
    mandate_code_enter,
    mandate_decline,
    mandate_offer,
    mandate_revoke,
    session_act,
)
from madoguchi.blocks.people.citizen.forms import ClaimForm, CodeForm, OfferForm, months_later
from madoguchi.blocks.people.citizen.showing import as_oneself, language, signed_in, way
from madoguchi.blocks.people.citizen.words import (
    ENDED_BY,
    STATES,
    basis_word,
    joined,
    kind_word,
    services_words,
)
from madoguchi.blocks.people.mandates.codes import code_shown
from madoguchi.blocks.people.mandates.offers import (
    offer_closes_on,
    organisations_headed,
    service_labels,
    services_offered,
)
from madoguchi.blocks.people.models import Assurance, Party
from madoguchi.blocks.people.pages import resident_page
from madoguchi.blocks.people.parties.naming import names_on
from madoguchi.blocks.people.queries import claimable, mandate_of, mandates_given, mandates_held
from madoguchi.blocks.people.types import MandateLine
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now
from madoguchi.kernel.rights import NotAllowed, Viewer

CURRENT = ("offered", "in_hand", "coming", "holds", "suspended")
TO_END = ("offered", "coming", "holds", "suspended")


@require_safe
@resident_page(assurance=Assurance.CARD, own_only=True)
def mandates(request: HttpRequest) -> HttpResponse:
    """List who acts for me and for whom I act, now and before."""
    viewer = signed_in(request).viewer
    given, held = mandates_given(viewer), mandates_held(viewer)
    labels = service_labels(language())
    past = [line for line in (*given, *held) if line.state not in CURRENT]
    context = {
        "given": [described(line, labels) for line in given if line.state in CURRENT],
        "held": [described(line, labels) for line in held if line.state in CURRENT],
        "past": [described(line, labels) for line in past],
        "claims": [one for one in claimable(viewer) if not one.claimed],
        "breadcrumb": way((gettext("代わりに手続きする人"), "")),
    }
    return render(request, "people/me/mandates.html", context)


@require_safe
@resident_page(assurance=Assurance.CARD, own_only=True)
def mandate(request: HttpRequest, key: str) -> HttpResponse:
    """Show one mandate, and what can be done with it."""
    line = _line(signed_in(request).viewer, key)
    return _mandate_page(request, line)


@require_http_methods(["GET", "HEAD", "POST"])
@resident_page(assurance=Assurance.CARD, own_only=True)
def offer(request: HttpRequest, organisation: str = "") -> HttpResponse:
    """Offer somebody to act for me, or for an association that I head; the code is shown once."""
    viewer = signed_in(request).viewer
    grantor = _organisation(viewer, organisation) if organisation else None
    form = OfferForm(
        request.POST if request.method == "POST" else None,
        grantor_kind=grantor.kind if grantor else Party.Kind.PERSON,
        services=services_offered(language()),
    )
    context: dict[str, Any] = {
        "form": form,
        "grantor": names_on([grantor.pk], viewer.on)[grantor.pk] if grantor else "",
        "breadcrumb": way(_mandates_step(), (gettext("代わりの人を頼む"), "")),
    }
    if form.is_bound and form.is_valid():
        try:
            offered = mandate_offer(
                actor=viewer,
                kind=form.cleaned_data["kind"],
                services=form.cleaned_data["services"],
                ends_on=months_later(viewer.on, int(form.cleaned_data["months"])),
                grantor_key=organisation,
                now=now(),
            )
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            # Not a redirect: the code is kept nowhere, so that this is the one answer that can show it.
            context |= {
                "code": code_shown(offered.code),
                "closes_on": offer_closes_on(offered.mandate),
                "line": described(_line(viewer, offered.mandate.key), service_labels(language())),
            }
            return render(request, "people/me/mandate_offered.html", context)
    return render(request, "people/me/mandate_offer.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@resident_page(assurance=Assurance.CARD, own_only=True)
def receive(request: HttpRequest) -> HttpResponse:
    """Take the code that somebody handed over, and show what it is for."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        viewer = signed_in(request).viewer
        try:
            taken = mandate_code_enter(actor=viewer, code=form.cleaned_data["code"], now=now())
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            if taken is not None:
                return redirect("me:mandate", taken.key)
            form.add_error(
                "code",
                gettext(
                    "この番号では見つかりません。番号を確かめてください。間違いが5回続くと、申し出は取りやめになります。"
                ),
            )
    context = {"form": form, "breadcrumb": way(_mandates_step(), (gettext("番号を入れる"), ""))}
    return render(request, "people/me/mandate_receive.html", context, status=422 if form.errors else 200)


@require_POST
@resident_page(assurance=Assurance.CARD, own_only=True)
def answer(request: HttpRequest, key: str) -> HttpResponse:
    """Accept or decline an offer."""
    viewer = signed_in(request).viewer
    line = _line(viewer, key)
    accepts = request.POST.get("answer") == "accept"
    try:
        (mandate_accept if accepts else mandate_decline)(actor=viewer, key=key, now=now())
    except Refused as refused:
        return _mandate_page(request, line, problem=str(refused.message))
    messages.success(request, gettext("引き受けました。") if accepts else gettext("断りました。"))
    return redirect("me:mandate", key)


@require_POST
@resident_page(assurance=Assurance.CARD, own_only=True)
def revoke(request: HttpRequest, key: str) -> HttpResponse:
    """End a mandate or an offer at once."""
    viewer = signed_in(request).viewer
    line = _line(viewer, key)
    try:
        mandate_revoke(actor=viewer, key=key, now=now())
    except Refused as refused:
        return _mandate_page(request, line, problem=str(refused.message))
    messages.success(request, gettext("終えました。いまから使えません。"))
    return redirect("me:mandates")


@require_http_methods(["GET", "HEAD", "POST"])
@resident_page(assurance=Assurance.CARD, own_only=True)
def claim(request: HttpRequest) -> HttpResponse:
    """Claim to act for one's child, or for an association that one heads, as the city's records show it."""
    viewer = signed_in(request).viewer
    form = ClaimForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            made = mandate_claim(actor=viewer, party_key=form.cleaned_data["party"], now=now())
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, gettext("登録しました。"))
            return redirect("me:mandate", made.key)
    context = {
        "form": form,
        "claims": claimable(viewer),
        "breadcrumb": way(_mandates_step(), (gettext("子どもや団体の代わりをする"), "")),
    }
    return render(request, "people/me/mandate_claim.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@resident_page(every_mandate=True)
def act(request: HttpRequest) -> HttpResponse:
    """Choose whose record is open: one's own, or that of somebody for whom one may act."""
    resident = signed_in(request)
    problem = ""
    if request.method == "POST":
        key = request.POST.get("mandate", "")
        try:
            session_act(actor=resident.viewer, session_id=resident.session.pk, mandate_key=key, now=now())
        except Refused as refused:
            problem = str(refused.message)
        else:
            return redirect("me:home")
    labels = service_labels(language())
    certain = resident.viewer.assurance >= Assurance.CARD
    held = mandates_held(as_oneself(resident)) if certain else ()
    lines = [line for line in held if line.state == "holds"]
    context = {
        "lines": [described(line, labels) for line in lines],
        "current": resident.viewer.record.mandate if resident.viewer.record else "",
        "certain": certain,
        "problem": problem,
        "breadcrumb": way((gettext("だれの記録を開くか"), "")),
    }
    return render(request, "people/me/act.html", context, status=422 if problem else 200)


def described(line: MandateLine, labels: dict[str, str]) -> dict[str, Any]:
    """Give a mandate in the reader's words."""
    word, kind = STATES[line.state]
    return {
        "line": line,
        "who": line.delegate if line.side == "grantor" else line.grantor,
        "kind": kind_word(line.kind),
        "basis": basis_word(line.kind, line.basis),
        "services": services_words(line.services, labels),
        "services_text": joined(services_words(line.services, labels)),
        "state": word,
        "state_kind": kind,
        "ended_by": ENDED_BY.get(line.ended_by, ""),
        "url": reverse("me:mandate", args=[line.key]),
    }


def _mandate_page(request: HttpRequest, line: MandateLine, *, problem: str = "") -> HttpResponse:
    by_counter = line.kind == "guardian"
    context = {
        "one": described(line, service_labels(language())),
        "to_answer": line.state == "in_hand" and line.side == "delegate",
        "to_end": not by_counter
        and (line.state in TO_END or (line.state == "in_hand" and line.side == "grantor")),
        "by_counter": by_counter and line.state in CURRENT,
        "to_act": line.state == "holds" and line.side == "delegate",
        "problem": problem,
        "breadcrumb": way(_mandates_step(), (kind_word(line.kind), "")),
    }
    return render(request, "people/me/mandate.html", context, status=409 if problem else 200)


def _line(viewer: Viewer, key: str) -> MandateLine:
    line = mandate_of(viewer, key)
    if line is None:
        raise NotAllowed(f"mandate {key}")
    return line


def _mandates_step() -> tuple[str, str]:
    return gettext("代わりに手続きする人"), reverse("me:mandates")


def _organisation(viewer: Viewer, key: str) -> Party:
    record = viewer.record
    found = organisations_headed(record.parties, viewer.on).filter(key=key).first() if record else None
    if found is None:
        raise NotAllowed(f"organisation {key}")
    return found
