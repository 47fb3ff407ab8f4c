"""
Writing an .xlsx: openpyxl makes the book with its formats and its paper, the rows stream into it.

openpyxl writes a hundred thousand rows in more than half a minute, and drops empty texts; here they take a tenth.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final, Literal

from django.utils.translation import gettext
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from madoguchi.kernel.spreadsheets import SpreadsheetRefused
from madoguchi.kernel.tables.told import Told
from madoguchi.kernel.tables.types import Value
from madoguchi.kernel.tables.xml_texts import illegal_drop, text_escape
from madoguchi.kernel.workbooks import TEXT_FORMAT, paper_set, text_put

Days = Literal["text", "date"]
MOST_ROWS: Final = 1_048_576
MOST_COLUMNS: Final = 16_384
LONGEST_TEXT: Final = 32_767
_LONGEST_NAME: Final = 31
# Past 2 GiB a part needs ZIP64, which not every program reads.
_LARGEST_SHEET: Final = 2_000_000_000
_SHEET: Final = "xl/worksheets/sheet1.xml"
_PUT: Final = b"<sheetData>"
_FORMULA: Final = tuple("=+-@'\t\r")
_STYLES: Final = {
    "number": "General",
    "text": TEXT_FORMAT,
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm:ss",
    "time": "hh:mm:ss",
}
_ODD_IN_NAMES: Final = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))
# Excel's calendar has a 29 February 1900; days before it would be read as others.
_FIRST_DAY: Final = date(1900, 3, 1)
_DAY_0: Final = date(1899, 12, 30).toordinal()
_PORTION: Final = 1 << 16


class _Out(io.RawIOBase):
    """Where a zip file is written to: keeps what was written until somebody takes it."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._waiting += data
        return len(data)

    def taken(self) -> bytes:
        given = bytes(self._waiting)
        self._waiting.clear()
        return given


