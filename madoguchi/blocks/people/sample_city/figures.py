"""
The figures that the city is made by: published ones with their source; the others are assumptions of our own.

From 徳島市DX推進計画 (population by 国勢調査 2020): 252,141 residents, 30.2 % of them 65 or older, 58.7 % from 15 to
64. What is left, 11.1 %, are children under 15. Everything else here has no source and claims none: it makes a
city that looks like one, with every kind of record that a register has to cope with.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Final

RESIDENTS: Final = 252_141
SHARE_OLD: Final = 302
SHARE_WORKING: Final = 587
"""In thousandths: 65 and older; 15 to 64."""

OLDEST: Final = 106
GROUPS: Final = ((0, 14), (15, 64), (65, OLDEST))

# Assumptions. Weights are relative within a group of ages; shares are thousandths.

BOOMERS: Final = (1947, 1949)
SECOND_BOOMERS: Final = (1971, 1974)

LIVES_WITH_PARENTS: Final = ((18, 22, 600), (23, 34, 430), (35, 59, 170))
"""Ages from, to, how many of a thousand grown-up children live with their parents."""

SIBLINGS: Final = (320, 790, 970, 1_000)
"""Of a thousand families how many have at most one, two, three, four children at once."""

TWINS: Final = 11
FATHER_ALONE: Final = 15
MOTHER_ALONE: Final = 110
THREE_GENERATIONS: Final = 110
GRANDPARENT_HEADS: Final = 400
WIFE_HEADS: Final = 40
OLD_COUPLES: Final = 800
COUPLES: Final = 520
OTHERS: Final = 25
IN_CARE: Final = ((75, 84, 25), (85, 94, 110), (95, OLDEST, 260))
OLD_WORDS: Final = 150
"""Families whose children the register calls 長男, 長女 … instead of 子."""

FOREIGN: Final = 10
FOREIGN_KANA_LACKING: Final = 400
FOREIGN_ALIAS: Final = 120
FOREIGN_BIRTH_UNKNOWN: Final = 15
FORMER_NAMES: Final = 30
OLD_BIRTH_UNKNOWN: Final = 30
OLD_BIRTH_FROM: Final = 96
PROTECTED: Final = 1
REMOVED: Final = 20
"""Records of people who are no residents any more (除票), against a thousand residents."""

REMOVED_BY: Final = (("died", 560), ("moved_out", 960), ("abroad", 990), ("removed", 1_000))
CAME_BACK: Final = 60
"""Of a thousand who moved out how many live here again, under another number."""

FLATS: Final = 330
FLATS_OF_ONE: Final = 620
SPELLINGS: Final = (520, 700, 850, 950, 1_000)
"""Of a thousand addresses how many are written as the register does, with the prefecture, short, in wide figures, bare."""

AGE_CURVE: Final = ((0, 80), (5, 93), (10, 102), (14, 106), (15, 92), (17, 93), (18, 80), (22, 72), (25, 78), (30, 84),
                    (35, 93), (40, 106), (45, 118), (50, 132), (55, 120), (60, 112), (64, 112), (65, 116), (70, 124),
                    (75, 112), (80, 82), (85, 58), (90, 32), (95, 10), (100, 2), (OLDEST, 0.1))  # fmt: skip
WOMEN_CURVE: Final = (
    (0, 487), (20, 490), (40, 505), (60, 520), (70, 535), (80, 580), (90, 700), (100, 850), (OLDEST, 900),
)  # fmt: skip
"""Of a thousand of an age how many are women."""


def curve_at(curve: tuple[tuple[int, float], ...], age: int) -> float:
    """Read a curve between its points."""
    for (young, low), (old, high) in pairwise(curve):
        if young <= age <= old:
            return low + (high - low) * (age - young) / (old - young)
    raise ValueError(age)


def weight_of(age: int, on: date) -> float:
    """Weigh an age against the others of its group: the curve, and the years in which many were born."""
    weight, born = curve_at(AGE_CURVE, age), on.year - age
    if BOOMERS[0] <= born <= BOOMERS[1]:
        return weight * 1.35
    if SECOND_BOOMERS[0] <= born <= SECOND_BOOMERS[1]:
        return weight * 1.12
    return weight * 0.8 if born in (1945, 1946) else weight
