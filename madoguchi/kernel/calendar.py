"""
The city hall's own calendar: national holidays, the turn of the year, and the days that this city closes.

The city's days stand in ``site.closed_days`` of its ``bindings.yaml``. Pure reckoning is in ``kit.workdays`` and
``kit.fiscal``; whoever counts days for this installation counts them here.
"""

from __future__ import annotations

from datetime import date

from django.conf import settings

from madoguchi.kit import workdays


def closed_days() -> frozenset[date]:
    """Give the days on which this city closes besides weekends, holidays and the turn of the year."""
    days: frozenset[date] = settings.ENVIRONMENT.site.closed_days
    return days


def is_business_day(on: date) -> bool:
    """Say whether the city hall is open on a day."""
    return workdays.is_business_day(on, closed_days=closed_days())


def next_business_day(on: date) -> date:
    """Give the first open day after a day."""
    return workdays.next_business_day(on, closed_days=closed_days())


def business_day_from(on: date) -> date:
    """Give a day itself where it is open, else the next open one: how a deadline moves."""
    return workdays.business_day_from(on, closed_days=closed_days())


def business_days_add(on: date, days: int) -> date:
    """Count so many open days on (or back, when negative)."""
    return workdays.business_days_add(on, days, closed_days=closed_days())


def business_days_between(start: date, end: date) -> int:
    """Count the open days after ``start``, up to and including ``end``."""
    return workdays.business_days_between(start, end, closed_days=closed_days())
