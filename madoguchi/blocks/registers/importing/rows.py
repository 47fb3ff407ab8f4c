"""Rows of a file against the records that are there: what is new, what changes, what is wrong and where."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal

from django.utils.translation import gettext

from madoguchi.blocks.fields.types import (
    ADDRESS_PORT,
    AddressField,
    Ctx,
    LinkPart,
    Reader,
    Repair,
    TableField,
    links_find,
    written_address,
)
from madoguchi.blocks.registers.importing.columns import NUMBER, OFFICE, PARENT, FileMap
from madoguchi.blocks.registers.importing.readings import CellProblem, Cells, Reading
from madoguchi.blocks.registers.indexes import of_register
from madoguchi.blocks.registers.models import Record, Version
from madoguchi.blocks.registers.schema import Payload, RecordRefused, Schema
from madoguchi.blocks.registers.slots import unique_value
from madoguchi.kernel.tables import Table
from madoguchi.kit.portions import portions

Action = Literal["new", "changed", "same", "rejected"]


@dataclass(slots=True)
class Staged:
    """
    One row, read and compared.

    :param payload: what the record would be from then on; None where the row is rejected.
    :param changed: fields that differ from what is there.
    """

    row: int
    action: Action = "rejected"
    number: str = ""
    payload: Payload | None = None
    office_id: int = 0
    parent: str = ""
    parent_id: int | None = None
    record_id: int | None = None
    revision: int = 0
    changed: tuple[str, ...] = ()
    problems: list[CellProblem] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)
    identity: tuple[Any, ...] = ()


@dataclass(slots=True)
class Outcome:
    """What a file comes to: how many rows of each action, the problems, the repairs made, and a digest of it all."""

    counts: Counter[str] = field(default_factory=Counter)
    repairs: Counter[Repair] = field(default_factory=Counter)
    problems: list[CellProblem] = field(default_factory=list)
    samples: list[Staged] = field(default_factory=list)
    _digest: Any = field(default_factory=hashlib.sha256)

    @property
    def rows(self) -> int:
        return sum(self.counts.values())

    @property
    def accepted(self) -> int:
        return self.rows - self.counts["rejected"]

    @property
    def digest(self) -> str:
        return str(self._digest.hexdigest())

    def add(self, staged: Staged, *, most_samples: int = 200) -> None:
        """Take in one row."""
        self.counts[staged.action] += 1
        self.repairs.update(staged.repairs)
        self.problems += staged.problems
        if len(self.samples) < most_samples and staged.action in ("new", "changed"):
            self.samples.append(staged)
        seen = [
            staged.row,
            staged.action,
            staged.number,
            staged.office_id,
            staged.parent,
            staged.revision,
            staged.payload,
        ]
        self._digest.update(json.dumps(seen, ensure_ascii=False, sort_keys=True).encode())


class Stager:
    """Reads the rows of one table for one register."""

    def __init__(
        self,
        schema: Schema,
        sheet: str,
        mapping: FileMap,
        *,
        office_id: int,
        offices: Mapping[str, int],
        may_write: Callable[[int], bool],
        ctx: Ctx,
    ) -> None:
        """
        :param office_id: whose records are, where the file does not say.
        :param offices: ids by name and by key.
        :param may_write: whether whoever brings the file may write for an office: whose a record is, and whose it becomes.
        """
        self.schema, self.ctx, self._cells = schema, ctx, Cells(schema, sheet, mapping, ctx)
        self.office_id, self.offices, self._may_write = office_id, offices, cache(may_write)
        self._seen: dict[tuple[Any, ...], int] = {}
        self._unique: dict[tuple[Any, ...], int] = {}

    def readings(self, table: Table) -> Iterator[list[Reading]]:
        """Read the cells of the table, portion by portion."""
        return self._cells.readings(table)

    def staged(self, readings: Iterable[list[Reading]]) -> Iterator[Staged]:
        """Give every row, compared."""
        for portion in readings:
            yield from self._portion(portion)

    def _portion(self, readings: Sequence[Reading]) -> list[Staged]:
        readers = self._readers(readings)
        found = [self._answered(reading, readers) for reading in readings]
        self._identify(found)
        self._compare(found)
        self._twice(found)
        return found

    # What is asked for elsewhere

    def _readers(self, readings: Sequence[Reading]) -> dict[str, Reader]:
        """Make the readers of a portion: what links name is asked for all of its rows at once."""
        found: dict[tuple[str, str], Mapping[str, Any]] = {}
        for key, one in self._cells.asking.items():
            asked = {text for reading in readings if (text := reading.asks.get(key, "").strip())}
            if isinstance(one, AddressField):
                name, within, asked = ADDRESS_PORT, "", {written_address(text) for text in asked}
            elif isinstance(one, LinkPart):
                name, within = one.port(), one.within()
            else:
                continue
            answers = links_find(name, sorted(asked), within=within, on=self.ctx.on)
            found[name, within] = {**found.get((name, within), {}), **answers}
        ctx = replace(self.ctx, found=found)
        # What the links within a table name was not asked for all rows: it asks by itself.
        return {
            key: one.reader(self.ctx if isinstance(one, TableField) else ctx)
            for key, one in self._cells.asking.items()
        }

    def _answered(self, reading: Reading, readers: Mapping[str, Reader]) -> Staged:
        staged = Staged(
            reading.row, number=reading.number, parent=reading.parent, payload=reading.payload,
            problems=reading.problems, repairs=reading.repairs,
        )  # fmt: skip
        staged.office_id = self._office(staged, reading.office)
        # The row's lists are those of its reading.
        for key, text in reading.asks.items():
            self._cells.take(reading, key, readers[key], text)
        return staged

    def _office(self, staged: Staged, text: str) -> int:
        if not text:
            return self.office_id
        found = self.offices.get(text)
        if found is None:
            message = gettext(
                "「%(text)s」という組織は、今日の組織にありません。名称を確かめてください。"
            ) % {"text": text}
            staged.problems.append(self._cells.problem(staged.row, OFFICE, "office", message))
            return self.office_id
        return found

    # Which record

    def _identify(self, found: Sequence[Staged]) -> None:
        model = self.schema.model
        if model.number.field is not None:
            for one in found:
                one.number = str((one.payload or {}).get(model.number.field) or "")[:80]
        if all(not one.number for one in found) and model.natural:
            self._by_natural_key(found)

    def _by_natural_key(self, found: Sequence[Staged]) -> None:
        keys = self.schema.model.natural
        values = [unique_value([(one.payload or {}).get(key) for key in keys]) for one in found]
        asked = sorted({value for value in values if value is not None})
        rows = Version.objects.filter(of_register(self.schema.key))
        known: dict[str, str] = {}
        for some in portions(asked):
            known |= dict(rows.filter(natural__in=some).values_list("natural", "number"))
        for one, value in zip(found, values, strict=True):
            if value is not None:
                one.identity, one.number = tuple(value.split("\x1f")), known.get(value, "")

    def _twice(self, found: Iterable[Staged]) -> None:
        """Refuse a row that means the same record as one before it, and a value that must stand once."""
        for one in found:
            if one.payload is None:
                continue
            identity = one.identity or ((one.number,) if one.number else ())
            first = self._seen.setdefault(identity, one.row) if identity else one.row
            if first != one.row:
                text = gettext("%(first)s行目と同じ番号（%(number)s）です。どちらか一つにしてください。")
                named = "・".join(str(part) for part in identity)
                message = text % {"first": first, "number": named}
                named_by = self.schema.model.natural[0] if one.identity else NUMBER
                self._reject(one, self._cells.problem(one.row, named_by, "twice", message))
                continue
            for keys in self.schema.model.unique:
                values = tuple(_plain(one.payload.get(key)) for key in keys)
                if None in values:
                    continue
                first = self._unique.setdefault((keys, *values), one.row)
                if first != one.row:
                    text = gettext("%(first)s行目と同じ値です。一度しか使えない項目です。") % {"first": first}
                    self._reject(one, self._cells.problem(one.row, keys[0], "unique", text))
                    break

    # What it comes to

    def _compare(self, found: Sequence[Staged]) -> None:
        numbers = sorted({one.number for one in found if one.number})
        records: dict[str, Record] = {}
        shown: dict[int, Payload] = {}
        for some in portions(numbers):
            records |= {
                row.number: row for row in Record.objects.filter(register=self.schema.key, number__in=some)
            }
        for ids in portions([record.pk for record in records.values()]):
            rows = Version.objects.filter(record__in=ids, current=True)
            shown |= dict(rows.values_list("record_id", "payload"))
        self._parents(found, records)
        for one in found:
            record = records.get(one.number)
            self._judge(one, record, shown.get(record.pk) if record is not None else None)

    def _parents(self, found: Sequence[Staged], records: Mapping[str, Record]) -> None:
        """Find what rows belong to; a new record of a register with a parent must name it."""
        above = self.schema.model.parent
        if above is None:
            return
        asked = sorted({one.parent for one in found if one.parent})
        known: dict[str, int] = {}
        for some in portions(asked):
            rows = Record.objects.filter(register=above.register_key, number__in=some, retired_on=None)
            known |= dict(rows.values_list("number", "pk"))
        for one in found:
            record = records.get(one.number)
            if not one.parent:
                one.parent_id = record.parent_id if record is not None else None
                if record is None and above.required:
                    message = gettext("属するものの番号がありません。番号の列を作り、対応させてください。")
                    self._reject(one, self._cells.problem(one.row, PARENT, "required", message))
                continue
            one.parent_id = known.get(one.parent)
            if one.parent_id is None:
                message = gettext("「%(number)s」は見つからないか、終わっています。番号を確かめてください。")
                self._reject(
                    one, self._cells.problem(one.row, PARENT, "parent", message % {"number": one.parent})
                )

    def _judge(self, one: Staged, record: Record | None, before: Payload | None) -> None:
        values = {**(before or {}), **dict.fromkeys(self._cells.fields), **(one.payload or {})}
        if record is not None and not self._cells.has(OFFICE):
            one.office_id = record.office_id
        held = {one.office_id} if record is None else {one.office_id, record.office_id}
        if not all(self._may_write(office) for office in held):
            # As for a record that is not there: whose it is, is not told.
            message = gettext(
                "この行の記録は、あなたの組織のものではありません。行を消すか、番号と組織を確かめてください。"
            )
            self._reject(one, self._cells.problem(one.row, NUMBER, "not_yours", message))
            return
        if record is not None and record.retired_on is not None:
            message = gettext("%(number)s は終わった記録です。行を消すか、先に終わりを取り消してください。")
            self._reject(
                one, self._cells.problem(one.row, NUMBER, "retired", message % {"number": one.number})
            )
        if record is not None:
            one.record_id, one.revision = record.pk, record.revision
        if one.problems:
            one.payload = None
            return
        try:
            # The readers have checked the cells of the file; what was recorded before was checked then.
            one.payload = self.schema.finished(
                values, self.ctx, before=before, check=record is None and self._lacks()
            )
        except RecordRefused as refused:
            for problem in refused.problems:
                self._reject(one, self._cells.problem(one.row, problem.field, problem.code, problem.message))
            return
        one.changed = tuple(
            key for key in self.schema.fields if (before or {}).get(key) != one.payload.get(key)
        )
        stays = record is not None and (record.office_id, record.parent_id) == (one.office_id, one.parent_id)
        one.action = "new" if record is None else "same" if stays and not one.changed else "changed"

    def _lacks(self) -> bool:
        """Whether the file has no column for a field that is required: then every row has to be asked."""
        return any(one.required and key not in self._cells.fields for key, one in self.schema.fields.items())

    def _reject(self, one: Staged, problem: CellProblem) -> None:
        one.problems.append(problem)
        one.action, one.payload = "rejected", None


def outcome_of(stager: Stager, readings: Iterable[list[Reading]]) -> Outcome:
    """Say what a whole table comes to."""
    outcome = Outcome()
    for staged in stager.staged(readings):
        outcome.add(staged)
    return outcome


def _plain(value: Any) -> Any:
    return value.get("written") if isinstance(value, dict) else value
