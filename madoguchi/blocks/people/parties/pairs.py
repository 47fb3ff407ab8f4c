"""
Which persons may be one: the same reading or the same characters (variants folded), and the same birth day.

Two who were residents at the same time under two numbers of the register are two people, however alike: twins
with one name do not exist, namesakes born on one day do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from django.db.models import Count, F, Q
from django.db.models.functions import Length

from madoguchi.blocks.people.models import Party, PartyAddress, PartyName, PartyNumber, Residence
from madoguchi.kernel.db.two_times import believed

SAME_KANA, SAME_CHARACTERS, SAME_ADDRESS = 50, 30, 20
MOST_ALIKE = 20


@dataclass(frozen=True, slots=True)
class Pair:
    """Two persons, the lower id first; ``score`` up to 100; ``reasons`` what is equal."""

    one: int
    other: int
    score: int
    reasons: tuple[str, ...]


def pairs_likely() -> list[Pair]:
    """Find every pair of persons that somebody should look at."""
    reasons: dict[tuple[int, int], set[str]] = defaultdict(set)
    for field, reason in (("kana_key", "kana"), ("name_key", "characters")):
        for alike in _alike(field):
            for pair in combinations(sorted(alike), 2):
                reasons[pair].add(reason)
    ids = {party_id for pair in reasons for party_id in pair}
    addresses, systems = _addresses(ids), _systems(ids)
    pairs = []
    for (one, other), why in reasons.items():
        if systems[one] & systems[other] and _both_resident(one, other):
            continue
        if addresses[one] & addresses[other]:
            why.add("address")
        pairs.append(Pair(one, other, _score(why), tuple(sorted(why))))
    return sorted(pairs, key=lambda pair: (-pair.score, pair.one, pair.other))


def _alike(field: str) -> Iterator[set[int]]:
    """Give the groups of persons who share a folded name and a wholly known birth day."""
    names = PartyName.objects.filter(
        believed(), believed(prefix="party__births__"), party__kind=Party.Kind.PERSON, party__merged_into=None
    )
    names = (
        names.exclude(**{field: ""})
        .annotate(born=F("party__births__born"))
        .annotate(length=Length("born"))
        .filter(length=10)
    )
    shared = names.values(field, "born").annotate(n=Count("party", distinct=True)).filter(n__gt=1)
    for row in shared.order_by(field, "born").iterator():
        found = names.filter(**{field: row[field], "born": row["born"]}).values_list("party_id", flat=True)
        alike = set(found)
        if len(alike) <= MOST_ALIKE:
            yield alike


def _score(why: Iterable[str]) -> int:
    points = {"kana": SAME_KANA, "characters": SAME_CHARACTERS, "address": SAME_ADDRESS}
    return sum(points[reason] for reason in why)


def _addresses(ids: set[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    rows = PartyAddress.objects.filter(believed(), party_id__in=ids).exclude(address_key="")
    for party_id, key in rows.values_list("party_id", "address_key"):
        found[party_id].add(key)
    return found


def _systems(ids: set[int]) -> dict[int, set[str]]:
    """Give the systems that number each person."""
    found: dict[int, set[str]] = defaultdict(set)
    for party_id, system in PartyNumber.objects.filter(party_id__in=ids).values_list("party_id", "system"):
        found[party_id].add(system)
    return found


def _both_resident(one: int, other: int) -> bool:
    """Whether the two were residents on one day."""
    mine = Residence.objects.filter(believed(), party_id=one)
    for starts_on, ends_on in mine.values_list("starts_on", "ends_on"):
        met = Residence.objects.filter(believed(), Q(ends_on=None) | Q(ends_on__gt=starts_on), party_id=other)
        if ends_on is not None:
            met = met.filter(starts_on__lt=ends_on)
        if met.exists():
            return True
    return False
