"""
Looking at the bodies that steer a plan: who sits in them on a day, which offices are missing, what is owed.

The list of bodies and members is open to all staff. Meetings are for those who sit in the body today and for those
who keep the bodies; for everybody else they are not there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from madoguchi.blocks.measures.actions.bodies import KEEP
from madoguchi.blocks.measures.models import AgendaItem, Body, Meeting, Membership
from madoguchi.blocks.people.queries import office_names, offices_on, posts_held, posts_on, staff_of_offices
from madoguchi.blocks.people.types import Holder, OfficeOnDay
from madoguchi.kernel.rights import Viewer
from madoguchi.kit.fiscal import fiscal_year_of

_ROLES = {role: place for place, role in enumerate(Membership.Role.values)}


@dataclass(frozen=True, slots=True)
class Seat:
    """
    A seat on a day: the post, whom it speaks for ("" for nobody in particular) and who holds the post that day.

    ``stands`` False: the post was abolished and the seat is left over.
    """

    id: int
    role: str
    role_label: str
    post_id: int
    post_key: str
    post_title: str
    office_name: str
    speaks_for: str
    holders: tuple[Holder, ...]
    stands: bool
    starts_on: date
    ends_on: date | None

    @property
    def post_name(self) -> str:
        """The post with its office, as people say it."""
        return f"{self.office_name} {self.post_title}".strip()


@dataclass(frozen=True, slots=True)
class BodyLine:
    """A body on a day in the tree of bodies, ``depth`` from 0; ``readable``: this viewer may open its meetings."""

    body: Body
    depth: int
    chair: Seat | None
    members: int
    next_meeting: Meeting | None
    readable: bool


@dataclass(frozen=True, slots=True)
class OfficeWithout:
    """An office that sends nobody: no seat speaks for it, or (``vacant``) nobody holds the post that does."""

    office: OfficeOnDay
    vacant: str


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a post owes after a decision."""

    item: AgendaItem
    post_name: str
    overdue: bool


def first_of_april(on: date) -> date:
    """Give the first day of the fiscal year of a day: the whole city hall moves then."""
    return fiscal_year_of(on).first_day


def holds_on(day: date) -> Q:
    """Give the predicate for bodies and seats that are there on a day."""
    return Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gt=day))


def bodies_on(*, viewer: Viewer, on: date) -> list[BodyLine]:
    """Give the bodies of a day from the top down, each with its chair of that day and its next meeting."""
    rows = list(Body.objects.filter(holds_on(on)).order_by("order", "key"))
    seats = _seats(Membership.objects.filter(holds_on(on), body__in=[row.pk for row in rows]), on)
    coming: dict[int, Meeting] = {}
    for meeting in Meeting.objects.filter(held_on__gte=on).order_by("-held_on", "-pk"):
        coming[meeting.body_id] = meeting
    mine = set(bodies_read_by(viewer=viewer).values_list("pk", flat=True))
    lines = []
    for body, depth in _tree(rows):
        sitting = seats.get(body.pk, [])
        chair = next((seat for seat in sitting if seat.role == Membership.Role.CHAIR), None)
        lines.append(BodyLine(body, depth, chair, len(sitting), coming.get(body.pk), body.pk in mine))
    return lines


def bodies_over(*, on: date) -> QuerySet[Body]:
    """Give the bodies that have ended by a day, the latest first."""
    return Body.objects.filter(ends_on__lte=on).order_by("-ends_on", "key")


def members_on(*, body: Body, on: date) -> list[Seat]:
    """Give the seats of a body on a day: chair first, members of offices in the order of the organisation."""
    return _seats(Membership.objects.filter(holds_on(on), body=body), on).get(body.pk, [])


def offices_without_member(*, body: Body, on: date) -> list[OfficeWithout]:
    """
    Give the offices that should send a member to a body of one per office, and on a day have none.

    An office counts when it stands that day, has staff, and is of one of the levels that the body names.

    :param on: usually the first of April (``first_of_april``).
    """
    offices = [one for one in offices_on(on=on) if not body.office_levels or one.level in body.office_levels]
    staffed = {holder.office_id for holder in staff_of_offices(office_ids=[one.id for one in offices], on=on)}
    sitting = Membership.objects.filter(
        holds_on(on), body=body, role=Membership.Role.MEMBER, office__isnull=False
    )
    by_office = dict(sitting.values_list("office_id", "pk"))
    seats = {seat.id: seat for seat in members_on(body=body, on=on)}
    lacking = []
    for office in offices:
        seat = seats.get(by_office.get(office.id, 0))
        if office.id in staffed and (seat is None or not seat.holders):
            lacking.append(OfficeWithout(office, seat.post_name if seat else ""))
    return lacking


def bodies_read_by(*, viewer: Viewer) -> QuerySet[Body]:
    """Give the bodies whose meetings a viewer may read: all to whoever keeps them, else those the viewer sits in."""
    if viewer.may_everywhere(KEEP):
        return Body.objects.all()
    held = posts_held(viewer=viewer)
    seats = Membership.objects.filter(holds_on(viewer.on), post_id__in=held)
    return Body.objects.filter(pk__in=seats.values("body_id"))


