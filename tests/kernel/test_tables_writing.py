"""Files that are written: no formula in them, nothing changed without a word, paper that can be printed."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from madoguchi.kernel.spreadsheets import SpreadsheetRefused
from madoguchi.kernel.tables import table_read, table_write
from tests.kernel.test_tables_round_trip import NASTY, at
from tests.support.judges import workbooks_resave

DANGEROUS = "=+-@\t\r"


def page_of(content: bytes) -> Any:
    return load_workbook(io.BytesIO(content)).active


@given(st.lists(st.text(st.sampled_from("=+-@'\t\r|A1!\"cmd"), max_size=6), min_size=1, max_size=5))
def test_no_cell_of_csv_begins_like_a_formula(cells: list[str]) -> None:
    text = (
        table_write("csv", ["番号", "文"], [["x", cell] for cell in cells], sheet="表")
        .content()
        .decode("utf-8-sig")
    )
    for found in re.finditer(r'(?:^|,|\n)"?([^,\n]?)', text):
        assert found[1] not in DANGEROUS or not found[1]


def test_no_cell_of_a_workbook_is_a_formula() -> None:
    texts = [text for text in NASTY if "\x01" not in text]
    page = page_of(table_write("xlsx", ["=1+1", "文"], [["x", text] for text in texts], sheet="表").content())
    assert {cell.data_type for row in page.iter_rows() for cell in row} == {"s"}
    for cell, text in zip(page["B"][1:], texts, strict=True):
        assert cell.number_format == "@"
        assert cell.quotePrefix is text.startswith(tuple("=+-@'\t\r"))


def test_a_workbook_as_people_see_and_print_it() -> None:
    rows: Any = [["007", 1200, Decimal("0.5"), True, date(2026, 4, 1), None, at(2026, 4, 1, 9, 30), time(9)]]
    headings = ["番号", "額", "率", "有無", "日", "空", "日時", "時"]
    ways: list[tuple[Any, str]] = [("text", "@"), ("date", "yyyy-mm-dd")]
    for days, shown in ways:
        content = table_write(
            "xlsx", headings, rows, sheet="令和8年度[住民/一覧]", widths=[10.0] * 8, days=days
        ).content()
        page = page_of(content)
        assert page.title == "令和8年度_住民_一覧_"
        assert (page.freeze_panes, page.print_title_rows) == ("A2", "$1:$1")
        assert (page.page_setup.orientation, str(page.page_setup.paperSize)) == (
            "landscape",
            page.PAPERSIZE_A4,
        )
        assert page.column_dimensions["A"].width == 10
        assert page["A1"].font.b
        assert (page["A2"].value, page["A2"].number_format) == ("007", "@")
        assert (page["B2"].value, page["C2"].value, page["D2"].value) == (1200, 0.5, True)
        assert page["E2"].number_format == shown
        assert page["F2"].value is None
    assert [cell.value for cell in page[2]][4:] == [
        at(2026, 4, 1), None, at(2026, 4, 1, 9, 30), time(9),
    ]  # fmt: skip


def test_what_excel_cannot_hold_is_written_as_text_and_told() -> None:
    rows: Any = [
        [10**15 + 1, date(1899, 12, 31)], [Decimal("0.1234567890123456"), datetime(2026, 4, 1, tzinfo=UTC)],
        [1, time(1, 2, 3, 4)], [-(10**15) + 1, date(1900, 3, 1)],
    ]  # fmt: skip
    written = table_write("xlsx", ["数", "日"], rows, sheet="表", days="date")
    page = page_of(written.content())
    assert [cell.data_type for cell in page["A"]] == ["s", "s", "s", "n", "n"]
    assert [cell.value for cell in page["A"][1:3]] == ["1000000000000001", "0.1234567890123456"]
    assert [(note.code, note.place) for note in written.notes] == [
        ("number_text", "A2、A3"),
        ("day_text", "B2、B3、B4"),
    ]


@pytest.mark.parametrize("form", ["xlsx", "csv", "json", "jsonl"])
def test_what_no_file_holds_is_left_out_and_told(form: Any) -> None:
    written = table_write(form, ["番号", "文"], [["1", "a\0b\ud800c"], ["2", "d\x01\ufffe"]], sheet="表")
    (table,) = table_read(written.content(), f"a.{form}").tables
    lost = "d" if form == "xlsx" else "d\x01\ufffe"
    assert [row.values for row in table.rows] == [("1", "abc"), ("2", lost)]
    (note,) = written.notes
    assert note.code == "dropped"
    assert "4個" in note.text if form == "xlsx" else "2個" in note.text


def test_letters_that_cp932_lacks_are_told() -> None:
    rows = [["1", "髙﨑〜𠮷é"], ["2", "葛\U000e0100城\ue000"]]
    written = table_write("csv", ["番号", "氏名漢字"], rows, sheet="表", encoding="cp932")
    content = written.content()
    assert content.decode("cp932") == "番号,氏名漢字\r\n1,髙﨑～吉e\r\n2,葛城〓\r\n"
    assert [(note.code, note.place) for note in written.notes] == [("replaced", "B2、B3"), ("missing", "B3")]
    assert table_write("csv", ["番号"], [["鷗"]], sheet="表", encoding="cp932").content().decode("cp932")


def test_texts_and_tables_too_large_for_excel_are_refused() -> None:
    with pytest.raises(SpreadsheetRefused, match="2行目の文章が長すぎて"):
        table_write("xlsx", ["名"], [["𠮷" * 16_384]], sheet="表").content()
    assert table_write("xlsx", ["名"], [["あ" * 32_767]], sheet="表").content()
    with pytest.raises(SpreadsheetRefused, match="表が大きすぎて"):
        table_write("xlsx", ["名"] * 16_385, [], sheet="表").content()


@pytest.mark.parametrize("form", ["xlsx", "csv", "json", "jsonl"])
def test_a_number_that_is_none_is_refused(form: Any) -> None:
    with pytest.raises(SpreadsheetRefused, match="1行目に、数でない値"):
        table_write(form, ["数"], [[Decimal("NaN")]], sheet="表").content()


def test_json_is_json_with_numbers_as_they_are() -> None:
    rows: Any = [[Decimal("0.10"), True, None, 'a\n"b'], [10**30, False, date(2026, 4, 1), ""]]
    content = table_write("json", ["数", "有", "日", "文"], rows, sheet="表").content()
    assert json.loads(content, parse_float=Decimal) == [
        {"数": Decimal("0.10"), "有": True, "日": None, "文": 'a\n"b'},
        {"数": 10**30, "有": False, "日": "2026-04-01", "文": ""},
    ]
    lines = table_write("jsonl", ["数", "有", "日", "文"], rows, sheet="表").content().decode().splitlines()
    assert [json.loads(line)["数"] for line in lines] == [0.1, 10**30]
    assert json.loads(table_write("json", ["a"], [], sheet="表").content()) == []


def test_headings_that_are_the_same_are_two_names_in_json() -> None:
    content = table_write("json", ["名", "名", "", "名 (2)"], [["1", "2", "3", "4"]], sheet="表").content()
    assert json.loads(content) == [{"名": "1", "名 (3)": "2", "C": "3", "名 (2)": "4"}]


@pytest.mark.parametrize("form", ["xlsx", "csv", "jsonl"])
def test_portions_are_made_as_they_are_asked_for(form: Any) -> None:
    taken = 0

    def rows() -> Any:
        nonlocal taken
        for taken in range(1, 20_001):
            yield [f"{taken * 7919 % 100_003:08}", f"文{taken}" * 3]

    written = table_write(form, ["番号", "文"], rows(), sheet="表")
    assert taken == 0
    first = next(portion for portion in iter(written) if portion)
    assert 0 < taken < 20_000
    (table,) = table_read(first + written.content(), f"a.{form}").tables
    assert len(table.rows) == taken == 20_000


def test_the_parts_of_a_workbook_are_whole() -> None:
    content = table_write("xlsx", ["名"], [["x"]], sheet="表").content()
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None


@pytest.mark.judge
@pytest.mark.slow
def test_libreoffice_opens_what_we_write_and_changes_nothing(tmp_path: Path) -> None:
    # A return is an end of line to LibreOffice, it leaves out empty texts, and of two spelled letters that share an
    # underline it spells one when it saves.
    texts = [text for text in NASTY if text and not re.search("[\r\x01\ufeff]|_x0041_x", text)]
    rows: Any = [
        [f"{place:04}", text, place, Decimal("0.1"), date(2026, 4, 1), True]
        for place, text in enumerate(texts)
    ]
    headings = ["番号", "文", "数", "率", "日", "有"]
    sources = []
    for days in ("text", "date"):
        sources.append(tmp_path / f"{days}.xlsx")
        sources[-1].write_bytes(table_write("xlsx", headings, rows, sheet="表", days=days).content())
    folder = workbooks_resave(*sources)
    for source in sources:
        (before,) = table_read(source.read_bytes(), source.name).tables
        (after,) = table_read((folder / source.name).read_bytes(), source.name).tables
        assert [row.values for row in after.rows] == [row.values for row in before.rows]
        assert [heading.name for heading in after.headings] == headings
        assert [row.values for row in before.rows][1][:4] == ("0001", texts[1], 1, Decimal("0.1"))
