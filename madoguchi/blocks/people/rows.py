"""
The organisation as plain rows: what a workbook, the sample city and the office pages all speak.

A *sheet* is one of the nine dated tables; a row names its neighbours by natural keys. Comparing rows with
the database gives the difference that a person confirms; applying it is one action.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

Row = Mapping[str, Any]
Rows = Mapping[str, Sequence[Row]]
ColumnKind = Literal["text", "int", "bool", "date", "choice"]


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
            (Column("key", _("組織キー")), Column("level", _("階層"), required=False, default=""),
             Column("order", _("並び順"), "int", required=False, default=0), *_period()),
            ("key",),
        ),
        Sheet(
            "office_names", _("組織の名称"), OfficeName,
            (Column("office", _("組織キー"), to="offices"), Column("name", _("名称")), *_period()),
            ("office", "starts_on"),
        ),
        Sheet(
            "office_places", _("組織の位置"), OfficePlace,
            (Column("office", _("組織キー"), to="offices"), Column("parent", _("上位の組織キー"), to="offices"),
             *_period()),
            ("office", "starts_on"),
        ),
        Sheet(
            "successions", _("組織の引継ぎ"), OfficeSuccession,
            (Column("predecessor", _("前の組織キー"), to="offices"),
             Column("successor", _("後の組織キー"), to="offices"), Column("on", _("引継ぎの日"), "date")),
            ("predecessor", "successor"),
        ),
        Sheet(
            "posts", _("職"), Post,
            (Column("key", _("職キー")), Column("office", _("組織キー"), to="offices"),
             Column("title", _("職名")), Column("rank", _("職位"), "int", required=False, default=0),
             Column("single", _("一人の職"), "bool", required=False, default=True), *_period()),
            ("key",),
        ),
        Sheet(
            "staff", _("職員"), StaffMember,
            (Column("key", _("職員番号")), Column("name", _("氏名"), private=True),
             Column("kana", _("ふりがな"), required=False, private=True, default="")),
            ("key",),
        ),
        Sheet(
            "holdings", _("職の保有"), Holding,
            (Column("post", _("職キー"), to="posts"), Column("staff", _("職員番号"), to="staff"),
             Column("kind", _("区分"), "choice", required=False, choices=tuple(Holding.Kind.values),
                    default="main"),
             *_period()),
            ("post", "staff", "starts_on"),
        ),
        Sheet(
            "deputies", _("代決者"), Deputy,
            (Column("post", _("職キー"), to="posts"), Column("deputy", _("代決する職キー"), to="posts"),
             Column("order", _("順位"), "int", required=False, default=1), *_period()),
            ("post", "order", "starts_on"),
        ),
        Sheet(
            "grants", _("役割の付与"), RoleGrant,
            (Column("post", _("職キー"), to="posts"), Column("role", _("役割")),
             Column("scope", _("範囲"), "choice", required=False, choices=tuple(RoleGrant.Scope.values),
                    default="own"),
             *_period()),
            ("post", "role", "starts_on"),
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One row that is new, or that differs: ``before`` holds only what changes."""

    sheet: str
    identity: tuple[Any, ...]
    what: Literal["added", "changed"]
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


def rows_known() -> dict[str, list[dict[str, Any]]]:
    """Read the whole organisation as rows, with natural keys, in a fixed order."""
    return {name: _sheet_rows(sheet) for name, sheet in SHEETS.items()}


def _sheet_rows(sheet: Sheet) -> list[dict[str, Any]]:
    paths = {column.name: f"{column.name}__key" if column.to else column.name for column in sheet.columns}
    rows = sheet.model._default_manager.order_by(*(paths[name] for name in sheet.identity)).values_list(*paths.values())
    return [dict(zip(paths, row, strict=True)) for row in rows]


def rows_compare(rows: Rows) -> Difference:
    """Compare given rows with the organisation as recorded."""
    known = rows_known()
    changes: list[Change] = []
    unmentioned: list[tuple[str, tuple[Any, ...]]] = []
    for name, sheet in SHEETS.items():
        if name not in rows:
            continue
        recorded = {identity_of(sheet, row): row for row in known[name]}
        for row in rows[name]:
            whole = {column.name: row.get(column.name, column.default) for column in sheet.columns}
            identity = identity_of(sheet, whole)
            before = recorded.pop(identity, None)
            if before is None:
                changes.append(Change(name, identity, "added", whole, {}))
            elif different := {key: value for key, value in before.items() if whole[key] != value}:
                changes.append(Change(name, identity, "changed", whole, different))
        unmentioned += [(name, identity) for identity in recorded]
    return Difference(tuple(changes), tuple(unmentioned))


def in_safe_order(changes: Sequence[Change]) -> list[Change]:
    """
    Order changes so that no step meets a rule that the whole would satisfy.

    Sheet by sheet; within a sheet what ends comes before what begins, since the database judges row by row.
    """
    order = list(SHEETS)
    return sorted(
        changes,
        key=lambda change: (
            order.index(change.sheet),
            change.what == "added",
            change.row.get("starts_on") or date.min,
        ),
    )
