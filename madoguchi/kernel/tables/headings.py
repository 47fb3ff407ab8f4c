"""The headings of a table: which rows they stand in, and what each column is called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from openpyxl.utils import get_column_letter

from madoguchi.kernel.tables.blocks import columns_of
from madoguchi.kernel.tables.sheets import Merged, Sheet
from madoguchi.kernel.tables.types import Cell, Heading

SEARCHED_ROWS: Final = 60
MOST_LEVELS: Final = 4
BETWEEN: Final = "／"
_COUNTED: Final = re.compile(r"[-+△▲]?[¥￥\\]?[0-9][0-9,]*(\.[0-9]+)?(E[-+]?[0-9]+)?\s*[%円]?", re.IGNORECASE)
_DATED: Final = re.compile(
    r"[0-9]{2,4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?([ T]?[0-9]{1,2}:[0-9]{2}(:[0-9.]+)?)?"
    r"|[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?|0[0-9]{1,4}-[0-9]{1,4}-[0-9]{3,4}|[0-9]{3}-[0-9]{4}"
)


@dataclass(frozen=True, slots=True)
class Found:
    """
    Where the headings of a table are.

    :param titles: the rows above them, by index.
    :param first, last: the first and the last row of the headings in the sheet; no headings: None.
    :param below: the place in the block's rows from which the rows of the table follow.
    """

    titles: Sequence[int]
    first: int | None
    last: int
    below: int
    texts: Mapping[int, tuple[str, ...]]


def value_like(cell: Cell) -> bool:
    """Whether a cell is one of a column of values: a number, a day, a time, also one that stands in a text."""
    if cell.kind == "text":
        text = unicodedata.normalize("NFKC", str(cell.value)).strip()
        return _COUNTED.fullmatch(text) is not None or _DATED.fullmatch(text) is not None
    return cell.kind != "empty"


def heading_like(cells: Sequence[Cell]) -> bool:
    """
    Whether cells can be headings: texts, besides them years, or the numbers of months or days in a row.
    """
    values = [cell for cell in cells if value_like(cell)]
    if len(values) == len(cells):
        return False
    numbers = [_whole(cell) for cell in values]
    if any(number is None for number in numbers):
        return False
    known = [number for number in numbers if number is not None]
    years = all(1868 <= number <= 2200 for number in known)
    counted = all(right - left == 1 for left, right in pairwise(known)) and len(known) > 2
    return years or counted


def _whole(cell: Cell) -> int | None:
    text = unicodedata.normalize("NFKC", str(cell.value)).strip()
    return int(text) if cell.kind in ("text", "number") and re.fullmatch("[0-9]{1,4}", text) else None


def headings_find(sheet: Sheet, rows: Sequence[int], columns: int) -> Found:
    """Find the headings of a block: the first row that fills most columns, and what is merged with it."""
    head = _Head(sheet, rows, columns)
    place = head.first_dense()
    if not heading_like(head.own(place)):
        return Found(rows[:place], None, 0, place, {})
    first = place
    while first > 0 and first > place - MOST_LEVELS and head.above(first - 1):
        first -= 1
    first_row, last_row = head.number(first), head.last_row(place)
    below = place
    while below < len(rows) and sheet.spool.numbers[rows[below]] <= last_row:
        below += 1
    return Found(rows[:first], first_row, last_row, below, head.texts(first, below))


class _Head:
    """The first rows of a block, with what merged ranges fill."""

    def __init__(self, sheet: Sheet, rows: Sequence[int], columns: int) -> None:
        self.sheet, self.rows = sheet, rows[:SEARCHED_ROWS]
        self.mask = 0
        for index in rows:
            self.mask |= sheet.spool.mask(index)
        self.mask &= columns
        self.columns = columns_of(self.mask)
        self.cells = [sheet.values(index) for index in self.rows]
        last = self.number(len(self.rows) - 1)
        first = self.number(0)
        self.merged = [
            one
            for one in sheet.merged
            if one.first_row <= last
            and one.last_row >= first
            and one.first_column <= self.columns[-1]
            and one.last_column >= self.columns[0]
        ]

    def number(self, place: int) -> int:
        return self.sheet.spool.numbers[self.rows[place]]

    def filled(self, place: int) -> int:
        """Give the columns of a row that hold something, also by a merged range that is no title."""
        filled = self.sheet.spool.mask(self.rows[place]) & self.mask
        for one in self.merged:
            if one.first_row <= self.number(place) <= one.last_row and not self._title(one):
                filled |= (1 << one.last_column) - (1 << (one.first_column - 1))
        return filled & self.mask

    def _title(self, one: Merged) -> bool:
        width = one.last_column - one.first_column + 1
        return width > 1 and width * 5 >= (self.columns[-1] - self.columns[0] + 1) * 4

    def first_dense(self) -> int:
        """Give the first row that fills three columns of five, and more than one if there are more."""
        widths = [self.filled(place).bit_count() for place in range(len(self.rows))]
        enough = max(min(2, len(self.columns)), -(-max(widths) * 3 // 5))
        return next(place for place, width in enumerate(widths) if width >= enough)

    def own(self, place: int) -> list[Cell]:
        cells = self.cells[place]
        found = [cells[column] for column in self.columns if column in cells]
        return [cell for cell in found if not isinstance(cell.value, str) or cell.value.strip()]

    def above(self, place: int) -> bool:
        """Whether a row is an upper row of headings: a range of it reaches down, or over some of the columns."""
        number = self.number(place)
        return heading_like(self.own(place)) and any(
            one.first_row == number and not self._title(one) for one in self.merged
        )

    def last_row(self, place: int) -> int:
        """Give the last row of the headings that begin, or go on, in a row."""
        last = self.number(place)
        for level in range(MOST_LEVELS):
            number = self.number(place)
            reached = [one for one in self._over(number) if not self._title(one)]
            last = max([last, *(min(one.last_row, number + MOST_LEVELS) for one in reached)])
            below = place + 1
            follows = below < len(self.rows) and self.number(below) == number + 1
            if level == MOST_LEVELS - 1 or not follows or not heading_like(self.own(below)):
                break
            if not (self._parted(place, reached) or self._completes(place)):
                break
            last, place = max(last, number + 1), below
        return last

    def _over(self, number: int) -> list[Merged]:
        return [one for one in self.merged if one.first_row <= number <= one.last_row]

    def _parted(self, place: int, reached: Sequence[Merged]) -> bool:
        """Whether the next row names parts of what is merged in this one, and nothing else."""
        number, wide = self.number(place), 0
        for one in reached:
            if one.first_row == number and one.last_column > one.first_column:
                wide |= (1 << one.last_column) - (1 << (one.first_column - 1))
        lower = self.sheet.spool.mask(self.rows[place + 1]) & self.mask
        return wide != 0 and not lower & self.filled(place) & ~wide

    def _completes(self, place: int) -> bool:
        """Whether the next row fills just what this one leaves open: two rows of headings without merged cells."""
        upper, lower = self.filled(place), self.filled(place + 1)
        return upper != self.mask and lower != self.mask and upper | lower == self.mask

    def texts(self, first: int, below: int) -> dict[int, tuple[str, ...]]:
        """Give the texts of each column from the top, as they stand in the cells."""
        levels = range(first, min(below, len(self.rows)))
        found: dict[int, tuple[str, ...]] = {}
        lefts = dict.fromkeys(levels, "")
        for column in self.columns:
            texts = []
            for place in levels:
                text = self._text(place, column)
                if text:
                    lefts[place] = text
                elif place + 1 in levels and lefts[place] and self._text(place + 1, column):
                    # Without merged cells an upper heading stands over its first column only.
                    text = lefts[place] if not self.merged else ""
                if text:
                    texts.append(text)
            found[column] = tuple(dict.fromkeys(texts))
        return found

    def _text(self, place: int, column: int) -> str:
        cell = self.cells[place].get(column)
        if cell is None or cell.value in (None, ""):
            number = self.number(place)
            for one in self.merged:
                if (
                    one.first_row <= number <= one.last_row
                    and one.first_column <= column <= one.last_column
                    and not self._title(one)
                ):
                    cell = self.sheet.cell(one.first_row, one.first_column)
        return "" if cell is None or cell.value is None or not str(cell.value).strip() else str(cell.value)


def headings_name(columns: Sequence[int], texts: Mapping[int, tuple[str, ...]]) -> tuple[Heading, ...]:
    """Name columns so that no two have one name: by their texts, a number where those are the same, else by letter."""
    joined = {
        column: BETWEEN.join(dict.fromkeys(" ".join(text.split()) for text in texts.get(column, ())))
        for column in columns
    }
    taken = {name for name in joined.values() if name}
    used: set[str] = set()
    headings = []
    for column in columns:
        wanted = joined[column] or get_column_letter(column)
        name, number = wanted, 1
        while name in used or ((number > 1 or not joined[column]) and name in taken):
            number += 1
            name = f"{wanted} ({number})"
        used.add(name)
        headings.append(Heading(name, column, texts.get(column, ())))
    return tuple(headings)
