"""Workbooks: what is no safe Excel file is refused with what to do, and a text stays a text."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from madoguchi.kernel.spreadsheets import SpreadsheetRefused
from madoguchi.kernel.workbooks import (
    LARGEST_FILE,
    LARGEST_UNPACKED,
    text_put,
    typed_open,
    workbook_open,
)

INSTEAD = "送った表を使ってください。"


def book(*texts: str) -> bytes:
    made = Workbook()
    page: Any = made.active
    for line, text in enumerate(texts, start=1):
        text_put(page.cell(line, 1), text)
    page["B1"] = "=1+1"
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    file = io.BytesIO(book("a"))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, content)
    return file.getvalue()


def test_a_text_stays_a_text_and_a_formula_a_formula() -> None:
    texts = ["=1+1", "+81", "-", "@here", "'", "ふつう", "a\x07b"]
    opened = workbook_open(book(*texts))
    for cells in (opened.typed, opened.computed):
        page: Any = cells.active
        assert [row[0].value for row in page.iter_rows()] == [*texts[:-1], "ab"]
        assert {row[0].data_type for row in page.iter_rows()} == {"s"}
        assert [row[0].quotePrefix for row in page.iter_rows()] == [True] * 5 + [False] * 2
    assert opened.typed.active["B1"].value == "=1+1"  # type: ignore[index]
    assert opened.computed.active["B1"].value is None, "nobody has computed it yet"  # type: ignore[index]
    plain: Any = load_workbook(io.BytesIO(book("=1+1"))).active
    assert plain["A1"].data_type == "s"


@pytest.mark.parametrize("opening", [workbook_open, typed_open])
@pytest.mark.parametrize(
    ("content", "says", "do"),
    [
        (b"", "空", "もう一度"),
        (b"a,b\n", "ではありません", INSTEAD),
        (book("a")[:-200], "ではありません", INSTEAD),
        (with_part("xl/more.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'), "ではありません", INSTEAD),
        (b"PK" + b"\0" * LARGEST_FILE, "上限5MB", "消してください"),
        (with_part("xl/big.bin", b"\0" * LARGEST_UNPACKED), "中身が大きすぎます", "消してください"),
        (with_part("xl/vbaProject.bin", b"x"), "マクロ", ".xlsx"),
    ],
    ids=["empty", "text", "cut", "entities", "large", "bomb", "macro"],
)
def test_what_is_refused_says_what_to_do(opening: Any, content: bytes, says: str, do: str) -> None:
    with pytest.raises(SpreadsheetRefused) as refused:
        opening(content, instead=INSTEAD)
    assert says in refused.value.reason
    assert do in refused.value.do
    assert str(refused.value) == refused.value.reason + refused.value.do