def xlsx_portions(
    headings: Sequence[str],
    rows: Iterator[Sequence[Value]],
    told: Told,
    *,
    widths: Sequence[float] | None,
    days: Days,
) -> Iterator[bytes]:
    """
    Give the portions of a workbook with one sheet.

    :raises SpreadsheetRefused: it has more rows or columns, or a longer text, than a sheet may have.
    """
    if len(headings) > MOST_COLUMNS:
        raise _too_large()
    empty, styles = _book(headings, told.sheet, widths)
    out = _Out()
    with (
        zipfile.ZipFile(io.BytesIO(empty)) as book,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name in book.namelist():
            if name != _SHEET:
                packed.writestr(name, book.read(name))
        before, after = _around(book.read(_SHEET))
        with packed.open(_SHEET, "w") as part:
            part.write(before)
            size = 0
            for lines in _lines(headings, rows, told, styles, days):
                size += len(lines)
                if size > _LARGEST_SHEET:
                    raise _too_large()
                part.write(lines)
                if portion := out.taken():
                    yield portion
            part.write(after)
    yield out.taken()


def _too_large() -> SpreadsheetRefused:
    return SpreadsheetRefused(
        gettext("表が大きすぎて、Excelのファイルにできません。"), gettext("CSVの形式を選んでください。")
    )


def _book(
    headings: Sequence[str], sheet: str, widths: Sequence[float] | None
) -> tuple[bytes, Mapping[str, int]]:
    """Make the workbook without its rows, and give its formats by name."""
    book = Workbook()
    page: Any = book.active
    page.title = sheet.translate(_ODD_IN_NAMES).strip("'")[:_LONGEST_NAME] or "Sheet1"
    page.freeze_panes = "A2"
    page.print_title_rows = "1:1"
    paper_set(page)
    for column, text in enumerate(headings, start=1):
        width = widths[column - 1] if widths else min(40, max(8, 2 + 2 * max(map(len, text.split("\n")))))
        page.column_dimensions[get_column_letter(column)].width = width
    styles = {}
    for row, (name, number_format) in enumerate(_STYLES.items(), start=1):
        cell = page.cell(row, 1, "x")
        cell.number_format = number_format
        cell.alignment = Alignment(vertical="top", wrap_text=name == "text")
        styles[name] = cell
    for name in ("shielded", "heading"):
        cell = page.cell(len(styles) + 1, 1)
        text_put(cell, "=" if name == "shielded" else "x")
        cell.number_format = TEXT_FORMAT
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        if name == "heading":
            cell.font = Font(bold=True)
            cell.fill = PatternFill("solid", fgColor="FFE8F1FE")
        styles[name] = cell
    numbers = {name: cell.style_id for name, cell in styles.items()}
    file = io.BytesIO()
    book.save(file)
    return file.getvalue(), numbers


def _around(sheet: bytes) -> tuple[bytes, bytes]:
    """Give what stands before and behind the rows of a sheet."""
    before, rest = sheet.split(_PUT)
    _rows, after = rest.split(b"</sheetData>")
    return before + _PUT, b"</sheetData>" + after


def _lines(
    headings: Sequence[str],
    rows: Iterator[Sequence[Value]],
    told: Told,
    styles: Mapping[str, int],
    days: Days,
) -> Iterator[bytes]:
    letters = [get_column_letter(column) for column in range(1, len(headings) + 1)]
    cells = _Cells(told, styles, days)
    waiting = [cells.row(1, letters, headings, heading=True)]
    size = 0
    for number, row in enumerate(rows, start=2):
        if number > MOST_ROWS:
            raise _too_large()
        waiting.append(line := cells.row(number, letters, row))
        size += len(line)
        if size >= _PORTION:
            yield "".join(waiting).encode()
            waiting, size = [], 0
    yield "".join(waiting).encode()


class _Cells:
    """Spells cells in XML."""

    def __init__(self, told: Told, styles: Mapping[str, int], days: Days) -> None:
        self._told, self._days = told, days
        self._styles = styles

    def row(
        self, number: int, letters: Sequence[str], values: Sequence[Value], *, heading: bool = False
    ) -> str:
        parts = [f'<row r="{number}">']
        for column, (letter, value) in enumerate(zip(letters, values, strict=True), start=1):
            if value is None:
                continue
            place = f'<c r="{letter}{number}" s="'
            if isinstance(value, str):
                parts.append(place + self._text(value, number, column, "heading" if heading else "text"))
            else:
                parts.append(place + self._other(value, number, column))
        parts.append("</row>")
        return "".join(parts)

    def _text(self, text: str, row: int, column: int, style: str = "text") -> str:
        text, dropped = illegal_drop(text)
        if dropped:
            self._told.add("dropped", row, column, dropped)
        if len(text) > LONGEST_TEXT // 2 and len(text.encode("utf-16-le")) // 2 > LONGEST_TEXT:
            raise SpreadsheetRefused(
                gettext("%(row)d行目の文章が長すぎて、Excelのファイルにできません（上限%(most)d文字）。")
                % {"row": row, "most": LONGEST_TEXT},
                gettext("CSVの形式を選んでください。"),
            )
        if style == "text" and text.startswith(_FORMULA):
            style = "shielded"
        return f'{self._styles[style]}" t="inlineStr"><is><t xml:space="preserve">{text_escape(text)}</t></is></c>'

    def _other(self, value: Value, row: int, column: int) -> str:
        if isinstance(value, bool):
            return f'{self._styles["number"]}" t="b"><v>{value:d}</v></c>'
        if isinstance(value, int | Decimal):
            if _fits(value):
                return f'{self._styles["number"]}"><v>{value}</v></c>'
            self._told.add("number_text", row, column)
            return self._text(format(value, "f") if isinstance(value, Decimal) else str(value), row, column)
        assert isinstance(value, date | time)
        kind = "datetime" if isinstance(value, datetime) else "date" if isinstance(value, date) else "time"
        if self._days == "date":
            if _is_excel(value):
                return f'{self._styles[kind]}"><v>{_serial(value)!r}</v></c>'
            self._told.add("day_text", row, column)
        return self._text(value.isoformat(), row, column)


def _fits(value: int | Decimal) -> bool:
    """Whether Excel keeps all digits of a number: fifteen of them."""
    # Not normalize(), which rounds to the digits of its context.
    _sign, digits, exponent = Decimal(value).as_tuple()
    figures = "".join(map(str, digits)).strip("0")
    return len(figures) <= 15 and isinstance(exponent, int) and -300 < exponent + len(digits) < 300


def _is_excel(value: date | time) -> bool:
    """Whether Excel can keep a day or time: since March 1900, of no time zone, to the millisecond."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value >= _FIRST_DAY
    if value.tzinfo is not None or value.microsecond % 1000:
        return False
    return isinstance(value, time) or value.date() >= _FIRST_DAY


def _serial(value: date | time) -> float | int:
    """Give the number that Excel has for a day or time."""
    if isinstance(value, time):
        days, clock = 0, value
    else:
        days = value.toordinal() - _DAY_0
        clock = value.time() if isinstance(value, datetime) else time()
    seconds = clock.hour * 3600 + clock.minute * 60 + clock.second
    part = (seconds * 1000 + clock.microsecond // 1000) / 86_400_000
    return days + part if part else days
