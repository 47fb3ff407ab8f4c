"""Changes that a second person agrees to: the requests of a register, and one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.blocks.fields.types import FileField
from madoguchi.blocks.files.queries import files_named
from madoguchi.blocks.files.types import FileLine
from madoguchi.blocks.people.queries import office_names
from madoguchi.blocks.registers.actions import (
    RecordChangedMeanwhile,
    asked_now,
    asked_of,
    change_agree,
    change_decline,
    change_take_back,
    request_look,
)
from madoguchi.blocks.registers.attaching import file_fields
from madoguchi.blocks.registers.deciding import APPROVE, may_request, requests_seen, to_decide
from madoguchi.blocks.registers.models import ChangeRequest, Record, Version
from madoguchi.blocks.registers.presentation import Shown, links_seen, masked_of, record_url, titles_seen
from madoguchi.blocks.registers.schema import RecordRefused, Schema
from madoguchi.blocks.registers.seeing import fields_seen, schema_seen
from madoguchi.blocks.registers.views.asking import page_of, version_shown, way
from madoguchi.blocks.registers.views.history import Difference
from madoguchi.blocks.registers.views.putting import request_url
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now
from madoguchi.kernel.models import AuditRow
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.ui.components.table import Column, Table
from madoguchi.ui.components.tabs import Tab
from madoguchi.ui.formats import date_text
from madoguchi.ui.forms import CounterTextarea, HouseForm, LongTextField

PER_PAGE = 50
ABSENT = "–"
State = ChangeRequest.State
TONES = {State.WAITING: "warning", State.AGREED: "success", State.DECLINED: "error", State.TAKEN_BACK: "neutral"}  # fmt: skip


# Who sees which


def waiting_of(viewer: Viewer, schema: Schema, row: Record) -> list[tuple[str, datetime, str]]:
    """Give what is asked for a record and not decided: words, moment and address, "" where the viewer may not open it."""
    rows = ChangeRequest.objects.filter(register=schema.key, number=row.number, state=State.WAITING)
    first = list(rows.order_by("asked_at")[:10])
    opened = set(rows.filter(requests_seen(viewer, schema)).values_list("pk", flat=True)) if first else set()
    return [
        (one.get_what_display(), one.asked_at, request_url(one) if one.pk in opened else "") for one in first
    ]


def _kept(viewer: Viewer, register: str, key: str) -> tuple[Schema, ChangeRequest]:
    """
    Give a request that a viewer may open.

    :raises NotAllowed: there is none, or not for this viewer.
    """
    schema = schema_seen(viewer, register)
    found = ChangeRequest.objects.filter(requests_seen(viewer, schema), key=key).first()
    if found is None:
        raise NotAllowed(f"request {key}")
    return schema, found


def people_of(events: str, keys: Iterable[str]) -> dict[str, str]:
    """Give who did something with requests, as the trail has office and post of that day."""
    rows = AuditRow.objects.filter(
        event__in=[f"registers.change_{event}" for event in events.split()], subject_kind="registers.request",
        subject_key__in=list(keys),
    )  # fmt: skip
    return {
        row.subject_key: seat_of(row.actor_key, f"{row.actor_office} {row.actor_post}".strip())
        for row in rows
    }


def seat_of(key: str, seat: str) -> str:
    """Write a person as history does."""
    number = key.removeprefix("staff:")
    return gettext("%(seat)s（%(number)s）") % {"seat": seat, "number": number} if seat else number


# The requests of a register

_SHOWS = ("waiting", "mine", "decided")


@never_cache
@require_safe
def requests(request: HttpRequest, register: str) -> HttpResponse:
    """List what waits for the viewer, what he asked for himself, and what was decided."""
    viewer = viewer_of(request)
    schema = schema_seen(viewer, register)
    if not may_request(viewer, schema):
        raise NotAllowed(f"requests of {register}")
    every = ChangeRequest.objects.filter(requests_seen(viewer, schema))
    judges = viewer.may(APPROVE, service=schema.service)
    rows = {
        "waiting": every.filter(to_decide(viewer, [schema])).order_by("asked_at", "pk"),
        "mine": every.filter(asked_by=viewer.key).order_by("-asked_at", "-pk"),
        "decided": every.exclude(state=State.WAITING).order_by("-decided_at", "-pk"),
    }
    shows = [name for name in _SHOWS if judges or name != "waiting"]
    show = request.GET.get("show", "")
    show = show if show in shows else shows[0]
    counts = {name: rows[name].count() for name in shows}
    page = page_of(request, counts[show], PER_PAGE)
    start = (page.number - 1) * PER_PAGE
    found = list(rows[show][start : start + PER_PAGE]) if counts[show] else []
    title, here = gettext("変更の申し出"), reverse("registers:requests", args=[register])
    labels = {"waiting": gettext("あなたの判断を待つもの"), "mine": gettext("あなたの申し出"), "decided": gettext("判断が済んだもの")}  # fmt: skip
    context = {
        "schema": schema, "title": title, "page": page, "show": show, "label": schema.words("label"),
        "tabs": [Tab(labels[name], f"{here}?show={name}", name == show, counts[name]) for name in shows],
        "table": _table(viewer, schema, found, labels[show], decided=show != "waiting") if found else None,
        "approve": schema.model.approve, "breadcrumb": way(schema, (title, "")),
    }  # fmt: skip
    return render(request, "registers/requests.html", context)


def _table(
    viewer: Viewer, schema: Schema, found: list[ChangeRequest], caption: str, *, decided: bool
) -> Table:
    asked = people_of("asked", [one.key for one in found])
    offices = office_names(office_ids={one.office_id for one in found}, on=viewer.on)
    titles = titles_seen(viewer, schema.key, {one.number for one in found if one.number}, viewer.on)

    def thing(one: ChangeRequest) -> str:
        return _title(viewer, schema, one, titles)

    columns = [
        Column("number", gettext("何を"), head=True, value=thing, link=request_url),
        Column("what", gettext("申し出"), value=lambda one: one.get_what_display()),
        Column("reason", gettext("理由")),
        Column(
            "asked_by", gettext("申し出た人"), value=lambda one: asked.get(one.key, seat_of(one.asked_by, ""))
        ),
        Column("asked_at", gettext("申し出の日時"), "moment"),
        Column("office", gettext("持ち主の組織"), value=lambda one: offices.get(one.office_id, "")),
    ]
    if decided:
        columns.append(
            Column(
                "state",
                gettext("状態"),
                "badge",
                value=lambda one: (one.get_state_display(), TONES[State(one.state)]),
            )
        )
    return Table(columns, found, caption=caption, caption_hidden=True, key="requests")


def _title(viewer: Viewer, schema: Schema, found: ChangeRequest, titles: Mapping[str, str]) -> str:
    """Give the words by which people know what is asked for; a new record has no number yet."""
    if found.number:
        return f"{found.number} {titles.get(found.number, '')}".strip()
    named = Shown(schema, on=viewer.on).title(found.asked.get("values"))
    return f"{named}{gettext('（新しい記録）')}"


# One request


class DeclineForm(HouseForm):
    """Why it is not agreed to."""

    note = LongTextField(
        label=_("認めない理由"), max_length=500, widget=CounterTextarea({"rows": 3}),
        help_text=_("申し出た人が、どう直せばよいか分かるように書きます。"),
    )  # fmt: skip


class _SeenForm(forms.Form):
    """Which revision of the record the page showed."""

    revision = forms.IntegerField(required=False)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_request(request: HttpRequest, register: str, key: str) -> HttpResponse:
    """Show what is asked for, and take the answer of whoever may give it."""
    viewer = viewer_of(request)
    schema, found = _kept(viewer, register, key)
    asked = request.POST.get("do", "") if request.method == "POST" else ""
    form = DeclineForm(request.POST if asked == "decline" else None)
    refused: list[str] = []
    try:
        if asked == "agree":
            return _agree(request, viewer, schema, found)
        if asked == "decline" and form.is_valid():
            change_decline(actor=viewer, request_key=key, note=form.cleaned_data["note"], now=now())
            messages.success(request, gettext("認めませんでした。台帳は変わっていません。"))
            return redirect(_next(viewer, schema))
        if asked == "take_back":
            change_take_back(actor=viewer, request_key=key, now=now())
            messages.success(request, gettext("申し出を取り下げました。台帳は変わっていません。"))
            return redirect(request_url(found))
    except RecordChangedMeanwhile:
        text = gettext(
            "この画面を開いたあとに、記録が変わりました。いまの内容との違いを下に出し直しました。確かめて、もう一度「認める」を押してください。"
        )
        refused = [text]
    except Refused as no:
        refused = refusals(schema, no)
        found.refresh_from_db()
    uncovered = asked == "uncover"
    if uncovered:
        request_look(actor=viewer, request_key=key, now=now())
    context = _context(viewer, schema, found, uncovered=uncovered) | {"form": form, "refused": refused}
    status = 409 if refused else 422 if form.errors else 200
    return render(request, "registers/request.html", context, status=status)


def refusals(schema: Schema, refused: Refused) -> list[str]:
    """Write why an action refused, each with the field that it means."""
    if not isinstance(refused, RecordRefused):
        return [str(refused.message)]
    text = gettext("%(label)s：%(message)s")
    return [
        text % {"label": schema.label(one.field), "message": one.message}
        if one.field in schema.fields
        else one.message
        for one in refused.problems
    ]


def _agree(request: HttpRequest, viewer: Viewer, schema: Schema, found: ChangeRequest) -> HttpResponse:
    seen = _SeenForm(request.POST)
    revision = seen.cleaned_data["revision"] if seen.is_valid() else 0
    viewer.must(APPROVE, office_id=found.office_id, service=schema.service)
    try:
        record = change_agree(actor=viewer, request_key=found.key, revision=revision, now=now())
    except NotAllowed as elsewhere:
        raise Refused(
            gettext("移す先の組織の変更を認める権限がありません。その組織で認める人に頼んでください。")
        ) from elsewhere
    said = gettext("%(number)s の変更を認めました。台帳に記録しました。") % {"number": record.number}
    messages.success(request, said)
    return redirect(_next(viewer, schema))


def _next(viewer: Viewer, schema: Schema) -> str:
    """Give where the next one to decide stands, or all that was decided."""
    more = ChangeRequest.objects.filter(to_decide(viewer, [schema])).exists()
    return reverse("registers:requests", args=[schema.key]) + ("" if more else "?show=decided")


@dataclass(frozen=True, slots=True)
class _Asked:
    """
    What a request comes to: the differences, and what cannot be shown of them.

    :param hidden: how many fields change that the viewer may not see.
    """

    differences: tuple[Difference, ...]
    covered: bool
    hidden: int


def _context(viewer: Viewer, schema: Schema, found: ChangeRequest, *, uncovered: bool) -> dict[str, Any]:
    record = (
        Record.objects.filter(register=found.register, number=found.number).first() if found.number else None
    )
    waiting = found.state == State.WAITING
    own = found.asked_by == viewer.key
    asked = asked_now(found) if waiting else asked_of(found)
    seen = fields_seen(viewer, schema, office_id=found.office_id)
    told = _told(viewer, schema, found, record, asked, seen, uncovered=uncovered)
    moved = record is not None and waiting and record.revision != found.asked.get("revision")
    judges = viewer.may(APPROVE, office_id=found.office_id, service=schema.service)
    names = office_names(office_ids=[found.office_id], on=viewer.on)
    asker = people_of("asked", [found.key]).get(found.key, seat_of(found.asked_by, ""))
    decider = "" if waiting else people_of("agreed declined taken_back", [found.key]).get(found.key, "")
    title = _title(viewer, schema, found, titles_seen(viewer, schema.key, [found.number], viewer.on))
    facts: list[tuple[str, Any]] = [
        (gettext("申し出た人"), asker), (gettext("理由"), found.reason), *_days(asked),
        (gettext("持ち主の組織"), names.get(found.office_id, ABSENT)),
    ]  # fmt: skip
    return {
        "schema": schema, "found": found, "title": title, "what": found.get_what_display(), "waiting": waiting, "own": own,
        "state": (found.get_state_display(), TONES[State(found.state)]), "facts": facts, "decider": decider,
        "told": told, "moved": moved, "uncovered": uncovered, "may_decide": waiting and judges and not own,
        "revision": record.revision if record is not None else "",
        "record_url": record_url(schema.key, found.number) if record is not None else "",
        "here": request_url(found), "back": reverse("registers:requests", args=[schema.key]), "word": schema.words("record"),
        "breadcrumb": way(schema, (gettext("変更の申し出"), reverse("registers:requests", args=[schema.key])), (found.key, "")),
    }  # fmt: skip


def _days(asked: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Give from when to when it would be so."""
    first, last = asked.get("on") or asked.get("starts_on"), asked.get("ends_on")
    days = [(gettext("いつから"), date_text(first))] if first else []
    if last:
        days.append((gettext("いつまで"), date_text(date.fromordinal(last.toordinal() - 1))))
    return days


