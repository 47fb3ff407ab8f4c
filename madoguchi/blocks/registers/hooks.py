"""What registers tell the house: what links to records find, what can be counted, and what the worker tidies up."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from madoguchi.blocks.fields.types import ADDRESS_PORT, FILE_PORT, PARTY_PORT, RECORD_PORT, ports
from madoguchi.blocks.files.queries import file_owner_declare
from madoguchi.blocks.registers import linking, owning
from madoguchi.blocks.registers.actions.days import current_move, stale_records
from madoguchi.blocks.registers.counting import register_source
from madoguchi.blocks.registers.sample import registers_load
from madoguchi.kernel.actions import ConstraintRefused
from madoguchi.kernel.chores import chore
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.rights import Viewer, system_viewer
from madoguchi.kernel.sources import source_makers
from madoguchi.kernel.steps import demo_step

log = logging.getLogger(__name__)

ports.register(RECORD_PORT, linking.Records())
ports.register(PARTY_PORT, linking.Parties())
ports.register(ADDRESS_PORT, linking.Addresses())
ports.register(FILE_PORT, linking.Files())
source_makers.register("registers", register_source)
for _kind, _read, _write, _noted in owning.OWNERS:
    file_owner_declare(_kind, may_read=_read, may_write=_write, read_noted=_noted)


@chore("registers.days", every=timedelta(minutes=20))
def days_follow(now: datetime) -> None:
    """Let lists show what was entered for a day that has come."""
    today = day_of(now)
    actor = system_viewer(on=today, duty="台帳を今日の内容にする")
    while found := stale_records(today):
        try:
            current_move(actor=actor, records=found, now=now)
        except ConstraintRefused:
            _one_by_one(actor, found, now)
            return


@chore("registers.drafts", every=timedelta(hours=6))
def drafts_tidy(now: datetime) -> None:
    """Take away files that were sent with forms which were never recorded."""
    owning.drafts_tidy(now)


@demo_step("registers.records", 20)
def registers_in_demo(actor: Viewer, now: datetime) -> None:
    """Load the records of the fictional city."""
    registers_load(Path(settings.CITY_DIR), actor=actor, now=now)


def _one_by_one(actor: Viewer, found: list[tuple[str, int]], now: datetime) -> None:
    """One record that cannot be shown must not hold up the others."""
    for one in found:
        try:
            current_move(actor=actor, records=[one], now=now)
        except ConstraintRefused as refused:
            log.warning("%s %s cannot become current: %s", *one, refused.details)
