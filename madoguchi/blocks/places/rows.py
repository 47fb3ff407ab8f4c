"""
Areas as plain rows with natural keys: what files, forms and the database are compared in.

A row says what should be recorded; comparing gives the changes, and only those are written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from django.db import IntegrityError, models
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.places.models import Area, AreaMembership, AreaName, AreaSuccession, Dated
from madoguchi.kernel.actions import Refused, constraint_of

SheetName = Literal["areas", "names", "memberships", "successions"]
Row = Mapping[str, Any]
Rows = Mapping[SheetName, Sequence[Row]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """
    One table as rows.

    :param identity: the columns that make two rows the same row.
    :param values: the other columns with what a row says that leaves them out.
    :param keys: the columns that hold an area's key where the table holds its id.
    """

    name: SheetName
    model: type[models.Model]
    identity: tuple[str, ...]
    values: Mapping[str, Any]
    keys: tuple[str, ...] = ()


SHEETS: Final[tuple[Sheet, ...]] = (
    Sheet(
        "areas", Area, ("key",),
        {"kind": "", "code": "", "postal_code": "", "numbering": "", "order": 0, "starts_on": None, "ends_on": None},
    ),
    Sheet(
        "names", AreaName, ("area", "starts_on"),
        {"name": "", "kana": "", "oaza": "", "chome": "", "koaza": "", "ends_on": None}, ("area",),
    ),
    Sheet(
        "memberships", AreaMembership, ("area", "within", "first_block", "starts_on"),
        {"last_block": None, "ends_on": None}, ("area", "within"),
    ),
    Sheet(
        "successions", AreaSuccession, ("predecessor", "successor"), {"on": None, "reason": ""},
        ("predecessor", "successor"),
    ),
)  # fmt: skip

CONSTRAINT_WORDS: Final = {
    "area_code_once": _("同じ種類に、同じ番号の区域があります。公式の番号を確かめてください。"),
    "area_one_name": _("同じ日に二つの名称があります。日付を直してください。"),
    "area_name_of_parts": _(
        "町の名称が、大字・町名と丁目名と小字名をつないだものと違います。どちらかを直してください。"
    ),
    "block_in_one_area": _(
        "同じ街区・地番が、同じ日に同じ種類の二つの区域に入ります。前の区域を先に終えるか、番号を直してください。"
    ),
    "area_not_within_itself": _("区域が自分自身の中に置かれています。属する区域を直してください。"),
    "block_range_forward": _("街区・地番の範囲を、小さい番号から大きい番号へ書いてください。"),
    "area_succession_once": _("同じ引継ぎが二度書かれています。一方を消してください。"),
    "area_succession_of_another": _("区域が自分自身を引き継いでいます。引き継ぐ区域を直してください。"),
}
PERIOD_WORDS: Final = _("終了日の翌日が開始日より前か、同じ日です。日付を直してください。")
MISSING: Final = _("「%(key)s」という区域がありません。先に加えてください。")
TWICE: Final = _("「%(row)s」が二度書かれています。一方を消してください。")


class AreaRowRefused(Refused):
    """A row breaks a rule; ``sheet`` and ``identity`` say which."""

    def __init__(self, message: Any, *, sheet: str, identity: tuple[Any, ...]) -> None:
        super().__init__(message, sheet=sheet, identity=identity)
        self.sheet = sheet
        self.identity = identity


@dataclass(frozen=True, slots=True)
class Change:
    """What applying does to one row; ``before`` holds the columns that change, nothing where the row is new."""

    sheet: Sheet
    identity: tuple[Any, ...]
    row: Row
    before: Row

    @property
    def added(self) -> bool:
        """Whether the row is new."""
        return not self.before

    @property
    def area_key(self) -> str:
        """Whose row it is."""
        return str(self.identity[0])


def rows_changes(rows: Rows) -> list[Change]:
    """
    Compare rows with what is recorded.

    :raises AreaRowRefused: one row stands twice.
    """
    changes: list[Change] = []
    for sheet in SHEETS:
        recorded = _recorded(sheet, rows.get(sheet.name, ()))
        seen: set[tuple[Any, ...]] = set()
        for row in rows.get(sheet.name, ()):
            identity = tuple(row.get(name) for name in sheet.identity)
            if identity in seen:
                shown = " ".join(str(part) for part in identity if part is not None)
                raise AreaRowRefused(TWICE % {"row": shown}, sheet=sheet.name, identity=identity)
            seen.add(identity)
            whole = {**sheet.values, **row}
            known = recorded.get(identity)
            before = (
                {}
                if known is None
                else {name: known[name] for name in sheet.values if known[name] != whole[name]}
            )
            if known is None or before:
                changes.append(Change(sheet, identity, whole, before))
    # What makes room goes first: a row that ends, then one that begins.
    return sorted(changes, key=lambda change: (SHEETS.index(change.sheet), change.added))


def _recorded(sheet: Sheet, rows: Sequence[Row]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Read the rows of the areas that are mentioned."""
    if not rows:
        return {}
    first = sheet.identity[0]
    column = f"{first}__key" if first in sheet.keys else first
    found = sheet.model._default_manager.all()
    keys = {row[first] for row in rows}
    if len(keys) <= 500:
        found = found.filter(**{f"{column}__in": keys})
    names = [*sheet.identity, *sheet.values]
    columns = [f"{name}__key" if name in sheet.keys else name for name in names]
    read = (dict(zip(names, values, strict=True)) for values in found.values_list(*columns))
    return {tuple(row[name] for name in sheet.identity): row for row in read}


