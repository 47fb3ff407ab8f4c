"""What registers tell the floors above."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """A register that a viewer may see, with how many records there are now."""

    key: str
    label: str
    summary: str
    service: str
    count: int


@dataclass(frozen=True, slots=True)
class RecordRow:
    """
    A record as a list shows it.

    ``payload`` holds what the viewer may see; ``office_id`` whose it is.
    """

    number: str
    title: str
    office_id: int
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version in a record's history: from when to when it holds, and since when it was believed."""

    id: int
    starts_on: date
    ends_on: date | None
    entered_at: datetime
    withdrawn_at: datetime | None
    kind: str
    payload: Mapping[str, Any]
    entered_by: str
    reason: str
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordView:
    """
    A record on a day, as known at a moment, with what the viewer may see of it.

    ``payload`` is None where it did not exist on that day.
    """

    register: str
    number: str
    title: str
    office_id: int
    parent: str
    payload: Mapping[str, Any] | None
    revision: int
    retired_on: date | None
    retired_reason: str
    starts_on: date | None
    coming: tuple[date, ...]
    hidden: tuple[str, ...]
