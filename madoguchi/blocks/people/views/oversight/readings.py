"""The monthly reports of unusual reading: making one, looking behind each finding, judging it, taking it away."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from madoguchi.blocks.people.actions import finding_judge, oversight_export
from madoguchi.blocks.people.models import ReadingFinding, ReadingReport
from madoguchi.blocks.people.oversight.forms import FindingJudgeForm, MonthForm, month_text
from madoguchi.blocks.people.oversight.making import months_missing
from madoguchi.blocks.people.oversight.printed import HEADINGS, RULE_WORDS, printed_rows, report_pdf
from madoguchi.blocks.people.oversight.reading import MOST_ROWS, rows_named
from madoguchi.blocks.people.oversight.thresholds import thresholds
from madoguchi.blocks.people.tasks import reading_report_job
from madoguchi.blocks.people.views.asking import page_of, posted
from madoguchi.blocks.people.views.oversight.shown import (
    READING,
    csv_answer,
    file_answer,
    looks_table,
    oversight_tabs,
    staff_names,
)
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now, today
from madoguchi.kernel.pages import viewer_of
from madoguchi.ui.components.table import Column, Table
from madoguchi.ui.formats import number_text


def reports(request: HttpRequest) -> HttpResponse:
    """List the reports, and ask the worker for one that is missing."""
    viewer = viewer_of(request)
    viewer.must_everywhere(READING)
    missing = months_missing(today())
    form = MonthForm(*posted(request), months=missing) if missing else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            thresholds()
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            reading_report_job.enqueue(month=form.cleaned_data["month"])
            messages.success(
                request, gettext("報告を作り始めました。しばらくしてから、この画面を開き直してください。")
            )
            return redirect("people:reports")
    counted = ReadingReport.objects.annotate(
        found=Count("findings"), open=Count("findings", filter=Q(findings__judged_at=None))
    )
    page = page_of(request, counted.order_by("-month"))
    return render(
        request,
        "people/oversight/reports.html",
        {
            "form": form,
            "page": page,
            "table": _reports_table(list(page)),
            "tabs": oversight_tabs(viewer, "people:reports"),
        },
        status=422 if form is not None and form.errors else 200,
    )


def report(request: HttpRequest, month: str) -> HttpResponse:
    """Show what was unusual in a month."""
    viewer = viewer_of(request)
    viewer.must_everywhere(READING)
    found = _report(month)
    findings = list(found.findings.order_by("rule", "-count", "pk"))
    return render(
        request,
        "people/oversight/report.html",
        {
            "report": found,
            "title": month_text(month),
            "reads": number_text(found.reads),
            "table": _findings_table(found, findings),
            "rules": [(words.label, words.meaning) for words in RULE_WORDS.values()],
            "breadcrumb": _way((month_text(month), "")),
        },
    )


def report_file(request: HttpRequest, month: str, form: str) -> HttpResponse:
    """Give a report as CSV or PDF."""
    viewer = viewer_of(request)
    viewer.must_everywhere(READING)
    found = _report(month)
    findings = list(found.findings.order_by("rule", "-count", "pk"))
    names = staff_names({one.staff for one in findings} | {one.judged_by for one in findings})
    rows = list(printed_rows(findings, names))
    if form == "csv":
        answer = csv_answer(gettext("閲覧の月次報告_%(month)s.csv") % {"month": month}, HEADINGS, rows)
    elif form == "pdf":
        name = gettext("閲覧の月次報告_%(month)s.pdf") % {"month": month}
        answer = file_answer(name, report_pdf(found, rows), "application/pdf")
    else:
        raise Http404
    oversight_export(actor=viewer, subject=found.subject(), form=form, count=len(rows), now=now())
    return answer


def finding(request: HttpRequest, month: str, finding_id: int) -> HttpResponse:
    """Show the looks behind a finding, and write down what came of it."""
    viewer = viewer_of(request)
    viewer.must_everywhere(READING)
    one = ReadingFinding.objects.select_related("report").filter(pk=finding_id, report__month=month).first()
    if one is None:
        raise Http404
    form = FindingJudgeForm(*posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            finding_judge(
                actor=viewer, finding_id=one.pk, judgement=form.cleaned_data["judgement"], now=now()
            )
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, gettext("確かめた内容を記録しました。"))
            return redirect("people:report", month=month)
    page = page_of(request, rows_named(one.rows).prefetch_related("subjects"))
    words = RULE_WORDS[one.rule]
    return render(
        request,
        "people/oversight/finding.html",
        {
            "title": words.label,
            "meaning": words.meaning,
            "facts": _facts(one),
            "looks": looks_table(list(page)),
            "page": page,
            "cut": one.count > len(one.rows) == MOST_ROWS,
            "most": MOST_ROWS,
            "form": form,
            "judges": one.judged_at is None and one.staff != viewer.key,
            "back": reverse("people:report", args=[month]),
            "breadcrumb": _way(
                (month_text(month), reverse("people:report", args=[month])), (str(words.label), "")
            ),
        },
        status=422 if form.errors else 200,
    )


def _report(month: str) -> ReadingReport:
    found = ReadingReport.objects.filter(month=month).first()
    if found is None:
        raise Http404
    return found


def _facts(one: ReadingFinding) -> list[tuple[str, Any]]:
    names = staff_names({one.staff, one.judged_by})
    facts: list[tuple[str, Any]] = [(gettext("だれ"), names.get(one.staff) or one.office)]
    if one.about:
        facts.append((gettext("対象"), one.about))
    facts.append((gettext("件数"), number_text(one.count)))
    if one.usual is not None:
        facts.append((gettext("同じ用務のほかの人の中央値"), number_text(one.usual)))
    if one.judged_at is not None:
        facts += [
            (gettext("確かめた内容"), one.judgement.splitlines()),
            (gettext("確かめた人"), names.get(one.judged_by, "")),
        ]
    return facts


def _reports_table(rows: list[Any]) -> Table:
    def state(row: Any) -> tuple[str, str]:
        if row.open:
            return gettext("確かめていません"), "warning"
        return (gettext("確かめました"), "success") if row.found else (gettext("気になる閲覧なし"), "neutral")

    return Table(
        [
            Column("month", gettext("月"), head=True, value=lambda row: month_text(row.month),
                   link=lambda row: reverse("people:report", args=[row.month])),
            Column("reads", gettext("閲覧の件数"), "number"),
            Column("found", gettext("気になる閲覧"), "number"),
            Column("open", gettext("確かめていないもの"), "number"),
            Column("state", gettext("状態"), "badge", value=state),
        ],
        rows, caption=gettext("これまでの報告"), key="reports", empty_title=gettext("まだ報告がありません"),
    )  # fmt: skip


def _findings_table(found: ReadingReport, findings: list[ReadingFinding]) -> Table:
    names = staff_names({one.staff for one in findings})
    return Table(
        [
            Column("rule", gettext("きまり"), head=True, value=lambda one: RULE_WORDS[one.rule].label,
                   link=lambda one: reverse("people:finding", args=[found.month, one.pk])),
            Column("who", gettext("だれ"), value=lambda one: names.get(one.staff) or one.office),
            Column("about", gettext("対象")),
            Column("count", gettext("件数"), "number"),
            Column("usual", gettext("ほかの人の中央値"), value=lambda one: "" if one.usual is None else one.usual),
            Column("state", gettext("状態"), "badge",
                   value=lambda one: (gettext("確かめました"), "success") if one.judged_at
                   else (gettext("確かめていません"), "warning")),
        ],
        findings, caption=gettext("気になる閲覧の一覧"), caption_hidden=True, key="findings",
        empty_title=gettext("気になる閲覧はありませんでした"),
    )  # fmt: skip


def _way(*steps: tuple[str, str]) -> list[tuple[str, str]]:
    return [(gettext("閲覧の月次報告"), reverse("people:reports")), *steps]
