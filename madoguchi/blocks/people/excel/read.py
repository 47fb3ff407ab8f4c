"""
Reading a workbook back, in stages: the file, its sheets and headings, its cells, its rows among each other.

A later stage runs only when the earlier ones found nothing, so that one mistake is told once. No row is taken
while anything is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from madoguchi.blocks.people.excel.cells import CellRefused, cancelled, cell_read
from madoguchi.blocks.people.excel.layout import (
    CANCEL_HEADING,
    GUIDE_TITLE,
    ROWS_READY,
    heading,
    sheet_title,
)
from madoguchi.blocks.people.excel.problems import Problem
from madoguchi.blocks.people.rows import (
    CANCEL,
    LINE,
    SHEETS,
    Column,
    Rows,
    Sheet,
    identity_of,
    row_clean,
    row_faults,
    rows_known,
)
from madoguchi.kernel.spreadsheets import SpreadsheetRefused
from madoguchi.kernel.workbooks import typed_open
from madoguchi.kit.width import ascii_to_half

MOST_PROBLEMS = 200
MOST_COLUMNS = 50
Places = dict[str, int]


def organisation_read(content: bytes) -> tuple[Rows, list[Problem]]:
    """
    Read a workbook.

    :return: the rows by sheet, each with its line under ``rows.LINE``, and what is wrong or doubtful. With an
        error among the problems there are no rows.
    """
    try:
        book = typed_open(content, instead=gettext("ダウンロードした組織表を使ってください。"))
    except SpreadsheetRefused as refused:
        return {}, [Problem(str(refused))]
    pages: dict[str, Any] = {page.title.strip(): page for page in book.worksheets}
    problems = list(_sheets_check(pages, book.sheetnames))
    places: dict[str, Places] = {}
    if not problems:
        for sheet in SHEETS.values():
            places[sheet.name], faults = _headings_read(pages[sheet_title(sheet.name)], sheet)
            problems += faults
    if not problems:
        reader = _Reader(places)
        for sheet in SHEETS.values():
            reader.sheet_read(pages[sheet_title(sheet.name)], sheet)
        if not reader.problems:
            reader.rows_check()
        problems = reader.problems + reader.warnings
        if not reader.problems:
            return reader.rows, problems
    return {}, problems[:MOST_PROBLEMS]


def _sheets_check(pages: Mapping[str, Any], titles: list[str]) -> Iterator[Problem]:
    for name in SHEETS:
        title = sheet_title(name)
        page = pages.get(title)
        if page is None:
            yield Problem(
                gettext("シート「%(sheet)s」がありません。ダウンロードした組織表に書き込んでください。")
                % {"sheet": title}
            )
        elif page.sheet_state != "visible":
            yield Problem(gettext("シートが非表示です。再表示してください。"), title)
        else:
            yield from _shape_check(page, title)
    known = {sheet_title(name) for name in SHEETS} | {GUIDE_TITLE}
    for title in titles:
        if title.strip() not in known:
            yield Problem(gettext("このシートは使えません。削除してください。"), title)


def _shape_check(page: Worksheet, title: str) -> Iterator[Problem]:
    for merged in page.merged_cells.ranges:
        yield Problem(gettext("セルが結合されています。結合を解除してください。"), title, str(merged))
    lines = _lines(page)
    if lines and max(lines) > ROWS_READY + 1:
        yield Problem(
            gettext("行が多すぎます（上限%(limit)d行）。使っていない行を削除してください。")
            % {"limit": ROWS_READY},
            title,
            f"A{max(lines)}",
        )
    for line in lines:
        if page.row_dimensions[line].hidden:
            yield Problem(
                gettext("行が非表示です。フィルターを解除し、再表示してください。"), title, f"A{line}"
            )
    for letter, dimension in page.column_dimensions.items():
        if dimension.hidden and (dimension.min or column_index_from_string(letter)) <= page.max_column:
            yield Problem(gettext("列が非表示です。再表示してください。"), title, f"{letter}1")


def _lines(page: Worksheet) -> list[int]:
    """The lines with anything in them; asking for rows one by one would make cells up to the last."""
    return sorted({line for (line, _column), cell in page._cells.items() if cell.value not in (None, "")})


def _headings_read(page: Worksheet, sheet: Sheet) -> tuple[Places, list[Problem]]:
    title = sheet_title(sheet.name)
    names = {_folded(heading(column)): column.name for column in sheet.columns} | {CANCEL_HEADING: CANCEL}
    places: Places = {}
    problems: list[Problem] = []
    found = sorted(
        column for (line, column), cell in page._cells.items() if line == 1 and cell.value not in (None, "")
    )
    for number in found[:MOST_COLUMNS]:
        text = str(page.cell(1, number).value)
        name = names.get(_folded(text))
        cell = f"{get_column_letter(number)}1"
        if name is None:
            words = gettext("見出し「%(heading)s」は使えません。この列を削除してください。")
            problems.append(Problem(words % {"heading": text[:40]}, title, cell))
        elif name in places:
            words = gettext("見出し「%(heading)s」が二つあります。一方の列を削除してください。")
            problems.append(Problem(words % {"heading": text[:40]}, title, cell))
        else:
            places[name] = number
    for column in sheet.columns:
        if column.name not in places:
            words = gettext("見出し「%(heading)s」の列がありません。1行目に見出しを戻してください。")
            problems.append(Problem(words % {"heading": heading(column)}, title))
    beyond = sorted(
        (line, column)
        for (line, column), cell in page._cells.items()
        if line > 1 and cell.value not in (None, "") and column not in places.values()
    )
    if beyond and not problems:
        line, number = beyond[0]
        words = gettext("見出しのない列に書かれています。消すか、見出しのある列に移してください。")
        problems.append(Problem(words, title, f"{get_column_letter(number)}{line}"))
    return places, problems


def _folded(text: str) -> str:
    return "".join(ascii_to_half(text).split()).rstrip("*※")


class _Reader:
    """What was read so far, and what was wrong with it."""

    def __init__(self, places: dict[str, Places]) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SHEETS}
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self._places = places
        self._numbers: list[tuple[Sheet, Column, int, str]] = []

    def sheet_read(self, page: Worksheet, sheet: Sheet) -> None:
        """Read the cells of a sheet; what is wrong with a row in itself is found here too."""
        for line in _lines(page):
            if line == 1:
                continue
            row = self._row_read(page, sheet, line)
            if row is None:
                continue
            whole = row_clean(sheet, row) | {LINE: line} | ({CANCEL: True} if row.get(CANCEL) else {})
            if not row.get(CANCEL):
                for name, text in row_faults(sheet, whole):
                    self._problem(sheet, name, line, str(text))
            self.rows[sheet.name].append(whole)

    def _row_read(self, page: Worksheet, sheet: Sheet, line: int) -> dict[str, Any] | None:
        row: dict[str, Any] = {}
        fault = False
        for column in sheet.columns:
            try:
                read = cell_read(sheet, column, page.cell(line, self._places[sheet.name][column.name]))
            except CellRefused as refused:
                self._problem(sheet, column.name, line, str(refused))
                fault = True
                continue
            row[column.name] = read.value
            if read.was_number and column.kind == "key":
                self._numbers.append((sheet, column, line, read.value))
        if CANCEL in self._places[sheet.name]:
            try:
                row[CANCEL] = cancelled(page.cell(line, self._places[sheet.name][CANCEL]).value)
            except CellRefused as refused:
                self._problem(sheet, CANCEL, line, str(refused))
                fault = True
        return None if fault else row

    def rows_check(self) -> None:
        """Check what rows say about each other: keys that lost their zeros, keys that lead nowhere, doubles."""
        recorded = rows_known()
        keys = self._keys_known(recorded)
        for sheet, column, line, value in self._numbers:
            self._number_check(sheet, column, line, value, keys.get(column.to or sheet.name, set()))
        if self.problems:
            return
        for sheet in SHEETS.values():
            seen: dict[tuple[Any, ...], int] = {}
            known = {identity_of(sheet, row) for row in recorded[sheet.name]}
            for row in self.rows[sheet.name]:
                line = row[LINE]
                identity = identity_of(sheet, row)
                if identity in seen:
                    words = gettext("%(line)d行目と同じ行です。一方を消してください。") % {
                        "line": seen[identity]
                    }
                    self._problem(sheet, sheet.identity[0], line, words)
                seen.setdefault(identity, line)
                if row.get(CANCEL) and identity not in known:
                    words = gettext("記録にない行は取り消せません。この行を消してください。")
                    self._problem(sheet, sheet.identity[0], line, words)
                elif not row.get(CANCEL):
                    self._targets_check(sheet, row, keys)

    def _targets_check(self, sheet: Sheet, row: dict[str, Any], keys: dict[str, set[str]]) -> None:
        for column in sheet.columns:
            if column.to and row[column.name] not in keys[column.to]:
                words = gettext(
                    "シート「%(sheet)s」に「%(key)s」がありません。先に足すか、キーを直してください。"
                )
                words %= {"sheet": sheet_title(column.to), "key": row[column.name]}
                self._problem(sheet, column.name, row[LINE], words)

    def _keys_known(self, recorded: Rows) -> dict[str, set[str]]:
        """Every key that a row may name: the recorded ones and those of this file, less what it takes back."""
        numbers = {(sheet.name, line) for sheet, column, line, _ in self._numbers if not column.to}
        keys: dict[str, set[str]] = {}
        for name in ("offices", "posts", "staff"):
            gone = {row["key"] for row in self.rows[name] if row.get(CANCEL)}
            typed = {row["key"] for row in self.rows[name] if (name, row[LINE]) not in numbers}
            keys[name] = ({row["key"] for row in recorded[name]} | typed) - gone
        return keys

    def _number_check(self, sheet: Sheet, column: Column, line: int, value: str, known: set[str]) -> None:
        if value in known:
            return
        meant = sorted(key for key in known if key.startswith("0") and key.lstrip("0") == value)
        if meant:
            words = gettext(
                "先頭の0が消えています。「%(key)s」のことでしたら、セルの書式を「文字列」にして書き直してください。"
            )
            self._problem(sheet, column.name, line, words % {"key": meant[0]})
            return
        if column.to:
            return
        known.add(value)
        words = gettext(
            "数値として書かれているので「%(key)s」と読みました。先頭に0が付くときは、文字列で書き直してください。"
        )
        self._problem(sheet, column.name, line, words % {"key": value}, warning=True)

    def _problem(self, sheet: Sheet, name: str, line: int, text: str, *, warning: bool = False) -> None:
        cell = f"{get_column_letter(self._places[sheet.name].get(name, 1))}{line}"
        if warning:
            self.warnings.append(Problem(text, sheet_title(sheet.name), cell, "warning"))
        else:
            self.problems.append(Problem(text, sheet_title(sheet.name), cell))
