"""
Reminders: planned when a notice is sent, given when its deadline comes near and when it is over. And alarms: what
the house has to tell at once.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime

from django.utils.translation import gettext
from django_tasks import task

from madoguchi.blocks.messages.actions import NothingToRemind, NoticeOver, alarm_send, notice_remind
from madoguchi.blocks.messages.deadlines import reminder_moments
from madoguchi.blocks.messages.mail import mail_send, sign_in_mail
from madoguchi.blocks.people.actions import AttemptOver, sign_in_mail_write
from madoguchi.blocks.people.queries import staff_with_right
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.clock import now as clock_now
from madoguchi.kernel.outbox import Event, handler
from madoguchi.kernel.rights import system_viewer
from madoguchi.kernel.subjects import Subject


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


@handler("people.emergency_begun", "messages.emergency_tell")
def emergency_tell(event: Event, now: datetime) -> None:
    """
    Tell at once whoever judges emergencies that one has begun, and who began it.

    Where nobody else judges them this fails, and is parked in sight: an emergency that nobody hears of is none.
    """
    on = day_of(now)
    begun_by = event.payload["staff"].removeprefix("staff:")
    judges = staff_with_right(right="people.emergency_judge", on=on)
    alarm_send(
        actor=system_viewer(on=on, duty="緊急の閲覧の通知"),
        title=gettext("緊急の閲覧が始まりました"),
        body=gettext("%(who)sが緊急の閲覧を始めました。60分で終わります。理由と見た記録を確かめてください。")
        % {"who": " ".join(event.payload[part] for part in ("office", "post", "name"))},
        about=Subject(
            event.subject_kind, event.subject_key, page=f"/office/rights/emergencies/{event.subject_key}/"
        ),
        holders=[judge for judge in judges if judge.staff_key != begun_by],
        now=now,
    )


@handler("people.sign_in_mail_asked", "messages.sign_in_mail", outside=True)
def sign_in_mail_deliver(event: Event, now: datetime) -> None:
    """
    Send the mail of a sign-in. Its secrets are made here and now, so that none of them lies in the outbox.

    A try that comes after the sign-in was finished, or has run out, sends nothing.
    """
    actor = system_viewer(on=day_of(now), duty="サインインのメール")
    with suppress(AttemptOver):
        asked = sign_in_mail_write(actor=actor, attempt_id=int(event.subject_key), now=now)
        mail_send(sign_in_mail(asked))
