"""
The kind ``indicator``: a figure that the services' own rows give, declared and never typed.

It names a source that a block offers, a measure, conditions on facets and the day that puts a row into a
fiscal year. It compiles to one query; the same query lists the rows behind the figure.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Measure = Literal["count", "sum", "share", "median_days", "latest"]


class Condition(BaseModel):
    """One condition on a facet: equal to a value, one of several, or (not) empty."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    facet: str
    equals: str | int | bool | None = None
    any_of: tuple[str | int, ...] = ()
    empty: bool | None = None

    @model_validator(mode="after")
    def _one_test(self) -> Condition:
        if sum((self.equals is not None, bool(self.any_of), self.empty is not None)) != 1:
            raise ValueError("equals・any_of・empty のどれか一つを書いてください")
        return self


class IndicatorBody(BaseModel):
    """What an indicator's declaration says beyond key and label."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    unit: str = ""
    decimals: int = Field(default=0, ge=0, le=6)
    source: str
    measure: Measure
    value: str = Field(default="", description="sum・latest で使うファセット")
    start: str = Field(default="", description="median_days の始まりの日のファセット")
    end: str = Field(default="", description="median_days の終わりの日のファセット")
    where: tuple[Condition, ...] = ()
    of: tuple[Condition, ...] = Field(default=(), description="share の分子になる条件")
    date: str = Field(description="行を年度に入れる日のファセット")
    group: str = Field(default="", description="内訳のファセット")
    smallest_cell: int = Field(default=0, ge=0, description="これより小さい内訳は伏せる")

    @model_validator(mode="after")
    def _complete(self) -> IndicatorBody:
        wanted = {
            "sum": ("value",), "latest": ("value",), "median_days": ("start", "end"), "share": ("of",), "count": (),
        }[self.measure]  # fmt: skip
        if lacking := [name for name in wanted if not getattr(self, name)]:
            raise ValueError(f"measure: {self.measure} には {'・'.join(lacking)} が要ります")
        return self


def declared_body(key: str) -> IndicatorBody:
    """
    Give what a published indicator declares.

    :raises NotPublished: no such indicator is published.
    """
    raise NotImplementedError
