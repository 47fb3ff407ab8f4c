"""
From what a card says to the person of the register: exactly one, or nobody, or not certain enough.

Compared are name (variants folded, every name that the person bears or bore), birth day, address and sex, as the
identification of persons by their basic four items (基本4情報) does. Whoever cannot be told from a namesake is not
guessed: the counter decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from madoguchi.blocks.people.models import Birth, Party, PartyAddress, PartyName
from madoguchi.blocks.people.parties.cards import ROOT
from madoguchi.blocks.people.parties.facts import address_values
from madoguchi.kernel.db.two_times import believed, known_on
from madoguchi.kit.names import NameRefused, name_key, name_normalise

WHOLE_DAY = len("1985-03-15")
SEX = {"male": "1", "female": "2", "1": "1", "2": "2", "男": "1", "女": "2"}
"""What providers write for the sex (OpenID Connect Core 1.0, 5.1, and the card itself), as ISO/IEC 5218."""


@dataclass(frozen=True, slots=True)
class FourItems:
    """What a card says: name, birth day (ISO, whole), address as written, sex ("" where it is not told)."""

    name: str
    born: str
    address: str
    sex: str = ""

    @property
    def whole(self) -> bool:
        """Whether a person can be told by them at all."""
        known = len(self.born) == WHOLE_DAY and not self.born.startswith("0000")
        return bool(self.name and self.address and known)


@dataclass(frozen=True, slots=True)
class Match:
    """
    Who somebody is: ``one`` with the party, ``nobody`` of that name and birth day is known, or ``uncertain``.
    """

    verdict: Literal["one", "nobody", "uncertain"]
    party: Party | None = None


def person_match(items: FourItems, *, on: date) -> Match:
    """Find the one living person whom four items describe on a day."""
    if not items.whole:
        return Match("uncertain")
    try:
        key = name_key(name_normalise(items.name))
    except NameRefused:
        return Match("uncertain")
    names = PartyName.objects.filter(believed(), name_key=key, party__kind=Party.Kind.PERSON)
    births = Birth.objects.filter(believed(), born=items.born).annotate(root=ROOT)
    alike = births.filter(root__in=names.annotate(root=ROOT).values("root")).values_list(
        "root", "died", "sex"
    )
    found = list(alike)
    if not found:
        return Match("nobody")
    living = {root for root, died, sex in found if not died and _sex_fits(sex, items.sex)}
    near = _at_address(living, items.address, on)
    if len(near) != 1:
        return Match("uncertain")
    return Match("one", Party.objects.get(pk=near.pop()))


def _sex_fits(known: str, told: str) -> bool:
    wanted = SEX.get(told, "")
    return not known or not wanted or known == wanted


def _at_address(roots: set[int], written: str, on: date) -> set[int]:
    """Give those of some persons who live at an address on a day."""
    wanted = str(address_values(written=written, on=on)["address_key"])
    kinds = [PartyAddress.Kind.REGISTERED, PartyAddress.Kind.RESIDENCE]
    rows = (
        PartyAddress.objects.filter(known_on(on), kind__in=kinds).annotate(root=ROOT).filter(root__in=roots)
    )
    return {root for root, key in rows.values_list("root", "address_key") if _address_fits(key, wanted)}


def _address_fits(one: str, other: str) -> bool:
    """Compare two keys; where one of them has no 方書, the house decides."""
    if one == other:
        return bool(one)
    house, _bar, building = one.rpartition("|")
    other_house, _bar, other_building = other.rpartition("|")
    return bool(house) and house == other_house and not (building and other_building)
