"""The workbook: the table as it is printed, with the 総括 in formulas, and the machine-readable table behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from madoguchi.blocks.measures.outputs.data import plain_number
from madoguchi.blocks.measures.outputs.heights import LINE_POINTS, ROW_LINES, lines_of, split_to_height
from madoguchi.blocks.measures.outputs.printed import AGAIN, Block, Printed, PrintedRow, printed
from madoguchi.blocks.measures.outputs.table import HEADINGS, Cell, table_rows
from madoguchi.blocks.measures.types import EditionSpec, GradeLine, Report
from madoguchi.kernel.workbooks import paper_set, text_put

LIST_TITLE, TABLE_TITLE = "取組実績一覧表", "データ"
HEAD_ROW = 3
WIDE = {"取組項目": 34, "担当部署": 24, "指標": 34, "指標の識別子": 34, "取組方針": 34, "値の出所": 20}

_LINE = Side("thin", color="767676")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEAD, _GROUP = PatternFill("solid", fgColor="DCE6F2"), PatternFill("solid", fgColor="F2F5F9")
_FACE = "MS PGothic"
_BOLD, _PLAIN = Font(name=_FACE, bold=True, size=9), Font(name=_FACE, size=9)
_MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_CENTRED = Alignment(horizontal="center", vertical="top", wrap_text=True)
_WRAPPED = Alignment(vertical="top", wrap_text=True)


def report_xlsx(report: Report, plan: EditionSpec) -> bytes:
    """Write the workbook. What it counts, it counts itself: a grade changed in it changes the 総括."""
    sheet = printed(report, plan)
    book = Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    _list_fill(page, sheet)
    _table_fill(book.create_sheet(TABLE_TITLE), report, plan)
    book.properties.title, book.properties.creator = sheet.heading, sheet.city
    assert book.calculation is not None
    book.calculation.fullCalcOnLoad = True
    out = BytesIO()
    book.save(out)
    return out.getvalue()


# The printed table


def _list_fill(page: Worksheet, sheet: Printed) -> None:
    page.title = LIST_TITLE
    last = len(sheet.columns)
    _line(page, 1, sheet.heading, last, Font(name=_FACE, bold=True, size=13))
    _line(page, 2, " ".join((sheet.city, *sheet.notes)), last, _PLAIN)
    for number, column in enumerate(sheet.columns, start=1):
        _put(page, HEAD_ROW, number, column.label, font=_BOLD, alignment=_MIDDLE, fill=_HEAD)
        page.column_dimensions[get_column_letter(number)].width = column.width
    row = HEAD_ROW + 1
    for group in sheet.groups:
        _line(page, row, "　" * group.depth + group.heading, last, _BOLD, fill=_GROUP)
        row += 1
        for item in group.rows:
            row = _item_fill(page, row, item, sheet)
    rows = range(HEAD_ROW + 1, row)
    if sheet.grades and sheet.total:
        row = _summary_fill(page, row + 1, sheet, rows)
    if sheet.source:
        _line(page, row + 1, f"出典：{sheet.source}", last, _PLAIN)
    page.freeze_panes = f"A{HEAD_ROW + 1}"
    page.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    _paper(page)


def _item_fill(page: Worksheet, row: int, item: PrintedRow, sheet: Printed) -> int:
    """Write an item from a row on, and give the row behind it; one that is too long for a row takes several."""
    pieces = [
        split_to_height(_text(cell), column.width)
        for cell, column in zip(item.cells, sheet.columns, strict=True)
    ]
    for offset in range(max(map(len, pieces))):
        for number, (texts, column) in enumerate(zip(pieces, sheet.columns, strict=True), start=1):
            value: str | int = texts[offset] if offset < len(texts) else ""
            if column.key == "no" and offset == 0:
                value = f"{item.no}\n{AGAIN}" if item.again else _counted(item.no)
            font = _BOLD if column.key == "judgement" else _PLAIN
            alignment = _CENTRED if column.centred else _WRAPPED
            _put(page, row + offset, number, value, font=font, alignment=alignment)
        _fit(page, row + offset, sheet)
    return row + max(map(len, pieces))


def _text(blocks: Iterable[Block]) -> str:
    return "\n".join(f"＜{block.label}＞\n{block.text}" if block.label else block.text for block in blocks)


@dataclass(frozen=True, slots=True)
class _Counting:
    """Where the formulas of the 総括 look: the cells with numbers and grades, and their own first and last row."""

    numbers: str
    grades: str
    first: int
    last: int

    def count(self, row: int) -> str:
        return f'=COUNTIFS({self.grades},$A{row},{self.numbers},"<>*{AGAIN}*")'

    def total(self) -> str:
        return f"=SUM(B{self.first}:B{self.last})"

    def share(self, row: int) -> str:
        return f"=IF($B${self.last + 1}=0,0,ROUND(B{row}/$B${self.last + 1},2))"


def _summary_fill(page: Worksheet, row: int, sheet: Printed, rows: range) -> int:
    """Write the 総括 from a row on, and give the row behind it."""
    judged = get_column_letter([column.key for column in sheet.columns].index("judgement") + 1)
    from_row, to_row = rows.start, rows.stop - 1
    counting = _Counting(
        f"$A${from_row}:$A${to_row}",
        f"${judged}${from_row}:${judged}${to_row}",
        row + 3,
        row + 2 + len(sheet.grades),
    )
    last = len(sheet.columns)
    _line(page, row, "総括", last, Font(name=_FACE, bold=True, size=11))
    _line(page, row + 1, sheet.sentence, last, _PLAIN)
    headings = ("自己評価", "取組項目数", "意味", "割合（計算）", "割合（公表）", "端数の調整")
    for number, heading in enumerate(headings, start=1):
        _put(page, row + 2, number, heading, font=_BOLD, alignment=_MIDDLE, fill=_HEAD)
    _fit(page, row + 2, sheet)
    for at, line in enumerate(sheet.grades, start=counting.first):
        _grade_fill(page, at, line, counting, itemised=sheet.itemised)
        _fit(page, at, sheet)
    at = counting.last + 1
    for number, value in enumerate(("合計", counting.total(), "", counting.share(at), "", ""), start=1):
        _put(page, at, number, value, formula=number in (2, 4), alignment=_CENTRED, percent=number == 4)
    return at + 1


def _grade_fill(page: Worksheet, at: int, line: GradeLine, counting: _Counting, *, itemised: bool) -> None:
    _put(page, at, 1, line.key, font=_BOLD, alignment=_CENTRED)
    count = counting.count(at) if itemised else line.count
    _put(page, at, 2, count, formula=itemised, alignment=_CENTRED)
    _put(page, at, 3, line.meaning.value)
    _put(page, at, 4, counting.share(at), formula=True, alignment=_CENTRED, percent=True)
    printed_share = None if line.percent_printed is None else line.percent_printed / 100
    _put(page, at, 5, printed_share, alignment=_CENTRED, percent=True)
    _put(page, at, 6, line.reason)


def _fit(page: Worksheet, row: int, sheet: Printed) -> None:
    """Give a row the height of its longest cell: programs that print do not all find it out by themselves."""
    lines = [
        sum(lines_of(part, column.width) for part in str(value).split("\n"))
        for number, column in enumerate(sheet.columns, start=1)
        if isinstance(value := page.cell(row, number).value, str) and page.cell(row, number).data_type != "f"
    ]
    page.row_dimensions[row].height = min(max(lines, default=1), ROW_LINES) * LINE_POINTS + 4


# The machine-readable table


def _table_fill(page: Worksheet, report: Report, plan: EditionSpec) -> None:
    page.append(HEADINGS)
    for head in page[1]:
        head.font, head.fill = _BOLD, _HEAD
    rows = [*table_rows(report, plan)]
    # A column of numbers holds nothing but numbers; an identifier like 1-(1) makes texts of them all.
    plain = all(isinstance(_counted(line.no), int) for line in report.items)
    for at, row in enumerate(rows, start=2):
        for number, cell in enumerate(row, start=1):
            value = int(cell) if plain and number == 1 and isinstance(cell, str) else cell
            if value is not None:
                _value(page.cell(at, number), value)
    for number, heading in enumerate(HEADINGS, start=1):
        page.column_dimensions[get_column_letter(number)].width = WIDE.get(heading, 12)
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(HEADINGS))}{len(rows) + 1}"
    page.print_title_rows = "1:1"
    _paper(page)


# Cells


def _counted(no: str) -> str | int:
    return int(no) if no.isascii() and no.isdecimal() and str(int(no)) == no else no


def _value(cell: Any, value: Cell | float, *, formula: bool = False) -> None:
    """Set a cell. A text stays a text, whatever sign it begins with; only what is meant as a formula is one."""
    if isinstance(value, str) and not formula:
        text_put(cell, value)
        return
    cell.value = plain_number(value) if isinstance(value, Decimal) else value
    if isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"


def _put(
    page: Worksheet, row: int, column: int, value: Cell | float, *, formula: bool = False, font: Font = _PLAIN,
    alignment: Alignment = _WRAPPED, fill: PatternFill | None = None, percent: bool = False,
) -> None:  # fmt: skip
    cell: Any = page.cell(row, column)
    if value not in (None, ""):
        _value(cell, value, formula=formula)
    cell.font, cell.alignment, cell.border = font, alignment, _BOX
    if fill is not None:
        cell.fill = fill
    if percent:
        cell.number_format = "0%"


def _line(
    page: Worksheet, row: int, text: str, last: int, font: Font, fill: PatternFill | None = None
) -> None:
    """Write a line over the whole width of the sheet."""
    cell: Any = page.cell(row, 1)
    if text.strip():
        _value(cell, text)
    cell.font, cell.alignment = font, Alignment(vertical="center", wrap_text=False)
    if fill is not None:
        for number in range(1, last + 1):
            painted: Any = page.cell(row, number)
            painted.fill, painted.border = fill, Border(top=_LINE, bottom=_LINE)


def _paper(page: Worksheet) -> None:
    paper_set(page, footer="&P / &N")
    page.print_options.horizontalCentered = True
    page.page_margins.left = page.page_margins.right = 0.4
    page.page_margins.top = page.page_margins.bottom = 0.5
