"""Changing many records at once: what a list finds, one field, a preview, and then exactly that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from madoguchi.blocks.fields.types import ComputedField, Ctx, FileField, Json, TableField
from madoguchi.blocks.registers.actions import Previewed, RecordChangedMeanwhile, bulk_preview, records_change
from madoguchi.blocks.registers.actions.lists import MOST
from madoguchi.blocks.registers.forms import VALUE, ReasonField, value_field
from madoguchi.blocks.registers.listing import records_found
from madoguchi.blocks.registers.presentation import (
    Shown,
    in_lines,
    links_seen,
    masked,
    record_url,
    titles_seen,
)
from madoguchi.blocks.registers.schema import Schema
from madoguchi.blocks.registers.seeing import schema_seen
from madoguchi.blocks.registers.views.asking import EDIT, may_write, way
from madoguchi.blocks.registers.views.listing import Sought, records, sought
from madoguchi.blocks.registers.views.requesting import refusals
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kit.canonical import canonical_hash
from madoguchi.ui.components.table import Column, Table
from madoguchi.ui.formats import date_text, number_text
from madoguchi.ui.forms import HouseForm, WarekiDateField, choices_set

SHOWN = 50
ABSENT = "–"
FIELD = "field"


class WhichForm(HouseForm):
    """Which field is to change; what the list was asked for goes along."""

    marks_hidden = True
    field = forms.ChoiceField(label=_("変える項目"))

    def __init__(self, *args: Any, schema: Schema, keys: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_set(
            self, field=[("", gettext("選んでください")), *((key, schema.label(key)) for key in keys)]
        )


class ManyForm(HouseForm):
    """The new value, from which day it is so, and why."""

    digest = forms.CharField(required=False, widget=forms.HiddenInput())
    on = WarekiDateField(label=_("いつから"))
    reason = ReasonField()

    def __init__(self, *args: Any, schema: Schema, key: str, ctx: Ctx, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key = key
        made = value_field(schema, key, None, ctx)
        made.label = gettext("新しい「%(label)s」") % {"label": schema.label(key)}
        if not made.required and not made.help_text:
            made.help_text = gettext("空のままにすると、いまの内容を消します。")
        self.fields[VALUE + key] = made
        self.order_fields([VALUE + key, "on", "reason"])

    def values(self) -> dict[str, Json]:
        """Give what changes."""
        return {self.key: self.cleaned_data[VALUE + self.key]}


def keys_many(schema: Schema, seen: frozenset[str]) -> list[str]:
    """Name the fields that many records can be given the same value of: not what tells them apart, nor what is masked."""
    own = {schema.model.number.field, *(keys[0] for keys in schema.model.unique if len(keys) == 1)}
    if len(schema.model.natural) == 1:
        own.add(schema.model.natural[0])
    return [
        key for key, field in schema.fields.items()
        if key in seen and key not in own and key not in schema.totals and not masked(field)
        and not isinstance(field, ComputedField | FileField | TableField)
    ]  # fmt: skip


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def bulk(request: HttpRequest, register: str) -> HttpResponse:
    """Choose a field, type the new value, see what it comes to, and change exactly that."""
    viewer = viewer_of(request)
    schema = schema_seen(viewer, register)
    if not may_write(viewer, schema):
        raise NotAllowed(f"bulk change of {register}")
    found = sought(request, viewer, schema)
    if found.asked is None:
        return records(request, register)
    query = request.GET.copy()
    for name in (FIELD, "page"):
        query.pop(name, None)
    back = f"{reverse('registers:list', args=[register])}?{query.urlencode()}"
    keys = keys_many(schema, found.seen)
    key = request.GET.get(FIELD, "")
    numbers, whole = _numbers(viewer, found)
    title = gettext("まとめて変える")
    context = {
        "schema": schema, "title": title, "label": schema.words("label"), "back": back, "count": len(numbers), "whole": whole,
        "apart": max(whole - len(numbers), 0) if len(numbers) <= MOST else 0, "too_many": len(numbers) > MOST, "most": MOST,
        "which": WhichForm(initial={FIELD: key}, schema=schema, keys=keys),
        "kept": [(name, value) for name, values in query.lists() for value in values],
        "steps": [gettext("項目を選ぶ"), gettext("新しい内容を書く"), gettext("確かめて変える")], "step": 1,
        "breadcrumb": way(schema, (title, "")),
    }  # fmt: skip
    if key not in keys or not numbers or len(numbers) > MOST:
        if key and key not in keys:
            context["which"] = which = WhichForm({FIELD: key}, schema=schema, keys=keys)
            which.is_valid()
        return render(request, "registers/bulk.html", context)
    return _typed(request, viewer, schema, key, numbers, context)


def _numbers(viewer: Viewer, found: Sought) -> tuple[list[str], int]:
    """Give the records that the list finds and the viewer may change, one more than can be; and how many it finds."""
    schema = found.schema
    assert found.asked is not None
    rows = records_found(viewer, schema, found.asked, on=viewer.on)
    own = rows.filter(viewer.where(EDIT, service=schema.service))
    return list(own.values_list("number", flat=True)[: MOST + 1]), rows.count()


def _typed(
    request: HttpRequest, viewer: Viewer, schema: Schema, key: str, numbers: list[str], context: dict[str, Any]
) -> HttpResponse:  # fmt: skip
    ctx = Ctx(on=viewer.on, language=get_language() or "ja")
    sent = (request.POST,) if request.method == "POST" else ()
    form = ManyForm(*sent, schema=schema, key=key, ctx=ctx, initial={"on": viewer.on})
    context |= {"form": form, "step": 2, "field_label": schema.label(key)}
    if not (sent and form.is_valid()):
        return render(request, "registers/bulk.html", context, status=422 if form.errors else 200)
    on, values = form.cleaned_data["on"], form.values()
    apply = request.POST.get("do") == "apply"
    found = bulk_preview(actor=viewer, register=schema.key, numbers=numbers, values=values, on=on)
    digest = _digest(schema, found, form)
    refused: list[str] = []
    met = apply and form.cleaned_data["digest"] != digest
    if apply and not met and found.changed:
        try:
            count = records_change(
                actor=viewer, register=schema.key, revisions=found.revisions, values=values, on=on,
                reason=form.cleaned_data["reason"], now=now(),
            )  # fmt: skip
        except RecordChangedMeanwhile:
            met = True
            found = bulk_preview(actor=viewer, register=schema.key, numbers=numbers, values=values, on=on)
            digest = _digest(schema, found, form)
        except Refused as no:
            refused = refusals(schema, no)
        else:
            said = ngettext("%(count)s件を変えました。", "%(count)s件を変えました。", count)
            messages.success(request, said % {"count": number_text(count)})
            return redirect(context["back"])
    # What is sent next is what is shown now.
    sending = request.POST.copy()
    sending["digest"] = digest
    form.data = sending
    context |= {
        "found": found, "step": 3, "facts": _facts(schema, form), "met": met, "refused": refused, "shown": SHOWN,
        "gone": len(numbers) - len(found.changed) - len(found.same) - len(found.refused),
        "differences": _differences(viewer, schema, found, form) if found.changed else None,
        "refusals": _refusals(viewer, schema, found) if found.refused else None,
    }  # fmt: skip
    return render(request, "registers/bulk.html", context, status=409 if met or refused else 200)


def _facts(schema: Schema, form: ManyForm) -> list[tuple[str, str]]:
    """Say what was typed."""
    shown = Shown(schema, on=form.cleaned_data["on"])
    text = shown.text(form.key, form.values()[form.key]) or gettext("（空にする）")
    label = gettext("新しい「%(label)s」") % {"label": schema.label(form.key)}
    return [
        (label, text), (gettext("いつから"), date_text(form.cleaned_data["on"])), (gettext("理由"), form.cleaned_data["reason"]),
    ]  # fmt: skip


def _digest(schema: Schema, found: Previewed, form: ManyForm) -> str:
    """Sum up what is shown, so that nothing else is applied; why it is done may still be put better."""
    shown = {
        "register": schema.key, "on": form.cleaned_data["on"].isoformat(), "values": form.values(),
        "revisions": dict(found.revisions), "after": {number: after for number, (_before, after) in found.payloads.items()},
        "refused": sorted(found.refused), "same": sorted(found.same),
    }  # fmt: skip
    return canonical_hash(shown)


def _differences(viewer: Viewer, schema: Schema, found: Previewed, form: ManyForm) -> Table:
    first = found.changed[:SHOWN]
    payloads = [payload for number in first for payload in found.payloads[number]]
    shown = Shown(schema, on=form.cleaned_data["on"], links=links_seen(viewer, schema, payloads, viewer.on))
    arrow = gettext("から")

    def lines(number: str) -> Iterator[SafeString]:
        before, after = found.payloads[number]
        for key in schema.fields:
            if before.get(key) != after.get(key):
                texts = [shown.text(key, one.get(key)) or ABSENT for one in (before, after)]
                yield format_html(
                    '<span class="rg-label">{}</span> <del>{}</del> <span class="rg-arrow" role="img" aria-label="{}">→</span> <ins>{}</ins>',
                    schema.label(key), texts[0], arrow, texts[1],
                )  # fmt: skip

    named = not masked(schema.fields[schema.model.title])
    columns = [
        Column(
            "number",
            gettext("番号"),
            head=True,
            value=str,
            link=lambda number: record_url(schema.key, number),
        )
    ]
    if named:
        columns.append(
            Column(
                "title",
                schema.label(schema.model.title),
                value=lambda number: shown.title(found.payloads[number][0]),
            )
        )
    columns.append(
        Column("lines", gettext("変わること"), "html", value=lambda number: in_lines(lines(number)))
    )
    return Table(columns, first, caption=gettext("変わる記録"), caption_hidden=True, key="differences")


def _refusals(viewer: Viewer, schema: Schema, found: Previewed) -> Table:
    first = list(found.refused)[:SHOWN]
    titles = titles_seen(viewer, schema.key, first, viewer.on)

    def why(number: str) -> SafeString:
        return in_lines(problem.message for problem in found.refused[number])

    return Table(
        [
            Column("number", gettext("番号"), head=True, value=str, link=lambda number: record_url(schema.key, number)),
            Column("title", schema.label(schema.model.title), value=lambda number: titles.get(number, "")),
            Column("why", gettext("変えられないわけ"), "html", value=why),
        ],
        first, caption=gettext("変えられない記録"), caption_hidden=True, key="refused",
    )  # fmt: skip
