"""One record: adding, changing from a day, correcting what was wrong, ending and taking the end back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.fields.types import Ctx, Json
from madoguchi.blocks.registers.attaching import files_claim
from madoguchi.blocks.registers.indexes import of_register
from madoguchi.blocks.registers.models import UNIQUE_SLOTS, Record, Version
from madoguchi.blocks.registers.schema import Payload, Problem, RecordRefused, Schema, schema_get
from madoguchi.blocks.registers.slots import slots_of, unique_value
from madoguchi.blocks.registers.totals import totals_follow
from madoguchi.blocks.registers.writing import Change, changes_write, shown_of, span_of, spans_of, values_of
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.numbering import number_take
from madoguchi.kernel.rights import Viewer
from madoguchi.kit.timelines import Edit, Span, span_begin, span_clear, span_put


class RecordGone(Refused):
    """There is no such record, or not for this viewer."""

    message = _("この記録はありません。")


class RecordChangedMeanwhile(Refused):
    """Somebody else changed the record after the page was opened."""

    message = _(
        "この記録は、あなたが開いたあとに、ほかの人が変えました。入力した内容はこの画面に残っています。新しい内容を確かめて、もう一度保存してください。"
    )


class NumberTaken(Refused):
    """A record of this number is there already."""

    message = _("この番号の記録は、もうあります。別の番号にするか、その記録を変えてください。")


class RecordRetired(Refused):
    """The record has ended."""

    message = _("この記録は終わっています。変えるときは、先に終わりを取り消してください。")


class StillHolds(Refused):
    """Records that have not ended lie beneath it."""

    message = _(
        "下に、終わっていない記録があります。先にそれらを終わりにするか、別のところへ移してください。"
    )


class ParentGone(Refused):
    """What the record belongs to is not there, or has ended."""

    message = _("属するものが見つからないか、終わっています。番号を確かめてください。")


class ValueTaken(Refused):
    """Another record took a value that must stand once, at the same moment."""

    message = _("一度しか使えない値が、ほかの記録で使われました。画面を開き直して、確かめてください。")


class NothingToChange(Refused):
    """It says what is recorded already."""

    message = _("違いがありません。記録は変えていません。")


class ReasonNeeded(Refused):
    """Why was left out."""

    message = _("理由を書いてください。あとで確かめるときに使います。")


class ApprovalNeeded(Refused):
    """Changes of this register are recorded after somebody else has agreed."""

    message = _("この台帳の変更は、別の人が認めてから記録されます。「承認を求める」を押してください。")


_RAISES = {
    "record_number_once": NumberTaken,
    "record_retired_holds_none": StillHolds,
    "version_current_once": RecordChangedMeanwhile,
    "version_one_on_a_day": RecordChangedMeanwhile,
    **{f"version_unique_{number}": ValueTaken for number in range(1, UNIQUE_SLOTS + 1)},
}


@action("registers.record_add", raises=_RAISES)
def record_add(
    *,
    actor: Viewer,
    register: str,
    values: Mapping[str, Json],
    office_id: int,
    on: date,
    parent: str = "",
    number: str = "",
    reason: str = "",
    approved: bool = False,
    now: datetime,
) -> Record:
    """
    Add a record that holds from a day on.

    :param values: kept values by field (``fields``).
    :param parent: the number of the record that it belongs to.
    :param number: where the city numbers them itself; "" lets the register number it.
    :raises NotAllowed: the actor may not write here for this office.
    :raises RecordRefused: values or rules; with everything that is wrong.
    :raises NumberTaken: the number is there.
    :raises ParentGone: what it belongs to is not there or has ended.
    :raises ApprovalNeeded: the register asks for a second person, and none has agreed.
    """
    schema = writable(actor, register, office_id, approved=approved)
    payload = schema.finished(values, Ctx(on=on, language="ja"))
    above = parent_claim(schema, parent)
    number = number or number_give(schema, payload)
    payload = files_claim(schema, payload, number, actor=actor, now=now)
    unique_check(schema, payload, but="")
    record = Record(register=register, number=number, office_id=office_id, parent_id=above, entered_at=now)
    span = Span(on, None, values_of(payload, schema=schema, office_id=office_id, parent_id=above))
    change = Change(record, Edit((), (span,)), Version.Kind.ADDED, span.values, reason, new=True)
    changes_write(schema, [change], actor=actor, today=actor.on, now=now)
    totals_follow(schema, [record], actor=actor, now=now)
    _audit(actor, "added", schema, record, payload, {"on": on.isoformat(), "fields": sorted(payload)})
    return record


@action("registers.record_change", raises=_RAISES)
def record_change(
    *,
    actor: Viewer,
    register: str,
    number: str,
    values: Mapping[str, Json],
    on: date,
    revision: int,
    reason: str = "",
    office_id: int | None = None,
    parent: str | None = None,
    approved: bool = False,
    now: datetime,
) -> Record:
    """
    Let a record be different from a day on: the world has changed. What it was before stays.

    A change that is already entered for a later day stays as it is.

    :param values: all values as they are from that day on; what is left out is empty from then on.
    :param revision: the revision that the actor saw.
    :param office_id: whose it is from that day on; None leaves it.
    :param parent: the number of what it belongs to from that day on; None leaves it.
    :raises RecordChangedMeanwhile: somebody changed it since then; nothing is written.
    :raises RecordRetired: it has ended.
    :raises NothingToChange: it says what is there.
    """
    record, schema = changeable(actor, register, number, approved=approved)
    spans = spans_of(record)
    before = shown_of(spans, on)
    moved = _place(schema, record, before, office_id, parent, actor, approved=approved)
    payload = schema.finished(values, Ctx(on=on), before=before.values["payload"] if before else None)
    _number_stays(schema, record, payload)
    held = before.values["payload"] if before else None
    payload = files_claim(schema, payload, number, before=held, actor=actor, now=now)
    unique_check(schema, payload, but=number)
    span = Span(on, None, values_of(payload, schema=schema, office_id=moved[0], parent_id=moved[1]))
    if before is not None and _same(before, span):
        raise NothingToChange
    edit = span_begin(spans, span)
    claimed(record, revision)
    _write(schema, record, edit, Version.Kind.CHANGED, span.values, reason, spans, actor, now)
    _audit(
        actor,
        "changed",
        schema,
        record,
        payload,
        {"on": on.isoformat(), "fields": _differing(before, payload)},
    )
    return record


@action("registers.record_correct", raises=_RAISES)
def record_correct(
    *,
    actor: Viewer,
    register: str,
    number: str,
    values: Mapping[str, Json],
    starts_on: date,
    ends_on: date | None,
    revision: int,
    reason: str,
    approved: bool = False,
    now: datetime,
) -> Record:
    """
    Put right what was recorded wrongly for a period: it was never so. What was believed until now can still be asked for.

    :param values: all values as they truly were in the period.
    :param ends_on: the first day that is no part of it; None until further notice.
    :raises ReasonNeeded: a correction says why.
    :raises RecordChangedMeanwhile: somebody changed it since then; nothing is written.
    """
    if not reason.strip():
        raise ReasonNeeded
    record, schema = changeable(actor, register, number, approved=approved)
    spans = spans_of(record)
    before = shown_of(spans, starts_on) or (spans[0] if spans else None)
    payload = schema.finished(values, Ctx(on=starts_on), before=before.values["payload"] if before else None)
    _number_stays(schema, record, payload)
    held = before.values["payload"] if before else None
    payload = files_claim(schema, payload, number, before=held, actor=actor, now=now)
    unique_check(schema, payload, but=number)
    kept = (record.office_id, record.parent_id)
    span = Span(starts_on, ends_on, values_of(payload, schema=schema, office_id=kept[0], parent_id=kept[1]))
    edit = span_put(spans, span)
    if not edit:
        raise NothingToChange
    claimed(record, revision)
    _write(schema, record, edit, Version.Kind.CORRECTED, span.values, reason, spans, actor, now)
    period = {"from": starts_on.isoformat(), "to": ends_on.isoformat() if ends_on else ""}
    detail = {**period, "fields": _differing(before, payload)}
    _audit(actor, "corrected", schema, record, payload, detail)
    return record


@action("registers.record_retire", raises=_RAISES)
def record_retire(
    *,
    actor: Viewer,
    register: str,
    number: str,
    on: date,
    reason: str,
    revision: int,
    approved: bool = False,
    now: datetime,
) -> Record:
    """
    Let a record end: from that day on there is no such thing.

    :raises StillHolds: records that have not ended lie beneath it.
    """
    if not reason.strip():
        raise ReasonNeeded
    record, schema = changeable(actor, register, number, approved=approved)
    if record.holds:
        raise StillHolds
    spans = spans_of(record)
    edit = span_clear(spans, Span(on, None, {}))
    claimed(record, revision, retired_on=on, retired_reason=reason)
    record.retired_on, record.retired_reason = on, reason
    if record.parent_id is not None:
        parent_let_go(record.parent_id)
    _write(schema, record, edit, Version.Kind.RETIRED, None, reason, spans, actor, now)
    _audit(actor, "retired", schema, record, _last(spans), {"on": on.isoformat()})
    return record


@action("registers.record_revive", raises=_RAISES)
def record_revive(
    *,
    actor: Viewer,
    register: str,
    number: str,
    reason: str,
    revision: int,
    approved: bool = False,
    now: datetime,
) -> Record:
    """
    Take an end back: it was recorded wrongly, and the thing goes on as it was.

    :raises ParentGone: what it belonged to has ended meanwhile.
    """
    if not reason.strip():
        raise ReasonNeeded
    record, schema = changeable(actor, register, number, approved=approved, retired=True)
    ended_on = record.retired_on
    assert ended_on is not None
    spans = spans_of(record)
    last = spans[-1] if spans else _before_end(record)
    span = Span(max(ended_on, last.starts_on), None, dict(last.values))
    if record.parent_id is not None and not parent_take(record.parent_id):
        raise ParentGone
    claimed(record, revision, retired_on=None, retired_reason="")
    record.retired_on, record.retired_reason = None, ""
    _write(
        schema, record, span_put(spans, span), Version.Kind.REVIVED, span.values, reason, spans, actor, now
    )
    _audit(actor, "revived", schema, record, last.values["payload"], {"on": ended_on.isoformat()})
    return record


# What the actions of this block share


def writable(actor: Viewer, register: str, office_id: int, *, approved: bool = False) -> Schema:
    """
    Give a register into which an actor may write for an office.

    :raises NotAllowed: he may not.
    :raises ApprovalNeeded: the register asks for a second person.
    """
    schema = schema_get(register)
    _must_write(actor, schema, office_id, approved=approved)
    if schema.model.approve and not approved and actor.kind != "system":
        raise ApprovalNeeded
    return schema


def _must_write(actor: Viewer, schema: Schema, office_id: int, *, approved: bool) -> None:
    """Let whoever agrees record what he agrees to, though he may not write by himself."""
    if not (approved and actor.may("registers.approve", office_id=office_id, service=schema.service)):
        actor.must("registers.edit", office_id=office_id, service=schema.service)


def changeable(
    actor: Viewer, register: str, number: str, *, approved: bool = False, retired: bool = False
) -> tuple[Record, Schema]:
    """
    Give a record that an actor may change, with its register.

    :raises RecordGone: there is none.
    :raises RecordRetired: it has ended (or, with ``retired``, it has not).
    """
    record = Record.objects.filter(register=register, number=number).first()
    if record is None:
        raise RecordGone
    schema = writable(actor, register, record.office_id, approved=approved)
    if retired and record.retired_on is None:
        raise NothingToChange
    if not retired and record.retired_on is not None:
        raise RecordRetired
    return record, schema


def number_give(schema: Schema, payload: Payload) -> str:
    """
    Give a new record its number: the value of the field that is the number, or the next of the series.

    :raises RecordRefused: the field is empty.
    """
    how = schema.model.number
    if how.field is not None:
        value = payload.get(how.field)
        if value is None or not str(value).strip():
            raise RecordRefused(
                [Problem(how.field, "required", gettext("番号になる項目です。書いてください。"))]
            )
        return str(value)[:80]
    return number_written(schema, number_take(series=f"registers:{schema.key}", period=""))


def number_written(schema: Schema, taken: int) -> str:
    """Write a number of the register's series as its records carry it."""
    how = schema.model.number
    return f"{how.prefix}{taken:0{how.digits}d}"


