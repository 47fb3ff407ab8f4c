"""
What may be known about notices.

A viewer who holds ``messages.notice_read`` sees the notices addressed to them (by receipt, or by post), and
those addressed to the offices for which the right is held; a viewer who holds ``messages.notice_send`` sees
what the offices of that right sent or are writing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    DateField,
    Exists,
    F,
    FilteredRelation,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncDate

from madoguchi.blocks.messages.deadlines import NEAR_BUSINESS_DAYS
from madoguchi.blocks.messages.models import Audience, Draft, Notice, Receipt, Reminder, Withdrawal
from madoguchi.blocks.messages.recipients import offices_addressing
from madoguchi.blocks.messages.types import (
    NoticeProgress,
    NoticeWaiting,
    OfficeProgress,
    RecipientLine,
    Stage,
)
from madoguchi.blocks.people.queries import office_names
from madoguchi.kernel.calendar import business_days_add
from madoguchi.kernel.clock import TOKYO
from madoguchi.kernel.rights import Viewer

READ, SEND = "messages.notice_read", "messages.notice_send"
BY_POST_DAYS = 90


def notices_for(*, viewer: Viewer, waiting: bool = False) -> QuerySet[Notice]:
    """
    Give the notices addressed to a viewer: what waits first, nearest deadline first, then the newest.

    Each row carries ``my_read_at``, ``my_acknowledged_at``, ``waits``, ``withdrawn``, ``replaced_by`` (key or
    None) and ``my_stage`` (the latest reminder).

    :param waiting: only what the viewer still has to read or acknowledge.
    """
    rows = _marked(Notice.objects.filter(pk__in=_addressed(viewer).values("pk")), viewer)
    if waiting:
        rows = rows.filter(waits=True)
    due = Case(When(waits=True, then=F("deadline_on")), default=None, output_field=DateField(null=True))
    return rows.order_by("-waits", due.asc(nulls_last=True), "-sent_at", "-pk")


def notices_waiting(*, viewer: Viewer) -> NoticeWaiting:
    """Say how many notices wait for a viewer, and how many of them have a deadline that is near or over."""
    near = business_days_add(viewer.on, NEAR_BUSINESS_DAYS)
    done = Receipt.objects.filter(_done(), notice=OuterRef("pk"), person=viewer.key)
    # Not by the marks of the list: this stands on every front page and has to be cheap to build.
    found = (
        _addressed(viewer)
        .filter(_stands(), ~Exists(done))
        .aggregate(
            count=Count("pk"), pressing=Count("pk", filter=Q(deadline_on__lte=near)), first=Min("deadline_on")
        )
    )
    return NoticeWaiting(found["count"], found["pressing"], found["first"])


def notice_for(*, viewer: Viewer, key: str) -> Notice | None:
    """Find a notice that a viewer may see, with the marks of ``notices_for``, ``mine`` and ``corrected_key``."""
    mine = Exists(_addressed(viewer).filter(pk=OuterRef("pk")))
    allowed = Q(mine) | _where(viewer, SEND)
    if viewer.may(READ):
        receivers = Audience.objects.filter(_where(viewer, READ), notice=OuterRef("pk"))
        allowed |= Exists(receivers) | Q(everybody=True)
    rows = _marked(Notice.objects.filter(key=key).filter(allowed), viewer)
    found: Notice | None = rows.annotate(addressed=mine, corrected_key=F("corrects__key")).first()
    return found


def notice_addressed(*, viewer: Viewer, key: str) -> Notice | None:
    """Find a notice that is addressed to a viewer, by receipt or by post."""
    return _addressed(viewer).filter(key=key).first()


def notices_sent_for(*, viewer: Viewer) -> QuerySet[Notice]:
    """Give what the viewer's offices have sent, newest first; ``sent_counted`` says how far a page of it is."""
    return Notice.objects.filter(_where(viewer, SEND)).order_by("-sent_at", "-pk")


def sent_counted(*, notices: Iterable[Notice]) -> list[Any]:
    """
    Give the same notices, each with ``total``, ``done``, ``withdrawn`` and ``replaced_by``.

    Apart from the list itself, so that receipts are counted for the notices of one page only.
    """
    keys = [notice.pk for notice in notices]
    fixed = Receipt.objects.filter(notice=OuterRef("pk"), joined=False)
    counts = {"total": _count(fixed), "done": _count(fixed.filter(_done()))}
    return list(Notice.objects.filter(pk__in=keys).annotate(**counts, **_fate()).order_by("-sent_at", "-pk"))


