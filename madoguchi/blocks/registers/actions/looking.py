"""A look at personal values of a register is an action: it leaves a row with the duty it was for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from madoguchi.blocks.registers.models import Record
from madoguchi.blocks.registers.seeing import BY_CLASS, fields_seen, schema_seen
from madoguchi.kernel.actions import action
from madoguchi.kernel.audit import audit_read
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kernel.subjects import Subject

MOST = 5_000


@action("registers.records_look")
def records_look(
    *,
    actor: Viewer,
    register: str,
    numbers: Sequence[str],
    what: str,
    now: datetime,  # noqa: ARG001
) -> frozenset[str]:
    """
    Let somebody see the personal and restricted values of records, and write down that he did; the fields he may see.

    :param what: where he looked (record, list, export); with a list or a file, the records that it held.
    :raises NotAllowed: he may see none of them.
    """
    schema = schema_seen(actor, register)
    offices = set(
        Record.objects.filter(register=register, number__in=numbers[:MOST]).values_list(
            "office_id", flat=True
        )
    )
    if not offices:
        raise NotAllowed(f"{register}: no such record")
    seen = frozenset.intersection(*(fields_seen(actor, schema, office_id=office) for office in offices))
    shown = {key for key in seen if schema.fields[key].data_class in BY_CLASS}
    if not shown:
        raise NotAllowed(f"{register}: nothing personal to see")
    classes = sorted({schema.fields[key].data_class for key in shown})
    subject = Subject(
        f"registers.{register}", numbers[0] if len(numbers) == 1 else "", schema.words("label", "ja")
    )
    read = [Subject(f"registers.{register}", number) for number in numbers[:MOST]]
    audit_read(
        actor,
        "registers.records_looked_at",
        subject,
        data=classes,
        read=read,
        page=what,
        fields=sorted(shown),
    )
    return seen
