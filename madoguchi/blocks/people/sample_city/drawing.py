"""Chance from a seed: the same in every process, and one stream for each part, so that a part can change alone."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


def stream(seed: int, part: str) -> Random:
    """Give the chance of one part of the city."""
    # A text is seeded by its SHA-512: no hash of this process takes part.
    return Random(f"{part}/{seed}")  # noqa: S311


class Lot(Generic[T]):
    """Things to be drawn, each as often as its weight says."""

    def __init__(self, things: Sequence[T], weights: Iterable[float]) -> None:
        self.things = things
        self._sums = list(accumulate(weights))
        self._whole = self._sums[-1]

    def draw(self, chance: Random) -> T:
        """Draw one; it stays among the others."""
        return self.things[bisect_right(self._sums, chance.random() * self._whole)]


def lot_by_rank(things: Sequence[T], *, power: float, shift: int = 0) -> Lot[T]:
    """Let the n-th be drawn as often as 1 / (n + shift) to a power (the law of Zipf and Mandelbrot)."""
    return Lot(things, (1 / (place + shift) ** power for place in range(1, len(things) + 1)))


def shared_out(whole: int, weights: Sequence[float]) -> list[int]:
    """Share a whole out by weights, to the last one: the largest remainders get what is left."""
    total = sum(weights)
    exact = [whole * weight / total for weight in weights]
    shares = [int(part) for part in exact]
    by_rest = sorted(range(len(exact)), key=lambda place: (shares[place] - exact[place], place))
    for place in by_rest[: whole - sum(shares)]:
        shares[place] += 1
    return shares
