"""A sheet of our template as lines: its columns by heading, its rows without help and example."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext

from madoguchi.blocks.measures.sheets import layout
from madoguchi.blocks.measures.sheets.reading import Cell, Findings, Grid, Spot, alike, heading_lacks
from madoguchi.blocks.measures.sheets.values import (
    CellRefused,
    Typed,
    choice_read,
    day_read,
    plain,
    text_read,
    value_read,
    year_read,
    yes_read,
)
from madoguchi.kit.width import digits_to_half

# Between offices or numbers: a line break or 、, but not within brackets.
_BETWEEN = re.compile(r"[\n、](?![^（(]*[）)])")


def section_heads(sections: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Give heading → key of the columns that texts by section stand in."""
    return {
        f"{layout.SECTION_HEAD}{each['label']}": f"{layout.SECTION_HEAD}{each['key']}" for each in sections
    }


class Line:
    """A row of a sheet, with its cells by our fields."""

    def __init__(self, page: Page, row: int) -> None:
        self.page, self.row = page, row

    def cell(self, key: str) -> Cell:
        """Give the cell of a field; of one without a column, an empty one at the row's head."""
        column = self.page.columns.get(key)
        if column is None:
            return Cell(self.page.grid.title, self.row, 1, None)
        return self.page.grid.cell(self.row, column)

    def take(self, key: str, read: Callable[[Any], Any], otherwise: Any) -> Any:
        """Read a field; a fault is noted at its cell."""
        return self.page.findings.take(self.cell(key), read, otherwise)

    def text(self, key: str, *, most: int = 0) -> str:
        cell = self.cell(key)
        found: str = self.take(
            key, lambda value: text_read(value, number_format=cell.number_format, most=most), ""
        )
        return found

    def number(self, key: str) -> str:
        """Read the number of an item, a part or a pillar: １ is 1."""
        return digits_to_half(self.text(key, most=60))

    def must_number(self, key: str) -> str:
        """Read a number that has to be there."""
        return digits_to_half(self.must(key, most=60))

    def must(self, key: str, *, most: int = 0) -> str:
        """Read a text that has to be there."""
        found = self.text(key, most=most)
        if not found and self.cell(key).empty:
            self.empty(key)
        return found

    def empty(self, key: str) -> None:
        """Say that a cell must not be empty."""
        self.page.findings.fault(
            self.cell(key),
            gettext("「%(heading)s」が空欄です。") % {"heading": self.page.headings.get(key, key)},
            gettext("書いてください。"),
        )

    def choice(self, key: str, labels: Mapping[str, str]) -> str:
        found: str = self.take(key, lambda value: choice_read(value, labels), "")
        return found

    def year(self, key: str) -> int | None:
        found: int | None = self.take(key, year_read, None)
        return found

    def day(self, key: str, *, end: bool = False) -> str | None:
        found = self.take(key, lambda value: day_read(value, end=end), None)
        return found.isoformat() if found else None

    def yes(self, key: str) -> bool:
        return bool(self.take(key, yes_read, False))

    def whole(self, key: str) -> int | None:
        """Read a whole number."""
        typed: Typed | None = self.take(key, value_read, None)
        if typed is None:
            return None
        if typed.number is None or typed.number != int(typed.number):
            self.page.findings.fault(
                self.cell(key), gettext("整数ではありません。"), gettext("整数を書いてください。")
            )
            return None
        return int(typed.number)

    def several(self, key: str) -> list[str]:
        """Read what stands on lines, or between 、."""
        return [part.strip() for part in _BETWEEN.split(self.text(key)) if part.strip()]

    def sections(self) -> dict[str, str]:
        """Read the texts by section, empty ones left out."""
        found = {
            key.removeprefix(layout.SECTION_HEAD): self.text(key)
            for key in self.page.columns
            if key.startswith(layout.SECTION_HEAD)
        }
        return {key: text for key, text in found.items() if text}


