"""
The life of notices, in every order: drafts, sendings, marks, corrections, withdrawals and days going by.

A plain model in Python says what must be so; the database must agree after every step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from madoguchi.blocks.messages import actions, queries
from madoguchi.blocks.messages.deadlines import stage_on
from madoguchi.blocks.messages.models import Notice, Receipt, Reminder, Withdrawal
from madoguchi.blocks.messages.testing import READ, SEND, TYPED, member_make
from madoguchi.blocks.messages.types import Ask
from madoguchi.blocks.people.testing import NOW, office_make
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.models import AuditRow
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kernel.stamps import stamped_forget
from madoguchi.kit.wareki import wareki_format
from madoguchi.kit.workdays import business_day_from

Sql = Callable[..., Any]


class NoRewriting:
    """Refuses every statement that would change or remove what was sent."""

    def __call__(self, execute: Sql, sql: str, params: Any, many: bool, context: Any) -> Any:
        for table in ("notices_notice", "notices_audience", "notices_withdrawal", "notices_reminder"):
            for verb in ("UPDATE", "DELETE FROM"):
                assert not sql.startswith(f'{verb} "{table}"'), sql
        return execute(sql, params, many, context)


class NoticeLife(RuleBasedStateMachine):
    drafts = Bundle("drafts")
    notices = Bundle("notices")

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.watch = connection.execute_wrapper(NoRewriting())
        self.watch.__enter__()
        stamped_forget()
        self.now: datetime = NOW
        self.marks: dict[tuple[str, str], tuple[datetime | None, datetime | None]] = {}
        self.fixed: dict[str, set[str]] = {}
        self.withdrawn: set[str] = set()
        self.replaced: dict[str, str] = {}
        self.looked = 0

    def teardown(self) -> None:
        self.watch.__exit__(None, None, None)
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        stamped_forget()

    @initialize()
    def city_hall(self) -> None:
        self.offices = [office_make(), office_make()]
        self.sender = member_make(READ, SEND)
        self.people = [member_make(READ, office=office) for office in self.offices for _ in range(2)]

    def as_of_now(self, viewer: Viewer) -> Viewer:
        return replace(viewer, on=day_of(self.now))

    def stands(self, key: str) -> bool:
        return key not in self.withdrawn and key not in self.replaced

    # Steps

    @rule(hours=st.integers(1, 60))
    def time_goes_by(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(which=st.integers(0, 1))
    def somebody_joins(self, which: int) -> None:
        if len(self.people) < 8:
            self.people.append(member_make(READ, office=self.offices[which]))

    @rule(
        target=drafts,
        chosen=st.sets(st.integers(0, 1)),
        days=st.one_of(st.none(), st.integers(-3, 12)),
        ask=st.sampled_from(Ask.values),
        title=st.sampled_from(["", "研修", "調査"]),
    )
    def draft(self, chosen: set[int], days: int | None, ask: str, title: str) -> str:
        deadline = (
            "" if days is None else wareki_format(business_day_from(day_of(self.now) + timedelta(days=days)))
        )
        typed = replace(
            TYPED,
            title=title,
            deadline=deadline,
            ask=ask,
            offices=tuple(self.offices[n].key for n in sorted(chosen)),
        )
        return actions.notice_draft_save(actor=self.as_of_now(self.sender), typed=typed, now=self.now).key

    @rule(target=notices, key=consumes(drafts))
    def send(self, key: str) -> str:
        sender = self.as_of_now(self.sender)
        draft = queries.draft_for(viewer=sender, key=key)
        assert draft is not None
        typed, old = draft.content(), draft.corrects
        people = {
            person.key for person in self.people
            if person.office_id in {office.pk for office in self.offices if office.key in typed.offices}
        }  # fmt: skip
        try:
            notice = actions.notice_send(actor=sender, draft_key=key, revision=draft.revision, now=self.now)
        except actions.NoticeIncomplete as refused:
            wrong = set(refused.details["errors"])
            expected = {
                "title": not typed.title,
                "offices": not typed.offices,
                "deadline": "deadline" in wrong,
            }
            assert wrong == {field for field, is_wrong in expected.items() if is_wrong}
            return key
        except actions.NoticeOver:
            assert old is not None
            assert old.key in self.withdrawn
            return key
        assert typed.title
        assert people
        if old is not None:
            assert self.stands(old.key)
            self.replaced[old.key] = key
            people |= self.everybody_with_receipt(old.key)
        assert set(notice.receipts.values_list("person", flat=True)) == people
        self.fixed[key] = set(notice.receipts.filter(joined=False).values_list("person", flat=True))
        return key

    @rule(key=notices, who=st.integers(0, 7), acknowledge=st.booleans())
    def mark(self, key: str, who: int, acknowledge: bool) -> None:
        person = self.as_of_now(self.people[who % len(self.people)])
        mark = actions.notice_acknowledge if acknowledge else actions.notice_read
        notice = Notice.objects.filter(key=key).first()
        before = self.marks.get((key, person.key), (None, None))
        try:
            mark(actor=person, notice_key=key, now=self.now)
        except NotAllowed:
            assert notice is None or person.key not in self.everybody_with_receipt(key)
        except actions.NoticeOver:
            assert not self.stands(key)
        except actions.NothingToAcknowledge:
            assert notice is not None
            assert acknowledge
            assert not notice.needs_acknowledgement
        except actions.AlreadyRead:
            assert before[0] is not None
        except actions.AlreadyAcknowledged:
            assert before[1] is not None
        else:
            assert self.stands(key)
            assert before[1 if acknowledge else 0] is None
            self.marks[key, person.key] = (before[0] or self.now, self.now if acknowledge else before[1])

    @rule(key=notices)
    def withdraw(self, key: str) -> None:
        try:
            actions.notice_withdraw(
                actor=self.as_of_now(self.sender), notice_key=key, reason="誤り", now=self.now
            )
        except NotAllowed:
            assert not Notice.objects.filter(key=key).exists()
        except actions.AlreadyWithdrawn:
            assert key in self.withdrawn
        except actions.AlreadyCorrected:
            assert key in self.replaced
        else:
            assert self.stands(key)
            self.withdrawn.add(key)

    @rule(target=drafts, key=notices)
    def correct(self, key: str) -> str:
        # A refusal gives back a draft that is there in any case, so that the bundle holds drafts only.
        try:
            return actions.notice_correct(actor=self.as_of_now(self.sender), notice_key=key, now=self.now).key
        except actions.CorrectionUnderWay:
            assert self.stands(key)
        except (NotAllowed, Refused):
            assert not Notice.objects.filter(key=key).exists() or not self.stands(key)
        return actions.notice_draft_save(actor=self.as_of_now(self.sender), typed=TYPED, now=self.now).key

    @rule(key=notices)
    def remind(self, key: str) -> None:
        notice = Notice.objects.filter(key=key).first()
        known = set(Reminder.objects.values_list("receipt_id", "stage"))
        try:
            reminders = actions.notice_remind(actor=self.as_of_now(self.sender), notice_key=key, now=self.now)
        except NotAllowed:
            assert notice is None
        except actions.NoticeOver:
            assert not self.stands(key)
        except actions.NotNearYet:
            assert notice is not None
            assert stage_on(notice.deadline_on, day_of(self.now)) is None
        except actions.NothingToRemind:
            pass
        else:
            assert self.stands(key)
            assert not known & {(row.receipt_id, row.stage) for row in reminders}
            for row in reminders:
                assert not row.receipt.acknowledged_at

    # What must be so, always

    def everybody_with_receipt(self, key: str) -> set[str]:
        return set(Receipt.objects.filter(notice__key=key).values_list("person", flat=True))

    @invariant()
    def what_was_sent_says_what_the_audit_says(self) -> None:
        rows = AuditRow.objects.filter(event="messages.notice_sent").values_list("subject_key", "detail")
        said = dict(rows)
        for notice in Notice.objects.all():
            assert actions.content_hash(notice) in said[notice.key]

    @invariant()
    def marks_are_as_they_were_made(self) -> None:
        found = {
            (receipt.notice.key, receipt.person): (receipt.read_at, receipt.acknowledged_at)
            for receipt in Receipt.objects.select_related("notice")
        }
        assert {where: marks for where, marks in found.items() if marks[0]} == self.marks

    @invariant()
    def recipients_stay_fixed(self) -> None:
        for key, people in self.fixed.items():
            assert (
                set(Receipt.objects.filter(notice__key=key, joined=False).values_list("person", flat=True))
                == people
            )

    @invariant()
    def nothing_is_lost_by_withdrawing(self) -> None:
        assert set(Withdrawal.objects.values_list("notice__key", flat=True)) == self.withdrawn
        assert set(Notice.objects.values_list("key", flat=True)) == set(self.fixed)

    @invariant()
    def only_what_stands_waits(self) -> None:
        # One person per step: the query is the dearest thing here, and the steps are many.
        self.looked += 1
        people = getattr(self, "people", [])
        for person in people and [people[self.looked % len(people)]]:
            viewer = self.as_of_now(person)
            waiting = list(queries.notices_for(viewer=viewer, waiting=True))
            assert queries.notices_waiting(viewer=viewer).count == len(waiting)
            for notice in waiting:
                read, acknowledged = self.marks.get((notice.key, person.key), (None, None))
                assert self.stands(notice.key)
                assert not (acknowledged if notice.needs_acknowledgement else read)


@pytest.mark.slow
@pytest.mark.django_db
def test_the_life_of_notices() -> None:
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        NoticeLife,
        settings=settings(
            max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=checks
        ),
    )
