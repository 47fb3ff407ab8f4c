"""Long lists a portion at a time: what a statement or a file takes at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
AT_ONCE = 500
"""How many values one statement names: SQLite and PostgreSQL both take that many at their best."""


def portions(items: Iterable[Item], most: int = AT_ONCE) -> Iterator[list[Item]]:
    """
    Give what comes in portions, in order; none when nothing comes.

    :param most: items of a portion, 1 or more; the last may have fewer.
    """
    coming = iter(items)
    while portion := list(islice(coming, most)):
        yield portion
