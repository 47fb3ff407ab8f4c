"""Rounds of stock-takes (棚卸し) as a viewer may see them: how far each office is, its lines, and the result as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone, translation

from madoguchi.blocks.fields.types import Ctx, Json
from madoguchi.blocks.people.queries import office_names
from madoguchi.blocks.registers.models import StockTake, StockTakeLine, StockTakeOffice, Version
from madoguchi.blocks.registers.schema import Schema, schemas_all
from madoguchi.blocks.registers.seeing import VIEW, rows_seen
from madoguchi.kernel.db.two_times import known_on
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kit.portions import portions

FOUND = StockTakeLine.Found
PORTION = 2_000


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an office is in a round; ``name`` is the office's on the day of the round."""

    name: str
    office_id: int
    records: int
    signed_at: datetime | None
    signed_by: str
    note: str
    open: int
    different: int
    missing: int

    @property
    def looked(self) -> int:
        """How many records somebody has looked at."""
        return self.records - self.open


def take_seen(schema: Schema, key: str) -> StockTake:
    """
    Give a round of a register that somebody has opened.

    :raises NotAllowed: there is none.
    """
    take = StockTake.objects.filter(register=schema.key, key=key).first()
    if take is None:
        raise NotAllowed(f"{schema.key}: stock-take {key}")
    return take


def part_seen(viewer: Viewer, schema: Schema, take: StockTake, office_id: int) -> StockTakeOffice:
    """
    Give an office's part of a round.

    :raises NotAllowed: it has none, or it is not for this viewer.
    """
    part = StockTakeOffice.objects.filter(take=take, office=office_id).first()
    if part is None or not viewer.may(VIEW, office_id=office_id, service=schema.service):
        raise NotAllowed(f"stock-take {take.key}: office {office_id}")
    return part


def progress_seen(viewer: Viewer, schema: Schema, take: StockTake) -> list[Progress]:
    """Give the offices of a round that a viewer may see, those that have not signed first."""
    rows = StockTakeOffice.objects.filter(rows_seen(viewer, schema), take=take).annotate(
        n_open=Count("lines", filter=Q(lines__found=FOUND.OPEN)),
        n_different=Count("lines", filter=Q(lines__found=FOUND.DIFFERENT)),
        n_missing=Count("lines", filter=Q(lines__found=FOUND.MISSING)),
    )
    parts = rows.values_list(
        "office_id", "records", "signed_at", "signed_by", "note", "n_open", "n_different", "n_missing"
    )
    names = office_names(office_ids=[part[0] for part in parts], on=take.as_of)
    found = [Progress(names.get(part[0], ""), *part) for part in parts]
    return sorted(found, key=lambda one: (one.signed_at is not None, one.name))


def lines_counted(part: StockTakeOffice) -> dict[str, int]:
    """Count an office's lines by what was found."""
    counts = dict(part.lines.order_by().values_list("found").annotate(n=Count("pk")))
    return {what: counts.get(what, 0) for what in FOUND.values}


def contents(records: Sequence[int], *, on: date, before: date) -> dict[int, Mapping[str, Json]]:
    """Give what records are on a day; of what is not there any more, what it was on a day before."""
    found: dict[int, Mapping[str, Json]] = {}
    for day in (before, on):
        rows = Version.objects.filter(known_on(day), record__in=records)
        found |= dict(rows.values_list("record", "payload"))
    return found


def result_rows(viewer: Viewer, schema: Schema, take: StockTake, keys: Sequence[str]) -> Iterator[list[Any]]:
    """Give the result of a round line by line: office, number, some fields, what was found, a note, by whom and when."""
    with translation.override("ja"):
        labels = {what: str(label) for what, label in FOUND.choices}
    seen = rows_seen(viewer, schema, field="part__office_id")
    offices = office_names(office_ids=take.offices.values_list("office", flat=True), on=take.as_of)
    wanted = StockTakeLine.objects.filter(seen, part__take=take).order_by("part", "pk")
    columns = ("record", "record__number", "found", "note", "looked_by", "looked_at", "part__office")
    ctx, fields = Ctx(on=viewer.on), [schema.fields[key] for key in keys]
    for some in portions(wanted.values_list(*columns).iterator(chunk_size=PORTION)):
        there = contents([line[0] for line in some], on=viewer.on, before=take.as_of)
        for record, number, found, note, by, at, office in some:
            payload = there.get(record, {})
            cells = [field.cell(payload.get(field.key), ctx) for field in fields]
            when = timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at is not None else ""
            yield [
                offices.get(office, ""),
                number,
                *cells,
                labels[found],
                note,
                by.removeprefix("staff:"),
                when,
            ]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An office's part of a round that has not been signed: ``open`` records are still to be looked at."""

    register: str
    take: str
    office_id: int
    due_on: date
    open: int


def parts_waiting(viewer: Viewer, *, right: str) -> list[Waiting]:
    """Give the parts that wait for the viewer's own offices, in the registers in which he holds a right; one query."""
    wanted = Q(pk__in=[])
    for schema in schemas_all():
        if schema.model.stocktake and viewer.may(right, service=schema.service):
            wanted |= Q(take__register=schema.key) & viewer.where(
                right, field="office_id", service=schema.service
            )
    rows = StockTakeOffice.objects.filter(
        wanted, office__in=viewer.offices, signed_at=None, take__closed_at=None
    ).annotate(open=Count("lines", filter=Q(lines__found=FOUND.OPEN)))
    parts = rows.order_by("take__due_on", "pk").values_list(
        "take__register", "take__key", "office_id", "take__due_on", "open"
    )
    return [Waiting(*part) for part in parts]
