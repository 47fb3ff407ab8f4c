"""An office's part of a stock-take: one tap per record, a note where something differs, and a signature at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from madoguchi.blocks.people.queries import office_names
from madoguchi.blocks.registers.actions import NoteNeeded, stocktake_look, stocktake_sign
from madoguchi.blocks.registers.models import StockTake, StockTakeLine, StockTakeOffice
from madoguchi.blocks.registers.presentation import Shown, column_of, links_seen, record_url
from madoguchi.blocks.registers.rounds import FOUND, contents, lines_counted, part_seen, take_seen
from madoguchi.blocks.registers.schema import Schema
from madoguchi.blocks.registers.seeing import fields_seen, payload_seen
from madoguchi.blocks.registers.views.asking import EDIT, page_of, way
from madoguchi.blocks.registers.views.rounds import listed_plain, register_taken, steps_to, year_text
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.ui.components.button import button, link_button
from madoguchi.ui.components.summary import SummaryRow
from madoguchi.ui.components.table import Column, Table
from madoguchi.ui.components.tabs import Tab
from madoguchi.ui.forms import CounterTextarea, HouseForm, LongTextField

page = require_http_methods(["GET", "HEAD", "POST"])
PER_PAGE = 50
TONES = {FOUND.OPEN: "neutral", FOUND.SAME: "success", FOUND.DIFFERENT: "warning", FOUND.MISSING: "error"}
SHOWN = {"open": (FOUND.OPEN,), "differing": (FOUND.DIFFERENT, FOUND.MISSING), "all": tuple(FOUND)}


_ANSWERS = [(what, what.label) for what in (FOUND.SAME, FOUND.DIFFERENT, FOUND.MISSING, FOUND.OPEN)]


class SignForm(HouseForm):
    """What an office has to say of its part."""

    note = LongTextField(
        label=_("ひとこと"), required=False, max_length=500, widget=CounterTextarea({"rows": 2}),
        help_text=_("台帳を管理する課に伝えることがあれば書きます。"),
    )  # fmt: skip


class LineForm(HouseForm):
    """What was found of one record."""

    found = forms.ChoiceField(label=_("どうでしたか"), widget=forms.RadioSelect, choices=_ANSWERS)
    note = LongTextField(
        label=_("ひとこと"), required=False, max_length=300, widget=CounterTextarea({"rows": 3}),
        help_text=_("内容が違うときは、何がどう違うかを書きます。"),
    )  # fmt: skip


def _asked(
    viewer: Viewer, register: str, take: str, office: int
) -> tuple[Schema, StockTake, StockTakeOffice]:
    """
    Give an office's part of a round with its register.

    :raises NotAllowed: there is none, or not for this viewer.
    """
    schema = register_taken(viewer, register)
    found = take_seen(schema, take)
    return schema, found, part_seen(viewer, schema, found, office)


def _going_on(viewer: Viewer, schema: Schema, take: StockTake, part: StockTakeOffice) -> bool:
    """Whether the viewer may still say what he finds."""
    writes = viewer.may(EDIT, office_id=part.office_id, service=schema.service)
    return writes and take.closed_at is None and part.signed_at is None


# An office's records


@never_cache
@page
def stocktake_office(request: HttpRequest, register: str, take: str, office: int) -> HttpResponse:
    """Show an office's records of a round; a tap says that one is as recorded, or missing; at the end somebody signs."""
    viewer = viewer_of(request)
    schema, found, part = _asked(viewer, register, take, office)
    signing = request.method == "POST" and request.POST.get("do") == "sign"
    form = SignForm(*([request.POST] if signing else []))
    refused = ""
    if request.method == "POST":
        viewer.must(EDIT, office_id=part.office_id, service=schema.service)
        if not signing or form.is_valid():
            try:
                said, place = _done(request, viewer, part, form)
            except Refused as why:
                refused = str(why.message)
            else:
                messages.success(request, said)
                query = request.GET.urlencode()
                return redirect(f"{_url(schema, found, part)}{f'?{query}' if query else ''}{place}")
    context = _office_context(request, viewer, schema, found, part) | {"form": form, "refused": refused}
    return render(
        request, "registers/stocktake_office.html", context, status=422 if refused or form.errors else 200
    )


def _url(schema: Schema, take: StockTake, part: StockTakeOffice) -> str:
    return reverse("registers:stocktake_office", args=[schema.key, take.key, part.office_id])


