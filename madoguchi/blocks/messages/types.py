"""What messages tells the floors above: what was typed, how far a notice has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Urgency(TextChoices):
    """How much a notice presses."""

    NORMAL = "normal", _("通常")
    URGENT = "urgent", _("至急")


class Ask(TextChoices):
    """What a recipient has to do."""

    ACKNOWLEDGE = "acknowledge", _("内容を確認して「確認しました」を押す")
    READ = "read", _("読むだけでよい")


class AudienceKind(TextChoices):
    """Whom a notice is for."""

    OFFICES = "offices", _("組織を選ぶ")
    EVERYBODY = "everybody", _("全職員")


class Stage(TextChoices):
    """When a reminder was given: before the deadline, or after it."""

    NEAR = "near", _("期限間近")
    OVERDUE = "overdue", _("期限超過")


@dataclass(frozen=True, slots=True)
class NoticeTyped:
    """
    A notice as somebody typed it, finished or not: nothing is lost because it is not valid yet.

    ``offices`` are natural keys, ``deadline`` is the day as typed (令和8年4月1日, 2026-04-01 …).
    """

    title: str = ""
    body: str = ""
    urgency: str = Urgency.NORMAL.value
    ask: str = Ask.ACKNOWLEDGE.value
    deadline: str = ""
    audience: str = AudienceKind.OFFICES.value
    offices: tuple[str, ...] = ()
    with_under: bool = True

    def as_json(self) -> dict[str, Any]:
        """Give the values as they are stored with a draft."""
        return {**asdict(self), "offices": list(self.offices)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> NoticeTyped:
        """Read what ``as_json`` gave."""
        return cls(**{**stored, "offices": tuple(stored["offices"])})


@dataclass(frozen=True, slots=True)
class OfficeProgress:
    """How far the recipients of one office have come; ``done`` is what the notice asks for."""

    office_id: int
    office: str
    total: int
    read: int
    acknowledged: int
    done: int

    @property
    def open(self) -> int:
        """How many still have to do what the notice asks for."""
        return self.total - self.done


@dataclass(frozen=True, slots=True)
class NoticeProgress:
    """
    Who has read and acknowledged a notice, per office.

    ``joined`` counts those who came by post later, ``names`` are the offices of all of them on the day of sending.
    """

    offices: tuple[OfficeProgress, ...]
    joined: int
    names: Mapping[int, str]

    @property
    def total(self) -> int:
        """The recipients fixed at sending."""
        return sum(office.total for office in self.offices)

    @property
    def read(self) -> int:
        """How many have read it."""
        return sum(office.read for office in self.offices)

    @property
    def acknowledged(self) -> int:
        """How many have acknowledged it."""
        return sum(office.acknowledged for office in self.offices)

    @property
    def done(self) -> int:
        """How many have done what the notice asks for."""
        return sum(office.done for office in self.offices)


@dataclass(frozen=True, slots=True)
class RecipientLine:
    """One recipient of a notice, for whoever follows it up."""

    name: str
    post: str
    office: str
    joined: bool
    read_at: datetime | None
    acknowledged_at: datetime | None
    reminded: str


@dataclass(frozen=True, slots=True)
class NoticeWaiting:
    """How many notices wait for a viewer, how many of them press, and the nearest deadline."""

    count: int
    pressing: int
    first_deadline_on: date | None
