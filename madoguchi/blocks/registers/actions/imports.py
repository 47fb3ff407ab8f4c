"""Bringing a file: what it comes to is shown, repaired, and then applied at once or not at all."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.fields.types import Ctx, Repair
from madoguchi.blocks.people.queries import offices_on
from madoguchi.blocks.registers.actions.records import _RAISES, NothingToChange, number_written, writable
from madoguchi.blocks.registers.importing.columns import (
    FileMap,
    headings_digest,
    mapping_propose,
    mapping_wrong,
    table_choose,
)
from madoguchi.blocks.registers.importing.readings import PORTION, Packer, Reading, unpacked
from madoguchi.blocks.registers.importing.rows import Outcome, Staged, Stager, outcome_of
from madoguchi.blocks.registers.models import ColumnMap, FileImport, Record, Version
from madoguchi.blocks.registers.schema import Schema, schema_get
from madoguchi.blocks.registers.totals import totals_follow
from madoguchi.blocks.registers.writing import Change, changes_write, shown_of, spans_of_all, values_of
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.numbering import numbers_take
from madoguchi.kernel.rights import Viewer
from madoguchi.kernel.spreadsheets import SpreadsheetRefused
from madoguchi.kernel.tables import Table, table_read
from madoguchi.kit.check_characters import receipt_number
from madoguchi.kit.portions import portions
from madoguchi.kit.timelines import Edit, Span, span_begin


class FileRefused(Refused):
    """The file cannot be read as a table."""


class ColumnsWrong(Refused):
    """The columns are matched with fields that are not there, or twice."""


class FileChangedMeanwhile(Refused):
    """The records changed after the file was shown."""

    message = _(
        "確かめたあとに台帳が変わりました。取り込みの画面を開き直して、違いをもう一度確かめてください。"
    )


class FileDone(Refused):
    """The file was applied or dropped before."""

    message = _("このファイルは、もう取り込まれたか、取りやめになっています。")


class RowsRejected(Refused):
    """Rows are wrong, and nobody said that they may be left out."""

    message = _("誤りのある行があります。直すか、「誤りのある行を除いて取り込む」を選んでください。")


@action("registers.file_bring")
def file_bring(
    *,
    actor: Viewer,
    register: str,
    content: bytes,
    name: str,
    office_id: int,
    on: date,
    columns: Mapping[str, str] | None = None,
    repairs: Iterable[Repair] = (),
    now: datetime,
) -> FileImport:
    """
    Keep a file and say what it comes to; nothing of the register changes.

    :param columns: how its columns are read; None proposes it.
    :raises NotAllowed: the actor may not import here.
    :raises FileRefused: it is no table.
    :raises ColumnsWrong: the columns name fields that are not there.
    """
    schema = _importable(actor, register, office_id)
    table = table_of(schema, content, name)
    kept = FileImport(
        key=receipt_number(os.urandom(16)), register=register, name=name[:200],
        sha256=hashlib.sha256(content).hexdigest(), content=content, sheet=table.sheet[:100], first_row=table.first_row,
        columns=dict(columns) if columns is not None else mapping_propose(schema, _headings(table)),
        repairs=sorted(repair.value for repair in repairs), office_id=office_id, holds_from=on, brought_by=actor.key,
        brought_at=now,
    )  # fmt: skip
    _stage(schema, kept, table, actor)
    kept.save(force_insert=True)
    audit_write(actor, "registers.file_brought", kept.subject(), detail={"register": register, **kept.counts})
    return kept


@action("registers.file_check")
def file_check(
    *,
    actor: Viewer,
    import_key: str,
    columns: Mapping[str, str] | None = None,
    repairs: Iterable[Repair] | None = None,
    fixes: Sequence[tuple[int, str, str]] = (),
    on: date | None = None,
    now: datetime,  # noqa: ARG001
) -> FileImport:
    """
    Read a file that was brought in another way: other columns, repairs that somebody chose, cells put right.

    :param fixes: row, heading and the text to read in place of the cell; added to those of before.
    """
    kept, schema = _waiting(actor, import_key)
    if columns is not None:
        kept.columns = dict(columns)
    if repairs is not None:
        kept.repairs = sorted(repair.value for repair in repairs)
    if fixes:
        known = {(row, heading): text for row, heading, text in kept.fixes}
        known |= {(row, heading): text for row, heading, text in fixes}
        kept.fixes = [[row, heading, text] for (row, heading), text in sorted(known.items())]
    kept.holds_from = on or kept.holds_from
    _stage(schema, kept, table_of(schema, bytes(kept.content or b""), kept.name, kept), actor)
    kept.save(update_fields=["columns", "repairs", "fixes", "holds_from", "readings", "counts", "digest"])
    audit_write(actor, "registers.file_checked", kept.subject(), detail=dict(kept.counts))
    return kept


@action("registers.file_apply", raises=_RAISES)
def file_apply(
    *,
    actor: Viewer,
    import_key: str,
    digest: str,
    without_rejected: bool = False,
    reason: str = "",
    now: datetime,
) -> Outcome:
    """
    Apply a file as it was shown: all rows that are accepted, in one transaction.

    :param digest: that of the outcome that the actor saw.
    :param without_rejected: rows that are wrong are left out; otherwise they hold everything up.
    :raises FileChangedMeanwhile: it would come to something else now; nothing is written.
    :raises RowsRejected: rows are wrong.
    :raises NothingToChange: no row is new or changes anything.
    """
    kept, schema = _waiting(actor, import_key)
    done = FileImport.objects.filter(pk=kept.pk, state=FileImport.State.STAGED)
    if not done.update(state=FileImport.State.APPLIED, content=None, readings=None, done_at=now):
        raise FileDone
    outcome = Outcome()
    touched: list[Record] = []
    stager = stager_of(schema, kept, actor)
    portion: list[Staged] = []
    for staged in stager.staged(readings_of(schema, kept, stager)):
        outcome.add(staged)
        if staged.action in ("new", "changed"):
            portion.append(staged)
        if len(portion) >= PORTION:
            touched += _portion_write(schema, kept, portion, reason, actor, now)
            portion = []
    touched += _portion_write(schema, kept, portion, reason, actor, now)
    if outcome.digest != digest:
        raise FileChangedMeanwhile
    if outcome.counts["rejected"] and not without_rejected:
        raise RowsRejected
    if not touched:
        raise NothingToChange
    totals_follow(schema, touched, actor=actor, now=now)
    _remember(schema, kept, actor, now)
    detail = {"register": kept.register, "sha256": kept.sha256, **outcome.counts}
    audit_write(actor, "registers.file_applied", kept.subject(), detail=detail)
    return outcome


@action("registers.file_drop")
def file_drop(*, actor: Viewer, import_key: str, now: datetime) -> None:
    """Leave a file; its content goes."""
    kept, _schema = _waiting(actor, import_key)
    rows = FileImport.objects.filter(pk=kept.pk, state=FileImport.State.STAGED)
    if not rows.update(state=FileImport.State.DROPPED, content=None, readings=None, done_at=now):
        raise FileDone
    audit_write(actor, "registers.file_dropped", kept.subject())


def table_of(schema: Schema, content: bytes, name: str, kept: FileImport | None = None) -> Table:
    """
    Give the table of a file that is meant: the one that was chosen, else the one that fits best.

    :raises FileRefused: the file is no table, or holds none.
    """
    try:
        tables = table_read(content, name).tables
    except SpreadsheetRefused as refused:
        raise FileRefused(str(refused)) from refused
    if kept is not None:
        tables = tuple(
            one for one in tables if (one.sheet[:100], one.first_row) == (kept.sheet, kept.first_row)
        )
    found = table_choose(schema, tables)
    if found is None:
        raise FileRefused(_("表が見つかりません。見出しの行がある表のファイルを選んでください。"))
    return found


def readings_of(schema: Schema, kept: FileImport, stager: Stager) -> Iterator[list[Reading]]:
    """Give the rows of a file as they were read when it was shown; read anew where declarations have changed since."""
    known = unpacked(bytes(kept.readings or b""))
    return known or stager.readings(table_of(schema, bytes(kept.content or b""), kept.name, kept))


def stager_of(schema: Schema, kept: FileImport, actor: Viewer) -> Stager:
    """
    Give what reads a file's rows as it was said.

    :raises ColumnsWrong: the columns name fields that are not there.
    """
    if wrong := mapping_wrong(schema, kept.columns):
        raise ColumnsWrong(wrong[0])
    repairs = frozenset(Repair(value) for value in kept.repairs)
    fixes = {(row, heading): text for row, heading, text in kept.fixes}
    mapping = FileMap(kept.columns, repairs, fixes)
    offices = _offices_by_name(kept.holds_from)
    ctx = Ctx(on=kept.holds_from, repairs=repairs)

    def may_write(office_id: int) -> bool:
        return actor.may("registers.import", office_id=office_id, service=schema.service) and actor.may(
            "registers.edit", office_id=office_id, service=schema.service
        )

    return Stager(
        schema,
        kept.sheet,
        mapping,
        office_id=kept.office_id,
        offices=offices,
        may_write=may_write,
        ctx=ctx,
    )


def _offices_by_name(on: date) -> dict[str, int]:
    """Give offices by key, and by whole path and name where these name one alone."""
    offices = offices_on(on=on)
    found: dict[str, int] = {}
    for named in ([office.name for office in offices], [" ".join(office.path) for office in offices]):
        alone = Counter(named)
        found |= {name: office.id for name, office in zip(named, offices, strict=True) if alone[name] == 1}
    return found | {office.key: office.id for office in offices}


def _importable(actor: Viewer, register: str, office_id: int) -> Schema:
    schema = schema_get(register)
    actor.must("registers.import", office_id=office_id, service=schema.service)
    # Who may not change alone may not bring a hundred changes alone either; an empty register is filled first.
    empty = not Record.objects.filter(register=register).exists()
    return writable(actor, register, office_id, approved=empty)


def _waiting(actor: Viewer, import_key: str) -> tuple[FileImport, Schema]:
    kept = FileImport.objects.filter(key=import_key).first()
    if kept is None or kept.state != FileImport.State.STAGED:
        raise FileDone
    return kept, _importable(actor, kept.register, kept.office_id)


def _stage(schema: Schema, kept: FileImport, table: Table, actor: Viewer) -> Outcome:
    stager, packer = stager_of(schema, kept, actor), Packer()
    outcome = outcome_of(stager, packer.through(stager.readings(table)))
    kept.readings = packer.packed()
    kept.counts, kept.digest = dict(outcome.counts), outcome.digest
    return outcome


def _headings(table: Table) -> list[str]:
    return [heading.name for heading in table.headings]


def _portion_write(
    schema: Schema, kept: FileImport, portion: Sequence[Staged], reason: str, actor: Viewer, now: datetime
) -> list[Record]:
    if not portion:
        return []
    new = [one for one in portion if one.action == "new"]
    changed = [one for one in portion if one.action == "changed"]
    _numbers_give(schema, [one for one in new if not one.number])
    changes = [_added(schema, kept, one, reason, now) for one in new]
    changes += _changed(schema, kept, changed, reason, actor)
    _parents_move(changes, changed, new)
    changes_write(schema, changes, actor=actor, today=actor.on, now=now)
    _records_follow(changed)
    return [change.record for change in changes]


def _numbers_give(schema: Schema, nameless: Sequence[Staged]) -> None:
    if not nameless:
        return
    numbers = numbers_take(series=f"registers:{schema.key}", period="", count=len(nameless))
    for one, number in zip(nameless, numbers, strict=True):
        one.number = number_written(schema, number)


def _added(schema: Schema, kept: FileImport, one: Staged, reason: str, now: datetime) -> Change:
    assert one.payload is not None
    record = Record(
        register=schema.key,
        number=one.number,
        office_id=one.office_id,
        parent_id=one.parent_id,
        entered_at=now,
    )
    values = values_of(one.payload, schema=schema, office_id=one.office_id, parent_id=one.parent_id)
    span = Span(kept.holds_from, None, values)
    return Change(record, Edit((), (span,)), Version.Kind.IMPORTED, values, reason or kept.name, new=True)


def _changed(
    schema: Schema, kept: FileImport, changed: Sequence[Staged], reason: str, actor: Viewer
) -> list[Change]:
    ids = [one.record_id for one in changed if one.record_id is not None]
    spans: dict[int, list[Span]] = {}
    records: dict[int, Record] = {}
    for some in portions(ids):
        records |= {record.pk: record for record in Record.objects.filter(pk__in=some)}
        spans |= spans_of_all(some)
    found = []
    for one in changed:
        assert one.payload is not None
        assert one.record_id is not None
        record, known = records[one.record_id], spans.get(one.record_id, [])
        values = values_of(one.payload, schema=schema, office_id=one.office_id, parent_id=one.parent_id)
        edit = span_begin(known, Span(kept.holds_from, None, values))
        shown = shown_of(known, actor.on)
        found.append(Change(record, edit, Version.Kind.IMPORTED, values, reason or kept.name, shown))
    return found


def _parents_move(changes: Sequence[Change], changed: Sequence[Staged], new: Sequence[Staged]) -> None:
    """Count what lies beneath whom, new and moved."""
    moves: dict[int, int] = {}
    for one in new:
        if one.parent_id is not None:
            moves[one.parent_id] = moves.get(one.parent_id, 0) + 1
    was = {change.record.pk: change.record.parent_id for change in changes if not change.new}
    for one in changed:
        before = was[one.record_id or 0]
        if before != one.parent_id:
            for parent_id, by in ((before, -1), (one.parent_id, 1)):
                if parent_id is not None:
                    moves[parent_id] = moves.get(parent_id, 0) + by
    for parent_id, by in sorted(moves.items()):
        if by and not Record.objects.filter(pk=parent_id, retired_on=None).update(holds=F("holds") + by):
            raise FileChangedMeanwhile


def _records_follow(changed: Sequence[Staged]) -> None:
    """Move revision, office and parent of records that were there."""
    by_place: dict[tuple[int, int | None], list[int]] = {}
    for one in changed:
        by_place.setdefault((one.office_id, one.parent_id), []).append(one.record_id or 0)
    for (office_id, parent_id), ids in by_place.items():
        for some in portions(ids):
            rows = Record.objects.filter(pk__in=some)
            rows.update(revision=F("revision") + 1, office=office_id, parent=parent_id)


def _remember(schema: Schema, kept: FileImport, actor: Viewer, now: datetime) -> None:
    """Keep how the columns were read for the next file with these headings."""
    values: dict[str, Any] = {
        "columns": kept.columns, "repairs": kept.repairs, "named_by": actor.key, "named_at": now,
    }  # fmt: skip
    ColumnMap.objects.update_or_create(
        register=schema.key, headings=headings_digest(list(kept.columns)), defaults=values
    )
