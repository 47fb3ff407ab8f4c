"""A day is a day, not a moment."""

from datetime import date, datetime


def day_only(day: date) -> date:
    """
    Give back a day that is no moment.

    A `datetime` is a `date` to the type checker, yet which day it is depends on the time zone: refused.

    :raises TypeError: a moment, or no day at all.
    """
    if isinstance(day, datetime) or not isinstance(day, date):
        raise TypeError(f"a day is needed, not {type(day).__name__}")
    return day