def parent_claim(schema: Schema, number: str) -> int | None:
    """
    Take the record that a new one will belong to, so that it cannot end meanwhile; its id.

    :raises ParentGone: it is not there or has ended.
    """
    above = schema.model.parent
    if not number:
        if above is not None and above.required:
            raise RecordRefused(
                [Problem("parent", "required", gettext("属するものの番号を書いてください。"))]
            )
        return None
    if above is None:
        raise ParentGone
    found = (
        Record.objects.filter(register=above.register_key, number=number).values_list("pk", flat=True).first()
    )
    if found is None or not parent_take(found):
        raise ParentGone
    return found


def parent_take(parent_id: int) -> bool:
    """Count one more record beneath another, so that it cannot end; whether it has not ended already."""
    return bool(Record.objects.filter(pk=parent_id, retired_on=None).update(holds=F("holds") + 1))


def parent_let_go(parent_id: int) -> None:
    """Count one record less beneath another."""
    Record.objects.filter(pk=parent_id).update(holds=F("holds") - 1)


def unique_check(
    schema: Schema, payload: Payload, *, but: str, was: Mapping[str, Json] | None = None
) -> None:
    """
    Refuse values that another current record has; the database holds it against others at the same moment.

    :param was: what the record was, where values that stay are not asked about again.
    :raises RecordRefused: it names that record.
    """
    slots = slots_of(schema.key)
    for slot, keys in slots.unique.items():
        value = unique_value([payload.get(key) for key in keys])
        stays = was is not None and all(was.get(key) == payload.get(key) for key in keys)
        if value is None or stays:
            continue
        rows = Version.objects.filter(of_register(schema.key), **{slot: value}).exclude(number=but)
        other = rows.values_list("number", flat=True).first()
        if other is not None:
            labels = gettext("・").join(schema.label(key) for key in keys)
            text = gettext("「%(labels)s」が、%(number)s と同じです。同じものでないか確かめてください。")
            raise RecordRefused([Problem(keys[0], "unique", text % {"labels": labels, "number": other})])


