"""
Parts of "everything that is held about me". Each block says what it holds of a person, in its ``hooks.py``::

    held_declare("bookings", label=_("予約"), fields={"slot": _("日時"), "place": _("場所")}, gather=bookings_held)

``gather`` gives rows; a row has the declared fields and no others. Nothing of another person goes in, but the name
of somebody with whom the person deals here himself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from madoguchi.kit.registry import Registry


@dataclass(frozen=True, slots=True)
class HeldAsk:
    """
    About whom: the ids and numbers under which the person is known, the account, the language of the reader.

    ``account_key`` is that of the account that asks.
    """

    parties: frozenset[int]
    keys: tuple[str, ...]
    account_key: str
    language: str
    on: date


@dataclass(frozen=True, slots=True)
class Coded:
    """A value that is kept as a code: data say the code, paper says the (lazy) label."""

    code: str
    label: object


Value = str | int | bool | None | date | datetime | Coded | list[str]
HeldRow = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class HeldPart:
    """One part: its name, its lazy label, the lazy labels of its fields, what gathers its rows, and its place."""

    name: str
    label: Any
    fields: Mapping[str, Any]
    gather: Callable[[HeldAsk], Iterable[HeldRow]]
    order: int = 100


held_parts: Registry[HeldPart] = Registry("part of what is held")


def held_declare(
    name: str,
    *,
    label: Any,
    fields: Mapping[str, Any],
    gather: Callable[[HeldAsk], Iterable[HeldRow]],
    order: int = 100,
) -> None:
    """
    Let a part join the export of everything that is held about a person.

    :param name: of the part, in the data: ``people.names``.
    :param fields: lazy labels by the name of each field, in their order.
    :param order: small numbers stand first.
    :raises AlreadyRegistered: there is a part of that name.
    """
    held_parts.register(name, HeldPart(name, label, fields, gather, order))


def held_parts_ordered() -> list[HeldPart]:
    """Give all parts in the order in which they are read."""
    return sorted(held_parts.values(), key=lambda part: (part.order, part.name))
