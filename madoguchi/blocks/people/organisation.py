"""
The organisation on a day, from memory.

Offices, names, places and successions are few and change on few days, so a process keeps them all and works
out any day from them; the ``organisation`` stamp tells when they have changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Protocol

from madoguchi.blocks.people.models import Office, OfficeName, OfficePlace, OfficeSuccession
from madoguchi.blocks.people.types import OfficeOnDay
from madoguchi.kernel.stamps import Stamped

STAMP = "organisation"


class _Dated(Protocol):
    starts_on: date
    ends_on: date | None


def holds(row: _Dated, on: date) -> bool:
    """Say whether a dated row holds on a day."""
    return row.starts_on <= on and (row.ends_on is None or on < row.ends_on)


@dataclass(frozen=True)
class OrganisationDay:
    """All offices of one day, and the tree they form."""

    on: date
    offices: dict[int, OfficeOnDay]
    children: dict[int | None, list[int]]

    def below(self, office_id: int) -> frozenset[int]:
        """Give an office and everything under it."""
        found, todo = {office_id}, [office_id]
        while todo:
            fresh = [child for child in self.children.get(todo.pop(), []) if child not in found]
            found.update(fresh)
            todo.extend(fresh)
        return frozenset(found)

    def by_name(self, name: str) -> list[OfficeOnDay]:
        """Find the offices that bear this name, or whose path written without spaces is this name."""
        return [o for o in self.offices.values() if name in (o.name, "".join(o.path[-2:]))]

    def in_order(self) -> list[OfficeOnDay]:
        """Give the offices as the tree is read, top down."""
        result: list[OfficeOnDay] = []
        todo = list(reversed(self.children.get(None, [])))
        while todo:
            office_id = todo.pop()
            result.append(self.offices[office_id])
            todo.extend(reversed(self.children.get(office_id, [])))
        return result


@dataclass(frozen=True)
class Organisation:
    """The organisation over all time."""

    offices: list[Office]
    names: dict[int, list[OfficeName]]
    places: dict[int, list[OfficePlace]]
    heirs: dict[int, set[int]]
    ancestors: dict[int, set[int]] = field(default_factory=dict)

    def day(self, on: date) -> OrganisationDay:
        """Work out one day."""
        return _day(self, on)

    def inherited(self, office_ids: Iterable[int]) -> frozenset[int]:
        """Give these offices and every office whose work they carry on."""
        return _closure(office_ids, self.ancestors)

    def current(self, office_id: int, on: date) -> frozenset[int]:
        """Give the offices that carry an office's work on a day: itself while it lives, else its heirs."""
        alive = {office.pk for office in self.offices if holds(office, on)}
        return (
            frozenset(_closure([office_id], self.heirs) & alive)
            if office_id not in alive
            else frozenset([office_id])
        )

    def name(self, office_id: int, on: date) -> str:
        """Give an office's name on a day; outside its life, the nearest name it had."""
        names = self.names.get(office_id, [])
        valid = [row.name for row in names if holds(row, on)]
        if valid:
            return valid[0]
        earlier = [row.name for row in names if row.starts_on <= on]
        return earlier[-1] if earlier else (names[0].name if names else "")

    def lost_in_rings(self, on: date) -> frozenset[str]:
        """Name the offices of a day that stand above each other in a ring, and those under them."""
        day = self.day(on)
        reached = {office.id for office in day.in_order()}
        return frozenset(office.key for office in day.offices.values() if office.id not in reached)

    def __hash__(self) -> int:
        return id(self)


def _closure(start: Iterable[int], edges: dict[int, set[int]]) -> frozenset[int]:
    found, todo = set(start), list(start)
    while todo:
        fresh = edges.get(todo.pop(), set()) - found
        found |= fresh
        todo.extend(fresh)
    return frozenset(found)


@lru_cache(maxsize=32)
def _day(organisation: Organisation, on: date) -> OrganisationDay:
    alive = {office.pk: office for office in organisation.offices if holds(office, on)}
    parents: dict[int, int | None] = {}
    for office_id in alive:
        valid = [row.parent_id for row in organisation.places.get(office_id, []) if holds(row, on)]
        parents[office_id] = valid[0] if valid and valid[0] in alive else None
    names = {office_id: organisation.name(office_id, on) for office_id in alive}
    offices = {
        office_id: OfficeOnDay(
            office_id, office.key, names[office_id], office.level, office.order, parents[office_id],
            _path(office_id, parents, names),
        )
        for office_id, office in alive.items()
    }  # fmt: skip
    children: dict[int | None, list[int]] = defaultdict(list)
    for office in sorted(offices.values(), key=lambda o: (o.order, o.key)):
        children[office.parent_id].append(office.id)
    return OrganisationDay(on, offices, dict(children))


def _path(office_id: int, parents: dict[int, int | None], names: dict[int, str]) -> tuple[str, ...]:
    path: list[str] = []
    current: int | None = office_id
    # A ring of parents cannot be refused by one row's constraint: stop at the length of the house.
    while current is not None and len(path) <= len(parents):
        path.append(names[current])
        current = parents[current]
    return tuple(reversed(path))


def organisation_read() -> Organisation:
    """Read the organisation from the database, past what this process remembers."""
    names: dict[int, list[OfficeName]] = defaultdict(list)
    places: dict[int, list[OfficePlace]] = defaultdict(list)
    heirs: dict[int, set[int]] = defaultdict(set)
    ancestors: dict[int, set[int]] = defaultdict(set)
    for name in OfficeName.objects.order_by("starts_on"):
        names[name.office_id].append(name)
    for place in OfficePlace.objects.order_by("starts_on"):
        places[place.office_id].append(place)
    for succession in OfficeSuccession.objects.all():
        heirs[succession.predecessor_id].add(succession.successor_id)
        ancestors[succession.successor_id].add(succession.predecessor_id)
    return Organisation(list(Office.objects.all()), dict(names), dict(places), dict(heirs), dict(ancestors))


_organisation = Stamped(STAMP, organisation_read)


def organisation() -> Organisation:
    """Give the organisation as it is now recorded. One cheap query."""
    return _organisation.get()


def organisation_forget() -> None:
    """Drop what this process remembers (tests that roll back)."""
    _organisation.forget()
