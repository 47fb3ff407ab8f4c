"""Numbers, days and formulas of a workbook are what Excel shows."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904, to_excel

from madoguchi.kernel.tables import table_read
from madoguchi.kernel.tables.numbers import format_shows, iso_made, moment_made, number_made
from tests.kernel.test_tables_reading import sheet_of, with_sheet


def at(*parts: int) -> datetime:
    """A moment of no time zone, as files have them."""
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1", Decimal("0.1")), ("0.30000000000000004", Decimal("0.3")), ("1234.5599999999999", Decimal("1234.56")),
        ("5", 5), ("-5", -5), ("5.0", 5), ("1E+20", 10**20), ("1.5e-7", Decimal("1.5E-7")), ("-0", 0), ("0", 0),
        ("999999999999999", 10**15 - 1), ("12345678901234567", 12345678901234600), (" 7 ", 7), ("1E308", 10**308),
    ],
)  # fmt: skip
def test_numbers_have_fifteen_digits_and_no_binary_tail(text: str, value: Any) -> None:
    found, kind = number_made(text)
    assert (found, type(found), kind) == (value, type(value), "number")


@pytest.mark.parametrize("text", ["x", "1E400", "nan", "inf", "", "１２", "--1"])
def test_what_is_no_number_is_an_error_with_its_text(text: str) -> None:
    assert number_made(text) in ((text, "error"), (12, "number"))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**10), max_value=10**10))
def test_a_decimal_that_went_through_a_float_is_itself_again(number: Decimal) -> None:
    assert number_made(repr(float(number)))[0] == number


@pytest.mark.parametrize(
    ("code", "shows"),
    [
        ("General", "number"), ("G/標準", "number"), ("0.00E+00", "number"), ('#,##0"円"', "number"), ("@", "number"),
        ('#,##0;[Red]-#,##0', "number"), ("[$¥-411]#,##0", "number"), ("# ?/?", "number"), ('0"日"', "number"),
        ("[DBNum1]0", "number"), ("yyyy/m/d", "date"), ('[$-411]ggge"年"m"月"d"日"', "date"), ("ge.m.d", "date"),
        ("ggge年m月", "date"), ("aaa", "date"), ("m月", "date"), ("yyyy", "date"), ("h:mm", "time"), ("mm:ss.0", "time"),
        ("h:mm AM/PM", "time"), ('h"時"mm"分"', "time"), ("yyyy/m/d h:mm", "datetime"), ("d/m/yyyy hh:mm:ss", "datetime"),
        ("[h]:mm", "elapsed"), ("[mm]:ss", "elapsed"), ("[Red]0", "number"), ('"d"0', "number"), ("\\d0", "number"),
        ("0_d", "number"), ("", "number"),
    ],
)  # fmt: skip
def test_number_formats(code: str, shows: str) -> None:
    assert format_shows(200, code) == shows


def test_the_formats_that_every_excel_knows() -> None:
    assert [format_shows(number, None) for number in (0, 2, 14, 21, 22, 30, 45, 46, 57)] == [
        "number", "number", "date", "time", "datetime", "date", "time", "elapsed", "date",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "shows", "made"),
    [
        ("46113", "date", (date(2026, 4, 1), "date")),
        ("46113.5", "date", (at(2026, 4, 1, 12), "datetime")),
        ("46113", "datetime", (at(2026, 4, 1), "datetime")),
        ("0.5", "time", (time(12), "time")),
        ("46113.25", "time", (at(2026, 4, 1, 6), "datetime")),
        ("0.99999999999", "time", (at(1900, 1, 1), "datetime")),
        ("1", "date", (date(1900, 1, 1), "date")),
        ("59", "date", (date(1900, 2, 28), "date")),
        ("60", "date", ("60", "error")),
        ("61", "date", (date(1900, 3, 1), "date")),
        ("0", "date", ("0", "error")),
        ("-1", "date", ("-1", "error")),
        ("2958465", "date", (date(9999, 12, 31), "date")),
        ("2958466", "date", ("2958466", "error")),
        ("x", "date", ("x", "error")),
        ("1.0625", "elapsed", ("25:30:00", "duration")),
        ("-0.5", "elapsed", ("-12:00:00", "duration")),
    ],
)
def test_days_and_times(text: str, shows: Any, made: Any) -> None:
    assert moment_made(text, shows, from_1904=False) == made


@given(st.datetimes(min_value=at(1900, 3, 1), max_value=at(9999, 12, 30)))
def test_moments_come_back_to_the_millisecond(moment: datetime) -> None:
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    serial: Any = to_excel(moment)  # type: ignore[no-untyped-call]
    assert moment_made(repr(serial), "datetime", from_1904=False) == (moment, "datetime")


def test_days_counted_from_1904() -> None:
    made = Workbook()
    made.epoch = CALENDAR_MAC_1904
    page: Any = made.active
    page.append(["日", "名"])
    page.append([date(2026, 4, 1), "x"])
    file = io.BytesIO()
    made.save(file)
    (row,) = table_read(file.getvalue(), "a.xlsx").tables[0].rows
    assert row.values == (date(2026, 4, 1), "x")


def test_iso_days_in_cells() -> None:
    assert iso_made("2026-04-01") == (date(2026, 4, 1), "date")
    assert iso_made("2026-04-01T09:30:00") == (at(2026, 4, 1, 9, 30), "datetime")
    assert iso_made("2026-04-01T09:30:00+09:00") == (at(2026, 4, 1, 0, 30), "datetime")
    assert iso_made("09:30:00") == (time(9, 30), "time")
    assert iso_made("明日") == ("明日", "error")


def test_errors_and_formulas_without_a_result_are_marked_and_told() -> None:
    cells = (
        '<c r="A2"><v>1</v></c><c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="C2"><f>NOW()</f></c>'
        '<c r="D2" t="str"><f>""</f><v></v></c><c r="E2" t="b"><v>0</v></c><c r="F2" t="d"><v>2026-04-01</v></c>'
    )
    head = "".join(f'<c r="{one}1" t="inlineStr"><is><t>名{one}</t></is></c>' for one in "ABCDEF")
    (table,) = table_read(
        with_sheet(sheet_of(f'<row r="1">{head}</row><row r="2">{cells}</row>')), "a.xlsx"
    ).tables
    (row,) = table.rows
    assert [cell.kind for cell in row.cells] == ["number", "error", "lost", "text", "bool", "date"]
    assert row.values == (1, "#DIV/0!", None, "", False, date(2026, 4, 1))
    assert [(note.code, note.place) for note in table.notes] == [("error", "B2"), ("lost", "C2")]
    assert "保存し直してください" in table.notes[1].text


def test_a_workbook_of_openpyxl_with_formats() -> None:
    made = Workbook()
    page: Any = made.active
    page.append(["日", "時", "日時", "率", "額", "式"])
    page.append([date(2026, 4, 1), time(9, 30), at(2026, 4, 1, 9, 30), 0.125, 1234567, "=A1"])
    page["D2"].number_format = "0%"
    page["E2"].number_format = '#,##0"円"'
    file = io.BytesIO()
    made.save(file)
    (row,) = table_read(file.getvalue(), "a.xlsx").tables[0].rows
    assert row.values == (
        date(2026, 4, 1), time(9, 30), at(2026, 4, 1, 9, 30), Decimal("0.125"), 1234567, None,
    )  # fmt: skip
    assert row.cells[-1].kind == "lost"
