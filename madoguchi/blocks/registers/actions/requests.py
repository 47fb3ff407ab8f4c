"""Changes that somebody asks for and another person agrees to (a decision route takes the place of that person later)."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.registers.actions.looking import look_note, personal_of
from madoguchi.blocks.registers.actions.records import (
    ReasonNeeded,
    RecordChangedMeanwhile,
    record_add,
    record_change,
    record_correct,
    record_retire,
    record_revive,
)
from madoguchi.blocks.registers.models import ChangeRequest, Record, Version
from madoguchi.blocks.registers.schema import Payload, schema_get
from madoguchi.blocks.registers.seeing import fields_seen, schema_seen
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.db.two_times import known_on
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kernel.subjects import Subject
from madoguchi.kit.check_characters import receipt_number


class RequestDecided(Refused):
    """Somebody has decided on it before."""

    message = _("この申し出は、もう判断されたか、取り下げられています。")


class OwnRequest(Refused):
    """Whoever asks does not agree to it himself."""

    message = _("自分の申し出を、自分で認めることはできません。別の人に頼んでください。")


WRITES: Mapping[str, Callable[..., Record]] = {
    "record_add": record_add, "record_change": record_change, "record_correct": record_correct,
    "record_retire": record_retire, "record_revive": record_revive,
}  # fmt: skip
_DAYS = frozenset({"on", "starts_on", "ends_on"})


def change_tried(*, actor: Viewer, register: str, what: str, asked: Mapping[str, Any], now: datetime) -> None:
    """
    Refuse what could not be recorded, before somebody is asked to agree to it; nothing is written.

    :raises Refused: as the action itself would.
    """
    with transaction.atomic():  # noqa: TID251 - all that is done in it is taken back
        WRITES[what](actor=actor, register=register, approved=True, now=now, **asked)
        transaction.set_rollback(True)


@action("registers.change_ask")
def change_ask(
    *,
    actor: Viewer,
    register: str,
    what: str,
    asked: Mapping[str, Any],
    office_id: int,
    reason: str,
    now: datetime,
) -> ChangeRequest:
    """
    Ask for a change.

    :param what: the action that is asked for (``record_add`` …).
    :param asked: its keywords apart from ``actor``, ``register`` and ``now``; days as days.
    :raises NotAllowed: the actor may not write here for this office.
    :raises ReasonNeeded: a request says why.
    """
    schema = schema_get(register)
    actor.must("registers.edit", office_id=office_id, service=schema.service)
    if what not in WRITES:
        raise NotAllowed(what)
    if not reason.strip():
        raise ReasonNeeded
    kept = {name: value.isoformat() if isinstance(value, date) else value for name, value in asked.items()}
    made = ChangeRequest.objects.create(
        key=receipt_number(os.urandom(16)), register=register, number=str(asked.get("number", "")), office_id=office_id,
        what=what, asked=kept, reason=reason, asked_by=actor.key, asked_at=now,
    )  # fmt: skip
    audit_write(actor, "registers.change_asked", made.subject(), detail={"register": register, "what": what})
    return made


@action("registers.change_agree", raises={"change_request_two_people": OwnRequest})
def change_agree(
    *, actor: Viewer, request_key: str, note: str = "", revision: int | None = None, now: datetime
) -> Record:
    """
    Agree to a change and record it, in one transaction: it is refused as the change itself would be.

    :param revision: the revision of the record that the actor saw; None where he saw what there is now.
    :raises RecordChangedMeanwhile: somebody changed the record since; nothing is written, and the request waits.
    :raises OwnRequest: the actor asked for it himself.
    :raises RequestDecided: it was decided before.
    """
    found = _judged(actor, request_key, ChangeRequest.State.AGREED, note, now)
    asked = asked_now(found)
    if revision is not None and asked.get("revision", revision) != revision:
        raise RecordChangedMeanwhile
    record = WRITES[found.what](actor=actor, register=found.register, approved=True, now=now, **asked)
    detail = {
        "register": found.register,
        "number": record.number,
        "what": found.what,
        "asked_by": found.asked_by,
    }
    audit_write(actor, "registers.change_agreed", found.subject(), detail=detail)
    return record


@action("registers.change_decline", raises={"change_request_two_people": OwnRequest})
def change_decline(*, actor: Viewer, request_key: str, note: str, now: datetime) -> None:
    """
    Decline a change and say why.

    :raises ReasonNeeded: the person who asked is told why.
    """
    if not note.strip():
        raise ReasonNeeded
    found = _judged(actor, request_key, ChangeRequest.State.DECLINED, note, now)
    audit_write(actor, "registers.change_declined", found.subject(), detail={"register": found.register})


@action("registers.change_take_back")
def change_take_back(*, actor: Viewer, request_key: str, now: datetime) -> None:
    """
    Take one's own request back.

    :raises NotAllowed: it is somebody else's.
    """
    rows = ChangeRequest.objects.filter(key=request_key, asked_by=actor.key)
    found = rows.first()
    if found is None:
        raise NotAllowed(f"request {request_key}")
    waiting = rows.filter(state=ChangeRequest.State.WAITING)
    if not waiting.update(state=ChangeRequest.State.TAKEN_BACK, decided_by=actor.key, decided_at=now):
        raise RequestDecided
    audit_write(actor, "registers.change_taken_back", found.subject(), detail={"register": found.register})


def _judged(actor: Viewer, request_key: str, state: str, note: str, now: datetime) -> ChangeRequest:
    found = ChangeRequest.objects.filter(key=request_key).first()
    if found is None:
        raise NotAllowed(f"request {request_key}")
    actor.must("registers.approve", office_id=found.office_id, service=schema_get(found.register).service)
    waiting = ChangeRequest.objects.filter(pk=found.pk, state=ChangeRequest.State.WAITING)
    if not waiting.update(state=state, decided_by=actor.key, decided_at=now, note=note[:500]):
        raise RequestDecided
    return found


@action("registers.request_look")
def request_look(
    *,
    actor: Viewer,
    request_key: str,
    now: datetime,  # noqa: ARG001
) -> frozenset[str]:
    """
    Let somebody see the personal values of what is asked for, and write down that he did; the fields he may see.

    :raises NotAllowed: he may see none of them.
    """
    found = ChangeRequest.objects.filter(key=request_key).first()
    if found is None:
        raise NotAllowed(f"request {request_key}")
    schema = schema_seen(actor, found.register)
    seen = fields_seen(actor, schema, office_id=found.office_id)
    shown = personal_of(schema, seen)
    subject = found.subject()
    if found.number:
        subject = Subject(f"registers.{found.register}", found.number, schema.words("label", "ja"))
    look_note(actor, schema, shown, subject, read=[subject], what="request")
    return seen


def asked_of(found: ChangeRequest) -> dict[str, Any]:
    """Give what a request asks for as it was asked: the keywords of its action."""
    return {name: _day(name, value) for name, value in found.asked.items()}


def asked_now(found: ChangeRequest) -> dict[str, Any]:
    """
    Give what a request asks for as it would be done now: the keywords of its action.

    What others changed since, and the request leaves as it then was, stays as it now is.
    """
    asked = asked_of(found)
    if found.what == ChangeRequest.What.ADD:
        return asked
    record = Record.objects.get(register=found.register, number=found.number)
    if "values" in asked and record.revision != asked.get("revision"):
        on = asked.get("on") or asked["starts_on"]
        rows = Version.objects.filter(record=record).select_related("parent")
        then, there = (rows.filter(known_on(on, at)).first() for at in (found.asked_at, None))
        if then is not None and there is not None:
            asked |= _rebased(asked, then, there)
    asked["revision"] = record.revision
    return asked


def _rebased(asked: Mapping[str, Any], then: Version, there: Version) -> dict[str, Any]:
    values: Payload = dict(asked["values"])
    for key in then.payload.keys() | there.payload.keys():
        if values.get(key) == then.payload.get(key):
            values[key] = there.payload.get(key)
    kept = {key: value for key, value in values.items() if value is not None}
    moved: dict[str, Any] = {"values": kept}
    if asked.get("office_id") == then.office_id:
        moved["office_id"] = there.office_id
    if asked.get("parent") == (then.parent.number if then.parent is not None else ""):
        moved["parent"] = there.parent.number if there.parent is not None else ""
    return moved


def _day(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name in _DAYS and isinstance(value, str) else value
