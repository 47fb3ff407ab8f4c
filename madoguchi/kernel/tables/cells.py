"""The cells of a sheet on their way from XML to packed rows; plain rows go without the parser."""

from __future__ import annotations

import re
from typing import Final

from openpyxl.utils import column_index_from_string, get_column_letter

from madoguchi.kernel.spreadsheets import broken
from madoguchi.kernel.tables.letters import text_kept, text_looked_at
from madoguchi.kernel.tables.packed import Book, Parse, Texts
from madoguchi.kernel.tables.separated import columns_refused, rows_refused
from madoguchi.kernel.tables.sheets import Sheet
from madoguchi.kernel.tables.spool import Raw
from madoguchi.kernel.tables.types import Limits
from madoguchi.kernel.tables.xml_texts import text_unescape

EXCEL_ROWS: Final = 1_048_576
TRUE: Final = ("1", "true")


class CellTaker:
    """Gathers the cells of a row, and hands the row to the sheet."""

    def __init__(self, sheet: Sheet, book: Book, texts: Texts, limits: Limits) -> None:
        self.sheet = sheet
        self._texts, self._limits = texts, limits
        self._shown = {str(number): shown for number, shown in enumerate(book.shown)}
        self._columns: dict[str, int] = {}
        self._row = self._column = 0
        self._hidden = False
        self._cells: list[Raw] = []
        self._mask = 0

    def row_start(self, number: str | None, hidden: str | None) -> None:
        row = self._row + 1 if number is None else int(number)
        if not self._row < row <= EXCEL_ROWS:
            raise broken()
        self._row, self._column = row, 0
        self._hidden = hidden in TRUE
        self._cells, self._mask = [], 0

    def row_end(self) -> None:
        if not self._mask:
            return
        if self._mask.bit_length() > self._limits.columns:
            raise columns_refused(self._limits)
        if len(self.sheet.spool) == self._limits.rows:
            raise rows_refused(self._limits)
        if self._hidden:
            self.sheet.hidden_rows.append(self._row)
        self.sheet.spool.add(self._row, self._mask, self._cells, hidden=self._hidden)

    def place(self, place: str | None) -> int:
        """Give the column of a cell; files may leave the place out where it is the next one."""
        self._column = self._column + 1 if place is None else self.column(place.rstrip("0123456789"))
        return self._column

    def column(self, letters: str) -> int:
        column = self._columns.get(letters)
        if column is None:
            try:
                column = self._columns[letters] = column_index_from_string(letters)
            except ValueError:
                raise broken() from None
        return column

    def take(self, column: int, kind: str, style: str, text: str, formula: bool) -> None:
        """Take a cell that has a value or a formula; text is the whole of its value."""
        if kind == "n" and text:
            self._cells.append((column, self._shown.get(style, "number"), text))
            self._mask |= 1 << (column - 1)
        elif kind == "s":
            self._shared(column, int(text))
        elif kind in ("inlineStr", "str"):
            self._text(column, text_unescape(text))
        else:
            self._other(column, kind, text.strip(), formula)

    def _shared(self, column: int, number: int) -> None:
        texts = self._texts
        if not 0 <= number < len(texts):
            raise broken()
        if number in texts.looked_at:
            self._text(column, texts[number])
            return
        self._cells.append((column, "s", number))
        if number not in texts.blank:
            self._mask |= 1 << (column - 1)

    def _text(self, column: int, text: str) -> None:
        if text_looked_at(text):
            text = text_kept(self.sheet, text, self._row, column)
        self._cells.append((column, "x", text))
        if text and not text.isspace():
            self._mask |= 1 << (column - 1)

    def _other(self, column: int, kind: str, text: str, formula: bool) -> None:
        if kind not in ("n", "b", "e", "d"):
            raise broken()
        if not text and not formula:
            return
        place = f"{get_column_letter(column)}{self._row}"
        if not text:
            self.sheet.tally("lost", place)
            self._cells.append((column, "lost", None))
        else:
            if kind == "e":
                self.sheet.tally("error", place)
            self._cells.append((column, kind, text))
        self._mask |= 1 << (column - 1)