def _done(request: HttpRequest, viewer: Viewer, part: StockTakeOffice, form: SignForm) -> tuple[str, str]:
    """Do what a button says; what to tell, and where on the page to go on."""
    about: dict[str, Any] = {
        "actor": viewer,
        "take_key": part.take.key,
        "office_id": part.office_id,
        "now": now(),
    }
    word, _, rest = request.POST.get("do", "").partition(":")
    if word == "sign":
        stocktake_sign(**about, note=form.cleaned_data["note"])
        return gettext("確認を終えました。おつかれさまでした。"), ""
    shown = [
        int(pk) for pk in request.POST.getlist("shown") if pk.isascii() and pk.isdigit() and len(pk) < 12
    ]
    if word == "rest":
        still = StockTakeLine.objects.filter(part=part, pk__in=shown, found=FOUND.OPEN).values_list(
            "pk", flat=True
        )
        count = stocktake_look(**about, found=dict.fromkeys(still, (FOUND.SAME, "")))
        return gettext("%(count)s件を「そのとおり」にしました。") % {"count": count}, ""
    line = StockTakeLine.objects.filter(part=part, pk=int(rest) if rest.isascii() and rest.isdigit() else 0)
    number = line.values_list("record__number", flat=True).first()
    if word not in (FOUND.SAME, FOUND.MISSING) or number is None:
        raise NotAllowed(f"stock-take: {word} {rest}")
    stocktake_look(**about, found={int(rest): (word, "")})
    text = gettext("%(number)s を「%(found)s」にしました。")
    # Going on down a list, the next record is where the hand is; of the first, the page's top tells what was done.
    after = shown[shown.index(int(rest)) + 1 :] if int(rest) in shown else []
    place = f"#line-{after[0]}" if after and shown[0] != int(rest) else ""
    return text % {"number": number, "found": FOUND(word).label}, place


def _office_context(
    request: HttpRequest, viewer: Viewer, schema: Schema, take: StockTake, part: StockTakeOffice
) -> dict[str, Any]:
    counts = lines_counted(part)
    going_on = _going_on(viewer, schema, take, part)
    show = request.GET.get("show", "")
    if show not in SHOWN:
        show = "open" if counts[FOUND.OPEN] else "all"
    words = request.GET.get("q", "").strip()[:80]
    rows = part.lines.filter(found__in=SHOWN[show]).select_related("record").order_by("pk")
    if words:
        rows = rows.filter(record__number__icontains=words)
    paged = page_of(request, rows.count(), PER_PAGE)
    start = (paged.number - 1) * PER_PAGE
    lines = list(rows[start : start + PER_PAGE])
    name = office_names(office_ids=[part.office_id], on=take.as_of).get(part.office_id, "")
    looked = part.records - counts[FOUND.OPEN]
    return {
        "schema": schema, "label": schema.words("label"), "take": take, "part": part, "name": name, "year": year_text(take.year),
        "open": counts[FOUND.OPEN], "different": counts[FOUND.DIFFERENT], "missing": counts[FOUND.MISSING], "looked": looked,
        "going_on": going_on, "tabs": _tabs(counts, show), "show": show, "q": words, "page": paged,
        "table": _table(request, viewer, schema, take, part, lines, going_on=going_on), "lines": [line.pk for line in lines],
        "rest": sum(line.found == FOUND.OPEN for line in lines) if going_on else 0, "query": request.GET.urlencode(),
        "late": going_on and viewer.on > take.due_on, "breadcrumb": way(schema, *steps_to(schema, take), (name, "")),
    }  # fmt: skip


def _tabs(counts: dict[str, int], show: str) -> list[Tab]:
    labels = {
        "open": gettext("まだのもの"),
        "differing": gettext("違うもの・ないもの"),
        "all": gettext("すべて"),
    }
    return [
        Tab(label, f"?show={key}", key == show, sum(counts[what] for what in SHOWN[key]))
        for key, label in labels.items()
    ]


@dataclass(frozen=True, slots=True)
class Row:
    """A line with what its record is, as far as the viewer may see it."""

    line: StockTakeLine
    payload: dict[str, Any]


def _table(
    request: HttpRequest, viewer: Viewer, schema: Schema, take: StockTake, part: StockTakeOffice,
    lines: list[StockTakeLine], *, going_on: bool,
) -> Table:  # fmt: skip
    seen = fields_seen(viewer, schema, office_id=part.office_id)
    there = contents([line.record_id for line in lines], on=viewer.on, before=take.as_of)
    rows = [Row(line, payload_seen(there.get(line.record_id, {}), seen)) for line in lines]
    links = links_seen(viewer, schema, (row.payload for row in rows), viewer.on)
    shown = Shown(schema, on=viewer.on, links=links)
    words = dict(FOUND.choices)
    back = request.GET.urlencode()

    def found(row: Any) -> tuple[object, str]:
        return words[row.line.found], TONES[FOUND(row.line.found)]

    def url(row: Any) -> str:
        return record_url(schema.key, row.line.record.number)

    columns = [
        Column("number", gettext("番号"), head=True, value=lambda row: row.line.record.number, link=url)
    ]
    columns += [column_of(shown, key, sortable=False) for key in listed_plain(viewer, schema)[:5]]
    if any(line.found != FOUND.OPEN for line in lines):
        columns.append(Column("found", gettext("結果"), "badge", value=found))
        columns.append(Column("note", gettext("ひとこと"), value=lambda row: row.line.note))
    if going_on:
        acts = pgettext("stocktake", "確かめる")
        columns.append(
            Column("acts", acts, "html", value=lambda row: _acts(schema, take, part, row.line, back))
        )
    return Table(
        columns, rows, caption=gettext("確かめる記録"), caption_hidden=True, key="lines",
        empty_title=gettext("ここに出る記録はありません"), empty_hint=gettext("上の見出しを切りかえると、ほかの記録が出ます。"),
    )  # fmt: skip


