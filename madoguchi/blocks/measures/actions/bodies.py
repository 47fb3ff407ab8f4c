"""Setting up and ending the bodies that steer a plan, and seating posts in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import F, Min, Model, Q

from madoguchi.blocks.measures.actions.body_refusals import (
    BodyKeyRefused,
    BodyNotThen,
    BodyOver,
    BodyRing,
    BodyStillNeeded,
    BodyThere,
    ChairTaken,
    OfficeSeated,
    PostNotThen,
    PostOfMany,
    SeatPeriodRefused,
    SeatTaken,
)
from madoguchi.blocks.measures.actions.refusals import EntryChanged, MyNumberTyped
from madoguchi.blocks.measures.models import Body, Meeting, Membership
from madoguchi.blocks.people.queries import office_on, posts_on
from madoguchi.blocks.people.types import PostOnDay
from madoguchi.kernel.actions import action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kit.check_characters import my_number_find

KEEP = "measures.body_keep"
_KEY = re.compile(r"[a-z][a-z0-9-]{0,59}")


@action("measures.body_save")
def body_save(
    *,
    actor: Viewer,
    key: str,
    name: str,
    starts_on: date,
    now: datetime,  # noqa: ARG001 - the transaction takes it
    revision: int = 0,
    purpose: str = "",
    rules: str = "",
    above: str = "",
    per_office: bool = False,
    office_levels: Sequence[str] = (),
    order: int = 0,
) -> Body:
    """
    Set up a body, or change what is recorded of one.

    :param revision: the one that the person saw; 0 for a new body.
    :param above: key of the body above, "" for none.
    :param office_levels: levels of offices that send a member; none means every level.
    :raises NotAllowed: the actor keeps no bodies, or the body (or the one above) is not there.
    :raises BodyKeyRefused: the key cannot stand in an address.
    :raises BodyThere: a new body has the key of another.
    :raises BodyRing: the body above stands under this one.
    :raises BodyStillNeeded: somebody sits, or a meeting was held, before the new first day.
    :raises EntryChanged: somebody changed it in the meantime.
    :raises MyNumberTyped: nothing is stored.
    """
    actor.must_everywhere(KEEP)
    texts_check(name, purpose, rules, *office_levels)
    parent = body_get(above) if above else None
    values: dict[str, Any] = {
        "name": name.strip(), "purpose": purpose.strip(), "rules": rules.strip(), "above": parent,
        "per_office": per_office, "office_levels": list(office_levels), "order": order, "starts_on": starts_on,
    }  # fmt: skip
    if revision:
        body = body_get(key)
        _ring_check(body, parent)
        _beginning_check(body, starts_on)
        changed_once(body, revision, **values)
        body = body_get(key)
    else:
        if key == "new" or not _KEY.fullmatch(key):
            raise BodyKeyRefused
        if Body.objects.filter(key=key).exists():
            raise BodyThere
        body = Body.objects.create(key=key, **values)
    audit_write(
        actor, "measures.body_saved", body.subject(),
        detail={"name": body.name, "above": above, "starts_on": starts_on, "revision": body.revision},
    )  # fmt: skip
    return body


@action("measures.body_end")
def body_end(*, actor: Viewer, key: str, on: date, now: datetime) -> Body:  # noqa: ARG001 - the transaction takes it
    """
    End a body; whoever still sits in it leaves on the same day.

    :param on: the first day on which it is no longer there.
    :raises NotAllowed: the actor keeps no bodies, or the body is not there.
    :raises BodyOver: it has ended.
    :raises BodyStillNeeded: a meeting or a seat begins on that day or later, or a body stands under it.
    """
    actor.must_everywhere(KEEP)
    body = body_get(key)
    later = (
        Meeting.objects.filter(body=body, held_on__gte=on).exists()
        or Membership.objects.filter(body=body, starts_on__gte=on).exists()
        or body.below.filter(Q(ends_on=None) | Q(ends_on__gt=on)).exists()
    )
    if later or on <= body.starts_on:
        raise BodyStillNeeded
    ended = Body.objects.filter(pk=body.pk, ends_on=None).update(ends_on=on, revision=F("revision") + 1)
    if not ended:
        raise BodyOver
    left = body.members.filter(Q(ends_on=None) | Q(ends_on__gt=on)).update(ends_on=on)
    audit_write(actor, "measures.body_ended", body.subject(), detail={"on": on, "members": left})
    return body_get(key)


@action(
    "measures.member_seat",
    raises={"body_seat_once": SeatTaken, "body_office_once": OfficeSeated, "body_one_chair": ChairTaken},
)
def member_seat(
    *,
    actor: Viewer,
    key: str,
    post_key: str,
    role: str,
    starts_on: date,
    now: datetime,  # noqa: ARG001 - the transaction takes it
    ends_on: date | None = None,
    office_key: str = "",
) -> Membership:
    """
    Give a post a seat in a body; whoever holds the post on a day sits there that day.

    :param key: the body's.
    :param role: chair, deputy, member or secretary.
    :param ends_on: the first day on which it no longer sits; None until further notice.
    :param office_key: whom a member of a body of one per office speaks for; "" for the post's own office.
    :raises NotAllowed: the actor keeps no bodies, or the body, role or office is not there.
    :raises PostNotThen: the post does not stand on the first day.
    :raises PostOfMany: several people hold the post.
    :raises BodyNotThen: the body does not stand through the whole period.
    :raises SeatPeriodRefused: the seat would end before it begins.
    :raises SeatTaken: the post sits there already.
    :raises OfficeSeated: another post speaks for the office.
    :raises ChairTaken: there is a chair.
    """
    actor.must_everywhere(KEEP)
    body = body_get(key)
    if role not in Membership.Role.values:
        raise NotAllowed(role)
    if ends_on is not None and ends_on <= starts_on:
        raise SeatPeriodRefused
    if not stands(body, starts_on) or (ends_on and body.ends_on and ends_on > body.ends_on):
        raise BodyNotThen
    post = post_get(post_key, starts_on)
    office_id = None
    if body.per_office and role == Membership.Role.MEMBER:
        office_id = _office_id(office_key, starts_on) if office_key else post.office_id
    seat = Membership.objects.create(
        body=body, post_id=post.id, office_id=office_id, role=role, starts_on=starts_on,
        ends_on=ends_on or body.ends_on,
    )  # fmt: skip
    audit_write(
        actor, "measures.member_seated", body.subject(),
        detail={"post": post_key, "role": role, "starts_on": starts_on, "ends_on": ends_on},
    )  # fmt: skip
    return seat


@action("measures.member_leave")
def member_leave(*, actor: Viewer, member_id: int, on: date, now: datetime) -> Membership | None:  # noqa: ARG001
    """
    End a seat. A seat that would end on the day it begins was given by mistake and goes altogether (None).

    :param on: the first day on which the post no longer sits.
    :raises NotAllowed: the actor keeps no bodies, or the seat is not there.
    :raises SeatPeriodRefused: the day is before the beginning, or not before the end that it has.
    """
    actor.must_everywhere(KEEP)
    seat = Membership.objects.filter(pk=member_id).select_related("body", "post").first()
    if seat is None:
        raise NotAllowed(f"member {member_id}")
    if on < seat.starts_on or (seat.ends_on is not None and on >= seat.ends_on):
        raise SeatPeriodRefused
    detail = {"post": seat.post.key, "role": seat.role, "starts_on": seat.starts_on, "on": on}
    audit_write(actor, "measures.member_left", seat.body.subject(), detail=detail)
    if on == seat.starts_on:
        seat.delete()
        return None
    Membership.objects.filter(pk=member_id).update(ends_on=on)
    seat.ends_on = on
    return seat


# What meetings need as well


def body_get(key: str) -> Body:
    """
    Find a body.

    :raises NotAllowed: there is none.
    """
    body = Body.objects.filter(key=key).first()
    if body is None:
        raise NotAllowed(f"body {key}")
    return body


def stands(body: Body, on: date) -> bool:
    """Say whether a body is there on a day."""
    return body.starts_on <= on and (body.ends_on is None or on < body.ends_on)


def post_get(key: str, on: date) -> PostOnDay:
    """
    Find a post of one person as it stands on a day.

    :raises PostNotThen: it does not.
    :raises PostOfMany: several people hold it.
    """
    post = next((post for post in posts_on(on=on) if post.key == key), None)
    if post is None:
        raise PostNotThen
    if not post.single:
        raise PostOfMany
    return post


def texts_check(*texts: str) -> None:
    """
    Refuse what must never be stored.

    :raises MyNumberTyped: a text holds what looks like one.
    """
    if any(my_number_find(text) for text in texts):
        raise MyNumberTyped


def changed_once(row: Model, revision: int, **values: Any) -> None:
    """
    Change a row that nobody has changed since it was seen.

    :raises EntryChanged: somebody has.
    """
    rows = type(row)._default_manager.filter(pk=row.pk, revision=revision)
    if not rows.update(revision=F("revision") + 1, **values):
        raise EntryChanged


def _ring_check(body: Body, parent: Body | None) -> None:
    known = dict(Body.objects.values_list("pk", "above_id"))
    above = parent.pk if parent else None
    while above is not None:
        if above == body.pk:
            raise BodyRing
        above = known[above]


def _beginning_check(body: Body, starts_on: date) -> None:
    first_seat = body.members.aggregate(day=Min("starts_on"))["day"]
    first_meeting = body.meetings.aggregate(day=Min("held_on"))["day"]
    last = body.ends_on
    if any(day and day < starts_on for day in (first_seat, first_meeting)) or (last and last <= starts_on):
        raise BodyStillNeeded


def _office_id(key: str, on: date) -> int:
    office = office_on(key=key, on=on)
    if office is None:
        raise NotAllowed(f"office {key}")
    return office.id
