"""A look at personal values of a register is an action: it leaves a row with the duty it was for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from madoguchi.blocks.fields.types import PartyField
from madoguchi.blocks.registers.indexes import of_register
from madoguchi.blocks.registers.models import Record, Version
from madoguchi.blocks.registers.schema import Schema
from madoguchi.blocks.registers.seeing import BY_CLASS, fields_seen, schema_seen
from madoguchi.kernel.actions import action
from madoguchi.kernel.audit import audit_read
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kernel.subjects import Subject
from madoguchi.kit.portions import portions


@action("registers.records_look")
def records_look(
    *,
    actor: Viewer,
    register: str,
    numbers: Sequence[str],
    what: str,
    detail: Mapping[str, Any] | None = None,
    now: datetime,  # noqa: ARG001
) -> frozenset[str]:
    """
    Let somebody see the personal and restricted values of records, and write down that he did; the fields he may see.

    One row however many records, each of them linked, and so is each person that their fields point at.

    :param what: where he looked (record, list, export); with a list or a file, the records that it held.
    :param detail: what else explains the look (the form of a file); no personal data.
    :raises NotAllowed: he may see none of them.
    """
    schema = schema_seen(actor, register)
    offices: set[int] = set()
    for some in portions(numbers):
        rows = Record.objects.filter(register=register, number__in=some)
        offices |= set(rows.values_list("office_id", flat=True))
    if not offices:
        raise NotAllowed(f"{register}: no such record")
    seen = frozenset.intersection(*(fields_seen(actor, schema, office_id=office) for office in offices))
    shown = personal_of(schema, seen)
    subject = Subject(
        f"registers.{register}", numbers[0] if len(numbers) == 1 else "", schema.words("label", "ja")
    )
    persons = dict.fromkeys(_persons(schema, shown, numbers))
    read = [Subject(f"registers.{register}", number) for number in numbers]
    read += [Subject("people.person", key) for key in persons]
    look_note(actor, schema, shown, subject, read=read, what=what, detail=detail)
    return seen


def personal_of(schema: Schema, seen: frozenset[str]) -> frozenset[str]:
    """
    Give those of the fields that somebody sees whose values are personal or restricted.

    :raises NotAllowed: there is none; nothing is left to look at.
    """
    shown = frozenset(key for key in seen if schema.fields[key].data_class in BY_CLASS)
    if not shown:
        raise NotAllowed(f"{schema.key}: nothing personal to see")
    return shown


def look_note(
    actor: Viewer, schema: Schema, shown: frozenset[str], subject: Subject, *, read: Sequence[Subject], what: str,
    detail: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Write a look at personal fields down, inside an action."""
    classes = sorted({schema.fields[key].data_class for key in shown})
    audit_read(
        actor, "registers.records_looked_at", subject, data=classes, read=read, page=what, fields=sorted(shown),
        **(detail or {}),
    )  # fmt: skip


def _persons(schema: Schema, shown: frozenset[str], numbers: Sequence[str]) -> Iterator[str]:
    """Give the keys of the persons whom personal fields of records point at: they are told who looked."""
    keys = [key for key in shown if isinstance(schema.fields[key], PartyField)]
    for some in portions(numbers) if keys else ():
        rows = Version.objects.filter(of_register(schema.key), number__in=some)
        for payload in rows.values_list("payload", flat=True):
            yield from (str(payload[key]) for key in keys if payload.get(key))
