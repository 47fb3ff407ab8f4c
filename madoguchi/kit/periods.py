"""Stretches of days: the first day belongs to them, the end day no longer does."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from madoguchi.kit.days import day_only


class PeriodRefused(ValueError):
    """A period would have no day in it."""


@dataclass(frozen=True, slots=True)
class Period:
    """
    The days from `start` up to but without `end`; without an end it runs on.

    An office, a post or its holder that changes on 1 April ends on that day and its successor starts on it:
    the two meet and do not overlap.

    :raises PeriodRefused: the end is not after the start.
    """

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        day_only(self.start)
        if self.end is not None and day_only(self.end) <= self.start:
            raise PeriodRefused(f"{self.start} up to {self.end} has no day in it")

    @classmethod
    def through(cls, start: date, last_day: date) -> Self:
        """
        Make the period that people write as "4月1日から3月31日まで", its last day included.

        :raises PeriodRefused: the last day is before the first, or is 9999-12-31, which means no end.
        """
        if last_day == date.max:
            raise PeriodRefused("9999-12-31 means no end: leave the end open")
        return cls(start, day_only(last_day) + timedelta(days=1))

    @property
    def last_day(self) -> date | None:
        """The last day that still belongs to the period, as shown to people; None while it runs on."""
        return None if self.end is None else self.end - timedelta(days=1)

    @property
    def days(self) -> int | None:
        """How many days it has; None while it runs on."""
        return None if self.end is None else (self.end - self.start).days

    def contains(self, on: date) -> bool:
        """Tell whether a day belongs to it."""
        return self.start <= day_only(on) and (self.end is None or on < self.end)

    def covers(self, other: "Period") -> bool:
        """Tell whether every day of another period belongs to it."""
        if other.start < self.start:
            return False
        return self.end is None or (other.end is not None and other.end <= self.end)

    def overlaps(self, other: "Period") -> bool:
        """Tell whether the two have a day in common."""
        return (self.end is None or other.start < self.end) and (other.end is None or self.start < other.end)

    def meets(self, other: "Period") -> bool:
        """Tell whether the other starts on the very day on which this one ends."""
        return self.end == other.start

    def clip(self, other: "Period") -> "Period | None":
        """Give the days that both have, or None when they have none."""
        if not self.overlaps(other):
            return None
        ends = [end for end in (self.end, other.end) if end is not None]
        return Period(max(self.start, other.start), min(ends) if ends else None)


def periods_in_order(periods: Iterable[Period]) -> list[Period]:
    """Sort by first day, then by end; one that runs on stands after those that end."""
    return sorted(periods, key=lambda period: (period.start, period.end is None, period.end or date.max))


def first_overlap(periods: Iterable[Period]) -> tuple[Period, Period] | None:
    """Give the first two periods with a day in common, or None when all of them stand apart."""
    before: Period | None = None
    for period in periods_in_order(periods):
        if before is not None and before.overlaps(period):
            return before, period
        before = period
    return None
