"""Splitting and merging records (分筆・合筆): a form per record that comes, sums that must not change, then both at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from madoguchi.blocks.registers.actions import (
    DescentPreview,
    PartRefused,
    ReasonNeeded,
    RecordChangedMeanwhile,
    Source,
    descent_preview,
    record_split,
    records_merge,
)
from madoguchi.blocks.registers.attaching import file_fields
from madoguchi.blocks.registers.forms import ReasonField, RecordForm
from madoguchi.blocks.registers.models import Record
from madoguchi.blocks.registers.presentation import record_url
from madoguchi.blocks.registers.schema import RecordRefused, Schema
from madoguchi.blocks.registers.views.asking import version_near, way
from madoguchi.blocks.registers.views.parting import (
    fields_anew,
    fields_typed,
    part_form,
    part_page,
    record_descending,
    sources_table,
    sums_table,
    values_read,
)
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import Viewer
from madoguchi.ui.components.errors import error_summary
from madoguchi.ui.forms import HouseForm, NumberField, WarekiDateField

FEWEST, MOST = 2, 20
page = require_http_methods(["GET", "HEAD", "POST"])


# What is typed


class SplitForm(HouseForm):
    """Since when and why, and into how many."""

    parts = NumberField(
        label=_("いくつに分けるか"),
        min_value=FEWEST,
        max_value=MOST,
        help_text=_("2から20まで。数を変えたら「この数にする」を押します。書いた内容は残ります。"),
    )
    on = WarekiDateField(label=_("いつから分かれるか"))
    reason = ReasonField()
    revision = forms.IntegerField(widget=forms.HiddenInput())


class MergeForm(HouseForm):
    """Since when and why; ``revisions`` are those of the records as they were seen."""

    on = WarekiDateField(label=_("いつから一つになるか"))
    reason = ReasonField()
    revisions = forms.CharField(widget=forms.HiddenInput())

    def sources(self, numbers: Sequence[str]) -> list[Source]:
        """Give the records that end, as they were seen; one whose revision cannot be read is seen too early."""
        told = str(self.cleaned_data["revisions"]).split()
        seen = [int(one) if one.isascii() and one.isdigit() and len(one) < 9 else 0 for one in told]
        return [
            Source(number, revision)
            for number, revision in zip(numbers, [*seen, *[0] * len(numbers)], strict=False)
        ]


# Splitting


@never_cache
@page
def split(request: HttpRequest, register: str, number: str) -> HttpResponse:
    """Let a record end and several come from it."""
    viewer = viewer_of(request)
    schema, record = record_descending(viewer, register, number)
    version = version_near(record, viewer.on)
    keys = fields_typed(viewer, schema, [record], [version.payload], "split")
    posted = request.method == "POST"
    do = request.POST.get("do", "check") if posted else ""
    first = {"parts": FEWEST, "on": max(viewer.on, version.starts_on), "revision": record.revision}
    head = SplitForm(*_posted(request), initial=first)
    there = (_counted(request.POST.get("there")) or FEWEST) if posted else 0
    count = _counted(request.POST.get("parts")) or there or FEWEST
    # Another number than there were forms for: they are shown first, whatever was pressed.
    recounted = posted and count != there
    left_out = fields_anew(schema) | set(schema.model.conserved)
    payload = {key: value for key, value in version.payload.items() if key not in left_out}
    parts = [
        part_form(request if at < there else None, schema, keys, payload, viewer, f"p{at + 1}")
        for at in range(count)
    ]
    if recounted:
        # Nothing is judged yet, but files that were sent are kept.
        judged: list[Any] = [head, *parts]
        for form in judged:
            form.is_valid()
            form._errors = ErrorDict()
    asked = _Asked(schema, viewer, head, parts, [record.number], viewer.on)
    ready = posted and not recounted and asked.sound()
    if ready and do == "split":
        try:
            made = record_split(
                actor=viewer, register=register, source=Source(number, head.cleaned_data["revision"]),
                parts=[form.values() for form in parts], on=head.cleaned_data["on"],
                reason=head.cleaned_data["reason"], now=now(),
            )  # fmt: skip
        except RecordChangedMeanwhile as changed:
            ready = _again(head, changed, revision=str(Record.objects.get(pk=record.pk).revision))
        except Refused as refused:
            ready = asked.refuse(refused)
        else:
            messages.success(request, gettext("%(count)dつに分けました。") % {"count": len(made)})
            return redirect(record_url(register, number))
    title = gettext("%(number)s を分ける") % {"number": number}
    context = {
        "title": title, "button_label": gettext("分ける"), "act": "split", "there": count, "recounted": recounted,
        "back": record_url(register, number), "counted": head["parts"], "sources": sources_table(schema, viewer, [record]),
        "lead": gettext("この記録は終わり、分けた記録が始まります。もとの記録と履歴は残り、どこから来たかが分かります。"),
        "holds": record.holds,
        "parts": [
            part_page(schema, form, gettext("%(at)dつ目") % {"at": at}) for at, form in enumerate(parts, 1)
        ],
        "breadcrumb": way(schema, (number, record_url(register, number)), (title, "")),
    }  # fmt: skip
    return asked.show(request, context, ready=ready, keys=keys, errors=posted and not recounted)


def _counted(text: str | None) -> int | None:
    try:
        return int(SplitForm.base_fields["parts"].clean(text))
    except ValidationError:
        return None


# Merging


@never_cache
@page
def merge_form(request: HttpRequest, register: str, numbers: Sequence[str]) -> HttpResponse:
    """Let several records end and one come from them, with the values of the first where nothing else is typed."""
    viewer = viewer_of(request)
    found = [record_descending(viewer, register, number) for number in numbers]
    schema, records = found[0][0], [record for _schema, record in found]
    versions = [version_near(record, viewer.on) for record in records]
    keys = fields_typed(viewer, schema, records, [version.payload for version in versions], "merge")
    posted = request.method == "POST"
    on = max(viewer.on, *(version.starts_on for version in versions))
    head = MergeForm(*_posted(request), initial={"on": on, "revisions": _revisions(records)})
    payload = dict(versions[0].payload)
    if schema.model.number.field is not None:
        payload.pop(schema.model.number.field, None)
    for key in schema.model.conserved:
        payload[key] = sum(version.payload.get(key) or 0 for version in versions)
    for key, field in file_fields(schema).items():
        # Nobody's papers are left behind, as far as there is room.
        files = dict.fromkeys(one for version in versions for one in version.payload.get(key) or ())
        payload[key] = list(files)[: field.most] or None
    form = part_form(request if posted else None, schema, keys, payload, viewer, "p1")
    asked = _Asked(schema, viewer, head, [form], list(numbers), viewer.on)
    ready = posted and asked.sound()
    if ready and request.POST.get("do") == "merge":
        try:
            made = records_merge(
                actor=viewer, register=register, sources=head.sources(numbers), values=form.values(),
                on=head.cleaned_data["on"], reason=head.cleaned_data["reason"], now=now(),
            )  # fmt: skip
        except RecordChangedMeanwhile as changed:
            fresh = {one.number: one for one in Record.objects.filter(pk__in=[one.pk for one in records])}
            ready = _again(head, changed, revisions=_revisions([fresh[number] for number in numbers]))
        except Refused as refused:
            ready = asked.refuse(refused)
        else:
            told = gettext("%(count)d件を %(number)s に合わせました。")
            messages.success(request, told % {"count": len(records), "number": made.number})
            return redirect(record_url(register, made.number))
    title = gettext("%(record)sを合わせる") % {"record": schema.words("record")}
    legend = gettext("合わせたあとの%(record)s") % {"record": schema.words("record")}
    context = {
        "title": title, "button_label": gettext("合わせる"), "act": "merge", "sources": sources_table(schema, viewer, records),
        "back": record_url(register, numbers[0]), "holds": sum(record.holds for record in records), "parts": [part_page(schema, form, legend)],
        "lead": gettext("下の記録は終わり、合わせた記録が一つ始まります。もとの記録と履歴は残り、どこから来たかが分かります。"),
        "first_number": numbers[0], "chosen": list(numbers),
        "breadcrumb": way(schema, (title, "")),
    }  # fmt: skip
    return asked.show(request, context, ready=ready, keys=keys, errors=posted)


def _revisions(records: Sequence[Record]) -> str:
    return " ".join(str(record.revision) for record in records)


# What both share


class _Asked:
    """The forms of a split or merge, what they come to, and where refusals belong."""

    def __init__(
        self, schema: Schema, viewer: Viewer, head: HouseForm, parts: Sequence[RecordForm], numbers: list[str], on: date
    ) -> None:  # fmt: skip
        self.schema, self.viewer, self.head, self.parts = schema, viewer, head, parts
        self.numbers, self.on = numbers, on
        self.preview: DescentPreview | None = None

    def sound(self) -> bool:
        """Reckon what they come to; whether it could be recorded so. Refusals stand at their fields."""
        valid = [form.is_bound and form.is_valid() for form in [self.head, *self.parts]]
        day = self.head.cleaned_data.get("on") or self.on
        values = [values_read(form) for form in self.parts]
        try:
            self.preview = descent_preview(
                viewer=self.viewer, register=self.schema.key, numbers=self.numbers, parts=values, on=day
            )
        except Refused as refused:
            return self.refuse(refused)
        if not all(valid):
            # What cannot be read yet says so at its field; the sums show how far one has come.
            return False
        for part, problem in self.preview.problems:
            self.parts[part].refuse(RecordRefused([problem]))
        return not self.preview.problems and self.preview.ties

    def refuse(self, refused: Refused) -> bool:
        """Put a refusal where it belongs; not ready."""
        if isinstance(refused, PartRefused):
            self.parts[refused.part].refuse(refused)
        elif isinstance(refused, RecordRefused) and any(one.code == "not_there" for one in refused.problems):
            self.head.add_error("on", str(refused.message))
        else:
            self.head.add_error("reason" if isinstance(refused, ReasonNeeded) else None, str(refused.message))
        return False

    def show(
        self, request: HttpRequest, context: Mapping[str, Any], *, ready: bool, keys: frozenset[str], errors: bool
    ) -> HttpResponse:  # fmt: skip
        """Give the page."""
        forms_here = [self.head, *self.parts]
        wrong = errors and any(form.is_bound and form.errors for form in forms_here)
        sums = self.preview.sums if self.preview is not None else ()
        whole = {
            **context, "schema": self.schema, "key": self.schema.key, "head": self.head, "ready": ready,
            "errors": error_summary(*forms_here) if errors else "",
            "sums": sums_table(self.schema, sums) if sums else None,
            "multipart": any(form.is_multipart() for form in self.parts),
            "untied": bool(sums) and any(one.left for one in sums), "wrong": wrong,
            "kept": sum(key not in keys for key in self.schema.fields),
        }  # fmt: skip
        refused = errors and not ready
        return render(request, "registers/descent.html", whole, status=422 if refused else 200)


def _again(head: HouseForm, changed: RecordChangedMeanwhile, **fresh: str) -> bool:
    """Keep everything that was typed; the form is now that of the records as they are. Not ready."""
    again = head.data.copy()  # type: ignore[attr-defined] # what a browser sends
    for name, value in fresh.items():
        again[name] = value
    head.data = again
    head.add_error(None, str(changed.message))
    return False


def _posted(request: HttpRequest) -> tuple[Any, ...]:
    return (request.POST,) if request.method == "POST" else ()
