"""Plans by workbook: the template out, a workbook in, a look at the differences, applied whole; and the lint page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from madoguchi.blocks.measures import presentation as show
from madoguchi.blocks.measures.actions import workbook_apply, workbook_keep
from madoguchi.blocks.measures.document import plan_of
from madoguchi.blocks.measures.lint import lint_of
from madoguchi.blocks.measures.models import Edition, PlanImport
from madoguchi.blocks.measures.sheets import show as sheets_show
from madoguchi.blocks.measures.sheets.changes import changes_of
from madoguchi.blocks.measures.sheets.entered import entered_of
from madoguchi.blocks.measures.sheets.forms import ImportApplyForm, PlanWorkbookForm, TemplateForm
from madoguchi.blocks.measures.sheets.importing import (
    Brought,
    basis_of,
    doubts_data,
    edition_stored,
    plan_stored,
    workbook_read,
)
from madoguchi.blocks.measures.sheets.template import template_write
from madoguchi.blocks.measures.spec import EditionSpec
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now, today
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import Viewer
from madoguchi.kernel.workbooks import LARGEST_FILE
from madoguchi.kit.fiscal import fiscal_year_of

EDIT = "measures.edition_edit"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LARGEST_MAPPING = 1_000_000
PER_PAGE = 50


def import_page(request: HttpRequest) -> HttpResponse:
    """Take a workbook: its faults by cell, or on to the differences; and the workbooks that were read before."""
    viewer = _keeper(request)
    form = PlanWorkbookForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    brought: Brought | None = None
    if request.method == "POST" and form.is_valid():
        brought = _read(form.cleaned_data["file"], form.cleaned_data["mapping"])
        if brought.spec is not None and not brought.changes and not brought.entered.new:
            form.add_error("file", gettext("今の計画と違うところがありません。取り込むことはありません。"))
        elif brought.spec is not None:
            return redirect("measures:import", _keep(viewer, form.cleaned_data["file"], brought))
    faults = brought.faults if brought else []
    page = Paginator(PlanImport.objects.defer("body").order_by("-uploaded_at", "-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    return render(
        request, "measures/imports.html",
        {
            "form": form, "faults": sheets_show.fault_table(faults) if faults else None, "fault_count": len(faults), "file_name": getattr(form.cleaned_data.get("file"), "name", "") if brought else "",
            "template_form": TemplateForm() if Edition.objects.exists() else None, "page": page,
            "table": sheets_show.import_table([*page]), "breadcrumb": _way((gettext("計画の取り込み"), "")),
        },
        status=422 if faults or form.errors else 200,
    )  # fmt: skip


def _keeper(request: HttpRequest) -> Viewer:
    viewer = viewer_of(request)
    viewer.must_everywhere(EDIT)
    return viewer


def _way(*steps: tuple[Any, str]) -> list[tuple[Any, str]]:
    return [(gettext("計画"), reverse("measures:list")), *steps]


def _read(file: UploadedFile[Any], mapping: UploadedFile[Any] | None) -> Brought:
    text = mapping.read(LARGEST_MAPPING).decode("utf-8", "replace") if mapping else None
    return workbook_read(file.read(LARGEST_FILE + 1), mapping_text=text)


def _keep(viewer: Viewer, file: UploadedFile[Any], brought: Brought) -> int:
    assert brought.spec is not None
    kept = workbook_keep(
        actor=viewer, spec=brought.spec, file_name=str(file.name), sha256=brought.sha256, basis=brought.basis,
        warnings=doubts_data([doubt for doubt in brought.doubts if not doubt.known]),
        mapping=brought.mapping.model_dump(mode="json") if brought.mapping else None,
        fingerprint=brought.fingerprint, now=now(),
    )  # fmt: skip
    return int(kept.pk)


def template_file(request: HttpRequest) -> HttpResponse:
    """Give the template, empty or filled with a plan (``?of=``)."""
    _keeper(request)
    key = request.GET.get("of", "")
    edition = show.edition_or_404(key) if key else None
    content = template_write(
        spec=plan_of(edition) if edition else None, first_year=fiscal_year_of(today()).year
    )
    response = HttpResponse(content, content_type=XLSX)
    name = gettext("計画のひな形%(key)s.xlsx") % {"key": f"_{key}" if key else ""}
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


def import_preview(request: HttpRequest, import_id: int) -> HttpResponse:
    """Show what applying a workbook would change; it can be opened again at any time."""
    _keeper(request)
    return _preview(request, _kept(import_id))


@require_POST
def import_apply(request: HttpRequest, import_id: int) -> HttpResponse:
    """Apply a workbook exactly as its preview showed; a refusal changes nothing and shows the preview again."""
    viewer, kept = _keeper(request), _kept(import_id)
    form = ImportApplyForm(request.POST, published=_asks_reason(kept))
    if not form.is_valid():
        return _preview(request, kept, form=form)
    try:
        edition = workbook_apply(
            actor=viewer, import_id=kept.pk, reason=form.cleaned_data.get("reason", ""), now=now()
        )
    except Refused as refused:
        form.add_error(None, refused.message)
        return _preview(request, _kept(import_id), form=form)
    messages.success(request, gettext("%(title)sを取り込みました。") % {"title": edition.title})
    return redirect("measures:import", import_id=kept.pk)


def _kept(import_id: int) -> PlanImport:
    kept = PlanImport.objects.filter(pk=import_id).first()
    if kept is None:
        raise Http404
    return kept


def _asks_reason(kept: PlanImport) -> bool:
    """Whether applying corrects the text of a published plan."""
    edition = edition_stored(kept.edition_key)
    if edition is None or not edition.frozen:
        return False
    return bool(changes_of(plan_stored(kept.edition_key), EditionSpec.model_validate(kept.body)))


def _preview(request: HttpRequest, kept: PlanImport, *, form: ImportApplyForm | None = None) -> HttpResponse:
    spec = EditionSpec.model_validate(kept.body)
    edition = edition_stored(kept.edition_key)
    waiting = kept.applied_at is None
    moved = waiting and basis_of(kept.edition_key) != kept.basis
    changes = changes_of(plan_stored(kept.edition_key), spec) if waiting and not moved else []
    entered = entered_of(edition, spec) if waiting and not moved else None
    page = Paginator(changes, PER_PAGE).get_page(request.GET.get("page"))
    counts = {how: sum(change.how == how for change in changes) for how in ("added", "removed", "changed")}
    return render(
        request, "measures/import.html",
        {
            "kept": kept, "facts": sheets_show.import_facts(kept, spec), "moved": moved,
            "waiting": waiting and not moved, "counts": counts, "entries": entered.new if entered else 0,
            "edition": edition, "page": page,
            "table": sheets_show.change_table([*page]) if changes else None,
            "doubts": sheets_show.doubt_table(kept.warnings) if kept.warnings and waiting else None,
            "form": form if form is not None else ImportApplyForm(published=_asks_reason(kept)),
            "breadcrumb": _way((gettext("計画の取り込み"), reverse("measures:imports")), (kept.file_name, "")),
        },
        status=422 if form is not None and form.errors else 200,
    )  # fmt: skip


def lint_page(request: HttpRequest, key: str) -> HttpResponse:
    """List the weak indicators and doubtful figures of a plan."""
    _keeper(request)
    edition = show.edition_or_404(key)
    found = lint_of(edition, on=today())
    return render(
        request, "measures/lint.html",
        {
            "title": show.title(edition), "edition": edition, "count": len(found),
            "sections": sheets_show.lint_sections(found),
            "breadcrumb": _way((show.title(edition), reverse("measures:edition", args=[key])), (gettext("指標の点検"), "")),
        },
    )  # fmt: skip
