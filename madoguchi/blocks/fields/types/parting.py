"""Taking a text of several choices apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from madoguchi.blocks.fields.types.refusing import Proposal
from madoguchi.kit.kana import search_fold

STRONG, WEAK = "、,，;；\n|", "・/／"
"""Marks between choices; the weak ones also stand within names."""
SEPARATORS = STRONG + WEAK


def parting(labels: Iterable[str], *, usable: Iterable[str]) -> Callable[[str], list[str]]:
    """
    Give what takes a text of several choices apart.

    What is an option as it stands stays whole: a label may hold a mark itself (臨時・粗大ごみ, 乳腺・内分泌外科). Where all
    labels are single letters, no marks are needed (月火水木金).

    :param labels: those of all options that there ever were.
    :param usable: those that may be chosen.
    """
    spellings = {spelling for label in labels for spelling in (label, search_fold(label))}
    marked = frozenset(spelling for spelling in spellings if any(mark in spelling for mark in SEPARATORS))
    letters = frozenset(usable)
    if any(len(label) > 1 for label in letters):
        letters = frozenset()

    def parts_of(typed: str) -> list[str]:
        if marked and (typed in marked or search_fold(typed) in marked):
            return [typed]
        for marks in (STRONG, WEAK):
            parts = _split(typed, marks)
            if parts and parts != [typed]:
                return [inner for part in parts for inner in parts_of(part)]
        return list(typed) if letters.issuperset(typed) else [typed]

    return parts_of


def proposal_among(proposal: Proposal | None, parts: list[str], place: int) -> Proposal | None:
    """Let the repair of one part keep the others; a label that would be taken apart among them is not proposed."""
    if proposal is None or (len(parts) > 1 and any(mark in proposal.text for mark in STRONG)):
        return None
    return Proposal(proposal.repair, "、".join([*parts[:place], proposal.text, *parts[place + 1 :]]))


def _split(typed: str, marks: str) -> list[str]:
    for mark in marks:
        typed = typed.replace(mark, "\0")
    return [part.strip() for part in typed.split("\0") if part.strip()]
