"""Days that must not be missed: which records have come near them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from madoguchi.blocks.registers.kind.model import Alarm, Condition
from madoguchi.blocks.registers.listing import Asked, Listed, records_listed
from madoguchi.blocks.registers.schema import Schema
from madoguchi.blocks.registers.seeing import schemas_seen
from madoguchi.kernel.rights import Viewer


@dataclass(frozen=True, slots=True)
class AlarmDue:
    """An alarm of a register that rings for a viewer: how many records, and how many are past their day."""

    register: str
    key: str
    label: str
    count: int
    past: int


def alarm_asked(alarm: Alarm, *, past: bool = False, page: int = 1, per_page: int = 50) -> Asked:
    """Give what the list of an alarm asks for: the day is near, or (``past``) over; the nearest first."""
    near = Condition(field=alarm.field, op="before_days", value=-1 if past else alarm.days)
    return Asked(where=(near, *alarm.where), order=(alarm.field,), page=page, per_page=per_page)


def alarm_listed(viewer: Viewer, schema: Schema, alarm: Alarm, *, on: date, page: int = 1) -> Listed:
    """Give the records for which an alarm rings."""
    return records_listed(viewer, schema, alarm_asked(alarm, page=page), on=on)


def alarms_due(viewer: Viewer, *, on: date, language: str = "ja") -> list[AlarmDue]:
    """Give the alarms that ring for a viewer, over all registers that he may change."""
    found: list[AlarmDue] = []
    for schema in schemas_seen(viewer):
        if not viewer.may("registers.edit", service=schema.service):
            continue
        for alarm in schema.model.alarms:
            count = records_listed(viewer, schema, alarm_asked(alarm, per_page=1), on=on).count
            if count:
                past = records_listed(viewer, schema, alarm_asked(alarm, past=True, per_page=1), on=on).count
                label = schema.words(f"alarms.{alarm.key}.label", language)
                found.append(AlarmDue(schema.key, alarm.key, label, count, past))
    return found
