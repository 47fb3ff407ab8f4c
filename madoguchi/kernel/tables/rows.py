"""The rows of a table, made of packed rows each time somebody goes through them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from madoguchi.kernel.tables.sheets import Merged, Sheet
from madoguchi.kernel.tables.spool import RawRow
from madoguchi.kernel.tables.types import Cell, Role, Row

_SUM: Final = re.compile(r"(総?合計|総計|小計|累計|計|(sub|grand)?total|sum)", re.IGNORECASE)
_LONGEST_SUM: Final = 12


class TableRows:
    """
    Rows of a sheet, by their indexes, with a cell for each of some columns.

    :param roles: of rows that were looked at already, by number; None when every row is a record.
    :param headings: the lowest text of each heading, to know a row that repeats them.
    """

    def __init__(
        self,
        sheet: Sheet,
        indexes: Sequence[int],
        columns: Sequence[int],
        roles: Mapping[int, Role] | None,
        headings: Sequence[Sequence[str]],
    ) -> None:
        self._sheet, self._indexes, self._columns = sheet, indexes, columns
        self._roles = roles
        self._headings = tuple(text[0] if text else None for text in headings)
        self._places = {column: place for place, column in enumerate(columns)}
        self._empty = [Cell(None, column) for column in columns]

    def __len__(self) -> int:
        return len(self._indexes)

    def __iter__(self) -> Iterator[Row]:
        filling = _Filling(self._sheet, self._columns) if self._sheet.merged else None
        makers, places, roles = self._sheet.makers, self._places, self._roles
        new = tuple.__new__
        for number, hidden, raw in self._raw():
            cells = self._empty.copy()
            for column, code, payload in raw:
                place = places.get(column)
                if place is not None:
                    value, kind = makers[code](payload)
                    # Twice as quick as Cell(…), which goes through its defaults.
                    cells[place] = new(Cell, (value, column, kind, False))
            if filling is not None:
                filling.fill(number, cells, places)
            role: Role = "data"
            if roles is not None:
                role = roles.get(number) or self._role(cells)
            yield Row(number, tuple(cells), hidden, role)

    def totals(self) -> list[int]:
        """Give the numbers of the rows that are sums."""
        return [row.number for row in self if row.role == "total"]

    def _raw(self) -> Iterator[RawRow]:
        """Give the packed rows, whole spans at a time."""
        if isinstance(self._indexes, range):
            yield from self._sheet.spool.rows(self._indexes.start, self._indexes.stop)
            return
        for _gap, group in groupby(enumerate(self._indexes), lambda pair: pair[1] - pair[0]):
            span = [index for _place, index in group]
            yield from self._sheet.spool.rows(span[0], span[-1] + 1)

    def _role(self, cells: Sequence[Cell]) -> Role:
        first = next((cell for cell in cells if cell.value is not None and cell.value != ""), None)
        if first is None or first.kind != "text" or len(cells) < 2:
            return "data"
        assert isinstance(first.value, str)
        if len(first.value) <= _LONGEST_SUM and _SUM.fullmatch(
            "".join(unicodedata.normalize("NFKC", first.value).split())
        ):
            return "total"
        if first.value in self._headings and all(
            cell.value == heading for cell, heading in zip(cells, self._headings, strict=False)
        ):
            return "heading"
        return "data"


class _Filling:
    """Fills merged ranges with the value of their first cell, row by row."""

    def __init__(self, sheet: Sheet, columns: Sequence[int]) -> None:
        self._sheet = sheet
        self._first, self._last = columns[0], columns[-1]
        self._most = len(columns)
        self._waiting = iter(sheet.merged)
        self._next = next(self._waiting, None)
        self._open: list[tuple[Merged, Cell]] = []

    def fill(self, number: int, cells: list[Cell], places: Mapping[int, int]) -> None:
        self._open = [(one, cell) for one, cell in self._open if one.last_row >= number]
        while self._next is not None and self._next.first_row <= number:
            one, self._next = self._next, next(self._waiting, None)
            within = one.first_column <= self._last and one.last_column >= self._first
            # Ranges never overlap in a sound file: no more than one a column is open at a time.
            if one.last_row >= number and within and len(self._open) < self._most:
                self._open.append((one, self._sheet.cell(one.first_row, one.first_column)))
        for one, cell in self._open:
            if cell.kind == "empty":
                continue
            for column in range(max(one.first_column, self._first), min(one.last_column, self._last) + 1):
                place = places.get(column)
                if place is not None:
                    cells[place] = Cell(cell.value, column, cell.kind, merged=True)
