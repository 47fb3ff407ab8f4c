"""The yearly stock-take (棚卸し): every office looks at each of its records and signs for it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, datetime

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.registers.indexes import of_register
from madoguchi.blocks.registers.models import StockTake, StockTakeLine, StockTakeOffice, Version
from madoguchi.blocks.registers.schema import schema_get
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.db.bulk import rows_copy
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kit.check_characters import receipt_number
from madoguchi.kit.fiscal import fiscal_year_of

FOUND = StockTakeLine.Found


class NoStockTake(Refused):
    """The register has no stock-take."""

    message = _("この台帳には、棚卸しがありません。")


class StockTakeOpen(Refused):
    """There is one of this year."""

    message = _("この年度の棚卸しは、もう始まっています。")


class StockTakeClosed(Refused):
    """The round is over, or the office has signed."""

    message = _("この棚卸しは終わったか、もう確認が済んでいます。")


class LinesOpen(Refused):
    """Not every record was looked at."""

    message = _("まだ確かめていない記録があります。全部を確かめてから、確認を終えてください。")


class OfficesOpen(Refused):
    """Not every office has signed."""

    message = _("まだ確認を終えていない課があります。終わらせるなら「残して終える」を選んでください。")


@action("registers.stocktake_open", raises={"stock_take_once_a_year": StockTakeOpen})
def stocktake_open(*, actor: Viewer, register: str, due_on: date, now: datetime) -> StockTake:
    """
    Begin the round of this fiscal year: every office gets the records that it has today.

    :raises NoStockTake: the register has none.
    :raises StockTakeOpen: this year's has begun.
    """
    schema = schema_get(register)
    actor.must_everywhere("registers.keep")
    if not schema.model.stocktake:
        raise NoStockTake
    take = StockTake.objects.create(
        key=receipt_number(os.urandom(16)), register=register, year=fiscal_year_of(actor.on).year, as_of=actor.on,
        due_on=due_on, opened_by=actor.key, opened_at=now,
    )  # fmt: skip
    rows = Version.objects.filter(of_register(register)).order_by("office", "number")
    counts = dict(rows.order_by().values_list("office").annotate(n=Count("pk")))
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

    :param found: by id of the line: one of ``StockTakeLine.Found``, and a note.
    :raises StockTakeClosed: the round is over, or the office has signed.
    """
    part = _part(actor, take_key, office_id)
    count = 0
    for line_id, (what, note) in found.items():
        if what not in FOUND.values or what == FOUND.OPEN:
            raise NotAllowed(f"stock-take: {what}")
        rows = StockTakeLine.objects.filter(pk=line_id, part=part)
        count += rows.update(found=what, note=note[:300], looked_by=actor.key, looked_at=now)
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
    actor.must_everywhere("registers.keep")
    take = StockTake.objects.filter(key=take_key).first()
    if take is None:
        raise NotAllowed(f"stock-take {take_key}")
    lacking = take.offices.filter(signed_at=None).count()
    if lacking and not anyway:
        raise OfficesOpen
    if not StockTake.objects.filter(pk=take.pk, closed_at=None).update(closed_at=now):
        raise StockTakeClosed
    audit_write(actor, "registers.stocktake_closed", take.subject(), detail={"unsigned": lacking})


def _part(actor: Viewer, take_key: str, office_id: int) -> StockTakeOffice:
    rows = StockTakeOffice.objects.select_related("take").filter(take__key=take_key, office=office_id)
    part = rows.first()
    if part is None:
        raise NotAllowed(f"stock-take {take_key}")
    actor.must("registers.edit", office_id=office_id, service=schema_get(part.take.register).service)
    if part.take.closed_at is not None or part.signed_at is not None:
        raise StockTakeClosed
    return part
