"""Writing our template: empty with examples, or filled with a plan."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from madoguchi.blocks.measures.sheets import layout
from madoguchi.blocks.measures.sheets.filling import Row, plan_values, rows_of, year_heading
from madoguchi.blocks.measures.sheets.layout import Column, Sheet
from madoguchi.blocks.measures.spec import LEVELS, SECTIONS, EditionSpec, SectionSpec
from madoguchi.kernel.workbooks import TEXT_FORMAT, choices_rule, paper_set, text_put

_HEAD = PatternFill("solid", fgColor="DCE6F2")
_NEEDED = PatternFill("solid", fgColor="FFF2CC")
_ASIDE = PatternFill("solid", fgColor="F2F2F2")
_LINE = Border(bottom=Side("thin", color="808080"))
_ROW = Border(bottom=Side("hair", color="A0A0A0"))
_TOP = Alignment(wrap_text=True, vertical="top")
_GREY = Font(italic=True, color="595959")
# Excel draws no row higher than this.
HIGHEST = 409.0
# What Excel may keep as a number; everything else is text, so that 1-1 never becomes a day.
_NUMBERS = frozenset({"decimals", "base", "count", "printed", "computed", "from_ratio", "value"})
_PHASES = (("study", "検討"), ("carry_out", "実施"), ("expand", "拡大"))
_GRADES = (
    ("S", "目標や計画を上回った", "1.2"), ("A", "目標や計画に届いた", "1"),
    ("B", "目標や計画に届かなかった", "0.6"), ("C", "目標や計画に遠く及ばなかった、または手を付けていない", "0"),
)  # fmt: skip


def template_write(*, spec: EditionSpec | None = None, first_year: int) -> bytes:
    """
    Write the template as an .xlsx file.

    :param spec: the plan to write into it; without one it is empty, with an example on each sheet.
    :param first_year: the first of the five fiscal years that an empty one has columns for.
    """
    book = Workbook()
    guide = book.active
    assert isinstance(guide, Worksheet)
    _guide_fill(guide)
    _plan_fill(book.create_sheet(layout.PLAN), spec)
    years = _years(spec) if spec else (range(first_year, first_year + 5), range(first_year, first_year + 5))
    sections = _sections(spec)
    rows = rows_of(spec) if spec else _rows_ready()
    for sheet in layout.SHEETS.values():
        if sheet.title in layout.CORE or rows.get(sheet.title):
            columns = columns_of(sheet, spec, years, sections)
            _sheet_fill(
                book.create_sheet(sheet.title), columns, rows.get(sheet.title, ()), empty=spec is None
            )
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _years(spec: EditionSpec) -> tuple[Iterable[int], Iterable[int]]:
    """Give the years of targets and of actual figures: the plan's, and any other that has one."""
    ours = set(range(spec.first_year, spec.last_year + 1))
    one = [each for _above, pillar in spec.pillars_all() for each in pillar.indicators]
    one += [each for _above, item in spec.items_all() for _no, each in item.indicators_all()]
    actuals = {year for each in one for year in each.actuals}
    return sorted(ours | {year for each in one for year in each.targets}), sorted(actuals)


def _sections(spec: EditionSpec | None) -> Sequence[SectionSpec]:
    return spec.sections if spec else SECTIONS


def columns_of(
    sheet: Sheet,
    spec: EditionSpec | None,
    years: tuple[Iterable[int], Iterable[int]],
    sections: Sequence[SectionSpec],
) -> list[Column]:
    """Give the columns of a sheet: its own, then those of sections, tags and years."""
    more: list[Column] = []
    if sheet.title in (layout.ITEMS, layout.PARTS, layout.RESULTS):
        used = _sections_used(sheet, spec, sections)
        more = [
            Column(f"{layout.SECTION_HEAD}{section.key}", f"{layout.SECTION_HEAD}{section.label}", section.meaning, width=40)
            for section in used
        ]  # fmt: skip
    if sheet.title == layout.ITEMS and spec:
        more += [
            Column(f"{layout.TAG_HEAD}{tags.key}", f"{layout.TAG_HEAD}{tags.label}", "付ける印を改行で並べます。表にあって印が一つもないときは「—」", width=24)
            for tags in spec.tag_sets
        ]  # fmt: skip
    if sheet.title == layout.INDICATORS:
        for head, of_head in ((layout.TARGET_HEAD, years[0]), (layout.ACTUAL_HEAD, years[1])):
            more += [Column(f"{head}{year}", year_heading(head, year), width=14) for year in of_head]
    return [*sheet.columns, *more]