def notice_sent_by(*, viewer: Viewer, key: str) -> Notice | None:
    """Find a notice that one of the viewer's offices has sent."""
    return Notice.objects.filter(_where(viewer, SEND), key=key).first()


def drafts_for(*, viewer: Viewer) -> QuerySet[Draft]:
    """Give the drafts of the viewer's offices, the one last touched first."""
    return (
        Draft.objects.filter(_where(viewer, SEND)).select_related("corrects").order_by("-changed_at", "-pk")
    )


def draft_for(*, viewer: Viewer, key: str) -> Draft | None:
    """Find a draft of one of the viewer's offices."""
    return drafts_for(viewer=viewer).filter(key=key).first()


def withdrawal_of(*, notice: Notice) -> Withdrawal | None:
    """Say who withdrew a notice and why, if anybody did. The caller has found the notice through a viewer."""
    return Withdrawal.objects.filter(notice=notice).first()


def notice_progress(*, viewer: Viewer, notice: Notice) -> NoticeProgress:
    """
    Say how far the recipients have come, per office, in the order of the offices' first receipts.

    The senders see every office, others the offices for which they hold ``messages.notice_read``.
    """
    rows = (
        _receipts_seen(viewer, notice)
        .values("office_id", "joined")
        .annotate(
            total=Count("pk"),
            read=Count("pk", filter=Q(read_at__isnull=False)),
            acknowledged=Count("pk", filter=Q(acknowledged_at__isnull=False)),
            done=Count("pk", filter=_done()),
            first=Min("pk"),
        )
        .order_by("first")
    )
    found = list(rows)
    names = office_names(office_ids={row["office_id"] for row in found}, on=notice.sent_on)
    offices = tuple(
        OfficeProgress(
            row["office_id"],
            names[row["office_id"]],
            row["total"],
            row["read"],
            row["acknowledged"],
            row["done"],
        )
        for row in found
        if not row["joined"]
    )
    return NoticeProgress(offices, sum(row["total"] for row in found if row["joined"]), names)


def recipients_of(
    *, viewer: Viewer, notice: Notice, office_id: int | None = None, still_open: bool = False
) -> QuerySet[Receipt]:
    """
    Give the recipients one by one, as far as the viewer may see them; ``recipient_lines`` makes them readable.

    :param still_open: only those who have not done what the notice asks for.
    """
    rows = _receipts_seen(viewer, notice)
    if office_id is not None:
        rows = rows.filter(office_id=office_id)
    if still_open:
        rows = rows.exclude(_done())
    return rows.annotate(reminded=_latest_stage(OuterRef("pk"))).order_by("pk")


def recipient_lines(*, receipts: Iterable[Receipt], offices: Mapping[int, str]) -> list[RecipientLine]:
    """Put recipients into words; ``receipts`` come from ``recipients_of``, ``offices`` from the progress."""
    return [
        RecipientLine(
            receipt.person_name, receipt.post, offices.get(receipt.office_id, ""), receipt.joined, receipt.read_at,
            receipt.acknowledged_at, str(getattr(receipt, "reminded", "") or ""),
        )
        for receipt in receipts
    ]  # fmt: skip


def open_receipts() -> QuerySet[Receipt]:
    """Give the receipts of notices that still ask something: neither withdrawn nor corrected."""
    return Receipt.objects.filter(notice__withdrawals=None, notice__corrections=None)


