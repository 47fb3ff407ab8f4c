"""Bringing a file into a register: choose it, see what it comes to, put it right, apply it, or leave it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from madoguchi.blocks.fields.types import Repair
from madoguchi.blocks.people.queries import office_names
from madoguchi.blocks.registers.actions import file_apply, file_bring, file_check, file_drop
from madoguchi.blocks.registers.actions.imports import table_of
from madoguchi.blocks.registers.forms import FileForm
from madoguchi.blocks.registers.models import FileImport
from madoguchi.blocks.registers.schema import Schema
from madoguchi.blocks.registers.seeing import schema_seen
from madoguchi.blocks.registers.views.asking import EDIT, IMPORT, offices_for, way
from madoguchi.blocks.registers.views.previewing import (
    LARGE,
    MOST_DIFFERENCES,
    MOST_PROBLEMS,
    Preview,
    cells_of,
    preview_of,
)
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.ui.formats import date_text, moment_text

page = require_http_methods(["GET", "HEAD", "POST"])
State = FileImport.State


@never_cache
@page
def file_new(request: HttpRequest, register: str) -> HttpResponse:
    """Choose a file."""
    viewer = viewer_of(request)
    schema = schema_seen(viewer, register)
    viewer.must(IMPORT, service=schema.service)
    offices = offices_for(viewer, schema, EDIT, IMPORT)
    own = viewer.office_id if viewer.office_id in dict(offices) else None
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = FileForm(*sent, offices=offices, initial={"on": viewer.on, "office": own})
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            kept = file_bring(
                actor=viewer, register=register, content=file.read(), name=str(file.name).replace("\0", ""),
                office_id=int(form.cleaned_data["office"]), on=form.cleaned_data["on"], now=now(),
            )  # fmt: skip
        except Refused as refused:
            form.add_error("file", str(refused.message))
        else:
            return redirect(_url(kept))
    title = gettext("ファイルを取り込む")
    context = {
        "schema": schema, "key": schema.key, "label": schema.words("label"), "form": form, "steps": _steps(), "large": LARGE,
        "approve": schema.model.approve, "breadcrumb": way(schema, (title, "")),
    }  # fmt: skip
    return render(request, "registers/import_new.html", context, status=422 if form.errors else 200)


@never_cache
@page
def file_page(request: HttpRequest, register: str, key: str) -> HttpResponse:
    """Show what a file comes to, take what was put right, and apply or leave it; afterwards, what came of it."""
    viewer = viewer_of(request)
    schema, kept = _kept(viewer, register, key)
    if kept.state != State.STAGED:
        return _done(request, schema, kept)
    if request.method != "POST":
        return _preview(request, viewer, schema, kept)
    asked = request.POST.get("do", "")
    try:
        if asked == "drop":
            file_drop(actor=viewer, import_key=kept.key, now=now())
            messages.success(request, gettext("取り込みをやめました。台帳は変わっていません。"))
            return redirect("registers:list", register=register)
        changed = _check(viewer, schema, kept, request.POST)
        if asked != "apply":
            return redirect(_url(kept))
        if changed:
            messages.info(
                request,
                gettext("直した内容で、もう一度確かめました。よければ、「取り込む」を押してください。"),
            )
            return redirect(_url(kept))
        return _apply(request, viewer, schema, kept)
    except Refused as refused:
        return _preview(request, viewer, schema, kept, refused=str(refused.message))


def _kept(viewer: Viewer, register: str, key: str) -> tuple[Schema, FileImport]:
    """
    Give a file that somebody brought.

    :raises NotAllowed: there is none, or it is for another office than the viewer's.
    """
    schema = schema_seen(viewer, register)
    kept = FileImport.objects.filter(register=register, key=key).first()
    if kept is None or not viewer.may(IMPORT, office_id=kept.office_id, service=schema.service):
        raise NotAllowed(f"import {register} {key}")
    return schema, kept


def _url(kept: FileImport) -> str:
    return reverse("registers:import", args=[kept.register, kept.key])


def _check(viewer: Viewer, schema: Schema, kept: FileImport, sent: Mapping[str, str]) -> bool:
    """Take columns, cells and the chosen repair; whether anything differs from what was shown."""
    table = table_of(schema, bytes(kept.content or b""), kept.name, kept)
    names = [heading.name for heading in table.headings]
    columns = {name: sent.get(f"c-{number}", kept.columns.get(name, "")) for number, name in enumerate(names)}
    typed = {place: sent[name] for name, place in _places(sent, names).items()}
    shown = cells_of(table, kept, {row for row, _heading in typed})
    fixes = [
        (row, heading, text)
        for (row, heading), text in typed.items()
        if shown.get((row, heading), text) != text
    ]
    repairs = set(kept.repairs)
    word, _, value = sent.get("do", "").partition(":")
    if word in ("repair", "unrepair") and value in {repair.value for repair in Repair}:
        repairs = repairs | {value} if word == "repair" else repairs - {value}
    if columns == kept.columns and not fixes and repairs == set(kept.repairs):
        return False
    file_check(
        actor=viewer,
        import_key=kept.key,
        columns=columns,
        repairs=[Repair(value) for value in repairs],
        fixes=fixes,
        now=now(),
    )
    return True


def _places(sent: Mapping[str, str], names: list[str]) -> dict[str, tuple[int, str]]:
    """Give which cell each input of the page stands for."""
    found = {}
    for name in sent:
        mark, _, rest = name.partition("-")
        row, _, column = rest.partition("-")
        if mark == "x" and row.isdecimal() and column.isdecimal() and int(column) < len(names):
            found[name] = (int(row), names[int(column)])
    return found


def _apply(request: HttpRequest, viewer: Viewer, schema: Schema, kept: FileImport) -> HttpResponse:
    digest = request.POST.get("digest", "")
    if kept.digest != digest:
        # The counts that stay with the file are those of what is applied.
        kept = file_check(actor=viewer, import_key=kept.key, now=now())
    file_apply(
        actor=viewer, import_key=kept.key, digest=digest, without_rejected="without_rejected" in request.POST,
        reason=request.POST.get("reason", "").strip()[:500], now=now(),
    )  # fmt: skip
    messages.success(request, gettext("%(label)sに取り込みました。") % {"label": schema.words("label")})
    return redirect(_url(kept))


def _preview(
    request: HttpRequest, viewer: Viewer, schema: Schema, kept: FileImport, *, refused: str = ""
) -> HttpResponse:
    sent = request.POST if request.method == "POST" else {}
    context: dict[str, Any] = {
        "schema": schema, "key": schema.key, "label": schema.words("label"), "kept": kept, "refused": refused,
        "steps": _steps(), "facts": _facts(kept, viewer), "without": "without_rejected" in sent,
        "reason": sent.get("reason", ""), "breadcrumb": way(schema, (kept.name, "")),
    }  # fmt: skip
    try:
        shown = preview_of(viewer, schema, kept, {name: sent[name] for name in sent if name.startswith("x-")})
    except Refused as gone:
        # The register has changed since, or the file is no table any more: it can only be left.
        context["refused"] = refused or str(gone.message)
        return render(request, "registers/import.html", context, status=422)
    columns = {
        heading.name: sent.get(f"c-{number}", kept.columns.get(heading.name, ""))
        for number, heading in enumerate(shown.table.headings)
    }
    context |= _parts(shown, columns)
    return render(request, "registers/import.html", context, status=422 if refused else 200)


def _parts(shown: Preview, columns: Mapping[str, str]) -> dict[str, Any]:
    outcome = shown.outcome
    return {
        "preview": shown,
        "counts": {name: outcome.counts[name] for name in ("new", "changed", "same", "rejected")},
        "digest": outcome.digest,
        "columns": shown.columns_table(columns),
        "unmatched": sum(not target for target in columns.values()),
        "notes": [str(note) for note in shown.table.notes[:20]],
        "made": shown.repairs_made(),
        "offered": shown.repairs_offered(),
        "chosen": shown.repairs_chosen(),
        "problems": shown.problems_table() if outcome.problems else None,
        "problem_count": len(outcome.problems),
        "most_problems": MOST_PROBLEMS,
        "differences": shown.differences_table() if outcome.samples else None,
        "difference_count": outcome.counts["new"] + outcome.counts["changed"],
        "most_differences": MOST_DIFFERENCES,
        "is_large": outcome.rows > LARGE,
        "appliable": outcome.counts["new"] + outcome.counts["changed"],
    }


def _done(request: HttpRequest, schema: Schema, kept: FileImport) -> HttpResponse:
    counts = {name: kept.counts.get(name, 0) for name in ("new", "changed", "same", "rejected")}
    context = {
        "schema": schema, "key": schema.key, "label": schema.words("label"), "kept": kept, "counts": counts,
        "steps": _steps(), "applied": kept.state == State.APPLIED, "facts": _facts(kept, viewer_of(request)),
        "breadcrumb": way(schema, (kept.name, "")),
    }  # fmt: skip
    return render(
        request, "registers/import_done.html", context, status=409 if request.method == "POST" else 200
    )


def _steps() -> list[str]:
    return [gettext("ファイルを選ぶ"), gettext("確かめて直す"), gettext("取り込み済み")]


def _facts(kept: FileImport, viewer: Viewer) -> list[tuple[str, Any]]:
    names = office_names(office_ids=[kept.office_id], on=viewer.on)
    sheet = gettext("%(sheet)s（%(row)d行目から）") % {
        "sheet": kept.sheet or kept.name,
        "row": kept.first_row,
    }
    facts = [
        (gettext("ファイル"), kept.name), (gettext("表"), sheet), (gettext("いつからの内容か"), date_text(kept.holds_from)),
        (gettext("持ち主の組織"), names.get(kept.office_id, "–")),
        (gettext("持ち込んだ日時"), moment_text(kept.brought_at)),
    ]  # fmt: skip
    if kept.done_at is not None:
        facts.append((gettext("終えた日時"), moment_text(kept.done_at)))
    return facts
