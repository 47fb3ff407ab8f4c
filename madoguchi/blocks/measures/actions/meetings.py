"""Planning the meetings of a body: subjects and their papers, decisions, what is owed afterwards, and the minutes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import F, Max

from madoguchi.blocks.measures.actions.bodies import (
    KEEP,
    body_get,
    changed_once,
    post_get,
    stands,
    texts_check,
)
from madoguchi.blocks.measures.actions.body_refusals import (
    BodyNotThen,
    DayToCome,
    DecisionEmpty,
    FollowUpDueEarly,
    FollowUpIncomplete,
    MeetingThere,
    NothingOwed,
    ReportIncomplete,
)
from madoguchi.blocks.measures.actions.refusals import EntryChanged, YearOutsidePlan
from madoguchi.blocks.measures.models import AgendaItem, Edition, Meeting
from madoguchi.blocks.people.queries import posts_held
from madoguchi.kernel.actions import action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.outbox import event_emit
from madoguchi.kernel.rights import NotAllowed, Viewer


@action("measures.meeting_plan", raises={"meeting_once": MeetingThere})
def meeting_plan(
    *,
    actor: Viewer,
    title: str,
    held_on: date,
    now: datetime,  # noqa: ARG001 - the transaction takes it
    key: str = "",
    place: str = "",
    meeting_id: int | None = None,
    revision: int = 0,
) -> Meeting:
    """
    Plan a meeting of a body, or change the title, day or place of one.

    :param key: the body's, for a new meeting.
    :param revision: the one that the person saw, for a change.
    :raises NotAllowed: the actor keeps no bodies, or the body or meeting is not there.
    :raises BodyNotThen: the body does not stand on that day.
    :raises MeetingThere: the body has one of this title on that day.
    :raises EntryChanged: somebody changed it in the meantime.
    :raises MyNumberTyped: nothing is stored.
    """
    actor.must_everywhere(KEEP)
    texts_check(title, place)
    values = {"title": title.strip(), "held_on": held_on, "place": place.strip()}
    body = body_get(key) if meeting_id is None else _meeting(meeting_id).body
    if not stands(body, held_on):
        raise BodyNotThen
    if meeting_id is None:
        meeting = Meeting.objects.create(body=body, **values)
    else:
        changed_once(_meeting(meeting_id), revision, **values)
        meeting = _meeting(meeting_id)
    audit_write(
        actor, "measures.meeting_planned", meeting.subject(),
        detail={"body": body.key, "held_on": held_on, "revision": meeting.revision},
    )  # fmt: skip
    event_emit("measures.meeting_planned", meeting.subject(), {"held_on": held_on.isoformat()})
    return meeting


@action("measures.agenda_save", raises={"agenda_order_once": EntryChanged})
def agenda_save(
    *,
    actor: Viewer,
    meeting_id: int,
    title: str,
    now: datetime,  # noqa: ARG001 - the transaction takes it
    paper: str = "",
    report_key: str = "",
    report_year: int | None = None,
    order: int | None = None,
    item_id: int | None = None,
    revision: int = 0,
) -> AgendaItem:
    """
    Put a subject on the agenda, or change its title and papers.

    :param report_key: the edition whose results of ``report_year`` lie before the meeting, "" for none.
    :param order: its place from 1; None puts a new subject last and leaves another where it is.
    :param revision: the one that the person saw, for a change.
    :raises NotAllowed: the actor keeps no bodies, or the meeting, subject or edition is not there.
    :raises ReportIncomplete: an edition without a year, or a year without an edition.
    :raises YearOutsidePlan: the edition does not reach that year.
    :raises EntryChanged: somebody changed it, or the agenda, in the meantime.
    :raises MyNumberTyped: nothing is stored.
    """
    actor.must_everywhere(KEEP)
    texts_check(title, paper)
    meeting = _meeting(meeting_id)
    values: dict[str, Any] = {
        "title": title.strip(), "paper": paper.strip(), "report": _edition(report_key, report_year),
        "report_year": report_year,
    }  # fmt: skip
    if item_id is None:
        last = meeting.agenda.aggregate(last=Max("order"))["last"] or 0
        item = AgendaItem.objects.create(meeting=meeting, order=last + 1, **values)
    else:
        changed_once(_item(item_id, meeting_id), revision, **values)
        item = _item(item_id, meeting_id)
    if order is not None:
        _put(item, order)
    audit_write(
        actor, "measures.agenda_saved", meeting.subject(),
        detail={"item": item.pk, "title": item.title, "report": report_key, "year": report_year},
    )  # fmt: skip
    return item


@action("measures.agenda_move", raises={"agenda_order_once": EntryChanged})
def agenda_move(*, actor: Viewer, item_id: int, to: int, now: datetime) -> AgendaItem:  # noqa: ARG001
    """
    Give a subject another place; those between move up or down.

    :param to: its place from 1; beyond the last means last.
    :raises NotAllowed: the actor keeps no bodies, or the subject is not there.
    :raises EntryChanged: somebody changed the agenda at the same time.
    """
    actor.must_everywhere(KEEP)
    item = _item(item_id)
    before = item.order
    _put(item, to)
    audit_write(
        actor, "measures.agenda_moved", item.meeting.subject(),
        detail={"item": item.pk, "before": before, "after": item.order},
    )  # fmt: skip
    return item


@action("measures.decision_record")
def decision_record(
    *,
    actor: Viewer,
    item_id: int,
    decision: str,
    decided_on: date | None,
    revision: int,
    now: datetime,
    owed_by: str = "",
    owed_what: str = "",
    owed_until: date | None = None,
) -> AgendaItem:
    """
    Write down what was decided on a subject, and who owes what until when.

    A follow-up that is done stays done as long as post, task and day stay the same. Everything empty takes a
    decision back that was written by mistake.

    :param owed_by: key of the post that owes something, "" when nothing is left to do.
    :param revision: the one that the person saw.
    :raises NotAllowed: the actor keeps no bodies, or the subject is not there.
    :raises DecisionEmpty: words without a day, or a day without words.
    :raises DayToCome: the day is not here yet.
    :raises FollowUpIncomplete: post, task and day do not come together.
    :raises FollowUpDueEarly: it would be due before the decision.
    :raises PostNotThen: the post does not stand on the day of the decision.
    :raises EntryChanged: somebody changed the subject in the meantime.
    :raises MyNumberTyped: nothing is stored.
    """
    actor.must_everywhere(KEEP)
    texts_check(decision, owed_what)
    item = _item(item_id)
    decision, owed_what = decision.strip(), owed_what.strip()
    parts = (bool(owed_by), bool(owed_what), owed_until is not None)
    if any(parts) and not all(parts):
        raise FollowUpIncomplete
    if bool(decision) != (decided_on is not None) or (any(parts) and not decision):
        raise DecisionEmpty
    if decided_on and decided_on > day_of(now):
        raise DayToCome
    if owed_until and decided_on and owed_until < decided_on:
        raise FollowUpDueEarly
    post_id = post_get(owed_by, decided_on).id if owed_by and decided_on else None
    same = (item.owed_by_id, item.owed_what, item.owed_until) == (post_id, owed_what, owed_until)
    changed_once(
        item, revision, decision=decision, decided_on=decided_on, owed_by_id=post_id, owed_what=owed_what,
        owed_until=owed_until, done_on=item.done_on if same else None,
    )  # fmt: skip
    subject = item.meeting.subject()
    audit_write(
        actor, "measures.decision_recorded", subject,
        detail={"item": item.pk, "title": item.title, "decided_on": decided_on, "owed_by": owed_by, "until": owed_until},
    )  # fmt: skip
    event_emit("measures.decision_recorded", subject, {"item": item.pk, "owed_by": owed_by})
    return _item(item_id)


@action("measures.follow_up_done")
def follow_up_done(*, actor: Viewer, item_id: int, on: date, now: datetime) -> AgendaItem:
    """
    Say that what was owed after a decision is done. Whoever holds the post that owes it may say so as well.

    :raises NotAllowed: the actor neither keeps bodies nor owes this, or the subject is not there.
    :raises NothingOwed: nothing is left to do.
    :raises DayToCome: the day is not here yet.
    """
    item = _item(item_id)
    if not actor.may_everywhere(KEEP) and item.owed_by_id not in posts_held(viewer=actor):
        raise NotAllowed(f"agenda {item_id}")
    if on > day_of(now):
        raise DayToCome
    open_rows = AgendaItem.objects.filter(pk=item_id, owed_by__isnull=False, done_on=None)
    if not open_rows.update(done_on=on, revision=F("revision") + 1):
        raise NothingOwed
    subject = item.meeting.subject()
    audit_write(
        actor, "measures.follow_up_done", subject, detail={"item": item.pk, "title": item.title, "on": on}
    )
    return _item(item_id)


@action("measures.minutes_save")
def minutes_save(*, actor: Viewer, meeting_id: int, minutes: str, revision: int, now: datetime) -> Meeting:  # noqa: ARG001
    """
    Keep what was said at a meeting, in short.

    :param revision: the one that the person saw.
    :raises NotAllowed: the actor keeps no bodies, or the meeting is not there.
    :raises EntryChanged: somebody changed the meeting in the meantime.
    :raises MyNumberTyped: nothing is stored.
    """
    actor.must_everywhere(KEEP)
    texts_check(minutes)
    changed_once(_meeting(meeting_id), revision, minutes=minutes.strip())
    meeting = _meeting(meeting_id)
    detail = {"characters": len(meeting.minutes), "revision": meeting.revision}
    audit_write(actor, "measures.minutes_saved", meeting.subject(), detail=detail)
    return meeting


def _put(item: AgendaItem, to: int) -> None:
    """Number the subjects of a meeting anew, past the numbers in use: two rows never share one."""
    rows = AgendaItem.objects.filter(meeting_id=item.meeting_id)
    ids = [pk for pk in rows.order_by("order").values_list("pk", flat=True) if pk != item.pk]
    ids.insert(max(to, 1) - 1, item.pk)
    beyond = (rows.aggregate(last=Max("order"))["last"] or 0) + 1
    rows.update(order=F("order") + beyond)
    for place, pk in enumerate(ids, start=1):
        rows.filter(pk=pk).update(order=place)
    item.refresh_from_db(fields=["order"])


def _edition(key: str, year: int | None) -> Edition | None:
    if bool(key) != (year is not None):
        raise ReportIncomplete
    if not key or year is None:
        return None
    edition = Edition.objects.filter(key=key).first()
    if edition is None:
        raise NotAllowed(f"edition {key}")
    if not edition.first_year <= year <= edition.last_year:
        raise YearOutsidePlan
    return edition


def _meeting(meeting_id: int) -> Meeting:
    meeting = Meeting.objects.select_related("body").filter(pk=meeting_id).first()
    if meeting is None:
        raise NotAllowed(f"meeting {meeting_id}")
    return meeting


def _item(item_id: int, meeting_id: int | None = None) -> AgendaItem:
    rows = AgendaItem.objects.select_related("meeting__body").filter(pk=item_id)
    item = (rows.filter(meeting_id=meeting_id) if meeting_id is not None else rows).first()
    if item is None:
        raise NotAllowed(f"agenda {item_id}")
    return item