def _sections_used(
    sheet: Sheet, spec: EditionSpec | None, sections: Sequence[SectionSpec]
) -> list[SectionSpec]:
    if sheet.title == layout.RESULTS:
        told = (
            {
                key
                for _above, item in spec.items_all()
                for result in item.results.values()
                for key in result.sections()
            }
            if spec
            else set()
        )
        return [section for section in sections if section.yearly or section.key in told]
    if sheet.title == layout.PARTS:
        told = (
            {key for _above, item in spec.items_all() for _no, part in item.parts_all() for key in part.texts}
            if spec
            else set()
        )
        return [section for section in sections if section.key in told]
    told = _told(spec) if spec else set()
    return [section for section in sections if not section.yearly or section.key in told]


def _told(spec: EditionSpec) -> set[str]:
    told = {key for _above, pillar in spec.pillars_all() for key in pillar.texts}
    return told | {key for _above, item in spec.items_all() for key in item.sections()}


def _rows_ready() -> dict[str, list[Row]]:
    """Give the rows that an empty template begins with: common words, which a city may change."""
    words: list[Row] = [
        {"kind": layout.WORD_KINDS["level"], "word_key": word.key, "label": word.label} for word in LEVELS
    ]
    words += [
        {"kind": layout.WORD_KINDS["section"], "word_key": word.key, "label": word.label,
         "yearly": layout.YES if word.yearly else ""}
        for word in SECTIONS
    ]  # fmt: skip
    words += [{"kind": layout.WORD_KINDS["phase"], "word_key": key, "label": label} for key, label in _PHASES]
    grades = [
        {"grade": key, "meaning": meaning, "from_ratio": Decimal(lowest)} for key, meaning, lowest in _GRADES
    ]
    return {layout.WORDS: words, layout.GRADES: grades}


# Writing


def _guide_fill(page: Worksheet) -> None:
    page.title = layout.GUIDE
    page.append(["計画のひな形の使い方"])
    page["A1"].font = Font(bold=True, size=16)
    for line in layout.GUIDE_LINES:
        page.append([line])
    page.append([])
    for sheet in layout.SHEETS.values():
        page.append(
            [
                f"シート「{sheet.title}」（{'必ず使う' if sheet.title in layout.CORE else '使うときだけ、この名のシートを足す'}）: {sheet.about}"
            ]
        )
        headings = "・".join(column.heading for column in sheet.columns)
        page.append([f"　見出し: {layout.ROW_MARK}・{headings}"])
    page.column_dimensions["A"].width = 110
    for row in range(2, page.max_row + 1):
        page.cell(row, 1).alignment = _TOP
    paper_set(page)


def _plan_fill(page: Worksheet, spec: EditionSpec | None) -> None:
    values = plan_values(spec) if spec else {}
    _headings_fill(page, 1, [("項目", False, ""), ("値", False, ""), ("書き方", False, "")])
    for line, row in enumerate(layout.PLAN_ROWS, start=2):
        page.cell(line, 1, row.heading).fill = _NEEDED if row.required else _HEAD
        for column in (1, 2, 3):
            page.cell(line, column).border = _LINE
        _cell_fill(page.cell(line, 2), values.get(row.key, ""), number=False)
        hint = page.cell(
            line,
            3,
            f"{'必ず書きます。' if row.required else ''}{row.help}{f'例：{row.example}' if row.example else ''}",
        )
        hint.font, hint.alignment = _GREY, _TOP
        if row.choices:
            _validate(page, "B", line, line, [*row.choices.values()], row.heading)
    for letter, width in zip("ABC", (26, 46, 70), strict=True):
        page.column_dimensions[letter].width = width
    paper_set(page)