def _told(
    viewer: Viewer, schema: Schema, found: ChangeRequest, record: Record | None, asked: Mapping[str, Any],
    seen: frozenset[str], *, uncovered: bool,
) -> _Asked:  # fmt: skip
    """
    Give the differences between what there is and what is asked for.

    Of a request that was decided: between what there was when it was asked and what was asked for.
    """
    if "values" not in asked:
        return _Asked((), covered=False, hidden=0)
    on = asked.get("on") or asked["starts_on"]
    at = None if found.state == State.WAITING else found.asked_at
    before = version_shown(record, on, at) if record is not None else None
    was = before.payload if before is not None else {}
    kept = [key for key, value in asked["values"].items() if key in schema.fields and value is not None]
    typed = {key: asked["values"][key] for key in kept}
    changed = [
        key for key in schema.fields
        if key not in schema.computed and key not in schema.totals and was.get(key) != typed.get(key)
    ]  # fmt: skip
    links = links_seen(viewer, schema, [was, typed], viewer.on)
    files = _files(viewer, schema, [was, typed], seen)
    shown = Shown(schema, on=on, uncovered=uncovered, links=links, files=files)

    def show(key: str, values: Mapping[str, Any]) -> str:
        held = isinstance(schema.fields[key], FileField)
        return (shown.markup if held else shown.text)(key, values.get(key)) or ABSENT

    lines = [
        Difference(schema.label(key), show(key, was), show(key, typed)) for key in changed if key in seen
    ]
    lines += _placed(viewer, schema, record, before, asked)
    covered = bool(masked_of(schema, (key for key in changed if key in seen))) and not uncovered
    return _Asked(tuple(lines), covered, sum(key not in seen for key in changed))


def _files(
    viewer: Viewer, schema: Schema, payloads: Iterable[Mapping[str, Any]], seen: frozenset[str]
) -> Mapping[str, FileLine]:
    """Give the files that payloads hold and the viewer may see, by key."""
    fields = [key for key in file_fields(schema) if key in seen]
    keys = [one for payload in payloads for key in fields for one in payload.get(key) or ()]
    return files_named(viewer=viewer, keys=keys) if keys else {}


def _placed(
    viewer: Viewer, schema: Schema, record: Record | None, before: Version | None, asked: Mapping[str, Any]
) -> list[Difference]:
    """Give whose it would be and what it would belong to, where that changes."""
    found = []
    office = asked.get("office_id")
    if record is not None and before is not None and office not in (None, before.office_id):
        names = office_names(office_ids=[before.office_id, office], on=viewer.on)
        texts = [names.get(pk, ABSENT) for pk in (before.office_id, office)]
        found.append(Difference(gettext("持ち主の組織"), *texts))
    parent = asked.get("parent")
    there = before.parent.number if before is not None and before.parent is not None else ""
    if parent is not None and parent != there:
        found.append(Difference(schema.words("parent.label"), there or ABSENT, parent or ABSENT))
    return found
