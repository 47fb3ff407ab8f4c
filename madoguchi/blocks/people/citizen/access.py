"""Who looked at my record: the list, and the same as a file."""

from __future__ import annotations

import csv
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from madoguchi.blocks.people.access.log import AccessLine, lines_of_access, looks, years_of
from madoguchi.blocks.people.citizen.forms import YearForm
from madoguchi.blocks.people.citizen.showing import delegate_look, language, signed_in, way
from madoguchi.blocks.people.citizen.words import class_words, joined
from madoguchi.blocks.people.models import Assurance
from madoguchi.blocks.people.pages import resident_page
from madoguchi.kernel.audit import audit_types
from madoguchi.kernel.contacts import contact_bound
from madoguchi.kernel.rights import NotAllowed, Record
from madoguchi.ui.formats import moment_text

PER_PAGE = 25
# Excel takes a file without this mark for one in the old Japanese encoding.
MARK = "\ufeff"


@require_safe
@resident_page(assurance=Assurance.CARD)
def access(request: HttpRequest) -> HttpResponse:
    """List who looked at the open record, when and what for; the newest first."""
    record, year, form = _asked(request)
    _note(request)
    page = Paginator(looks(record, year), PER_PAGE).get_page(request.GET.get("page"))
    lines = lines_of_access(list(page.object_list), language=language(), on=signed_in(request).viewer.on)
    context = {
        "lines": [described(line) for line in lines],
        "page": page,
        "form": form,
        "year": year,
        "contact": contact_bound("general"),
        "breadcrumb": way((gettext("だれが見たか"), "")),
    }
    return render(request, "people/me/access.html", context)


@require_safe
@resident_page(assurance=Assurance.CARD)
def access_file(request: HttpRequest) -> HttpResponse:
    """Give the same list as a file for a spreadsheet."""
    record, year, _form = _asked(request)
    _note(request)
    response = HttpResponse(MARK, content_type="text/csv; charset=utf-8")
    name = f"access-{year}.csv" if year else "access.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(response)
    heads = [
        gettext("日時"),
        gettext("見た人"),
        gettext("所属"),
        gettext("職"),
        gettext("何をしたか"),
        gettext("用務"),
    ]
    writer.writerow([*heads, gettext("根拠"), gettext("見た内容")])
    lines = lines_of_access(list(looks(record, year)), language=language(), on=signed_in(request).viewer.on)
    for line in lines:
        said = described(line)
        first = [moment_text(line.at), said["who"], line.office, line.post, said["what"], said["duty"]]
        writer.writerow([_cell(text) for text in (*first, line.basis, said["data"])])
    return response


def described(line: AccessLine) -> dict[str, Any]:
    """Give a look in the reader's words."""
    who = {
        "office": gettext("市の職員"),
        "self": gettext("あなた"),
        "delegate": gettext("代わりの人"),
        "house": gettext("市のシステム（自動）"),
    }[line.who]
    known = line.event in audit_types
    return {
        "line": line,
        "who": f"{who}（{line.by}）" if line.by else who,
        "what": str(audit_types[line.event].sentence) if known else line.event,
        "duty": gettext("緊急の閲覧") if line.emergency else line.duty,
        "data": joined(class_words(line.data)),
    }


def _asked(request: HttpRequest) -> tuple[Record, int | None, YearForm]:
    record = signed_in(request).viewer.record
    if record is None:
        raise NotAllowed(f"{request.path} without a record")
    form = YearForm(request.GET, years=years_of(record))
    return record, form.cleaned_data["year"] if form.is_valid() else None, form


def _note(request: HttpRequest) -> None:
    """That the owner reads his own list would only fill it."""
    delegate_look(signed_in(request).viewer, page="access_log", data=["access"])


def _cell(text: object) -> str:
    """Give a cell that no spreadsheet takes for a formula."""
    words = str(text)
    return f"'{words}" if words[:1] in ("=", "+", "-", "@", "\t", "\r") else words