class Page:
    """One sheet of the template: where its columns are, and its rows without help and example."""

    def __init__(self, grid: Grid, findings: Findings) -> None:
        self.grid, self.findings = grid, findings
        self.sheet = layout.SHEETS[grid.title.strip()]
        self.columns: dict[str, int] = {}
        self.headings: dict[str, str] = {}
        self.head_row = 1
        self.mark = 0

    def open(self, more: Mapping[str, str] | None = None) -> Iterator[Line]:
        """
        Find the columns, then give the rows.

        :param more: heading → key of columns that this workbook may have besides (sections, tags).
        """
        known = {column.heading: column.key for column in self.sheet.columns} | dict(more or {})
        self.head_row = self._head_row(known)
        self._columns_find(known)
        self._shape_check()
        missing = [
            column for column in self.sheet.columns if column.required and column.key not in self.columns
        ]
        for column in missing:
            found = [str(cell.value) for cell in self.grid.line(self.head_row) if not cell.empty]
            heading_lacks(self.findings, Spot(self.grid.title, f"{self.head_row}行目"), column.heading, found)
        if not missing:
            for row in self.grid.rows:
                if row > self.head_row and not self._is_aside(row) and self._is_used(row):
                    yield Line(self, row)

    def _head_row(self, known: Mapping[str, str]) -> int:
        wanted = {plain(heading) for heading in known}

        def fits(row: int) -> int:
            return sum(plain(str(cell.value)) in wanted for cell in self.grid.line(row) if not cell.empty)

        rows = self.grid.rows[:10]
        return max(rows, key=lambda row: (fits(row), -row), default=1)

    def _columns_find(self, known: Mapping[str, str]) -> None:
        by_heading = {plain(heading): (heading, key) for heading, key in known.items()}
        for cell in self.grid.line(self.head_row):
            text = plain(str(cell.value)) if not cell.empty and cell.is_first else ""
            if text == plain(layout.ROW_MARK):
                self.mark = cell.column
                continue
            if not text:
                self._headless(cell)
                continue
            heading, key = by_heading.get(text) or self._year_key(text) or ("", "")
            if not key:
                self._unknown(cell, known)
            elif key in self.columns:
                self.findings.fault(
                    cell,
                    gettext("見出し「%(heading)s」が二つあります。") % {"heading": cell.value},
                    gettext("一つにしてください。"),
                )
            else:
                self.columns[key], self.headings[key] = cell.column, heading or str(cell.value)

    def _year_key(self, text: str) -> tuple[str, str] | None:
        if self.sheet.title != layout.INDICATORS:
            return None
        for head in (layout.TARGET_HEAD, layout.ACTUAL_HEAD):
            if text.startswith(head):
                try:
                    return "", f"{head}{year_read(text.removeprefix(head))}"
                except CellRefused:
                    return None
        return None

    def _unknown(self, cell: Cell, known: Mapping[str, str]) -> None:
        near = alike(str(cell.value), known)
        self.findings.fault(
            cell,
            gettext("見出し「%(heading)s」は使えません。") % {"heading": str(cell.value)[:40]},
            gettext("「%(near)s」のことなら、見出しを直してください。使わない列は消してください。")
            % {"near": near}
            if near
            else gettext("使わない列は消してください。"),
        )

    def _headless(self, head: Cell) -> None:
        """Refuse a column that holds something but says not what."""
        for row in self.grid.rows:
            cell = self.grid.cell(row, head.column)
            if row > self.head_row and not cell.empty and cell.is_first and not self._is_aside(row):
                self.findings.fault(
                    cell,
                    gettext("見出しのない列に書かれています。"),
                    gettext("見出しのある列に移すか、消してください。"),
                )
                return

    def _shape_check(self) -> None:
        for merged in self.grid.merged_within(self.head_row):
            self.findings.fault(
                Spot(self.grid.title, merged),
                gettext("セルが結合されています。"),
                gettext("結合を解除し、それぞれのセルに書いてください。"),
            )
        if self.grid.too_long:
            self.findings.fault(
                Spot(self.grid.title),
                gettext("行が多すぎます。"),
                gettext("使っていない行を消してください。"),
            )
        for row in self.grid.hidden_rows(self.head_row + 1):
            self.findings.note(
                Spot(self.grid.title, f"A{row}"),
                gettext("非表示の行も読みました。"),
                gettext("要らない行なら消してください。"),
            )

    def _is_aside(self, row: int) -> bool:
        """Whether a row is help or an example; one whose example was written over is told of."""
        if not self.mark:
            return False
        mark = plain(str(self.grid.cell(row, self.mark).value or ""))
        if mark == layout.EXAMPLE_ROW and self._is_changed(row):
            self.findings.note(
                self.grid.cell(row, self.mark),
                gettext("「例」の行に書かれたことは読んでいません。"),
                gettext("計画の内容なら、「行の印」の「例」を消してください。"),
            )
        return mark in (layout.HELP_ROW, layout.EXAMPLE_ROW)

    def _is_changed(self, row: int) -> bool:
        examples = {column.key: column.example for column in self.sheet.columns}
        return any(
            plain(str(self.grid.cell(row, place).value or "")) != plain(examples.get(key, ""))
            for key, place in self.columns.items()
        )

    def _is_used(self, row: int) -> bool:
        return any(not self.grid.cell(row, place).empty for place in self.columns.values())
