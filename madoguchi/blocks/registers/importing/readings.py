"""
Rows of a file as their cells read, before anything is asked of the records: read once, when the file is shown.

A reading is kept packed beside the file while it waits, so that applying it reads no cell again. It holds for the
declarations that it was read by (``publishing_stamp``); what links and addresses name is asked for each time.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from madoguchi.blocks.fields.types import (
    AddressField,
    ComputedField,
    Ctx,
    FieldPart,
    LinkPart,
    Proposal,
    Reader,
    Repair,
    TableField,
    ValueRefused,
)
from madoguchi.blocks.registers.importing.cells import CellLost, cell_text
from madoguchi.blocks.registers.importing.columns import NUMBER, OFFICE, PARENT, FileMap
from madoguchi.blocks.registers.schema import Payload, Schema
from madoguchi.kernel.declarations import publishing_stamp
from madoguchi.kernel.tables import Row, Table
from madoguchi.kit.portions import portions

PORTION = 2_000
PACKED_AT_ONCE = 1 << 16


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong with a cell: the file's own column name ("" for the row), a stable code, words, a repair to choose."""

    sheet: str
    row: int
    column: str
    code: str
    message: str
    proposal: Proposal | None = None

    def as_data(self) -> dict[str, Any]:
        """Give it as the command prints it."""
        return {
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "code": self.code,
            "message": self.message,
        }


@dataclass(slots=True)
class Reading:
    """
    One row as its cells read.

    :param asks: texts of the fields whose values are asked for elsewhere: addresses, links, tables with links.
    """

    row: int
    number: str = ""
    parent: str = ""
    office: str = ""
    payload: Payload = field(default_factory=dict)
    asks: dict[str, str] = field(default_factory=dict)
    problems: list[CellProblem] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)


class Cells:
    """Reads the rows of a table for one register."""

    def __init__(self, schema: Schema, sheet: str, mapping: FileMap, ctx: Ctx) -> None:
        self._sheet, self._mapping = sheet, mapping
        self._heads = {target: heading for heading, target in mapping.columns.items() if target}
        self.fields = {
            key: one
            for key, one in schema.fields.items()
            if not isinstance(one, ComputedField)
            and key not in schema.totals
            and (key in self._heads or f"{key}:lat" in self._heads)
        }
        """The fields that the file has columns for."""
        self.asking = {key: one for key, one in self.fields.items() if _asks(one)}
        """Those of them whose values are asked for elsewhere."""
        self._readers = {key: one.reader(ctx) for key, one in self.fields.items() if key not in self.asking}

    def readings(self, table: Table) -> Iterator[list[Reading]]:
        """Read the rows of data, portion by portion."""
        named = {heading.name: place for place, heading in enumerate(table.headings)}
        places = {target: named[heading] for target, heading in self._heads.items() if heading in named}
        for portion in portions(table.rows, PORTION):
            yield [self._reading(row, places) for row in portion if row.role == "data"]

    def head(self, key: str) -> str:
        """Give the heading of the column that a field comes from; "" where there is none."""
        return self._heads.get(key) or self._heads.get(f"{key}:lat", "")

    def has(self, target: str) -> bool:
        """Whether the file has a column for that."""
        return target in self._heads

    def problem(self, row: int, key: str, code: str, message: str, proposal: Proposal | None = None) -> CellProblem:  # fmt: skip
        """Say what is wrong with the cell of a field."""
        return CellProblem(self._sheet, row, self.head(key), code, message, proposal)

    def _reading(self, row: Row, places: Mapping[str, int]) -> Reading:
        texts, problems = self._texts(row, places)
        reading = Reading(
            row.number, texts.get(NUMBER, "").strip()[:80], texts.get(PARENT, "").strip(),
            texts.get(OFFICE, "").strip(), problems=problems,
        )  # fmt: skip
        lost = {problem.column for problem in problems}
        for key in self.asking:
            if self.head(key) not in lost:
                reading.asks[key] = texts.get(key, "")
        for key, reader in self._readers.items():
            if not lost or self.head(key) not in lost:
                self.take(reading, key, reader, texts.get(key, ""))
        return reading

    def take(self, reading: Reading, key: str, reader: Reader, text: str) -> None:
        """Read the text of a field into a row: its value, the repairs that were made, or what is wrong."""
        try:
            read = reader(text)
        except ValueRefused as refused:
            reading.problems.append(
                self.problem(reading.row, key, refused.code, refused.message, refused.proposal)
            )
            return
        reading.repairs += read.repairs
        if read.value is not None:
            reading.payload[key] = read.value

    def _texts(self, row: Row, places: Mapping[str, int]) -> tuple[dict[str, str], list[CellProblem]]:
        texts: dict[str, str] = {}
        problems: list[CellProblem] = []
        fixes = self._mapping.fixes
        for target, place in places.items():
            head = self._heads[target]
            fixed = fixes.get((row.number, head)) if fixes else None
            try:
                texts[target] = cell_text(row.cells[place]) if fixed is None else fixed
            except CellLost as lost:
                problems.append(CellProblem(self._sheet, row.number, head, lost.code, lost.message))
        for key in self.fields:
            lat, lon = texts.get(f"{key}:lat", ""), texts.get(f"{key}:lon", "")
            if lat.strip() or lon.strip():
                texts[key] = f"{lat.strip()},{lon.strip()}"
        return texts, problems


