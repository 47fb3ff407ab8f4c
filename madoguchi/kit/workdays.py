"""On which days a city hall is open."""

from collections.abc import Container, Mapping
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from jpholiday import JPHoliday

from madoguchi.kit.days import day_only

HOLIDAY_LAW: Final = date(1948, 7, 20)
"""国民の祝日に関する法律 (昭和23年法律第178号) in force."""
SUBSTITUTE_HOLIDAY_LAW: Final = date(1973, 4, 12)
"""振替休日: 昭和48年法律第10号 in force."""
DAY_BETWEEN_LAW: Final = date(1985, 12, 27)
"""国民の休日, the day between two holidays: 昭和60年法律第103号 in force."""

FIRST_YEAR: Final = 1948
LAST_YEAR: Final = 2099
"""As far as the equinoxes can be told to the day; past it the computed day may be off by one."""

CLOSED_RUN_LIMIT: Final = 366
"""Closed days in a row after which a calendar is taken to be wrong."""

# An instance of our own: the module-wide one takes extra holidays from anybody who registers them.
_HOLIDAYS: Final = JPHoliday()


class NoBusinessDay(ValueError):
    """The office would stay closed for more than a year: the closed days handed in cannot be right."""


class HolidaysUnknown(ValueError):
    """Nobody can say which days of such a year are holidays."""


@lru_cache(maxsize=256)
def national_holidays(year: int) -> Mapping[date, str]:
    """
    List the national holidays of a calendar year with their Japanese names.

    The days of the equinoxes past next year are computed; law fixes them each February for the year after.

    :raises HolidaysUnknown: a year before 1948 or after 2099.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise HolidaysUnknown(f"the holidays of {year} are not known")
    return MappingProxyType(
        {
            holiday.date: holiday.name
            for holiday in _HOLIDAYS.year_holidays(year)
            if holiday.date >= _law_of(holiday.name)
        }
    )


def _law_of(name: str) -> date:
    # The library applies the two younger rules to the years before they were law.
    if name.endswith("振替休日"):
        return SUBSTITUTE_HOLIDAY_LAW
    if name == "国民の休日":
        return DAY_BETWEEN_LAW
    return HOLIDAY_LAW


def holiday_name(on: date) -> str | None:
    """Name the national holiday of a day, or give None."""
    return national_holidays(day_only(on).year).get(on)


def is_year_end_closing(on: date) -> bool:
    """
    Tell whether a day is one of 29 December to 3 January.

    Source: 地方自治法第4条の2第2項第3号 leaves the days to the city's ordinance; nearly all follow
    行政機関の休日に関する法律 (昭和63年法律第91号) 第1条.
    """
    return (day_only(on).month, on.day) in {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}


def is_business_day(on: date, *, closed_days: Container[date] = frozenset()) -> bool:
    """
    Tell whether the office is open: no Saturday, Sunday, national holiday, year-end day or extra closed day.

    Today's rule is applied to every year; offices worked on Saturdays until 1992.
    Source: 地方自治法第4条の2.
    """
    if day_only(on).weekday() >= 5 or is_year_end_closing(on):
        return False
    return holiday_name(on) is None and on not in closed_days


def next_business_day(on: date, *, closed_days: Container[date] = frozenset()) -> date:
    """
    Give the first open day after a day (翌開庁日), never the day itself.

    :raises NoBusinessDay: none within a year.
    """
    return business_day_from(day_only(on) + timedelta(days=1), closed_days=closed_days)


def business_day_from(on: date, *, closed_days: Container[date] = frozenset()) -> date:
    """
    Give the day itself when the office is open, else the first open day after it.

    This is how a deadline that falls on a closed day moves. Source: 地方自治法第4条の2第4項.

    :raises NoBusinessDay: none within a year.
    """
    day = day_only(on)
    for _ in range(CLOSED_RUN_LIMIT):
        if is_business_day(day, closed_days=closed_days):
            return day
        day += timedelta(days=1)
    raise NoBusinessDay(f"no open day in the {CLOSED_RUN_LIMIT} days from {on}")


def business_days_add(on: date, days: int, *, closed_days: Container[date] = frozenset()) -> date:
    """
    Count so many open days on from a day, which itself is not counted (初日不算入, 民法第140条).

    A negative count goes back. Zero gives the day itself, open or closed.

    :raises NoBusinessDay: the office would stay closed for more than a year.
    """
    step = timedelta(days=1 if days > 0 else -1)
    day, left, closed_run = day_only(on), abs(days), 0
    while left:
        day += step
        if is_business_day(day, closed_days=closed_days):
            left, closed_run = left - 1, 0
        else:
            closed_run += 1
        if closed_run >= CLOSED_RUN_LIMIT:
            raise NoBusinessDay(f"no open day in the {CLOSED_RUN_LIMIT} days up to {day}")
    return day


def business_days_between(start: date, end: date, *, closed_days: Container[date] = frozenset()) -> int:
    """
    Count the open days after `start` up to and including `end`; negative when `end` is earlier.

    The way back of `business_days_add`: adding what this counts leads from `start` to an open `end`.
    """
    if day_only(end) < day_only(start):
        days = (start - end).days
        return -sum(is_business_day(end + timedelta(days=n), closed_days=closed_days) for n in range(days))
    days = (end - start).days
    return sum(is_business_day(start + timedelta(days=n + 1), closed_days=closed_days) for n in range(days))
