"""Writing a table so that it can be read again: CSV, .xlsx, JSON, JSON Lines."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final, Literal

from django.utils.translation import gettext

from madoguchi.kernel.spreadsheets import SpreadsheetRefused
from madoguchi.kernel.tables.headings import headings_name
from madoguchi.kernel.tables.told import Told
from madoguchi.kernel.tables.types import Note, Value
from madoguchi.kernel.tables.value_kinds import value_text
from madoguchi.kernel.tables.writing_xlsx import Days, xlsx_portions
from madoguchi.kit.variants import gaiji_find, shrink

Encoding = Literal["utf-8", "cp932"]
PORTION: Final = 1 << 16
_FORMULA: Final = re.compile("'*[=+\\-@\t\r]")
_QUOTED: Final = re.compile('[",;\t\r\n\ufeff]|^\\s|\\s$')
_DROPPED: Final = re.compile("[\0\ud800-\udfff]")


class Written:
    """
    A table on its way into a file: portions of bytes, made as they are asked for, once.

    ``notes`` says what could not be written as it was; it is complete when the last portion was taken.
    """

    def __init__(self, portions: Iterator[bytes], told: Told) -> None:
        self._portions, self._told = portions, told

    def __iter__(self) -> Iterator[bytes]:
        return self._portions

    @property
    def notes(self) -> tuple[Note, ...]:
        return self._told.notes()

    def content(self) -> bytes:
        """Give the whole file."""
        return b"".join(self._portions)


def table_write(
    format: Literal["csv", "xlsx", "json", "jsonl"],  # noqa: A002 -- what everybody calls it
    headings: Sequence[str],
    rows: Iterable[Sequence[Value]],
    *,
    sheet: str,
    encoding: Encoding = "utf-8",
    widths: Sequence[float] | None = None,
    days: Days = "text",
) -> Written:
    """
    Write a table.

    What begins like a formula never becomes one: in .xlsx it is a text, in CSV an apostrophe stands before it, which
    ``table_read`` takes off again. Nothing but what ``Written.notes`` says is changed. Rows with nothing in them are
    written, but no reader of CSV or .xlsx gives them back.

    :param sheet: the name of the sheet, and the place in notes.
    :param encoding: of CSV only; ``cp932`` for programs that know nothing else, other letters become 〓.
    :param widths: of the columns of .xlsx, in letters; else by the headings.
    :param days: in .xlsx, days and times as ISO texts, or as dates of Excel where it knows them.
    :raises SpreadsheetRefused: while portions are made: a text or a table that .xlsx cannot hold, a number that is none.
    :raises ValueError: a row has more or fewer values than there are headings.
    """
    told = Told(sheet)
    checked = _same_width(headings, rows)
    if format == "xlsx":
        return Written(xlsx_portions(headings, checked, told, widths=widths, days=days), told)
    lines = (
        _csv_lines(headings, checked, told)
        if format == "csv"
        else _json_lines(format, headings, checked, told)
    )
    encode = _cp932(told) if format == "csv" and encoding == "cp932" else _utf_8(mark=format == "csv")
    return Written(_portions(lines, encode), told)


def _same_width(headings: Sequence[str], rows: Iterable[Sequence[Value]]) -> Iterator[Sequence[Value]]:
    for number, row in enumerate(rows, start=1):
        if len(row) != len(headings):
            raise ValueError(f"row {number} has {len(row)} values for {len(headings)} headings")
        for value in row:
            if isinstance(value, Decimal) and not value.is_finite():
                raise SpreadsheetRefused(
                    gettext("%(number)d行目に、数でない値があります。") % {"number": number},
                    gettext("値を確かめてください。"),
                )
        yield row


Line = tuple[int, Sequence[str]]
"""The number of a row in the file, and its cells as they are written."""


def _portions(lines: Iterator[Line], encode: Callable[[Line], bytes]) -> Iterator[bytes]:
    waiting = bytearray()
    for line in lines:
        waiting += encode(line)
        if len(waiting) >= PORTION:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting)


def _utf_8(*, mark: bool) -> Callable[[Line], bytes]:
    def encode(line: Line) -> bytes:
        number, cells = line
        head = b"\xef\xbb\xbf" if mark and number == 1 else b""
        return head + "".join(cells).encode()

    return encode


def _cp932(told: Told) -> Callable[[Line], bytes]:
    def encode(line: Line) -> bytes:
        number, cells = line
        text = "".join(cells)
        try:
            encoded = text.encode("cp932")
            # Some letters are encoded as their twins (〜 as ～), which nobody would be told.
            if not gaiji_find(text) and encoded.decode("cp932") == text:
                return encoded
        except UnicodeEncodeError:
            pass
        return b"".join(_shrunk(told, number, column, cell) for column, cell in enumerate(cells, start=1))

    return encode


def _shrunk(told: Told, row: int, column: int, text: str) -> bytes:
    shrunk = shrink(text, to="cp932")
    encoded = shrunk.text.encode("cp932")
    twins = sum(map(operator.ne, encoded.decode("cp932"), shrunk.text))
    if replaced := len(shrunk.replaced) + twins:
        told.add("replaced", row, column, replaced)
    if shrunk.missing:
        told.add("missing", row, column, len(shrunk.missing))
    return encoded


def _csv_lines(headings: Sequence[str], rows: Iterator[Sequence[Value]], told: Told) -> Iterator[Line]:
    yield 1, _csv_cells(headings, 1, told)
    for number, row in enumerate(rows, start=2):
        yield number, _csv_cells(row, number, told)


def _csv_cells(row: Sequence[Value], number: int, told: Told) -> list[str]:
    """Give the cells of a line with the delimiters and the end at their tails."""
    last = len(row)
    return [
        _csv_cell(value, number, column, told) + ("\r\n" if column == last else ",")
        for column, value in enumerate(row, start=1)
    ]


def _csv_cell(value: Value, row: int, column: int, told: Told) -> str:
    if not isinstance(value, str):
        return value_text(value)
    if _DROPPED.search(value):
        value, count = _DROPPED.subn("", value)
        told.add("dropped", row, column, count)
    if _FORMULA.match(value):
        value = f"'{value}"
    if not value or _QUOTED.search(value):
        # Two quotes are an empty text; nothing at all is no value.
        return '"' + value.replace('"', '""') + '"'
    return value


def _json_lines(
    format: str,  # noqa: A002
    headings: Sequence[str],
    rows: Iterator[Sequence[Value]],
    told: Told,
) -> Iterator[Line]:
    names = headings_name(
        range(1, len(headings) + 1), {column: (text,) for column, text in enumerate(headings, start=1)}
    )
    keys = [
        _json_text(_kept(text, 1, one.column, told))
        for text, one in zip(_keys(headings, names), names, strict=True)
    ]
    listed = format == "json"
    opening = "[\n" if listed else ""
    number = 0
    for number, row in enumerate(rows, start=1):
        members = (
            f"{key}: {_json_value(value, number, column, told)}"
            for column, (key, value) in enumerate(zip(keys, row, strict=True), start=1)
        )
        yield number, [opening, "{", ", ".join(members), "}" if listed else "}\n"]
        opening = ",\n" if listed else ""
    if listed:
        yield number + 1, ["[]\n" if number == 0 else "\n]\n"]


def _keys(headings: Sequence[str], names: Sequence[object]) -> list[str]:
    """Give the headings as they are, but numbered where two are the same or one is missing."""
    return [
        text if text and list(headings).count(text) == 1 else getattr(name, "name", text)
        for text, name in zip(headings, names, strict=True)
    ]


def _kept(text: str, row: int, column: int, told: Told) -> str:
    if not _DROPPED.search(text):
        return text
    text, count = _DROPPED.subn("", text)
    told.add("dropped", row, column, count)
    return text


def _json_text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _json_value(value: Value, row: int, column: int, told: Told) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return value_text(value)
        case datetime() | date() | time():
            return _json_text(value.isoformat())
        case _:
            return _json_text(_kept(value, row, column, told))
