"""Plans as others see them: the report of a year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from madoguchi.blocks.measures.spec import EditionSpec

__all__ = [
    "EditionSpec", "GradeLine", "HistoryLine", "IndicatorLine", "ItemLine", "Origin", "PartLine", "Report", "Text",
    "WrittenText",
]  # fmt: skip

Origin = Literal["typed", "transcribed", "computed", "none"]


@dataclass(frozen=True, slots=True)
class Text:
    """A text and the language it is really in: Japanese stands in where a translation is missing."""

    value: str
    lang: str


@dataclass(frozen=True, slots=True)
class IndicatorLine:
    """
    One indicator in one year. ``target`` and ``actual`` None: nothing is recorded, or a word stands in its place.
    ``part`` is the number of the part of the item that it belongs to.
    """

    id: int
    key: str
    part: str
    no: str
    name: Text
    unit: str
    per: str
    decimals: int
    kind: str
    direction: str
    base_year: int | None
    base: Decimal | None
    base_word: str
    target: Decimal | None
    target_word: str
    actual: Decimal | None
    actual_word: str
    reached: bool | None
    provisional: bool
    as_of: date | None
    sequence: int
    origin: Origin
    declared: str
    note: str

    @property
    def unit_text(self) -> str:
        """The unit as printed: 件/週."""
        return f"{self.unit}/{self.per}" if self.per else self.unit


@dataclass(frozen=True, slots=True)
class WrittenText:
    """A text of the year by one office, or by the item (office ""); ``sequence`` of the entry that counts."""

    section: str
    office: str
    text: str
    sequence: int


@dataclass(frozen=True, slots=True)
class PartLine:
    """A row within an item: its number, and how far it has come this year ("" where nobody said)."""

    id: int
    no: str
    title: Text
    status: str
    status_sequence: int


@dataclass(frozen=True, slots=True)
class ItemLine:
    """
    One item in one year, as the yearly table prints it.

    ``sections`` holds the texts by section, those of the year with the office behind each paragraph; ``mark``
    is new, continued, completed or nothing, as printed.
    """

    id: int
    no: str
    title: Text
    mark: str
    pillar_no: str
    pillar: Text
    offices: tuple[str, ...]
    grade: str | None
    grade_sequence: int
    grade_note: str
    suggested: str | None
    indicators: tuple[IndicatorLine, ...]
    parts: tuple[PartLine, ...]
    sections: dict[str, str]
    written: tuple[WrittenText, ...]
    status: str
    status_sequence: int
    checked: str
    checked_sequence: int

    @property
    def disagrees(self) -> bool:
        """Whether the judgement differs from what the figures suggest (shown, never overwritten)."""
        return self.grade is not None and self.suggested is not None and self.grade != self.suggested


@dataclass(frozen=True, slots=True)
class GradeLine:
    """One grade in the summary. ``percent_printed`` is what the city published, adjusted by hand or not."""

    key: str
    meaning: Text
    count: int
    percent_rounded: int
    percent_printed: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """The yearly results of an edition. ``itemised`` False: only totals were published for that year."""

    edition: str
    city: str
    title: Text
    year: int
    items: tuple[ItemLine, ...]
    summary: tuple[GradeLine, ...]
    total: int
    itemised: bool
    provisional: bool
    published: bool
    as_of: date | None


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One entry of an indicator, newest first in lists."""

    year: int
    value: Decimal | None
    provisional: bool
    source: str
    entered_by: str
    entered_at: datetime
