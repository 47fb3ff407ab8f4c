"""Where on a sheet something stands: blocks of rows and columns with emptiness between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from madoguchi.kernel.tables.sheets import Sheet

MOST_BLOCKS = 400
_MOST_GROUPS = 50


@dataclass(frozen=True, slots=True)
class Block:
    """
    Rows without an empty one between them, within some columns.

    :param rows: indexes of the sheet's rows, in order.
    :param columns: the columns as a mask; blocks of one part of a sheet have the same.
    """

    rows: Sequence[int]
    columns: int


def columns_of(mask: int) -> tuple[int, ...]:
    """Give the columns of a mask, from 1."""
    return tuple(place + 1 for place in range(mask.bit_length()) if mask >> place & 1)


def union(sheet: Sheet, rows: Sequence[int], columns: int) -> int:
    """Give the columns that hold something in any of some rows."""
    found = 0
    mask = sheet.spool.mask
    for index in rows:
        found |= mask(index)
    return found & columns


def blocks_find(sheet: Sheet) -> list[Block]:
    """Cut a sheet where nothing stands: between tables side by side, then between rows."""
    rows = range(len(sheet.spool))
    every = union(sheet, rows, -1)
    return [
        block
        for part in _side_by_side(sheet, rows, every) or [Block(rows, every)]
        for segment in _segments(sheet, part)
        for block in _side_by_side(sheet, segment.rows, segment.columns) or [segment]
    ]


def _segments(sheet: Sheet, block: Block) -> list[Block]:
    """Cut a block where a row is empty; a row that a merged range reaches over is not."""
    numbers, rows = sheet.spool.numbers, block.rows
    cuts = [0]
    for place, (above, below) in enumerate(pairwise(rows), start=1):
        gap = numbers[below] - numbers[above] > 1
        if gap and not sheet.bridged(numbers[above], numbers[below]):
            cuts.append(place)
            if len(cuts) == MOST_BLOCKS:
                # A sheet with every second row empty is one table.
                return [block]
    cuts.append(len(rows))
    return [Block(rows[first:last], block.columns) for first, last in pairwise(cuts)]


@dataclass(frozen=True, slots=True)
class _Group:
    """Neighbouring columns, and the rows in which they hold more than a single text."""

    columns: int
    rows: list[int]
    dense: list[int]


def _side_by_side(sheet: Sheet, rows: Sequence[int], columns: int) -> list[Block] | None:
    """Cut a block into tables that stand side by side; None where it is one table, perhaps with empty columns."""
    masks = _groups(union(sheet, rows, columns))
    if not 1 < len(masks) <= _MOST_GROUPS:
        return None
    parts = [_group(sheet, rows, mask) for mask in masks]
    cut = [parts[:1]]
    for left, right in pairwise(parts):
        if _apart(sheet, left, right):
            cut.append([right])
        else:
            cut[-1].append(right)
    if len(cut) == 1:
        return None
    found = []
    for each in cut:
        within = 0
        for part in each:
            within |= part.columns
        found.append(Block([index for index in rows if sheet.spool.mask(index) & within], within))
    return found


def _groups(mask: int) -> list[int]:
    groups, place = [], 0
    while mask >> place:
        while not mask >> place & 1:
            place += 1
        first = place
        while mask >> place & 1:
            place += 1
        groups.append((1 << place) - (1 << first))
    return groups


def _group(sheet: Sheet, rows: Sequence[int], columns: int) -> _Group:
    own = [index for index in rows if sheet.spool.mask(index) & columns]
    dense = [index for index in own if (sheet.spool.mask(index) & columns).bit_count() > 1]
    return _Group(columns, own, dense)


def _apart(sheet: Sheet, left: _Group, right: _Group) -> bool:
    """
    Tell two tables from one with an empty column.

    Two begin or end in different rows, repeat a heading, or have a title each. Where none of this is so, one table
    is the reading that loses nothing.
    """
    if not (_solid(sheet, left) and _solid(sheet, right)):
        return False
    first = left.dense[0] != right.dense[0]
    last = left.dense[-1] != right.dense[-1]
    titled = all(part.rows[0] < part.dense[0] for part in (left, right))
    return first or last or titled or _repeated(sheet, left, right)


def _solid(sheet: Sheet, part: _Group) -> bool:
    """Whether some columns look like a table by themselves: two columns, rows without holes."""
    if part.columns.bit_count() < 2 or len(part.dense) < 2:
        return False
    numbers = sheet.spool.numbers
    return len(part.dense) * 5 >= (numbers[part.dense[-1]] - numbers[part.dense[0]] + 1) * 4


def _repeated(sheet: Sheet, left: _Group, right: _Group) -> bool:
    texts = []
    for part in (left, right):
        cells = sheet.values(part.dense[0])
        texts.append({str(cells[column].value) for column in columns_of(part.columns) if column in cells})
    return len(texts[0] & texts[1]) * 2 >= min(len(texts[0]), len(texts[1]))
