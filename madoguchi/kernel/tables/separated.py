"""Text files of lines and delimiters (CSV, TSV): every cell comes out as it was written, whatever the lines are like."""

from __future__ import annotations

import io
import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext

from madoguchi.kernel.spreadsheets import SpreadsheetRefused
from madoguchi.kernel.tables.encodings import undecodable
from madoguchi.kernel.tables.letters import letters_notes, text_kept
from madoguchi.kernel.tables.sheets import Made, Sheet, rows_said
from madoguchi.kernel.tables.spool import Raw
from madoguchi.kernel.tables.types import Limits

DELIMITERS: Final = (",", "\t", ";")
SAMPLE_RECORDS: Final = 50
MARK: Final = "\ufeff"
_SAID: Final = re.compile("sep=([,;\t])")
# The rest of a quoted cell, up to its closing quote.
_QUOTED: Final = re.compile(r'(?:[^"]++|"")*+')
_SHIELDED: Final = re.compile("'+[=+\\-@\t\r]")


def text_made(payload: object) -> Made:
    """Make the value of a text."""
    assert isinstance(payload, str)
    return payload, "text"


@dataclass(slots=True)
class _Lines:
    """Physical lines with their ends; some may be given back. ``number`` counts them from 1."""

    stream: io.TextIOWrapper
    delimiter: str
    limits: Limits
    number: int = 0
    back: deque[str] = field(default_factory=deque)

    def next(self) -> str | None:
        longest = self.limits.line_letters
        line = self.back.popleft() if self.back else self.stream.readline(longest + 1)
        if not line:
            return None
        if len(line) > longest:
            if line.count(self.delimiter) >= self.limits.columns:
                raise columns_refused(self.limits)
            raise SpreadsheetRefused(
                gettext("%(line)d行目が長すぎます（上限%(most)d文字）。")
                % {"line": self.number + 1, "most": longest},
                gettext("改行のある表の形で出力し直してください。"),
            )
        self.number += 1
        return line

    def give_back(self, lines: list[str]) -> None:
        self.back.extendleft(reversed(lines))
        self.number -= len(lines)


@dataclass(slots=True)
class Records:
    """
    The records of a text, each a list of cells: None where nothing stands, "" where two quotes stand.

    :param sheet: where to tell what was found; None while only the delimiter is looked for.
    :ivar stray: in how many records so far a quote stands inside a cell that none encloses.
    """

    content: bytes
    encoding: str
    delimiter: str
    limits: Limits
    sheet: Sheet | None = None
    stray: int = 0
    _lines: _Lines = field(init=False)
    _plain: re.Pattern[str] = field(init=False)

    def __iter__(self) -> Iterator[list[str | None]]:
        stream = io.TextIOWrapper(io.BytesIO(self.content), encoding=self.encoding, newline="")
        self._lines = _Lines(stream, self.delimiter, self.limits)
        self._plain = re.compile(f"[^{self.delimiter}]*")
        first = True
        while (line := self._lines.next()) is not None:
            line = self._marks_drop(line)
            if first and _SAID.fullmatch(line.rstrip("\r\n")):
                # Excel's own way to say the delimiter; it shows no row for it.
                first = False
                continue
            first = False
            bare = line.rstrip("\r\n")
            if '"' not in bare:
                yield [cell or None for cell in bare.split(self.delimiter)] if bare else []
            else:
                yield self._quoted(line)

    def _tell(self, code: str, count: int = 1) -> None:
        if self.sheet is not None:
            self.sheet.tally(code, rows_said([self._lines.number]), count)

    def _marks_drop(self, line: str) -> str:
        if line[0] == MARK:
            # The first one is a mark of UTF-16 or of a file that has two; any other is the seam of two files.
            if self._lines.number > 1:
                self._tell("mark")
            line = line.lstrip(MARK)
        return self._nuls_drop(line)

    def _nuls_drop(self, line: str) -> str:
        if "\0" in line:
            self._tell("nul", line.count("\0"))
            line = line.replace("\0", "")
        return line

    def _quoted(self, line: str) -> list[str | None]:
        """Take a record with quotes apart, over as many lines as they enclose."""
        cells: list[str | None] = []
        text, place, stray = line, 0, False
        while True:
            if text[place : place + 1] == '"':
                value, text, place = self._enclosed(text, place)
            else:
                value = None
            found = self._plain.match(text, place)
            assert found is not None
            rest = found[0] if found.end() < len(text) else found[0].rstrip("\r\n")
            place = found.end()
            stray = stray or '"' in rest
            cells.append(rest or None if value is None else value + rest)
            if place >= len(text):
                self.stray += stray
                return cells
            place += 1

    def _enclosed(self, text: str, place: int) -> tuple[str | None, str, int]:
        """Read from an opening quote to its closing one; without one the quote is a letter like any other."""
        opened = self._lines.number
        found = _QUOTED.match(text, place + 1)
        assert found is not None
        if found.end() < len(text):
            return found[0].replace('""', '"'), text, found.end() + 1
        parts, more, letters = [found[0]], [], len(found[0])
        while letters <= self.limits.line_letters and (line := self._lines.next()) is not None:
            line = self._nuls_drop(line)
            more.append(line)
            found = _QUOTED.match(line)
            assert found is not None
            parts.append(found[0])
            letters += len(found[0])
            if found.end() < len(line):
                return "".join(parts).replace('""', '"'), line, found.end() + 1
        self._lines.give_back(more)
        if self.sheet is not None:
            self.sheet.tally("quote", rows_said([opened]))
        return None, text, place


