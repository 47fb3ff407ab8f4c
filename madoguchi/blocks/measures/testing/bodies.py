"""Bodies and meetings for tests, here and in the floors above; how to run their actions and open their pages."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

from madoguchi.blocks.measures.models import AgendaItem, Body, Meeting, Membership
from madoguchi.blocks.people.testing import DAY, LONG_AGO, NOW, holding_make, post_make, viewer_with
from madoguchi.kernel.rights import Viewer
from madoguchi.kernel.testing import action_scenario, route_maker

KEEP = "measures.body_keep"
OFFICER = "dx_plan/officer"
_numbers = itertools.count(1)


def body_make(
    *,
    key: str = "",
    name: str = "",
    above: Body | None = None,
    per_office: bool = False,
    office_levels: tuple[str, ...] = (),
    starts_on: date = LONG_AGO,
    ends_on: date | None = None,
) -> Body:
    """Make a body."""
    number = next(_numbers)
    return Body.objects.create(
        key=key or f"body-{number}", name=name or f"試験会議{number}", above=above, per_office=per_office,
        office_levels=list(office_levels), starts_on=starts_on, ends_on=ends_on,
    )  # fmt: skip


def seat_make(
    *,
    body: Body | None = None,
    post: Any = None,
    office: Any = None,
    role: str = Membership.Role.MEMBER,
    starts_on: date = LONG_AGO,
    ends_on: date | None = None,
) -> Membership:
    """Give a post a seat; without a post, a new one that somebody holds."""
    return Membership.objects.create(
        body=body or body_make(), post=post or holding_make().post, office=office, role=role, starts_on=starts_on,
        ends_on=ends_on,
    )  # fmt: skip


def meeting_make(*, body: Body | None = None, held_on: date = DAY, title: str = "") -> Meeting:
    """Plan a meeting."""
    return Meeting.objects.create(
        body=body or body_make(), title=title or f"第{next(_numbers)}回", held_on=held_on, place="庁議室"
    )


def agenda_make(*, meeting: Meeting | None = None, title: str = "", **more: Any) -> AgendaItem:
    """Put a subject at the end of an agenda."""
    meeting = meeting or meeting_make()
    order = meeting.agenda.count() + 1
    return AgendaItem.objects.create(
        meeting=meeting, order=order, title=title or f"議題{next(_numbers)}", **more
    )


def owed_make(*, post: Any = None, until: date = DAY + timedelta(days=10), **more: Any) -> AgendaItem:
    """Make a decision after which a post owes something."""
    return agenda_make(
        decision="案をつくる。", decided_on=DAY - timedelta(days=20), owed_by=post or holding_make().post,
        owed_what="案をつくる", owed_until=until, **more,
    )  # fmt: skip


def keeper() -> Viewer:
    """Give somebody who keeps the bodies."""
    return viewer_with(KEEP)


def _call(**keywords: Any) -> dict[str, Any]:
    return {"actor": keeper(), "now": NOW, **keywords}


@action_scenario("measures.body_save")
def _body_save() -> dict[str, Any]:
    body = body_make()
    return _call(
        key=body.key, name="新しい名前", starts_on=LONG_AGO, revision=body.revision, above=body_make().key
    )


@action_scenario("measures.body_end")
def _body_end() -> dict[str, Any]:
    seat = seat_make()
    return _call(key=seat.body.key, on=DAY)


@action_scenario("measures.member_seat")
def _member_seat() -> dict[str, Any]:
    post = post_make()
    return _call(key=body_make(per_office=True).key, post_key=post.key, role="member", starts_on=DAY)


@action_scenario("measures.member_leave")
def _member_leave() -> dict[str, Any]:
    return _call(member_id=seat_make().pk, on=DAY)


@action_scenario("measures.meeting_plan")
def _meeting_plan() -> dict[str, Any]:
    return _call(key=body_make().key, title="第1回", held_on=DAY, place="庁議室")


@action_scenario("measures.agenda_save")
def _agenda_save() -> dict[str, Any]:
    first = agenda_make()
    return _call(meeting_id=first.meeting_id, title="新しい議題", paper="資料の文", order=1)


@action_scenario("measures.agenda_move")
def _agenda_move() -> dict[str, Any]:
    first = agenda_make()
    agenda_make(meeting=first.meeting)
    return _call(item_id=first.pk, to=2)


@action_scenario("measures.decision_record")
def _decision_record() -> dict[str, Any]:
    item = agenda_make()
    return _call(
        item_id=item.pk, decision="進める。", decided_on=DAY, revision=item.revision, owed_by=post_make().key,
        owed_what="案をつくる", owed_until=DAY + timedelta(days=30),
    )  # fmt: skip


@action_scenario("measures.follow_up_done")
def _follow_up_done() -> dict[str, Any]:
    return _call(item_id=owed_make().pk, on=DAY)


@action_scenario("measures.minutes_save")
def _minutes_save() -> dict[str, Any]:
    meeting = meeting_make()
    return _call(meeting_id=meeting.pk, minutes="話し合ったこと", revision=meeting.revision)


# A real object for each page. Bodies concern the whole city hall: there is no other office to be closed to.

EVERYWHERE = {"roles": {OFFICER}, "scope": "all"}


def _all_staff(_office_id: int) -> dict[str, Any]:
    return {"kwargs": {}, "roles": None}


def _body_shown(_office_id: int) -> dict[str, Any]:
    body = body_make(per_office=True)
    seat_make(body=body, role=Membership.Role.CHAIR)
    meeting_make(body=body)
    return {"kwargs": {"key": body.key}, "roles": None, "scope": "all"}


def _of_body(_office_id: int) -> dict[str, Any]:
    return {"kwargs": {"key": body_make().key}, **EVERYWHERE}


def _of_seat(_office_id: int) -> dict[str, Any]:
    return {"kwargs": {"member_id": seat_make().pk}, **EVERYWHERE}


def _of_meeting(_office_id: int) -> dict[str, Any]:
    item = agenda_make(paper="資料の文")
    owed_make(meeting=item.meeting)
    return {"kwargs": {"meeting_id": item.meeting_id}, **EVERYWHERE}


def _of_item(_office_id: int) -> dict[str, Any]:
    return {"kwargs": {"item_id": owed_make().pk}, **EVERYWHERE, "data": {"do": "down"}}


def _nothing(_office_id: int) -> dict[str, Any]:
    return {"kwargs": {}, **EVERYWHERE}


for _name, _maker in {
    "bodies": _all_staff,
    "body": _body_shown,
    "body_new": _nothing,
    "body_edit": _of_body,
    "body_end": _of_body,
    "member_add": _of_body,
    "member_leave": _of_seat,
    "meeting_new": _of_body,
    "meeting": _of_meeting,
    "meeting_edit": _of_meeting,
    "meeting_pdf": _of_meeting,
    "minutes": _of_meeting,
    "agenda_new": _of_meeting,
    "agenda_edit": _of_item,
    "agenda_move": _of_item,
    "decision": _of_item,
    "follow_up_done": _of_item,
}.items():
    route_maker(f"measures:{_name}")(_maker)
