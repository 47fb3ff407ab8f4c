"""Events and jobs: what waits, what was done, and what is stuck and needs somebody's decision."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from django_tasks_db.models import DBTaskResult

from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now
from madoguchi.kernel.models import OutboxDelivery
from madoguchi.kernel.outbox import delivery_retry, delivery_skip, handlers
from madoguchi.kernel.pages import viewer_of
from madoguchi.office.asking import page_number
from madoguchi.ui.components.table import Column, Table
from madoguchi.ui.components.tabs import Tab
from madoguchi.ui.forms import HouseForm

ROWS = 25
SHOWN_ERROR_CHARACTERS = 3_000
STATES = ("parked", "waiting", "done", "jobs")


class SkipForm(HouseForm):
    """Why a stuck delivery is given up."""

    reason = forms.CharField(label=gettext_lazy("見送る理由"), max_length=300)


@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """List deliveries of one state, or the jobs."""
    viewer = viewer_of(request)
    viewer.must("kernel.events_run")
    return _page(request)


@require_POST
def retry(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Try a stuck delivery again."""
    viewer = viewer_of(request)
    try:
        delivery_retry(actor=viewer, delivery_id=delivery_id, now=now())
    except Refused as refused:
        messages.error(request, str(refused.message))
    else:
        messages.success(request, _("もう一度処理するように戻しました。"))
    return redirect("office:events")


@require_POST
def skip(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Give up on a stuck delivery, with a reason."""
    viewer = viewer_of(request)
    viewer.must("kernel.events_run")
    form = SkipForm(request.POST, prefix=f"d{delivery_id}")
    if not form.is_valid():
        return _page(request, refused=(delivery_id, form))
    try:
        delivery_skip(actor=viewer, delivery_id=delivery_id, reason=form.cleaned_data["reason"], now=now())
    except Refused as refused:
        messages.error(request, str(refused.message))
    else:
        messages.success(request, _("理由を残して見送りました。"))
    return redirect("office:events")


def _page(request: HttpRequest, *, refused: tuple[int, SkipForm] | None = None) -> HttpResponse:
    here = reverse("office:events")
    state = request.GET.get("state", "")
    if state not in STATES:
        state = "parked"
    handler = request.GET.get("handler", "")
    parked, waiting, jobs = _counts()
    tabs = (
        ("parked", _("止まった処理"), parked),
        ("waiting", _("待っている処理"), waiting),
        ("done", _("済んだ処理"), None),
        ("jobs", _("仕事"), jobs),
    )
    context: dict[str, Any] = {"state": state, "handler": handler, "here": here}
    context["tabs"] = [Tab(label, f"{here}?state={key}", key == state, count) for key, label, count in tabs]
    if state == "jobs":
        context |= _jobs(request)
    else:
        context |= _deliveries(request, state, handler, refused)
    if refused:
        context["form"] = refused[1]
    return render(request, "office/events.html", context, status=422 if refused else 200)


def _counts() -> tuple[int, int, int]:
    """Count what is stuck, what waits, and the jobs not done; the done ones are too many to count each time."""
    parked = OutboxDelivery.objects.filter(parked_at__isnull=False).count()
    waiting = OutboxDelivery.objects.filter(done_at=None, parked_at=None).count()
    return parked, waiting, DBTaskResult.objects.exclude(status="SUCCESSFUL").count()


def _deliveries(
    request: HttpRequest, state: str, handler: str, refused: tuple[int, SkipForm] | None
) -> dict[str, Any]:
    rows = _of_state(state)
    if handler in handlers:
        rows = rows.filter(handler=handler)
    if refused:
        rows = rows.filter(pk=refused[0])
    page = Paginator(rows, ROWS).get_page(page_number(request))
    context: dict[str, Any] = {"page": page, "handlers": handlers.keys()}
    if state == "parked":
        bad_id, bad_form = refused or (0, None)
        context["stuck"] = [
            {
                "delivery": row,
                "error": row.error[-SHOWN_ERROR_CHARACTERS:],
                "reason": _last_line(row.error),
                "form": bad_form if row.pk == bad_id else SkipForm(prefix=f"d{row.pk}"),
                "open": row.pk == bad_id,
            }
            for row in page
        ]
        return context
    moment = ("done_at", _("済んだ日時")) if state == "done" else ("due_at", _("次に試みる日時"))
    columns = [
        Column("event.kind", _("できごと"), head=True),
        Column("event.subject_key", _("対象"), value=_subject),
        Column("handler", _("受け手")),
        Column("attempts", _("試みた回数"), "number"),
        Column(*moment, "moment"),
    ]
    if state == "done":
        columns.append(Column("skipped_reason", _("見送った理由")))
    context["table"] = Table(
        columns,
        list(page),
        caption=_("処理の一覧"),
        caption_hidden=True,
        empty_title=_("ここに並ぶ処理はありません。"),
    )
    return context


def _of_state(state: str) -> QuerySet[OutboxDelivery]:
    rows = OutboxDelivery.objects.select_related("event")
    if state == "parked":
        return rows.filter(parked_at__isnull=False).order_by("-parked_at", "pk")
    if state == "waiting":
        return rows.filter(done_at=None, parked_at=None).order_by("due_at", "pk")
    return rows.filter(done_at__isnull=False).order_by("-pk")


def _jobs(request: HttpRequest) -> dict[str, Any]:
    states = {
        "READY": (_("待っています"), "neutral"),
        "RUNNING": (_("実行中"), "info"),
        "SUCCESSFUL": (_("済みました"), "success"),
        "FAILED": (_("失敗しました"), "error"),
    }
    status = request.GET.get("job", "")
    rows = DBTaskResult.objects.order_by("-enqueued_at")
    if status in states:
        rows = rows.filter(status=status)
    page = Paginator(rows, ROWS).get_page(page_number(request))
    columns = [
        Column("task_path", _("仕事"), head=True),
        Column(
            "status", _("状態"), "badge", value=lambda row: states.get(row.status, (row.status, "neutral"))
        ),
        Column("enqueued_at", _("頼んだ日時"), "moment"),
        Column("started_at", _("始めた日時"), "moment"),
        Column("finished_at", _("終えた日時"), "moment"),
        Column("exception_class_path", _("失敗の種類")),
    ]
    table = Table(
        columns,
        list(page),
        caption=_("仕事の一覧"),
        caption_hidden=True,
        empty_title=_("仕事はありません。"),
    )
    choices = [(key, label) for key, (label, _kind) in states.items()]
    return {"page": page, "table": table, "job_states": choices, "job": status}


def _subject(row: OutboxDelivery) -> str:
    return f"{row.event.subject_kind} {row.event.subject_key}"


def _last_line(error: str) -> str:
    lines = error.strip().splitlines()
    return lines[-1][:300] if lines else ""
