"""Whom a notice reaches: from the chosen offices to persons, on one day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from madoguchi.blocks.people.queries import offices_on, staff_of_offices
from madoguchi.blocks.people.types import Holder, OfficeOnDay
from madoguchi.kernel.rights import Viewer


@dataclass(frozen=True, slots=True)
class Recipients:
    """The offices that were chosen, all that this reaches, and the persons with the post that counts."""

    chosen: frozenset[int]
    offices: tuple[OfficeOnDay, ...]
    holders: dict[str, Holder]

    def per_office(self) -> list[tuple[OfficeOnDay, int]]:
        """Count the persons per office, in tree order; offices without a holder are named with 0."""
        counts = Counter(holder.office_id for holder in self.holders.values())
        return [(office, counts[office.id]) for office in self.offices]


def recipients_on(*, everybody: bool, office_keys: Collection[str], with_under: bool, on: date) -> Recipients:
    """Work out whom a notice reaches that is sent on a day; offices that do not stand that day reach nobody."""
    standing = offices_on(on=on)
    chosen = frozenset(office.id for office in standing if everybody or office.key in office_keys)
    reached = chosen if everybody or not with_under else _with_under(chosen, standing)
    offices = tuple(office for office in standing if office.id in reached)
    return Recipients(chosen, offices, _one_post_each(offices, on))


def person_key(staff_key: str) -> str:
    """Give a staff member's key as viewers carry it."""
    return f"staff:{staff_key}"


def offices_addressing(viewer: Viewer) -> frozenset[int]:
    """
    Give the offices whose notices a viewer sees by post: that of the main post, and offices that have ended
    and whose work is carried on there or under it.
    """
    if viewer.kind != "staff" or viewer.office_id is None:
        return frozenset()
    if viewer.offices <= {viewer.office_id}:
        return frozenset([viewer.office_id])
    standing = {office.id for office in offices_on(on=viewer.on)}
    return frozenset(viewer.offices - standing) | {viewer.office_id}


def _with_under(chosen: Iterable[int], standing: Iterable[OfficeOnDay]) -> frozenset[int]:
    # Tree order: a parent always comes before its children.
    reached = set(chosen)
    for office in standing:
        if office.parent_id in reached:
            reached.add(office.id)
    return frozenset(reached)


def _one_post_each(offices: Iterable[OfficeOnDay], on: date) -> dict[str, Holder]:
    """Somebody with several posts gets one notice: by the main post, else by the highest."""
    found: dict[str, Holder] = {}
    for holder in staff_of_offices(office_ids=[office.id for office in offices], on=on):
        person = person_key(holder.staff_key)
        known = found.get(person)
        if known is None or _weight(holder) > _weight(known):
            found[person] = holder
    return found


def _weight(holder: Holder) -> tuple[bool, int]:
    return (holder.kind == "main", holder.rank)