def _acts(
    schema: Schema, take: StockTake, part: StockTakeOffice, line: StockTakeLine, back: str
) -> SafeString:
    """Give the buttons of a record; each names it for those who hear the page."""

    def named(text: str) -> SafeString:
        return format_html('{}<span class="mg-hidden">（{}）</span>', text, line.record.number)

    url = reverse("registers:stocktake_line", args=[schema.key, take.key, part.office_id, line.pk])
    url = f"{url}?{back}" if back else url
    if line.found != FOUND.OPEN:
        inside = link_button(named(gettext("直す")), url, kind="quiet", small=True)
    else:
        inside = format_html(
            "{} {} {}",
            button(named(gettext("そのとおり")), kind="secondary", small=True, icon="check", name="do", value=f"same:{line.pk}"),
            button(named(gettext("見つからない")), kind="quiet", small=True, name="do", value=f"missing:{line.pk}"),
            link_button(named(gettext("内容が違う")), url, kind="quiet", small=True, icon="edit"),
        )  # fmt: skip
    return format_html('<span class="rg-taps" id="line-{}">{}</span>', line.pk, inside)


# One record


@never_cache
@page
def stocktake_line(request: HttpRequest, register: str, take: str, office: int, line: int) -> HttpResponse:
    """Say of one record what differs, or take back what was said."""
    viewer = viewer_of(request)
    schema, found, part = _asked(viewer, register, take, office)
    viewer.must(EDIT, office_id=part.office_id, service=schema.service)
    row = StockTakeLine.objects.select_related("record").filter(part=part, pk=line).first()
    if row is None:
        raise NotAllowed(f"stock-take {take}: line {line}")
    query = request.GET.urlencode()
    back = f"{_url(schema, found, part)}{f'?{query}' if query else ''}"
    if request.method != "POST" and not _going_on(viewer, schema, found, part):
        messages.info(request, gettext("この課の確認は終わっています。変えられません。"))
        return redirect(back)
    first = {"found": row.found if row.found != FOUND.OPEN else FOUND.DIFFERENT, "note": row.note}
    form = LineForm(*([request.POST] if request.method == "POST" else []), initial=first)
    if request.method == "POST" and form.is_valid():
        what, note = form.cleaned_data["found"], form.cleaned_data["note"].strip()
        try:
            stocktake_look(
                actor=viewer, take_key=take, office_id=office, now=now(),
                found={line: (what, note if what != FOUND.OPEN else "")},
            )  # fmt: skip
        except Refused as refused:
            form.add_error("note" if isinstance(refused, NoteNeeded) else None, str(refused.message))
        else:
            text = gettext("%(number)s を「%(found)s」にしました。")
            messages.success(request, text % {"number": row.record.number, "found": FOUND(what).label})
            return redirect(back)
    name = office_names(office_ids=[part.office_id], on=found.as_of).get(part.office_id, "")
    shown, payload = _content(viewer, schema, found, part, row)
    context = {
        "schema": schema, "form": form, "number": row.record.number, "title": shown.title(payload), "back": back,
        "record_word": schema.words("record"), "facts": _facts(shown, payload),
        "record_url": record_url(register, row.record.number),
        "breadcrumb": way(schema, *steps_to(schema, found), (name, back), (row.record.number, "")),
    }  # fmt: skip
    return render(request, "registers/stocktake_line.html", context, status=422 if form.errors else 200)


def _content(
    viewer: Viewer, schema: Schema, take: StockTake, part: StockTakeOffice, line: StockTakeLine
) -> tuple[Shown, dict[str, Any]]:
    there = contents([line.record_id], on=viewer.on, before=take.as_of).get(line.record_id, {})
    payload = payload_seen(there, fields_seen(viewer, schema, office_id=part.office_id))
    return Shown(schema, on=viewer.on, links=links_seen(viewer, schema, [payload], viewer.on)), payload


def _facts(shown: Shown, payload: dict[str, Any]) -> list[SummaryRow]:
    """Give everything that the register says of a record, what is personal behind its mask."""
    return [
        SummaryRow(shown.schema.label(key), shown.markup(key, payload[key]))
        for key in shown.schema.fields
        if payload.get(key) is not None
    ]
