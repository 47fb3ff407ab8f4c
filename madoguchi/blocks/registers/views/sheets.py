"""The declared printed sheets of one record, with personal values only after the look was written down."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from madoguchi.blocks.registers.actions import records_look
from madoguchi.blocks.registers.presentation import Shown, masked_of, record_url
from madoguchi.blocks.registers.printing import plain_fields, sheet_of, sheet_print
from madoguchi.blocks.registers.queries import record_view
from madoguchi.blocks.registers.schema import Schema
from madoguchi.blocks.registers.views.asking import record_seen, way
from madoguchi.kernel.clock import now
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kernel.typeset import FontMissing

log = logging.getLogger(__name__)


def sheet_links(schema: Schema, number: str, *, on: date | None = None) -> list[tuple[str, str]]:
    """Give labels and addresses of the sheets of a record, as it was on a day (None: today)."""
    query = f"?{urlencode({'on': on.isoformat()})}" if on is not None else ""
    return [
        (schema.words(f"sheets.{sheet.key}.label"), reverse("registers:sheet", args=[schema.key, sheet.key, number]) + query)
        for sheet in schema.model.sheets
    ]  # fmt: skip


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: HttpRequest, register: str, sheet: str, number: str) -> HttpResponse:
    """Print a sheet of a record; where it holds personal values, ask first whether they are needed."""
    viewer = viewer_of(request)
    schema, _row = record_seen(viewer, register, number)
    declared = sheet_of(schema, sheet)
    on = _day(request, viewer)
    view = record_view(viewer=viewer, register=register, number=number, on=on)
    if view.payload is None:
        raise NotAllowed(f"{register} {number} on {on}")
    personal = masked_of(schema, declared.fields or schema.fields)
    held = frozenset(key for key in personal if view.payload.get(key) is not None)
    lacking = personal & frozenset(view.hidden)
    plain = plain_fields(schema)
    if request.method == "POST" and held:
        records_look(actor=viewer, register=register, numbers=[number], what="sheet", now=now())
        return _pdf(viewer, schema, number, sheet, on, plain | held)
    if not held | lacking or (request.method != "POST" and request.GET.get("plain") == "1"):
        return _pdf(viewer, schema, number, sheet, on, plain)
    # Nothing personal is there for this viewer: a POST for it is answered in words, like the page that would not offer it.
    here, back = reverse("registers:sheet", args=[register, sheet, number]), record_url(register, number)
    query = {"on": on.isoformat()} if on != viewer.on else {}
    named = Shown(schema, on=on).title(view.payload)
    context = {
        "schema": schema, "title": schema.words(f"sheets.{sheet}.label"), "who": f"{number} {named}".strip(),
        "held": _labels(schema, held), "lacking": _labels(schema, lacking),
        "plain_url": f"{here}?{urlencode({**query, 'plain': '1'})}", "here": f"{here}?{urlencode(query)}" if query else here,
        "back": f"{back}?{urlencode(query)}" if query else back, "refused": request.method == "POST",
        "breadcrumb": way(schema, (number, back), (schema.words(f"sheets.{sheet}.label"), "")),
    }  # fmt: skip
    return render(request, "registers/sheet.html", context, status=422 if request.method == "POST" else 200)


def _day(request: HttpRequest, viewer: Viewer) -> date:
    """
    Give the day that a link of the record's page names.

    :raises NotAllowed: it is none.
    """
    asked = request.GET.get("on", "")
    try:
        return date.fromisoformat(asked) if asked else viewer.on
    except ValueError as wrong:
        raise NotAllowed(f"sheet on {asked}") from wrong


def _labels(schema: Schema, keys: Iterable[str]) -> str:
    wanted = frozenset(keys)
    return gettext("、").join(schema.label(key) for key in schema.fields if key in wanted)


def _pdf(
    viewer: Viewer, schema: Schema, number: str, sheet: str, on: date, fields: frozenset[str]
) -> HttpResponse:  # fmt: skip
    try:
        content = sheet_print(viewer, schema, number, sheet, on=on, fields=fields)
    except FontMissing:
        log.exception("no PDF of %s can be made", schema.key)
        sorry = gettext("いまPDFを作れません。記録の画面の「印刷する」を使ってください。")
        return HttpResponse(sorry, status=503, content_type="text/plain; charset=utf-8")
    answer = HttpResponse(content, content_type="application/pdf")
    name = f"{schema.words(f'sheets.{sheet}.label', 'ja')}_{number.replace('/', '-')}.pdf"
    answer["Content-Disposition"] = content_disposition_header(False, name) or ""
    return answer
