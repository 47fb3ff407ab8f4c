"""How two editions differ, in plain values."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from madoguchi.blocks.measures.spec import EditionSpec, LinkHow, Value


@dataclass(frozen=True, slots=True)
class Place:
    """An item in its edition: its number, its title, and the pillar right above it."""

    no: str
    title: str
    pillar_no: str
    pillar: str


@dataclass(frozen=True, slots=True)
class Ended:
    """An item of the old edition that does not go on; ``reason`` as the file gives it."""

    item: Place
    reason: str


@dataclass(frozen=True, slots=True)
class Link:
    """
    An item that goes on in another. ``how`` as the file says, or as found; ``proposed`` where we matched the two.

    ``marked_new``: the city prints the new item as 【新規】 all the same.
    """

    old: Place
    new: Place
    how: LinkHow
    reason: str
    proposed: bool
    moved: bool = False
    marked_new: bool = False

    @property
    def renamed(self) -> bool:
        """Whether the title is another one."""
        return plain(self.old.title) != plain(self.new.title)

    @property
    def renumbered(self) -> bool:
        """Whether the number is another one."""
        return self.old.no != self.new.no


@dataclass(frozen=True, slots=True)
class Joined:
    """Several items in one (merged), or one in several (split): ``one`` and the ``many``, with the reasons given."""

    one: Place
    many: tuple[Place, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TargetChange:
    """
    The targets of an indicator of an item that goes on, by fiscal year: (year, old, new), None where there is none.

    ``kind``: ``changed``, ``added`` (the new edition's only) or ``dropped`` (the old one's only). ``lost`` names the
    side on which the source has lost targets: "", "old" or "new". ``before`` is the indicator's former name.
    """

    link: Link
    name: str
    before: str
    unit: str
    kind: str
    years: tuple[tuple[int, Value | None, Value | None], ...]
    lost: str = ""


@dataclass(frozen=True, slots=True)
class OfficeChange:
    """The offices in charge of an item that goes on, as printed in each edition."""

    link: Link
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Diff:
    """Two editions compared. ``declared``: the new one's file says what goes on; else all links are proposed."""

    old: EditionSpec
    new: EditionSpec
    declared: bool
    added: tuple[Place, ...]
    ended: tuple[Ended, ...]
    continued: tuple[Link, ...]
    merged: tuple[Joined, ...]
    split: tuple[Joined, ...]
    reappears_as_new: tuple[Link, ...]
    targets_changed: tuple[TargetChange, ...]
    offices_changed: tuple[OfficeChange, ...]

    @property
    def single(self) -> tuple[Link, ...]:
        """The links that are neither part of a merger nor of a split."""
        old = {place.no for one in self.merged for place in one.many} | {one.one.no for one in self.split}
        return tuple(link for link in self.continued if link.old.no not in old)

    @property
    def renamed(self) -> tuple[Link, ...]:
        """The items with another title."""
        return tuple(link for link in self.single if link.renamed)

    @property
    def renumbered(self) -> tuple[Link, ...]:
        """The items with another number."""
        return tuple(link for link in self.single if link.renumbered)

    @property
    def moved(self) -> tuple[Link, ...]:
        """The items that stand under another pillar."""
        return tuple(link for link in self.continued if link.moved)


def plain(title: str) -> str:
    """Give a title as it is compared: in half width where there is one, without spaces."""
    return "".join(unicodedata.normalize("NFKC", title).split())


def value_text(value: Value | None) -> str | None:
    """Write a target as printed: the number, or the word in its place; None where there is none."""
    if value is None:
        return None
    return value.word or f"{value.number:f}"
