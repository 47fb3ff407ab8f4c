"""
Who heads a household from when to when: settled over all that a file says, so that no day has two heads.

A file tells it from two sides. The record of whoever was the head says when he left, or only when it last changed, or
there is none any more; that of whoever became it says since when, or only since when the person lives there. The firmer
of the two days holds, and for the rest of his time the other belongs to the household as somebody else.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.models import Membership, PartyNumber
from madoguchi.blocks.people.register.comparing import Comparison
from madoguchi.blocks.people.register.extract import HEAD, Resident
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.db.two_times import believed
from madoguchi.kernel.layouts import Problem
from madoguchi.kit.portions import portions
from madoguchi.kit.timelines import Span


class TwoHeads(Refused):
    """A household would have two heads from now on: the record of the one who gave it up is missing."""

    message = _("世帯に世帯主が二人います。送り元に確かめて、もう一度取り込んでください。")


@dataclass(slots=True)
class Seat:
    """
    What a file makes of one person's households, held back until it is known who heads them.

    :param withdrawn: rows that ``spans`` take the place of.
    :param left_on: the day on which the person's own record says that the residence ended.
    :param since: the day of the last change that a new person's record tells: from then at the latest he heads it.
    :param new: nothing was known of the person, so that a span says since when somebody lives there, no more.
    """

    withdrawn: Sequence[int]
    spans: list[Span]
    left_on: date | None = None
    since: date | None = None
    new: bool = False


@dataclass(slots=True, order=True)
class _Claim:
    """A time in which somebody heads a household; without a seat it is believed, and not this file's to change."""

    ends_on: date
    starts_on: date
    span: Span = field(compare=False)
    seat: Seat | None = field(compare=False)

    @property
    def is_over(self) -> bool:
        return self.starts_on >= self.ends_on

    @property
    def ends_surely(self) -> bool:
        left_on = self.seat.left_on if self.seat else self.ends_on
        return left_on is not None and self.ends_on >= left_on

    def since(self, other: _Claim) -> date:
        """Give the day from which this headship holds after another, whose end is not sure."""
        assert self.seat is not None
        if not self.seat.new:
            return self.starts_on
        said = self.seat.since
        return other.ends_on if said is None else min(other.ends_on, max(self.starts_on, said))


def heads_settle(seats: Iterable[Seat], *, known: Mapping[int, str]) -> None:
    """
    Change the spans of persons so that no household has two heads on a day.

    :param known: the numbers of the households that were there before, by id; others have no members yet.
    :raises TwoHeads: two would head a household until further notice.
    """
    claims: dict[int, list[_Claim]] = defaultdict(list)
    withdrawn: set[int] = set()
    for seat in seats:
        withdrawn.update(seat.withdrawn)
        for span in seat.spans:
            if span.values["head"]:
                claims[span.values["group_id"]].append(_claim(span, seat))
    for claim in _believed([group for group in claims if group in known], withdrawn):
        claims[claim.span.values["group_id"]].append(claim)
    for group, rivals in claims.items():
        if len(rivals) > 1 and _settle(list(rivals)):
            raise TwoHeads(_two_heads(known.get(group, "")))
        for one in rivals:
            period = (one.span.starts_on, one.span.ends_on or date.max)
            if one.seat is not None and (one.is_over or (one.starts_on, one.ends_on) != period):
                one.seat.spans = _with(one.seat.spans, one)


