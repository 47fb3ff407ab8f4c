"""What a reader gives, and what it may know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from madoguchi.blocks.fields.types.refusing import Repair
from madoguchi.kit.registry import Registry

Json = Any
"""A kept value: str, int, bool, or lists and dicts of them; never a float."""


@dataclass(frozen=True, slots=True)
class Read:
    """A value that was read; ``repairs`` say in what ways its spelling was changed. None: nothing stands there."""

    value: Json
    repairs: tuple[Repair, ...] = ()


Reader = Callable[[str], Read]
"""From what stands in a cell or was typed, to the value. :raises ValueRefused: it cannot be taken."""


class Links(Protocol):
    """
    What fields ask of things that they do not know; the block that has them registers the answer in ``ports``.

    It is asked for many at once: a file of 100,000 rows asks a few times.
    """

    def find(self, texts: list[str], *, within: str, on: date) -> Mapping[str, Json]:
        """Give the value of each text that names something (a number, a name, a written address); leave out the others."""

    def titles(self, values: list[str], *, within: str, on: date) -> Mapping[str, str]:
        """Give the words by which people know things, by key."""


ports: Registry[Links] = Registry("what a field links to")


def links_find(name: str, texts: list[str], *, within: str, on: date) -> Mapping[str, Json]:
    """Ask a port what texts name; nothing, where no block has registered it."""
    return ports[name].find(texts, within=within, on=on) if name in ports else {}


def links_titles(name: str, values: list[str], *, within: str, on: date) -> Mapping[str, str]:
    """Ask a port for the words by which things are known; nothing, where no block has registered it."""
    return ports[name].titles(values, within=within, on=on) if name in ports and values else {}


@dataclass(frozen=True, slots=True)
class Ctx:
    """
    What a reader may know: the day for which codes must hold, and the reader's language.

    :param repairs: the repairs that somebody chose, among those that are not safe.
    :param codelists: lists to use in place of the published ones of the same key (declarations that are being tried).
    :param links_trusted: whether what a link names is taken as it is (a declaration that is being tried has no records).
    :param titles: words of linked things that were asked for before, by port and key.
    :param found: what texts name, asked for before, by port and where it was looked for; what is not in it names nothing.
    """

    on: date
    language: str = "ja"
    repairs: frozenset[Repair] = frozenset()
    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    found: Mapping[tuple[str, str], Mapping[str, Json]] = field(default_factory=dict)
    codelists: Mapping[str, Any] = field(default_factory=dict)
    links_trusted: bool = False
