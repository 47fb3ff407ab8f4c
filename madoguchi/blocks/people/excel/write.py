"""Writing the workbook."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from madoguchi.blocks.people.excel.layout import (
    CANCEL_HEADING,
    DAY_FORMAT,
    GUIDE_TITLE,
    NO,
    ROWS_READY,
    YES,
    choice_labels,
    heading,
    headings,
    sheet_title,
)
from madoguchi.blocks.people.rows import SHEETS, Column, Row, Rows, Sheet, rows_known
from madoguchi.kernel.workbooks import TEXT_FORMAT, choices_rule, paper_set, text_put
from madoguchi.kit.periods import Period
from madoguchi.kit.wareki import wareki_format

_HEAD_FILL = PatternFill("solid", fgColor="DCE6F2")
_NEEDED_FILL = PatternFill("solid", fgColor="FFF2CC")
_LINE = Border(bottom=Side("thin", color="808080"))
_WIDTHS = {"key": 20, "text": 26, "int": 10, "bool": 10, "date": 20, "choice": 14}
# Excel counts days from 1900 and believes in a 29 February of that year.
_FIRST_EXCEL_DAY = date(1900, 3, 1)
_GUIDE = (
    "組織・職・職員と、だれがいつどの職にあるかを、シートごとに書く表です。",
    "1. 先に今の内容をダウンロードし、その表を直して、そのまま読み込みます。列やシートの名前は変えないでください。",
    "2. 1行が1件です。行を消しても記録は消えません。書いてない行は、そのまま残ります。",
    "3. 4月1日の異動は、古い行の「終了日の翌日」に2026/4/1と書き、新しい行を「開始日」2026/4/1で足します。",
    "4. 名称の変更は「組織の名称」に行を足します。組織キーは変えないでください。統合・分割は「組織の引継ぎ」に書きます。",
    "5. 日付は「令和8年4月1日」「R8.4.1」「2026/4/1」のどれでも書けます。終わりが決まっていないときは空欄にします。",
    "6. キーと職員番号は文字として書きます（先頭の0を消さないでください）。",
    "7. 間違えて足した行は、「取消」に○を書くと取り消します。開始日やキーを直すときは、行を取り消して書き直します。",
    "8. 数式・セルの結合・行や列の非表示は使えません。マイナンバーは書かないでください。",
    "読み込むと、まず違いが表示されます。「適用」を押すまで、記録は変わりません。",
)


def organisation_workbook(on: date | None = None) -> bytes:
    """
    Write the organisation as an .xlsx file.

    :param on: only what holds on this day; left out, everything that is recorded.
    """
    book = Workbook()
    guide = book.active
    assert isinstance(guide, Worksheet)
    _guide_fill(guide, on)
    rows = _rows_of(on)
    for sheet in SHEETS.values():
        _sheet_fill(book.create_sheet(sheet_title(sheet.name)), sheet, rows[sheet.name])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _rows_of(on: date | None) -> Rows:
    known = rows_known()
    if on is None:
        return known
    held = {
        name: [
            row
            for row in rows
            if "starts_on" not in row or Period(row["starts_on"], row["ends_on"]).contains(on)
        ]
        for name, rows in known.items()
    }
    # A place, a holding or a grant points at rows that must stand in the same file.
    offices = {row["key"] for row in held["offices"]}
    posts = {row["key"] for row in held["posts"]}
    persons = {row["staff"] for row in held["holdings"]}
    return held | {
        "successions": [
            row for row in known["successions"] if {row["predecessor"], row["successor"]} <= offices
        ],
        "office_names": [row for row in held["office_names"] if row["office"] in offices],
        "office_places": [row for row in held["office_places"] if {row["office"], row["parent"]} <= offices],
        "holdings": [row for row in held["holdings"] if row["post"] in posts],
        "staff": [row for row in known["staff"] if row["key"] in persons],
        "deputies": [row for row in held["deputies"] if {row["post"], row["deputy"]} <= posts],
        "grants": [row for row in held["grants"] if row["post"] in posts],
    }


def _guide_fill(sheet: Worksheet, on: date | None) -> None:
    sheet.title = GUIDE_TITLE
    sheet.append(["組織表の使い方"])
    sheet["A1"].font = Font(bold=True, size=16)
    if on is not None:
        sheet.append([f"{wareki_format(on)}の内容だけを書き出した表です。"])
    for line in _GUIDE:
        sheet.append([line])
    sheet.append([])
    sheet.append(["シート", "列", "必須", "書き方"])
    first = sheet.max_row
    for cell in sheet[first]:
        cell.font, cell.fill, cell.border = Font(bold=True), _HEAD_FILL, _LINE
    for known in SHEETS.values():
        for column in known.columns:
            sheet.append(
                [
                    sheet_title(known.name),
                    heading(column),
                    "必須" if column.required else "",
                    _how(known, column),
                ]
            )
    for letter, width in zip("ABCD", (20, 22, 8, 70), strict=True):
        sheet.column_dimensions[letter].width = width
    for number in range(2, first):
        sheet.merge_cells(f"A{number}:D{number}")
        sheet.cell(number, 1).alignment = Alignment(wrap_text=True, vertical="top")
    paper_set(sheet)


def _how(sheet: Sheet, column: Column) -> str:
    if column.to:
        return f"シート「{sheet_title(column.to)}」にあるもの"
    if column.kind == "choice":
        return "・".join(choice_labels(sheet.name, column.name).values())
    if column.name == "role":
        return "サービス/役割（例：dx_plan/officer）"
    return {
        "key": "文字・数字・「-」「_」「.」だけ。一度決めたら変えません",
        "bool": f"{YES}か{NO}（空欄は{YES}）",
        "int": "整数（空欄は0、順位は1）" if column.name != "rank" else "整数。大きいほど上位",
        "date": "日付。終わりが決まっていないときは空欄" if not column.required else "日付",
        "text": "全角でも半角でも、そのまま記録します",
    }[column.kind]


def _sheet_fill(page: Worksheet, sheet: Sheet, rows: Any) -> None:
    for number, title in enumerate(headings(sheet), start=1):
        cell = page.cell(1, number, title)
        needed = number <= len(sheet.columns) and sheet.columns[number - 1].required
        cell.font, cell.border = Font(bold=True), _LINE
        cell.fill = _NEEDED_FILL if needed else _HEAD_FILL
        cell.alignment = Alignment(vertical="center")
    for line, row in enumerate(rows, start=2):
        for number, column in enumerate(sheet.columns, start=1):
            _cell_fill(page.cell(line, number), sheet, column, row)
    _columns_set(page, sheet)
    page.freeze_panes = "A2"
    page.print_title_rows = "1:1"
    paper_set(page)


def _cell_fill(cell: Any, sheet: Sheet, column: Column, row: Row) -> None:
    value = row[column.name]
    if column.kind == "bool":
        value = YES if value else NO
    elif column.kind == "choice":
        value = choice_labels(sheet.name, column.name)[value]
    if value in (None, ""):
        return
    if isinstance(value, date) and value < _FIRST_EXCEL_DAY:
        value = value.isoformat()
    if isinstance(value, str):
        text_put(cell, value)
        cell.number_format = TEXT_FORMAT
        return
    cell.value = value
    if isinstance(value, date):
        cell.number_format = DAY_FORMAT


def _columns_set(page: Worksheet, sheet: Sheet) -> None:
    for number, column in enumerate(sheet.columns, start=1):
        letter = get_column_letter(number)
        dimension = page.column_dimensions[letter]
        dimension.width = _WIDTHS[column.kind]
        # Empty cells too: what is typed there stays text, and a day becomes a day.
        if column.kind in ("key", "text", "choice", "bool"):
            dimension.number_format = TEXT_FORMAT
        elif column.kind == "date":
            dimension.number_format = DAY_FORMAT
        if validation := _validation(sheet, column):
            page.add_data_validation(validation)
            validation.add(f"{letter}2:{letter}{ROWS_READY}")
    last = get_column_letter(len(sheet.columns) + 1)
    page.column_dimensions[last].width = 8
    cancel = choices_rule([YES], CANCEL_HEADING)
    page.add_data_validation(cancel)
    cancel.add(f"{last}2:{last}{ROWS_READY}")


def _validation(sheet: Sheet, column: Column) -> DataValidation | None:
    title = heading(column)
    if column.kind == "bool":
        return choices_rule([YES, NO], title)
    if column.kind == "choice":
        return choices_rule(list(choice_labels(sheet.name, column.name).values()), title)
    if column.kind == "int":
        return DataValidation(
            type="whole", operator="between", formula1="-1000000", formula2="1000000", allow_blank=True,
            showErrorMessage=True, errorTitle=title, error="整数を書いてください。",
        )  # fmt: skip
    if column.to:
        return DataValidation(
            type="list", formula1=f"='{sheet_title(column.to)}'!$A$2:$A${ROWS_READY}", allow_blank=True,
            showErrorMessage=True, errorStyle="warning", errorTitle=title,
            error=f"シート「{sheet_title(column.to)}」にないキーです。",
        )  # fmt: skip
    return None
