"""Choosing the records that are merged (合筆), by number or by words, before the form of what comes of them."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache

from madoguchi.blocks.registers.presentation import Shown, column_of, links_seen, record_url, titles_seen
from madoguchi.blocks.registers.queries import Asked, records_listed
from madoguchi.blocks.registers.schema import Schema
from madoguchi.blocks.registers.seeing import fields_seen, schema_seen
from madoguchi.blocks.registers.types import RecordRow
from madoguchi.blocks.registers.views.asking import EDIT, may_write, way
from madoguchi.blocks.registers.views.descending import MOST, merge_form, page
from madoguchi.blocks.registers.views.parting import record_descending
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.ui.components.table import Column, Table

FOUND = 20


@never_cache
@page
def merge(request: HttpRequest, register: str) -> HttpResponse:
    """Choose records; with ``go`` in the address, give the form of what comes of them."""
    viewer = viewer_of(request)
    schema = schema_seen(viewer, register)
    if not (schema.model.genealogy and may_write(viewer, schema)):
        raise NotAllowed(f"{register}: no genealogy for {viewer.key}")
    named = list(dict.fromkeys(number for number in request.GET.getlist("n") if number))[:MOST]
    if len(named) > 1 and (request.method == "POST" or "go" in request.GET):
        return merge_form(request, register, named)
    chosen, gone = _chosen(viewer, register, named)
    words = request.GET.get("q", "")[:200].strip()
    title = gettext("%(record)sを合わせる") % {"record": schema.words("record")}
    counted = ngettext("この%(count)d件を合わせる", "この%(count)d件を合わせる", len(chosen))
    context = {
        "schema": schema, "key": schema.key, "title": title, "record_word": schema.words("record"), "q": words,
        "chosen": [(number, name, _url(register, [one for one in chosen if one != number], words))
                   for number, name in _named(viewer, schema, chosen)],
        "numbers": chosen, "gone": gone, "found": _found(viewer, schema, chosen, words) if words else None,
        "go": f"{_url(register, chosen)}&go=1" if len(chosen) > 1 else "",
        "go_label": counted % {"count": len(chosen)}, "full": len(chosen) >= MOST,
        "back": record_url(register, chosen[0]) if chosen else reverse("registers:list", args=[register]),
        "breadcrumb": way(schema, (title, "")),
    }  # fmt: skip
    return render(request, "registers/merge.html", context)


def _chosen(viewer: Viewer, register: str, named: Sequence[str]) -> tuple[list[str], list[str]]:
    """Give the numbers that can be merged, and those that cannot, or not by this viewer: both look the same."""
    chosen, gone = [], []
    for number in named:
        try:
            record_descending(viewer, register, number)
        except NotAllowed:
            gone.append(number)
        else:
            chosen.append(number)
    return chosen, gone


def _named(viewer: Viewer, schema: Schema, numbers: Sequence[str]) -> list[tuple[str, str]]:
    """Give records with the words by which people know them."""
    titles = titles_seen(viewer, schema.key, numbers, viewer.on) if numbers else {}
    return [(number, titles.get(number, "")) for number in numbers]


def _url(register: str, numbers: Sequence[str], words: str = "") -> str:
    query = [("n", number) for number in numbers] + ([("q", words)] if words else [])
    return f"{reverse('registers:merge', args=[register])}?{urlencode(query)}"


def _found(viewer: Viewer, schema: Schema, chosen: Sequence[str], words: str) -> Table:
    """List what the words find and may be merged, each with a link that chooses it."""
    listed = records_listed(viewer, schema, Asked(words=words, per_page=FOUND + len(chosen)), on=viewer.on)
    rows = [
        row
        for row in listed.rows
        if row.number not in chosen and viewer.may(EDIT, office_id=row.office_id, service=schema.service)
    ][:FOUND]
    shown = Shown(
        schema, on=viewer.on, links=links_seen(viewer, schema, (row.payload for row in rows), viewer.on)
    )
    seen = fields_seen(viewer, schema)
    keys = dict.fromkeys([schema.model.title, *schema.model.conserved, *schema.model.listed])

    def add(row: RecordRow) -> str:
        return _url(schema.key, [*chosen, row.number], words)

    columns = [
        Column("number", gettext("番号"), head=True, link=lambda row: record_url(schema.key, row.number)),
        *(column_of(shown, key, sortable=False) for key in list(keys)[:5] if key in seen),
        Column("add", gettext("選ぶ"), value=lambda row: gettext("%(number)s を加える") % {"number": row.number}, link=add),
    ]  # fmt: skip
    return Table(
        columns, rows, caption=gettext("見つかった記録"), key="found",
        empty_title=gettext("見つかりません"), empty_hint=gettext("番号か、名前の一部でさがしてください。終わった記録は合わせられません。"),
    )  # fmt: skip
