"""The monthly report, made by the worker when a month is over, or by hand."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime

from madoguchi.blocks.people.actions import ReportMade, reading_report_make
from madoguchi.blocks.people.models import ReadingReport
from madoguchi.blocks.people.oversight.reading import month_before, month_read
from madoguchi.kernel.audit import READ_DIGEST
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.models import AuditRow
from madoguchi.kernel.rights import system_viewer

MOST_MONTHS = 12


def months_missing(on: date) -> list[str]:
    """
    Name the months that are over and have no report, the oldest first.

    They begin with the first look that this installation knows; of a long gap, the last twelve are made up for.
    """
    first = (
        AuditRow.objects.filter(detail__contains=f'"{READ_DIGEST}":')
        .order_by("pk")
        .values_list("at", flat=True)
    )
    begun = first.first()
    if begun is None:
        return []
    made = set(ReadingReport.objects.values_list("month", flat=True))
    months, day = list[str](), on
    while len(months) < MOST_MONTHS and (month := month_before(day)) >= f"{day_of(begun):%Y-%m}":
        months.append(month)
        day = date.fromisoformat(f"{month}-01")
    return sorted(month for month in months if month not in made)


def reports_make(now: datetime) -> list[str]:
    """Make every report that is missing; the months. Run twice or by two workers, each month has one report."""
    months = months_missing(day_of(now))
    for month in months:
        with suppress(ReportMade):
            report_make(month, now=now)
    return months


def report_make(month: str, *, now: datetime) -> None:
    """
    Make one report, as the house itself.

    :raises ReportMade: the month has one.
    :raises ThresholdsRefused: the city's thresholds cannot be read.
    """
    actor = system_viewer(on=day_of(now), duty="閲覧の月次報告")
    reading_report_make(actor=actor, reading=month_read(month), now=now)