def receipts_source(viewer: Viewer) -> QuerySet[Receipt]:
    """
    Give what may be counted: one row per notice and person fixed at sending, of notices that still stand.

    Columns: ``office_id``, ``sender_office_id``, ``sent_on``, ``deadline_on``, ``read_on``, ``acknowledged_on``,
    ``done_on`` (what the notice asks for was done), ``done``, ``in_time`` (None while a deadline is ahead, and
    without deadline), ``needs_acknowledgement``, ``urgency``.
    """
    seen = _where(viewer, READ) | _where(viewer, SEND, "notice__office_id")
    done_on = Case(
        When(notice__needs_acknowledgement=True, then=F("acknowledged_on")), default=F("read_on"),
        output_field=DateField(null=True),
    )  # fmt: skip
    late = Q(done_on__gt=F("deadline_on")) | Q(done_on=None, deadline_on__lt=viewer.on)
    in_time = Case(
        When(done_on__lte=F("deadline_on"), then=Value(True)),
        When(late, then=Value(False)),
        default=None,
        output_field=BooleanField(null=True),
    )
    return (
        open_receipts()
        .filter(seen, joined=False)
        .annotate(
            sender_office_id=F("notice__office_id"),
            sent_on=F("notice__sent_on"),
            deadline_on=F("notice__deadline_on"),
            needs_acknowledgement=F("notice__needs_acknowledgement"),
            urgency=F("notice__urgency"),
            read_on=TruncDate("read_at", tzinfo=TOKYO),
            acknowledged_on=TruncDate("acknowledged_at", tzinfo=TOKYO),
        )
        .annotate(done_on=done_on)
        .annotate(done=Case(When(done_on=None, then=Value(False)), default=Value(True)), in_time=in_time)
    )


# Inside


def _where(viewer: Viewer, right: str, field: str = "office_id") -> Q:
    return viewer.where(right, field=field)


def _addressed(viewer: Viewer) -> QuerySet[Notice]:
    """
    Give the notices that are addressed to a viewer: all received ones, and by post those that still stand.
    """
    if viewer.kind != "staff" or not viewer.may(READ):
        return Notice.objects.none()
    received = Q(Exists(Receipt.objects.filter(notice=OuterRef("pk"), person=viewer.key)))
    offices = offices_addressing(viewer)
    if not offices:
        return Notice.objects.filter(received)
    to_us = Q(everybody=True) | Q(
        Exists(Audience.objects.filter(notice=OuterRef("pk"), office_id__in=offices))
    )
    fresh = Q(deadline_on__gte=viewer.on) | Q(
        deadline_on=None, sent_on__gte=viewer.on - timedelta(days=BY_POST_DAYS)
    )
    return Notice.objects.filter(received | (to_us & fresh & _stands()))


def _stands() -> Q:
    """Give the predicate for notices that still ask something: neither withdrawn nor corrected."""
    return Q(withdrawals=None, corrections=None)


def _fate() -> dict[str, Any]:
    """Say what became of a notice after it was sent."""
    return {
        "withdrawn": Exists(Withdrawal.objects.filter(notice=OuterRef("pk"))),
        "replaced_by": Subquery(Notice.objects.filter(corrects=OuterRef("pk")).values("key")[:1]),
    }


def _marked(rows: QuerySet[Notice], viewer: Viewer) -> QuerySet[Any]:
    asks = Q(needs_acknowledgement=True, my_acknowledged_at=None) | Q(
        needs_acknowledgement=False, my_read_at=None
    )
    return (
        rows.annotate(mine=FilteredRelation("receipts", condition=Q(receipts__person=viewer.key)))
        .annotate(
            my_read_at=F("mine__read_at"),
            my_acknowledged_at=F("mine__acknowledged_at"),
            my_stage=_latest_stage(OuterRef("mine__pk")),
            **_fate(),
        )
        .annotate(
            waits=Case(
                When(asks & Q(withdrawn=False, replaced_by=None), then=Value(True)),
                default=Value(False),
                output_field=BooleanField(),
            )
        )
    )


def _done() -> Q:
    """Give the predicate for receipts on which everything asked for is done."""
    return Q(acknowledged_at__isnull=False) | Q(notice__needs_acknowledgement=False, read_at__isnull=False)


def _count(receipts: QuerySet[Receipt]) -> Coalesce:
    counted = receipts.order_by().values("notice").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0)


def _receipts_seen(viewer: Viewer, notice: Notice) -> QuerySet[Receipt]:
    rows = Receipt.objects.filter(notice=notice)
    if viewer.may(SEND, office_id=notice.office_id):
        return rows
    return rows.filter(_where(viewer, READ))


def _latest_stage(receipt: OuterRef) -> Any:
    overdue = Reminder.objects.filter(receipt=receipt, stage=Stage.OVERDUE).values("stage")[:1]
    near = Reminder.objects.filter(receipt=receipt, stage=Stage.NEAR).values("stage")[:1]
    return Coalesce(Subquery(overdue), Subquery(near))
