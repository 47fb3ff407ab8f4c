"""
Files of records: whose they are, and how those that came with a form become a record's own.

A file that is sent stands with a draft of whoever sent it (``DRAFT``) until the record is written; then it is passed on to
the record (``KEPT``), in the transaction that writes it. Who may read it is judged by the record alone: a key that somebody
writes into another record opens nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.utils.translation import gettext

from madoguchi.blocks.fields.types import FileField, Json
from madoguchi.blocks.files.actions import file_pass
from madoguchi.blocks.files.queries import file_subject
from madoguchi.blocks.files.types import MIB, FileRules
from madoguchi.blocks.registers.schema import Payload, Problem, RecordRefused, Schema
from madoguchi.kernel.rights import NotAllowed, Viewer, system_viewer
from madoguchi.kernel.subjects import Subject

KEPT, DRAFT = "registers.files", "registers.draft"


def kept_subject(register: str, field: str, number: str) -> Subject:
    """Give what the files of a record's field belong to."""
    return Subject(KEPT, f"{register} {field} {number}")


def draft_subject(register: str, field: str, viewer: Viewer) -> Subject:
    """Give what a file belongs to that somebody has sent and not recorded yet."""
    return Subject(DRAFT, f"{register} {field} {sender_of(viewer)}")


def sender_of(viewer: Viewer) -> str:
    """Give by what a draft knows who sent it."""
    return viewer.key or viewer.kind


def subject_parts(key: str) -> tuple[str, str, str]:
    """Give register, field, and the record's number or the sender."""
    register, field, rest = [*key.split(" ", 2), "", ""][:3]
    return register, field, rest


def file_fields(schema: Schema) -> dict[str, FileField]:
    """Give the fields of a register that hold files."""
    return {key: field for key, field in schema.fields.items() if isinstance(field, FileField)}


def rules_of(field: FileField) -> FileRules:
    """Give what a field takes."""
    return FileRules(bytes_most=field.largest_mib * MIB, kinds=frozenset(field.kinds))


def files_claim(
    schema: Schema, payload: Payload, number: str, *, before: Mapping[str, Json] | None = None,
    inherited: Collection[str] = (), actor: Viewer, now: datetime,
) -> Payload:  # fmt: skip
    """
    Make new files of a payload those of the record that gets it; inside an action, before the payload is written.

    :param before: what the record was: what stays is not asked about again.
    :param inherited: files of the records that it comes from: it gets them also where the actor may not see them.
    :raises RecordRefused: a file is not there, or belongs to another register or field, or the actor may not read it.
    """
    found = dict(payload)
    house = system_viewer(on=actor.on, duty=actor.duty)
    for name in file_fields(schema):
        keys = payload.get(name)
        if not keys:
            continue
        known = set((before or {}).get(name) or ())
        own = kept_subject(schema.key, name, number)
        found[name] = [
            key
            if key in known
            else _claimed(schema, name, key, own, house if key in inherited else actor, now)
            for key in keys
        ]
    return found


def _claimed(schema: Schema, field: str, key: str, own: Subject, actor: Viewer, now: datetime) -> str:
    about = file_subject(key=key)
    if about == (own.kind, own.key):
        return key
    fits = (
        about is not None and about[0] in (KEPT, DRAFT) and subject_parts(about[1])[:2] == (schema.key, field)
    )
    try:
        if not fits:
            raise NotAllowed(f"file {key}")
        return str(file_pass(actor=actor, key=key, subject=own, now=now).key)
    except NotAllowed as gone:
        text = gettext("ファイルが一つ見つかりません。外して、もう一度選んでください。")
        raise RecordRefused([Problem(field, "file", text)]) from gone
