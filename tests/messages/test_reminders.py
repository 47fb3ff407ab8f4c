"""From the sending of a notice to the reminder, with nobody pressing anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django_tasks_db.models import DBTaskResult
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.blocks.messages import actions, tasks
from madoguchi.blocks.messages.deadlines import near_from, reminder_moments, stage_on
from madoguchi.blocks.messages.models import Notice, Receipt, Reminder
from madoguchi.blocks.messages.testing import READ, SEND, TYPED, member_make
from madoguchi.blocks.messages.types import Stage
from madoguchi.blocks.people.testing import NOW, office_make
from madoguchi.kernel.clock import TOKYO
from madoguchi.kernel.models import OutboxDelivery, OutboxEvent
from madoguchi.kernel.outbox import outbox_run
from madoguchi.kit.workdays import business_day_from, business_days_between, is_business_day

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@given(DAYS.map(business_day_from), st.integers(-400, 40))
def test_near_is_two_business_days_before_and_overdue_the_day_after(deadline: date, away: int) -> None:
    on = deadline + timedelta(days=away)
    stage = stage_on(deadline, on)
    if on > deadline:
        assert stage is Stage.OVERDUE
    elif is_business_day(on):
        assert (stage is Stage.NEAR) == (business_days_between(on, deadline) <= 2)
    assert stage_on(None, on) is None


@given(DAYS.map(business_day_from), st.integers(0, 60))
def test_the_house_looks_on_open_days_after_the_sending(deadline: date, before: int) -> None:
    sent_on = deadline - timedelta(days=before)
    moments = reminder_moments(deadline_on=deadline, sent_on=sent_on)
    assert moments == sorted(moments)
    assert stage_on(deadline, moments[-1].date()) is Stage.OVERDUE
    assert len(moments) == (2 if sent_on < near_from(deadline) else 1)
    for moment in moments:
        assert is_business_day(moment.date())
        assert moment.date() > sent_on


@pytest.fixture
def notice(db: None) -> Notice:
    office = office_make()
    for _number in range(2):
        member_make(READ, office=office)
    sender = member_make(SEND)
    draft = actions.notice_draft_save(actor=sender, typed=replace(TYPED, offices=(office.key,)), now=NOW)
    return actions.notice_send(actor=sender, draft_key=draft.key, revision=1, now=NOW)


def at(day: date) -> datetime:
    return datetime.combine(day, time(8, 31), tzinfo=TOKYO)


def test_sending_plans_two_looks_once(notice: Notice) -> None:
    assert outbox_run(now=NOW) >= 1
    outbox_run(now=NOW)
    planned = DBTaskResult.objects.order_by("run_after").values_list("run_after", "args_kwargs")
    assert [row[0].astimezone(TOKYO) for row in planned] == [
        datetime(2026, 5, 27, 8, 30, tzinfo=TOKYO),
        datetime(2026, 6, 1, 8, 30, tzinfo=TOKYO),
    ]
    assert {row[1]["kwargs"]["notice_key"] for row in planned} == {notice.key}
    delivery = OutboxDelivery.objects.get(handler="messages.reminders_plan")
    assert delivery.done_at


def test_a_notice_without_deadline_plans_nothing(notice: Notice) -> None:
    OutboxEvent.objects.filter(kind="messages.notice_sent").update(
        payload={"deadline_on": None, "recipients": 2}
    )
    outbox_run(now=NOW)
    assert not DBTaskResult.objects.exists()
    assert not OutboxDelivery.objects.filter(parked_at__isnull=False).exists()


def test_the_jobs_remind_whoever_is_late_once_per_stage(
    notice: Notice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(day: date) -> None:
        monkeypatch.setattr(tasks, "clock_now", lambda: at(day))
        tasks.reminder_job.func(notice_key=notice.key)

    late, done = Receipt.objects.filter(notice=notice).order_by("pk")
    Receipt.objects.filter(pk=done.pk).update(read_at=NOW, acknowledged_at=NOW)
    for day, known in ((27, 1), (27, 1), (28, 1)):
        run(date(2026, 5, day))
        assert Reminder.objects.count() == known
    run(date(2026, 6, 1))
    run(date(2026, 6, 2))
    assert list(Reminder.objects.order_by("pk").values_list("receipt_id", "stage")) == [
        (late.pk, "near"),
        (late.pk, "overdue"),
    ]
    kinds = OutboxEvent.objects.filter(subject_key=notice.key).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["messages.notice_sent", "messages.notice_near", "messages.notice_overdue"]


def test_a_worker_that_was_away_reminds_by_the_day_it_is(
    notice: Notice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "clock_now", lambda: at(date(2026, 7, 1)))
    for _look in range(2):
        tasks.reminder_job.func(notice_key=notice.key)
    assert set(Reminder.objects.values_list("stage", flat=True)) == {"overdue"}
    assert Reminder.objects.count() == 2


def test_a_withdrawn_notice_is_let_go(notice: Notice, monkeypatch: pytest.MonkeyPatch) -> None:
    sender: Any = replace(member_make(SEND), key="staff:boss")
    boss = replace(sender, grants=tuple(replace(grant, offices=None) for grant in sender.grants))
    actions.notice_withdraw(actor=boss, notice_key=notice.key, reason="中止", now=NOW)
    monkeypatch.setattr(tasks, "clock_now", lambda: at(date(2026, 6, 1)))
    tasks.reminder_job.func(notice_key=notice.key)
    assert not Reminder.objects.exists()
