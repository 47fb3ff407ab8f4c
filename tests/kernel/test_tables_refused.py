"""What is no table file, or an unsafe one, is refused with what to do."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from madoguchi.kernel.spreadsheets import SpreadsheetRefused
from madoguchi.kernel.tables import Limits, table_read


def book(sheets: int = 1) -> bytes:
    made = Workbook()
    for number in range(1, sheets):
        made.create_sheet(str(number))
    page: Any = made.active
    page.append(["番号", "名"])
    page.append([1, "x"])
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def with_part(name: str, content: bytes, *, drop: str = "") -> bytes:
    source = zipfile.ZipFile(io.BytesIO(book()))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in source.namelist():
            if part not in (name, drop):
                packed.writestr(part, source.read(part))
        packed.writestr(name, content)
    return file.getvalue()


def sheet(data: str, head: str = "") -> bytes:
    text = f'<?xml version="1.0"?>{head}<worksheet xmlns="x"><sheetData>{data}</sheetData></worksheet>'
    return with_part("xl/worksheets/sheet1.xml", text.encode())


def encrypted(content: bytes) -> bytes:
    """Set the flag that a part is locked, in both of its records."""
    return content.replace(b"PK\x03\x04\x14\x00\x00\x00", b"PK\x03\x04\x14\x00\x01\x00").replace(
        b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00"
    )


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
LAUGHS = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]>'
SMALL = Limits(
    file_bytes=1_000_000, unpacked_bytes=3_000_000, sheets=3, columns=50, rows=100, text_bytes=1000
)


@pytest.mark.parametrize(
    ("content", "says", "do"),
    [
        (b"", "空", "もう一度"),
        (b" \r\n\0\n", "空", "もう一度"),
        (b"a,b\n" * 300_000, "上限1MB", "分けて"),
        (OLE, ".xls）", "「.xlsx」の形式で"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "パスワード", "外し"),
        (encrypted(book()), "パスワード", "外し"),
        (with_part("xl/big.bin", b"\0" * 3_000_000), "中身が大きすぎます", "消して"),
        (sheet('<row r="1"><c r="A1"><v>&c;</v></c></row>', LAUGHS), "ではありません", ".xlsx"),
        (sheet("", f"<!--{' ' * 9000}-->{LAUGHS}"), "ではありません", ".xlsx"),
        (with_part("xl/sharedStrings.xml", f"{LAUGHS}<sst><si><t>&c;</t></si></sst>".encode()), "ではありません", ".xlsx"),
        (with_part("xl/styles.xml", f"{LAUGHS}<styleSheet/>".encode()), "ではありません", ".xlsx"),
        (with_part("xl/sharedStrings.xml", f"<sst><si><t>{'x' * 2000}</t></si></sst>".encode()), "大きすぎ", "分けて"),
        (book(sheets=4), "シートが多すぎます（上限3枚）", "消して"),
        (book()[:-200], "壊れて", "保存し直して"),
        (b"PK\x03\x04" + b"x" * 500, "壊れて", "保存し直して"),
        (with_part("xl/workbook.bin", b"", drop="xl/workbook.xml"), "別の形式", "保存し直して"),
        (with_part("word/document.xml", b"", drop="xl/workbook.xml"), "表のファイルではありません", ".csv"),
        (sheet('<row r="1"><c r="A1" t="s"><v>99</v></c></row>'), "壊れて", "保存し直して"),
        (sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="B1"><v>1</v></c></row>'), "壊れて", ""),
        (sheet('<row r="1048577"><c r="A1"><v>1</v></c></row>'), "壊れて", ""),
        (sheet('<row r="1"><c r="AAAA1"><v>1</v></c></row>'), "壊れて", ""),
        (sheet('<row r="1"><c r="A1"><v>1</c></row>'), "壊れて", ""),
        (sheet('<row r="1"><c r="A1" t="z"><v>1</v></c></row>'), "壊れて", ""),
        (sheet(""), "表が見つかりません", "見出し"),
        (sheet('<row r="1"><c r="AY1"><v>1</v></c></row>'), "列が多すぎます（上限50列）", "消す"),
        (sheet("".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 102))), "上限100行", "分けて"),
        (b"%PDF-1.7 ...", "表のファイルではありません", ".xlsx"),
        (b"\x89PNG\r\n\x1a\n....", "表のファイルではありません", ".xlsx"),
        (b"\xff\xd8\xff\xe0JFIF", "表のファイルではありません", ".xlsx"),
        ("<html><table><tr><td>番号</td></tr></table>".encode(), "表のファイルではありません", "Excelで開ける"),
        (b'<?xml version="1.0"?><Workbook/>', "表のファイルではありません", "Excelで開ける"),
    ],
)  # fmt: skip
def test_what_is_refused_says_what_to_do(content: bytes, says: str, do: str) -> None:
    with pytest.raises(SpreadsheetRefused) as refused:
        table_read(content, "表.xlsx", limits=SMALL)
    assert says in refused.value.reason
    assert do in refused.value.do
    assert str(refused.value) == refused.value.reason + refused.value.do


def test_the_limits_are_the_callers() -> None:
    wide = sheet('<row r="1"><c r="AY1" t="inlineStr"><is><t>名</t></is></c></row>')
    assert table_read(wide, "a.xlsx").tables[0].headings[0].letter == "AY"


def test_an_encoding_that_somebody_named_wrongly_is_refused() -> None:
    for content, name in (("番号,名".encode("cp932"), "a.csv"), ('[{"番": 1}]'.encode("cp932"), "a.json")):
        for encoding in ("utf-8", "no-such"):
            with pytest.raises(SpreadsheetRefused, match=f"文字コード {encoding} では読めません"):
                table_read(content, name, encoding=encoding)


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.xlsx", "a.json", "a"]))
def test_any_bytes_are_a_table_or_are_refused_in_words(content: bytes, name: str) -> None:
    try:
        found = table_read(content, name, limits=SMALL)
    except SpreadsheetRefused as caught:
        refused = caught
    else:
        assert all(len(row.cells) == len(table.headings) for table in found.tables for row in table.rows)
        return
    assert refused.reason
    assert refused.do


@given(st.integers(0, 4000), st.binary(min_size=1, max_size=4))
def test_a_workbook_with_any_bytes_changed_is_read_or_refused(place: int, changed: bytes) -> None:
    content = bytearray(book())
    place %= len(content)
    content[place : place + len(changed)] = changed
    with suppress(SpreadsheetRefused):
        for table in table_read(bytes(content), "a.xlsx", limits=SMALL).tables:
            assert all(len(row.cells) == len(table.headings) for row in table.rows)


def test_a_workbook_with_macros_is_read_and_nothing_is_run() -> None:
    assert table_read(with_part("xl/vbaProject.bin", b"x"), "a.xlsx").tables