_MOST_KEPT: Final = 8 * 1024 * 1024
_REFERENCE: Final = re.compile(r"&(?!(?:lt|gt|quot|apos|amp);)")
# Letters beyond ASCII by their numbers, as lxml writes them: never a sign that XML itself uses.
_NUMBERED: Final = re.compile("&#([1-9][0-9]{2,6});")
_ROW: Final = re.compile(r'\s*<row((?:\s+[A-Za-z0-9:]+="[^"<>&]*")*)\s*>')
_NUMBER: Final = re.compile(r'\sr="([0-9]{1,7})"')
_HIDDEN: Final = re.compile(r'\shidden="([a-z0-9]+)"')
_CELL: Final = re.compile(
    r'<c r="([A-Z]{1,3})[0-9]{1,7}"(?: s="([0-9]+)")?(?: t="([a-zA-Z]+)")?'
    r'(?:/>|>(?:<v>([^<]*)</v>|<is>(<t(?: xml:space="preserve")?>[^<]*)</t></is>)</c>)'
)


class QuickRows:
    """
    Takes rows of nothing but plain cells out of a sheet's bytes; whatever is unlike them is left to the parser.

    A row is plain when every "<" in it belongs to a cell of the pattern, so that nothing can be overlooked. The
    parser is four times as slow.
    """

    def __init__(self, taker: CellTaker) -> None:
        self._taker = taker
        self._kept = b""
        self._state = "before"

    def __call__(self, portion: bytes, parse: Parse) -> bytes:
        if self._state == "over":
            return portion
        content = self._kept + portion
        self._kept = b""
        if len(content) > _MOST_KEPT:
            return self._rest(content)
        if self._state == "before":
            place = content.find(b"<sheetData>")
            if place < 0:
                self._kept = b"" if not portion else content
                return b"" if portion else content
            if (
                not content.lstrip(b"\xef\xbb\xbf").startswith((b"<?xml", b"<worksheet"))
                or b"<!" in content[:place]
            ):
                return self._rest(content)
            # Whatever is wrong with the encoding or the beginning, the parser says before the first row.
            parse(content[: place + 11])
            if re.search(rb"encoding=[\"'](?!UTF-8)", content[:200], re.IGNORECASE):
                return self._rest(content[place + 11 :])
            content, self._state = content[place + 11 :], "within"
        if not portion or b"<!" in content or b"<?" in content:
            return self._rest(content)
        end = content.find(b"</sheetData>")
        cut = content.rfind(b"</row>", 0, end if end >= 0 else None) + 6
        if cut > 5:
            for row in content[: cut - 6].decode().split("</row>"):
                if not self._row(row):
                    parse(f"{row}</row>".encode())
            content = content[cut:]
        if end >= 0:
            return self._rest(content)
        self._kept = content
        return b""

    def _rest(self, content: bytes) -> bytes:
        self._state = "over"
        return content

    def _row(self, row: str) -> bool:
        """Take a row, or leave it whole."""
        if "&#" in row:
            row = _numbered(row)
        head = _ROW.match(row)
        if head is None or "\r" in row or _REFERENCE.search(row):
            return False
        cells = _CELL.findall(row, head.end())
        tags = len(cells)
        for _letters, _style, _kind, value, inline in cells:
            tags += 5 if inline else 3 if value else 0
        if row.count("<", head.end()) != tags:
            return False
        number, hidden = _NUMBER.search(head[1]), _HIDDEN.search(head[1])
        taker = self._taker
        taker.row_start(number[1] if number else None, hidden[1] if hidden else None)
        column_of, take = taker.column, taker.take
        for letters, style, kind, value, inline in cells:
            if inline:
                value = inline[inline.index(">") + 1 :]
            elif not value:
                continue
            take(
                column_of(letters), kind or "n", style or "0", _named(value) if "&" in value else value, False
            )
        taker.row_end()
        return True


def _numbered(row: str) -> str:
    """Read letters that stand as their numbers, each kind at once: a row has few kinds, and many of each."""
    for digits in set(_NUMBERED.findall(row)):
        number = int(digits)
        # Halves of letters and what lies past the last letter are the parser's to refuse.
        if 127 < number < 0xD800 or 0xFFFF < number <= 0x10FFFF:
            row = row.replace(f"&#{digits};", chr(number))
    return row


def _named(text: str) -> str:
    """Read the letters that XML names."""
    for name, letter in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(name, letter)
    return text
