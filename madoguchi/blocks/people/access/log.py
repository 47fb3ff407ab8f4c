"""
Who looked at a record: office and post as they were then, when, for which duty, which classes of data.

Never whose hand it was: neither name nor number of a member of staff is in what is given here. Looks of an
emergency are there at once, judged or not; looks that the owner or his delegates took are marked as such.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal

from django.db.models import Max, Min, QuerySet

from madoguchi.blocks.people.mandates.standing import names_told, root_of
from madoguchi.blocks.people.models import Mandate, Party
from madoguchi.blocks.people.parties.duties import Duty, duties_declared
from madoguchi.blocks.people.work import EMERGENCY
from madoguchi.kernel.clock import TOKYO, day_of
from madoguchi.kernel.models import AuditRow, AuditSubject
from madoguchi.kernel.rights import Record

Who = Literal["office", "self", "delegate", "house"]


@dataclass(frozen=True, slots=True)
class AccessLine:
    """
    One look.

    ``event`` is what was done (the audit type); ``who`` office (``office`` and ``post`` say which), self, delegate (``by`` names him) or house (by itself);
    ``duty`` and ``basis`` in the reader's language, ``duty_lang`` the language in which the duty really is;
    ``data`` the classes of data.
    """

    at: datetime
    event: str
    who: Who
    office: str
    post: str
    by: str
    duty: str
    duty_lang: str
    basis: str
    emergency: bool
    data: tuple[str, ...]


def keys_of(record: Record) -> list[str]:
    """Give the numbers under which somebody is known."""
    return list(Party.objects.filter(pk__in=record.parties).values_list("key", flat=True))


def looks(record: Record, year: int | None = None) -> QuerySet[AuditRow]:
    """Give the rows of all looks at a record, the newest first; of one calendar year, or of all."""
    read = AuditSubject.objects.filter(kind="people.person", key__in=keys_of(record))
    rows = AuditRow.objects.filter(pk__in=read.values("row"))
    if year is not None:
        begins = datetime.combine(date(year, 1, 1), time.min, TOKYO)
        rows = rows.filter(at__gte=begins, at__lt=begins.replace(year=year + 1))
    return rows.order_by("-at", "-pk")


def years_of(record: Record) -> list[int]:
    """Give the calendar years in which there were looks, the newest first."""
    ends = looks(record).order_by().aggregate(first=Min("at"), last=Max("at"))
    if ends["first"] is None:
        return []
    return list(range(day_of(ends["last"]).year, day_of(ends["first"]).year - 1, -1))


def lines_of_access(rows: Sequence[AuditRow], *, language: str, on: date) -> list[AccessLine]:
    """Give the lines of some looks, in a language."""
    details = [json.loads(row.detail) for row in rows]
    declared = duties_declared(language)
    mandates = Mandate.objects.select_related("delegate").filter(
        key__in={detail.get("mandate") or "" for detail in details}
    )
    delegates = {one.key: root_of(one.delegate) for one in mandates if one.delegate}
    names = names_told(delegates.values(), on)
    return [
        _line(row, detail, declared, names.get(delegates.get(detail.get("mandate") or "", 0), ""), language)
        for row, detail in zip(rows, details, strict=True)
    ]


def _line(
    row: AuditRow, detail: dict[str, Any], declared: dict[str, Duty], delegate: str, language: str
) -> AccessLine:
    who: Who = "office"
    if row.actor_kind == "resident":
        who = "delegate" if detail.get("mandate") else "self"
    elif row.actor_kind == "system":
        who = "house"
    key = str(detail.get("duty") or "")
    duty = declared.get(key)
    return AccessLine(
        at=row.at,
        event=row.event,
        who=who,
        office=row.actor_office if who == "office" else "",
        post=row.actor_post if who == "office" else "",
        by=delegate,
        # A duty that is no longer declared stands as it was written then, in Japanese.
        duty=duty.label if duty else row.duty,
        duty_lang=language if duty else "ja",
        basis=duty.basis if duty else "",
        emergency=key.startswith(EMERGENCY),
        data=tuple(str(name) for name in detail.get("data") or ()),
    )