def _place(
    schema: Schema,
    record: Record,
    before: Span | None,
    office_id: int | None,
    parent: str | None,
    actor: Viewer,
    *,
    approved: bool,
) -> tuple[int, int | None]:
    """Give office and parent from now on; a new parent is claimed and the old one let go."""
    office = record.office_id if office_id is None else office_id
    if office != record.office_id:
        _must_write(actor, schema, office, approved=approved)
    above = before.values["parent_id"] if before is not None else record.parent_id
    if parent is not None:
        old = Record.objects.filter(pk=above).values_list("number", flat=True).first() if above else ""
        if parent != (old or ""):
            new = parent_claim(schema, parent)
            if above is not None:
                parent_let_go(above)
            above = new
    return office, above


def _number_stays(schema: Schema, record: Record, payload: Payload) -> None:
    field = schema.model.number.field
    if field is not None and str(payload.get(field) or "") != record.number:
        text = gettext(
            "番号は変えられません。番号が違うときは、この記録を終わりにして、新しい記録を作ってください。"
        )
        raise RecordRefused([Problem(field, "number", text)])


def claimed(record: Record, revision: int, **columns: Any) -> None:
    """Take the record as it was seen; whoever comes second finds another revision."""
    rows = Record.objects.filter(pk=record.pk, revision=revision)
    if not rows.update(revision=F("revision") + 1, **columns):
        raise RecordChangedMeanwhile
    record.revision = revision + 1


