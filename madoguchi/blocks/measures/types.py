"""Plans as others see them: the report of a year, and the shape of an edition's file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Origin = Literal["typed", "transcribed", "computed", "none"]


@dataclass(frozen=True, slots=True)
class Text:
    """A text and the language it is really in: Japanese stands in where a translation is missing."""

    value: str
    lang: str


@dataclass(frozen=True, slots=True)
class IndicatorLine:
    """One indicator in one year. ``target`` and ``actual`` None: nothing is recorded."""

    id: int
    name: Text
    unit: str
    decimals: int
    kind: str
    direction: str
    target: Decimal | None
    actual: Decimal | None
    provisional: bool
    as_of: date | None
    sequence: int
    origin: Origin
    declared: str
    note: str


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item in one year, as the yearly table prints it."""

    id: int
    no: str
    title: Text
    pillar_no: str
    pillar: Text
    offices: tuple[str, ...]
    grade: str | None
    grade_sequence: int
    suggested: str | None
    indicators: tuple[IndicatorLine, ...]
    sections: dict[str, str]

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


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One entry of an indicator, newest first in lists."""

    year: int
    value: Decimal | None
    provisional: bool
    source: str
    entered_by: str
    entered_at: datetime


def _year_keys(value: object) -> object:
    return {int(key): item for key, item in value.items()} if isinstance(value, dict) else value


def _figure(value: object) -> object:
    # Figures stand in quotes, so that YAML never makes a float of them.
    if isinstance(value, float):
        raise ValueError('数値は引用符で囲んでください（例: "0.04"）')
    return Decimal(value) if isinstance(value, str | int) else value


Figure = Annotated[Decimal, BeforeValidator(_figure)]


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GradeSpec(_Spec):
    """A grade of the city's set."""

    key: str
    meaning: str
    from_ratio: Figure | None = None


class IndicatorSpec(_Spec):
    """An indicator with its figures by fiscal year."""

    name: str
    unit: str = ""
    decimals: int = Field(default=0, ge=0, le=6)
    direction: Literal["up", "down"] = "up"
    kind: Literal["stock", "flow", "cumulative", "rate"]
    declared: str = ""
    note: str = ""
    targets: Annotated[dict[int, Figure], BeforeValidator(_year_keys)] = {}
    actuals: Annotated[dict[int, Figure], BeforeValidator(_year_keys)] = {}


class ResultSpec(_Spec):
    """An item's result in a year: the grade and the texts beside it."""

    grade: str | None = None
    done: str = ""
    next: str = ""


class ItemSpec(_Spec):
    """An item with its offices, texts, indicators and results."""

    no: str
    title: str
    offices: list[str] = []
    plan: str = ""
    goal: str = ""
    indicators: list[IndicatorSpec] = []
    results: Annotated[dict[int, ResultSpec], BeforeValidator(_year_keys)] = {}


class PillarSpec(_Spec):
    """A pillar and the items under it."""

    no: str
    title: str
    items: list[ItemSpec]


class AdjustmentSpec(_Spec):
    """A share that was printed otherwise than plain rounding gives."""

    grade: str
    computed: int
    printed: int
    reason: str


class TotalSpec(_Spec):
    """The printed totals of a year."""

    year: int
    counts: dict[str, int]
    printed_percent: dict[str, int]
    adjustments: list[AdjustmentSpec] = []
    source: Literal["as_printed", "corrected"] = "as_printed"
    provisional: bool = False


class EditionSpec(_Spec):
    """The file of one edition of one city's plan."""

    key: str
    city: str
    title: str
    first_year: int
    last_year: int
    source: str = ""
    grades: list[GradeSpec]
    pillars: list[PillarSpec]
    totals: list[TotalSpec] = []
