"""
A mapping: which column of another city's sheet is which field of ours, as a small YAML file.

Columns are named by their headings, as ``取組項目``, or ``目標値／R6`` where headings stand in two rows. A mapping
that was used once is remembered and found again by the headings (``fingerprint``), whatever years they name.

    name: 例示市の一覧表
    edition: {key: reiji-2026, city: 例示市, title: 例示市DX推進計画, first_year: 2026, last_year: 2030}
    sheets:
      - header_rows: 2
        columns: {pillar: 基本方針, title: 取組, offices: 担当課}
        indicators:
          - {name: 指標, unit: 単位, base: 基準値, base_year: 2025, targets: '目標値.*R[0-9]+', kind: flow}
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from django.utils.translation import gettext
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from madoguchi.blocks.measures.sheets.reading import Fault
from madoguchi.blocks.measures.spec import EditionSpec
from madoguchi.kit.yaml12 import YamlRefused, yaml_load

LARGEST = 200_000
_Kind = Literal["stock", "flow", "cumulative", "rate"]


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _compiles(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"「{value}」は正規表現として読めません（{error}）。") from error
    return value


Headings = Annotated[list[str], BeforeValidator(_listed)]


class _Mapping(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Columns(_Mapping):
    """
    The headings of the columns, by our fields. ``pillar`` may be several, from the highest down; ``texts`` are by
    section of the plan, ``plan``, ``goal``, ``done`` and ``next`` are sections that every plan has.
    """

    pillar: Headings = []
    pillar_no: str = ""
    no: str = ""
    title: str
    mark: str = ""
    offices: str = ""
    plan: str = ""
    goal: str = ""
    texts: dict[str, str] = {}
    outcome: str = ""
    no_indicator: str = ""
    part_no: str = ""
    part: str = ""
    grade: str = ""
    status: str = ""
    done: str = ""
    next: str = ""

    def named(self) -> Iterator[tuple[str, str]]:
        """Give field and heading of every column that is named; sections as ``texts.plan``."""
        for number, heading in enumerate(self.pillar):
            yield f"pillar{number}", heading
        for name in ("pillar_no", "no", "title", "mark", "offices", "outcome", "no_indicator", "part_no", "part",
                     "grade", "status"):  # fmt: skip
            if heading := getattr(self, name):
                yield name, heading
        for key, heading in {
            **{name: getattr(self, name) for name in ("plan", "goal", "done", "next")},
            **self.texts,
        }.items():
            if heading:
                yield f"texts.{key}", heading


class Block(_Mapping):
    """
    Where indicators stand: one per row, or with ``lines`` several in a cell, one to a line. ``targets`` and
    ``actuals`` are patterns of headings, in which the year is read; ``at: part`` puts them at the part of the row.
    """

    name: str
    no: str = ""
    unit: str = ""
    kind: _Kind | None = None
    kind_column: str = ""
    direction: Literal["up", "down"] | None = None
    base: str = ""
    base_year: int | None = None
    base_year_column: str = ""
    targets: str = ""
    actuals: str = ""
    note: str = ""
    lines: bool = False
    at: Literal["item", "part"] = "item"

    _patterns = field_validator("targets", "actuals")(_compiles)

    def named(self) -> Iterator[tuple[str, str]]:
        """Give field and heading of every column that is named."""
        for name in ("name", "no", "unit", "kind_column", "base", "base_year_column", "note"):
            if heading := getattr(self, name):
                yield name, heading


class Inline(_Mapping):
    """Figures within a text, as 【公開データセット数：130】: a pattern with the groups ``name`` and ``value``."""

    section: str
    pattern: str
    to: Literal["target", "actual"]
    kind: _Kind | None = None

    @field_validator("pattern")
    @classmethod
    def _named(cls, value: str) -> str:
        if not {"name", "value"} <= set(re.compile(_compiles(value)).groupindex):
            raise ValueError("pattern には、(?P<name>…) と (?P<value>…) が要ります。")
        return value


class Split(_Mapping):
    """A column that holds several sections: each begins at its mark (<取組内容>)."""

    heading: str
    marks: dict[str, str]


class Bars(_Mapping):
    """
    Bars of the schedule in columns of years. ``until``: ``next``, a word holds until the next one in its row;
    ``year``, each cell is its year alone; ``merged``, a merged range is one bar. ``last`` is whether the last
    one stays open or goes to the last column.
    """

    columns: str
    until: Literal["next", "year", "merged"] = "merged"
    last: Literal["open", "end"] = "open"
    words: dict[str, str] = {}

    _patterns = field_validator("columns")(_compiles)


class SheetSpec(_Mapping):
    """
    One sheet. ``sheet`` or ``match`` (a pattern) name it; without either, the first with these headings is taken.

    :param header: the row of the headings; without it, the row that has most of them.
    :param pillar_row: a pattern for rows that only name a pillar, with the groups ``title`` and perhaps ``no``.
    :param pillar_text, title_text: patterns that take a number off a title: ``(?P<no>[0-9]+) (?P<title>.+)``.
    :param skip: patterns of rows (their first text) that are no items: totals, remarks.
    """

    sheet: str = ""
    match: str = ""
    header: int | None = Field(default=None, ge=1, le=200)
    header_rows: int = Field(default=1, ge=1, le=3)
    pillar_row: str = ""
    pillar_text: str = ""
    title_text: str = ""
    skip: Annotated[list[str], BeforeValidator(_listed)] = []
    columns: Columns
    split: list[Split] = []
    indicators: list[Block] = []
    inline: list[Inline] = []
    bars: Bars | None = None

    @field_validator("match")
    @classmethod
    def _pattern(cls, value: str) -> str:
        return _compiles(value)

    @field_validator("pillar_row", "pillar_text", "title_text")
    @classmethod
    def _has_title(cls, value: str) -> str:
        if value and "title" not in re.compile(_compiles(value)).groupindex:
            raise ValueError("(?P<title>…) が要ります。")
        return value

    @field_validator("skip")
    @classmethod
    def _patterns(cls, value: list[str]) -> list[str]:
        return [_compiles(each) for each in value]

    @model_validator(mode="after")
    def _pillars(self) -> Self:
        if not self.columns.pillar and not self.pillar_row:
            raise ValueError("方針の列（columns の pillar）か、方針の行（pillar_row）が要ります。")
        return self


class MappingSpec(_Mapping):
    """
    The whole mapping.

    :param edition: fields of the plan that the sheet does not have; ``key`` alone where it is stored already.
    :param year: the fiscal year of grades, results and figures within texts.
    :param partial: whether the workbook holds only a part of the plan, and the rest stays.
    :param numbering: how items are numbered where no column does: ``{pillar}-({n})`` or ``{n}``.
    """

    name: str = Field(min_length=1, max_length=100)
    edition: dict[str, Any]
    year: int | None = None
    partial: bool = False
    numbering: str = "{n}"
    sheets: list[SheetSpec] = Field(min_length=1)

    @field_validator("edition")
    @classmethod
    def _has_key(cls, value: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(value.get("key"), str) or "pillars" in value:
            raise ValueError("edition には key（計画キー）が要り、pillars は書けません。")
        first, last = value.get("first_year"), value.get("last_year")
        needed = {"city": "-", "title": "-", "first_year": last or 2000, "last_year": first or 2000}
        try:
            EditionSpec.model_validate({**needed, **value, "pillars": []})
        except ValidationError as error:
            faults = [
                f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()
            ]
            raise ValueError(" ".join(faults)) from error
        return value

    @field_validator("numbering")
    @classmethod
    def _numbers(cls, value: str) -> str:
        try:
            one, two = (value.format(pillar="1", n=number) for number in (1, 2))
        except (KeyError, IndexError, ValueError):
            one = two = ""
        if one == two:
            raise ValueError("numbering は「{n}」か「{pillar}-({n})」のように書いてください。")
        return value


def mapping_read(text: str) -> tuple[MappingSpec | None, list[Fault]]:
    """Read a mapping's YAML; None with faults where it is none."""
    if len(text) > LARGEST:
        return None, [
            _fault(gettext("対応表が大きすぎます。"), gettext("対応表のファイルか確かめてください。"))
        ]
    try:
        data = yaml_load(text)
    except YamlRefused as error:
        return None, [_fault(gettext("対応表をYAMLとして読めません。"), " ".join(str(error).split())[:200])]
    return mapping_of(data)


def mapping_of(data: object) -> tuple[MappingSpec | None, list[Fault]]:
    """Make a mapping of plain data; None with faults where it is none."""
    try:
        return MappingSpec.model_validate(data), []
    except ValidationError as error:
        return None, [_fault_of(fault["type"], fault["loc"], fault["msg"]) for fault in error.errors()]


def _fault_of(kind: str, place: tuple[int | str, ...], message: str) -> Fault:
    known = {
        "missing": gettext("書いてください。"),
        "extra_forbidden": gettext("この名前は使えません。書き方の手引きを確かめてください。"),
    }
    return _fault(
        gettext("対応表の「%(place)s」が読めません。") % {"place": ".".join(str(part) for part in place)},
        known.get(kind) or message.removeprefix("Value error, "),
    )


def _fault(reason: str, do: str) -> Fault:
    return Fault("", "", reason, do)
