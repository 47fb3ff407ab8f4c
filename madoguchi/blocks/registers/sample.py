"""The records of the fictional city: a small file for each register, beside the declarations of its service."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from madoguchi.blocks.registers.actions import file_apply, file_bring
from madoguchi.blocks.registers.models import Record
from madoguchi.blocks.registers.queries import office_of_service
from madoguchi.blocks.registers.schema import Schema, schemas_all
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.rights import Viewer


def registers_load(city: Path, *, actor: Viewer, now: datetime) -> int:
    """
    Import ``services/*/samples/<register>.csv`` of a city's folder, each into its empty register, all rows or none.

    A register that has records is left alone: what somebody changed in the demo stays. Records belong to the office that
    coordinates the service.

    :return: how many records were added now.
    :raises RowsRejected: a file has a row that its register refuses.
    """
    schemas = {schema.key: schema for schema in schemas_all()}
    added = 0
    for file in sorted(city.glob("services/*/samples/*.csv")):
        schema = schemas.get(file.stem)
        if schema is not None and not Record.objects.filter(register=schema.key).exists():
            added += _load(schema, file, actor, now)
    return added


def _load(schema: Schema, file: Path, actor: Viewer, now: datetime) -> int:
    on = day_of(now)
    office = office_of_service(schema.service, on=on)
    kept = file_bring(
        actor=actor, register=schema.key, content=file.read_bytes(), name=file.name, office_id=office.id, on=on, now=now,
    )  # fmt: skip
    outcome = file_apply(actor=actor, import_key=kept.key, digest=kept.digest, now=now)
    return outcome.counts["new"]
