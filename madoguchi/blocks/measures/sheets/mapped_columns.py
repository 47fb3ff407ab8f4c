"""The columns of a mapped sheet: found by their headings, and what of a plan they speak of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext

from madoguchi.blocks.measures.sheets.draft import Draft
from madoguchi.blocks.measures.sheets.filled import year_refuse
from madoguchi.blocks.measures.sheets.headings import Headings, column_of, year_columns
from madoguchi.blocks.measures.sheets.mapping import Block, MappingSpec, SheetSpec


def span_of(draft: Draft) -> tuple[int, int] | None:
    """Give the first and last year of the plan, where they are known."""
    known = {
        **(
            {"first_year": draft.stored.first_year, "last_year": draft.stored.last_year}
            if draft.stored
            else {}
        ),
        **draft.edition,
    }
    first, last = known.get("first_year"), known.get("last_year")
    return (first, last) if isinstance(first, int) and isinstance(last, int) else None


@dataclass(frozen=True, slots=True)
class Placed:
    """A block of indicators with its columns: by field, and of targets and actual figures by year."""

    block: Block
    columns: Mapping[str, int]
    targets: Mapping[int, int]
    actuals: Mapping[int, int]


@dataclass(slots=True)
class Columns:
    """
    Where everything stands in a sheet.

    :param named: our field → column; texts as ``texts.plan``.
    :param split: columns that hold several sections, with their marks.
    :param bars: year → column of the schedule.
    """

    named: dict[str, int] = field(default_factory=dict)
    split: dict[int, Mapping[str, str]] = field(default_factory=dict)
    blocks: list[Placed] = field(default_factory=list)
    bars: dict[int, int] = field(default_factory=dict)

    def ours(self) -> Iterator[int]:
        """Give every column that is read."""
        yield from self.named.values()
        yield from self.split
        yield from self.bars.values()
        for placed in self.blocks:
            yield from (*placed.columns.values(), *placed.targets.values(), *placed.actuals.values())

    def sections(self) -> list[str]:
        """Give the sections of texts that have a column."""
        keys = [name.removeprefix("texts.") for name in self.named if name.startswith("texts.")]
        return keys + [key for marks in self.split.values() for key in marks]


def yearly_of(draft: Draft) -> set[str]:
    """Give the sections that are written each year."""
    return {each["key"] for each in draft.known("sections") if each.get("yearly")}


def columns_find(headings: Headings, spec: SheetSpec, mapping: MappingSpec, draft: Draft) -> Columns:
    """Find every column that a mapping names; what is missing, doubled or of a wrong year goes to the findings."""
    findings = draft.findings
    columns = Columns()
    for name, heading in spec.columns.named():
        column = column_of(headings, heading, findings)
        if column is not None:
            columns.named[name] = column
    for split in spec.split:
        column = column_of(headings, split.heading, findings)
        if column is not None:
            columns.split[column] = split.marks
    for block in spec.indicators:
        named = {name: column_of(headings, heading, findings) for name, heading in block.named()}
        columns.blocks.append(
            Placed(
                block, {name: column for name, column in named.items() if column is not None},
                _years(headings, block.targets, draft), _years(headings, block.actuals, draft),
            )
        )  # fmt: skip
    if spec.bars:
        # Bars may reach beyond the plan, so their years are not held to it.
        columns.bars = year_columns(headings, spec.bars.columns, findings)
    _year_check(columns, spec, mapping, draft)
    return columns


def _years(headings: Headings, pattern: str, draft: Draft) -> dict[int, int]:
    if not pattern:
        return {}
    found = year_columns(headings, pattern, draft.findings)
    span = span_of(draft)
    for year, column in [*found.items()]:
        if span and not span[0] <= year <= span[1]:
            year_refuse(headings.grid, column, headings.last, draft.findings, headings.full(column))
            del found[year]
    return found


def _year_check(columns: Columns, spec: SheetSpec, mapping: MappingSpec, draft: Draft) -> None:
    """Refuse results without a year to put them in, or one outside the plan."""
    told = (
        {"grade", "status"} & set(columns.named) or yearly_of(draft) & set(columns.sections()) or spec.inline
    )
    span, year = span_of(draft), mapping.year
    if told and year is None:
        draft.findings.fault(
            None,
            gettext("対応表に year（結果の年度）がありません。"),
            gettext("year: 2026 のように書いてください。"),
        )
    elif year is not None and span and not span[0] <= year <= span[1]:
        draft.findings.fault(
            None,
            gettext("対応表の year（%(year)d）は、計画の期間にない年度です。") % {"year": year},
            gettext("年度か、計画の期間を直してください。"),
        )


def spoken_note(columns: Columns, spec: SheetSpec, mapping: MappingSpec, draft: Draft) -> None:
    """Say what of the plan these columns speak of: of everything else the stored plan stays."""
    spoken, yearly = draft.spoken, yearly_of(draft)
    for key in columns.sections():
        if key not in yearly:
            spoken.item |= {key if key in ("plan", "goal") else f"texts.{key}"}
    spoken.item |= {"mark", "offices", "outcome", "no_indicator"} & set(columns.named)
    inline = {each.to for each in spec.inline}
    if columns.blocks or "target" in inline:
        spoken.item |= {"indicators"}
    if "part" in columns.named:
        spoken.item |= {"parts"}
    if columns.bars:
        spoken.item |= {"phases"}
        spoken.part |= {"phases"}
    if any(block.at == "part" for block in spec.indicators):
        spoken.part |= {"indicators"}
    for placed in columns.blocks:
        _indicator_note(placed, draft)
    targets = {year for placed in columns.blocks for year in placed.targets}
    if "target" in inline and mapping.year is not None:
        targets |= {mapping.year}
    spoken.years = (spoken.years or set()) | targets


def _indicator_note(placed: Placed, draft: Draft) -> None:
    spoken = draft.spoken
    spoken.indicator |= {"no", "base", "note"} & set(placed.columns)
    if "unit" in placed.columns:
        spoken.indicator |= {"unit", "per"}
    if "kind_column" in placed.columns:
        spoken.indicator |= {"kind"}
    if placed.block.direction:
        spoken.indicator |= {"direction"}
