"""The invariants of ``messages/models.py`` that the database holds, by raw SQL past every Python check."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from madoguchi.blocks.messages.models import Audience, Draft, Notice, Receipt, Reminder, Withdrawal
from madoguchi.blocks.messages.testing import draft_make, notice_make, receipt_make
from madoguchi.blocks.people.testing import NOW, office_make
from madoguchi.kernel.actions import constraint_of

pytestmark = pytest.mark.django_db
_numbers = itertools.count(1)


@contextmanager
def refused(constraint: str) -> Iterator[None]:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        yield
    assert constraint_of(caught.value) == constraint


def copy(row: Any, **changed: Any) -> None:
    """Insert a row like another one, with some columns changed."""
    with connection.cursor() as cursor:
        fields = [field for field in row._meta.concrete_fields if not field.primary_key]
        values = {
            field.column: field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields
        }
        if "key" in values:
            values["key"] = f"copy-{next(_numbers)}"
        for name, value in changed.items():
            field = row._meta.get_field(name)
            values[field.column] = field.get_db_prep_save(value, connection)
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("%s" for _ in values)
        cursor.execute(
            f'INSERT INTO "{row._meta.db_table}" ({names}) VALUES ({marks})', list(values.values())
        )


def test_a_deadline_is_not_before_sending() -> None:
    notice = notice_make()
    copy(notice, deadline_on=notice.sent_on)
    copy(notice, deadline_on=None)
    with refused("notice_deadline_not_before_sending"):
        copy(notice, deadline_on=notice.sent_on - timedelta(days=1))


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("notice_has_title", {"title": ""}),
        ("notice_has_body", {"body": ""}),
        ("notice_urgency_known", {"urgency": "whenever"}),
    ],
)
def test_a_notice_says_something(constraint: str, change: dict[str, Any]) -> None:
    notice = notice_make()
    copy(notice)
    with refused(constraint):
        copy(notice, **change)


def test_a_notice_is_corrected_once_and_not_by_itself() -> None:
    notice = notice_make()
    correction = notice_make(corrects=notice)
    with refused("notice_corrected_once"):
        copy(correction)
    with refused("notice_corrects_another"), connection.cursor() as cursor:
        cursor.execute("UPDATE notices_notice SET corrects_id = id WHERE id = %s", [notice.pk])


def test_keys_stand_once() -> None:
    notice, draft = notice_make(), draft_make(office_id=office_make().pk)
    with refused("notice_key_once"):
        copy(notice, key=notice.key)
    with refused("draft_key_once"):
        copy(draft, key=draft.key)
    with refused("draft_revision_from_one"):
        copy(draft, revision=0)


def test_one_correction_is_written_at_a_time() -> None:
    notice = notice_make()
    draft = draft_make(office_id=notice.office_id, corrects=notice)
    with refused("draft_corrects_once"):
        copy(draft)


def test_an_office_is_addressed_once() -> None:
    audience = Audience.objects.create(notice=notice_make(), office=office_make())
    with refused("audience_office_once"):
        copy(audience)


def test_one_receipt_per_person_and_notice() -> None:
    receipt = receipt_make(notice=notice_make())
    copy(receipt, person="staff:another")
    copy(receipt, notice=notice_make().pk)
    with refused("receipt_once_per_person"):
        copy(receipt)


def test_nothing_is_read_before_the_receipt_was_made() -> None:
    receipt = receipt_make(notice=notice_make())
    copy(receipt, person="staff:at-once", read_at=NOW)
    with refused("receipt_read_after_made"):
        copy(receipt, person="staff:early", read_at=NOW - timedelta(seconds=1))


def test_acknowledged_implies_read_before() -> None:
    receipt = receipt_make(notice=notice_make())
    later = NOW + timedelta(minutes=1)
    copy(receipt, person="staff:good", read_at=NOW, acknowledged_at=later)
    with refused("receipt_acknowledged_is_read"):
        copy(receipt, person="staff:unread", read_at=None, acknowledged_at=later)
    with refused("receipt_acknowledged_is_read"):
        copy(receipt, person="staff:backwards", read_at=later, acknowledged_at=NOW)


def test_one_reminder_per_person_and_stage() -> None:
    receipt = receipt_make(notice=notice_make(deadline_on=date(2026, 5, 29)))
    reminder = Reminder.objects.create(receipt=receipt, stage="near", made_at=NOW)
    copy(reminder, stage="overdue")
    with refused("reminder_once_per_stage"):
        copy(reminder)
    with refused("reminder_stage_known"):
        copy(reminder, stage="someday")


def test_a_withdrawal_has_a_reason_and_stands_once() -> None:
    withdrawal = Withdrawal.objects.create(
        notice=notice_make(), reason="日付の誤り", withdrawn_at=NOW, by="staff:s1"
    )
    with refused("withdrawal_once"):
        copy(withdrawal)
    with refused("withdrawal_has_reason"):
        copy(withdrawal, notice=notice_make().pk, reason="")


def test_nothing_that_was_sent_can_be_deleted_with_something_else() -> None:
    notice = notice_make(audience=[office_make().pk])
    receipt = receipt_make(notice=notice)
    Reminder.objects.create(receipt=receipt, stage="near", made_at=NOW)
    for row in (notice, receipt, notice.office):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.delete()
    assert Notice.objects.filter(pk=notice.pk).exists()
    assert Receipt.objects.filter(pk=receipt.pk).exists()


def test_a_draft_keeps_what_was_typed_valid_or_not() -> None:
    draft = draft_make(office_id=office_make().pk)
    again = Draft.objects.get(pk=draft.pk)
    assert again.content() == draft.content()
    assert isinstance(again.changed_at, datetime)
