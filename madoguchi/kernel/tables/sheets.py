"""A sheet as it came out of a file: packed rows, merged ranges, and what is to be told about it."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext

from madoguchi.kernel.tables.spool import Spool
from madoguchi.kernel.tables.types import Cell, Kind, Note, Value

TOLD = 10
"""How many places a note names before it only counts."""

Made = tuple[Value, Kind]
Makers = Mapping[str, Callable[[object], Made]]
"""How a raw cell becomes a value, by its letter."""


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged range, all corners within."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(slots=True)
class Tally:
    """Places where something was found: the first of them, and how many."""

    count: int = 0
    places: list[str] = field(default_factory=list)

    def add(self, place: str, count: int = 1) -> None:
        self.count += count
        if len(self.places) < TOLD:
            self.places.append(place)

    def __str__(self) -> str:
        more = "…" if len(self.places) == TOLD and self.count > TOLD else ""
        return "、".join(self.places) + more


@dataclass
class Sheet:
    """
    One sheet.

    :param exact: its rows are records and its headings known, so that no table has to be looked for (JSON).
    :param cell_counts: how many cells each row of a text file has, filled or not, by index.
    """

    name: str
    makers: Makers
    spool: Spool = field(default_factory=Spool)
    merged: Sequence[Merged] = ()
    hidden: bool = False
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    exact: Sequence[str] | None = None
    cell_counts: array[int] = field(default_factory=lambda: array("I"))
    tallies: dict[str, Tally] = field(default_factory=dict)

    def note(self, code: str, place: str, text: str) -> None:
        self.notes.append(Note(code, self.name, place, text))

    def tally(self, code: str, place: str, count: int = 1) -> None:
        """Count a place for a note that is written at the end."""
        self.tallies.setdefault(code, Tally()).add(place, count)

    def values(self, index: int) -> dict[int, Cell]:
        """Give the cells of a row by column, without those that merged ranges fill."""
        return {
            column: Cell(value, column, kind)
            for column, code, payload in self.spool.row(index).cells
            for value, kind in [self.makers[code](payload)]
        }

    def cell(self, row: int, column: int) -> Cell:
        """Give one cell by its place."""
        index = bisect_left(self.spool.numbers, row)
        if index < len(self.spool) and self.spool.numbers[index] == row:
            return self.values(index).get(column, Cell(None, column))
        return Cell(None, column)

    @cached_property
    def _bridges(self) -> list[tuple[int, int]]:
        """The rows that merged ranges reach over, as spans that do not touch."""
        spans: list[tuple[int, int]] = []
        for one in sorted(self.merged, key=lambda one: one.first_row):
            if spans and one.first_row <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(spans[-1][1], one.last_row))
            else:
                spans.append((one.first_row, one.last_row))
        return spans

    def bridged(self, above: int, below: int) -> bool:
        """Whether the rows between two rows are empty only because a merged range reaches over them."""
        place = bisect_right(self._bridges, (above, 1 << 60)) - 1
        return place >= 0 and self._bridges[place][0] <= above and self._bridges[place][1] >= below - 1


def spans_said(numbers: Iterable[int], say: Callable[[int], str] = str) -> str:
    """Write numbers in words: 3、5–9; after the tenth span it ends in …."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        elif len(spans) == TOLD:
            return "、".join(_span(span, say) for span in spans) + "…"
        else:
            spans.append([number, number])
    return "、".join(_span(span, say) for span in spans)


def _span(span: Sequence[int], say: Callable[[int], str]) -> str:
    first, last = span
    return say(first) if first == last else f"{say(first)}–{say(last)}"


def rows_said(numbers: Iterable[int]) -> str:
    """Write row numbers as a place: 3、5–9行目."""
    return gettext("%(rows)s行目") % {"rows": spans_said(numbers)}
