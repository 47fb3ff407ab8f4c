"""Answers by workbook: out, in, and a look at the differences before anything is kept."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from madoguchi.blocks.measures.actions import rounds as actions
from madoguchi.blocks.measures.actions.refusals import SheetRefused
from madoguchi.blocks.measures.models import RoundRequest
from madoguchi.blocks.measures.rounds import queries as queries
from madoguchi.blocks.measures.rounds import show as rounds_show
from madoguchi.blocks.measures.rounds.answers import AnswerContent
from madoguchi.blocks.measures.rounds.forms import SheetForm
from madoguchi.blocks.measures.rounds.sheet import Change, answers_read, answers_workbook
from madoguchi.blocks.measures.rounds.views import request_found, way
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now, today
from madoguchi.kernel.workbooks import LARGEST_FILE

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SALT, HOURS = "measures.rounds_sheet", 12


def request_sheet(request: HttpRequest, round_id: int, request_id: int) -> HttpResponse:
    """Give an office's answers as a workbook to fill in."""
    viewer, asked = request_found(request, round_id, request_id)
    if not queries.may_answer(viewer=viewer, request=asked):
        raise Http404
    name = quote(f"{asked.round.edition.key}-{asked.round.year}-{asked.office_name}.xlsx")
    return HttpResponse(
        answers_workbook(asked, on=today()),
        content_type=XLSX,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )


def request_upload(request: HttpRequest, round_id: int, request_id: int) -> HttpResponse:
    """Take a filled workbook: first its faults or its differences, then, confirmed, the answers."""
    viewer, asked = request_found(request, round_id, request_id)
    if not queries.may_answer(viewer=viewer, request=asked):
        raise Http404
    if request.method != "POST":
        return redirect("measures:request", round_id, request_id)
    if "apply" in request.POST:
        return _apply(request, asked)
    form = SheetForm(request.POST, request.FILES)
    if not form.is_valid():
        return _look(request, asked, form=form)
    try:
        read = answers_read(asked, form.cleaned_data["file"].read(LARGEST_FILE + 1), on=today())
    except SheetRefused as refused:
        form.add_error("file", refused.message)
        return _look(request, asked, form=form)
    return _look(request, asked, form=SheetForm(), changes=read.changes, faults=read.faults, done=True)


def _look(request: HttpRequest, asked: RoundRequest, *, form: SheetForm, **found: Any) -> HttpResponse:
    changes: list[Change] = found.get("changes", [])
    faults = found.get("faults", [])
    return render(
        request, "measures/round_sheet.html",
        {
            "asked": asked, "round": asked.round, "sheet_form": form, "changes": changes, "done": found.get("done"),
            "faults": rounds_show.fault_table(faults) if faults else None, "packed": _pack(asked, changes),
            "table": rounds_show.change_table(changes) if changes else None,
            "newer": [change for change in changes if change.newer],
            "breadcrumb": [*way(asked), (gettext("Excelで答える"), "")],
        },
        status=422 if faults or form.errors else 200,
    )  # fmt: skip


def _pack(asked: RoundRequest, changes: list[Change]) -> str:
    """Sign what was read, so that it comes back as it was shown and nothing is stored meanwhile."""
    rows = [
        {"line": change.line_id, "after": change.after, "content": change.content.model_dump(mode="json"),
         "newer": change.newer}
        for change in changes
    ]  # fmt: skip
    return signing.dumps({"request": asked.pk, "rows": rows}, salt=SALT, compress=True)


def _apply(request: HttpRequest, asked: RoundRequest) -> HttpResponse:
    try:
        packed = signing.loads(str(request.POST.get("packed", "")), salt=SALT, max_age=HOURS * 3600)
    except signing.BadSignature:
        packed = {}
    if packed.get("request") != asked.pk:
        messages.error(request, gettext("画面が古くなりました。もう一度Excelファイルを選んでください。"))
        return redirect("measures:request", asked.round_id, asked.pk)
    overwrite = set(request.POST.getlist("overwrite"))
    kept, left = 0, []
    for row in packed["rows"]:
        if row["newer"] and str(row["line"]) not in overwrite:
            left.append(row["line"])
            continue
        try:
            actions.answer_save(
                actor=request.viewer,  # type: ignore[attr-defined]
                line_id=row["line"], after=row["after"], content=AnswerContent.model_validate(row["content"]), now=now(),
            )  # fmt: skip
        except Refused as refused:
            left.append(row["line"])
            messages.error(request, str(refused.message))
        else:
            kept += 1
    messages.success(request, gettext("%(count)d項目の回答を保存しました。") % {"count": kept})
    if left:
        messages.warning(
            request,
            gettext("%(count)d項目は保存していません。先に保存された内容が残っています。")
            % {"count": len(left)},
        )
    return redirect("measures:request", asked.round_id, asked.pk)
