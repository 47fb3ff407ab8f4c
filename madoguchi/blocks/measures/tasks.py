"""Reminders of collection rounds: near the deadline, on it and after it, once a day and office."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from madoguchi.blocks.measures.actions import NothingToRemind, RoundClosed, round_remind
from madoguchi.blocks.measures.actions.rounds import rounds_due
from madoguchi.kernel.chores import chore
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.rights import system_viewer


@chore("measures.rounds_remind", every=timedelta(hours=6))
def rounds_remind(now: datetime) -> None:
    """Remind in every round whose deadline is near; run twice on a day it reminds nobody twice."""
    on = day_of(now)
    actor = system_viewer(on=on, duty="調査の催促")
    for round_id in rounds_due(on=on):
        with suppress(NothingToRemind, RoundClosed):
            round_remind(actor=actor, round_id=round_id, now=now)
