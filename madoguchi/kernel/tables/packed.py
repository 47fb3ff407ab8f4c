"""The parts of an .xlsx: opened only when safe, read as a stream, never unfolding what XML could define."""

from __future__ import annotations

import io
import posixpath
import zipfile
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from django.utils.translation import gettext

from madoguchi.kernel.spreadsheets import SpreadsheetRefused, broken, no_excel, parts_check
from madoguchi.kernel.tables.letters import text_looked_at
from madoguchi.kernel.tables.numbers import Shown, format_shows
from madoguchi.kernel.tables.types import Limits
from madoguchi.kernel.tables.xml_texts import text_unescape

_PORTION: Final = 1 << 18
_MOST_PARTS: Final = 5_000
# Macros are not looked at: cells are read and nothing is run, and cities publish workbooks that carry them.

Attributes = dict[str, str]
Parse = Callable[[bytes], object]
Quick = Callable[[bytes, Parse], bytes]
"""Takes the next bytes of a part (none: it has ended) and the parser; gives back what is left to parse."""


class DocumentTyped(Exception):
    """The XML declares a document type; no Excel does."""


@dataclass(slots=True)
class Handlers:
    """What to do at the elements of a part; their names come without the prefix of a namespace."""

    start: Callable[[str, Attributes], None]
    end: Callable[[str], None] | None = None
    text: Callable[[str], None] | None = None


class Package:
    """An .xlsx file, its parts by name."""

    def __init__(self, content: bytes, limits: Limits) -> None:
        """
        Look whether it may be unpacked.

        :raises SpreadsheetRefused: it is none, locked, unpacks to more than the limits.
        """
        try:
            self._packed = zipfile.ZipFile(io.BytesIO(content))
            parts = self._packed.infolist()
            self._names = {part.filename.lower(): part.filename for part in parts}
            self._check(parts, limits)
        except SpreadsheetRefused:
            raise
        except Exception as error:
            # A broken archive may fail in any of the unpacking libraries.
            raise broken() from error

    def has(self, name: str) -> bool:
        return name.lower() in self._names

    def walk(self, name: str, handlers: Handlers, quick: Quick | None = None) -> None:
        """
        Go through a part.

        :param quick: takes what it understands out of the bytes before they are parsed.
        :raises SpreadsheetRefused: it is broken, or wants something unfolded.
        """
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        _handlers_set(parser, handlers)
        parser.StartDoctypeDeclHandler = _refuse
        try:
            with self._packed.open(self._names[name.lower()]) as stream:
                while portion := stream.read(_PORTION):
                    parser.Parse(quick(portion, parser.Parse) if quick else portion)
                parser.Parse(quick(b"", parser.Parse) if quick else b"", True)
        except SpreadsheetRefused:
            raise
        except DocumentTyped as error:
            raise no_excel() from error
        except Exception as error:
            # A broken archive may fail in any of the unpacking libraries.
            raise broken() from error

    def _check(self, parts: list[zipfile.ZipInfo], limits: Limits) -> None:
        parts_check(parts, most=_MOST_PARTS, most_bytes=limits.unpacked_bytes)
        if not self.has("[Content_Types].xml") or not self.has("xl/workbook.xml"):
            raise _other_refused(self)


def _refuse(*_anything: object) -> None:
    raise DocumentTyped


def _other_refused(package: Package) -> SpreadsheetRefused:
    if package.has("xl/workbook.bin") or package.has("content.xml"):
        reason = gettext("Excelの「.xlsx」とは別の形式のファイルです。")
    else:
        reason = gettext("表のファイルではありません。")
    return SpreadsheetRefused(reason, gettext("「.xlsx」または「.csv」の形式で保存し直してください。"))


