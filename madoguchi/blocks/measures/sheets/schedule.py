"""Bars of a schedule that is drawn in columns of years: merged ranges, words that hold until the next, arrows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from madoguchi.blocks.measures.sheets.draft import Node
from madoguchi.blocks.measures.sheets.reading import Cell
from madoguchi.blocks.measures.sheets.values import plain
from madoguchi.kit.fiscal import FiscalYear

if TYPE_CHECKING:
    from madoguchi.blocks.measures.sheets.mapped import SheetReader

_ARROW = re.compile(r"[→⇒➡⟶▶►>＞=＝\-－ー―—─～〜]+")


def bars_read(reader: SheetReader, row: int, node: Node) -> None:
    """Read the bars of a row into the phases of an item or a part."""
    spec = reader.spec.bars
    assert spec is not None
    years = dict(sorted(reader.columns.bars.items()))
    columns = {column: year for year, column in years.items()}
    found: list[tuple[int, int | None, str]] = []
    for year, column in years.items():
        cell = reader.grid.cell(row, column)
        if cell.empty or not cell.is_first:
            continue
        text = reader.text(cell)
        end = _end(cell, columns)
        if _ARROW.fullmatch(text):
            # An arrow goes on with the bar before it.
            if found:
                found[-1] = found[-1][0], end or year, found[-1][2]
        elif text:
            found.append((year, end if end or spec.until == "next" else year, text))
    for number, (start, end, text) in enumerate(found):
        last = number == len(found) - 1
        if spec.until == "next" and end is None:
            end = _until(found[number + 1][0] - 1 if not last else None, spec.last, [*years])
        node.setdefault("phases", []).append(_bar(reader, start, end, text))


def _end(cell: Cell, columns: dict[int, int]) -> int | None:
    """Give the last year of a merged range; None for a cell alone."""
    if cell.last is None or cell.first is None or cell.last[1] == cell.first[1]:
        return None
    return max(year for column, year in columns.items() if cell.first[1] <= column <= cell.last[1])


def _until(next_year: int | None, last: str, years: list[int]) -> int | None:
    if next_year is not None:
        return next_year
    return years[-1] if last == "end" else None


def _bar(reader: SheetReader, start: int, end: int | None, text: str) -> Node:
    assert reader.spec.bars is not None
    words = {plain(each["label"]): each["key"] for each in reader.draft.known("phases")}
    words |= {plain(label): key for label, key in reader.spec.bars.words.items()}
    word = words.get(plain(text), "")
    bar: Node = {
        "word": word, "text": "" if word else text, "from": FiscalYear(start).first_day.isoformat(),
    }  # fmt: skip
    if end is None:
        return bar | {"state": "not_in_source"}
    return bar | {"to": FiscalYear(end).last_day.isoformat()}
