"""Each action on notices, allowed and refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from madoguchi.blocks.messages import actions, queries
from madoguchi.blocks.messages.models import Audience, Draft, Notice, Receipt, Reminder, Withdrawal
from madoguchi.blocks.messages.testing import (
    ABOUT,
    READ,
    SEND,
    TYPED,
    draft_make,
    member_make,
    notice_make,
    receipt_make,
)
from madoguchi.blocks.messages.types import AudienceKind, NoticeTyped
from madoguchi.blocks.people.testing import DAY, NOW, holding_make, office_make, post_make, staff_make
from madoguchi.kernel.models import AuditRow, OutboxEvent
from madoguchi.kernel.rights import NotAllowed, Viewer, anonymous_viewer, system_viewer
from madoguchi.kit.check_characters import my_number_fits

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)


def my_number() -> str:
    return next(
        text
        for text in (f"{n:012d}" for n in range(100_000_000_000, 100_000_000_100))
        if my_number_fits(text)
    )


def audit_events(subject_key: str) -> list[str]:
    return list(
        AuditRow.objects.filter(subject_key=subject_key).order_by("pk").values_list("event", flat=True)
    )


def outbox_kinds(subject_key: str) -> list[str]:
    return list(
        OutboxEvent.objects.filter(subject_key=subject_key).order_by("pk").values_list("kind", flat=True)
    )


def sent(sender: Viewer, *, now: datetime = NOW, **changes: Any) -> Notice:
    draft = actions.notice_draft_save(actor=sender, typed=replace(TYPED, **changes), now=now)
    return actions.notice_send(actor=sender, draft_key=draft.key, revision=draft.revision, now=now)


# Drafts


def test_a_draft_keeps_anything_and_only_senders_see_it() -> None:
    sender, colleague = member_make(SEND), member_make(SEND)
    odd = NoticeTyped(title="", body="  途中\n", deadline="らいしゅう", urgency="?", offices=("nowhere",))
    draft = actions.notice_draft_save(actor=sender, typed=odd, about=ABOUT, now=NOW)
    assert Draft.objects.get(key=draft.key).content() == odd
    assert draft.about() == ABOUT
    assert audit_events(draft.key) == ["messages.draft_saved"]
    for stranger in (colleague, member_make(READ), anonymous_viewer(on=DAY)):
        with pytest.raises(NotAllowed):
            actions.notice_draft_save(actor=stranger, typed=odd, draft_key=draft.key, revision=1, now=NOW)
        with pytest.raises(NotAllowed):
            actions.notice_draft_discard(actor=stranger, draft_key=draft.key, now=NOW)
        with pytest.raises(NotAllowed):
            actions.notice_draft_save(actor=stranger, typed=odd, office_id=sender.office_id, now=NOW)


def test_two_colleagues_do_not_overwrite_each_other_unseen() -> None:
    sender = member_make(SEND)
    draft = actions.notice_draft_save(actor=sender, typed=TYPED, now=NOW)
    mine = replace(TYPED, title="わたしの版")
    saved = actions.notice_draft_save(actor=sender, typed=mine, draft_key=draft.key, revision=1, now=LATER)
    assert saved.revision == 2
    with pytest.raises(actions.DraftMoved):
        actions.notice_draft_save(actor=sender, typed=TYPED, draft_key=draft.key, revision=1, now=LATER)
    assert Draft.objects.get(key=draft.key).content() == mine
    actions.notice_draft_discard(actor=sender, draft_key=draft.key, now=LATER)
    with pytest.raises(NotAllowed):
        actions.notice_draft_save(actor=sender, typed=TYPED, draft_key=draft.key, revision=2, now=LATER)


@pytest.mark.parametrize("field", ["title", "body", "deadline"])
def test_a_my_number_is_never_stored(field: str) -> None:
    sender = member_make(SEND)
    with pytest.raises(actions.MyNumberTyped) as caught:
        actions.notice_draft_save(
            actor=sender, typed=replace(TYPED, **{field: f"番号 {my_number()}"}), now=NOW
        )
    assert caught.value.details["field"] == field
    notice = notice_make(office_id=sender.office_id)
    with pytest.raises(actions.MyNumberTyped):
        actions.notice_withdraw(actor=sender, notice_key=notice.key, reason=my_number(), now=NOW)
    assert not Draft.objects.exists()
    assert not Withdrawal.objects.exists()


def test_a_flood_of_text_is_refused() -> None:
    with pytest.raises(actions.TooLong):
        actions.notice_draft_save(actor=member_make(SEND), typed=replace(TYPED, body="あ" * 100_001), now=NOW)


# Sending


def test_sending_fixes_the_holders_of_that_day() -> None:
    upper = office_make()
    lower = office_make(parent=upper)
    beside = office_make()
    head, clerk, other = (
        member_make(READ, office=upper),
        member_make(READ, office=lower),
        member_make(READ, office=beside),
    )
    gone = holding_make(post=post_make(office=upper), ends_on=NOW.date())
    sender = member_make(SEND)
    notice = sent(sender, offices=(upper.key,))
    people = set(notice.receipts.values_list("person", flat=True))
    assert people == {head.key, clerk.key}
    assert f"staff:{gone.staff.key}" not in people
    assert set(notice.audience.values_list("office_id", "chosen")) == {(upper.pk, True), (lower.pk, False)}
    assert (notice.sender, notice.sender_office, notice.sender_post) == (
        sender.key,
        sender.office,
        sender.post,
    )
    assert notice.deadline_on == date(2026, 5, 29)
    assert not Draft.objects.exists()
    assert audit_events(notice.key) == ["messages.draft_saved", "messages.notice_sent"]
    assert OutboxEvent.objects.get(subject_key=notice.key).payload == {
        "deadline_on": "2026-05-29", "recipients": 2, "corrects": None,
    }  # fmt: skip
    with pytest.raises(NotAllowed):
        actions.notice_read(actor=other, notice_key=notice.key, now=LATER)


def test_only_the_chosen_offices_when_nothing_under_them_is_wanted() -> None:
    upper = office_make()
    lower = office_make(parent=upper)
    head, clerk = member_make(office=upper), member_make(office=lower)
    notice = sent(member_make(SEND), offices=(upper.key,), with_under=False)
    assert set(notice.receipts.values_list("person", flat=True)) == {head.key}
    everybody = sent(member_make(SEND), audience=AudienceKind.EVERYBODY.value, offices=())
    assert {head.key, clerk.key} <= set(everybody.receipts.values_list("person", flat=True))
    assert not everybody.audience.exists()


def test_somebody_with_two_posts_gets_one_notice_by_the_main_post() -> None:
    first, second = office_make(), office_make()
    staff = staff_make()
    holding_make(post=post_make(office=second, rank=80), staff=staff, kind="concurrent")
    holding_make(post=post_make(office=first, rank=10), staff=staff)
    for offices in ((first.key, second.key), (second.key, first.key)):
        notice = sent(member_make(SEND), offices=offices)
        assert notice.receipts.get().office_id == first.pk
    assert sent(member_make(SEND), offices=(second.key,)).receipts.get().office_id == second.pk


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("title", {"title": " "}),
        ("title", {"title": "あ" * 121}),
        ("body", {"body": ""}),
        ("deadline", {"deadline": "令和8年5月11日"}),
        ("deadline", {"deadline": "令和8年5月30日"}),
        ("deadline", {"deadline": "令和11年5月30日"}),
        ("deadline", {"deadline": "5月30日"}),
        ("urgency", {"urgency": "whenever"}),
        ("ask", {"ask": ""}),
        ("audience", {"audience": "x"}),
        ("offices", {"offices": ()}),
        ("offices", {"offices": ("no-such-office",)}),
    ],
)
def test_what_is_not_complete_is_not_sent_and_not_lost(field: str, changes: dict[str, Any]) -> None:
    office = office_make()
    member_make(office=office)
    sender = member_make(SEND)
    typed = replace(TYPED, **{"offices": (office.key,), **changes})
    draft = actions.notice_draft_save(actor=sender, typed=typed, now=NOW)
    with pytest.raises(actions.NoticeIncomplete) as caught:
        actions.notice_send(actor=sender, draft_key=draft.key, revision=1, now=NOW)
    assert list(caught.value.details["errors"]) == [field]
    assert Draft.objects.get(key=draft.key).content() == typed
    assert not Notice.objects.exists()


def test_a_closed_day_is_answered_with_the_next_open_one() -> None:
    office = office_make()
    sender = member_make(SEND)
    draft = draft_make(
        office_id=sender.office_id or 0, typed=replace(TYPED, deadline="2026-05-30", offices=(office.key,))
    )
    with pytest.raises(actions.NoticeIncomplete) as caught:
        actions.notice_send(actor=sender, draft_key=draft.key, revision=1, now=NOW)
    assert "令和8年6月1日" in str(caught.value.details["errors"])


def test_a_notice_for_nobody_is_not_sent() -> None:
    empty = office_make()
    sender = member_make(SEND)
    draft = draft_make(office_id=sender.office_id or 0, typed=replace(TYPED, offices=(empty.key,)))
    with pytest.raises(actions.NoRecipients):
        actions.notice_send(actor=sender, draft_key=draft.key, revision=1, now=NOW)
    assert Draft.objects.filter(key=draft.key).exists()


def test_a_draft_is_sent_once_and_only_as_previewed() -> None:
    office = office_make()
    member_make(office=office)
    sender = member_make(SEND)
    draft = draft_make(office_id=sender.office_id or 0, typed=replace(TYPED, offices=(office.key,)))
    with pytest.raises(actions.DraftMoved):
        actions.notice_send(actor=sender, draft_key=draft.key, revision=2, now=NOW)
    with pytest.raises(NotAllowed):
        actions.notice_send(actor=member_make(SEND), draft_key=draft.key, revision=1, now=NOW)
    notice = actions.notice_send(actor=sender, draft_key=draft.key, revision=1, now=NOW)
    assert notice.key == draft.key
    with pytest.raises(NotAllowed):
        actions.notice_send(actor=sender, draft_key=draft.key, revision=1, now=NOW)


def test_the_house_itself_may_send_in_the_name_of_an_office() -> None:
    office = office_make()
    member_make(office=office)
    house = system_viewer(on=DAY, duty="計画の実績の照会")
    with pytest.raises(NotAllowed):
        actions.notice_draft_save(actor=house, typed=TYPED, now=NOW)
    draft = actions.notice_draft_save(
        actor=house,
        typed=replace(TYPED, offices=(office.key,)),
        office_id=office_make().pk,
        about=ABOUT,
        now=NOW,
    )
    notice = actions.notice_send(actor=house, draft_key=draft.key, revision=1, now=NOW)
    assert notice.about() == ABOUT
    assert notice.sender == "system"


# Reading and acknowledging


def test_marks_are_set_once_and_acknowledging_reads() -> None:
    reader, notice = member_make(READ), notice_make(deadline_on=date(2026, 5, 29))
    receipt = receipt_make(notice=notice, person=reader)
    actions.notice_read(actor=reader, notice_key=notice.key, now=NOW)
    with pytest.raises(actions.AlreadyRead):
        actions.notice_read(actor=reader, notice_key=notice.key, now=LATER)
    actions.notice_acknowledge(actor=reader, notice_key=notice.key, now=LATER)
    with pytest.raises(actions.AlreadyAcknowledged):
        actions.notice_acknowledge(actor=reader, notice_key=notice.key, now=LATER)
    receipt.refresh_from_db()
    assert (receipt.read_at, receipt.acknowledged_at) == (NOW, LATER)
    assert audit_events(notice.key) == ["messages.notice_read", "messages.notice_acknowledged"]
    assert outbox_kinds(notice.key) == ["messages.notice_acknowledged"]
    assert OutboxEvent.objects.get().payload == {"person": reader.key, "in_time": True}
    quick = member_make(READ)
    second = receipt_make(notice=notice, person=quick)
    actions.notice_acknowledge(actor=quick, notice_key=notice.key, now=LATER)
    second.refresh_from_db()
    assert (second.read_at, second.acknowledged_at) == (LATER, LATER)


def test_only_the_addressed_may_mark() -> None:
    notice = notice_make(audience=[office_make().pk])
    receipt_make(notice=notice)
    without_right = member_make()
    receipt_make(notice=notice, person=without_right)
    for stranger in (
        member_make(READ),
        member_make(SEND),
        without_right,
        anonymous_viewer(on=DAY),
        system_viewer(on=DAY, duty="試験"),
    ):
        for mark in (actions.notice_read, actions.notice_acknowledge):
            with pytest.raises(NotAllowed):
                mark(actor=stranger, notice_key=notice.key, now=LATER)
    with pytest.raises(NotAllowed):
        actions.notice_read(actor=member_make(READ), notice_key="no-such-key", now=LATER)


def test_a_notice_to_read_needs_no_acknowledgement() -> None:
    reader, notice = member_make(READ), notice_make(needs_acknowledgement=False)
    receipt_make(notice=notice, person=reader)
    with pytest.raises(actions.NothingToAcknowledge):
        actions.notice_acknowledge(actor=reader, notice_key=notice.key, now=LATER)
    actions.notice_read(actor=reader, notice_key=notice.key, now=LATER)
    assert not queries.notices_waiting(viewer=reader).count


def test_who_comes_later_sees_it_by_post_and_gets_a_receipt_by_the_first_mark() -> None:
    office = office_make()
    member_make(READ, office=office)
    notice = sent(member_make(SEND), offices=(office.key,))
    newcomer = member_make(READ, office=office)
    assert [row.key for row in queries.notices_for(viewer=newcomer, waiting=True)] == [notice.key]
    assert notice.receipts.count() == 1, "looking writes nothing"
    actions.notice_acknowledge(actor=newcomer, notice_key=notice.key, now=LATER)
    receipt = notice.receipts.get(person=newcomer.key)
    assert receipt.joined
    assert receipt.acknowledged_at == LATER
    assert queries.notice_progress(viewer=system_viewer(on=DAY, duty="試験"), notice=notice).total == 1
    with pytest.raises(actions.AlreadyAcknowledged):
        actions.notice_acknowledge(actor=newcomer, notice_key=notice.key, now=LATER)


def test_by_post_ends_with_the_deadline_or_after_ninety_days() -> None:
    office = office_make()
    for notice, ends in (
        (notice_make(audience=[office.pk], deadline_on=date(2026, 5, 29)), date(2026, 5, 29)),
        (notice_make(audience=[office.pk]), NOW.date() + timedelta(days=90)),
    ):
        for on, seen in ((ends, True), (ends + timedelta(days=1), False)):
            newcomer = member_make(READ, office=office, on=on)
            assert queries.notices_for(viewer=newcomer).filter(pk=notice.pk).exists() is seen
            found = queries.notice_for(viewer=newcomer, key=notice.key)
            assert found is not None, "the office may still look at it"
            assert found.addressed is seen  # type: ignore[attr-defined]


# Withdrawing and correcting


def test_withdrawing_needs_a_reason_and_keeps_everything() -> None:
    sender, reader = member_make(SEND), member_make(READ)
    notice = notice_make(office_id=sender.office_id, audience=[reader.office_id or 0])
    receipt = receipt_make(notice=notice, person=reader, read_at=NOW)
    with pytest.raises(actions.ReasonMissing):
        actions.notice_withdraw(actor=sender, notice_key=notice.key, reason=" \n", now=LATER)
    for stranger in (reader, member_make(SEND)):
        with pytest.raises(NotAllowed):
            actions.notice_withdraw(actor=stranger, notice_key=notice.key, reason="誤り", now=LATER)
    actions.notice_withdraw(actor=sender, notice_key=notice.key, reason="日付の誤り", now=LATER)
    with pytest.raises(actions.AlreadyWithdrawn):
        actions.notice_withdraw(actor=sender, notice_key=notice.key, reason="もう一度", now=LATER)
    receipt.refresh_from_db()
    assert receipt.read_at == NOW
    assert outbox_kinds(notice.key) == ["messages.notice_withdrawn"]
    for mark in (actions.notice_read, actions.notice_acknowledge):
        with pytest.raises(actions.NoticeOver):
            mark(actor=reader, notice_key=notice.key, now=LATER)
    with pytest.raises(actions.NoticeOver):
        actions.notice_correct(actor=sender, notice_key=notice.key, now=LATER)
    assert not queries.notices_waiting(viewer=reader).count
    # By post it is not offered any more, so that there is nothing to mark; nothing was written by the refusals.
    with pytest.raises(NotAllowed):
        actions.notice_read(actor=member_make(READ), notice_key=notice.key, now=LATER)
    assert Receipt.objects.count() == 1


def test_a_correction_is_a_new_notice_that_reaches_whoever_got_the_old_one() -> None:
    office, other = office_make(), office_make()
    stays, moves = member_make(READ, office=office), member_make(READ)
    sender = member_make(SEND)
    old = notice_make(office_id=sender.office_id, audience=[office.pk], deadline_on=date(2026, 5, 29))
    for person in (stays, moves):
        receipt_make(notice=old, person=person)
    before = Notice.objects.filter(pk=old.pk).values().get()
    draft = actions.notice_correct(actor=sender, notice_key=old.key, now=LATER)
    assert draft.content().title == old.title
    assert draft.content().deadline == "令和8年5月29日"
    assert draft.content().offices == (office.key,)
    with pytest.raises(actions.CorrectionUnderWay) as caught:
        actions.notice_correct(actor=sender, notice_key=old.key, now=LATER)
    assert caught.value.details["draft_key"] == draft.key
    typed = replace(draft.content(), body="正しい本文です。", offices=(other.key, office.key))
    newcomer = member_make(READ, office=other)
    draft = actions.notice_draft_save(actor=sender, typed=typed, draft_key=draft.key, revision=1, now=LATER)
    new = actions.notice_send(actor=sender, draft_key=draft.key, revision=2, now=LATER)
    assert new.corrects == old
    assert set(new.receipts.values_list("person", flat=True)) == {stays.key, moves.key, newcomer.key}
    assert Notice.objects.filter(pk=old.pk).values().get() == before, "the old one stays as it was"
    shown = queries.notice_for(viewer=stays, key=old.key)
    assert shown is not None
    assert shown.replaced_by == new.key  # type: ignore[attr-defined]
    assert [row.key for row in queries.notices_for(viewer=stays, waiting=True)] == [new.key]
    with pytest.raises(actions.NoticeOver):
        actions.notice_acknowledge(actor=stays, notice_key=old.key, now=LATER)
    for refused in (actions.notice_correct, actions.notice_withdraw):
        more = {"reason": "誤り"} if refused is actions.notice_withdraw else {}
        with pytest.raises(actions.AlreadyCorrected):
            refused(actor=sender, notice_key=old.key, now=LATER, **more)  # type: ignore[operator]


def test_a_correction_of_a_notice_withdrawn_meanwhile_is_not_sent() -> None:
    office = office_make()
    member_make(office=office)
    sender = member_make(SEND)
    old = notice_make(office_id=sender.office_id, audience=[office.pk])
    draft = actions.notice_correct(actor=sender, notice_key=old.key, now=NOW)
    actions.notice_withdraw(actor=sender, notice_key=old.key, reason="中止", now=NOW)
    with pytest.raises(actions.NoticeOver):
        actions.notice_send(actor=sender, draft_key=draft.key, revision=1, now=LATER)


# Reminding


def test_one_reminder_per_person_and_stage() -> None:
    sender = member_make(SEND)
    notice = notice_make(office_id=sender.office_id, deadline_on=date(2026, 5, 29))
    late, done = receipt_make(notice=notice), receipt_make(notice=notice, acknowledged_at=LATER)

    def remind(on: date) -> list[str]:
        now = datetime.combine(on, NOW.timetz())
        return [row.stage for row in actions.notice_remind(actor=sender, notice_key=notice.key, now=now)]

    with pytest.raises(actions.NotNearYet):
        remind(date(2026, 5, 26))
    assert remind(date(2026, 5, 27)) == ["near"]
    with pytest.raises(actions.NothingToRemind):
        remind(date(2026, 5, 29))
    assert remind(date(2026, 5, 30)) == ["overdue"]
    with pytest.raises(actions.NothingToRemind):
        remind(date(2026, 6, 30))
    assert set(Reminder.objects.values_list("receipt_id", "stage")) == {
        (late.pk, "near"),
        (late.pk, "overdue"),
    }
    assert outbox_kinds(notice.key) == ["messages.notice_near", "messages.notice_overdue"]
    assert OutboxEvent.objects.order_by("pk")[0].payload == {"people": [late.person]}
    assert done.reminders.count() == 0


def test_nobody_is_reminded_without_deadline_right_or_need() -> None:
    sender = member_make(SEND)
    plain = notice_make(office_id=sender.office_id)
    over = notice_make(office_id=sender.office_id, deadline_on=date(2026, 5, 12))
    for notice in (plain, over):
        receipt_make(notice=notice)
    with pytest.raises(actions.NotNearYet):
        actions.notice_remind(actor=sender, notice_key=plain.key, now=NOW)
    with pytest.raises(NotAllowed):
        actions.notice_remind(actor=member_make(SEND, READ), notice_key=over.key, now=NOW)
    actions.notice_withdraw(actor=sender, notice_key=over.key, reason="中止", now=NOW)
    with pytest.raises(actions.NoticeOver):
        actions.notice_remind(actor=sender, notice_key=over.key, now=NOW)
    assert not Reminder.objects.exists()


def test_the_audience_of_a_sent_notice_never_widens() -> None:
    office = office_make()
    member_make(office=office)
    notice = sent(member_make(SEND), offices=(office.key,))
    office_make(parent=office)
    assert list(Audience.objects.filter(notice=notice).values_list("office_id", flat=True)) == [office.pk]
