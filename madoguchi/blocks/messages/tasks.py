"""Reminders: planned when a notice is sent, given when its deadline comes near and when it is over."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime

from django_tasks import task

from madoguchi.blocks.messages.actions import NothingToRemind, NoticeOver, notice_remind
from madoguchi.blocks.messages.deadlines import reminder_moments
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.clock import now as clock_now
from madoguchi.kernel.outbox import Event, handler
from madoguchi.kernel.rights import system_viewer


@handler("messages.notice_sent", "messages.reminders_plan")
def reminders_plan(event: Event, now: datetime) -> None:
    """Put two jobs into the queue, for the days on which somebody may have to be reminded."""
    deadline = event.payload["deadline_on"]
    if deadline is None:
        return
    moments = reminder_moments(deadline_on=date.fromisoformat(deadline), sent_on=day_of(event.created_at))
    for moment in moments:
        reminder_job.using(run_after=max(moment, now)).enqueue(notice_key=event.subject_key)


@task()
def reminder_job(notice_key: str) -> None:
    """Remind whoever has not answered by now. Run late or twice, it reminds nobody twice at one stage."""
    now = clock_now()
    actor = system_viewer(on=day_of(now), duty="お知らせの督促")
    with suppress(NothingToRemind, NoticeOver):
        notice_remind(actor=actor, notice_key=notice_key, now=now)
