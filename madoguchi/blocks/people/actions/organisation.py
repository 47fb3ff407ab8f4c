"""
Changing the organisation and opening accounts.

Both concern the whole city hall: a row about one office moves rights in another (who holds a post, which role
a post carries), so that a right over some offices only is not enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.applying import (
    Keys,
    OrganisationRowRefused,
    change_write,
    rings_refuse,
    rows_refuse,
    single_posts_follow,
)
from madoguchi.blocks.people.excel import organisation_workbook
from madoguchi.blocks.people.models import OrganisationImport, StaffMember, User
from madoguchi.blocks.people.organisation import STAMP
from madoguchi.blocks.people.rows import (
    SHEETS,
    Change,
    Rows,
    in_safe_order,
    rows_compare,
    rows_freeze,
    rows_thaw,
)
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.outbox import event_emit
from madoguchi.kernel.rights import Viewer
from madoguchi.kernel.stamps import stamp_move, stamp_read
from madoguchi.kernel.subjects import Subject

__all__ = [
    "AccountMissing",
    "AccountTaken",
    "ImportApplied",
    "NothingToChange",
    "OrganisationMoved",
    "OrganisationRowRefused",
    "account_close",
    "account_open",
    "account_reopen",
    "organisation_apply",
    "organisation_export",
    "organisation_import",
    "organisation_import_apply",
    "rows_write",
]


class OrganisationMoved(Refused):
    """Somebody changed the organisation after the preview was made."""

    message = _("比べた後に組織が変わりました。違いをもう一度確かめてください。")


class NothingToChange(Refused):
    """The rows say what is already recorded."""

    message = _("違いがありません。記録は変えていません。")


class ImportApplied(Refused):
    """This workbook was applied before."""

    message = _("この組織表は適用済みです。")


class AccountTaken(Refused):
    """The staff number already has an account."""

    message = _("この職員番号のアカウントは既にあります。")


class AccountMissing(Refused):
    """The staff member has no account, or not one in the state that the action needs."""

    message = _("この職員のアカウントの状態が変わっています。画面を開き直してください。")


@action("people.organisation_apply")
def organisation_apply(
    *,
    actor: Viewer,
    rows: Rows,
    now: datetime,  # noqa: ARG001
    basis: int | None = None,
) -> Sequence[Change]:
    """
    Make the recorded organisation say what the rows say, all of it or nothing. Rows not mentioned stay.

    :param rows: by sheet (``rows.SHEETS``), natural keys, days as ``date``; a row marked ``rows.CANCEL`` is
        taken back.
    :param basis: the organisation's stamp that the preview was made against.
    :raises NotAllowed: the actor does not keep the organisation of the whole city.
    :raises OrganisationMoved: the stamp has moved since.
    :raises OrganisationRowRefused: a row breaks a rule; the message says which and what to do.
    :raises NothingToChange: everything is already so.
    """
    actor.must_everywhere("people.organisation_edit")
    return rows_write(actor, rows, basis)


@action("people.organisation_export")
def organisation_export(*, actor: Viewer, on: date | None = None, now: datetime) -> bytes:  # noqa: ARG001
    """
    Give the organisation as a workbook, and write down that it was taken: it names every person.

    :param on: only what holds on this day; left out, everything.
    :raises NotAllowed: the actor does not keep the organisation of the whole city.
    """
    actor.must_everywhere("people.organisation_edit")
    day = on.isoformat() if on else ""
    subject = Subject("people.organisation", "all", page="/office/organisation/workbooks/")
    audit_write(
        actor, "people.workbook_written", subject, detail={"on": day, "staff": StaffMember.objects.count()}
    )
    return organisation_workbook(on)


@action("people.organisation_import")
def organisation_import(
    *, actor: Viewer, rows: Rows, doubts: Sequence[str] = (), file_name: str, sha256: str, now: datetime
) -> OrganisationImport:
    """
    Keep what was read from a workbook, for the preview and for applying it later. The organisation stays.

    :param rows: as ``excel.organisation_read`` gives them.
    :param doubts: what the reader was not sure of, in words, for the preview.
    :raises NotAllowed: the actor does not keep the organisation of the whole city.
    """
    actor.must_everywhere("people.organisation_edit")
    kept = OrganisationImport.objects.create(
        uploaded_at=now,
        uploaded_by=actor.key,
        file_name=file_name[:200],
        sha256=sha256,
        rows=rows_freeze(rows),
        doubts=list(doubts),
        basis=stamp_read(STAMP),
    )
    audit_write(actor, "people.workbook_read", kept.subject(), detail={"sha256": sha256})
    return kept


@action("people.organisation_import_apply")
def organisation_import_apply(
    *, actor: Viewer, import_id: int, basis: int, now: datetime
) -> Sequence[Change]:
    """
    Apply a workbook that was read before, exactly as its preview showed.

    :param basis: the organisation's stamp that the preview was made against.
    :raises NotAllowed: the actor does not keep the organisation of the whole city.
    :raises ImportApplied: it was applied before.
    :raises OrganisationMoved: the stamp has moved since the preview.
    :raises OrganisationRowRefused: a row breaks a rule; nothing is changed, and the workbook's rows stay.
    :raises NothingToChange: everything is already so.
    """
    actor.must_everywhere("people.organisation_edit")
    # The mark comes first: of two who press at once, one finds it taken.
    if not OrganisationImport.objects.filter(pk=import_id, applied_at=None).update(applied_at=now):
        raise ImportApplied
    kept = OrganisationImport.objects.get(pk=import_id)
    changes = rows_write(actor, rows_thaw(kept.rows), basis)
    audit_write(actor, "people.workbook_applied", kept.subject(), detail={"rows": len(changes)})
    return changes


@action("people.account_open", raises={"account_once": AccountTaken})
def account_open(
    *,
    actor: Viewer,
    staff_key: str,
    password: str,
    hashed: str = "",
    now: datetime,  # noqa: ARG001
) -> User:
    """
    Open an account for a staff member.

    :param hashed: the password as ``make_password`` gives it, where several accounts get the same one; "" makes it.
    :raises NotAllowed: the actor does not keep accounts.
    :raises ValidationError: the password is too weak (Django's validators).
    :raises AccountTaken: there is one already.
    """
    actor.must_everywhere("people.account_edit")
    staff = StaffMember.objects.get(key=staff_key)
    if staff.user_id is not None:
        raise AccountTaken
    user = User(username=staff.key)
    validate_password(password, user)
    user.password = hashed or make_password(password)
    user.save(force_insert=True)
    StaffMember.objects.filter(pk=staff.pk).update(user=user)
    stamp_move(STAMP)
    audit_write(actor, "people.account_opened", staff.subject())
    return user


@action("people.account_reopen")
def account_reopen(*, actor: Viewer, staff_key: str, password: str, now: datetime) -> None:  # noqa: ARG001
    """
    Give an account a new password and let it sign in again: after it was closed, or when the old one is lost.

    The second factor is forgotten with it, since whoever lost the telephone cannot show the code either; it is
    set up anew at the next sign-in. Every session of the account ends, since a session carries the mark of the password it was opened with.

    :raises NotAllowed: the actor does not keep accounts.
    :raises ValidationError: the password is too weak (Django's validators).
    :raises AccountMissing: there is no account.
    """
    actor.must_everywhere("people.account_edit")
    staff = StaffMember.objects.select_related("user").get(key=staff_key)
    if staff.user is None:
        raise AccountMissing
    validate_password(password, staff.user)
    staff.user.set_password(password)
    User.objects.filter(pk=staff.user.pk).update(password=staff.user.password, is_active=True)
    Authenticator.objects.filter(user=staff.user).delete()
    stamp_move(STAMP)
    audit_write(actor, "people.account_reopened", staff.subject())


@action("people.account_close")
def account_close(*, actor: Viewer, staff_key: str, now: datetime) -> None:  # noqa: ARG001
    """
    Bar an account from signing in. Its history stays.

    :raises NotAllowed: the actor does not keep accounts.
    :raises AccountMissing: there is no open account.
    """
    actor.must_everywhere("people.account_edit")
    staff = StaffMember.objects.get(key=staff_key)
    if not User.objects.filter(staff_member=staff, is_active=True).update(is_active=False):
        raise AccountMissing
    stamp_move(STAMP)
    audit_write(actor, "people.account_closed", staff.subject())


def rows_write(actor: Viewer, rows: Rows, basis: int | None = None) -> Sequence[Change]:
    """
    Make the recorded organisation say what the rows say, inside the action that has asked for the right.

    :raises OrganisationMoved, OrganisationRowRefused, NothingToChange: as ``organisation_apply``.
    """
    if basis is not None and basis != stamp_read(STAMP):
        raise OrganisationMoved
    rows_refuse(rows)
    changes = in_safe_order(rows_compare(rows).changes)
    if not changes:
        raise NothingToChange
    keys = Keys()
    for change in changes:
        change_write(change, keys)
        audit_write(actor, f"people.row_{change.what}", _subject(change), detail=_audit_detail(change))
    single_posts_follow(changes)
    rings_refuse(changes)
    stamp_move(STAMP)
    event_emit("people.organisation_changed", Subject("people.organisation", "all"), {"rows": len(changes)})
    return changes


def _subject(change: Change) -> Subject:
    return Subject(f"people.{change.sheet}", " ".join(str(part) for part in change.identity))


def _audit_detail(change: Change) -> dict[str, Any]:
    private = {column.name for column in SHEETS[change.sheet].columns if column.private}

    def shown(row: Any) -> dict[str, Any]:
        return {
            name: "…" if name in private else value.isoformat() if isinstance(value, date) else value
            for name, value in row.items()
        }

    if change.what == "removed":
        return {"before": shown(change.before), "after": {}}
    after = {name: value for name, value in change.row.items() if not change.before or name in change.before}
    return {"before": shown(change.before), "after": shown(after)}


SignInOutcome = Literal["signed_in", "signed_out", "sign_in_failed"]


@action("people.sign_in_note")
def sign_in_note(*, actor: Viewer, staff_key: str, outcome: SignInOutcome, now: datetime) -> None:
    """
    Write down that somebody signed in or out, or failed to; ``now`` is the moment of it.

    :param actor: the house itself: before a sign-in there is nobody else.
    """
    audit_write(actor, f"people.{outcome}", Subject("people.staff", staff_key), detail={"at": now})
