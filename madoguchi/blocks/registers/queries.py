"""What others may ask of registers; everything takes the viewer."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.fields.types import Ctx
from madoguchi.blocks.people.queries import offices_on
from madoguchi.blocks.people.types import OfficeOnDay
from madoguchi.blocks.registers.listing import Asked, Listed, records_listed
from madoguchi.blocks.registers.models import Record, Tally, Version
from madoguchi.blocks.registers.seeing import VIEW, fields_seen, payload_seen, schema_seen, schemas_seen
from madoguchi.blocks.registers.types import RecordView, RegisterLine, VersionLine
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.db.two_times import believed, known_on
from madoguchi.kernel.declarations import UnknownDeclaration, published
from madoguchi.kernel.rights import NotAllowed, Viewer

__all__ = [
    "Asked",
    "Listed",
    "NoOffices",
    "office_of_service",
    "record_history",
    "record_view",
    "records_listed",
    "registers_for",
]


def registers_for(*, viewer: Viewer, language: str = "ja") -> list[RegisterLine]:
    """Give the registers that a viewer may open, with how many records each holds now."""
    counts = dict(Tally.objects.filter(field="", office_key=0).values_list("register", "count"))
    return [
        RegisterLine(
            schema.key, schema.words("label", language), schema.words("summary", language), schema.service,
            counts.get(schema.key, 0),
        )
        for schema in schemas_seen(viewer)
    ]  # fmt: skip


def record_view(
    *, viewer: Viewer, register: str, number: str, on: date, at: datetime | None = None
) -> RecordView:
    """
    Give a record as it was on a day, as known at a moment (None: now).

    :raises NotAllowed: there is none, or not for this viewer.
    """
    schema = schema_seen(viewer, register)
    record = _record(viewer, register, number, schema.service)
    seen = fields_seen(viewer, schema, office_id=record.office_id)
    row = Version.objects.filter(known_on(on, at), record=record).select_related("parent").first()
    starts = (
        Version.objects.filter(believed(at), record=record)
        .order_by("starts_on")
        .values_list("starts_on", flat=True)
    )
    last = row or Version.objects.filter(record=record).order_by("-entered_at", "-starts_on").first()
    assert last is not None
    parent = row.parent if row is not None else record.parent
    return RecordView(
        register, number, schema.title(last.payload, Ctx(on=on)), record.office_id,
        parent.number if parent is not None else "",
        payload_seen(row.payload, seen) if row is not None else None,
        record.revision, record.retired_on, record.retired_reason, row.starts_on if row is not None else None,
        tuple(day for day in starts if day > on), tuple(key for key in schema.fields if key not in seen),
    )  # fmt: skip


def record_history(*, viewer: Viewer, register: str, number: str) -> list[VersionLine]:
    """
    Give every version of a record that there ever was, the newest entry first.

    :raises NotAllowed: there is none, or not for this viewer.
    """
    schema = schema_seen(viewer, register)
    record = _record(viewer, register, number, schema.service)
    seen = fields_seen(viewer, schema, office_id=record.office_id)
    lines: list[VersionLine] = []
    earlier: dict[str, object] = {}
    for row in Version.objects.filter(record=record).order_by("entered_at", "starts_on", "pk"):
        payload = payload_seen(row.payload, seen)
        changed = tuple(key for key in schema.fields if key in seen and payload.get(key) != earlier.get(key))
        lines.append(
            VersionLine(
                row.pk, row.starts_on, row.ends_on, row.entered_at, row.withdrawn_at, row.kind, payload,
                row.entered_by, row.reason, changed,
            )
        )  # fmt: skip
        earlier = dict(payload)
    return lines[::-1]


class NoOffices(Refused):
    """There is no office yet that records could belong to."""

    message = _("組織がまだありません。先に組織表を取り込んでください。")


def office_of_service(service: str, *, on: date) -> OfficeOnDay:
    """
    Give the office that coordinates a service on a day; the first of all where it names none that is there.

    :raises NoOffices: there is none at all.
    """
    offices = offices_on(on=on)
    if not offices:
        raise NoOffices
    try:
        lead = published("service", service).model.office
    except UnknownDeclaration:
        lead = ""
    return next((office for office in offices if office.name == lead), offices[0])


def _record(viewer: Viewer, register: str, number: str, service: str) -> Record:
    record = Record.objects.select_related("parent").filter(register=register, number=number).first()
    if record is None or not viewer.may(VIEW, office_id=record.office_id, service=service):
        raise NotAllowed(f"{register} {number}")
    return record
