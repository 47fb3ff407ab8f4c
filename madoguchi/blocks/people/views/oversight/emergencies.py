"""Access in an emergency: the page that warns before it, and the page on which it is judged."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from madoguchi.blocks.people.actions import emergency_begin, emergency_end, emergency_judge
from madoguchi.blocks.people.models import EmergencyAccess
from madoguchi.blocks.people.oversight.forms import EmergencyForm, EmergencyJudgeForm
from madoguchi.blocks.people.oversight.reading import emergency_looks
from madoguchi.blocks.people.views.asking import page_of, posted
from madoguchi.blocks.people.views.oversight.shown import (
    JUDGE,
    USE,
    looks_table,
    oversight_tabs,
    sees_emergencies,
    staff_names,
)
from madoguchi.blocks.people.work import EMERGENCY, work_begin, work_end
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.ui.components.table import Column, Table


def emergencies(request: HttpRequest) -> HttpResponse:
    """List emergencies: everybody's for those who judge, one's own for those who may begin one."""
    viewer = viewer_of(request)
    if not sees_emergencies(viewer):
        viewer.must(USE)
    page = page_of(request, EmergencyAccess.objects.filter(_seen(viewer)).order_by("-began_at", "-pk"))
    return render(
        request,
        "people/oversight/emergencies.html",
        {
            "page": page,
            "table": _table(list(page)),
            "may_begin": viewer.may(USE),
            "tabs": oversight_tabs(viewer, "people:emergencies"),
        },
    )


def begin(request: HttpRequest) -> HttpResponse:
    """Warn, ask why, and begin; this session then works under the emergency."""
    viewer = viewer_of(request)
    viewer.must(USE)
    form = EmergencyForm(*posted(request))
    if request.method == "POST" and form.is_valid():
        moment = now()
        try:
            opened = emergency_begin(actor=viewer, reason=form.cleaned_data["reason"], now=moment)
        except Refused as refused:
            form.add_error("reason", refused.message)
        else:
            work_begin(request, duty=f"{EMERGENCY}/{opened.pk}", case="", moment=moment)
            return redirect("people:emergency", emergency_id=opened.pk)
    return render(
        request,
        "people/oversight/emergency_begin.html",
        {"form": form, "breadcrumb": _way((gettext("緊急の閲覧を始める"), ""))},
        status=422 if form.errors else 200,
    )


def emergency(request: HttpRequest, emergency_id: int) -> HttpResponse:
    """Show an emergency with every look under it; its user may end it, another person judges it."""
    viewer, moment = viewer_of(request), now()
    opened = EmergencyAccess.objects.filter(_seen(viewer), pk=emergency_id).first()
    if opened is None:
        raise NotAllowed(f"emergency {emergency_id}")
    form = EmergencyJudgeForm(*posted(request) if "judge" in request.POST else ())
    if request.method == "POST" and _done(request, viewer, opened, form):
        return redirect("people:emergency", emergency_id=opened.pk)
    under_way, own = opened.ends_at > moment, opened.staff == viewer.key
    page = page_of(request, emergency_looks(opened).prefetch_related("subjects"))
    judges = viewer.may_everywhere(JUDGE) and not own and opened.judged_at is None
    return render(
        request,
        "people/oversight/emergency.html",
        {
            "opened": opened,
            "under_way": under_way,
            "own": own,
            "minutes": int((opened.ends_at - moment).total_seconds() // 60) + 1,
            "facts": _facts(opened),
            "page": page,
            "looks": looks_table(list(page)),
            "form": form if judges and not under_way else None,
            "waits": judges and under_way,
            "breadcrumb": _way((gettext("%(number)d番") % {"number": opened.pk}, "")),
        },
        status=422 if form.errors else 200,
    )


def _done(request: HttpRequest, viewer: Viewer, opened: EmergencyAccess, form: EmergencyJudgeForm) -> bool:
    """End or judge, as was asked; whether it is done."""
    try:
        if "end" in request.POST:
            emergency_end(actor=viewer, emergency_id=opened.pk, now=now())
            work_end(request)
            messages.success(request, gettext("緊急の閲覧を終えました。"))
            return True
        if not form.is_valid():
            return False
        emergency_judge(
            actor=viewer,
            emergency_id=opened.pk,
            proper=form.cleaned_data["proper"] == "yes",
            judgement=form.cleaned_data["judgement"],
            now=now(),
        )
    except Refused as refused:
        messages.error(request, str(refused.message))
        return True
    messages.success(request, gettext("確かめた内容を記録しました。"))
    return True


def _seen(viewer: Viewer) -> Q:
    return Q(pk__isnull=False) if sees_emergencies(viewer) else Q(staff=viewer.key)


def _facts(opened: EmergencyAccess) -> list[tuple[str, Any]]:
    names = staff_names({opened.staff, opened.judged_by})
    facts: list[tuple[str, Any]] = [
        (gettext("始めた人"), f"{opened.office} {opened.post} {names[opened.staff]}"),
        (gettext("理由"), opened.reason.splitlines()),
    ]
    if opened.judged_at is not None:
        verdict = gettext("やむを得なかった") if opened.proper else gettext("やむを得ないとは言えない")
        facts += [
            (gettext("確かめた結果"), verdict),
            (gettext("確かめた内容"), opened.judgement.splitlines()),
            (gettext("確かめた人"), names.get(opened.judged_by, "")),
        ]
    return facts


def _table(rows: list[EmergencyAccess]) -> Table:
    moment, names = now(), staff_names({row.staff for row in rows})

    def state(row: EmergencyAccess) -> tuple[str, str]:
        if row.ends_at > moment:
            return gettext("続いています"), "error"
        if row.judged_at is None:
            return gettext("確かめていません"), "warning"
        return (
            (gettext("やむを得なかった"), "success")
            if row.proper
            else (gettext("やむを得ないとは言えない"), "error")
        )

    return Table(
        [
            Column("began_at", gettext("始めた日時"), "moment", head=True,
                   link=lambda row: reverse("people:emergency", args=[row.pk])),
            Column("ends_at", gettext("終わる日時"), "moment"),
            Column("staff", gettext("始めた人"), value=lambda row: f"{row.office} {names[row.staff]}"),
            Column("state", gettext("状態"), "badge", value=state),
        ],
        rows, caption=gettext("緊急の閲覧の一覧"), caption_hidden=True, key="emergencies",
        empty_title=gettext("緊急の閲覧はありません"),
    )  # fmt: skip


def _way(*steps: tuple[str, str]) -> list[tuple[str, str]]:
    return [(gettext("緊急の閲覧"), reverse("people:emergencies")), *steps]
