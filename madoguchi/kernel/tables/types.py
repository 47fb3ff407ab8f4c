"""What is read of a table file: tables, rows, cells, and what somebody should know about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal, NamedTuple, Protocol

from openpyxl.utils import get_column_letter

Value = str | int | Decimal | bool | date | datetime | time | None
Kind = Literal["empty", "text", "number", "bool", "date", "datetime", "time", "duration", "error", "lost"]
"""
``duration`` is a text (25:30:00) of a cell that counts hours beyond a day; ``error`` has the text that Excel
shows (#N/A) or a number that is no day; ``lost`` is a formula whose result nobody saved, its value is None.
"""
Role = Literal["data", "total", "note", "heading"]
Format = Literal["xlsx", "csv", "json", "jsonl"]

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """
    How much is read: bytes of the file and of what it unpacks to, rows of a sheet, columns, sheets.

    ``text_bytes`` bounds the texts that a workbook keeps apart from its sheets, ``line_letters`` a line (with all
    lines inside its quotes) of a text file.
    """

    file_bytes: int = 100 * _MIB
    unpacked_bytes: int = 1024 * _MIB
    text_bytes: int = 256 * _MIB
    rows: int = 1_000_000
    columns: int = 2_000
    sheets: int = 200
    line_letters: int = 1_000_000


class Cell(NamedTuple):
    """
    One cell: its value, its column in the sheet from 1, what it is; ``merged`` when it stands in a merged range.

    A tuple and no dataclass: two million of them are made for one large file.
    """

    value: Value
    column: int
    kind: Kind = "empty"
    merged: bool = False

    @property
    def letter(self) -> str:
        """The column as people name it: AB."""
        return get_column_letter(self.column)


class Row(NamedTuple):
    """
    One row below the headings: its number in the sheet from 1, and a cell for each heading.

    ``role`` says what the row looks like; a sum or a remark is given like any row, so that nothing is lost.
    """

    number: int
    cells: tuple[Cell, ...]
    hidden: bool = False
    role: Role = "data"

    @property
    def values(self) -> tuple[Value, ...]:
        return tuple(cell.value for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Heading:
    """
    The heading of a column.

    ``name`` is unique in the table: the texts from the top joined by ／ with blanks made one, numbered where two
    are the same, the column's letter where there is none. ``texts`` are the texts as they stand in the file.
    """

    name: str
    column: int
    texts: tuple[str, ...] = ()

    @property
    def letter(self) -> str:
        """The column as people name it: AB."""
        return get_column_letter(self.column)


@dataclass(frozen=True, slots=True)
class Note:
    """
    What somebody should know before the table is used.

    :param code: for programs: ``hidden_rows``, ``gaiji``, ``ragged`` …
    :param place: a cell (C5), rows (5行目), columns, or "" for the whole sheet.
    :param text: for people, in the language of the page.
    """

    code: str
    sheet: str
    place: str
    text: str

    def __str__(self) -> str:
        place = " ".join(part for part in (self.sheet, self.place) if part)
        return f"{place}: {self.text}" if place else self.text


class Rows(Protocol):
    """The rows of a table; may be gone through as often as wanted, in bounded memory."""

    def __iter__(self) -> Iterator[Row]: ...

    def __len__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Table:
    """
    One table of a sheet.

    :param sheet: the name of the sheet; the name of the file for files without sheets.
    :param first_row: where the table begins: the first row of its headings, else its first row.
    :param rows: everything below the headings but rows with nothing in them.
    :param titles: the texts above the headings.
    :param hidden: the whole sheet is hidden.
    """

    sheet: str
    first_row: int
    headings: tuple[Heading, ...]
    rows: Rows
    notes: tuple[Note, ...] = ()
    titles: tuple[str, ...] = ()
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Workfile:
    """
    A file that was read: its tables from the first sheet, from the top, from the left.

    :param encoding: of a text file, as Python names it; "" for a workbook.
    :param delimiter: of a CSV file, else "".
    :param notes: all notes, also of sheets without a table.
    """

    name: str
    format: Format
    tables: tuple[Table, ...]
    notes: tuple[Note, ...] = ()
    encoding: str = ""
    delimiter: str = ""
