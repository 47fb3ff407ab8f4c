"""
Who may do what: the viewer of one request, and the rights that blocks declare.

A right is a name (``measures.actual_enter``) declared by the block that asks for it. A grant gives a right
for a set of offices (or all) on the day of the request; ``people`` builds the grants from posts held and
roles given. Nothing else in the house knows how a person came by a right.

Invariants (``tests/kernel/test_actions.py``):

1. A right that nobody declared cannot be asked for: ``UnknownRight``.
2. Rights compile to one SQL predicate per query; no loop over objects.
3. A viewer without a grant sees no row, and a page answers 404, as for a row that is not there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from django.db.models import Q

from madoguchi.kit.registry import Registry

ViewerKind = Literal["anonymous", "staff", "resident", "system"]
DataClass = Literal["open", "internal", "personal", "restricted"]


# Not an empty Q: that would vanish when it is joined to another by |, and give less than was granted.
EVERY_ROW: Final = ~Q(pk__in=[])
NO_ROW: Final = Q(pk__in=[])


class NotAllowed(Exception):
    """The viewer may not do this, or may not know whether it is there."""


class UnknownRight(Exception):
    """A right was asked for that no block declares."""


@dataclass(frozen=True, slots=True)
class Right:
    """One thing that may be allowed; ``label`` is a lazy interface text."""

    name: str
    label: object
    data_class: DataClass


rights: Registry[Right] = Registry("right")


def right_declare(name: str, *, label: object, data_class: DataClass = "internal") -> None:
    """Make a right known; called from the declaring block's ``rights.py`` at start-up."""
    rights.register(name, Right(name, label, data_class))


@dataclass(frozen=True, slots=True)
class Grant:
    """A right for some offices; ``offices`` None means every office, ``service`` None every service."""

    right: str
    offices: frozenset[int] | None = None
    service: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """
    Whose record a resident has open: his own, or that of somebody he may act for.

    ``parties`` are the ids under which that person is known (more than one after a merge); ``mandate`` is the key
    of what lets him act for another, "" for his own; ``services`` what it reaches, None everything.
    """

    party_id: int
    parties: frozenset[int]
    mandate: str = ""
    services: frozenset[str] | None = None

    def reaches(self, service: str) -> bool:
        """Whether something of this service may be done with the record."""
        return self.services is None or service in self.services


@dataclass(frozen=True, slots=True)
class Viewer:
    """
    Who looks or acts, built once per request; ``on`` is the day for which the grants were found.

    ``duty`` is what a member of staff says the look is for, ``duty_key`` its ``service/duty``; ``assurance`` how
    certain it is who a resident is.
    """

    kind: ViewerKind
    key: str
    on: date
    name: str = ""
    office: str = ""
    office_id: int | None = None
    post: str = ""
    grants: tuple[Grant, ...] = ()
    duty: str = ""
    duty_key: str = ""
    offices: frozenset[int] = field(default_factory=frozenset)
    record: Record | None = None
    assurance: int = 0

    @property
    def is_signed_in(self) -> bool:
        """Whether this is a known person."""
        return self.kind in ("staff", "resident")

    def may(self, right: str, *, office_id: int | None = None, service: str | None = None) -> bool:
        """
        Say whether a right is held, for one office or for any.

        :raises UnknownRight: no block declares the right.
        """
        found = self._grants(right, service)
        if self.kind == "system":
            return True
        return any(office_id is None or g.offices is None or office_id in g.offices for g in found)

    def must(self, right: str, *, office_id: int | None = None, service: str | None = None) -> None:
        """
        Refuse unless the right is held.

        :raises NotAllowed: pages answer it with 404.
        """
        if not self.may(right, office_id=office_id, service=service):
            raise NotAllowed(f"{self.kind} {self.key}: {right}")

    def owns(self, party_id: int, *, service: str | None = None) -> bool:
        """Say whether a party is the one whose record this resident has open, in a service or at all."""
        record = self.record
        return (
            record is not None and party_id in record.parties and (service is None or record.reaches(service))
        )

    def must_own(self, party_id: int, *, service: str | None = None) -> None:
        """
        Refuse unless the party's record is open.

        :raises NotAllowed: pages answer it with 404.
        """
        if not self.owns(party_id, service=service):
            raise NotAllowed(f"{self.kind} {self.key}: party {party_id}")

    def may_everywhere(self, right: str) -> bool:
        """
        Say whether a right is held for every office, not for some offices alone.

        :raises UnknownRight: no block declares the right.
        """
        return self.where(right) == EVERY_ROW

    def must_everywhere(self, right: str) -> None:
        """
        Refuse unless a right is held for every office.

        :raises NotAllowed: pages answer it with 404.
        """
        if not self.may_everywhere(right):
            raise NotAllowed(f"{self.kind} {self.key}: {right} everywhere")

    def where(self, right: str, *, field: str = "office_id", service: str | None = None) -> Q:
        """Give the SQL predicate for the rows on which the right is held."""
        found = self._grants(right, service)
        if self.kind == "system" or any(grant.offices is None for grant in found):
            return EVERY_ROW
        offices: set[int] = set().union(*(grant.offices or () for grant in found))
        return Q(**{f"{field}__in": sorted(offices)}) if offices else NO_ROW

    def _grants(self, right: str, service: str | None) -> Iterable[Grant]:
        if right not in rights:
            raise UnknownRight(right)
        return [g for g in self.grants if g.right == right and (not service or g.service in (None, service))]


def system_viewer(*, on: date, duty: str) -> Viewer:
    """The house itself: the worker, a command, a load of declarations. ``duty`` says what for."""
    return Viewer(kind="system", key="system", on=on, name="窓口", duty=duty)


def anonymous_viewer(*, on: date) -> Viewer:
    """Somebody who has not signed in."""
    return Viewer(kind="anonymous", key="", on=on)
