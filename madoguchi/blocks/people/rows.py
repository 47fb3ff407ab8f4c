"""
The organisation as plain rows: what a workbook, the sample city and the office pages all speak.

A *sheet* is one of the nine dated tables; a row names its neighbours by natural keys. Comparing rows with
the database gives the difference that a person confirms; applying it is one action.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.models import (
    Deputy,
    Holding,
    Office,
    OfficeName,
    OfficePlace,
    OfficeSuccession,
    Post,
    RoleGrant,
    StaffMember,
)
from madoguchi.kit.check_characters import my_number_find
from madoguchi.kit.width import ascii_to_half, kana_to_full, text_normalise

Row = Mapping[str, Any]
Rows = Mapping[str, Sequence[Row]]
ColumnKind = Literal["key", "text", "int", "bool", "date", "choice"]
# A row that carries this key with a true value was written by mistake and is taken back.
CANCEL = "_cancel"
# The line of a workbook from which a row was read.
LINE = "_line"
KEY_SHAPE = re.compile(r"[\w.\-]+")
ROLE_SHAPE = re.compile(r"[a-z][a-z0-9_]*/[a-z][a-z0-9_]*")
LARGEST_INT = 2_147_483_647


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet. ``to`` names the sheet whose key it holds; ``private`` stays out of the audit."""

    name: str
    label: str | Promise
    kind: ColumnKind = "text"
    required: bool = True
    to: str = ""
    choices: tuple[str, ...] = ()
    private: bool = False
    default: Any = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One dated table: its columns, and which of them identify a row."""

    name: str
    label: str | Promise
    model: type[models.Model]
    columns: tuple[Column, ...]
    identity: tuple[str, ...]


def _period(end_required: bool = False) -> tuple[Column, Column]:
    return (
        Column("starts_on", _("開始日"), "date"),
        Column("ends_on", _("終了日の翌日"), "date", required=end_required),
    )


SHEETS: dict[str, Sheet] = {
    sheet.name: sheet
    for sheet in (
        Sheet(
            "offices", _("組織"), Office,
            (Column("key", _("組織キー"), "key"), Column("level", _("階層"), required=False, default=""),
             Column("order", _("並び順"), "int", required=False, default=0), *_period()),
            ("key",),
        ),
        Sheet(
            "office_names", _("組織の名称"), OfficeName,
            (Column("office", _("組織キー"), "key", to="offices"), Column("name", _("名称")), *_period()),
            ("office", "starts_on"),
        ),
        Sheet(
            "office_places", _("組織の位置"), OfficePlace,
            (Column("office", _("組織キー"), "key", to="offices"), Column("parent", _("上位の組織キー"), "key", to="offices"),
             *_period()),
            ("office", "starts_on"),
        ),
        Sheet(
            "successions", _("組織の引継ぎ"), OfficeSuccession,
            (Column("predecessor", _("前の組織キー"), "key", to="offices"),
             Column("successor", _("後の組織キー"), "key", to="offices"), Column("on", _("引継ぎの日"), "date")),
            ("predecessor", "successor"),
        ),
        Sheet(
            "posts", _("職"), Post,
            (Column("key", _("職キー"), "key"), Column("office", _("組織キー"), "key", to="offices"),
             Column("title", _("職名")), Column("rank", _("職位"), "int", required=False, default=0),
             Column("single", _("一人の職"), "bool", required=False, default=True), *_period()),
            ("key",),
        ),
        Sheet(
            "staff", _("職員"), StaffMember,
            (Column("key", _("職員番号"), "key"), Column("name", _("氏名"), private=True),
             Column("kana", _("ふりがな"), required=False, private=True, default="")),
            ("key",),
        ),
        Sheet(
            "holdings", _("職の保有"), Holding,
            (Column("post", _("職キー"), "key", to="posts"), Column("staff", _("職員番号"), "key", to="staff"),
             Column("kind", _("区分"), "choice", required=False, choices=tuple(Holding.Kind.values),
                    default="main"),
             *_period()),
            ("post", "staff", "starts_on"),
        ),
        Sheet(
            "deputies", _("代決者"), Deputy,
            (Column("post", _("職キー"), "key", to="posts"), Column("deputy", _("代決する職キー"), "key", to="posts"),
             Column("order", _("順位"), "int", required=False, default=1), *_period()),
            ("post", "order", "starts_on"),
        ),
        Sheet(
            "grants", _("役割の付与"), RoleGrant,
            (Column("post", _("職キー"), "key", to="posts"), Column("role", _("役割"), "key"),
             Column("scope", _("範囲"), "choice", required=False, choices=tuple(RoleGrant.Scope.values),
                    default="own"),
             Column("upto", _("データの区分の上限"), "choice", required=False,
                    choices=tuple(RoleGrant.Class.values), default="restricted"),
             *_period()),
            ("post", "role", "starts_on"),
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """
    One row that is new, that differs, or that is taken back.

    ``before`` holds of a changed row only what changes, of a removed row everything.
    """

    sheet: str
    identity: tuple[Any, ...]
    what: Literal["added", "changed", "removed"]
    row: Row
    before: Row


@dataclass(frozen=True, slots=True)
class Difference:
    """What applying the rows would do, and which known rows they do not mention (those stay)."""

    changes: tuple[Change, ...]
    unmentioned: tuple[tuple[str, tuple[Any, ...]], ...]


def identity_of(sheet: Sheet, row: Row) -> tuple[Any, ...]:
    """Give what identifies a row within its sheet."""
    return tuple(row[name] for name in sheet.identity)


def row_clean(sheet: Sheet, row: Row) -> dict[str, Any]:
    """Give the whole row in its normal form: every column, defaults filled in, keys in half width."""
    return {column.name: value_clean(column, row.get(column.name)) for column in sheet.columns}


def value_clean(column: Column, value: Any) -> Any:
    """
    Bring one value to the form in which it is kept.

    Keys lose their full width; names keep theirs, with every variant glyph, and only half-width kana grow.
    """
    if isinstance(value, str):
        value = kana_to_full(text_normalise(value)).strip()
        if column.kind in ("key", "choice"):
            value = ascii_to_half(value)
    return column.default if value in (None, "") else value


def row_faults(sheet: Sheet, row: Row) -> Iterator[tuple[str, Any]]:
    """
    Find what is wrong with a row in itself: (column, lazy text that says what to do).

    :param row: a whole row as ``row_clean`` gives it.
    """
    for column in sheet.columns:
        value = row[column.name]
        if value in (None, ""):
            if column.required:
                yield column.name, _("必ず書いてください。")
        elif text := _value_fault(sheet, column, value):
            yield column.name, text
    starts_on, ends_on = row.get("starts_on"), row.get("ends_on")
    if isinstance(starts_on, date) and isinstance(ends_on, date) and ends_on <= starts_on:
        yield "ends_on", _("開始日より後の日を書いてください。")


def _value_fault(sheet: Sheet, column: Column, value: Any) -> Any:
    wanted = {"int": int, "bool": bool, "date": date}.get(column.kind, str)
    # Not isinstance: a yes is no number, and a moment is no day.
    if type(value) is not wanted:
        return _("値の種類が違います。直してください。")
    if isinstance(value, int):
        return None if abs(value) <= LARGEST_INT else _("数が大きすぎます。直してください。")
    if column.kind == "choice":
        return None if value in column.choices else _("選択肢の中から選んでください。")
    return _text_fault(sheet, column, value) if isinstance(value, str) else None


def _text_fault(sheet: Sheet, column: Column, value: str) -> Any:
    if any(ord(character) < 32 or ord(character) == 127 for character in value):
        return _("改行やタブなどの見えない文字を消してください。")
    limit = _length(sheet, column)
    if len(value) > limit:
        return _("%(limit)d文字以内にしてください。") % {"limit": limit}
    if column.name == "role":
        if not ROLE_SHAPE.fullmatch(value):
            return _("「dx_plan/officer」のように、サービスと役割を「/」でつないで書いてください。")
    elif column.kind == "key" and not KEY_SHAPE.fullmatch(value):
        return _("キーには文字・数字・「-」「_」「.」だけを使ってください。")
    if my_number_find(value):
        return _("マイナンバー（12桁）のように見えます。マイナンバーは書かないでください。")
    return None


def _length(sheet: Sheet, column: Column) -> int:
    model = SHEETS[column.to].model if column.to else sheet.model
    field = model._meta.get_field("key" if column.to else column.name)
    return int(getattr(field, "max_length", None) or 200)


def rows_known() -> dict[str, list[dict[str, Any]]]:
    """Read the whole organisation as rows, with natural keys, in a fixed order."""
    return {name: _sheet_rows(sheet) for name, sheet in SHEETS.items()}


def _sheet_rows(sheet: Sheet) -> list[dict[str, Any]]:
    paths = {column.name: f"{column.name}__key" if column.to else column.name for column in sheet.columns}
    rows = sheet.model._default_manager.order_by(*(paths[name] for name in sheet.identity)).values_list(
        *paths.values()
    )
    return [dict(zip(paths, row, strict=True)) for row in rows]


def rows_compare(rows: Rows, known: Rows | None = None) -> Difference:
    """
    Compare given rows with the organisation as recorded; each row is brought to its normal form first.

    :param known: what ``rows_known`` gave, where the caller has it already.
    """
    known = rows_known() if known is None else known
    changes: list[Change] = []
    unmentioned: list[tuple[str, tuple[Any, ...]]] = []
    for name, sheet in SHEETS.items():
        if name not in rows:
            continue
        recorded = {identity_of(sheet, row): row for row in known[name]}
        for row in rows[name]:
            whole = row_clean(sheet, row)
            identity = identity_of(sheet, whole)
            before = recorded.pop(identity, None)
            if row.get(CANCEL):
                changes += [Change(name, identity, "removed", before, before)] if before else []
            elif before is None:
                changes.append(Change(name, identity, "added", whole, {}))
            elif different := {key: value for key, value in before.items() if whole[key] != value}:
                changes.append(Change(name, identity, "changed", whole, different))
        unmentioned += [(name, identity) for identity in recorded]
    return Difference(tuple(changes), tuple(unmentioned))


def in_safe_order(changes: Sequence[Change]) -> list[Change]:
    """
    Order changes so that no step meets a rule that the whole would satisfy: the database judges row by row.

    What is taken back goes first, from the leaves up. Then sheet by sheet: what makes room (an end comes
    earlier, a main post becomes a concurrent one) before what takes room, and that before what is new.
    """
    order = list(SHEETS)
    removed = [change for change in changes if change.what == "removed"]
    removed.sort(key=lambda change: -order.index(change.sheet))
    others = [change for change in changes if change.what != "removed"]
    others.sort(
        key=lambda change: (order.index(change.sheet), _room(change), change.row.get("starts_on") or date.min)
    )
    return removed + others


def _room(change: Change) -> int:
    """Give 0 when a change only makes room for others, 1 when it also takes some, 2 when it takes, 3 when new."""
    if change.what == "added":
        return 3
    makes, takes = False, False
    if "ends_on" in change.before:
        earlier = (change.row["ends_on"] or date.max) < (change.before["ends_on"] or date.max)
        makes, takes = earlier, not earlier
    if "kind" in change.before:
        makes |= change.before["kind"] == Holding.Kind.MAIN
        takes |= change.row["kind"] == Holding.Kind.MAIN
    return 0 if not takes else 1 if makes else 2


def rows_freeze(rows: Rows) -> dict[str, list[dict[str, Any]]]:
    """Turn rows into what JSON can hold: days become ISO text."""
    return {
        name: [{k: v.isoformat() if isinstance(v, date) else v for k, v in row.items()} for row in rows[name]]
        for name in rows
    }


def rows_thaw(frozen: Mapping[str, Sequence[Row]]) -> dict[str, list[dict[str, Any]]]:
    """Undo ``rows_freeze``."""
    days = {
        name: {column.name for column in sheet.columns if column.kind == "date"}
        for name, sheet in SHEETS.items()
    }
    return {
        name: [
            {
                key: date.fromisoformat(value) if key in days[name] and value else value
                for key, value in row.items()
            }
            for row in frozen[name]
        ]
        for name in frozen
    }
