"""
Notices for tests: makers that write rows directly, a scenario per action, a maker per page.

All persons and offices are invented (``people.testing``).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from madoguchi.blocks.messages.models import Audience, Draft, Notice, Receipt
from madoguchi.blocks.messages.types import NoticeTyped, Urgency
from madoguchi.blocks.people.queries import holders_on
from madoguchi.blocks.people.testing import (
    NOW,
    holding_make,
    office_make,
    post_make,
    role_with,
    staff_make,
    viewer_with,
)
from madoguchi.kernel.clock import TOKYO, day_of
from madoguchi.kernel.clock import now as clock_now
from madoguchi.kernel.rights import Viewer, system_viewer
from madoguchi.kernel.subjects import Subject
from madoguchi.kernel.testing import action_scenario, route_maker
from madoguchi.kit.check_characters import receipt_number

READ, SEND = "messages.notice_read", "messages.notice_send"
TYPED = NoticeTyped(
    title="情報セキュリティ研修のお知らせ",
    body="全員が受けてください。\n\n教材は https://example.jp/kyozai にあります。",
    deadline="令和8年5月29日",
)
ABOUT = Subject("testing.thing", "thing-1", "試験の計画", "/office/")


def key_make() -> str:
    """Make a key as the actions do."""
    return receipt_number(secrets.token_bytes(16))


def member_make(
    *rights: str, office: Any = None, on: date | None = None, kind: str = "main", **post: Any
) -> Viewer:
    """
    Make a person who holds a post, and the viewer of that person.

    :param rights: reach the post's office only.
    """
    holding = holding_make(
        post=post_make(office=office or office_make(), **{"single": False, "title": "主事", **post}),
        staff=staff_make(),
        kind=kind,
    )
    viewer = viewer_with(
        *rights,
        offices=[holding.post.office],
        office=holding.post.office,
        on=on or day_of(NOW),
        key=f"staff:{holding.staff.key}",
    )
    return replace(viewer, name=holding.staff.name)


def draft_make(
    *, office_id: int, typed: NoticeTyped = TYPED, now: datetime = NOW, corrects: Notice | None = None
) -> Draft:
    """Make a draft."""
    return Draft.objects.create(
        key=key_make(), office_id=office_id, author="staff:s00000", author_name="試験 太郎", typed=typed.as_json(),
        corrects=corrects, created_at=now, changed_at=now,
    )  # fmt: skip


def notice_make(
    *,
    office_id: int | None = None,
    audience: Iterable[int] = (),
    everybody: bool = False,
    sent_at: datetime = NOW,
    deadline_on: date | None = None,
    needs_acknowledgement: bool = True,
    title: str = "試験のお知らせ",
    body: str = "本文です。",
    urgency: str = Urgency.NORMAL.value,
    corrects: Notice | None = None,
) -> Notice:
    """Make a sent notice with its audience, without recipients."""
    notice = Notice.objects.create(
        key=key_make(), office_id=office_id or office_make().pk, sender="staff:s00000", sender_name="試験 太郎",
        sender_office="試験課", sender_post="主事", title=title, body=body, urgency=urgency,
        needs_acknowledgement=needs_acknowledgement, deadline_on=deadline_on, everybody=everybody, corrects=corrects,
        sent_at=sent_at, sent_on=day_of(sent_at),
    )  # fmt: skip
    Audience.objects.bulk_create(Audience(notice=notice, office_id=office) for office in audience)
    return notice


def receipt_make(
    *,
    notice: Notice,
    person: Viewer | None = None,
    read_at: datetime | None = None,
    acknowledged_at: datetime | None = None,
    joined: bool = False,
) -> Receipt:
    """Make a receipt; acknowledged implies read."""
    person = person or member_make(READ)
    return Receipt.objects.create(
        notice=notice, person=person.key, person_name=person.name, office_id=person.office_id or 0, post=person.post,
        made_at=notice.sent_at, read_at=read_at or acknowledged_at, acknowledged_at=acknowledged_at, joined=joined,
    )  # fmt: skip


# How to run each action of the block


def _sender(office: Any = None) -> Viewer:
    return member_make(READ, SEND, office=office)


def _audience_of(sender: Viewer) -> NoticeTyped:
    """Two offices with two persons each, one under the other."""
    upper = office_make(key=f"upper-{sender.key[6:]}")
    lower = office_make(parent=upper)
    for office in (upper, upper, lower, lower):
        member_make(office=office)
    return replace(TYPED, offices=(upper.key,))


@action_scenario("messages.notice_draft_save")
def _draft_save() -> dict[str, Any]:
    return {"actor": _sender(), "typed": TYPED, "about": ABOUT, "now": NOW}


@action_scenario("messages.notice_draft_discard")
def _draft_discard() -> dict[str, Any]:
    sender = _sender()
    return {"actor": sender, "draft_key": draft_make(office_id=sender.office_id or 0).key, "now": NOW}


@action_scenario("messages.notice_send")
def _send() -> dict[str, Any]:
    sender = _sender()
    old = notice_make(office_id=sender.office_id, sent_at=NOW - timedelta(days=1))
    receipt_make(notice=old)
    draft = draft_make(office_id=sender.office_id or 0, typed=_audience_of(sender), corrects=old)
    return {"actor": sender, "draft_key": draft.key, "revision": draft.revision, "now": NOW}


@action_scenario("messages.notice_read")
def _read() -> dict[str, Any]:
    reader = member_make(READ)
    # By post: the action makes the receipt as well.
    notice = notice_make(audience=[reader.office_id or 0], needs_acknowledgement=False)
    return {"actor": reader, "notice_key": notice.key, "now": NOW}


@action_scenario("messages.notice_acknowledge")
def _acknowledge() -> dict[str, Any]:
    reader = member_make(READ)
    notice = notice_make(audience=[reader.office_id or 0], deadline_on=date(2026, 5, 29))
    receipt_make(notice=notice, person=reader)
    return {"actor": reader, "notice_key": notice.key, "now": NOW}


@action_scenario("messages.notice_withdraw")
def _withdraw() -> dict[str, Any]:
    sender = _sender()
    notice = notice_make(office_id=sender.office_id)
    receipt_make(notice=notice)
    return {"actor": sender, "notice_key": notice.key, "reason": "日付の誤り", "now": NOW}


@action_scenario("messages.notice_correct")
def _correct() -> dict[str, Any]:
    sender = _sender()
    notice = notice_make(office_id=sender.office_id, audience=[office_make().pk])
    return {"actor": sender, "notice_key": notice.key, "now": NOW}


@action_scenario("messages.notice_remind")
def _remind() -> dict[str, Any]:
    sender = _sender()
    notice = notice_make(office_id=sender.office_id, deadline_on=date(2026, 5, 13))
    for _number in range(2):
        receipt_make(notice=notice)
    return {"actor": sender, "notice_key": notice.key, "now": NOW}


@action_scenario("messages.alarm_send")
def _alarm() -> dict[str, Any]:
    holding = holding_make()
    holders = holders_on(post_key=holding.post.key, on=day_of(NOW))
    actor = system_viewer(on=day_of(NOW), duty="試験")
    return {
        "actor": actor,
        "title": "試験の通知",
        "body": "確かめてください。",
        "about": ABOUT,
        "holders": holders,
        "now": NOW,
    }


# A real object for each page of the block


def _page(route: str, make: Callable[[int], dict[str, Any]], right: str) -> None:
    def maker(office_id: int) -> dict[str, Any]:
        return {"kwargs": make(office_id), "roles": {role_with(right)}}

    route_maker(route)(maker)


def _nothing(office_id: int) -> dict[str, Any]:  # noqa: ARG001 - the page shows the viewer's own
    return {}


def _received(office_id: int) -> dict[str, Any]:
    return {"key": notice_make(audience=[office_id], sent_at=_moment()).key}


def _sent(office_id: int) -> dict[str, Any]:
    notice = notice_make(office_id=office_id, sent_at=_moment(), audience=[office_make().pk])
    receipt_make(notice=notice)
    return {"key": notice.key}


def _drafted(office_id: int) -> dict[str, Any]:
    office = office_make()
    member_make(office=office)
    return {
        "key": draft_make(office_id=office_id, typed=replace(TYPED, deadline="", offices=(office.key,))).key
    }


def _moment() -> datetime:
    """Pages read the clock: what they show was sent just before."""
    return clock_now().astimezone(TOKYO) - timedelta(minutes=5)


for _route in ("list", "notice", "notice_read", "notice_acknowledge"):
    _page(f"messages:{_route}", _nothing if _route == "list" else _received, READ)
for _route in ("compose", "sent"):
    _page(f"messages:{_route}", _nothing, SEND)
for _route in ("progress", "withdraw", "correct", "remind"):
    _page(f"messages:{_route}", _sent, SEND)
for _route in ("draft", "draft_preview", "draft_discard"):
    _page(f"messages:{_route}", _drafted, SEND)
