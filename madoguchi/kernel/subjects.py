"""A reference to a thing of some block, for floors that must not know that block's tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Subject:
    """
    What an audit row, an event, a decision or a message is about.

    ``kind`` is the block's word for the thing (``measures.indicator``), ``key`` its natural key, ``title`` the
    words a person knows it by, ``page`` the path that shows it, ``office_id`` whose it is.
    """

    kind: str
    key: str
    title: str = ""
    page: str = ""
    office_id: int | None = None


@runtime_checkable
class HasSubject(Protocol):
    """Something that can name itself as a subject."""

    def subject(self) -> Subject:
        """Give the reference to this thing."""
