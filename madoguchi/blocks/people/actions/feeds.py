"""Receiving, accepting and applying files of the resident register (``register/`` holds how)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.models import FeedDelivery
from madoguchi.blocks.people.register.applying import Register
from madoguchi.blocks.people.register.batch import Batch
from madoguchi.blocks.people.register.comparing import Comparison, alarms, compare
from madoguchi.blocks.people.register.extract import Resident, residents_of
from madoguchi.blocks.people.register.heads import heads_contradict
from madoguchi.blocks.people.register.keeping import feed_content, feed_forget, feed_keep
from madoguchi.blocks.people.register.letters import letters_bound
from madoguchi.blocks.people.register.order import difference_next
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.layouts import FileRefused, Layout, Problem, layout_read
from madoguchi.kernel.layouts.kind import layout_published
from madoguchi.kernel.outbox import event_emit
from madoguchi.kernel.rights import Viewer

State, Extent = FeedDelivery.State, FeedDelivery.Extent


class FeedApplied(Refused):
    """This file was applied before, or another with its number was."""

    message = _("このファイルは反映済みです。")


class FeedNotReady(Refused):
    """The file was refused, or waits for somebody to accept it."""

    message = _("このファイルは反映できません。検査の結果を確かめてください。")


class SameHand(Refused):
    """Whoever brought a file cannot accept it."""

    message = _("取り込んだ本人は確認できません。ほかの人に確認を頼んでください。")


class AcceptanceNeedsReason(Refused):
    """Why the file is right was left out."""

    message = _("確認した相手と内容を書いてください。")


class FeedMoved(Refused):
    """What is known changed after the check, so that the file now changes more than it did."""

    message = _("検査のあとに記録が変わりました。もう一度取り込んで検査してください。")


class FeedContradicts(Refused):
    """A record contradicts what is known in a way that the check did not see."""

    message = _(
        "ファイルの内容が、これまでの記録と矛盾するため反映できません。記録は変わっていません。送り元に確かめてください。"
    )


_REFUSED_BY = {
    "feed_sequence_once": FeedApplied,
    "feed_file_once": FeedApplied,
    **dict.fromkeys(
        ["household_one_head", "person_one_household", "party_one_name", "party_one_address", "party_one_residence",
         "party_protected_once", "party_born_once"],
        FeedContradicts,
    ),
}  # fmt: skip


@action("people.feed_receive")
def feed_receive(
    *,
    actor: Viewer,
    layout_key: str,
    extent: str,
    content: bytes,
    file_name: str,
    as_of: date,
    sequence: int | None = None,
    now: datetime,
) -> FeedDelivery:
    """
    Check a file and keep it for application. Nothing else changes; a refused file leaves its problems.

    :param layout_key: the declared ``layout``.
    :param extent: full or difference.
    :param as_of: the day whose register the file shows; one that has not come is refused.
    :param sequence: the number of a difference, which needs it; of a full file, the last difference that it includes.
    :raises NotAllowed: the actor does not bring files.
    """
    actor.must("people.feed_bring")
    layout_now = layout_published(layout_key)
    delivery = FeedDelivery(
        layout=layout_key, layout_version=layout_now.version, extent=extent, sequence=sequence, as_of=as_of,
        file_name=file_name[:200], received_at=now, received_by=actor.key, state=State.CHECKED,
        sha256=feed_keep(content),
    )  # fmt: skip
    try:
        _day_refuse(delivery, now)
        comparison = _compared(delivery, layout_now.model, content)
        words = alarms(comparison, layout_now.model.limits)
        delivery.counts = comparison.counts
        delivery.problems = [str(word) for word in words]
        delivery.state = State.ALARM if words else State.CHECKED
    except FileRefused as refused:
        delivery.problems = [str(problem) for problem in refused.problems]
        delivery.state = State.REFUSED
        _forget(delivery)
    delivery.save(force_insert=True)
    detail = {"state": str(delivery.state), "sha256": delivery.sha256, **delivery.counts}
    audit_write(actor, "people.feed_received", delivery.subject(), detail=detail)
    return delivery


@action("people.feed_accept")
def feed_accept(*, actor: Viewer, delivery_id: int, reason: str, now: datetime) -> None:  # noqa: ARG001
    """
    Say of a file that changes more than usual that it is right.

    :raises NotAllowed: the actor does not accept files.
    :raises SameHand: the actor brought it.
    :raises FeedNotReady: it does not wait for this.
    """
    actor.must("people.feed_accept")
    if not reason.strip():
        raise AcceptanceNeedsReason
    waiting = FeedDelivery.objects.filter(pk=delivery_id, state=State.ALARM, accepted_by="")
    if waiting.filter(received_by=actor.key).exists():
        raise SameHand
    if not waiting.update(accepted_by=actor.key, accepted_reason=reason):
        raise FeedNotReady
    delivery = FeedDelivery.objects.get(pk=delivery_id)
    audit_write(actor, "people.feed_accepted", delivery.subject(), detail={"sha256": delivery.sha256})


@action("people.feed_apply", raises=_REFUSED_BY)
def feed_apply(*, actor: Viewer, delivery_id: int, now: datetime) -> FeedDelivery:
    """
    Apply a checked file: all of it in one transaction.

    :raises NotAllowed: the actor does not bring files.
    :raises FeedNotReady: it was refused, or nobody has accepted it.
    :raises FeedApplied: it was applied before.
    :raises FeedMoved: it would now change more than what was checked, or accepted.
    :raises TwoHeads: a household would have two heads.
    :raises FeedContradicts: the database holds it to contradict what is known.
    :raises FeedFileGone: the file is not on this computer.
    """
    actor.must("people.feed_bring")
    # The mark comes first: of two who press at once, one finds it set.
    ready = FeedDelivery.objects.filter(pk=delivery_id).exclude(state=State.APPLIED)
    checked = ready.filter(state=State.CHECKED) | ready.filter(state=State.ALARM).exclude(accepted_by="")
    if not checked.update(state=State.APPLIED, applied_at=now):
        done = FeedDelivery.objects.filter(pk=delivery_id, state=State.APPLIED).exists()
        raise FeedApplied if done else FeedNotReady
    delivery = FeedDelivery.objects.get(pk=delivery_id)
    layout = layout_published(delivery.layout).model
    try:
        comparison = _compared(delivery, layout, feed_content(delivery.sha256))
    except FileRefused as refused:
        raise FeedMoved from refused
    if alarms(comparison, layout.limits) and (
        not delivery.accepted_by or comparison.exceeds(delivery.counts)
    ):
        raise FeedMoved
    residents_apply(comparison, system=delivery.layout, as_of=delivery.as_of, delivery=delivery, now=now)
    delivery.counts = comparison.counts
    delivery.save(update_fields=["counts"])
    audit_write(actor, "people.feed_applied", delivery.subject(), detail=comparison.counts)
    transaction.on_commit(lambda: _forget(delivery))
    event_emit("people.register_changed", delivery.subject(), comparison.counts)
    return delivery


def residents_apply(
    comparison: Comparison, *, system: str, as_of: date, delivery: FeedDelivery | None, now: datetime
) -> None:
    """Put what a comparison found into the database; part of an action's transaction."""
    batch = Batch(delivery_id=delivery.pk if delivery else None, now=now)
    Register(batch, system=system, as_of=as_of).put(comparison)
    batch.write()


