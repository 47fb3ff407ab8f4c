"""Work of this block that takes longer than a page may."""

from __future__ import annotations

from contextlib import suppress

from django_tasks import task

from madoguchi.blocks.people.actions import ReportMade
from madoguchi.blocks.people.oversight.making import report_make
from madoguchi.kernel.clock import now


@task()
def reading_report_job(month: str) -> None:
    """Make a month's report of reading, which goes through a million looks; once, however often it was asked for."""
    with suppress(ReportMade):
        report_make(month, now=now())
