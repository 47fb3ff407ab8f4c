"""When a deadline is near, when it is over, and when to say so. Pure functions over days."""

from __future__ import annotations

from datetime import date, datetime, time

from madoguchi.blocks.messages.types import Stage
from madoguchi.kernel.calendar import business_days_add, next_business_day
from madoguchi.kernel.clock import TOKYO

NEAR_BUSINESS_DAYS = 2
REMIND_AT = time(8, 30)


def near_from(deadline_on: date) -> date:
    """Give the first day on which a deadline counts as near."""
    return business_days_add(deadline_on, -NEAR_BUSINESS_DAYS)


def stage_on(deadline_on: date | None, on: date) -> Stage | None:
    """Say how pressing a deadline is on a day; None when there is none or it is still far."""
    if deadline_on is None or on < near_from(deadline_on):
        return None
    return Stage.OVERDUE if on > deadline_on else Stage.NEAR


def reminder_moments(*, deadline_on: date, sent_on: date) -> list[datetime]:
    """
    Give the moments at which to look who has not answered yet: at the opening of the office on the day on
    which the deadline comes near, and on the first open day after it. A notice that is sent when its deadline
    is near already is its own reminder.
    """
    days = [near_from(deadline_on), next_business_day(deadline_on)]
    return [datetime.combine(day, REMIND_AT, tzinfo=TOKYO) for day in days if day > sent_on]