def _write(
    schema: Schema, record: Record, edit: Edit, kind: str, done: Mapping[str, Any] | None, reason: str,
    spans: list[Span], actor: Viewer, now: datetime,
) -> None:  # fmt: skip
    change = Change(record, edit, kind, done, reason, shown_of(spans, actor.on))
    changes_write(schema, [change], actor=actor, today=actor.on, now=now)
    shown = Version.objects.filter(record=record, current=True).first()
    if shown is not None and (shown.office_id, shown.parent_id) != (record.office_id, record.parent_id):
        Record.objects.filter(pk=record.pk).update(office=shown.office_id, parent=shown.parent_id)
        record.office_id, record.parent_id = shown.office_id, shown.parent_id
    totals_follow(schema, [record], actor=actor, now=now)


def _same(before: Span, span: Span) -> bool:
    return {**before.values, "declared": 0} == {**span.values, "declared": 0}


def _differing(before: Span | None, payload: Payload) -> list[str]:
    was = before.values["payload"] if before is not None else {}
    return sorted(key for key in was.keys() | payload.keys() if was.get(key) != payload.get(key))


def _last(spans: list[Span]) -> Payload:
    payload: Payload = spans[-1].values["payload"] if spans else {}
    return payload


def _before_end(record: Record) -> Span:
    """Give what a record was last, where its end lies before its beginning: then nothing of it is believed."""
    row = Version.objects.filter(record=record).order_by("-entered_at", "-starts_on").first()
    assert row is not None
    return span_of(row)


def _audit(
    actor: Viewer,
    what: str,
    schema: Schema,
    record: Record,
    payload: Mapping[str, Json],
    detail: dict[str, Any],
) -> None:
    personal = schema.fields[schema.model.title].data_class in ("personal", "restricted")
    title = "" if personal else schema.title(payload, Ctx(on=actor.on))
    audit_write(actor, f"registers.record_{what}", record.subject(title[:200]), detail=detail)
