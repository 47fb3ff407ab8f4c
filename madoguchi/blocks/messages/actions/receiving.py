"""Reading and acknowledging."""

from __future__ import annotations

from datetime import datetime

from madoguchi.blocks.messages.actions.refusals import (
    AlreadyAcknowledged,
    AlreadyRead,
    NothingToAcknowledge,
    NoticeOver,
)
from madoguchi.blocks.messages.models import Receipt
from madoguchi.blocks.messages.queries import notice_addressed, open_receipts
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.outbox import event_emit
from madoguchi.kernel.rights import NotAllowed, Viewer


@action("messages.notice_read", raises={"receipt_once_per_person": AlreadyRead})
def notice_read(*, actor: Viewer, notice_key: str, now: datetime) -> Receipt:
    """
    Note that the actor has read a notice; who came by post later gets a receipt by this.

    :raises NotAllowed: the notice is not addressed to the actor.
    :raises AlreadyRead: the mark is there.
    :raises NoticeOver: it was withdrawn or corrected.
    """
    receipt = _receipt(actor, notice_key, now)
    if not open_receipts().filter(pk=receipt.pk, read_at=None).update(read_at=now):
        raise _why_not(receipt, AlreadyRead)
    receipt.read_at = now
    audit_write(actor, "messages.notice_read", receipt.notice.subject())
    return receipt


@action("messages.notice_acknowledge", raises={"receipt_once_per_person": AlreadyAcknowledged})
def notice_acknowledge(*, actor: Viewer, notice_key: str, now: datetime) -> Receipt:
    """
    Note that the actor has taken notice and will act on it; this is a read mark too.

    :raises NotAllowed: the notice is not addressed to the actor.
    :raises NothingToAcknowledge: it asks only to be read.
    :raises AlreadyAcknowledged: the mark is there.
    :raises NoticeOver: it was withdrawn or corrected.
    """
    receipt = _receipt(actor, notice_key, now)
    notice = receipt.notice
    if not notice.needs_acknowledgement:
        raise NothingToAcknowledge
    still = open_receipts().filter(pk=receipt.pk, acknowledged_at=None)
    changed = still.filter(read_at=None).update(read_at=now, acknowledged_at=now) or still.update(
        acknowledged_at=now
    )
    if not changed:
        raise _why_not(receipt, AlreadyAcknowledged)
    receipt.acknowledged_at = now
    audit_write(actor, "messages.notice_acknowledged", notice.subject())
    in_time = None if notice.deadline_on is None else not notice.is_over(day_of(now))
    event_emit(
        "messages.notice_acknowledged", notice.subject(), {"person": receipt.person, "in_time": in_time}
    )
    return receipt


# Inside


def _receipt(actor: Viewer, notice_key: str, now: datetime) -> Receipt:
    """Find the actor's receipt; who came by post later gets one now."""
    notice = notice_addressed(viewer=actor, key=notice_key)
    if notice is None:
        raise NotAllowed(f"notice {notice_key}")
    known = Receipt.objects.select_related("notice").filter(notice=notice, person=actor.key).first()
    if known is not None:
        return known
    return Receipt.objects.create(
        notice=notice, person=actor.key, person_name=actor.name, office_id=actor.office_id or 0, post=actor.post,
        joined=True, made_at=now,
    )  # fmt: skip


def _why_not(receipt: Receipt, otherwise: type[Refused]) -> Refused:
    return otherwise() if open_receipts().filter(pk=receipt.pk).exists() else NoticeOver()
