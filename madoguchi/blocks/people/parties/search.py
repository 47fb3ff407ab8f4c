"""
Finding persons: by the beginning of a reading or a name, with a birth day, a birth year, an address, a number.

A question must narrow: at least two letters of a name together with something else, or a whole number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from madoguchi.blocks.people.models import Birth, Party, PartyAddress, PartyName, PartyNumber
from madoguchi.blocks.people.parties.cards import ROOT, cards, clusters, found_by, seen_through
from madoguchi.blocks.people.types import PersonCard
from madoguchi.kernel.db.two_times import believed, known_on
from madoguchi.kernel.rights import Viewer
from madoguchi.kit.names import kana_key, kana_key_prefix, name_key

MOST = 50
AT_ONCE = 2 * MOST
LEAST_LETTERS = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What somebody is looked for by; every part that is given must fit.

    :param born: ISO, as far as known: "1950", "1950-04", "1950-04-01".
    :param address_key: the fold of an address or of its beginning (``places``).
    :param number: a number of a source system, whole.
    """

    kana: str = ""
    name: str = ""
    born: str = ""
    address_key: str = ""
    number: str = ""

    @property
    def narrow(self) -> bool:
        """Whether the question narrows enough to be asked."""
        if self.number:
            return True
        letters = max(len(kana_key(self.kana)), len(name_key(self.name)))
        given = [letters >= LEAST_LETTERS, bool(self.born), bool(self.address_key)]
        return sum(given) >= 2 or letters >= 2 * LEAST_LETTERS

    @property
    def parts(self) -> list[str]:
        """Name what was given, without saying what: for the record of the search."""
        every = ("kana", "name", "born", "address_key", "number")
        return [part for part in every if getattr(self, part)]


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a search found, in the order of their readings; ``more`` when there were too many to list."""

    persons: tuple[PersonCard, ...]
    more: bool


def search(asked: Asked, *, viewer: Viewer, on: date) -> Found:
    """Find the persons whom a viewer may know of."""
    names: dict[int, str] = {}
    for root, name in _hits(asked, viewer, on):
        names.setdefault(root, name)
        if len(names) > MOST:
            break
    ids = list(names)[:MOST]
    known = cards(ids, viewer=viewer, on=on)
    persons = tuple(found_by(known[party_id], names[party_id]) for party_id in ids)
    return Found(persons, len(names) > MOST)


def _hits(asked: Asked, viewer: Viewer, on: date) -> Iterator[tuple[int, str]]:
    rows = (
        _names(asked).filter(party__kind=Party.Kind.PERSON).annotate(root=ROOT).filter(seen_through(viewer))
    )
    if asked.number:
        # A number leads to a person or two: their ids are found first, so that the names are found by them.
        numbered = PartyNumber.objects.filter(number=asked.number).annotate(root=ROOT)
        rows = rows.filter(party__in=clusters(numbered.values_list("root", flat=True)).ids)
    if len(asked.born) > len("1950"):
        births = Birth.objects.filter(believed(), born__startswith=asked.born)
        rows = rows.filter(party__in=births.values("party"))
    if asked.address_key:
        lived = PartyAddress.objects.filter(known_on(on), address_key__prefix=asked.address_key)
        rows = rows.filter(root__in=lived.annotate(root=ROOT).values("root"))
    # A person may be found under several names: read on until there are enough persons, not rows.
    named, start = rows.order_by("kana_key", "pk").values_list("root", "name"), 0
    while some := list(named[start : start + AT_ONCE]):
        yield from some
        if len(some) < AT_ONCE:
            return
        start += AT_ONCE


def _names(asked: Asked) -> QuerySet[PartyName]:
    fits = Q()
    if asked.kana:
        fits &= Q(kana_key__prefix=kana_key_prefix(asked.kana))
    if asked.name:
        fits &= Q(name_key__prefix=name_key(asked.name))
    if asked.born:
        fits &= Q(birth_year=int(asked.born[:4]))
    return PartyName.objects.filter(believed()).filter(fits)
