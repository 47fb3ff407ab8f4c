"""
Writing changed rows of the organisation, one by one, inside the action that asks for it.

What a database rule refuses comes back as a sentence about that row.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, models
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.models import Holding, Post
from madoguchi.blocks.people.organisation import organisation_read
from madoguchi.blocks.people.rows import (
    CANCEL,
    SHEETS,
    Change,
    Rows,
    identity_of,
    row_clean,
    row_faults,
)
from madoguchi.kernel.actions import Refused, constraint_of

CONSTRAINT_WORDS = {
    "office_one_name": _("同じ組織に、同じ日に二つの名称があります。前の名称に終了日を入れてください。"),
    "office_one_place": _("同じ組織に、同じ日に二つの上位組織があります。前の行に終了日を入れてください。"),
    "office_not_under_itself": _("組織が自分自身の下に置かれています。上位の組織キーを直してください。"),
    "succession_once": _("同じ引継ぎが二度書かれています。一方を消してください。"),
    "succession_of_another": _("組織が自分自身を引き継いでいます。後の組織キーを直してください。"),
    "staff_one_main_post": _(
        "同じ職員に、同じ日に二つの本務があります。一方を併任にするか、終了日を入れてください。"
    ),
    "post_one_holder": _("一人の職に、同じ日に二人います。前任者の行に終了日を入れてください。"),
    "post_held_once": _("同じ職員が同じ職を、同じ日に二度保有しています。一方を消してください。"),
    "deputy_one_per_order": _("同じ職に、同じ順位の代決者が二人います。順位を変えてください。"),
    "deputy_is_another": _("職が自分自身の代決者になっています。代決する職キーを直してください。"),
    "deputy_order_from_one": _("代決の順位は1から書いてください。"),
    "grant_once": _("同じ職に、同じ役割が同じ日に二度付いています。一方を消してください。"),
}
RING_WORDS = _("組織が輪になっています（AがBの下、BがAの下）。上位の組織キーを直してください。")
TWICE = _("同じ行が二度書かれています。一方を消してください。")
PERIOD_WORDS = _("終了日の翌日が開始日より前か、同じ日です。日付を直してください。")
STILL_NAMED = _("ほかの行がこの行を使っています。先にそれらの行を取り消してください。")


class OrganisationRowRefused(Refused):
    """A row breaks a rule; ``sheet`` (its name in ``SHEETS``), ``identity`` and ``column`` say which."""

    def __init__(self, message: Any, *, sheet: str, identity: tuple[Any, ...], column: str = "") -> None:
        super().__init__(message, sheet=sheet, identity=identity, column=column)
        self.sheet = sheet
        self.identity = identity
        self.column = column


def rows_refuse(rows: Rows) -> None:
    """
    Refuse what is wrong with a row in itself, and a row that stands twice.

    :raises OrganisationRowRefused: the first such row.
    """
    for name, sheet in SHEETS.items():
        seen: set[tuple[Any, ...]] = set()
        for row in rows.get(name, ()):
            whole = row_clean(sheet, row)
            identity = identity_of(sheet, whole)
            for column, text in () if row.get(CANCEL) else row_faults(sheet, whole):
                raise OrganisationRowRefused(text, sheet=name, identity=identity, column=column)
            if identity in seen:
                raise OrganisationRowRefused(TWICE, sheet=name, identity=identity)
            seen.add(identity)


class Keys:
    """Natural keys to rows, looked up once per sheet and once more when a row has just been added."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, int]] = {}

    def find(self, sheet: str, key: str) -> int | None:
        """Give the id behind a key of a sheet; None when there is none."""
        if key not in self._known.get(sheet, {}):
            rows = SHEETS[sheet].model._default_manager.values_list("key", "pk")
            self._known[sheet] = {str(known): int(pk) for known, pk in rows}
        return self._known[sheet].get(key)


def change_write(change: Change, keys: Keys) -> None:
    """
    Write one change.

    :raises OrganisationRowRefused: a neighbour is missing, or a rule of the database refuses.
    """
    sheet = SHEETS[change.sheet]
    values: dict[str, Any] = {}
    for column in sheet.columns:
        value = change.row[column.name]
        if not column.to:
            values[column.name] = value
            continue
        found = keys.find(column.to, value)
        if found is None:
            raise OrganisationRowRefused(
                _("「%(sheet)s」に「%(key)s」がありません。先にそのシートに足してください。")
                % {"sheet": SHEETS[column.to].label, "key": value},
                sheet=change.sheet,
                identity=change.identity,
                column=column.name,
            )
        values[f"{column.name}_id"] = found
    if sheet.name == "holdings":
        values["sole"] = Post.objects.values_list("single", flat=True).get(pk=values["post_id"])
    identity = {name: values[name] for name in values if name.removesuffix("_id") in sheet.identity}
    try:
        _write(change, sheet.model, identity, values)
    except IntegrityError as error:
        raise _row_refused(change, error) from error


def _write(
    change: Change, model: type[models.Model], identity: dict[str, Any], values: dict[str, Any]
) -> None:
    rows = model._default_manager.filter(**identity)
    if change.what == "added":
        model._default_manager.create(**values)
    elif change.what == "changed":
        rows.update(**values)
    else:
        try:
            rows.delete()
        except ProtectedError:
            raise OrganisationRowRefused(STILL_NAMED, sheet=change.sheet, identity=change.identity) from None


def _row_refused(change: Change, error: IntegrityError) -> OrganisationRowRefused:
    constraint = constraint_of(error)
    words = CONSTRAINT_WORDS.get(constraint) or (PERIOD_WORDS if "period" in constraint else Refused.message)
    return OrganisationRowRefused(words, sheet=change.sheet, identity=change.identity)


def single_posts_follow(changes: Iterable[Change]) -> None:
    """Let the holdings of a post know that it is now for one person, or no longer."""
    for change in changes:
        if change.sheet == "posts" and "single" in change.before and change.what == "changed":
            single = change.row["single"]
            try:
                Holding.objects.filter(post__key=change.row["key"]).exclude(sole=single).update(sole=single)
            except IntegrityError as error:
                raise _row_refused(change, error) from error


def rings_refuse(changes: Iterable[Change]) -> None:
    """
    Refuse offices that stand above each other in a ring: no single row is wrong, so no constraint can see it.

    :raises OrganisationRowRefused: names the first row that closes one.
    """
    placed = [change for change in changes if change.sheet == "office_places"]
    if not placed:
        return
    # Not from the cache: what this transaction sees must not outlive a rollback.
    known = organisation_read()
    days = {row.starts_on for rows in known.places.values() for row in rows}
    days |= {office.starts_on for office in known.offices}
    for day in sorted(days):
        lost = known.lost_in_rings(day)
        for change in placed:
            if lost & {change.row["office"], change.row["parent"]}:
                raise OrganisationRowRefused(RING_WORDS, sheet=change.sheet, identity=change.identity)
