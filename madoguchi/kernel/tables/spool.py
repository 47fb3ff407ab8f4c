"""Rows on their way from a file to whoever wants them: packed, so that a large file is gone through twice."""

from __future__ import annotations

import marshal
import zlib
from array import array
from collections.abc import Iterator
from typing import NamedTuple

CHUNK_ROWS = 256

Raw = tuple[int, str, object]
"""A cell before it is a value: its column from 1, how to make a value of it, of what."""


class RawRow(NamedTuple):
    """A row before its cells are values."""

    number: int
    hidden: bool
    cells: list[Raw]


class Spool:
    """
    The rows of a sheet that hold something, in order.

    ``masks`` says which columns of a row hold something, bit 0 the first column; ``numbers`` where the rows stand.
    """

    def __init__(self) -> None:
        self.numbers = array("I")
        self._chunks: list[bytes] = []
        self._waiting: list[tuple[int, bool, list[Raw]]] = []
        self._mask_ids = array("I")
        self._mask_of: list[int] = []
        self._id_of: dict[int, int] = {}
        self._open: tuple[int, list[tuple[int, bool, list[Raw]]]] = (-1, [])

    def __len__(self) -> int:
        return len(self.numbers)

    def add(self, number: int, mask: int, cells: list[Raw], *, hidden: bool = False) -> None:
        """Take a row; its number is larger than that of the row before."""
        known = self._id_of.get(mask)
        if known is None:
            known = self._id_of[mask] = len(self._mask_of)
            self._mask_of.append(mask)
        self._mask_ids.append(known)
        self.numbers.append(number)
        self._waiting.append((number, hidden, cells))
        if len(self._waiting) == CHUNK_ROWS:
            self.close()

    def close(self) -> None:
        """Pack what waits; called once more after the last row."""
        if self._waiting:
            # marshal is three times as fast as pickle, and reads nothing but what this process wrote.
            self._chunks.append(zlib.compress(marshal.dumps(self._waiting), 1))
            self._waiting = []

    def mask(self, index: int) -> int:
        return self._mask_of[self._mask_ids[index]]

    def row(self, index: int) -> RawRow:
        """Give one row; neighbours are quick."""
        chunk, place = divmod(index, CHUNK_ROWS)
        return RawRow(*self._unpacked(chunk)[place])

    def rows(self, first: int, last: int) -> Iterator[RawRow]:
        """Give the rows from one index to before another."""
        while first < last:
            chunk, place = divmod(first, CHUNK_ROWS)
            # Not the kept chunk: two readers may go through the same rows.
            part = marshal.loads(zlib.decompress(self._chunks[chunk]))[place : place + last - first]  # noqa: S302
            for number, hidden, cells in part:
                yield RawRow(number, hidden, cells)
            first += len(part)

    def _unpacked(self, chunk: int) -> list[tuple[int, bool, list[Raw]]]:
        held, rows = self._open
        if held != chunk:
            rows = marshal.loads(zlib.decompress(self._chunks[chunk]))  # noqa: S302
            self._open = (chunk, rows)
        return rows
