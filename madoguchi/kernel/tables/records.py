"""JSON and JSON Lines: flat objects as rows, one at a time."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NoReturn

from django.utils.translation import gettext

from madoguchi.kernel.spreadsheets import SpreadsheetRefused
from madoguchi.kernel.tables.encodings import undecodable
from madoguchi.kernel.tables.letters import letters_notes, text_kept
from madoguchi.kernel.tables.separated import columns_refused, rows_refused, text_made
from madoguchi.kernel.tables.sheets import Made, Makers, Sheet
from madoguchi.kernel.tables.spool import Raw
from madoguchi.kernel.tables.types import Limits

# An object with a name in quotes; a CSV file that begins like this would have to quote its own quotes.
LOOKS: Final = re.compile(r"\ufeff?\s*(?:\[\s*)?\{\s*(?:\"|\})")
_BLANK: Final = re.compile(r"\s*")
# Longer numbers are texts: nobody counts so far, and turning them takes long.
_LONGEST_NUMBER: Final = 400


def _whole_made(payload: object) -> Made:
    assert isinstance(payload, str)
    number = Decimal(payload)
    return (number if number != number.to_integral_value() else int(number)), "number"


RECORD_MAKERS: Final[Makers] = {
    "x": text_made,
    "n": _whole_made,
    "b": lambda payload: (bool(payload), "bool"),
}


def records_read(content: bytes, sheet: Sheet, limits: Limits, encoding: str) -> bool:
    """
    Read flat objects into a sheet; say whether it was one object a line.

    :raises SpreadsheetRefused: it is no JSON, no list of objects, or an object holds a list or another object.
    """
    try:
        return _read(content, sheet, limits, encoding)
    except UnicodeDecodeError as error:
        raise undecodable(encoding) from error


def _read(content: bytes, sheet: Sheet, limits: Limits, encoding: str) -> bool:
    by_line = not content[:4096].decode(encoding, "ignore").lstrip("\ufeff \t\r\n").startswith("[")
    columns: dict[str, int] = {}
    for number, record in enumerate(_records(content, encoding, by_line), start=1):
        if len(sheet.spool) == limits.rows:
            raise rows_refused(limits)
        cells = list(_cells(record, number, columns, sheet))
        if len(columns) > limits.columns:
            raise columns_refused(limits)
        sheet.spool.add(number, (1 << len(columns)) - 1, cells)
    sheet.spool.close()
    sheet.exact = tuple(columns)
    letters_notes(sheet)
    return by_line


def _cells(record: dict[str, Any], number: int, columns: dict[str, int], sheet: Sheet) -> Iterator[Raw]:
    for key, value in record.items():
        column = columns.setdefault(key, len(columns) + 1)
        if value is None:
            continue
        if isinstance(value, bool):
            yield column, "b", value
        elif isinstance(value, str):
            yield column, "x", text_kept(sheet, value, number, column)
        elif isinstance(value, _Number):
            yield column, "n" if len(value.text) <= _LONGEST_NUMBER else "x", value.text
        else:
            raise SpreadsheetRefused(
                gettext("%(number)d件目の「%(key)s」の中に、さらに表や一覧があります。")
                % {"number": number, "key": key},
                gettext("一つの項目に一つの値だけがある形で出力し直してください。"),
            )


@dataclass(frozen=True, slots=True)
class _Number:
    """A number as it is spelled: never a binary float."""

    text: str


def _number(text: str) -> _Number:
    # 1E999999999 is short to write and long to count.
    if len(text.lower().partition("e")[2]) > 3:
        raise ValueError(text)
    return _Number(text)


def _constant(name: str) -> NoReturn:
    raise ValueError(name)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("twice")
    return made


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_number, parse_float=_number, parse_constant=_constant
)


def _listed(text: str) -> Iterator[dict[str, Any]]:
    """Take the objects out of a list, without holding them all."""
    place = _past(text, _past(text, 0) + 1)
    number = 0
    while text[place : place + 1] != "]":
        number += 1
        record, place = _decoded(text, place, number)
        yield record
        place = _past(text, place)
        if text[place : place + 1] == ",":
            place = _past(text, place + 1)
            if text[place : place + 1] != "]":
                continue
        elif text[place : place + 1] == "]":
            continue
        raise _broken(text, place)
    if _past(text, place + 1) != len(text):
        raise _broken(text, place + 1)


def _records(content: bytes, encoding: str, by_line: bool) -> Iterator[dict[str, Any]]:
    return _by_line(content, encoding) if by_line else _listed(content.decode(encoding).lstrip("\ufeff"))


def _by_line(content: bytes, encoding: str) -> Iterator[dict[str, Any]]:
    number = 0
    for line in io.TextIOWrapper(io.BytesIO(content), encoding=encoding):
        line = line.lstrip("\ufeff")
        if not line.strip():
            continue
        number += 1
        record, end = _decoded(line, _past(line, 0), number)
        if _past(line, end) != len(line):
            raise _broken(line, end, number)
        yield record


def _past(text: str, place: int) -> int:
    found = _BLANK.match(text, place)
    assert found is not None
    return found.end()


def _decoded(text: str, place: int, number: int) -> tuple[dict[str, Any], int]:
    try:
        record, end = _DECODER.raw_decode(text, place)
    except (ValueError, RecursionError) as error:
        raise _broken(text, getattr(error, "pos", place), number) from error
    if not isinstance(record, dict):
        raise SpreadsheetRefused(
            gettext("%(number)d件目が、項目名と値の組ではありません。") % {"number": number},
            gettext('「{"項目名": 値}」を並べた形で出力し直してください。'),
        )
    return record, end


def _broken(text: str, place: int, number: int = 0) -> SpreadsheetRefused:
    line = number or text.count("\n", 0, place) + 1
    return SpreadsheetRefused(
        gettext("JSONとして読めません（%(line)d行目の近く）。") % {"line": line},
        gettext('「{"項目名": 値}」を並べた形で出力し直してください。'),
    )
