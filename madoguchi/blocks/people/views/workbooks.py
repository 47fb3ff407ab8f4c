"""The organisation as a workbook: download, read, preview, apply."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from madoguchi.blocks.people import presentation as show
from madoguchi.blocks.people.actions import (
    NothingToChange,
    OrganisationRowRefused,
    organisation_export,
    organisation_import,
    organisation_import_apply,
)
from madoguchi.blocks.people.excel import Problem, organisation_read
from madoguchi.blocks.people.forms import DayForm, WorkbookForm
from madoguchi.blocks.people.models import OrganisationImport
from madoguchi.blocks.people.organisation import STAMP
from madoguchi.blocks.people.rows import SHEETS, Rows, in_safe_order, rows_compare, rows_known, rows_thaw
from madoguchi.blocks.people.views.asking import (
    EDIT,
    applied_text,
    day_asked,
    number_of,
    page_of,
    posted,
    section_tabs,
    way,
)
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now, today
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.stamps import stamp_read
from madoguchi.kernel.workbooks import LARGEST_FILE
from madoguchi.ui.components.table import Column, Table

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbooks(request: HttpRequest) -> HttpResponse:
    """Download the organisation, read a workbook, and find those read before."""
    viewer = viewer_of(request)
    viewer.must_everywhere(EDIT)
    form = WorkbookForm(*posted(request, files=True))
    problems: list[Problem] = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        content = file.read(LARGEST_FILE + 1)
        rows, found = organisation_read(content)
        problems = [problem for problem in found if problem.severity == "error"]
        if not problems and not rows_compare(rows).changes:
            form.add_error(None, NothingToChange.message)
        elif not problems:
            kept = organisation_import(
                actor=viewer,
                rows=rows,
                doubts=[str(problem) for problem in found],
                file_name=str(file.name).replace("\0", ""),
                sha256=hashlib.sha256(content).hexdigest(),
                now=now(),
            )
            return redirect("people:workbook", import_id=kept.pk)
    page = page_of(request, OrganisationImport.objects.defer("rows").order_by("-uploaded_at", "-pk"))
    return render(
        request,
        "people/workbooks.html",
        {
            "form": form,
            "day_form": DayForm(initial={"on": today()}),
            "problems": show.problems_table(problems) if problems else None,
            "problem_count": len(problems),
            "page": page,
            "table": _imports_table(list(page)),
            "tabs": section_tabs(viewer, "people:workbooks"),
        },
        status=422 if problems or form.errors else 200,
    )


def download(request: HttpRequest) -> HttpResponse:
    """Give the organisation as a file: of one day (``?on=``), or all of it."""
    viewer_of(request).must_everywhere(EDIT)
    on, form = day_asked(request)
    if form.errors:
        raise Http404
    asked = on if form.is_bound else None
    name = gettext("組織表_%(day)s.xlsx") % {"day": (asked or today()).isoformat()}
    content = organisation_export(actor=viewer_of(request), on=asked, now=now())
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


def workbook(request: HttpRequest, import_id: int) -> HttpResponse:
    """Show what applying a workbook would change; it can be opened again at any time."""
    viewer_of(request).must_everywhere(EDIT)
    return _preview(request, _kept(import_id))


@require_POST
def apply(request: HttpRequest, import_id: int) -> HttpResponse:
    """Apply a workbook exactly as its preview showed; a refusal changes nothing and shows the preview again."""
    viewer_of(request).must_everywhere(EDIT)
    kept = _kept(import_id)
    basis = number_of(request.POST.get("basis"))
    try:
        changes = organisation_import_apply(
            actor=viewer_of(request), import_id=kept.pk, basis=basis, now=now()
        )
    except OrganisationRowRefused as refused:
        place = show.refused_place(refused.sheet, refused.identity, rows_thaw(kept.rows))
        return _preview(request, kept, refused=f"{place}: {refused.message}")
    except Refused as refused:
        return _preview(request, _kept(import_id), refused=str(refused.message))
    messages.success(request, applied_text(len(changes)))
    return redirect("people:workbook", import_id=kept.pk)


def _kept(import_id: int) -> OrganisationImport:
    kept = OrganisationImport.objects.filter(pk=import_id).first()
    if kept is None:
        raise Http404
    return kept


def _preview(request: HttpRequest, kept: OrganisationImport, *, refused: str = "") -> HttpResponse:
    # The stamp first: whatever changes while we compare makes the apply button refuse.
    basis = stamp_read(STAMP)
    rows: Rows = rows_thaw(kept.rows)
    known = rows_known()
    difference = rows_compare(rows, known)
    changes = in_safe_order(difference.changes) if kept.applied_at is None else []
    page = page_of(request, changes)
    counts = {
        what: sum(change.what == what for change in changes) for what in ("added", "changed", "removed")
    }
    return render(
        request,
        "people/workbook.html",
        {
            "kept": kept,
            "refused": refused,
            "basis": basis,
            "moved": kept.applied_at is None and basis != kept.basis,
            "table": show.difference_table(list(page), show.Names(known, rows)),
            "page": page,
            "count": len(changes),
            "counts": counts,
            "unmentioned": len(difference.unmentioned),
            "unmentioned_lines": _lines(difference.unmentioned[:100], show.Names(known)),
            "breadcrumb": way(
                (gettext("組織表（Excel）"), reverse("people:workbooks")), (kept.file_name, "")
            ),
        },
        status=422 if refused else 200,
    )


def _lines(unmentioned: Any, names: show.Names) -> list[str]:
    lines = []
    for name, identity in unmentioned:
        sheet = SHEETS[name]
        columns = {column.name: column for column in sheet.columns}
        parts = [
            show.value_text(name, columns[key], value, names)
            for key, value in zip(sheet.identity, identity, strict=True)
        ]
        lines.append(f"{sheet.label}: {' '.join(parts)}")
    return lines


def _imports_table(rows: list[OrganisationImport]) -> Table:
    return Table(
        [
            Column("uploaded_at", gettext("読み込んだ日時"), "moment"),
            Column(
                "file_name",
                gettext("ファイル名"),
                head=True,
                link=lambda row: reverse("people:workbook", args=[row.pk]),
            ),
            Column("uploaded_by", gettext("読み込んだ人")),
            Column(
                "state",
                gettext("状態"),
                "badge",
                value=lambda row: (
                    (gettext("適用済み"), "success") if row.applied_at else (gettext("確認待ち"), "warning")
                ),
            ),
        ],
        rows,
        caption=gettext("これまでに読み込んだ組織表"),
        key="imports",
        empty_title=gettext("まだ読み込んでいません"),
    )