def heads_contradict(
    comparison: Comparison, residents: Sequence[Resident], *, system: str
) -> Iterable[Problem]:
    """Find in a difference whoever would head a household that another heads and goes on to head."""
    told = [*comparison.new, *(one for _party, one in comparison.changed)]
    heads: dict[str, list[str]] = defaultdict(list)
    for one in told:
        if one.is_resident and one.household and one.relation == HEAD:
            heads[one.household].append(one.number)
    wrong = {household: numbers[-1] for household, numbers in heads.items() if len(numbers) > 1}
    concerned = {party_id for party_id, _one in comparison.changed}
    for chunk in portions(sorted(heads)):
        rows = PartyNumber.objects.filter(system=f"{system}/household", number__in=chunk)
        groups = dict(rows.values_list("party_id", "number"))
        standing = Membership.objects.filter(believed(), head=True, ends_on=None, group__in=groups)
        for group, party_id in standing.filter(kind=Membership.Kind.HOUSEHOLD).values_list("group", "party"):
            if party_id not in concerned:
                wrong[groups[group]] = heads[groups[group]][-1]
    if not wrong:
        return
    lines = {one.number: line for line, one in enumerate(residents, start=2)}
    for household, number in sorted(wrong.items()):
        yield Problem(lines[number], "", _two_heads(household))


def _two_heads(household: str) -> str:
    return f"世帯 {household} に世帯主が二人います。世帯主でなくなった人の行も出力してください。"


def _claim(span: Span, seat: Seat | None) -> _Claim:
    return _Claim(span.ends_on or date.max, span.starts_on, span, seat)


def _believed(groups: Sequence[int], withdrawn: set[int]) -> Iterable[_Claim]:
    """Give the headships that stay as they are believed."""
    for chunk in portions(sorted(groups)):
        rows = Membership.objects.filter(
            believed(), head=True, kind=Membership.Kind.HOUSEHOLD, group__in=chunk
        )
        for row in rows.only("group_id", "starts_on", "ends_on"):
            if row.pk not in withdrawn:
                yield _claim(Span(row.starts_on, row.ends_on, {"group_id": row.group_id}, row.pk), None)


def _settle(claims: list[_Claim]) -> bool:
    """
    Part the claims to one household, from the last that ends to the first; whether two of them never end.
    """
    claims.sort()
    later = claims.pop()
    while claims:
        one = claims.pop()
        if one.ends_on > later.starts_on:
            if one.ends_on == date.max:
                return True
            if later.seat is not None and (one.seat is None or one.ends_surely):
                later.starts_on = one.ends_on
            else:
                since = later.starts_on if later.seat is None else max(later.starts_on, later.since(one))
                later.starts_on = min(since, one.ends_on)
                one.ends_on = later.starts_on
                if not one.is_over:
                    insort(claims, one)
                continue
        later = one
    return False


def _with(spans: Sequence[Span], claim: _Claim) -> list[Span]:
    """Let somebody head a household for a part of a span only, and be what he was or became for the rest."""
    at = next(place for place, span in enumerate(spans) if span is claim.span)
    span, end = claim.span, claim.span.ends_on
    before, after = _somebody(span, spans[at - 1 : at]), _somebody(span, spans[at + 1 : at + 2])
    if claim.is_over:
        pieces = [replace(span, values=after if after["relation"] else before)]
    else:
        until = None if claim.ends_on == date.max else claim.ends_on
        pieces = [replace(span, starts_on=claim.starts_on, ends_on=until)]
        if claim.starts_on > span.starts_on:
            pieces.insert(0, replace(span, ends_on=claim.starts_on, values=before))
        if until is not None and until != end:
            pieces.append(replace(span, starts_on=until, values=after))
    joined: list[Span] = []
    for piece in [*spans[:at], *pieces, *spans[at + 1 :]]:
        last = joined[-1] if joined and not piece.values["head"] else None
        if last is not None and (last.ends_on, last.values) == (piece.starts_on, piece.values):
            joined[-1] = replace(last, ends_on=piece.ends_on)
        else:
            joined.append(piece)
    return joined


def _somebody(span: Span, beside: Sequence[Span]) -> Mapping[str, Any]:
    """Give what somebody was in the household just before a span, or becomes after it, if not its head."""
    for other in beside:
        touches = other.ends_on == span.starts_on or other.starts_on == span.ends_on
        if touches and other.values["group_id"] == span.values["group_id"] and not other.values["head"]:
            return other.values
    return {**span.values, "head": False, "relation": ""}
