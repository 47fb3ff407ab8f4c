"""
A sheet as rows of cells that answer with values or say what is wrong, and where.

Merged cells give the value of their first cell to the whole range; formulas give what Excel computed last.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, TypeVar

from django.utils.translation import gettext
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from madoguchi.blocks.measures.sheets.values import CellRefused, error_refuse, plain
from madoguchi.kernel.workbooks import Opened

T = TypeVar("T")
MOST_ROWS, MOST_COLUMNS, MOST_FAULTS = 10_000, 300, 200


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a workbook, where, and what to do; sheet and cell are "" where the whole file is meant."""

    sheet: str
    cell: str
    reason: str
    do: str

    def __str__(self) -> str:
        place = " ".join(part for part in (self.sheet, self.cell) if part)
        return f"{place}: {self.reason}{self.do}" if place else f"{self.reason}{self.do}"


@dataclass(frozen=True, slots=True)
class Note:
    """What was read, but in a way that somebody should look at; as ``Fault`` for where and what to do."""

    sheet: str
    cell: str
    what: str
    do: str


class Findings:
    """What was found while reading: faults, which hold everything up, and notes, which hold nothing up."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.notes: list[Note] = []

    def fault(self, cell: Place | None, reason: str, do: str) -> None:
        """Note a fault at a cell, or with the file as a whole."""
        fault = Fault(cell.sheet if cell else "", cell.place if cell else "", reason, do)
        if fault not in self.faults and len(self.faults) < MOST_FAULTS:
            self.faults.append(fault)

    def note(self, cell: Place, what: str, do: str = "") -> None:
        """Note something to look at."""
        note = Note(cell.sheet, cell.place, what, do)
        if note not in self.notes:
            self.notes.append(note)

    def take(self, cell: Cell, read: Callable[[Any], T], otherwise: T) -> T:
        """Read a cell's value; where it is refused, note the fault and go on with something else."""
        try:
            cell.check()
            return read(cell.value)
        except CellRefused as refused:
            self.fault(cell, refused.reason, refused.do)
            return otherwise


class Place(Protocol):
    """Anything with a sheet and a place in it."""

    @property
    def sheet(self) -> str: ...

    @property
    def place(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in words: a heading's row, a whole sheet."""

    sheet: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """
    One cell. ``first`` is the place of the cell that holds the value of a merged range, ``last`` its far corner.

    ``lost`` marks a formula that was never computed.
    """

    sheet: str
    row: int
    column: int
    value: Any
    number_format: str = "General"
    lost: bool = False
    first: tuple[int, int] | None = None
    last: tuple[int, int] | None = None

    @property
    def place(self) -> str:
        """The cell as people name it: C5."""
        return f"{get_column_letter(self.column)}{self.row}"

    @property
    def merged(self) -> bool:
        return self.first is not None

    @property
    def is_first(self) -> bool:
        """Whether the value really stands here, and not in another cell of a merged range."""
        return self.first is None or self.first == (self.row, self.column)

    @property
    def empty(self) -> bool:
        return not self.lost and (
            self.value is None or (isinstance(self.value, str) and not self.value.strip())
        )

    def check(self) -> None:
        """
        Refuse what is no value at all.

        :raises CellRefused: an error, or a formula without its result.
        """
        if self.lost:
            raise CellRefused(
                gettext("数式の計算結果が保存されていません。"),
                gettext("Excelで開いて保存し直すか、値だけを貼り付けてください。"),
            )
        if isinstance(self.value, str):
            error_refuse(self.value)


class Grid:
    """One sheet: its cells, merged ranges resolved."""

    def __init__(self, typed: Worksheet, computed: Worksheet) -> None:
        self.title = typed.title
        self.hidden = typed.sheet_state != "visible"
        self._typed = typed
        self._values = computed._cells
        self._formulas = {place for place, cell in typed._cells.items() if cell.data_type == "f"}
        self._merged: dict[tuple[int, int], tuple[tuple[int, int], tuple[int, int]]] = {}
        for merged in typed.merged_cells.ranges:
            first, last = (merged.min_row, merged.min_col), (merged.max_row, merged.max_col)
            for row in range(first[0], min(last[0], MOST_ROWS) + 1):
                for column in range(first[1], min(last[1], MOST_COLUMNS) + 1):
                    self._merged[row, column] = first, last

    @cached_property
    def rows(self) -> list[int]:
        """The rows with anything in them, in order."""
        rows = {row for (row, _column), cell in self._values.items() if cell.value not in (None, "")}
        return sorted(row for row in rows | {row for row, _column in self._formulas} if row <= MOST_ROWS)

    @cached_property
    def width(self) -> int:
        """The last column with anything in it."""
        columns = [column for (_row, column), cell in self._values.items() if cell.value not in (None, "")]
        return min(max(columns, default=0), MOST_COLUMNS)

    @cached_property
    def too_long(self) -> bool:
        """Whether there is anything below what is read."""
        return any(
            row > MOST_ROWS for (row, _column), cell in self._values.items() if cell.value not in (None, "")
        )

    def cell(self, row: int, column: int) -> Cell:
        """Give a cell; within a merged range, with the value of its first cell."""
        first, last = self._merged.get((row, column), (None, None))
        place = first or (row, column)
        held = self._values.get(place)
        if held is None:
            return Cell(self.title, row, column, None, first=first, last=last)
        # A formula that gave an empty text has the type of a text; one that was never computed has none.
        lost = place in self._formulas and held.value is None and held.data_type != "str"
        value = "" if place in self._formulas and held.value is None and not lost else held.value
        return Cell(self.title, row, column, value, held.number_format or "General", lost, first, last)

    def line(self, row: int) -> Iterator[Cell]:
        """Give the cells of a row, up to the last column of the sheet."""
        for column in range(1, self.width + 1):
            yield self.cell(row, column)

    def merged_within(self, first_row: int) -> list[str]:
        """Give the merged ranges below a row: A5:A9."""
        return sorted(
            str(merged) for merged in self._typed.merged_cells.ranges if merged.max_row >= first_row
        )

    def hidden_rows(self, first_row: int) -> list[int]:
        """Give the rows below a row that hold something and are hidden."""
        return [row for row in self.rows if row >= first_row and self._typed.row_dimensions[row].hidden]


def grids(opened: Opened) -> list[Grid]:
    """Give the sheets of a workbook that hold cells, in order."""
    computed = {page.title: page for page in opened.computed.worksheets}
    return [Grid(page, computed[page.title]) for page in opened.typed.worksheets if page.title in computed]


def alike(wanted: str, found: Iterable[str]) -> str:
    """Give the heading that looks most like a missing one; "" when none does."""
    known = {plain(text): text for text in found}
    near = difflib.get_close_matches(plain(wanted), list(known), n=1, cutoff=0.5)
    return known[near[0]] if near else ""


def heading_lacks(findings: Findings, spot: Place, wanted: str, found: Sequence[str]) -> None:
    """Say which heading is missing, and which one that was found looks like it."""
    near = alike(wanted, found)
    if near:
        do = gettext("「%(near)s」がそれなら、見出しを「%(wanted)s」に直してください。")
    else:
        do = gettext("見出し「%(wanted)s」の列を足してください。")
    findings.fault(
        spot,
        gettext("見出し「%(wanted)s」がありません。") % {"wanted": wanted},
        do % {"near": near, "wanted": wanted},
    )