class AreaIds:
    """Keys of areas to their ids and kinds, read once and again when one is missing."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, str]] = {}

    def find(self, key: str) -> tuple[int, str] | None:
        """Give id and kind of an area; None where there is none."""
        if key not in self._known:
            self._known = {row[0]: (row[1], row[2]) for row in Area.objects.values_list("key", "pk", "kind")}
        return self._known.get(key)


def change_write(change: Change, ids: AreaIds) -> None:
    """
    Write one change.

    :raises AreaRowRefused: an area is missing, or a rule of the database refuses.
    """
    sheet = change.sheet
    values: dict[str, Any] = {}
    for name in (*sheet.identity, *sheet.values):
        if name not in sheet.keys:
            values[name] = change.row.get(name)
            continue
        found = ids.find(change.row[name])
        if found is None:
            raise AreaRowRefused(
                MISSING % {"key": change.row[name]}, sheet=sheet.name, identity=change.identity
            )
        values[f"{name}_id"] = found[0]
        if name == "within":
            values["within_kind"] = found[1]
    identity = {name: values[name] for name in values if name.removesuffix("_id") in sheet.identity}
    manager = sheet.model._default_manager
    try:
        if change.added:
            manager.create(**values)
        else:
            manager.filter(**identity).update(**{name: values[name] for name in change.before})
    except IntegrityError as error:
        constraint = constraint_of(error)
        words = CONSTRAINT_WORDS.get(constraint) or (
            PERIOD_WORDS if "period" in constraint else Refused.message
        )
        raise AreaRowRefused(words, sheet=sheet.name, identity=change.identity) from error


def row_of(sheet_name: SheetName, found: models.Model, **values: Any) -> dict[str, Any]:
    """Give a recorded thing as a row, with some values put in their place; neighbours must be loaded."""
    sheet = next(sheet for sheet in SHEETS if sheet.name == sheet_name)
    row = {name: getattr(found, name) for name in (*sheet.identity, *sheet.values)}
    return {name: value.key if isinstance(value, Area) else value for name, value in row.items()} | values


def lives_within(row: Dated, life: Dated) -> bool:
    """Say whether one period lies within another."""
    return life.starts_on <= row.starts_on and _last(row.ends_on) <= _last(life.ends_on)


def _last(day: date | None) -> date:
    return day or date.max
