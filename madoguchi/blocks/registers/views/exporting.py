"""A list as a file with its personal values: for whom, what for, and with everybody in it written down first."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from madoguchi.blocks.registers.actions import records_look
from madoguchi.blocks.registers.exporting import register_export
from madoguchi.blocks.registers.listing import records_found
from madoguchi.blocks.registers.presentation import masked_of
from madoguchi.blocks.registers.schema import Schema
from madoguchi.blocks.registers.seeing import schema_seen
from madoguchi.blocks.registers.views.asking import way
from madoguchi.blocks.registers.views.listing import FORMATS, Sought, sought
from madoguchi.kernel.clock import now
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.ui.components.summary import SummaryRow
from madoguchi.ui.formats import number_text
from madoguchi.ui.forms import HouseForm


class PersonalExportForm(HouseForm):
    """What a file with personal values is for, and its form."""

    duty = forms.CharField(
        label=_("何のために使うか（用務）"), max_length=200,
        help_text=_("例：固定資産の現況調査の案内状を送るため。個人の氏名は書かないでください。"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    format = forms.ChoiceField(
        label=_("ファイルの形"),
        choices=[
            ("csv", _("CSV（UTF-8）")), ("csv-cp932", _("CSV（シフトJIS）")), ("xlsx", _("Excel")), ("json", _("JSON")),
        ],
    )  # fmt: skip


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def export_personal(request: HttpRequest, register: str) -> Any:
    """Ask what a file with personal values is for; then write down whose they are, and give it."""
    viewer = viewer_of(request)
    schema = schema_seen(viewer, register)
    found = sought(request, viewer, schema)
    covered = sorted(masked_of(schema, found.seen), key=list(schema.fields).index)
    if not covered:
        raise NotAllowed(f"{viewer.key}: personal values of {register}")
    back = f"{reverse('registers:list', args=[register])}?{request.GET.urlencode()}"
    if found.asked is None:
        return redirect(back)
    numbers = list(records_found(viewer, schema, found.asked, on=viewer.on).values_list("number", flat=True))
    form = PersonalExportForm(
        *((request.POST,) if request.method == "POST" else ()), initial={"duty": viewer.duty}
    )
    if request.method == "POST" and numbers and form.is_valid():
        return _given(viewer, schema, found, numbers, form)
    return _asked(request, schema, form, covered, len(numbers), back)


def _asked(
    request: HttpRequest, schema: Schema, form: PersonalExportForm, covered: list[str], count: int, back: str
) -> HttpResponse:
    columns = gettext("、").join(schema.label(key) for key in covered)
    unit = gettext("%(count)s件") % {"count": number_text(count)}
    title = gettext("個人情報も含めて書き出す")
    context = {
        "form": form, "count": count, "back": back, "title": title,
        "facts": [
            SummaryRow(gettext("台帳"), schema.words("label")), SummaryRow(gettext("入る記録"), unit),
            SummaryRow(gettext("入る個人情報の項目"), columns),
        ],
        "breadcrumb": way(schema, (title, "")),
    }  # fmt: skip
    return render(request, "registers/export_personal.html", context, status=422 if form.errors else 200)


def _given(
    viewer: Viewer, schema: Schema, found: Sought, numbers: list[str], form: PersonalExportForm
) -> StreamingHttpResponse:
    chosen = form.cleaned_data["format"]
    narrowed = sorted({condition.field for condition in found.asked.where}) if found.asked else []
    # The viewer of a request is made when it is first asked for; its copy is the viewer itself.
    records_look(
        actor=replace(copy(viewer), duty=form.cleaned_data["duty"]), register=schema.key, numbers=numbers, what="export",
        detail={"format": chosen, "narrowed_by": narrowed, "words": bool(found.asked and found.asked.words)}, now=now(),
    )  # fmt: skip
    fmt, encoding, ending, kind = FORMATS[chosen]
    # What somebody adds meanwhile was not written down, and so does not stand in the file.
    written = register_export(
        viewer, schema, fmt, on=viewer.on, asked=found.asked, only=frozenset(numbers), encoding=encoding
    )
    response = StreamingHttpResponse(iter(written), content_type=kind)
    name = f"{schema.words('label', 'ja')}_{viewer.on:%Y%m%d}_個人情報.{ending}"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response
