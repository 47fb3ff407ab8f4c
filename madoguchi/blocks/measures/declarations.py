"""
The kind ``indicator``: a figure that the services' own rows give, declared and never typed.

It names a source that a block offers, a measure, conditions on facets and the day that puts a row into a
fiscal year. It compiles to one query; the same query lists the rows behind the figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from madoguchi.kernel.declarations import (
    Context,
    Declared,
    Issue,
    Part,
    Resolved,
    Sample,
    SampleRefused,
    kind_declare,
    published,
)
from madoguchi.kernel.expressions.suggestions import closest
from madoguchi.kernel.sources import FacetType, Source, source_find, sources
from madoguchi.kit.fiscal import FiscalYear

Measure = Literal["count", "sum", "share", "median_days", "latest"]
Value = str | int | bool | date
NEEDS: Final[dict[str, tuple[str, ...]]] = {
    "count": (),
    "sum": ("value",),
    "latest": ("value",),
    "median_days": ("start", "end"),
    "share": ("of",),
}
FACET_TYPES: Final[dict[str, tuple[FacetType, ...]]] = {
    "date": ("date",),
    "start": ("date",),
    "end": ("date",),
    "value": ("int", "decimal"),
}


class Condition(Part):
    """One condition on a facet: equal to a value, one of several, or (not) empty."""

    facet: str
    equals: Value | None = None
    any_of: tuple[Value, ...] = ()
    empty: bool | None = None

    def holds(self, row: Mapping[str, Value | None]) -> bool:
        """Say whether a row of facets meets the condition."""
        value = row.get(self.facet)
        if self.empty is not None:
            return (value is None) == self.empty
        return value in self.any_of if self.any_of else value == self.equals

    @property
    def words(self) -> str:
        """The condition as people read it."""
        if self.empty is not None:
            return f"{self.facet} が{'空' if self.empty else '空でない'}"
        values = self.any_of or (self.equals,)
        shown = (str(value).lower() if isinstance(value, bool) else str(value) for value in values)
        return f"{self.facet} が {'・'.join(shown)}"

    @property
    def tests(self) -> int:
        """How many tests it states; one is right."""
        return sum((self.equals is not None, bool(self.any_of), self.empty is not None))


class IndicatorSample(Sample):
    """A row, by facets, that is counted in a fiscal year, or refused with the reason."""

    row: dict[str, Value | None]
    year: int


class IndicatorDeclared(Declared):
    """A computed figure."""

    kind: Literal["indicator"]
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
    samples: tuple[IndicatorSample, ...] = ()


def declared_body(key: str) -> IndicatorDeclared:
    """
    Give what a published indicator declares.

    :raises UnknownDeclaration: no such indicator is published.
    """
    model: IndicatorDeclared = published("indicator", key).model
    return model


def _lint(declaration: Resolved, context: Context) -> Iterator[Issue]:
    body: IndicatorDeclared = declaration.model
    source = source_find(body.source, context)
    if source is None:
        yield declaration.issue(
            "source", code="source-unknown", message=f"「{body.source}」という集計元はありません。",
            suggestion=closest(body.source, sources),
        )  # fmt: skip
        return
    for name in NEEDS[body.measure]:
        if not getattr(body, name):
            yield declaration.issue(
                "measure",
                code="measure-incomplete",
                message=f"measure: {body.measure} には {name}: が要ります。",
            )
    for path, facet in _facets_named(body):
        yield from _facet_lint(declaration, source, path, facet)
    for name in ("where", "of"):
        for index, condition in enumerate(getattr(body, name)):
            if condition.tests != 1:
                yield declaration.issue(
                    name, index, code="condition-unclear",
                    message="equals・any_of・empty のどれか一つだけを書いてください。",
                )  # fmt: skip


def _facets_named(body: IndicatorDeclared) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for name in ("value", "start", "end", "date", "group"):
        if getattr(body, name):
            yield (name,), getattr(body, name)
    for name in ("where", "of"):
        for index, condition in enumerate(getattr(body, name)):
            yield (name, index, "facet"), condition.facet


def _facet_lint(
    declaration: Resolved, source: Source, path: tuple[str | int, ...], facet: str
) -> Iterator[Issue]:
    if facet not in source.facets:
        yield declaration.issue(
            *path, code="facet-unknown", message=f"「{source.name}」に「{facet}」というファセットはありません。",
            suggestion=closest(facet, source.facets),
        )  # fmt: skip
        return
    wanted = FACET_TYPES.get(str(path[0]), ())
    if wanted and source.facets[facet].type not in wanted:
        yield declaration.issue(
            *path,
            code="facet-type",
            message=f"「{facet}」は {source.facets[facet].type} です。{'か '.join(wanted)} が要ります。",
        )


def _try(body: IndicatorDeclared, sample: IndicatorSample, context: Context) -> None:  # noqa: ARG001
    day: Any = sample.row.get(body.date)
    if day is None:
        raise SampleRefused(f"{body.date} が空なので、どの年度にも数えません。")
    day = date.fromisoformat(day) if isinstance(day, str) else day
    if not FiscalYear(sample.year).contains(day):
        raise SampleRefused(f"{body.date} が{sample.year}年度の日ではないので数えません。")
    for condition in (*body.where, *body.of):
        if not condition.holds(sample.row):
            raise SampleRefused(f"{condition.words} ではないので数えません。")


kind_declare(
    "indicator",
    IndicatorDeclared,
    label=_("指標"),
    lint=_lint,
    try_sample=_try,
    major=["~source", "~measure", "~value", "~start", "~end", "where", "where.*", "of", "of.*", "~date"],
)
