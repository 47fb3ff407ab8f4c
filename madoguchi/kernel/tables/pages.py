"""The cells of a sheet of an .xlsx, as they stream by."""

from __future__ import annotations

import re
from typing import Final

from django.utils.translation import gettext
from openpyxl.utils import column_index_from_string, get_column_letter

from madoguchi.kernel.tables.cells import TRUE, CellTaker, QuickRows
from madoguchi.kernel.tables.letters import letters_notes
from madoguchi.kernel.tables.numbers import Shown, iso_made, moment_made, number_made
from madoguchi.kernel.tables.packed import Attributes, Book, Handlers, Package, Page, Texts
from madoguchi.kernel.tables.separated import text_made
from madoguchi.kernel.tables.sheets import Made, Makers, Merged, Sheet, rows_said, spans_said
from madoguchi.kernel.tables.types import Limits

EXCEL_COLUMNS: Final = 16_384
_MOST_MERGED: Final = 200_000
_RANGE: Final = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?")


def page_makers(texts: Texts, *, from_1904: bool) -> Makers:
    """Give what makes values of a workbook's cells."""

    def shared(payload: object) -> Made:
        assert isinstance(payload, int)
        return texts[payload], "text"

    def number(payload: object) -> Made:
        assert isinstance(payload, str)
        return number_made(payload)

    def moment(shown: Shown, payload: object) -> Made:
        assert isinstance(payload, str)
        return moment_made(payload, shown, from_1904=from_1904)

    def iso(payload: object) -> Made:
        assert isinstance(payload, str)
        return iso_made(payload)

    return {
        "s": shared,
        "x": text_made,
        "number": number,
        "date": lambda payload: moment("date", payload),
        "time": lambda payload: moment("time", payload),
        "datetime": lambda payload: moment("datetime", payload),
        "elapsed": lambda payload: moment("elapsed", payload),
        "d": iso,
        "b": lambda payload: (payload == "1", "bool"),
        "e": lambda payload: (str(payload), "error"),
        "lost": lambda payload: (None, "lost"),  # noqa: ARG005
    }


class PageReader:
    """Takes the cells of one sheet out of its XML, which streams by element after element."""

    def __init__(self, book: Book, texts: Texts, page: Page, makers: Makers, limits: Limits) -> None:
        self.sheet = Sheet(page.name, makers, hidden=page.hidden)
        self._cells = CellTaker(self.sheet, book, texts, limits)
        self._merged: list[Merged] = []

    def read(self, package: Package, part: str) -> Sheet:
        """
        Read the sheet.

        :raises SpreadsheetRefused: it is broken, or larger than the limits.
        """
        package.walk(part, self._handlers(), QuickRows(self._cells))
        self.sheet.spool.close()
        self.sheet.merged = sorted(self._merged, key=lambda one: (one.first_row, one.first_column))
        self._told()
        return self.sheet

    def _handlers(self) -> Handlers:  # noqa: C901
        taker, parts = self._cells, list[str]()
        attributes: Attributes = {}
        collecting = formula = valued = reading = False

        # Functions around variables and no methods: they are called ten million times for a large sheet.
        def start(tag: str, found: Attributes) -> None:
            nonlocal attributes, collecting, formula, valued, reading
            if tag == "c":
                attributes = found
                formula = valued = reading = False
                parts.clear()
            elif tag in ("v", "t"):
                collecting, valued = not reading, True
            elif tag == "f":
                formula = True
            elif tag == "rPh":
                reading = True
            elif tag != "is":
                self._other(tag, found)

        def text(piece: str) -> None:
            if collecting:
                parts.append(piece)

        def end(tag: str) -> None:
            nonlocal collecting, reading
            if tag in ("v", "t"):
                collecting = False
            elif tag == "c":
                if valued or formula:
                    taker.take(
                        taker.place(attributes.get("r")), attributes.get("t", "n"), attributes.get("s", "0"),
                        "".join(parts), formula,
                    )  # fmt: skip
                else:
                    taker.place(attributes.get("r"))
            elif tag == "row":
                taker.row_end()
            elif tag == "rPh":
                reading = False

        return Handlers(start, end, text)

    def _other(self, tag: str, attributes: Attributes) -> None:
        if tag == "row":
            self._cells.row_start(attributes.get("r"), attributes.get("hidden"))
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif tag == "col" and attributes.get("hidden") in TRUE:
            last = min(int(attributes["max"]), EXCEL_COLUMNS)
            self.sheet.hidden_columns.extend(range(int(attributes["min"]), last + 1))

    def _merge(self, place: str) -> None:
        found = _RANGE.fullmatch(place)
        if found is None or found[3] is None or len(self._merged) == _MOST_MERGED:
            return
        columns = [column_index_from_string(found[1]), column_index_from_string(found[3])]
        rows = [int(found[2]), int(found[4])]
        self._merged.append(Merged(min(rows), min(columns), max(rows), max(columns)))

    def _told(self) -> None:
        sheet = self.sheet
        if sheet.hidden:
            sheet.note("hidden_sheet", "", gettext("表示されていないシートです。"))
        if sheet.hidden_rows:
            sheet.note(
                "hidden_rows",
                rows_said(sheet.hidden_rows),
                gettext("表示されていない行が%(count)d行あります。読みました。")
                % {"count": len(sheet.hidden_rows)},
            )
        if tally := sheet.tallies.get("error"):
            text = gettext("エラー（#N/Aなど）のセルが%(count)d個あります。") % {"count": tally.count}
            sheet.note("error", str(tally), text)
        if tally := sheet.tallies.get("lost"):
            text = gettext(
                "数式の計算結果が保存されていないセルが%(count)d個あります。Excelで開いて保存し直してください。"
            )
            sheet.note("lost", str(tally), text % {"count": tally.count})
        letters_notes(sheet)


def columns_said(columns: list[int]) -> str:
    """Write columns as a place: B、D–F列."""
    return gettext("%(columns)s列") % {"columns": spans_said(columns, get_column_letter)}
