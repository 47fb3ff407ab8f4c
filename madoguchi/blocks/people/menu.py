"""The menu entries of the organisation and of those who watch the rights, and what waits for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.actions.listing import ENDING_SOON, protections_listed
from madoguchi.blocks.people.models import (
    AccessReviewItem,
    EmergencyAccess,
    FeedDelivery,
    ReadingFinding,
    SamePerson,
)
from madoguchi.blocks.people.oversight.holders import posts_held_alone
from madoguchi.blocks.people.parties.cards import protected
from madoguchi.kernel.pages import Tile, menu_declare, waiting_declare
from madoguchi.kernel.rights import Viewer

menu_declare(label=_("住民の記録"), url_name="people:residents", right="people.duty_choose", order=40)
menu_declare(
    label=_("住民記録の連携"),
    url_name="people:feeds",
    right=("people.feed_bring", "people.feed_accept"),
    order=42,
)
menu_declare(label=_("組織と職員"), url_name="people:tree", right="people.organisation_view", order=60)
menu_declare(label=_("権限と閲覧"), url_name="people:rights", right="people.rights_view", order=62)
menu_declare(label=_("権限の点検"), url_name="people:reviews", right="people.review_answer", order=63)
menu_declare(label=_("緊急の閲覧"), url_name="people:emergencies", right="people.emergency_use", order=64)


@waiting_declare("people.reviews")
def reviews_waiting(viewer: Viewer, now: datetime) -> Iterator[Tile]:  # noqa: ARG001 - the viewer carries the day
    """Show for how many rights of a viewer's offices nobody has answered yet."""
    if not viewer.may("people.review_answer"):
        return
    mine = viewer.where("people.review_answer") & ~Q(post__in=posts_held_alone(viewer))
    items = AccessReviewItem.objects.filter(mine, answer="", review__closed_at=None)
    found = items.aggregate(count=Count("pk"), due=Min("review__due_on"))
    if found["count"]:
        late = found["due"] < viewer.on
        yield Tile(
            gettext("答えていない権限の点検"), found["count"], reverse("people:reviews"), unit=gettext("件"),
            note=gettext("期限を過ぎています。") if late else "", tone="warning" if late else "neutral",
        )  # fmt: skip


@waiting_declare("people.emergencies")
def emergencies_waiting(viewer: Viewer, now: datetime) -> Iterator[Tile]:
    """Show how many emergencies wait to be judged, and whether one is under way."""
    if not viewer.may_everywhere("people.emergency_judge"):
        return
    unjudged = EmergencyAccess.objects.filter(judged_at=None).exclude(staff=viewer.key)
    found = unjudged.aggregate(count=Count("pk"), open=Count("pk", filter=Q(ends_at__gt=now)))
    if found["count"]:
        note = gettext("いま%(count)d件が続いています。") % {"count": found["open"]} if found["open"] else ""
        yield Tile(
            gettext("確かめる緊急の閲覧"), found["count"], reverse("people:emergencies"), unit=gettext("件"),
            note=note, tone="error" if found["open"] else "warning",
        )  # fmt: skip


@waiting_declare("people.findings")
def findings_waiting(viewer: Viewer, now: datetime) -> Iterator[Tile]:  # noqa: ARG001 - all that is unjudged waits
    """Show how many findings of the monthly reports nobody has judged."""
    if not viewer.may_everywhere("people.reading_judge"):
        return
    count = ReadingFinding.objects.filter(judged_at=None).exclude(staff=viewer.key).count()
    if count:
        yield Tile(gettext("確かめる気になる閲覧"), count, reverse("people:reports"), unit=gettext("件"))


@waiting_declare("people.pairs")
def pairs_to_judge(viewer: Viewer, now: datetime) -> Iterator[Tile]:  # noqa: ARG001 - the viewer carries the day
    """Show how many pairs wait; those of protected persons wait for whoever may see them."""
    if not viewer.may("people.person_merge"):
        return
    hidden = protected(viewer.on)
    waiting = SamePerson.objects.filter(verdict=SamePerson.Verdict.WAITING)
    count = waiting.exclude(one__in=hidden).exclude(other__in=hidden).count()
    if count:
        label = gettext("同じ人かもしれない二人")
        yield Tile(label, count, reverse("people:pairs"), unit=gettext("組"))


@waiting_declare("people.protections")
def protections_ending(viewer: Viewer, now: datetime) -> Iterator[Tile]:  # noqa: ARG001 - the viewer carries the day
    """Show how many protections end soon."""
    if not viewer.may("people.protection_keep"):
        return
    count = protections_listed(viewer.on).filter(ends_on__lte=viewer.on + ENDING_SOON).count()
    if count:
        note = gettext("%(days)d日のうちに終わります。") % {"days": ENDING_SOON.days}
        yield Tile(
            gettext("まもなく終わる支援措置"), count, reverse("people:protections"), unit=gettext("人"),
            note=note, tone="warning",
        )  # fmt: skip


@waiting_declare("people.feeds")
def feeds_to_accept(viewer: Viewer, now: datetime) -> Iterator[Tile]:  # noqa: ARG001 - files wait without a date
    """Show how many files wait for somebody else than their bringer to accept them."""
    if not viewer.may("people.feed_accept"):
        return
    waiting = FeedDelivery.objects.filter(state=FeedDelivery.State.ALARM, accepted_by="")
    count = waiting.exclude(received_by=viewer.key).count()
    if count:
        yield Tile(
            gettext("確かめる連携ファイル"), count, reverse("people:feeds"), unit=gettext("件"),
            note=gettext("変わる人が多いファイルです。"), tone="warning",
        )  # fmt: skip
