"""What is listed, in which order, and what may be counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Count

from madoguchi.blocks.messages import queries
from madoguchi.blocks.messages.models import Receipt, Withdrawal
from madoguchi.blocks.messages.testing import READ, SEND, member_make, notice_make, receipt_make
from madoguchi.blocks.people.models import Office, OfficeSuccession
from madoguchi.blocks.people.testing import DAY, NOW, office_make
from madoguchi.kernel.clock import TOKYO
from madoguchi.kernel.rights import anonymous_viewer, system_viewer
from madoguchi.kernel.sources import sources
from madoguchi.kernel.stamps import stamped_forget

pytestmark = pytest.mark.django_db
HOUSE = system_viewer(on=DAY, duty="試験")


def test_what_waits_stands_first_and_the_nearest_deadline_before_all() -> None:
    reader = member_make(READ)

    def got(title: str, deadline: int | None = None, **marks: Any) -> None:
        notice = notice_make(
            title=title, deadline_on=None if deadline is None else DAY + timedelta(days=deadline)
        )
        receipt_make(notice=notice, person=reader, **marks)

    got("済み", 1, acknowledged_at=NOW)
    got("期限なし")
    got("遠い", 20)
    got("読んだだけ", 5, read_at=NOW)
    got("近い", 2)
    titles = [row.title for row in queries.notices_for(viewer=reader)]
    assert titles == ["近い", "読んだだけ", "遠い", "期限なし", "済み"]
    assert [row.title for row in queries.notices_for(viewer=reader, waiting=True)] == titles[:-1]
    found = queries.notices_waiting(viewer=reader)
    assert (found.count, found.pressing, found.first_deadline_on) == (4, 1, DAY + timedelta(days=2))


def test_nothing_is_listed_for_strangers() -> None:
    notice = notice_make(everybody=True)
    receipt_make(notice=notice)
    for stranger in (anonymous_viewer(on=DAY), HOUSE, member_make(), member_make(SEND)):
        assert not queries.notices_for(viewer=stranger).exists()
        assert queries.notices_waiting(viewer=stranger).count == 0
    for stranger in (anonymous_viewer(on=DAY), member_make()):
        assert queries.notice_for(viewer=stranger, key=notice.key) is None
        assert not queries.notices_sent_for(viewer=stranger).exists()
        assert not queries.drafts_for(viewer=stranger).exists()
        assert not queries.notice_progress(viewer=stranger, notice=notice).offices
        assert not queries.recipients_of(viewer=stranger, notice=notice).exists()
        assert not queries.receipts_source(stranger).exists()
    assert queries.notice_for(viewer=HOUSE, key=notice.key) is not None


def test_an_office_that_carries_on_the_work_sees_what_was_sent_before_the_first_of_april() -> None:
    old = office_make(ends_on=date(2026, 4, 1))
    new = office_make(starts_on=date(2026, 4, 1))
    OfficeSuccession.objects.create(predecessor=old, successor=new, on=date(2026, 4, 1))
    stamped_forget()
    notice = notice_make(
        audience=[old.pk], sent_at=datetime(2026, 3, 25, 9, tzinfo=TOKYO), deadline_on=date(2026, 5, 29)
    )
    reader = member_make(READ, office=new)
    heir = replace(reader, offices=frozenset({new.pk, old.pk}))
    assert [row.key for row in queries.notices_for(viewer=heir)] == [notice.key]
    assert not queries.notices_for(viewer=member_make(READ)).exists()


def test_progress_counts_per_office_what_the_notice_asks_for() -> None:
    first, second = office_make(name="一課"), office_make(name="二課")
    notice = notice_make(audience=[first.pk, second.pk])
    for office, marks in ((first, {"acknowledged_at": NOW}), (first, {"read_at": NOW}), (second, {})):
        receipt_make(notice=notice, person=member_make(office=office), **marks)
    receipt_make(notice=notice, person=member_make(office=second), joined=True)
    found = queries.notice_progress(viewer=HOUSE, notice=notice)
    assert [
        (row.office, row.total, row.read, row.acknowledged, row.done, row.open) for row in found.offices
    ] == [
        ("一課", 2, 2, 1, 1, 1),
        ("二課", 1, 0, 0, 0, 1),
    ]
    assert (found.total, found.read, found.acknowledged, found.done, found.joined) == (3, 2, 1, 1, 1)
    sent = queries.sent_counted(notices=queries.notices_sent_for(viewer=HOUSE))
    assert [(row.total, row.done) for row in sent] == [(3, 1)]
    reading = notice_make(needs_acknowledgement=False)
    receipt_make(notice=reading, read_at=NOW)
    assert queries.notice_progress(viewer=HOUSE, notice=reading).done == 1
    mine = queries.notice_progress(viewer=member_make(READ, office=second), notice=notice)
    assert [row.office for row in mine.offices] == ["二課"]


# The source of indicators


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=TOKYO)


def counted(notice: Any, **marks: Any) -> Receipt:
    return receipt_make(notice=notice, **marks)


def test_in_time_is_yes_no_or_not_yet() -> None:
    yesterday, tomorrow = DAY - timedelta(days=1), DAY + timedelta(days=1)
    past = notice_make(sent_at=at(DAY - timedelta(days=9)), deadline_on=yesterday)
    ahead = notice_make(deadline_on=tomorrow)
    reading = notice_make(deadline_on=tomorrow, needs_acknowledgement=False)
    free = notice_make()
    # A minute before midnight in Japan is still the day of the deadline; the database thinks in UTC.
    last_minute = datetime(yesterday.year, yesterday.month, yesterday.day, 23, 59, tzinfo=TOKYO)
    expected = {
        counted(past, acknowledged_at=last_minute).pk: (True, yesterday),
        counted(past, acknowledged_at=last_minute + timedelta(minutes=1)).pk: (False, DAY),
        counted(past, read_at=last_minute).pk: (False, None),
        counted(past).pk: (False, None),
        counted(ahead, acknowledged_at=NOW).pk: (True, DAY),
        counted(ahead, read_at=NOW).pk: (None, None),
        counted(reading, read_at=NOW).pk: (True, DAY),
        counted(free, acknowledged_at=NOW).pk: (None, DAY),
    }
    rows = queries.receipts_source(HOUSE).values_list("pk", "in_time", "done_on")
    assert {pk: (in_time, done_on) for pk, in_time, done_on in rows} == expected
    assert queries.receipts_source(HOUSE).filter(in_time=True).count() == 3
    assert queries.receipts_source(HOUSE).filter(in_time=False, done=True).count() == 1


def test_only_what_stands_and_was_fixed_at_sending_is_counted() -> None:
    stands, withdrawn = notice_make(), notice_make()
    corrected = notice_make()
    counts = receipt_make(notice=stands)
    receipt_make(notice=stands, joined=True)
    receipt_make(notice=withdrawn)
    receipt_make(notice=corrected)
    Withdrawal.objects.create(notice=withdrawn, reason="中止", withdrawn_at=NOW, by="staff:s1")
    notice_make(corrects=corrected)
    assert [row.pk for row in queries.receipts_source(HOUSE)] == [counts.pk]


def test_the_source_offers_every_facet_it_names_and_respects_rights() -> None:
    source = sources["messages.receipts"]
    office = office_make()
    notice = notice_make(deadline_on=DAY, title="研修")
    receipt = receipt_make(notice=notice, person=member_make(office=office))
    other = receipt_make(notice=notice)
    rows = source.rows(HOUSE)
    for facet in source.facets.values():
        grouped = rows.order_by().values(facet.path).annotate(count=Count("pk"))
        assert sum(row["count"] for row in grouped) == 2, facet.path
    assert source.describe(rows.get(pk=receipt.pk)) == ("研修", f"/office/notices/{notice.key}/")
    keeper = member_make(READ, office=office)
    assert [row.pk for row in source.rows(keeper)] == [receipt.pk]
    sender = member_make(SEND, office=Office.objects.get(pk=notice.office_id))
    assert {row.pk for row in source.rows(sender)} == {receipt.pk, other.pk}
    year = {"sent_on__gte": date(2026, 4, 1), "sent_on__lt": date(2027, 4, 1)}
    assert rows.filter(**year).count() == 2
