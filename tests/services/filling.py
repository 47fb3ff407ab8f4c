"""What the tests of declared services share: publishing one, filling its registers, and asking what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from madoguchi.blocks.measures.computed import compute
from madoguchi.blocks.measures.declarations import declared_body
from madoguchi.blocks.people.testing import office_make
from madoguchi.blocks.registers.actions import record_add, record_change
from madoguchi.blocks.registers.listing import Asked, records_listed
from madoguchi.blocks.registers.models import Record, Version
from madoguchi.blocks.registers.schema import RecordRefused, schema_get
from madoguchi.blocks.registers.slots import slots_assign
from madoguchi.blocks.registers.testing import DAY, KEEPER, NOW
from madoguchi.kernel.declarations import declarations_load, declarations_publish
from madoguchi.kernel.models import PublishedDeclaration
from madoguchi.kernel.rights import system_viewer
from madoguchi.kernel.stamps import stamp_move, stamped_forget

_KEPT: dict[tuple[str, ...], list[dict[str, Any]]] = {}


def published(*services: str) -> int:
    """
    Publish all that some services declare; the id of an office to fill them for.

    Files are read and checked once; later tests of the same services get the very rows that were published then.
    """
    if services not in _KEPT:
        keys = [
            f"{kind}/{key}" for kind, key in declarations_load().declarations if key.split(".")[0] in services
        ]
        declarations_publish(actor=system_viewer(on=DAY, duty="試験"), keys=keys, reason="試験", now=NOW)
        rows = PublishedDeclaration.objects.order_by("pk").values()
        _KEPT[services] = [{name: value for name, value in row.items() if name != "id"} for row in rows]
        return office_make(name="試験課").pk
    PublishedDeclaration.objects.bulk_create([PublishedDeclaration(**row) for row in _KEPT[services]])
    stamp_move("kernel.declarations")
    stamped_forget()
    for row in _KEPT[services]:
        if row["kind"] == "register":
            slots_assign(schema_get(row["key"]), now=NOW, empty=True)
    return office_make(name="試験課").pk


def add(register: str, office: int, values: Mapping[str, Any], parent: str = "") -> Record:
    """Add a record by kept values."""
    found: Record = record_add(
        actor=KEEPER, register=register, values=values, office_id=office, on=DAY, parent=parent, now=NOW
    )
    return found


def change(record: Record, **values: Any) -> None:
    """Change some values of a record from today on; None takes one away."""
    record.refresh_from_db()
    record_change(
        actor=KEEPER, register=record.register, number=record.number, values={**payload(record), **values},
        on=DAY, revision=record.revision, now=NOW,
    )  # fmt: skip


def payload(record: Record) -> dict[str, Any]:
    """Give what is kept of a record now."""
    return dict(Version.objects.get(record=record, current=True).payload)


def refused_add(register: str, office: int, values: Mapping[str, Any], parent: str = "") -> list[str]:
    """Give the words with which a new record is refused."""
    with pytest.raises(RecordRefused) as refused:
        add(register, office, values, parent)
    return [problem.message for problem in refused.value.problems]


def refused_change(record: Record, **values: Any) -> list[str]:
    """Give the words with which a change is refused."""
    with pytest.raises(RecordRefused) as refused:
        change(record, **values)
    return [problem.message for problem in refused.value.problems]


def listed(register: str, view: str, *, on: date = DAY) -> list[str]:
    """Give the titles that a saved view lists, in its order."""
    schema = schema_get(register)
    found = next(one for one in schema.model.views if one.key == view)
    rows = records_listed(KEEPER, schema, Asked(where=found.where, order=found.order), on=on).rows
    return [row.title for row in rows]


def figure(indicator: str, year: int) -> Decimal | None:
    """Compute an indicator."""
    return compute(declared_body(indicator), year=year, on=DAY).value


def closed_in_view(register: str, view: str) -> set[str]:
    """Name the columns of a saved view that are not open to everybody."""
    schema = schema_get(register)
    found = next(one for one in schema.model.views if one.key == view)
    return {key for key in found.columns if schema.fields[key].data_class != "open"}
