"""What a file says that is not known yet: who is new, who changed, who is missing; and whether that is too much."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from madoguchi.blocks.people.models import PartyNumber, Protection, Residence, Source
from madoguchi.blocks.people.register.extract import Resident
from madoguchi.kernel.db.two_times import known_on
from madoguchi.kernel.layouts.kind import Limits

UNPROTECTED_AT_MOST, UNPROTECTED_PERCENT = 5, 5
"""How many protections (支援措置) may end with a file: each is a person whom everybody can find again."""


CHANGES = ("new", "changed", "missing", "ending", "unprotected")


@dataclass(frozen=True, slots=True)
class Known:
    """A record that came before: whose it is, and the fold of what it said."""

    party_id: int
    digest: str


@dataclass(slots=True)
class Comparison:
    """
    A file beside what is known. ``missing`` are residents of whom a full file says nothing.

    ``residents`` is how many there were before, from whatever system; ``first`` says that none of them came from this
    one. Of ``protected`` persons, whom the register hides, the file takes ``unprotected`` out of protection.
    """

    new: list[Resident] = field(default_factory=list)
    changed: list[tuple[int, Resident]] = field(default_factory=list)
    missing: list[tuple[int, str]] = field(default_factory=list)
    same: int = 0
    ending: int = 0
    residents: int = 0
    first: bool = False
    protected: int = 0
    unprotected: int = 0

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
            "protected": self.protected,
            "unprotected": self.unprotected,
        }

    def exceeds(self, accepted: Mapping[str, int]) -> bool:
        """Whether the file now changes more of anybody than somebody has said to be right."""
        now = self.counts
        return any(now[name] > accepted.get(name, 0) for name in CHANGES)


def digest_of(one: Resident) -> str:
    """Fold a record, so that an unchanged one is known by 32 characters."""
    return hashlib.blake2b("\x1f".join(map(str, one)).encode(), digest_size=16).hexdigest()


def compare(residents: Sequence[Resident], *, system: str, full: bool, on: date) -> Comparison:
    """Compare the records of a file with what the numbers of its system are known for."""
    known = _known(system)
    here, hidden = _resident_parties(on), _protected_parties(on) if known else frozenset()
    result = Comparison(residents=len(here), first=not known)
    result.protected = sum(before.party_id in hidden for before in known.values()) if hidden else 0
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
            result.unprotected += before.party_id in hidden and not _protects(one, on)
    if full:
        result.missing = [
            (before.party_id, number)
            for number, before in known.items()
            if number not in seen and before.party_id in here
        ]
    return result


def alarms(comparison: Comparison, limits: Limits) -> list[str]:
    """Say, in words, in what a file changes more than a day usually does; nothing for a first file."""
    words = []
    shown, hidden = comparison.unprotected, comparison.protected
    if shown > UNPROTECTED_AT_MOST and shown * 100 > UNPROTECTED_PERCENT * hidden:
        words.append(
            f"支援措置がなくなる人が{shown:,}人います（いま{hidden:,}人）。"
            "支援措置の列が空で出力されていないか、送り元に確かめてください。"
        )
    before = comparison.residents
    if not before:
        return words
    if comparison.first:
        words.append(
            f"この様式で受け取った人はまだいませんが、住民が{before:,}人います。"
            "別の様式で反映すると、同じ人が二重に記録されます。様式を確かめてください。"
        )
    fewer = comparison.ending + len(comparison.missing)
    moved = len(comparison.new) + len(comparison.changed) + len(comparison.missing)
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


def _protects(one: Resident, on: date) -> bool:
    """Whether a record still hides the person on a day, or from a later one."""
    return bool(one.protected_from) and not one.gone and (one.protected_to or "9") >= on.isoformat()


def _protected_parties(on: date) -> frozenset[int]:
    rows = Protection.objects.filter(known_on(on), source=Source.REGISTER)
    return frozenset(rows.values_list("party_id", flat=True))


def _resident_parties(on: date) -> frozenset[int]:
    rows: Iterable[int] = Residence.objects.filter(known_on(on)).values_list("party_id", flat=True)
    return frozenset(rows)