def _handlers_set(parser: expat.XMLParserType, handlers: Handlers) -> None:
    """Hand elements on by their own name; most files have no prefix and pay nothing for those that do."""
    local: dict[str, str] = {}

    def own(tag: str) -> str:
        return local.get(tag) or local.setdefault(tag, tag.rpartition(":")[2])

    def prefixed_start(tag: str, attributes: Attributes) -> None:
        handlers.start(own(tag), attributes)

    def prefixed_end(tag: str) -> None:
        assert handlers.end is not None
        handlers.end(own(tag))

    def first(tag: str, attributes: Attributes) -> None:
        prefixed = ":" in tag
        parser.StartElementHandler = prefixed_start if prefixed else handlers.start
        if handlers.end is not None:
            parser.EndElementHandler = prefixed_end if prefixed else handlers.end
        if handlers.text is not None:
            parser.CharacterDataHandler = handlers.text
        parser.StartElementHandler(tag, attributes)

    parser.StartElementHandler = first


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet as the workbook lists it."""

    name: str
    part: str
    hidden: bool


@dataclass(slots=True)
class Book:
    """What a workbook says of all its sheets."""

    pages: list[Page] = field(default_factory=list)
    from_1904: bool = False
    shown: list[Shown] = field(default_factory=list)


def book_read(package: Package, limits: Limits) -> Book:
    """Read which sheets there are, and what its number formats show."""
    book = Book(shown=_formats(package))
    targets = _targets(package)

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "workbookPr":
            book.from_1904 = attributes.get("date1904", "0") in ("1", "true")
        elif tag == "sheet":
            key = next((value for name, value in attributes.items() if name.rpartition(":")[2] == "id"), "")
            part = targets.get(key, "")
            # Sheets of charts and dialogs hold no cells.
            if part and package.has(part):
                hidden = attributes.get("state", "visible") != "visible"
                book.pages.append(Page(attributes.get("name", ""), part, hidden))

    package.walk("xl/workbook.xml", Handlers(start))
    if len(book.pages) > limits.sheets:
        raise SpreadsheetRefused(
            gettext("シートが多すぎます（上限%(most)d枚）。") % {"most": limits.sheets},
            gettext("使っていないシートを消してください。"),
        )
    return book


def _targets(package: Package) -> Mapping[str, str]:
    """Give the parts of worksheets by the key that the workbook has for them."""
    targets: dict[str, str] = {}

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
            target = attributes.get("Target", "")
            whole = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            targets[attributes.get("Id", "")] = whole

    if package.has("xl/_rels/workbook.xml.rels"):
        package.walk("xl/_rels/workbook.xml.rels", Handlers(start))
    return targets


def _formats(package: Package) -> list[Shown]:
    """Give what each cell format shows, in the order in which cells name them."""
    codes: dict[int, str] = {}
    numbers: list[int] = []
    within = ""

    def start(tag: str, attributes: Attributes) -> None:
        nonlocal within
        if tag in ("cellXfs", "cellStyleXfs", "dxfs"):
            within = tag
        elif tag == "numFmt" and within != "dxfs":
            codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif tag == "xf" and within == "cellXfs":
            numbers.append(int(attributes.get("numFmtId", "0")))

    def end(tag: str) -> None:
        nonlocal within
        if tag == within:
            within = ""

    if package.has("xl/styles.xml"):
        package.walk("xl/styles.xml", Handlers(start, end))
    return [format_shows(number, codes.get(number)) for number in numbers]


class Texts:
    """The texts that a workbook keeps apart, by number; in one piece of memory, for there may be a million."""

    def __init__(self) -> None:
        self._joined = bytearray()
        self._ends = array("Q")
        self.blank: set[int] = set()
        self.looked_at: set[int] = set()

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, number: int) -> str:
        first = self._ends[number - 1] if number else 0
        return self._joined[first : self._ends[number]].decode("utf-8", "surrogatepass")

    def add(self, text: str) -> None:
        if not text or text.isspace():
            self.blank.add(len(self))
        if text_looked_at(text):
            self.looked_at.add(len(self))
        self._joined += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._joined))

    @property
    def size(self) -> int:
        return len(self._joined)


def texts_read(package: Package, limits: Limits) -> Texts:
    """
    Read the texts of a workbook, without the readings (ふりがな) that Excel keeps beside them.

    :raises SpreadsheetRefused: they are larger than the limit.
    """
    texts = Texts()
    parts: list[str] = []
    collecting = reading = False

    def start(tag: str, attributes: Attributes) -> None:  # noqa: ARG001
        nonlocal collecting, reading
        if tag == "si":
            parts.clear()
        reading = reading or tag == "rPh"
        collecting = tag == "t" and not reading

    def end(tag: str) -> None:
        nonlocal collecting, reading
        collecting = False
        reading = reading and tag != "rPh"
        if tag == "si":
            texts.add(text_unescape("".join(parts)))
            if texts.size > limits.text_bytes:
                raise SpreadsheetRefused(
                    gettext("ファイルの中身が大きすぎます。"), gettext("ファイルを分けてください。")
                )

    def text(piece: str) -> None:
        if collecting:
            parts.append(piece)

    if package.has("xl/sharedStrings.xml"):
        package.walk("xl/sharedStrings.xml", Handlers(start, end, text))
    return texts
