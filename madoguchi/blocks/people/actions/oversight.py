"""
Watching the rights: the quarterly review, access in an emergency, the monthly report of reading.

Invariants (``tests/people/oversight``):

1. Nobody answers alone for the rights of a post that he alone holds, and nobody judges himself.
2. A right that is ended in a review ends the same day, and the organisation's history says so.
3. A review ends no right by itself: what nobody answered for is written down as unanswered, and asked again next
   quarter. To end a right is somebody's decision, with a reason; a clock that did it could shut a counter.
4. An emergency ends after an hour, is told at once to those who judge it, and every look under it bears its number.
5. A month is read once it is over, and has one report.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.actions.organisation import rows_write
from madoguchi.blocks.people.changes import grant_end_rows
from madoguchi.blocks.people.models import (
    AccessReview,
    AccessReviewItem,
    EmergencyAccess,
    ReadingFinding,
    ReadingReport,
    RoleGrant,
)
from madoguchi.blocks.people.oversight.holders import posts_held_alone
from madoguchi.blocks.people.oversight.quarters import is_quarter
from madoguchi.blocks.people.oversight.reading import MonthReading, month_begins_after, rows_named
from madoguchi.blocks.people.types import Answered
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.db.two_times import valid_on
from madoguchi.kernel.outbox import event_emit
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kernel.subjects import Subject
from madoguchi.kit.check_characters import my_number_find

KEEP, ANSWER = "people.review_keep", "people.review_answer"
USE, JUDGE, READING = "people.emergency_use", "people.emergency_judge", "people.reading_judge"
RIGHTS = "people.rights_view"
EMERGENCY_LASTS = timedelta(minutes=60)
LEAST_REASON = 10
LONGEST_REASON, LONGEST_JUDGEMENT = 300, 1_000


class ReviewOpened(Refused):
    """There is a review of this quarter already."""

    message = _("この四半期の点検は、もう始まっています。")


class QuarterRefused(Refused):
    """The quarter is none, or the deadline does not lie ahead."""

    message = _("四半期と期限を確かめてください。期限は、きょうより後の日にします。")


class ReviewClosed(Refused):
    """The review is closed; nothing is answered or closed any more."""

    message = _("この点検は、もう締めています。")


class ReviewNotDue(Refused):
    """Something is unanswered, and there is still time to answer."""

    message = _("答えのない権限があります。期限が過ぎるまで締められません。")


class OwnGrant(Refused):
    """Whoever alone holds the post does not answer for its rights."""

    message = _("自分だけが就いている職の権限には、答えられません。上の組織の人か、点検の担当が答えます。")


class AnswerStands(Refused):
    """The right was ended by an earlier answer; giving it anew is a matter of the organisation."""

    message = _("この権限は、もう終えています。もう一度付けるときは、組織の担当に頼んでください。")


class WordsRefused(Refused):
    """A reason or a judgement is missing, too short, too long, or holds a My Number."""

    message = _("理由を書いてください。")


class EmergencyOpen(Refused):
    """An emergency of this person is under way."""

    message = _("緊急の閲覧は、もう始まっています。")


class EmergencyOver(Refused):
    """The emergency has ended."""

    message = _("この緊急の閲覧は、もう終わっています。")


class EmergencyUnderWay(Refused):
    """An emergency is judged when no look can be added to it."""

    message = _("緊急の閲覧が続いています。終わってから確かめてください。")


class JudgedBefore(Refused):
    """Somebody has judged this before."""

    message = _("もう確かめた記録があります。画面を開き直してください。")


class OwnDoing(Refused):
    """Nobody judges what he did himself."""

    message = _("自分のしたことは、自分では確かめられません。ほかの人に頼んでください。")


class MonthNotOver(Refused):
    """The month is none, or not over yet."""

    message = _("終わっていない月の報告は作れません。")


class ReportMade(Refused):
    """The month has its report."""

    message = _("この月の報告は、もうあります。")


@action("people.review_open", raises={"review_once_a_quarter": ReviewOpened})
def review_open(*, actor: Viewer, quarter: str, due_on: date, now: datetime) -> AccessReview:
    """
    Ask about every role that a post has today, whether somebody holds the post or not.

    :param quarter: 2026Q3 is October to December 2026 (``oversight.quarters``).
    :raises NotAllowed: the actor does not keep the review of the whole city hall.
    :raises QuarterRefused: there is no such quarter, or the deadline is not ahead.
    :raises ReviewOpened: it was opened before.
    """
    actor.must_everywhere(KEEP)
    on = day_of(now)
    if not is_quarter(quarter) or due_on <= on:
        raise QuarterRefused
    review = AccessReview.objects.create(quarter=quarter, opened_at=now, due_on=due_on)
    grants = RoleGrant.objects.filter(valid_on(on), valid_on(on, "post__")).select_related("post")
    made = AccessReviewItem.objects.bulk_create(
        (
            AccessReviewItem(
                review=review, grant=grant, office_id=grant.post.office_id, post=grant.post.key, role=grant.role,
                scope=grant.scope, upto=grant.upto,
            )
            for grant in grants.order_by("post__key", "role")
        ),
        batch_size=1_000,
    )  # fmt: skip
    audit_write(
        actor, "people.review_opened", review.subject(), detail={"due_on": due_on, "items": len(made)}
    )
    return review


@action("people.review_answer")
def review_answer(*, actor: Viewer, quarter: str, answers: Sequence[Answered], now: datetime) -> None:
    """
    Say of some rights whether they are still needed; those that are not end today.

    Whoever keeps the review may answer for every office, and so closes the gaps: posts of the top, posts without
    anybody above them. The holder of a post for one does not answer for its rights.

    :raises NotAllowed: the review has no such item, or not for the actor's offices.
    :raises ReviewClosed: too late.
    :raises OwnGrant: the actor alone holds the post.
    :raises AnswerStands: the right was ended before.
    :raises WordsRefused: a right is to end without a reason.
    :raises OrganisationRowRefused: the organisation does not allow the end; nothing is answered.
    """
    review = _review(quarter)
    found = review.items.select_related("grant__post").in_bulk([one.item_id for one in answers])
    alone = set(posts_held_alone(actor))
    for one in answers:
        item = found.get(one.item_id)
        if item is None:
            raise NotAllowed(f"review {quarter} item {one.item_id}")
        if not actor.may_everywhere(KEEP):
            actor.must(ANSWER, office_id=item.office_id)
        if item.post in alone:
            raise OwnGrant
        _answer_write(actor, item, one, now)
    _grants_end(actor, [found[one.item_id] for one in answers if one.answer == "end"], day_of(now))
    said = {
        what: sorted(
            f"{found[one.item_id].post} {found[one.item_id].role}" for one in answers if one.answer == what
        )
        for what in AccessReviewItem.Answer.values
    }
    audit_write(actor, "people.review_answered", review.subject(), detail=said)


@action("people.review_close")
def review_close(*, actor: Viewer, quarter: str, now: datetime) -> AccessReview:
    """
    Close a review: from now on it is a record. What nobody answered for stays as it is and is named in it.

    :raises NotAllowed: the actor does not keep the review of the whole city hall, or there is no such review.
    :raises ReviewClosed: it was closed before.
    :raises ReviewNotDue: something is unanswered and its time is not over.
    """
    actor.must_everywhere(KEEP)
    review = _review(quarter)
    counted = dict(review.items.values_list("answer").annotate(n=Count("pk")).order_by("answer"))
    if counted.get("") and day_of(now) <= review.due_on:
        raise ReviewNotDue
    if not AccessReview.objects.filter(pk=review.pk, closed_at=None).update(closed_at=now):
        raise ReviewClosed
    detail = {
        "kept": counted.get("keep", 0),
        "ended": counted.get("end", 0),
        "unanswered": counted.get("", 0),
    }
    audit_write(actor, "people.review_closed", review.subject(), detail=detail)
    review.refresh_from_db()
    return review


@action("people.emergency_begin")
def emergency_begin(*, actor: Viewer, reason: str, now: datetime) -> EmergencyAccess:
    """
    Take the right to look at anybody for an hour, because a life or a right of somebody cannot wait.

    The session that asked names it as its duty (``work.work_begin``). Two that begin at the very same moment are
    both told and both judged: nothing is gained by it.

    :raises NotAllowed: the actor may not.
    :raises WordsRefused: the reason is shorter than 10 characters.
    :raises EmergencyOpen: one is under way.
    """
    actor.must(USE)
    words = _words(reason, least=LEAST_REASON, most=LONGEST_JUDGEMENT)
    if EmergencyAccess.objects.filter(staff=actor.key, began_at__lte=now, ends_at__gt=now).exists():
        raise EmergencyOpen
    opened = EmergencyAccess.objects.create(
        staff=actor.key, office=actor.office, post=actor.post, reason=words, began_at=now,
        ends_at=now + EMERGENCY_LASTS,
    )  # fmt: skip
    # The reason may name somebody: it stays in the row that judges open, out of the trail and of the event.
    audit_write(actor, "people.emergency_begun", opened.subject(), detail={"ends_at": opened.ends_at})
    payload = {"staff": actor.key, "office": actor.office, "post": actor.post, "name": actor.name}
    event_emit("people.emergency_begun", opened.subject(), payload)
    return opened


@action("people.emergency_end")
def emergency_end(*, actor: Viewer, emergency_id: int, now: datetime) -> None:
    """
    End one's own emergency before its hour is over.

    :raises NotAllowed: it is not the actor's.
    :raises EmergencyOver: it has ended.
    """
    opened = EmergencyAccess.objects.filter(pk=emergency_id, staff=actor.key).first()
    if opened is None:
        raise NotAllowed(f"emergency {emergency_id}")
    still = EmergencyAccess.objects.filter(pk=opened.pk, began_at__lt=now, ends_at__gt=now)
    if not still.update(ends_at=now):
        raise EmergencyOver
    audit_write(actor, "people.emergency_ended", opened.subject())


@action("people.emergency_judge", raises={"emergency_judged_by_another": OwnDoing})
def emergency_judge(*, actor: Viewer, emergency_id: int, proper: bool, judgement: str, now: datetime) -> None:
    """
    Say whether an emergency was one, after a look at every look made under it.

    :param judgement: what was found; needed whichever way it goes.
    :raises NotAllowed: the actor judges no emergencies, or there is none.
    :raises OwnDoing: it was the actor's own.
    :raises EmergencyUnderWay: it has not ended.
    :raises JudgedBefore: somebody was faster.
    :raises WordsRefused: nothing was written.
    """
    actor.must_everywhere(JUDGE)
    opened = EmergencyAccess.objects.filter(pk=emergency_id).first()
    if opened is None:
        raise NotAllowed(f"emergency {emergency_id}")
    words = _words(judgement, most=LONGEST_JUDGEMENT)
    if opened.ends_at > now:
        raise EmergencyUnderWay
    if not EmergencyAccess.objects.filter(pk=opened.pk, judged_at=None).update(
        judged_at=now, judged_by=actor.key, proper=proper, judgement=words
    ):
        raise JudgedBefore
    audit_write(actor, "people.emergency_judged", opened.subject(), detail={"proper": proper})


@action("people.reading_report_make", raises={"report_once_a_month": ReportMade})
def reading_report_make(*, actor: Viewer, reading: MonthReading, now: datetime) -> ReadingReport:
    """
    Keep what was unusual in a month's reading, for those who judge it.

    The reading is made before (``oversight.reading.month_read``): it may take a while, and a month that is over
    changes no more.

    :raises NotAllowed: the actor judges no reading.
    :raises MonthNotOver: looks could still be added.
    :raises ReportMade: the month has its report.
    """
    actor.must_everywhere(READING)
    if month_begins_after(reading.month) > now:
        raise MonthNotOver
    report = ReadingReport.objects.create(month=reading.month, made_at=now, reads=reading.reads)
    ReadingFinding.objects.bulk_create(
        (
            ReadingFinding(
                report=report, rule=one.rule, staff=one.staff, office=one.office, about=one.about, count=one.count,
                usual=one.usual, rows=list(one.rows),
            )
            for one in reading.findings
        ),
        batch_size=500,
    )  # fmt: skip
    detail = {"reads": reading.reads, "findings": len(reading.findings)}
    audit_write(actor, "people.reading_report_made", report.subject(), detail=detail)
    return report


@action("people.finding_judge", raises={"finding_judged_by_another": OwnDoing})
def finding_judge(*, actor: Viewer, finding_id: int, judgement: str, now: datetime) -> None:
    """
    Write down what came of a finding.

    :raises NotAllowed: the actor judges no reading, or there is no such finding.
    :raises OwnDoing: the looks, or some of them, were the actor's own.
    :raises JudgedBefore: somebody was faster.
    :raises WordsRefused: nothing was written.
    """
    actor.must_everywhere(READING)
    finding = ReadingFinding.objects.select_related("report").filter(pk=finding_id).first()
    if finding is None:
        raise NotAllowed(f"finding {finding_id}")
    words = _words(judgement, most=LONGEST_JUDGEMENT)
    if rows_named(finding.rows).filter(actor_key=actor.key).exists():
        raise OwnDoing
    if not ReadingFinding.objects.filter(pk=finding.pk, judged_at=None).update(
        judged_at=now, judged_by=actor.key, judgement=words
    ):
        raise JudgedBefore
    detail = {"rule": finding.rule, "finding": finding.pk}
    audit_write(actor, "people.finding_judged", finding.report.subject(), detail=detail)


@action("people.oversight_export")
def oversight_export(*, actor: Viewer, subject: Subject, form: str, count: int, now: datetime) -> None:  # noqa: ARG001
    """
    Write down that a list of rights, of a review or of findings was taken out: it names people.

    :param subject: ``rights_subject``, a review or a report.
    :param form: csv or pdf.
    :param count: how many lines it has.
    :raises NotAllowed: the actor may not see it.
    """
    wanted = {"people.reading_report": [READING], "people.rights": [RIGHTS]}.get(subject.kind, [KEEP, RIGHTS])
    if not any(actor.may_everywhere(right) for right in wanted):
        raise NotAllowed(f"{actor.key}: {subject.kind}")
    audit_write(actor, "people.oversight_exported", subject, detail={"form": form, "count": count})


def rights_subject(on: date) -> Subject:
    """Give the reference to the list of all rights of a day."""
    return Subject("people.rights", on.isoformat(), page=f"/office/rights/?on={on.isoformat()}")


# Inside


def _review(quarter: str) -> AccessReview:
    review = AccessReview.objects.filter(quarter=quarter).first()
    if review is None:
        raise NotAllowed(f"review {quarter}")
    if review.closed_at is not None:
        raise ReviewClosed
    return review


def _answer_write(actor: Viewer, item: AccessReviewItem, given: Answered, now: datetime) -> None:
    if given.answer not in AccessReviewItem.Answer.values:
        raise NotAllowed(f"answer {given.answer}")
    ends = given.answer == AccessReviewItem.Answer.END
    reason = _words(given.reason, most=LONGEST_REASON) if ends else ""
    open_still = AccessReviewItem.objects.filter(~Q(answer="end"), pk=item.pk, review__closed_at=None)
    if not open_still.update(answer=given.answer, reason=reason, answered_at=now, answered_by=actor.key):
        raise AnswerStands


def _grants_end(actor: Viewer, items: Sequence[AccessReviewItem], on: date) -> None:
    """End what has not ended anyway since the review was opened."""
    grants = [item.grant for item in items if item.grant is not None]
    rows = grant_end_rows(grants=[g for g in grants if g.ends_on is None or g.ends_on > on], on=on)
    if rows["grants"]:
        rows_write(actor, rows)


def _words(text: str, *, most: int, least: int = 1) -> str:
    words = text.strip()
    if len(words) < least and least > 1:
        raise WordsRefused(_("何のために、だれの何を見るのかが分かるように、10文字以上で書いてください。"))
    if len(words) < least:
        raise WordsRefused
    if len(words) > most:
        raise WordsRefused(_("%(most)d文字以内で書いてください。") % {"most": most})
    if my_number_find(words):
        raise WordsRefused(_("マイナンバー（12桁）のように見えます。マイナンバーは書かないでください。"))
    return words