def _compared(delivery: FeedDelivery, layout: Layout, content: bytes) -> Comparison:
    _order_refuse(delivery)
    full = delivery.extent == Extent.FULL
    read = layout_read(layout, content, letters=letters_bound())
    residents: Sequence[Resident] = residents_of(read, full=full)
    if residents and not full:
        _again_refuse(delivery)
    comparison = compare(residents, system=delivery.layout, full=full, on=delivery.as_of)
    # A full file holds every head, which ``residents_of`` has seen.
    problems = [] if full else list(heads_contradict(comparison, residents, system=delivery.layout))
    if problems:
        raise FileRefused(problems[:200])
    return comparison


def _forget(delivery: FeedDelivery) -> None:
    """Delete a file that no other delivery waits for; a full file that was applied is never applied again."""
    waiting = FeedDelivery.objects.filter(
        sha256=delivery.sha256, state__in=[State.CHECKED, State.ALARM]
    ).exclude(pk=delivery.pk)
    if delivery.state == State.APPLIED and delivery.extent == Extent.FULL:
        waiting = waiting.exclude(extent=Extent.FULL)
    if not waiting.exists():
        feed_forget(delivery.sha256)


def _day_refuse(delivery: FeedDelivery, now: datetime) -> None:
    """:raises FileRefused: a day that has not come; until it comes, every right file would be an old one."""
    if delivery.as_of > day_of(now):
        raise _whole(f"基準日（{delivery.as_of}）が今日より後です。基準日を確かめてください。")


def _order_refuse(delivery: FeedDelivery) -> None:
    """:raises FileRefused: the file is not the one that comes next."""
    applied = FeedDelivery.objects.filter(state=State.APPLIED, extent=delivery.extent).exclude(pk=delivery.pk)
    same = applied.filter(sha256=delivery.sha256)
    if delivery.extent == Extent.DIFFERENCE:
        # Two differences in which nothing happened are alike to the byte.
        same = same.filter(layout=delivery.layout, sequence=delivery.sequence)
    if same.exists():
        raise _whole("同じファイルが反映済みです。新しいファイルを取り込んでください。")
    newest = FeedDelivery.objects.filter(layout=delivery.layout, state=State.APPLIED).exclude(pk=delivery.pk)
    newest_day = newest.aggregate(day=Max("as_of"))["day"]
    if newest_day and delivery.as_of < newest_day:
        text = (
            f"基準日（{delivery.as_of}）が、反映済みのファイル（{newest_day}）より前です。古いファイルです。"
        )
        raise _whole(text)
    wanted = difference_next(delivery.layout, besides=delivery.pk or 0)
    if delivery.extent == Extent.FULL:
        if wanted is not None and delivery.sequence is not None and delivery.sequence < wanted.last:
            text = f"この全件が含む差分は通番{delivery.sequence}までですが、通番{wanted.last}まで反映済みです。古いファイルです。"
            raise _whole(text)
        return
    if wanted is None:
        raise _whole("全件のファイルがまだ反映されていません。先に全件を取り込んでください。")
    if not wanted.fits(delivery.sequence):
        least = f"{wanted.least}" if wanted.exactly else f"{wanted.least}以上"
        text = f"差分の通番は{least}のはずですが、{delivery.sequence}です。抜けているファイルを先に取り込んでください。"
        raise _whole(text)


def _again_refuse(delivery: FeedDelivery) -> None:
    """:raises FileRefused: the difference before had the very same records: its file was brought again by mistake."""
    differences = FeedDelivery.objects.filter(
        layout=delivery.layout, state=State.APPLIED, extent=Extent.DIFFERENCE
    )
    before = differences.exclude(pk=delivery.pk).order_by("-applied_at", "-pk").first()
    if before is not None and before.sha256 == delivery.sha256:
        raise _whole(f"反映済みの通番{before.sequence}と同じ中身です。新しいファイルを取り込んでください。")


def _whole(text: str) -> FileRefused:
    return FileRefused([Problem(0, "", text)])
