"""What registers say of the files of their records: who may read and add, and that reading personal ones is a look."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from madoguchi.blocks.files.actions import FileRemoved, file_remove
from madoguchi.blocks.files.queries import files_lying
from madoguchi.blocks.files.types import FileLine
from madoguchi.blocks.registers.actions.looking import records_look
from madoguchi.blocks.registers.attaching import DRAFT, KEPT, sender_of, subject_parts
from madoguchi.blocks.registers.models import ChangeRequest, Record
from madoguchi.blocks.registers.schema import Schema, UnknownRegister, schema_get
from madoguchi.blocks.registers.seeing import BY_CLASS, VIEW, fields_seen
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.rights import NotAllowed, Viewer, system_viewer

DRAFTS_LIE = timedelta(days=14)
_WRITE = ("registers.edit", "registers.approve")


def kept_read(viewer: Viewer, key: str) -> bool:
    """Whether the files of a record's field may be read: by whoever sees the record and the field."""
    register, field, number = subject_parts(key)
    schema, office = _schema(register), _office(register, number)
    if schema is None or office is None or not viewer.may(VIEW, office_id=office, service=schema.service):
        return False
    return field in fields_seen(viewer, schema, office_id=office)


def kept_write(viewer: Viewer, key: str) -> bool:
    """Whether a record may get files: from whoever writes it, or agrees to what is written; a new one is not there yet."""
    register, _field, number = subject_parts(key)
    schema = _schema(register)
    if schema is None:
        return False
    office = _office(register, number)
    return any(viewer.may(right, office_id=office, service=schema.service) for right in _WRITE)


def kept_read_noted(viewer: Viewer, line: FileLine, now: datetime) -> None:
    """Write a look at a personal file down, with the record whose it is."""
    register, field, number = subject_parts(line.about[1])
    schema = _schema(register)
    if schema is not None and field in schema.fields and schema.fields[field].data_class in BY_CLASS:
        detail = {"file": line.key, "field": field}
        records_look(actor=viewer, register=register, numbers=[number], what="file", detail=detail, now=now)


def draft_read(viewer: Viewer, key: str) -> bool:
    """Whether what somebody sent may be read: by himself, and by whoever is asked to agree to it."""
    register, field, sender = subject_parts(key)
    schema = _schema(register)
    if schema is None or field not in schema.fields:
        return False
    if sender == sender_of(viewer):
        return viewer.may(VIEW, service=schema.service)
    return viewer.may("registers.approve", service=schema.service)


def draft_write(viewer: Viewer, key: str) -> bool:
    """Whether drafts may be added or taken away: one's own, by whoever may write; the house tidies up."""
    register, _field, sender = subject_parts(key)
    schema = _schema(register)
    if viewer.kind == "system":
        return True
    own = sender == sender_of(viewer)
    return schema is not None and own and viewer.may("registers.edit", service=schema.service)


def draft_read_noted(viewer: Viewer, line: FileLine, now: datetime) -> None:  # noqa: ARG001
    """
    Let nobody else open a personal file that belongs to no record yet: there would be nobody to tell of the look.

    :raises NotAllowed: it is personal, and another sent it.
    """
    register, field, sender = subject_parts(line.about[1])
    schema = _schema(register)
    personal = schema is None or schema.fields[field].data_class in BY_CLASS
    if personal and sender != sender_of(viewer):
        raise NotAllowed(f"{viewer.key}: draft {line.key}")


def drafts_tidy(now: datetime) -> int:
    """Take away what was sent two weeks ago and came to nothing, unless somebody is still asked to agree; how many."""
    waiting = ChangeRequest.objects.filter(state=ChangeRequest.State.WAITING)
    asked = " ".join(json.dumps(one) for one in waiting.values_list("asked", flat=True))
    actor = system_viewer(on=day_of(now), duty="台帳のファイルの片づけ")
    count = 0
    for key in files_lying(kind=DRAFT, before=now - DRAFTS_LIE):
        if key in asked:
            continue
        try:
            file_remove(actor=actor, key=key, now=now)
        except FileRemoved:
            continue
        count += 1
    return count


def _schema(register: str) -> Schema | None:
    try:
        return schema_get(register)
    except UnknownRegister:
        return None


def _office(register: str, number: str) -> int | None:
    rows = Record.objects.filter(register=register, number=number)
    return rows.values_list("office_id", flat=True).first()


OWNERS = (
    (KEPT, kept_read, kept_write, kept_read_noted),
    (DRAFT, draft_read, draft_write, draft_read_noted),
)
