"""What is written comes back: every value of every kind, in every format."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from madoguchi.kernel.tables import (
    DeclaredKind,
    Table,
    ValueUnfit,
    Written,
    table_read,
    table_write,
    value_as,
    value_text,
)
from madoguchi.kernel.tables.headings import heading_like
from madoguchi.kernel.tables.types import Cell, Value

Form = Literal["csv", "xlsx", "json", "jsonl"]
FORMS: tuple[Form, ...] = ("csv", "xlsx", "json", "jsonl")
NASTY = [
    "=1+1", "+81", "-", "-5", "@here", "\ttab", "\rreturn", "'", "'=1", "''=1", "'abc", '"', '""', '"a"', 'a"b', "a,b",
    "a;b", "a\tb", "a\nb", "a\r\nb", "a\rb", "\n", " ", "", "　", " a ", "007", "TRUE", "1E5", "2-1", "1/2", "#N/A",
    "#property", "※ 注", "合計", "ＡＢＣ", "ｱｲｳﾞ", "𠮷野家", "邊\U000e0100", "葛󠄀城", "_x000D_", "_x0041_x0042_", "&amp;",
    "<b>", "]]>", "\ufeffabc", "sep=;", "\x01\x1f", "\u2028", "\x85", "🧑‍🧑‍🧒", "null", "{\"a\":1}", "\ue000",
]  # fmt: skip
# What XML lacks is left out, and told: test_what_no_file_holds_is_left_out_and_told.
LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
XML_LETTERS = st.characters(
    exclude_categories=["Cs"],
    exclude_characters="\0" + "".join(map(chr, [*range(1, 9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])),
)


def texts(form: Form) -> st.SearchStrategy[str]:
    letters = XML_LETTERS if form == "xlsx" else LETTERS
    nasty = [text for text in NASTY if form != "xlsx" or "\x01" not in text]
    return st.one_of(
        st.sampled_from(nasty), st.text(letters, max_size=12), st.text("=+-@'\"\t\r\n,; a", max_size=6)
    )


def at(*parts: int) -> datetime:
    """A moment of no time zone, as files have them."""
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


NUMBERS = st.one_of(
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.integers(-(10**40), 10**40),
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30),
)
MOMENTS = st.datetimes(min_value=at(1850, 1, 1), max_value=at(2200, 1, 1))
KINDS: dict[DeclaredKind, st.SearchStrategy[Any]] = {
    "number": NUMBERS,
    "bool": st.booleans(),
    "date": st.dates(),
    "datetime": MOMENTS | MOMENTS.map(lambda one: one.replace(microsecond=one.microsecond // 1000 * 1000)),
    "time": st.times() | st.builds(time, st.integers(0, 23), st.integers(0, 59)),
}


def is_heading(text: str) -> bool:
    return any(unicodedata.category(letter).startswith("L") for letter in text) and heading_like(
        [Cell(text, 1, "text")]
    )


def is_blank(value: Value) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


@st.composite
def tables(draw: st.DrawFn, form: Form) -> tuple[list[str], list[DeclaredKind], list[list[Value]]]:
    """A table: headings that can be told from values, kinds, and rows with something in them."""
    headings = draw(
        st.lists(texts(form).filter(is_heading), min_size=1, max_size=5, unique_by=lambda one: one.strip())
    )
    kinds: list[DeclaredKind] = [draw(st.sampled_from(["text", *KINDS])) for _ in headings]
    each = [st.none() | (texts(form) if kind == "text" else KINDS[kind]) for kind in kinds]
    rows = draw(
        st.lists(st.tuples(*each).map(list).filter(lambda row: not all(map(is_blank, row))), max_size=6)
    )
    return headings, kinds, rows


def read_one(written: Written, form: Form, **more: Any) -> Table:
    (table,) = table_read(written.content(), f"表.{form}", **more).tables
    return table


def same(found: Value, value: Value) -> bool:
    # True is 1 to Python, and a datetime a date.
    kinds = int | Decimal if isinstance(value, int | Decimal) and not isinstance(value, bool) else type(value)
    return isinstance(found, kinds) and isinstance(found, bool) == isinstance(value, bool) and found == value


def check(form: Form, table: tuple[list[str], list[DeclaredKind], list[list[Value]]], **more: Any) -> None:
    headings, kinds, rows = table
    written = table_write(form, headings, rows, sheet="表", **more)
    found = read_one(written, form)
    assert [heading.texts for heading in found.headings] == [(text,) for text in headings]
    read = [
        [value_as(value, kind) for value, kind in zip(row.values, kinds, strict=True)] for row in found.rows
    ]
    assert len(read) == len(rows)
    for one, other in zip(read, rows, strict=True):
        assert all(map(same, one, other)), (one, other)
    assert len(found.rows) == len(rows)
    assert [row.number for row in found.rows] == [
        number + (0 if form in ("json", "jsonl") else 1) for number in range(1, len(rows) + 1)
    ]
    codes = {note.code for note in written.notes}
    assert codes <= {"number_text", "day_text"}


@given(tables("csv"))
@example((["名"], ["text"], [["=1"], ["'=1"], ["''+"], ['"']]))
@example((["名", "数"], ["text", "number"], [["", None], ["合計", 3], ["※注", None]][1:]))
@example((["A", ";;A"], ["text", "text"], []))
def test_csv_comes_back(table: Any) -> None:
    check("csv", table)


@given(tables("xlsx"), st.sampled_from(["text", "date"]))
@example((["名"], ["text"], [["_x000D_"], ["a\rb"], [" a "]]), "text")
@example(
    (
        ["日"],
        ["datetime"],
        [[at(1900, 2, 28)], [at(1900, 3, 1)], [at(2026, 4, 1, 23, 59, 59, 999000)]],
    ),
    "date",
)
def test_xlsx_comes_back(table: Any, days: Any) -> None:
    check("xlsx", table, days=days)


@given(tables("json").filter(lambda table: table[2]))
def test_json_comes_back(table: Any) -> None:
    check("json", table)


@given(tables("jsonl").filter(lambda table: table[2]))
def test_json_lines_come_back(table: Any) -> None:
    check("jsonl", table)


def in_cp932(letter: str) -> bool:
    try:
        return letter.encode("cp932").decode("cp932") == letter
    except UnicodeEncodeError:
        return False


# Bytes that Windows never writes stand for U+0080, U+00A0 and U+F8F0 to U+F8F3; 外字 are written as 〓.
CP932 = st.text(
    st.sampled_from(
        [letter for letter in map(chr, range(1, 0xFFFF)) if in_cp932(letter) and letter not in "\x80\xa0"
         and not "\ue000" <= letter <= "\uf8ff"]
    ),
    max_size=8,
)  # fmt: skip


@given(st.lists(st.tuples(CP932, CP932).filter(lambda row: not all(map(is_blank, row))), max_size=5))
def test_cp932_comes_back_where_it_has_the_letters(rows: Any) -> None:
    # Two kanji that neither UTF-8 nor EUC-JP can be read as; a few letters alone may be three encodings.
    check("csv", (["番号", "氏名　漢字"], ["text", "text"], [list(row) for row in rows]), encoding="cp932")


@pytest.mark.parametrize("form", FORMS)
def test_every_nasty_text_comes_back(form: Form) -> None:
    rows: list[list[Value]] = [["x", text] for text in NASTY if form != "xlsx" or "\x01" not in text]
    check(form, (["番号", "文"], ["text", "text"], rows))


@pytest.mark.parametrize("form", FORMS)
def test_nothing_and_an_empty_text_are_two_things(form: Form) -> None:
    table = read_one(table_write(form, ["a", "b", "c"], [["", None, "x"]], sheet="表"), form)
    assert [row.values for row in table.rows] == [("", None, "x")]


@given(st.one_of(st.none(), *KINDS.values()))
def test_a_spelled_value_is_read_again(value: Value) -> None:
    names: tuple[DeclaredKind, ...] = ("bool", "number", "datetime", "date", "time")
    kind: DeclaredKind = next((name for name in names if _is_kind(value, name)), "text")
    assert value is None or same(value_as(value_text(value), kind), value)
    assert value is None or same(value_as(value, kind), value)


def _is_kind(value: Value, kind: str) -> bool:
    types: dict[str, Any] = {
        "bool": bool, "number": int | Decimal, "datetime": datetime, "date": date, "time": time,
    }  # fmt: skip
    return isinstance(value, types[kind])


@pytest.mark.parametrize(
    ("value", "kind", "wanted"),
    [
        ("1,234.50", "number", Decimal("1234.5")), (" 12 ", "number", 12), ("12,34", "number", ValueUnfit),
        ("1E5", "number", ValueUnfit), (True, "number", ValueUnfit), ("true", "bool", True), ("はい", "bool", ValueUnfit),
        (1, "bool", ValueUnfit), ("2026-02-30", "date", ValueUnfit), (at(2026, 4, 1), "date", ValueUnfit),
        (date(2026, 4, 1), "datetime", at(2026, 4, 1)), ("", "date", None), ("", "text", ""),
        (5, "text", "5"), (date(2026, 4, 1), "text", "2026-04-01"), ("９", "number", ValueUnfit),
        ("令和8年", "time", ValueUnfit), (timedelta.max.days, "text", "999999999"),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_refused_with_what_to_write(value: Any, kind: Any, wanted: Any) -> None:
    if wanted is ValueUnfit:
        with pytest.raises(ValueUnfit, match="ではありません"):
            value_as(value, kind)
    else:
        found = value_as(value, kind)
        assert (found, type(found)) == (wanted, type(wanted))


def test_rows_of_another_width_are_a_mistake_of_the_caller() -> None:
    rows: Sequence[Sequence[Value]] = [["x"]]
    with pytest.raises(ValueError, match="row 1 has 1 values for 2"):
        table_write("csv", ["a", "b"], rows, sheet="表").content()