def delimiter_tell(content: bytes, encoding: str, name: str, limits: Limits) -> str:
    """
    Tell the delimiter: the one that cuts the first records into most cells, and into equally many.

    One that cuts through cells in quotes leaves quotes inside of others; the right one never leaves more.
    """
    if said := _SAID.match(content[:16].decode(encoding, "ignore").lstrip(MARK)):
        return said[1]
    wanted = "\t" if name.lower().endswith((".tsv", ".tab")) else ","

    def score(delimiter: str) -> tuple[float, float, bool]:
        counts: Counter[int] = Counter()
        records = Records(content, encoding, delimiter, limits)
        for place, record in enumerate(records):
            if place == SAMPLE_RECORDS:
                break
            counts[len(record)] += bool(record)
        if not counts:
            return 0, 0, delimiter == wanted
        cells, often = max(counts.items(), key=lambda pair: (pair[1] if pair[0] > 1 else 0, pair[0]))
        every = max(1, counts.total())
        return -records.stray / every, often / every * cells if cells > 1 else 0, delimiter == wanted

    return max(DELIMITERS, key=score)


def separated_read(content: bytes, name: str, sheet: Sheet, limits: Limits, encoding: str) -> str:
    """
    Read a text file into a sheet; give its delimiter.

    :raises SpreadsheetRefused: it is larger than the limits, or not in this encoding.
    """
    try:
        return _read(content, name, sheet, limits, encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise undecodable(encoding) from error


def _read(content: bytes, name: str, sheet: Sheet, limits: Limits, encoding: str) -> str:
    delimiter = delimiter_tell(content, encoding, name, limits)
    for number, record in enumerate(Records(content, encoding, delimiter, limits, sheet), start=1):
        cells, mask = _cells(record, number, sheet, limits)
        if not mask:
            continue
        if len(sheet.spool) == limits.rows:
            raise rows_refused(limits)
        sheet.spool.add(number, mask, cells)
        sheet.cell_counts.append(len(record))
    sheet.spool.close()
    _told(sheet)
    return delimiter


def _cells(record: list[str | None], number: int, sheet: Sheet, limits: Limits) -> tuple[list[Raw], int]:
    if len(record) > limits.columns:
        raise columns_refused(limits)
    cells: list[Raw] = []
    mask = 0
    for column, text in enumerate(record, start=1):
        if text is None:
            continue
        if text[:1] == "'" and _SHIELDED.match(text):
            text = text[1:]
        cells.append((column, "x", text_kept(sheet, text, number, column)))
        if text and not text.isspace():
            mask |= 1 << (column - 1)
    return cells, mask


def rows_refused(limits: Limits) -> SpreadsheetRefused:
    return SpreadsheetRefused(
        gettext("行が多すぎます（上限%(most)d行）。") % {"most": limits.rows},
        gettext("ファイルを分けてください。"),
    )


def columns_refused(limits: Limits) -> SpreadsheetRefused:
    return SpreadsheetRefused(
        gettext("列が多すぎます（上限%(most)d列）。") % {"most": limits.columns},
        gettext("使っていない列を消すか、区切りの文字を確かめてください。"),
    )


def _told(sheet: Sheet) -> None:
    texts = {
        "mark": gettext("ファイルの途中にあった印（BOM）を除きました。ファイルをつないだ跡のようです。"),
        "quote": gettext('引用符（"）が閉じていません。この行は、引用符も文字として読みました。'),
    }
    for code, text in texts.items():
        if tally := sheet.tallies.get(code):
            sheet.note(code, str(tally), text)
    letters_notes(sheet)
