"""What people tells the floors above: offices on a day, and who holds a post."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class OfficeOnDay:
    """An office as it stands on one day; ``path`` names it from the top."""

    id: int
    key: str
    name: str
    level: str
    order: int
    parent_id: int | None
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a post in a period, in what way."""

    staff_key: str
    staff_name: str
    post_key: str
    post_title: str
    office_id: int
    kind: str
    rank: int
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class PostOnDay:
    """A post as it stands on one day, held or not; ``single`` for a post of one person."""

    id: int
    key: str
    title: str
    office_id: int
    office_name: str
    rank: int
    single: bool
