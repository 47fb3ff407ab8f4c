"""
What the figures alone would say of an item: a suggestion beside the judgement, never in its place.

The weakest indicator decides: its actual as a share of its target (target / actual where less is better), held
against the thresholds that the edition's grade set carries. No target, no actual, no thresholds: no suggestion.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Protocol


class _Figures(Protocol):
    @property
    def target(self) -> Decimal | None: ...
    @property
    def actual(self) -> Decimal | None: ...
    @property
    def direction(self) -> str: ...


def grade_suggest(indicators: Iterable[_Figures], thresholds: Sequence[tuple[str, Decimal]]) -> str | None:
    """
    Suggest a grade.

    :param thresholds: (grade, lowest ratio of it), best grade first.
    """
    ratios = [ratio for line in indicators if (ratio := ratio_of(line)) is not None]
    if not ratios or not thresholds:
        return None
    weakest = min(ratios)
    return next((grade for grade, lowest in thresholds if weakest >= Fraction(lowest)), thresholds[-1][0])


def ratio_of(line: _Figures) -> Fraction | None:
    """Give how much of its target an indicator reached; None where that cannot be said."""
    if line.target is None or line.actual is None:
        return None
    reached, wanted = Fraction(line.actual), Fraction(line.target)
    if line.direction == "down":
        if reached == 0:
            return Fraction(1) if wanted == 0 else Fraction(10)
        return wanted / reached
    return reached / wanted if wanted else None
