"""Changes that somebody asks for and another person agrees to (a decision route takes the place of that person later)."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.registers.actions.records import (
    ReasonNeeded,
    record_add,
    record_change,
    record_correct,
    record_retire,
    record_revive,
)
from madoguchi.blocks.registers.models import ChangeRequest, Record
from madoguchi.blocks.registers.schema import schema_get
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kit.check_characters import receipt_number


class RequestDecided(Refused):
    """Somebody has decided on it before."""

    message = _("この申し出は、もう判断されたか、取り下げられています。")


class OwnRequest(Refused):
    """Whoever asks does not agree to it himself."""

    message = _("自分の申し出を、自分で認めることはできません。別の人に頼んでください。")


_ACTIONS: dict[str, Callable[..., Record]] = {
    "record_add": record_add, "record_change": record_change, "record_correct": record_correct,
    "record_retire": record_retire, "record_revive": record_revive,
}  # fmt: skip
_DAYS = frozenset({"on", "starts_on", "ends_on"})


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
    if what not in _ACTIONS:
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
def change_agree(*, actor: Viewer, request_key: str, note: str = "", now: datetime) -> Record:
    """
    Agree to a change and record it, in one transaction: it is refused as the change itself would be.

    :raises OwnRequest: the actor asked for it himself.
    :raises RequestDecided: it was decided before.
    """
    found = _judged(actor, request_key, ChangeRequest.State.AGREED, note, now)
    asked = {name: _day(name, value) for name, value in found.asked.items()}
    if found.what != ChangeRequest.What.ADD:
        # What was asked for was asked of the record as it then was; whoever agrees has seen how it is now.
        asked["revision"] = Record.objects.values_list("revision", flat=True).get(
            register=found.register, number=found.number
        )
    record = _ACTIONS[found.what](actor=actor, register=found.register, approved=True, now=now, **asked)
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


def _day(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name in _DAYS and isinstance(value, str) else value
