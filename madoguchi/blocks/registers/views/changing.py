"""Adding, changing and correcting a record: one form from the register's fields, and nothing typed is ever lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from madoguchi.blocks.fields.types import Ctx
from madoguchi.blocks.registers.actions import (
    RecordChangedMeanwhile,
    records_look,
)
from madoguchi.blocks.registers.forms import (
    CorrectForm,
    Meeting,
    PlacedForm,
    RecordForm,
    meetings_of,
    values_met,
)
from madoguchi.blocks.registers.models import ChangeRequest, Record, Version
from madoguchi.blocks.registers.presentation import Shown, links_seen, masked_of, record_url
from madoguchi.blocks.registers.schema import Payload, Schema
from madoguchi.blocks.registers.seeing import fields_seen, schema_seen
from madoguchi.blocks.registers.views.asking import (
    EDIT,
    offices_for,
    record_writable,
    version_near,
    version_shown,
    way,
)
from madoguchi.blocks.registers.views.putting import answered, button_for, put
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import Viewer
from madoguchi.kit.wareki import DateRefused, date_parse
from madoguchi.ui.components.table import Column, Table

page = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@page
def add(request: HttpRequest, register: str) -> HttpResponse:
    """Add a record."""
    viewer = viewer_of(request)
    schema = schema_seen(viewer, register)
    viewer.must(EDIT, service=schema.service)
    offices = offices_for(viewer, schema, EDIT)
    own = viewer.office_id if viewer.office_id in dict(offices) else None
    first = {"on": viewer.on, "office": own, "parent": request.GET.get("parent", "")[:80]}
    form = PlacedForm(
        *_posted(request), schema=schema, keys=frozenset(schema.fields), payload={}, ctx=_ctx(viewer), offices=offices, viewer=viewer,
        initial=first,
    )  # fmt: skip
    title = gettext("%(record)sを加える") % {"record": schema.words("record")}
    if request.method == "POST" and form.is_valid():
        placed = form.placed()
        parent = placed.pop("parent", "")
        try:
            asked = {
                "values": form.values(), "on": form.cleaned_data["on"], "parent": parent,
                "reason": form.cleaned_data["reason"], **placed,
            }  # fmt: skip
            made = put(viewer, schema, ChangeRequest.What.ADD, office_id=placed["office_id"], asked=asked)
        except Refused as refused:
            form.refuse(refused)
        else:
            said = gettext("%(number)s を加えました。") % {"number": made.number}
            return answered(request, schema, made, said)
    return _show(request, schema, form, title=title, button=gettext("加える"), back="")


@never_cache
@page
def change(request: HttpRequest, register: str, number: str) -> HttpResponse:
    """Let a record be different from a day on."""
    viewer = viewer_of(request)
    schema, record = record_writable(viewer, register, number)
    version = version_near(record, viewer.on)
    offices = offices_for(viewer, schema, EDIT, keep=record.office_id)
    first = {
        "on": max(viewer.on, version.starts_on), "office": record.office_id,
        "parent": record.parent.number if record.parent is not None else "",
    }  # fmt: skip
    made = _Making(request, viewer, schema, record, version, max(viewer.on, version.starts_on))
    form = made.form(PlacedForm, first, offices=offices)
    meetings: list[Meeting] = []
    if request.method == "POST" and form.is_valid():
        try:
            asked = {
                "number": number, "values": form.values(), "on": form.cleaned_data["on"],
                "revision": form.cleaned_data["revision"] or 0, "reason": form.cleaned_data["reason"], **form.placed(),
            }  # fmt: skip
            done = put(viewer, schema, ChangeRequest.What.CHANGE, office_id=record.office_id, asked=asked)
        except RecordChangedMeanwhile:
            form, meetings = made.met(form, PlacedForm, offices=offices)
        except Refused as refused:
            form.refuse(refused)
        else:
            return answered(request, schema, done, gettext("変更を記録しました。"))
    lead = gettext(
        "世の中のことが変わったときに使います。前の内容は、履歴に残ります。書きまちがいを直すときは、「訂正する」を使います。"
    )
    title = gettext("%(number)s を変える") % {"number": number}
    return _show(
        request, schema, form, title=title, button=gettext("記録する"), back=record_url(register, number), lead=lead,
        made=made, meetings=meetings,
    )  # fmt: skip


@never_cache
@page
def correct(request: HttpRequest, register: str, number: str) -> HttpResponse:
    """Put right what was recorded wrongly for a period."""
    viewer = viewer_of(request)
    schema, record = record_writable(viewer, register, number)
    asked = _day(request.GET.get("on")) or viewer.on
    version = version_near(record, asked)
    last_on = date.fromordinal(version.ends_on.toordinal() - 1) if version.ends_on is not None else None
    made = _Making(
        request, viewer, schema, record, version, asked if version.holds_on(asked) else version.starts_on
    )
    form = made.form(CorrectForm, {"starts_on": version.starts_on, "last_on": last_on})
    meetings: list[Meeting] = []
    if request.method == "POST" and form.is_valid():
        try:
            wanted = {
                "number": number, "values": form.values(), "reason": form.cleaned_data["reason"],
                "revision": form.cleaned_data["revision"] or 0, **form.period(),
            }  # fmt: skip
            done = put(viewer, schema, ChangeRequest.What.CORRECT, office_id=record.office_id, asked=wanted)
        except RecordChangedMeanwhile:
            form, meetings = made.met(form, CorrectForm)
        except Refused as refused:
            form.refuse(refused)
        else:
            said = gettext("訂正を記録しました。前の内容は、履歴に残っています。")
            return answered(request, schema, done, said)
    lead = gettext(
        "書きまちがいなど、初めからそうではなかったことを直します。世の中のことが変わったときは、「変える」を使います。"
    )
    title = gettext("%(number)s を訂正する") % {"number": number}
    return _show(
        request, schema, form, title=title, button=gettext("訂正する"), back=record_url(register, number), lead=lead,
        made=made, meetings=meetings,
    )  # fmt: skip


class _Making:
    """
    Makes the form of one record, and makes it again when somebody else was quicker.

    :param basis: the day whose values the form shows.
    """

    def __init__(
        self,
        request: HttpRequest,
        viewer: Viewer,
        schema: Schema,
        record: Record,
        version: Version,
        basis: date,
    ) -> None:
        self.basis = basis
        self.request, self.viewer, self.schema, self.record, self.version = (
            request,
            viewer,
            schema,
            record,
            version,
        )
        self.keys = fields_seen(viewer, schema, office_id=record.office_id)
        if masked_of(schema, self.keys) & version.payload.keys():
            # To change a personal value is to see it.
            records_look(actor=viewer, register=schema.key, numbers=[record.number], what="change", now=now())
        self.kept = sum(key not in self.keys for key in schema.fields)

    def form(self, kind: Any, first: dict[str, Any], **more: Any) -> Any:
        """Make the form, with what was sent or with what is there."""
        hidden = {
            "revision": self.record.revision, "opened": now().isoformat(), "basis": self.basis.isoformat(),
        }  # fmt: skip
        return kind(
            *_posted(self.request), schema=self.schema, keys=self.keys, payload=dict(self.version.payload),
            ctx=_ctx(self.viewer), initial={**first, **hidden}, viewer=self.viewer, **more,
        )  # fmt: skip

    def met(self, form: RecordForm, kind: Any, **more: Any) -> tuple[Any, list[Meeting]]:
        """
        Make the form again after somebody else changed the record, with everything that was typed.

        What the other changed and this person did not touch is taken over; where both changed one field, one's own input
        stays and the other's stands beside it.
        """
        self.record.refresh_from_db()
        day = form.basis_on or self.basis
        theirs = version_shown(self.record, day)
        before = version_shown(self.record, day, form.opened_at) if form.opened_at is not None else theirs
        meetings: list[Meeting] = []
        if before is not None and theirs is not None:
            meetings = meetings_of(form, before.payload, theirs.payload)
        typed = {
            name: form.cleaned_data.get(name)
            for name in ("on", "office", "parent", "starts_on", "last_on", "reason")
        }
        hidden = {"revision": self.record.revision, "opened": now().isoformat(), "basis": day.isoformat()}
        payload: Payload = dict((theirs or self.version).payload)
        again = kind(
            schema=self.schema, keys=self.keys, payload=payload, ctx=_ctx(self.viewer),
            initial={**values_met(form, meetings), **typed, **hidden}, viewer=self.viewer, **more,
        )  # fmt: skip
        return again, meetings

    def table(self, meetings: Sequence[Meeting]) -> Table:
        """Show what the other changed beside what was typed."""
        payloads = [{one.key: value} for one in meetings for value in (one.before, one.theirs, one.mine)]
        links = links_seen(self.viewer, self.schema, payloads, self.viewer.on)
        shown = Shown(self.schema, on=self.viewer.on, uncovered=True, links=links)

        def text(one: Meeting, value: Any) -> str:
            return shown.text(one.key, value) or "–"

        kept, taken = gettext("あなたの入力を残しました"), gettext("ほかの人の内容にしました")
        return Table(
            [
                Column("label", gettext("項目"), head=True, value=lambda one: self.schema.label(one.key)),
                Column("before", gettext("前の内容"), value=lambda one: text(one, one.before)),
                Column("theirs", gettext("ほかの人の内容"), value=lambda one: text(one, one.theirs)),
                Column("mine", gettext("あなたの入力"), value=lambda one: text(one, one.mine)),
                Column("now", gettext("この画面では"), "badge",
                       value=lambda one: (kept, "warning") if one.kept else (taken, "info")),
            ],
            list(meetings), caption=gettext("ほかの人が変えた項目"), key="meetings",
        )  # fmt: skip


def _show(
    request: HttpRequest, schema: Schema, form: Any, *, title: str, button: str, back: str, lead: str = "",
    made: _Making | None = None, meetings: Sequence[Meeting] = (),
) -> HttpResponse:  # fmt: skip
    met = request.method == "POST" and not form.is_bound
    steps = [(made.record.number, back), (title, "")] if made is not None else [(title, "")]
    context = {
        "schema": schema, "key": schema.key, "label": schema.words("label"), "form": form, "title": title,
        "button_label": button_for(schema, button), "back": back, "lead": lead, "groups": form.groups(), "met": met,
        "placing": [form[name] for name in form.placing],
        "reason": form["reason"],
        "meetings": made.table(meetings) if made is not None and meetings else None,
        "kept": made.kept if made is not None else 0, "approve": schema.model.approve,
        "breadcrumb": way(schema, *steps),
    }  # fmt: skip
    return render(request, "registers/form.html", context, status=409 if met else 422 if form.errors else 200)


def _posted(request: HttpRequest) -> tuple[Any, ...]:
    return (request.POST, request.FILES) if request.method == "POST" else ()


def _ctx(viewer: Viewer) -> Ctx:
    return Ctx(on=viewer.on, language=get_language() or "ja")


def _day(text: str | None) -> date | None:
    try:
        return date_parse(text) if text else None
    except DateRefused:
        return None
