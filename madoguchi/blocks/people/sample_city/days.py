"""Days as the records write them, and birth days of a given age."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from random import Random

from madoguchi.blocks.people.sample_city import figures


@lru_cache(maxsize=100_000)
def day_text(ordinal: int) -> str:
    """Write a day; equal days are one text in memory."""
    return date.fromordinal(ordinal).isoformat()


class Births:
    """Birth days of those who are so many years old on a day."""

    def __init__(self, on: date) -> None:
        self._turned = [_years_before(on, years) for years in range(figures.OLDEST + 2)]

    def draw(self, age: int, chance: Random) -> int:
        """Draw a birth day as an ordinal; 29 February comes up as often as it does."""
        first, last = self._turned[age + 1] + 1, self._turned[age]
        return first + int(chance.random() * (last - first + 1))


def _years_before(on: date, years: int) -> int:
    year = on.year - years
    if (on.month, on.day) == (2, 29) and not (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)):
        return date(year, 2, 28).toordinal()
    return on.replace(year=year).toordinal()


def born_text(ordinal: int, *, known: str) -> str:
    """Write a birth day as far as it is ``known``: day, month or year."""
    return day_text(ordinal)[: {"day": 10, "month": 7, "year": 4}[known]]
