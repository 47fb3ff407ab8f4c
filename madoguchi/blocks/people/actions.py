"""Changing the organisation and opening accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, models
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.models import Office, Post, StaffMember, User
from madoguchi.blocks.people.organisation import STAMP
from madoguchi.blocks.people.rows import SHEETS, Change, Rows, in_safe_order, rows_compare
from madoguchi.kernel.actions import Refused, action, constraint_of
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.outbox import event_emit
from madoguchi.kernel.rights import Viewer
from madoguchi.kernel.stamps import stamp_move, stamp_read
from madoguchi.kernel.subjects import Subject

CONSTRAINT_WORDS = {
    "office_one_name": _("同じ組織に、同じ日に二つの名称があります。前の名称に終了日を入れてください。"),
    "office_one_place": _("同じ組織に、同じ日に二つの上位組織があります。前の行に終了日を入れてください。"),
    "office_not_under_itself": _("組織が自分自身の下に置かれています。上位の組織キーを直してください。"),
    "succession_once": _("同じ引継ぎが二度書かれています。一方を消してください。"),
    "succession_of_another": _("組織が自分自身を引き継いでいます。後の組織キーを直してください。"),
    "staff_one_main_post": _("同じ職員に、同じ日に二つの本務があります。一方を併任にするか、終了日を入れてください。"),
    "post_one_holder": _("一人の職に、同じ日に二人います。前任者の行に終了日を入れてください。"),
    "post_held_once": _("同じ職員が同じ職を、同じ日に二度保有しています。一方を消してください。"),
    "deputy_one_per_order": _("同じ職に、同じ順位の代決者が二人います。順位を変えてください。"),
    "deputy_is_another": _("職が自分自身の代決者になっています。代決する職キーを直してください。"),
    "deputy_order_from_one": _("代決の順位は1から書いてください。"),
    "grant_once": _("同じ職に、同じ役割が同じ日に二度付いています。一方を消してください。"),
}
PERIOD_WORDS = _("終了日の翌日が開始日より前か、同じ日です。日付を直してください。")


class OrganisationRowRefused(Refused):
    """A row breaks a rule of the organisation; ``details`` name sheet and row."""


class OrganisationMoved(Refused):
    """Somebody changed the organisation after the preview was made."""

    message = _("比べた後に組織が変わりました。もう一度読み込んで、違いを確かめてください。")


class NothingToChange(Refused):
    """The rows say what is already recorded."""

    message = _("違いがありません。記録は変えていません。")


class AccountTaken(Refused):
    """The staff number already has an account."""

    message = _("この職員番号のアカウントは既にあります。")


@action("people.organisation_apply")
def organisation_apply(*, actor: Viewer, rows: Rows, now: datetime, basis: int | None = None) -> Sequence[Change]:
    """
    Make the recorded organisation say what the rows say, all of it or nothing. Rows not mentioned stay.

    :param rows: by sheet (``rows.SHEETS``), natural keys, days as ``date``.
    :param basis: the organisation's stamp that the preview was made against.
    :raises NotAllowed: the actor does not keep the organisation.
    :raises OrganisationMoved: the stamp has moved since.
    :raises OrganisationRowRefused: a row breaks a rule; the message says which and what to do.
    :raises NothingToChange: everything is already so.
    """
    actor.must("people.organisation_edit")
    if basis is not None and basis != stamp_read(STAMP):
        raise OrganisationMoved
    changes = in_safe_order(rows_compare(rows).changes)
    if not changes:
        raise NothingToChange
    keys = _Keys()
    for change in changes:
        _apply_one(change, keys)
        audit_write(actor, f"people.row_{change.what}", _subject(change), detail=_audit_detail(change))
    stamp_move(STAMP)
    event_emit("people.organisation_changed", Subject("people.organisation", "all"), {"rows": len(changes)})
    return changes


@action("people.account_open", raises={"account_once": AccountTaken})
def account_open(*, actor: Viewer, staff_key: str, password: str, now: datetime) -> User:
    """
    Open an account for a staff member.

    :raises NotAllowed: the actor does not keep accounts.
    :raises ValidationError: the password is too weak (Django's validators).
    :raises AccountTaken: there is one already.
    """
    actor.must("people.account_edit")
    staff = StaffMember.objects.get(key=staff_key)
    if staff.user_id is not None:
        raise AccountTaken
    user = User(username=staff.key)
    validate_password(password, user)
    user.set_password(password)
    user.save(force_insert=True)
    StaffMember.objects.filter(pk=staff.pk).update(user=user)
    stamp_move(STAMP)
    audit_write(actor, "people.account_opened", staff.subject())
    return user


@action("people.account_close")
def account_close(*, actor: Viewer, staff_key: str, now: datetime) -> None:
    """
    Bar an account from signing in. Its history stays.

    :raises NotAllowed: the actor does not keep accounts.
    """
    actor.must("people.account_edit")
    staff = StaffMember.objects.get(key=staff_key)
    User.objects.filter(pk=staff.user_id).update(is_active=False)
    stamp_move(STAMP)
    audit_write(actor, "people.account_closed", staff.subject())


class _Keys:
    """Natural keys to rows, looked up once per key of a load."""

    MODELS: dict[str, type[models.Model]] = {"offices": Office, "posts": Post, "staff": StaffMember}

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], int] = {}

    def find(self, sheet: str, key: str) -> int:
        if (sheet, key) not in self._known:
            rows = self.MODELS[sheet]._default_manager.values_list("key", "pk")
            self._known |= {(sheet, str(known)): int(pk) for known, pk in rows}
        try:
            return self._known[sheet, key]
        except KeyError:
            raise OrganisationRowRefused(
                _("「%(sheet)s」に「%(key)s」がありません。先にそのシートに足してください。")
                % {"sheet": SHEETS[sheet].label, "key": key},
            ) from None


def _apply_one(change: Change, keys: _Keys) -> None:
    sheet = SHEETS[change.sheet]
    values: dict[str, Any] = {}
    for column in sheet.columns:
        value = change.row[column.name]
        values[f"{column.name}_id" if column.to else column.name] = keys.find(column.to, value) if column.to else value
    if sheet.name == "holdings":
        values["sole"] = Post.objects.values_list("single", flat=True).get(pk=values["post_id"])
    identity = {f"{n}_id" if f"{n}_id" in values else n: values[f"{n}_id" if f"{n}_id" in values else n] for n in sheet.identity}
    try:
        if change.what == "added":
            sheet.model._default_manager.create(**values)
        else:
            sheet.model._default_manager.filter(**identity).update(**values)
    except IntegrityError as error:
        constraint = constraint_of(error)
        words = CONSTRAINT_WORDS.get(constraint) or (PERIOD_WORDS if "period" in constraint else Refused.message)
        raise OrganisationRowRefused(
            words, sheet=sheet.label, row=" ".join(str(part) for part in change.identity)
        ) from error


def _subject(change: Change) -> Subject:
    return Subject(f"people.{change.sheet}", " ".join(str(part) for part in change.identity))


def _audit_detail(change: Change) -> dict[str, Any]:
    private = {column.name for column in SHEETS[change.sheet].columns if column.private}

    def shown(name: str, value: Any) -> Any:
        return "…" if name in private else value.isoformat() if isinstance(value, date) else value

    before = {name: shown(name, value) for name, value in change.before.items()}
    after = {name: shown(name, value) for name, value in change.row.items() if not before or name in before}
    return {"before": before, "after": after}