def _asks(one: FieldPart) -> bool:
    if isinstance(one, TableField):
        return any(_asks(column) for column in one.columns)
    return isinstance(one, AddressField | LinkPart)


# Packed: a line of JSON for the declarations that hold, and one for each portion


class Packer:
    """Packs readings as they pass."""

    def __init__(self) -> None:
        self._press = zlib.compressobj(1)
        self._parts = [self._press.compress(f"{publishing_stamp()}\n".encode())]

    def through(self, portions: Iterator[list[Reading]]) -> Iterator[list[Reading]]:
        """Give the portions on, each packed."""
        for portion in portions:
            text = json.dumps([_plain(one) for one in portion], ensure_ascii=False, separators=(",", ":"))
            self._parts.append(self._press.compress(text.encode() + b"\n"))
            yield portion

    def packed(self) -> bytes:
        """Give all that passed."""
        return b"".join([*self._parts, self._press.flush()])


def unpacked(content: bytes) -> Iterator[list[Reading]] | None:
    """Give packed readings, portion by portion; None where declarations have changed since, and cells must be read anew."""
    lines = _lines(content)
    if next(lines, b"") != str(publishing_stamp()).encode():
        return None
    return ([_whole(one) for one in json.loads(line)] for line in lines)


def _lines(content: bytes) -> Iterator[bytes]:
    press, rest = zlib.decompressobj(), b""
    for start in range(0, len(content), PACKED_AT_ONCE):
        *whole, rest = (rest + press.decompress(content[start : start + PACKED_AT_ONCE])).split(b"\n")
        yield from whole


def _plain(one: Reading) -> list[Any]:
    told: Sequence[Any] = [one.row, one.number, one.parent, one.office, one.payload, one.asks]
    if not one.problems and not one.repairs:
        return list(told)
    problems = [
        [
            problem.sheet, problem.row, problem.column, problem.code, problem.message,
            problem.proposal and [problem.proposal.repair.value, problem.proposal.text],
        ]
        for problem in one.problems
    ]  # fmt: skip
    return [*told, [repair.value for repair in one.repairs], problems]


def _whole(told: Sequence[Any]) -> Reading:
    row, number, parent, office, payload, asks, *more = told
    reading = Reading(row, number, parent, office, payload, asks)
    if more:
        reading.repairs = [_REPAIRS[value] for value in more[0]]
        for sheet, at, column, code, message, proposal in more[1]:
            offered = Proposal(_REPAIRS[proposal[0]], proposal[1]) if proposal else None
            reading.problems.append(CellProblem(sheet, at, column, code, message, offered))
    return reading


_REPAIRS: Mapping[str, Repair] = {repair.value: repair for repair in Repair}
