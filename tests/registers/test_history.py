"""As it was on a day, as known at a moment: for any pair of times the answer of a naive replay."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.blocks.people.testing import viewer_with
from madoguchi.blocks.registers.actions import (
    NothingToChange,
    RecordRetired,
    record_change,
    record_correct,
    record_retire,
    record_revive,
)
from madoguchi.blocks.registers.models import Record, Tally, Version
from madoguchi.blocks.registers.testing import NOW, record_make, register_make
from madoguchi.kernel.db.two_times import believed, known_on

pytestmark = pytest.mark.django_db
FIRST = date(2026, 1, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(-1, 14)]
NAMES = "あいうえお"


@dataclass
class Naive:
    """What a day is, day by day, written down anew after each step."""

    days: dict[date, str | None]
    known: list[tuple[datetime, dict[date, str | None]]] = field(default_factory=list)
    retired: date | None = None

    def write(self, at: datetime) -> None:
        self.known.append((at, dict(self.days)))

    def at(self, moment: datetime, day: date) -> str | None:
        found = [days for at, days in self.known if at <= moment]
        return found[-1].get(day) if found else None


steps = st.lists(
    st.tuples(st.sampled_from(["change", "correct", "retire", "revive"]), st.integers(0, 11), st.integers(1, 6), st.sampled_from(NAMES)),
    max_size=8,
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_any_day_at_any_moment_is_what_a_replay_says(steps: list[tuple[str, int, int, str]]) -> None:
    with transaction.atomic():
        register_make()
        record = record_make(on=FIRST, name="あ")
        naive = Naive({day: "あ" if day >= FIRST else None for day in DAYS})
        naive.write(NOW)
        starts = {FIRST}
        for number, (what, offset, length, name) in enumerate(steps, start=1):
            moment = NOW + timedelta(minutes=number)
            record.refresh_from_db()
            try:
                step(what, record, FIRST + timedelta(days=offset), length, name, moment, naive)
            except (NothingToChange, RecordRetired):
                continue
            naive.write(moment)
            starts = set()
        del starts
        for moment in [NOW + timedelta(minutes=number, seconds=30) for number in range(-1, len(steps) + 1)]:
            for day in DAYS:
                row = Version.objects.filter(known_on(day, moment), record=record).first()
                assert (row.payload["name"] if row else None) == naive.at(moment, day), (moment, day)
        check(record, NOW.date())
        transaction.set_rollback(True)


def step(
    what: str, record: Record, day: date, length: int, name: str, moment: datetime, naive: Naive
) -> None:
    """Do one thing to the record and, in its own simple way, to the replay."""
    actor = viewer_with("registers.edit", "registers.view")
    about: dict[str, Any] = {
        "actor": actor, "register": record.register, "number": record.number, "revision": record.revision, "now": moment,
    }  # fmt: skip
    believed_now = sorted(
        Version.objects.filter(believed(), record=record).values_list("starts_on", flat=True)
    )
    match what:
        case "change":
            record_change(**about, values={"name": name}, on=day)
            later = min((start for start in believed_now if start > day), default=date.max)
            naive.days |= {one: name for one in DAYS if day <= one < later}
        case "correct":
            end = day + timedelta(days=length)
            record_correct(**about, values={"name": name}, starts_on=day, ends_on=end, reason="訂正")
            naive.days |= {one: name for one in DAYS if day <= one < end}
        case "retire":
            record_retire(**about, on=day, reason="終わり")
            naive.retired = day
            naive.days |= {one: None for one in DAYS if one >= day}
        case "revive":
            was = last_of(record)
            record_revive(**about, reason="取り消し")
            begin = max(naive.retired or FIRST, was[1])
            naive.days |= {one: was[0] for one in DAYS if one >= begin}
            naive.retired = None


def last_of(record: Record) -> tuple[str, date]:
    row = Version.objects.filter(believed(), record=record).order_by("-starts_on").first()
    row = row or Version.objects.filter(record=record).order_by("-entered_at", "-starts_on").first()
    assert row is not None
    return row.payload["name"], row.starts_on


def check(record: Record, today: date) -> None:
    """What lists show is what holds today, once, and counted."""
    shown = list(Version.objects.filter(record=record, current=True))
    holding = list(Version.objects.filter(known_on(today), record=record))
    assert shown == holding
    total = Tally.objects.filter(register=record.register, field="", office_key=0).values_list(
        "count", flat=True
    )
    assert list(total) == [len(shown)]
    assert (
        not Version.objects.filter(record=record, current=False)
        .exclude(withdrawn_at=None)
        .exclude(search="")
        .exists()
    )
