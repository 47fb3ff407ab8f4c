"""Reading a table file, whatever it is: what kind of file, then its sheets, then the tables in them."""

from __future__ import annotations

import codecs
import re
from pathlib import PurePath
from typing import Final

from django.utils.translation import gettext

from madoguchi.kernel.spreadsheets import SpreadsheetRefused, content_check
from madoguchi.kernel.tables.encodings import encoding_tell, undecodable
from madoguchi.kernel.tables.finding import tables_find
from madoguchi.kernel.tables.packed import Package, book_read, texts_read
from madoguchi.kernel.tables.pages import PageReader, page_makers
from madoguchi.kernel.tables.records import LOOKS, RECORD_MAKERS, records_read
from madoguchi.kernel.tables.separated import separated_read, text_made
from madoguchi.kernel.tables.sheets import Sheet
from madoguchi.kernel.tables.types import Format, Limits, Workfile

_OTHER: Final = (
    b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"II*\0", b"MM\0*",
    b"\x7fELF", b"MZ\x90", b"{\\rtf", b"SQLite format 3\0",
)  # fmt: skip
_MARKUP: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml|table|\w+:Workbook)", re.IGNORECASE
)
_DEFAULT: Final = Limits()


def table_read(content: bytes, name: str, *, limits: Limits = _DEFAULT, encoding: str = "") -> Workfile:
    """
    Read the tables of a file: .xlsx, CSV or TSV, JSON or JSON Lines; the content says which, the name helps.

    :param encoding: of a text file, where somebody knows it (as Python names it); else it is told by the bytes.
    :raises SpreadsheetRefused: it is no table file, unsafe, larger than the limits, or holds no table.
    """
    content_check(content, most=limits.file_bytes, instead=gettext("ファイルを分けてください。"))
    if content.startswith(b"PK"):
        return _workbook(content, name, limits)
    if content.startswith(_OTHER) or _MARKUP.match(content):
        raise SpreadsheetRefused(
            gettext("表のファイルではありません。"),
            gettext("Excelで開けるなら、「.xlsx」の形式で保存し直してください。"),
        )
    return _text(content, name, limits, encoding)


def _workbook(content: bytes, name: str, limits: Limits) -> Workfile:
    package = Package(content, limits)
    book = book_read(package, limits)
    texts = texts_read(package, limits)
    makers = page_makers(texts, from_1904=book.from_1904)
    sheets = [PageReader(book, texts, page, makers, limits).read(package, page.part) for page in book.pages]
    return _workfile(name, "xlsx", sheets)


def _text(content: bytes, name: str, limits: Limits, encoding: str) -> Workfile:
    suffix = PurePath(name.lower()).suffix
    try:
        encoding = codecs.lookup(encoding).name if encoding else encoding_tell(content)
    except LookupError as error:
        raise undecodable(encoding) from error
    looks = LOOKS.match(content[:4096].decode(encoding, "ignore"))
    stem = PurePath(name).stem
    if suffix in (".json", ".jsonl", ".ndjson") or (looks and suffix not in (".csv", ".tsv", ".txt", ".tab")):
        sheet = Sheet(stem, RECORD_MAKERS)
        by_line = records_read(content, sheet, limits, encoding)
        return _workfile(name, "jsonl" if by_line else "json", [sheet], encoding)
    sheet = Sheet(stem, {"x": text_made})
    delimiter = separated_read(content, name, sheet, limits, encoding)
    return _workfile(name, "csv", [sheet], encoding, delimiter)


def _workfile(
    name: str, form: Format, sheets: list[Sheet], encoding: str = "", delimiter: str = ""
) -> Workfile:
    tables = tuple(table for sheet in sheets for table in tables_find(sheet))
    if not tables:
        raise SpreadsheetRefused(
            gettext("表が見つかりません。"), gettext("見出しとその下の行があるファイルを選んでください。")
        )
    notes = [
        *(note for sheet in sheets for note in sheet.notes),
        *(note for table in tables for note in table.notes),
    ]
    return Workfile(name, form, tables, tuple(dict.fromkeys(notes)), encoding, delimiter)