def meetings_for(*, viewer: Viewer) -> QuerySet[Meeting]:
    """Give the meetings that a viewer may read, the latest first."""
    rows = Meeting.objects.filter(body__in=bodies_read_by(viewer=viewer))
    return rows.select_related("body").order_by("-held_on", "-pk")


def meeting_for(*, viewer: Viewer, meeting_id: int) -> Meeting | None:
    """Give a meeting that a viewer may read; None for any other."""
    return meetings_for(viewer=viewer).filter(pk=meeting_id).first()


def meetings_coming(*, viewer: Viewer, on: date) -> QuerySet[Meeting]:
    """Give the meetings from a day on that a viewer may read, the nearest first."""
    return meetings_for(viewer=viewer).filter(held_on__gte=on).order_by("held_on", "pk")


def agenda_of(meeting: Meeting) -> list[AgendaItem]:
    """Give the subjects of a meeting in order."""
    rows = AgendaItem.objects.filter(meeting=meeting).select_related("report", "owed_by")
    return list(rows.order_by("order"))


def follow_ups_of(*, viewer: Viewer) -> list[FollowUp]:
    """Give what the posts of a viewer owe on the viewer's day, the longest overdue first."""
    rows = _owed().filter(owed_by__in=posts_held(viewer=viewer))
    return _follow_ups(rows, viewer.on)


def follow_ups_counted(*, viewer: Viewer) -> tuple[int, int]:
    """Count what the posts of a viewer owe, and how much of it is overdue, in one query."""
    rows = AgendaItem.objects.filter(owed_by__in=posts_held(viewer=viewer), done_on=None)
    found = rows.aggregate(owed=Count("pk"), overdue=Count("pk", filter=Q(owed_until__lt=viewer.on)))
    return found["owed"], found["overdue"]


def follow_ups_open(*, body: Body, on: date) -> list[FollowUp]:
    """Give what is still owed after the decisions of a body, the longest overdue first."""
    return _follow_ups(_owed().filter(meeting__body=body), on)


def follow_up_for(*, viewer: Viewer, item_id: int) -> FollowUp | None:
    """Give something still owed that a viewer may report as done: their own, or any to whoever keeps the bodies."""
    rows = _owed().filter(pk=item_id)
    if not viewer.may_everywhere(KEEP):
        rows = rows.filter(owed_by__in=posts_held(viewer=viewer))
    return next(iter(_follow_ups(rows, viewer.on)), None)


def post_names(post_ids: Iterable[int], *, on: date) -> dict[int, str]:
    """Name posts with their offices as of a day; a post that is gone is left out."""
    wanted = set(post_ids)
    return {post.id: f"{post.office_name} {post.title}" for post in posts_on(on=on) if post.id in wanted}


def _owed() -> QuerySet[AgendaItem]:
    rows = AgendaItem.objects.filter(owed_by__isnull=False, done_on=None)
    return rows.select_related("meeting__body", "owed_by").order_by("owed_until", "pk")


def _follow_ups(rows: QuerySet[AgendaItem], on: date) -> list[FollowUp]:
    found = list(rows)
    offices = office_names(office_ids={row.owed_by.office_id for row in found if row.owed_by}, on=on)
    return [
        FollowUp(row, f"{offices[row.owed_by.office_id]} {row.owed_by.title}", row.owed_until < on)
        for row in found
        if row.owed_by and row.owed_until
    ]


def _tree(rows: list[Body]) -> list[tuple[Body, int]]:
    """Put bodies under those they stand under, with their depth; one whose upper body is gone stands on top."""
    there = {row.pk for row in rows}
    below: dict[int | None, list[Body]] = defaultdict(list)
    for row in rows:
        below[row.above_id if row.above_id in there else None].append(row)
    lines: list[tuple[Body, int]] = []
    todo = [(row, 0) for row in reversed(below[None])]
    while todo:
        row, depth = todo.pop()
        lines.append((row, depth))
        todo.extend((child, depth + 1) for child in reversed(below[row.pk]))
    return lines


def _seats(rows: QuerySet[Membership], on: date) -> dict[int, list[Seat]]:
    """Give seats by body, with the holders of a day, in three queries whatever their number."""
    found = list(rows.select_related("post"))
    order = {office.id: place for place, office in enumerate(offices_on(on=on))}
    names = office_names(
        office_ids={row.post.office_id for row in found} | {row.office_id for row in found if row.office_id},
        on=on,
    )
    holders: dict[str, list[Holder]] = defaultdict(list)
    for holder in staff_of_offices(office_ids={row.post.office_id for row in found}, on=on):
        holders[holder.post_key].append(holder)
    found.sort(
        key=lambda row: (
            _ROLES[row.role],
            order.get(row.office_id or row.post.office_id, len(order)),
            -row.post.rank,
        )
    )
    seats: dict[int, list[Seat]] = defaultdict(list)
    for row in found:
        post = row.post
        seats[row.body_id].append(
            Seat(
                id=row.pk, role=row.role, role_label=row.get_role_display(), post_id=post.pk, post_key=post.key,
                post_title=post.title, office_name=names[post.office_id],
                speaks_for=names[row.office_id] if row.office_id else "", holders=tuple(holders[post.key]),
                stands=post.starts_on <= on and (post.ends_on is None or on < post.ends_on),
                starts_on=row.starts_on, ends_on=row.ends_on,
            )
        )  # fmt: skip
    return seats
