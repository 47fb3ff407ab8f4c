"""The yearly stock-take (棚卸し): every office looks at each of its records and signs for it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, datetime

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.registers.indexes import of_register
from madoguchi.blocks.registers.models import StockTake, StockTakeLine, StockTakeOffice, Version
from madoguchi.blocks.registers.schema import Schema, schema_get
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.db.bulk import rows_copy
from madoguchi.kernel.rights import EVERY_ROW, NotAllowed, Viewer
from madoguchi.kit.check_characters import receipt_number
from madoguchi.kit.fiscal import fiscal_year_of

FOUND = StockTakeLine.Found


class NoStockTake(Refused):
    """The register has no stock-take."""

    message = _("この台帳には、棚卸しがありません。")


class StockTakeOpen(Refused):
    """There is one of this year."""

    message = _("この年度の棚卸しは、もう始まっています。")


class NothingToCount(Refused):
    """The register holds no record yet."""

    message = _("この台帳には、まだ記録がありません。記録を入れてから始めてください。")


class DueTooEarly(Refused):
    """A round is due before it begins."""

    message = _("締切が、始める日より前です。今日か、今日より後の日を入力してください。")


class NoteNeeded(Refused):
    """Something differs, and nobody says what."""

    message = _("何が違うかを書いてください。台帳を直す人が読みます。")


class StockTakeClosed(Refused):
    """The round is over, or the office has signed."""

    message = _("この棚卸しは終わったか、もう確認が済んでいます。")


class LinesOpen(Refused):
    """Not every record was looked at."""

    message = _("まだ確かめていない記録があります。全部を確かめてから、確認を終えてください。")


class OfficesOpen(Refused):
    """Not every office has signed."""

    message = _("まだ確認を終えていない課があります。終わらせるなら「残して終える」を選んでください。")


def stocktake_kept(actor: Viewer, schema: Schema) -> bool:
    """Whether somebody begins and ends the rounds of a register: he keeps it, for every office."""
    return actor.where("registers.keep", service=schema.service) == EVERY_ROW


@action(
    "registers.stocktake_open",
    raises={"stock_take_once_a_year": StockTakeOpen, "stock_take_due_after": DueTooEarly},
)
def stocktake_open(*, actor: Viewer, register: str, due_on: date, now: datetime) -> StockTake:
    """
    Begin the round of this fiscal year: every office gets the records that it has today.

    :raises NoStockTake: the register has none.
    :raises NothingToCount: it holds no record.
    :raises StockTakeOpen: this year's has begun.
    :raises DueTooEarly: it would be over before it begins.
    """
    schema = schema_get(register)
    _must_keep(actor, schema)
    if not schema.model.stocktake:
        raise NoStockTake
    take = StockTake.objects.create(
        key=receipt_number(os.urandom(16)), register=register, year=fiscal_year_of(actor.on).year, as_of=actor.on,
        due_on=due_on, opened_by=actor.key, opened_at=now,
    )  # fmt: skip
    rows = Version.objects.filter(of_register(register)).order_by("office", "number")
    counts = dict(rows.order_by().values_list("office").annotate(n=Count("pk")))
    if not counts:
        raise NothingToCount
    parts = {
        office: StockTakeOffice.objects.create(take=take, office_id=office, records=count)
        for office, count in sorted(counts.items())
    }
    lines = (
        (parts[office].pk, record, FOUND.OPEN, "", "")
        for office, record in rows.values_list("office", "record")
    )
    rows_copy(StockTakeLine, ("part", "record", "found", "note", "looked_by"), list(lines))
    detail = {"register": register, "records": sum(counts.values()), "offices": len(counts)}
    audit_write(actor, "registers.stocktake_opened", take.subject(), detail=detail)
    return take


@action("registers.stocktake_look")
def stocktake_look(
    *, actor: Viewer, take_key: str, office_id: int, found: Mapping[int, tuple[str, str]], now: datetime
) -> int:
    """
    Say what was found of some records; how many.

    :param found: by id of the line: one of ``StockTakeLine.Found``, and a note; ``open`` takes back what was said.
    :raises NoteNeeded: something differs, and the note does not say what.
    :raises StockTakeClosed: the round is over, or the office has signed.
    """
    part = _part(actor, take_key, office_id)
    count = 0
    for line_id, (what, note) in found.items():
        if what == FOUND.DIFFERENT and not note.strip():
            raise NoteNeeded
        said = (
            {"looked_by": actor.key, "looked_at": now}
            if what != FOUND.OPEN
            else {"looked_by": "", "looked_at": None}
        )
        rows = StockTakeLine.objects.filter(pk=line_id, part=part)
        if what not in FOUND.values or not rows.update(found=what, note=note[:300], **said):
            raise NotAllowed(f"stock-take {take_key}: line {line_id} {what}")
        count += 1
    detail = {"office": part.office_id, "lines": count}
    audit_write(actor, "registers.stocktake_looked", part.take.subject(), detail=detail)
    return count


@action("registers.stocktake_sign")
def stocktake_sign(*, actor: Viewer, take_key: str, office_id: int, note: str = "", now: datetime) -> None:
    """
    Sign for an office: everything was looked at.

    :raises LinesOpen: something was not.
    """
    part = _part(actor, take_key, office_id)
    if part.lines.filter(found=FOUND.OPEN).exists():
        raise LinesOpen
    unsigned = StockTakeOffice.objects.filter(pk=part.pk, signed_at=None)
    if not unsigned.update(signed_by=actor.key, signed_at=now, note=note[:500]):
        raise StockTakeClosed
    audit_write(actor, "registers.stocktake_signed", part.take.subject(), detail={"office": part.office_id})


@action("registers.stocktake_close")
def stocktake_close(*, actor: Viewer, take_key: str, anyway: bool = False, now: datetime) -> None:
    """
    End a round.

    :param anyway: though offices have not signed.
    :raises OfficesOpen: offices have not signed.
    """
    take = StockTake.objects.filter(key=take_key).first()
    if take is None:
        raise NotAllowed(f"stock-take {take_key}")
    _must_keep(actor, schema_get(take.register))
    lacking = take.offices.filter(signed_at=None).count()
    if lacking and not anyway:
        raise OfficesOpen
    if not StockTake.objects.filter(pk=take.pk, closed_at=None).update(closed_at=now):
        raise StockTakeClosed
    audit_write(actor, "registers.stocktake_closed", take.subject(), detail={"unsigned": lacking})


def _must_keep(actor: Viewer, schema: Schema) -> None:
    if not stocktake_kept(actor, schema):
        raise NotAllowed(f"{actor.key}: stock-take of {schema.key}")


def _part(actor: Viewer, take_key: str, office_id: int) -> StockTakeOffice:
    rows = StockTakeOffice.objects.select_related("take").filter(take__key=take_key, office=office_id)
    part = rows.first()
    if part is None:
        raise NotAllowed(f"stock-take {take_key}")
    actor.must("registers.edit", office_id=office_id, service=schema_get(part.take.register).service)
    if part.take.closed_at is not None or part.signed_at is not None:
        raise StockTakeClosed
    return part
