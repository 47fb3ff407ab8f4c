"""Indicators of a mapped sheet: one to a row, several lines in a cell, or figures within a text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from django.utils.translation import gettext

from madoguchi.blocks.measures.sheets import layout
from madoguchi.blocks.measures.sheets.draft import Draft, Node
from madoguchi.blocks.measures.sheets.figures import Kind, Told, indicator_read
from madoguchi.blocks.measures.sheets.mapped_columns import Placed
from madoguchi.blocks.measures.sheets.mapping import Block, Inline
from madoguchi.blocks.measures.sheets.reading import Cell
from madoguchi.blocks.measures.sheets.values import choice_read, plain, text_clean, year_read

if TYPE_CHECKING:
    from madoguchi.blocks.measures.sheets.mapped import SheetReader

_NO_NAME = frozenset({"-", "—", "−", "ー", "なし", "設定なし"})
_INLINE = "_inline"


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of one indicator."""

    named: Mapping[str, Cell]
    targets: Mapping[int, Cell]
    actuals: Mapping[int, Cell]

    def all(self) -> list[Cell]:
        return [*self.named.values(), *self.targets.values(), *self.actuals.values()]

    def line(self, number: int, count: int) -> _Cells:
        """Give the cells with one line of several."""
        return _Cells(
            *(
                {key: _line_of(cell, number, count) for key, cell in cells.items()}
                for cells in (self.named, self.targets, self.actuals)
            )  # type: ignore[arg-type]
        )


def block_read(reader: SheetReader, row: int, placed: Placed) -> None:
    """Read the indicators of a row."""
    cells = _Cells(
        *(
            {key: reader.grid.cell(row, column) for key, column in columns.items()}
            for columns in (placed.columns, placed.targets, placed.actuals)
        )  # type: ignore[arg-type]
    )
    name = cells.named["name"]
    if name.empty or not name.is_first:
        _nameless(reader, name, [*cells.targets.values(), *cells.actuals.values()])
    elif not placed.block.lines:
        _read(reader, placed.block, cells)
    else:
        _lines_read(reader, placed.block, cells)


def _nameless(reader: SheetReader, name: Cell, figures: Sequence[Cell]) -> None:
    """Refuse figures beside which no indicator stands."""
    for cell in figures:
        if not name.merged and not cell.empty and cell.is_first:
            reader.findings.fault(
                cell,
                gettext("どの指標の値か分かりません。"),
                gettext("この行に指標の名を書くか、値を指標の行に移してください。"),
            )


def _lines_read(reader: SheetReader, block: Block, cells: _Cells) -> None:
    count = len(_lines(cells.named["name"]))
    for cell in cells.all():
        lines = len(_lines(cell))
        if lines not in (0, 1, count) or (lines == 1 and count > 1 and cell in cells.targets.values()):
            reader.findings.fault(
                cell,
                gettext("行の数（%(lines)d）が、指標の数（%(count)d）と合いません。")
                % {"lines": lines, "count": count},
                gettext("指標ごとに改行し、値のない所には「—」を書いてください。"),
            )
            return
    for number in range(count):
        _read(reader, block, cells.line(number, count))


def _read(reader: SheetReader, block: Block, cells: _Cells) -> None:
    named, findings = cells.named, reader.findings
    name = reader.text(named["name"], most=200)
    node = reader.here.part if block.at == "part" and reader.here.part is not None else reader.here.item
    if not name or node is None or plain(name) in _NO_NAME:
        return
    base_year = block.base_year
    if "base_year_column" in named:
        base_year = findings.take(named["base_year_column"], year_read, None)
    kind: Kind | None = None
    if "kind_column" in named:
        typed = findings.take(
            named["kind_column"], lambda value: choice_read(value, layout.INDICATOR_KINDS), ""
        )
        kind = cast("Kind", typed) if typed else None
    told = Told(
        name, named["name"], unit=reader.text(named.get("unit"), most=31), direction=block.direction, kind=kind,
        kind_else=block.kind, base_year=base_year, base=named.get("base"), targets=cells.targets,
        actuals=cells.actuals,
        more={
            key: text
            for key, most in (("no", 20), ("note", 300))
            if (text := reader.text(named.get(key), most=most))
        },
    )  # fmt: skip
    reader.draft.indicator_add(node, indicator_read(findings, told), named["name"])


def _lines(cell: Cell) -> list[str]:
    return [line.strip() for line in text_clean(cell.value).split("\n") if line.strip()]


def _line_of(cell: Cell, number: int, count: int) -> Cell:
    """Give a cell that holds one line of several; a single line stands for all."""
    lines = _lines(cell)
    if len(lines) <= 1 or len(lines) != count:
        return cell
    return replace(cell, value=lines[number], number_format="General")


# Figures within texts


def inline_read(reader: SheetReader, row: int, node: Node, inline: Inline, text: str) -> str:
    """Take the figures out of a text, and give the text without them; ``inline_finish`` makes indicators of them."""
    cell = reader.cell_of_section(row, inline.section)
    year = reader.mapping.year or 0
    for found in re.finditer(inline.pattern, text):
        name = found["name"].strip()
        value = replace(cell, value=found["value"].strip(), number_format="General", first=None, last=None)
        told: dict[str, Node] = node.setdefault(_INLINE, {})
        figures = told.setdefault(
            plain(name), {"name": name, "cell": value, "target": {}, "actual": {}, "kind": None}
        )
        figures[inline.to][year] = value
        figures["kind"] = figures["kind"] or inline.kind
    rest = re.sub(inline.pattern, "", text)
    return "\n".join(line for line in rest.split("\n") if line.strip()).strip()


def inline_finish(draft: Draft) -> None:
    """Make indicators of the figures that stood within texts: targets and results meet by their names."""
    for node in draft.items.values():
        for figures in node.pop(_INLINE, {}).values():
            told = Told(
                figures["name"], figures["cell"], kind_else=figures["kind"], targets=figures["target"],
                actuals=figures["actual"],
            )  # fmt: skip
            draft.indicator_add(node, indicator_read(draft.findings, told), figures["cell"])
