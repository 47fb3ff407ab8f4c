"""Who acts for a person, at the counter: the list, registering by papers, ending."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.blocks.people.actions import mandate_end, mandate_enter, mandates_open
from madoguchi.blocks.people.actions.mandates_counter import MandatesOfParty
from madoguchi.blocks.people.citizen.words import STATES, basis_word, joined, kind_word, services_words
from madoguchi.blocks.people.mandates.offers import service_labels
from madoguchi.blocks.people.types import MandateLine
from madoguchi.blocks.people.views.asking import posted
from madoguchi.blocks.people.views.residents.asking import residents_page, show, way, work_now
from madoguchi.blocks.people.views.residents.mandates_forms import MandateEndForm, MandateForm
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.ui.components.table import Column, Table

KEEP = "people.mandate_keep"
CURRENT = ("offered", "in_hand", "coming", "holds", "suspended")
_ONE_DAY = timedelta(days=1)


@require_safe
@residents_page(KEEP)
def mandates(request: HttpRequest, key: str) -> HttpResponse:
    """List who acts for somebody, and for whom he acts, now and before."""
    viewer_of(request).must(KEEP)
    found = _opened(request, key)
    context = {
        "found": found,
        "given": _table(found, found.given, gettext("この人の代わりをする人")),
        "held": _table(found, found.held, gettext("この人が代わりをしている人")),
        "breadcrumb": way((found.name, ""), (gettext("代わりに手続きする人"), "")),
    }
    return show(request, "mandates", context, tab="people:residents")


@require_http_methods(["GET", "HEAD", "POST"])
@residents_page(KEEP)
def mandate_add(request: HttpRequest, key: str) -> HttpResponse:
    """Register by papers that somebody acts for this person: type, see who it is, confirm."""
    viewer = viewer_of(request)
    viewer.must(KEEP)
    found = _opened(request, key)
    form = MandateForm(
        *posted(request),
        party_kind=found.party.kind,
        language=get_language() or "ja",
        initial={"starts_on": viewer.on},
    )
    step = _way(found, gettext("書類で登録する"))
    if request.method == "POST" and "again" not in request.POST and form.is_valid():
        try:
            if "confirm" not in request.POST:
                shown = _opened(request, key, form.cleaned_data["delegate"])
                context: dict[str, Any] = {"found": shown, "form": form, "breadcrumb": step}
                return show(request, "mandate_confirm", context, tab="people:residents")
            _enter(viewer, key, form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused.message))
        else:
            messages.success(request, gettext("登録しました。"))
            return redirect("people:mandates", key)
    context = {"found": found, "form": form, "breadcrumb": step}
    return show(request, "mandate_add", context, tab="people:residents", status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@residents_page(KEEP)
def mandate_close(request: HttpRequest, key: str, mandate_key: str) -> HttpResponse:
    """End a mandate of this person, with the reason."""
    viewer = viewer_of(request)
    viewer.must(KEEP)
    found = _opened(request, key)
    line = next((line for line in (*found.given, *found.held) if line.key == mandate_key), None)
    if line is None:
        raise NotAllowed(f"mandate {mandate_key} of {key}")
    form = MandateEndForm(*posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            mandate_end(actor=viewer, key=mandate_key, reason=form.cleaned_data["reason"], now=now())
        except Refused as refused:
            form.add_error(None, str(refused.message))
        else:
            messages.success(request, gettext("終えました。"))
            return redirect("people:mandates", key)
    context = {"found": found, "form": form, "line": line, "kind": kind_word(line.kind),
               "breadcrumb": _way(found, gettext("終える"))}  # fmt: skip
    return show(request, "mandate_close", context, tab="people:residents", status=422 if form.errors else 200)


def _opened(request: HttpRequest, key: str, delegate_key: str = "") -> MandatesOfParty:
    return mandates_open(
        actor=viewer_of(request),
        party_key=key,
        delegate_key=delegate_key,
        case=work_now(request).case,
        now=now(),
    )


def _enter(viewer: Viewer, key: str, typed: dict[str, Any]) -> None:
    last = typed["last_on"]
    mandate_enter(
        actor=viewer, kind=typed["kind"], grantor_key=key, delegate_key=typed["delegate"],
        services=typed["services"], papers=typed["papers"], starts_on=typed["starts_on"],
        ends_on=last + _ONE_DAY if last else None, now=now(),
    )  # fmt: skip


def _way(found: MandatesOfParty, step: str) -> list[tuple[str, str]]:
    listed = gettext("代わりに手続きする人"), reverse("people:mandates", args=[found.party.key])
    return way((found.name, ""), listed, (step, ""))


def _table(found: MandatesOfParty, lines: tuple[MandateLine, ...], caption: str) -> Table:
    labels = service_labels(get_language() or "ja")
    hidden = gettext("（この用務では見られません）")

    def ended(line: MandateLine) -> str:
        return (
            reverse("people:mandate_close", args=[found.party.key, line.key]) if line.state in CURRENT else ""
        )

    return Table(
        [
            Column(
                "who", gettext("人"), head=True,
                value=lambda line: (line.delegate if line.side == "grantor" else line.grantor)
                or (gettext("まだ決まっていません") if line.state == "offered" else hidden),
            ),
            Column("kind", gettext("種類"), value=lambda line: kind_word(line.kind)),
            Column("state", gettext("状態"), kind="badge", value=lambda line: STATES[line.state]),
            Column(
                "services", gettext("できること"),
                value=lambda line: joined(services_words(line.services, labels)),
            ),
            Column("starts_on", gettext("いつから"), kind="date"),
            Column("last_on", gettext("いつまで"), kind="date"),
            Column(
                "basis", gettext("根拠"),
                value=lambda line: " ".join([basis_word(line.kind, line.basis), line.papers]).strip(),
            ),
            Column("end", gettext("登録の終わり"), value=lambda line: gettext("終える") if ended(line) else "", link=ended),
        ],
        lines,
        caption=caption,
        empty_title=gettext("登録はありません。"),
    )  # fmt: skip
