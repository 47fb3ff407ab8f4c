"""The audit trail, searched by what it is about, what happened, and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from madoguchi.kernel.audit import audit_types
from madoguchi.kernel.clock import TOKYO
from madoguchi.kernel.health.verified import verification_last
from madoguchi.kernel.models import AuditBatch, AuditLeaf, AuditRow
from madoguchi.kernel.pages import viewer_of
from madoguchi.office.tasks import audit_verify_job
from madoguchi.ui.components.pagination import Pager
from madoguchi.ui.components.table import Column, Table
from madoguchi.ui.forms import HouseForm, WarekiDateField

ROWS = 50


@dataclass(frozen=True, slots=True)
class Line:
    """An audit row in words. Names of persons and what was changed are not shown."""

    number: int
    at: datetime
    sentence: Any
    subject: str
    page: str
    actor: str
    duty: str
    seal: int | None


class AuditSearch(HouseForm):
    """What to look for; every part may stay empty."""

    marks_hidden = True
    subject = forms.CharField(
        label=gettext_lazy("対象"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("番号やキー、名称の一部"),
    )
    event = forms.ChoiceField(label=gettext_lazy("できごと"), required=False)
    on = WarekiDateField(label=gettext_lazy("日付"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = sorted((str(found.sentence), key) for key, found in audit_types.items())
        choices = [("", _("すべて")), *((key, sentence) for sentence, key in known)]
        self.fields["event"].choices = choices  # type: ignore[attr-defined]


@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """List audit rows, newest first; forward and back without counting, for there may be millions."""
    viewer = viewer_of(request)
    viewer.must("kernel.audit_view")
    # An empty address is a search for everything.
    form = AuditSearch(request.GET)
    rows = AuditRow.objects.filter(viewer.where("kernel.audit_view"))
    rows = _found(rows, form) if form.is_valid() else rows.none()
    shown, pager = _turned(rows, request)
    columns = [
        Column("at", _("日時"), "moment"),
        Column("sentence", _("できごと"), head=True),
        Column("subject", _("対象"), link="page"),
        Column("actor", _("行った人（所属・職・番号）")),
        Column("duty", _("用務")),
        Column("seal", _("封印"), "html", value=_seal_words),
    ]
    context = {
        "form": form,
        "table": Table(
            columns,
            list(_lines(shown)),
            caption=_("監査記録の一覧"),
            caption_hidden=True,
            empty_title=_("当てはまる記録はありません。"),
            empty_hint=_("条件を減らして、もう一度探してください。"),
        ),
        "pager": pager,
        "last_seal": AuditBatch.objects.order_by("-number").first(),
        "verification": verification_last(),
    }
    return render(request, "office/audit.html", context)


@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Ask the worker to verify the whole trail."""
    viewer = viewer_of(request)
    viewer.must("kernel.audit_view")
    audit_verify_job.enqueue()
    messages.success(request, _("検証を頼みました。しばらくしてから、この画面を開き直してください。"))
    return redirect("office:audit")


def _found(rows: QuerySet[AuditRow], form: AuditSearch) -> QuerySet[AuditRow]:
    subject, event, on = (form.cleaned_data[name] for name in ("subject", "event", "on"))
    if subject:
        kind, colon, key = subject.partition(":")
        if colon and key:
            rows = rows.filter(subject_kind=kind, subject_key=key)
        else:
            rows = rows.filter(Q(subject_key=subject) | Q(subject_title__icontains=subject))
    if event:
        rows = rows.filter(event=event)
    if on:
        start = datetime.combine(on, time(), TOKYO)
        rows = rows.filter(at__gte=start, at__lt=start + timedelta(days=1))
    return rows


def _turned(rows: QuerySet[AuditRow], request: HttpRequest) -> tuple[list[AuditRow], Pager]:
    """Take one page by row number: ``before`` and ``after`` stay exact while new rows arrive."""
    before, after = (_number(request.GET.get(name, "")) for name in ("before", "after"))
    if after:
        found = list(rows.filter(pk__gt=after).order_by("pk")[: ROWS + 1])
        newer, older = len(found) > ROWS, True
        shown = found[:ROWS][::-1]
    else:
        rows = rows.filter(pk__lt=before) if before else rows
        found = list(rows.order_by("-pk")[: ROWS + 1])
        newer, older = bool(before), len(found) > ROWS
        shown = found[:ROWS]
    if not shown:
        return [], Pager()
    return shown, Pager(
        _url(request.GET, "after", shown[0].pk) if newer else "",
        _url(request.GET, "before", shown[-1].pk) if older else "",
    )


def _url(query: QueryDict, name: str, number: int) -> str:
    kept = query.copy()
    for other in ("before", "after"):
        kept.pop(other, None)
    kept[name] = str(number)
    return f"?{kept.urlencode()}"


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _lines(rows: list[AuditRow]) -> Iterable[Line]:
    leaves = AuditLeaf.objects.filter(row_id__in=[row.pk for row in rows])
    seals = dict(leaves.values_list("row_id", "batch_id"))
    for row in rows:
        known = row.event in audit_types
        actor = (row.actor_office, row.actor_post, row.actor_key.removeprefix("staff:"))
        yield Line(
            number=row.pk,
            at=row.at,
            sentence=audit_types[row.event].sentence if known else row.event,
            subject=" ".join(part for part in (row.subject_title, row.subject_key) if part),
            page=row.subject_page if row.subject_page.startswith("/") else "",
            actor=_("自動") if row.actor_kind == "system" else " ".join(part for part in actor if part),
            duty=row.duty,
            seal=seals.get(row.pk),
        )


def _seal_words(line: Line) -> str:
    if line.seal is None:
        return format_html('<span class="mg-badge">{}</span>', _("封印前"))
    return format_html(
        '<span class="mg-badge mg-badge--success">{}</span>', _("封印 %(n)d") % {"n": line.seal}
    )
