"""Mandates as either side, or a clerk, sees them: who, what, until when, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from madoguchi.blocks.people.mandates.offers import offer_closes_on
from madoguchi.blocks.people.mandates.standing import root_of, supported
from madoguchi.blocks.people.models import Mandate
from madoguchi.blocks.people.types import MandateLine, MandateSide, MandateState
from madoguchi.kernel.rights import Viewer

_ONE_DAY = timedelta(days=1)


def lines_of(
    mandates: Sequence[Mandate], *, names: Mapping[int, str], side: MandateSide, viewer: Viewer
) -> tuple[MandateLine, ...]:
    """
    Give mandates as lines.

    :param names: by party id; a side without one is shown without a name.
    :param side: on which side of them all the party stands whose mandates they are.
    """
    on = viewer.on
    holding = {one.pk for one in supported([one for one in mandates if _current(one, on)], on)}
    return tuple(
        MandateLine(
            key=one.key,
            kind=one.kind,
            basis=one.basis,
            side=side,
            grantor=names.get(root_of(one.grantor), ""),
            delegate=names.get(root_of(one.delegate), "") if one.delegate else "",
            services=tuple(one.services),
            papers=one.papers,
            starts_on=one.starts_on,
            last_on=one.ends_on - _ONE_DAY if one.ends_on else None,
            state=_told(_state(one, on, holds=one.pk in holding), one, side, viewer),
            offered_at=one.offered_at,
            closes_on=offer_closes_on(one),
            accepted_at=one.accepted_at,
            ended_at=one.revoked_at,
            ended_by=_ended_by(one, viewer),
        )
        for one in mandates
    )


def _current(mandate: Mandate, on: date) -> bool:
    begun = mandate.accepted_at is not None and mandate.revoked_at is None and mandate.starts_on <= on
    return begun and (mandate.ends_on is None or on < mandate.ends_on)


def _state(mandate: Mandate, on: date, *, holds: bool) -> MandateState:
    if holds:
        return "holds"
    if mandate.revoked_at is not None:
        if mandate.accepted_at is not None:
            return "ended"
        return "void"
    if mandate.accepted_at is None:
        if on > offer_closes_on(mandate):
            return "lapsed"
        return "in_hand" if mandate.delegate_id else "offered"
    if on < mandate.starts_on:
        return "coming"
    return "suspended" if _current(mandate, on) else "over"


def _told(state: MandateState, mandate: Mandate, side: MandateSide, viewer: Viewer) -> MandateState:
    """What the delegate is told of a mandate that stopped for a reason of the grantor's: that it is over, no more."""
    asks = viewer.kind == "resident" and side == "delegate" and mandate.basis != Mandate.Basis.REGISTER
    return "ended" if state == "suspended" and asks else state


def _ended_by(mandate: Mandate, viewer: Viewer) -> str:
    if mandate.revoked_at is None:
        return ""
    if mandate.revoked_by == "tries":
        return "tries"
    if mandate.revoked_by.startswith("staff:"):
        return "counter"
    return "self" if mandate.revoked_by == viewer.key else "other"
