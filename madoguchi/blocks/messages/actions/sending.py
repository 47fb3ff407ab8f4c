"""Sending, withdrawing and reminding."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q

from madoguchi.blocks.messages.actions.found import draft_consume, draft_found, sent_found
from madoguchi.blocks.messages.actions.refusals import (
    AlreadyCorrected,
    AlreadyWithdrawn,
    DraftMoved,
    MyNumberTyped,
    NoRecipients,
    NothingToRemind,
    NoticeIncomplete,
    NoticeOver,
    NotNearYet,
    ReasonMissing,
)
from madoguchi.blocks.messages.deadlines import stage_on
from madoguchi.blocks.messages.forms import NoticeForm
from madoguchi.blocks.messages.models import Audience, Draft, Notice, Receipt, Reminder, Withdrawal
from madoguchi.blocks.messages.recipients import recipients_on
from madoguchi.blocks.messages.types import Ask, AudienceKind, Stage
from madoguchi.kernel.actions import action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.outbox import event_emit
from madoguchi.kernel.rights import Viewer
from madoguchi.kit.canonical import canonical_hash
from madoguchi.kit.check_characters import my_number_find


@action(
    "messages.notice_send", raises={"notice_corrected_once": AlreadyCorrected, "notice_key_once": DraftMoved}
)
def notice_send(*, actor: Viewer, draft_key: str, revision: int, now: datetime) -> Notice:
    """
    Send a draft: from now on the notice never changes, and its recipients are fixed.

    :param revision: of the preview that the actor agreed to.
    :raises NotAllowed: there is no such draft for this actor.
    :raises DraftMoved: the draft is no longer what the preview showed, or was sent already.
    :raises NoticeIncomplete: something is missing or wrong; ``details["errors"]``.
    :raises NoRecipients: nobody would receive it.
    :raises NoticeOver: it corrects a notice that was withdrawn meanwhile.
    :raises AlreadyCorrected: it corrects a notice that has a correction.
    """
    draft = draft_found(actor, draft_key)
    if draft.revision != revision:
        raise DraftMoved
    on = day_of(now)
    form = NoticeForm.of(draft.content(), on=on)
    if not form.is_valid():
        raise NoticeIncomplete(errors=form.errors)
    draft_consume(draft)
    notice = _notice_make(actor, draft, form.cleaned_data, now)
    count = _receipts_make(notice, form.cleaned_data)
    # The content's hash stands in the sealed audit trail: a row changed past the house shows.
    detail = {"content": content_hash(notice), "recipients": count, "deadline_on": notice.deadline_on}
    audit_write(actor, "messages.notice_sent", notice.subject(), detail=detail)
    event_emit(
        "messages.notice_sent",
        notice.subject(),
        {
            "deadline_on": notice.deadline_on.isoformat() if notice.deadline_on else None,
            "recipients": count,
            "corrects": notice.corrects.key if notice.corrects else None,
        },
    )
    return notice


@action(
    "messages.notice_withdraw",
    raises={"withdrawal_once": AlreadyWithdrawn, "withdrawal_has_reason": ReasonMissing},
)
def notice_withdraw(*, actor: Viewer, notice_key: str, reason: str, now: datetime) -> Withdrawal:
    """
    Take a sent notice back. The notice, its receipts and marks stay; it asks nothing any more.

    :raises NotAllowed: the actor may not send for the office that sent it, or there is no such notice.
    :raises AlreadyWithdrawn: somebody was faster.
    :raises AlreadyCorrected: the correction stands in its place; withdraw that one.
    :raises ReasonMissing: the reason is empty.
    :raises MyNumberTyped: nothing is stored.
    """
    notice = sent_found(actor, notice_key)
    reason = reason.strip()
    if not reason:
        raise ReasonMissing
    if my_number_find(reason):
        raise MyNumberTyped(field="reason")
    if notice.corrections.exists():
        raise AlreadyCorrected
    withdrawal = Withdrawal.objects.create(
        notice=notice, reason=reason, withdrawn_at=now, by=actor.key, by_name=actor.name,
        by_office=actor.office, by_post=actor.post,
    )  # fmt: skip
    audit_write(actor, "messages.notice_withdrawn", notice.subject(), detail={"reason": reason})
    event_emit("messages.notice_withdrawn", notice.subject(), {"reason": reason})
    return withdrawal


@action("messages.notice_remind", raises={"reminder_once_per_stage": NothingToRemind})
def notice_remind(*, actor: Viewer, notice_key: str, now: datetime) -> list[Reminder]:
    """
    Mark everybody who has not answered a notice whose deadline is near or over; once per person and stage.

    :raises NotAllowed: the actor may not send for the office that sent it, or there is no such notice.
    :raises NoticeOver: it was withdrawn or corrected.
    :raises NotNearYet: there is no deadline, or it is still far.
    :raises NothingToRemind: nobody is left to be marked at this stage.
    """
    notice = sent_found(actor, notice_key)
    if notice.withdrawals.exists() or notice.corrections.exists():
        raise NoticeOver
    stage = stage_on(notice.deadline_on, day_of(now))
    if stage is None:
        raise NotNearYet
    mark = "acknowledged_at" if notice.needs_acknowledgement else "read_at"
    reminded = Reminder.objects.filter(stage=stage, receipt__notice=notice).values("receipt_id")
    late = list(Receipt.objects.filter(notice=notice, **{mark: None}).exclude(pk__in=reminded).order_by("pk"))
    if not late:
        raise NothingToRemind
    reminders = Reminder.objects.bulk_create(
        Reminder(receipt=receipt, stage=stage, made_at=now) for receipt in late
    )
    audit_write(
        actor,
        "messages.notice_reminded",
        notice.subject(),
        detail={"stage": str(stage.value), "people": len(late)},
    )
    kind = "messages.notice_overdue" if stage is Stage.OVERDUE else "messages.notice_near"
    event_emit(kind, notice.subject(), {"people": [receipt.person for receipt in late]})
    return reminders


def content_hash(notice: Notice) -> str:
    """Give the hash of what a notice says, as its sending wrote it into the audit trail."""
    said: list[Any] = [
        notice.key, notice.office_id, notice.sender, notice.sender_name, notice.sender_office, notice.sender_post,
        notice.title, notice.body, notice.urgency, notice.needs_acknowledgement, notice.deadline_on,
        notice.everybody, notice.corrects_id, notice.sent_at, notice.sent_on, notice.subject_kind,
        notice.subject_key, notice.subject_title, notice.subject_page,
    ]  # fmt: skip
    return canonical_hash(said)


# Inside


def _notice_make(actor: Viewer, draft: Draft, values: dict[str, Any], now: datetime) -> Notice:
    old = draft.corrects
    if old is not None and old.withdrawals.exists():
        raise NoticeOver
    return Notice.objects.create(
        key=draft.key, office_id=draft.office_id, sender=actor.key, sender_name=actor.name,
        sender_office=actor.office, sender_post=actor.post, title=values["title"], body=values["body"],
        urgency=values["urgency"], needs_acknowledgement=values["ask"] == Ask.ACKNOWLEDGE.value,
        deadline_on=values["deadline"], everybody=values["audience"] == AudienceKind.EVERYBODY.value, corrects=old,
        sent_at=now, sent_on=day_of(now), subject_kind=draft.subject_kind, subject_key=draft.subject_key,
        subject_title=draft.subject_title, subject_page=draft.subject_page,
    )  # fmt: skip


def _receipts_make(notice: Notice, values: dict[str, Any]) -> int:
    """Fix the audience and the recipients; how many there are."""
    reached = recipients_on(
        everybody=notice.everybody,
        office_keys=values["offices"],
        with_under=values["with_under"],
        on=notice.sent_on,
    )
    if not notice.everybody:
        Audience.objects.bulk_create(
            Audience(notice=notice, office_id=office.id, chosen=office.id in reached.chosen)
            for office in reached.offices
        )
    receipts = [
        Receipt(
            notice=notice, person=person, person_name=holder.staff_name, office_id=holder.office_id,
            post=holder.post_title, made_at=notice.sent_at,
        )
        for person, holder in reached.holders.items()
    ]  # fmt: skip
    if not receipts:
        raise NoRecipients
    if notice.corrects is not None:
        receipts += _receipts_of_old(notice, notice.corrects, {receipt.person for receipt in receipts})
    Receipt.objects.bulk_create(receipts, batch_size=500)
    return len(receipts)


def _receipts_of_old(notice: Notice, before: Notice, known: set[str]) -> Iterable[Receipt]:
    """Whoever got the wrong text gets the right one, wherever they are by now."""
    return [
        Receipt(
            notice=notice, person=old.person, person_name=old.person_name, office_id=old.office_id, post=old.post,
            joined=old.joined, made_at=notice.sent_at,
        )
        for old in Receipt.objects.filter(~Q(person__in=known), notice=before).order_by("pk")
    ]  # fmt: skip