def _headings_fill(page: Worksheet, line: int, headings: Sequence[tuple[str, bool, str]]) -> None:
    for number, (title, needed, hint) in enumerate(headings, start=1):
        cell = page.cell(line, number, title)
        cell.font, cell.border, cell.alignment = Font(bold=True), _LINE, _TOP
        cell.fill = _NEEDED if needed else _HEAD
        if hint:
            cell.comment = Comment(hint, "")


def _sheet_fill(page: Worksheet, columns: Sequence[Column], rows: Sequence[Row], *, empty: bool) -> None:
    headings = [(layout.ROW_MARK, False, "「説明」「例」の行は読み込みません")]
    _headings_fill(
        page, 1, [*headings, *((column.heading, column.required, column.help) for column in columns)]
    )
    page.row_dimensions[1].height = _height(columns, [column.heading for column in columns])
    _aside_fill(page, 2, layout.HELP_ROW, columns, [column.help for column in columns])
    line = 3
    if empty:
        _aside_fill(page, 3, layout.EXAMPLE_ROW, columns, [column.example for column in columns])
        line = 4
    for row in rows:
        for number, column in enumerate(columns, start=2):
            if (value := row.get(column.key, "")) != "":
                _cell_fill(page.cell(line, number), value, number=_is_number(column))
            page.cell(line, number).border = _ROW
        page.row_dimensions[line].height = _height(
            columns, [str(row.get(column.key, "")) for column in columns]
        )
        line += 1
    _columns_set(page, columns)
    page.freeze_panes = "B2"
    page.print_title_rows = "1:1"
    paper_set(page)


def _is_number(column: Column) -> bool:
    return column.key in _NUMBERS or column.key.startswith((layout.TARGET_HEAD, layout.ACTUAL_HEAD))


def _height(columns: Sequence[Column], texts: Sequence[str]) -> float:
    """Give the height of a row in points: a Japanese letter is as wide as two columns of the sheet's measure."""
    lines = (
        sum(-(-2 * max(len(part), 1) // column.width) for part in text.split("\n"))
        for column, text in zip(columns, texts, strict=True)
    )
    return min(4 + 15.0 * max(lines), HIGHEST)


def _aside_fill(
    page: Worksheet, line: int, mark: str, columns: Sequence[Column], texts: Sequence[str]
) -> None:
    """Write a row that is not read: it says so in its first cell, and looks so."""
    page.row_dimensions[line].height = _height(columns, texts)
    for number, text in enumerate([mark, *texts], start=1):
        cell = page.cell(line, number)
        _cell_fill(cell, text, number=False)
        cell.font, cell.fill, cell.alignment = _GREY, _ASIDE, _TOP


def _cell_fill(cell: Any, value: object, *, number: bool) -> None:
    if value == "":
        return
    cell.alignment = _TOP
    if isinstance(value, int | Decimal) and number:
        cell.value = value
        return
    text_put(cell, str(value))
    cell.number_format = TEXT_FORMAT


def _columns_set(page: Worksheet, columns: Sequence[Column]) -> None:
    page.column_dimensions["A"].width = 8
    _validate(page, "A", 2, layout.ROWS_READY, [layout.HELP_ROW, layout.EXAMPLE_ROW], layout.ROW_MARK)
    for number, column in enumerate(columns, start=2):
        letter = get_column_letter(number)
        dimension = page.column_dimensions[letter]
        dimension.width = column.width
        if not _is_number(column):
            # Empty cells too: what is typed there stays as it was typed.
            dimension.number_format = TEXT_FORMAT
        if column.choices:
            _validate(page, letter, 4, layout.ROWS_READY, [*column.choices.values()], column.heading)
        elif column.key in ("yearly", "not_assessable"):
            _validate(page, letter, 4, layout.ROWS_READY, [layout.YES], column.heading)


def _validate(page: Worksheet, letter: str, first: int, last: int, labels: Sequence[str], title: str) -> None:
    rule = choices_rule(labels, title)
    page.add_data_validation(rule)
    rule.add(f"{letter}{first}:{letter}{last}")
