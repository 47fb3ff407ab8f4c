"""Finding the headings of a sheet that we did not design: in one row or in two, wherever they begin."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext

from madoguchi.blocks.measures.sheets.mapping import SheetSpec
from madoguchi.blocks.measures.sheets.reading import Cell, Findings, Grid, Spot, alike
from madoguchi.blocks.measures.sheets.values import plain
from madoguchi.kit.fiscal import FiscalYearRefused, fiscal_year_parse

SEARCHED_ROWS = 40
BETWEEN = "／"
_YEAR = re.compile(
    r"(?:(?:明治|大正|昭和|平成|令和)\s*(?:[0-9]{1,2}|元)|(?<![A-Za-z])[MTSHR]\.?\s?(?:[0-9]{1,2}|元)(?![0-9])"
    r"|(?<![0-9])(?:19|20)[0-9]{2}(?![0-9]))(?:\s*年度?)?"
)


def years_in(text: str) -> set[int]:
    """Give the fiscal years that a text names: 令和6年度, R6, 2024 (and 令和元年度（2019年度） is one)."""
    years: set[int] = set()
    for found in _YEAR.finditer(unicodedata.normalize("NFKC", text)):
        try:
            years.add(fiscal_year_parse(found[0]).year)
        except FiscalYearRefused:
            continue
    return years


@dataclass(slots=True)
class Headings:
    """
    The headings of a sheet, by column: the texts of each heading row, from the top.

    :param first, last: the rows that they stand in.
    """

    grid: Grid
    first: int
    last: int
    texts: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def full(self, column: int) -> str:
        """Give a heading in one line: 目標値／R6."""
        return BETWEEN.join(dict.fromkeys(self.texts.get(column, ())))

    def all(self) -> list[str]:
        """Give every heading in one line each."""
        return [self.full(column) for column in sorted(self.texts)]

    def of(self, wanted: str) -> list[int]:
        """Give the columns of a heading: by the whole of it, else by one of its rows."""
        name = plain(wanted)
        whole = [column for column in self.texts if plain(self.full(column)) == name]
        return whole or [
            column for column, texts in self.texts.items() if name in {plain(text) for text in texts}
        ]

    def like(self, pattern: str) -> list[int]:
        """Give the columns whose heading holds a pattern, as it is printed or with half-width letters."""
        return [
            column
            for column in sorted(self.texts)
            for text in [self.full(column)]
            if re.search(pattern, text) or re.search(pattern, unicodedata.normalize("NFKC", text))
        ]

    def cell(self, column: int) -> Cell:
        """Give the lowest cell of a heading, to point at."""
        return self.grid.cell(self.last, column)

    def fingerprint(self) -> str:
        """Give what stays the same when only the years move on."""
        texts = [_YEAR.sub("〇", unicodedata.normalize("NFKC", text)) for text in self.all()]
        return hashlib.sha256("\n".join(plain(text) for text in texts).encode()).hexdigest()


def headings_at(grid: Grid, first: int, rows: int) -> Headings:
    """Take rows as headings."""
    found = Headings(grid, first, first + rows - 1)
    for column in range(1, grid.width + 1):
        cells = (grid.cell(row, column) for row in range(first, first + rows))
        texts = tuple(" ".join(str(cell.value).split()) for cell in cells if not cell.empty)
        if texts:
            found.texts[column] = texts
    return found


def wanted_of(spec: SheetSpec) -> list[str]:
    """Give the headings that a mapping names for a sheet."""
    named = [heading for _field, heading in spec.columns.named()]
    named += [heading for block in spec.indicators for _field, heading in block.named()]
    return [*dict.fromkeys([*named, *(split.heading for split in spec.split)])]


def headings_find(grid: Grid, spec: SheetSpec) -> Headings:
    """Give the headings: of the row that the mapping says, else of the row that has most of them."""
    if spec.header is not None:
        return headings_at(grid, spec.header, spec.header_rows)
    rows = grid.rows[:SEARCHED_ROWS] or [1]
    blocks = [headings_at(grid, row, spec.header_rows) for row in rows]
    wanted = wanted_of(spec)
    return max(blocks, key=lambda block: sum(bool(block.of(heading)) for heading in wanted))


def sheets_find(spec: SheetSpec, grids: Sequence[Grid]) -> Iterator[tuple[Grid, Headings]]:
    """Give the sheets that a part of a mapping is about, with their headings."""
    if spec.sheet or spec.match:
        for grid in grids:
            if plain(grid.title) == plain(spec.sheet) or (spec.match and re.search(spec.match, grid.title)):
                yield grid, headings_find(grid, spec)
        return
    wanted = wanted_of(spec)
    found = [(grid, headings_find(grid, spec)) for grid in grids if grid.rows]
    fitting = [each for each in found if all(each[1].of(heading) for heading in wanted)]
    if fitting:
        yield fitting[0]
    elif found:
        yield max(found, key=lambda each: sum(bool(each[1].of(heading)) for heading in wanted))


def column_of(headings: Headings, wanted: str, findings: Findings) -> int | None:
    """Give the column of a heading; say which is missing and which looks like it, or that there are two."""
    columns = headings.of(wanted)
    if len(columns) == 1:
        return columns[0]
    place = Spot(headings.grid.title, gettext("%(row)d行目") % {"row": headings.first})
    if columns:
        names = "、".join(headings.full(column) for column in columns)
        findings.fault(
            headings.cell(columns[1]),
            gettext("見出し「%(heading)s」の列が二つ以上あります（%(names)s）。")
            % {"heading": wanted, "names": names},
            gettext("対応表に、上下の見出しをつないだ名前（上／下）を書いてください。"),
        )
        return None
    texts = [*dict.fromkeys(text for texts in headings.texts.values() for text in texts), *headings.all()]
    near = alike(wanted, texts)
    do = (
        gettext("「%(near)s」がそれなら、対応表の見出しを直してください。") % {"near": near}
        if near
        else gettext("あるのは: %(all)s") % {"all": "、".join(texts[:30])}
    )
    findings.fault(place, gettext("見出し「%(wanted)s」がありません。") % {"wanted": wanted}, do)
    return None


def year_columns(headings: Headings, pattern: str, findings: Findings) -> dict[int, int]:
    """Give year → column of the headings that hold a pattern; a heading without one year is refused."""
    found: dict[int, int] = {}
    columns = headings.like(pattern)
    if not columns:
        findings.fault(
            Spot(headings.grid.title, gettext("%(row)d行目") % {"row": headings.first}),
            gettext("「%(pattern)s」に合う見出しがありません。") % {"pattern": pattern},
            gettext("あるのは: %(all)s") % {"all": "、".join(headings.all()[:30])},
        )
    for column in columns:
        years = years_in(headings.full(column))
        if len(years) != 1 or next(iter(years)) in found:
            findings.fault(
                headings.cell(column),
                gettext("見出し「%(heading)s」から、年度を一つに決められません。")
                % {"heading": headings.full(column)},
                gettext("見出しに年度を一つ書くか、対応表の書き方を直してください。"),
            )
        else:
            found[next(iter(years))] = column
    return found
