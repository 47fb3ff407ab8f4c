"""What a file says that is not known yet: who is new, who changed, who is missing; and whether that is too much."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from madoguchi.blocks.people.models import PartyNumber, Residence
from madoguchi.blocks.people.models.parties import known_on
from madoguchi.blocks.people.register.extract import Resident
from madoguchi.kernel.layouts.kind import Limits


@dataclass(frozen=True, slots=True)
class Known:
    """A record that came before: whose it is, and the fold of what it said."""

    party_id: int
    digest: str


@dataclass(slots=True)
class Comparison:
    """
    A file beside what is known. ``missing`` are residents of whom a full file says nothing.

    ``residents`` is how many there were before.
    """

    new: list[Resident] = field(default_factory=list)
    changed: list[tuple[int, Resident]] = field(default_factory=list)
    missing: list[tuple[int, str]] = field(default_factory=list)
    same: int = 0
    ending: int = 0
    residents: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """The figures that are kept and shown."""
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "missing": len(self.missing),
            "ending": self.ending,
            "same": self.same,
            "residents": self.residents,
        }


def digest_of(one: Resident) -> str:
    """Fold a record, so that an unchanged one is known by 32 characters."""
    return hashlib.blake2b("\x1f".join(map(str, one)).encode(), digest_size=16).hexdigest()


def compare(residents: Sequence[Resident], *, system: str, full: bool, on: date) -> Comparison:
    """Compare the records of a file with what the numbers of its system are known for."""
    known = _known(system)
    here = _resident_parties(on) if known else frozenset()
    result = Comparison(residents=len(here))
    seen: set[str] = set()
    for one in residents:
        seen.add(one.number)
        before = known.get(one.number)
        if before is None:
            if not one.gone:
                result.new.append(one)
        elif before.digest == digest_of(one):
            result.same += 1
        else:
            result.changed.append((before.party_id, one))
            result.ending += not one.is_resident and before.party_id in here
    if full:
        result.missing = [
            (before.party_id, number)
            for number, before in known.items()
            if number not in seen and before.party_id in here
        ]
    return result


def alarms(comparison: Comparison, limits: Limits) -> list[str]:
    """Say, in words, in what a file changes more than a day usually does; nothing for a first file."""
    before = comparison.residents
    if not before:
        return []
    fewer = comparison.ending + len(comparison.missing)
    moved = len(comparison.new) + len(comparison.changed) + len(comparison.missing)
    words = []
    if fewer * 100 > limits.fewer_percent * before:
        words.append(_too_much("住民でなくなる人", fewer, before, limits.fewer_percent))
    if moved * 100 > limits.changed_percent * before:
        words.append(_too_much("変わる人", moved, before, limits.changed_percent))
    return words


def _too_much(what: str, count: int, before: int, limit: int) -> str:
    share = count * 100 / before
    return f"{what}が{count:,}人（{share:.1f}%）います。ふだんは{limit}%までです。ファイルが正しいか、送り元に確かめてください。"


def _known(system: str) -> dict[str, Known]:
    rows = PartyNumber.objects.filter(system=system).values_list("number", "party_id", "digest")
    return {number: Known(party_id, digest) for number, party_id, digest in rows.iterator(chunk_size=10_000)}


def _resident_parties(on: date) -> frozenset[int]:
    rows: Iterable[int] = Residence.objects.filter(known_on(on)).values_list("party_id", flat=True)
    return frozenset(rows)
