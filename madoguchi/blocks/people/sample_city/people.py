"""How many of each age and sex there are, and taking them one by one."""

from __future__ import annotations

from datetime import date
from random import Random

from madoguchi.blocks.people.sample_city import figures
from madoguchi.blocks.people.sample_city.drawing import shared_out

MAN, WOMAN = "1", "2"


class People:
    """Those who have no household yet, by sex and age in years."""

    def __init__(self, residents: int, *, on: date) -> None:
        old = figures.SHARE_OLD
        shares = (1_000 - old - figures.SHARE_WORKING, figures.SHARE_WORKING, old)
        self._left = {sex: [0] * (figures.OLDEST + 1) for sex in (MAN, WOMAN)}
        for (first, last), count in zip(figures.GROUPS, shared_out(residents, shares), strict=True):
            ages = range(first, last + 1)
            weights = [figures.weight_of(age, on) for age in ages]
            for age, number in zip(ages, shared_out(count, weights), strict=True):
                women = round(number * figures.curve_at(figures.WOMEN_CURVE, age) / 1_000)
                self._left[WOMAN][age], self._left[MAN][age] = women, number - women

    def left(self, sex: str, age: int) -> int:
        """Count those of an age who are left."""
        return self._left[sex][age]

    def of_age(self, age: int) -> int:
        """Count women and men of an age who are left."""
        return self._left[MAN][age] + self._left[WOMAN][age]

    def take(self, sex: str, age: int, *, least: int, most: int) -> int | None:
        """Take one of an age or of the nearest one from ``least`` to ``most``; the age, or None if nobody is left."""
        left = self._left[sex]
        age, most = min(max(age, least), most), min(most, figures.OLDEST)
        for distance in range(most - least + 1):
            for found in (age - distance, age + distance):
                if least <= found <= most and left[found]:
                    left[found] -= 1
                    return found
        return None

    def take_child(self, age: int, chance: Random) -> str | None:
        """Take somebody of exactly this age, girl or boy as many as there are; the sex."""
        girls, boys = self._left[WOMAN][age], self._left[MAN][age]
        if not girls + boys:
            return None
        sex = WOMAN if chance.random() * (girls + boys) < girls else MAN
        self._left[sex][age] -= 1
        return sex

    def give_back(self, sex: str, age: int) -> None:
        """Put somebody back who found no place."""
        self._left[sex][age] += 1
