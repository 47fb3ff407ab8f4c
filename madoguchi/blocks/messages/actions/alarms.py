"""Alarms: notices of the house itself, to the persons whom they concern and not to their offices."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from madoguchi.blocks.messages.actions.refusals import NoRecipients
from madoguchi.blocks.messages.actions.sending import content_hash
from madoguchi.blocks.messages.models import Notice, Receipt
from madoguchi.blocks.messages.recipients import person_key
from madoguchi.blocks.messages.types import Urgency
from madoguchi.blocks.people.types import Holder
from madoguchi.kernel.actions import action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.outbox import event_emit
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kernel.subjects import Subject
from madoguchi.kit.check_characters import receipt_number


@action("messages.alarm_send")
def alarm_send(
    *, actor: Viewer, title: str, body: str, about: Subject, holders: Iterable[Holder], now: datetime
) -> Notice:
    """
    Tell persons at once of something that happened: an urgent notice that each of them has to acknowledge.

    It stands under the office of the first of them, so that nobody whom it is about can withdraw it.

    :param holders: whom to tell, the first post of each counts.
    :raises NotAllowed: only the house itself raises alarms.
    :raises NoRecipients: there is nobody to tell.
    """
    if actor.kind != "system":
        raise NotAllowed(f"{actor.key}: alarm")
    told: dict[str, Holder] = {}
    for holder in holders:
        told.setdefault(person_key(holder.staff_key), holder)
    if not told:
        raise NoRecipients
    notice = Notice.objects.create(
        key=receipt_number(secrets.token_bytes(16)), office_id=next(iter(told.values())).office_id,
        sender=actor.key, sender_name=actor.name, title=title, body=body, urgency=Urgency.URGENT,
        sent_at=now, sent_on=day_of(now), subject_kind=about.kind, subject_key=about.key,
        subject_title=about.title or title, subject_page=about.page,
    )  # fmt: skip
    Receipt.objects.bulk_create(
        Receipt(
            notice=notice, person=person, person_name=holder.staff_name, office_id=holder.office_id,
            post=holder.post_title, made_at=now,
        )
        for person, holder in told.items()
    )  # fmt: skip
    detail = {"content": content_hash(notice), "recipients": len(told), "deadline_on": None}
    audit_write(actor, "messages.notice_sent", notice.subject(), detail=detail)
    payload = {"deadline_on": None, "recipients": len(told), "corrects": None}
    event_emit("messages.notice_sent", notice.subject(), payload)
    return notice
