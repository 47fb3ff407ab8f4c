"""The workbook: what is written comes back the same, and every bad file is refused with its cell."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from madoguchi.blocks.people.actions import organisation_apply
from madoguchi.blocks.people.excel import Problem, organisation_read, organisation_workbook
from madoguchi.blocks.people.excel.layout import GUIDE_TITLE, headings, sheet_title
from madoguchi.blocks.people.models import Holding, OfficeSuccession, StaffMember
from madoguchi.blocks.people.rows import (
    CANCEL,
    LINE,
    SHEETS,
    rows_compare,
    rows_freeze,
    rows_known,
    rows_thaw,
)
from madoguchi.blocks.people.testing import (
    NOW,
    deputy_make,
    holding_make,
    office_make,
    post_make,
    staff_make,
    viewer_with,
)
from madoguchi.kernel.workbooks import LARGEST_FILE, LARGEST_UNPACKED

pytestmark = pytest.mark.django_db

Edit = Callable[[Any], None]


def bytes_of(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def book_now() -> Any:
    return load_workbook(io.BytesIO(organisation_workbook()))


def read_after(edit: Edit) -> tuple[Any, list[Problem]]:
    """Download, edit, read."""
    book = book_now()
    edit(book)
    return organisation_read(bytes_of(book))


def page(book: Any, name: str) -> Worksheet:
    found = book[sheet_title(name)]
    assert isinstance(found, Worksheet)
    return found


def column_of(name: str, column: str) -> int:
    return [c.name for c in SHEETS[name].columns].index(column) + 1


def put(sheet: str, line: int, /, **values: Any) -> Edit:
    def edit(book: Any) -> None:
        for column, value in values.items():
            page(book, sheet).cell(line, column_of(sheet, column)).value = value

    return edit


def add(sheet: str, /, **values: Any) -> Edit:
    def edit(book: Any) -> None:
        line = page(book, sheet).max_row + 1
        put(sheet, line, **values)(book)

    return edit


def texts(problems: list[Problem]) -> str:
    return "\n".join(str(problem) for problem in problems)


@pytest.fixture
def city() -> None:
    """A small city hall with every sheet filled, keys with zeros, and names that are hard to carry."""
    top = office_make(key="0100", name="市長部局", level="部")
    office = office_make(key="0101", name="ＤＸ推進課", parent=top)
    ended = office_make(key="0099", name="=SUM(A1)課", parent=top, ends_on=date(2026, 4, 1))
    OfficeSuccession.objects.create(predecessor=ended, successor=office, on=date(2026, 4, 1))
    chief = post_make(key="0101-01", office=office, roles=["dx_plan/officer"], scope="all")
    clerks = post_make(key="0101-09", office=office, title="主事", rank=10, single=False)
    deputy_make(post=chief, deputy=clerks)
    StaffMember.objects.create(key="00007", name="髙﨑　邊\U000e0100子", kana="たかさき なべこ")
    holding_make(post=chief, staff=StaffMember.objects.get(key="00007"), ends_on=date(2027, 4, 1))
    holding_make(
        post=clerks, staff=staff_make(key="00008", name="神田 @一郎", kana=""), kind=Holding.Kind.ACTING
    )


@pytest.mark.usefixtures("city")
def test_an_unchanged_workbook_makes_no_difference() -> None:
    rows, problems = organisation_read(organisation_workbook())
    assert problems == []
    difference = rows_compare(rows)
    assert difference.changes == ()
    assert difference.unmentioned == ()
    assert {name: len(found) for name, found in rows.items()} == {n: len(f) for n, f in rows_known().items()}
    assert all(rows_known().values()), "every sheet must be tried with at least one row"


@pytest.mark.usefixtures("city")
def test_rows_survive_the_store_of_the_preview() -> None:
    rows, _problems = organisation_read(organisation_workbook())
    assert rows_thaw(rows_freeze(rows)) == rows
    assert rows_compare(rows_thaw(rows_freeze(rows))).changes == ()


@pytest.mark.usefixtures("city")
def test_the_workbook_is_made_for_people() -> None:
    book = book_now()
    assert book.sheetnames == [GUIDE_TITLE, *(sheet_title(name) for name in SHEETS)]
    for name, sheet in SHEETS.items():
        shown = page(book, name)
        assert [cell.value for cell in shown[1]] == headings(sheet)
        assert shown.freeze_panes == "A2"
        assert shown.print_title_rows == "$1:$1"
        assert (shown.page_setup.orientation, int(shown.page_setup.paperSize or 0)) == ("landscape", 9)
    offices = page(book, "offices")
    assert offices["A2"].value == "0099"
    assert offices["A2"].number_format == "@"
    assert isinstance(offices.cell(2, column_of("offices", "starts_on")).value, datetime)
    assert page(book, "office_names")["B2"].value == "=SUM(A1)課"
    assert page(book, "office_names")["B2"].data_type == "s"
    assert page(book, "holdings").cell(2, column_of("holdings", "kind")).value in {"本務", "事務取扱"}
    assert page(book, "posts").cell(2, column_of("posts", "single")).value == "○"
    lists = {str(v.formula1) for v in page(book, "holdings").data_validations.dataValidation}
    assert '"本務,併任,事務取扱"' in lists


@pytest.mark.usefixtures("city")
def test_one_day_only() -> None:
    rows, problems = organisation_read(organisation_workbook(on=date(2026, 4, 1)))
    assert problems == []
    assert "0099" not in {row["key"] for row in rows["offices"]}
    assert rows_compare(rows).changes == ()
    before, _ = organisation_read(organisation_workbook(on=date(2026, 3, 31)))
    assert "0099" in {row["key"] for row in before["offices"]}


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("令和8年4月1日", date(2026, 4, 1)),
        ("Ｒ８．４．１", date(2026, 4, 1)),
        ("2026/4/1", date(2026, 4, 1)),
        ("２０２６年４月１日", date(2026, 4, 1)),
        (20260401, date(2026, 4, 1)),
        (datetime(2026, 4, 1), date(2026, 4, 1)),  # noqa: DTZ001
        (date(2026, 4, 1), date(2026, 4, 1)),
    ],
)
def test_a_day_is_read_in_either_calendar(typed: Any, meant: date) -> None:
    def edit(book: Any) -> None:
        cell = page(book, "offices").cell(3, column_of("offices", "ends_on"))
        cell.value = typed
        if isinstance(typed, int):
            cell.number_format = "General"

    rows, problems = read_after(edit)
    assert problems == []
    assert rows["offices"][1]["ends_on"] == meant


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize(
    ("typed", "meant"),
    [("○", True), ("〇", True), ("はい", True), ("×", False), ("✕", False), ("いいえ", False), ("ｘ", False),
     (True, True), (False, False), (0, False), ("Ｙｅｓ", True), (None, True)],
)  # fmt: skip
def test_yes_and_no_in_the_ways_people_write_them(typed: Any, meant: bool) -> None:
    rows, problems = read_after(put("posts", 2, single=typed))
    assert problems == []
    assert rows["posts"][0]["single"] is meant


@pytest.mark.usefixtures("city")
def test_widths_and_choices_are_brought_to_one_form() -> None:
    rows, problems = read_after(
        add("holdings", post="０１０１－０９", staff="００００８", kind="併任", starts_on="R10.4.1")
    )
    assert problems == []
    assert rows["holdings"][-1] | {LINE: 0} == {
        "post": "0101-09", "staff": "00008", "kind": "concurrent", "starts_on": date(2028, 4, 1), "ends_on": None,
        LINE: 0,
    }  # fmt: skip
    rows, problems = read_after(add("staff", key="00010", name="ﾔﾏﾀﾞ　太郎", kana="ﾔﾏﾀﾞ ﾀﾛｳ"))
    assert (rows["staff"][-1]["name"], rows["staff"][-1]["kana"]) == ("ヤマダ　太郎", "ヤマダ タロウ")


@pytest.mark.usefixtures("city")
def test_a_key_that_lost_its_zeros_is_refused_with_the_one_meant() -> None:
    rows, problems = read_after(put("holdings", 2, staff=7.0))
    assert rows == {}
    assert "シート「職の保有」 B2: 先頭の0が消えています。「00007」のこと" in texts(problems)


@pytest.mark.usefixtures("city")
def test_a_new_key_written_as_a_number_is_a_warning() -> None:
    rows, problems = read_after(add("staff", key=1234.0, name="新田 花"))
    assert [problem.severity for problem in problems] == ["warning"]
    assert "「1234」と読みました" in texts(problems)
    assert rows["staff"][-1]["key"] == "1234"
    rows, problems = read_after(put("holdings", 2, staff=1234))
    assert rows == {}
    assert "「1234」がありません" in texts(problems)


@pytest.mark.usefixtures("city")
def test_a_row_marked_as_taken_back_is_read_and_applied() -> None:
    def edit(book: Any) -> None:
        shown = page(book, "holdings")
        shown.cell(3, len(SHEETS["holdings"].columns) + 1).value = "○"

    rows, problems = read_after(edit)
    assert problems == []
    (change,) = rows_compare(rows).changes
    assert (change.what, change.identity[1]) == ("removed", "00008")
    organisation_apply(actor=viewer_with("people.organisation_edit"), rows=rows, now=NOW)
    assert not Holding.objects.filter(staff__key="00008").exists()
    assert rows["holdings"][1][CANCEL] is True


def formula(book: Any) -> None:
    page(book, "office_names")["B2"].value = "=A2"


def merged(book: Any) -> None:
    page(book, "offices").merge_cells("B2:B3")


def hidden_row(book: Any) -> None:
    page(book, "offices").row_dimensions[2].hidden = True


def hidden_column(book: Any) -> None:
    page(book, "offices").column_dimensions["B"].hidden = True


def hidden_sheet(book: Any) -> None:
    page(book, "posts").sheet_state = "hidden"


def no_sheet(book: Any) -> None:
    del book[sheet_title("posts")]


def other_sheet(book: Any) -> None:
    book.create_sheet("メモ")


def other_heading(book: Any) -> None:
    page(book, "staff")["E1"].value = "備考"


def no_heading(book: Any) -> None:
    page(book, "staff")["C1"].value = None


def same_heading(book: Any) -> None:
    page(book, "staff")["C1"].value = "氏名"


def beside(book: Any) -> None:
    page(book, "staff")["G3"].value = "メモ"


def twice(book: Any) -> None:
    add("staff", key="00007", name="髙﨑")(book)


def error_value(book: Any) -> None:
    page(book, "staff")["B2"].value = "#REF!"


def cancelled_unknown(book: Any) -> None:
    add("staff", key="77777", name="いない")(book)
    page(book, "staff").cell(page(book, "staff").max_row, 4).value = "○"


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (formula, "シート「組織の名称」 B2: 数式が入っています。値だけを貼り付けてください。"),
        (merged, "シート「組織」 B2:B3: セルが結合されています。結合を解除してください。"),
        (hidden_row, "シート「組織」 A2: 行が非表示です。"),
        (hidden_column, "シート「組織」 B1: 列が非表示です。"),
        (hidden_sheet, "シート「職」: シートが非表示です。再表示してください。"),
        (no_sheet, "シート「職」がありません。"),
        (other_sheet, "シート「メモ」: このシートは使えません。削除してください。"),
        (other_heading, "シート「職員」 E1: 見出し「備考」は使えません。"),
        (no_heading, "シート「職員」: 見出し「ふりがな」の列がありません。"),
        (same_heading, "シート「職員」 C1: 見出し「氏名」が二つあります。"),
        (beside, "シート「職員」 G3: 見出しのない列に書かれています。"),
        (twice, "シート「職員」 A4: 2行目と同じ行です。"),
        (error_value, "シート「職員」 B2: エラー値（#REF!）です。"),
        (cancelled_unknown, "シート「職員」 A4: 記録にない行は取り消せません。"),
        (put("staff", 2, name=None), "シート「職員」 B2: 必ず書いてください。"),
        (put("staff", 2, name="あ" * 101), "シート「職員」 B2: 100文字以内にしてください。"),
        (put("staff", 2, name="改\n行"), "シート「職員」 B2: 改行やタブなど"),
        (put("staff", 2, kana="123456789018"), "シート「職員」 C2: マイナンバー（12桁）のように見えます。"),
        (put("staff", 2, key="0 7"), "シート「職員」 A2: キーには文字・数字"),
        (put("posts", 2, single="たぶん"), "シート「職」 E2: ○か×を書いてください。"),
        (put("posts", 2, rank="高い"), "シート「職」 D2: 整数を書いてください。"),
        (put("posts", 2, rank=1.5), "シート「職」 D2: 整数を書いてください。"),
        (put("posts", 2, rank=99999999999), "シート「職」 D2: 数が大きすぎます。"),
        (put("holdings", 2, kind="兼務"), "シート「職の保有」 C2: 本務・併任・事務取扱のどれか"),
        (put("holdings", 2, staff="99999"), "シート「職の保有」 B2: シート「職員」に「99999」がありません。"),
        (put("holdings", 2, starts_on="令和8年2月30日"), "シート「職の保有」 D2: 令和8年2月に30日はありません。"),
        (put("holdings", 2, starts_on="8年4月1日"), "元号か4桁の西暦を付けてください。"),
        (put("holdings", 2, starts_on="平成33年4月1日"), "令和3年4月1日のことですか。"),
        (put("holdings", 2, starts_on=datetime(2026, 4, 1, 9, 30)), "時刻が入っています。"),  # noqa: DTZ001
        (put("holdings", 2, ends_on=date(1999, 1, 1)), "シート「職の保有」 E2: 開始日より後の日を書いてください。"),
        (put("grants", 2, role="dx_plan"), "シート「役割の付与」 B2: 「dx_plan/officer」のように"),
        (put("staff", 2, key=1e20), "Excelが数値に変えています。"),
        (put("staff", 2, key=True), "文字として書いてください"),
        (put("deputies", 2, order=0), ""),
    ],
)  # fmt: skip
def test_each_fault_is_told_with_its_cell(edit: Edit, told: str) -> None:
    rows, problems = read_after(edit)
    if not told:  # a rule between rows: the database speaks when it is applied
        assert problems == []
        return
    assert rows == {}, "nothing is taken while anything is wrong"
    assert told in texts(problems)
    assert rows_compare(rows).changes == ()


@pytest.mark.usefixtures("city")
def test_a_serial_number_without_its_format_says_which_day_it_was() -> None:
    def edit(book: Any) -> None:
        cell = page(book, "offices").cell(2, column_of("offices", "starts_on"))
        cell.value = 46113
        cell.number_format = "General"

    _rows, problems = read_after(edit)
    assert "数値になっています。令和8年4月1日のことでしたら" in texts(problems)


@pytest.mark.usefixtures("city")
def test_all_faults_are_told_at_once() -> None:
    def edit(book: Any) -> None:
        for line in range(10, 400):
            put("staff", line, key=f"k{line}")(book)

    _rows, problems = read_after(edit)
    assert len(problems) == 200


@pytest.mark.usefixtures("city")
def test_rows_far_below_are_refused_and_empty_ones_are_nothing() -> None:
    _rows, problems = read_after(put("staff", 30_000, key="00099", name="遠い"))
    assert "シート「職員」 A30000: 行が多すぎます" in texts(problems)

    def edit(book: Any) -> None:
        page(book, "staff").cell(1_000_000, 1).number_format = "@"
        put("staff", 40, key="00099", name="少し先")(book)

    rows, problems = read_after(edit)
    assert problems == []
    assert len(rows["staff"]) == 3


def zipped(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return file.getvalue()


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def encrypted_flag(content: bytes) -> bytes:
    changed = bytearray(content)
    at = changed.find(b"PK\x01\x02")
    while at >= 0:
        changed[at + 8] |= 1
        at = changed.find(b"PK\x01\x02", at + 4)
    return bytes(changed)


def bad_files() -> list[tuple[str, bytes, str]]:
    good = organisation_workbook()
    parts = parts_of(good)
    ole = bytes.fromhex("d0cf11e0a1b11ae1")
    bomb = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaa">]><workbook>&a;</workbook>'
    return [
        ("empty", b"", "ファイルが空です"),
        ("text", "組織,職\n".encode(), "Excelのファイル（.xlsx）ではありません"),
        ("pdf", b"%PDF-1.7 ...", "Excelのファイル（.xlsx）ではありません"),
        ("zip", zipped({"a.txt": b"a"}), "Excelのファイル（.xlsx）ではありません"),
        ("cut", good[: len(good) // 2], "Excelのファイル（.xlsx）ではありません"),
        ("old", ole + b"\0" * 600 + "Workbook".encode("utf-16-le"), "古い形式（.xls）"),
        ("password", ole + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "パスワードが付いています"),
        ("zip password", encrypted_flag(good), "パスワードが付いています"),
        ("macro", zipped(parts | {"xl/vbaProject.bin": b"x"}), "マクロの入ったファイル"),
        ("entities", zipped(parts | {"xl/workbook.xml": bomb}), "Excelのファイル（.xlsx）ではありません"),
        ("broken part", zipped(parts | {"xl/workbook.xml": b"<workbook"}), "壊れていて開けません"),
        ("broken sheet", zipped(parts | {"xl/worksheets/sheet3.xml": b"<worksheet><sheetData><row r='x'>"}), "壊れて"),
        ("bomb", zipped(parts | {"xl/big.xml": b"0" * (LARGEST_UNPACKED + 1)}), "中身が大きすぎます"),
        ("many parts", zipped(parts | {f"xl/p{n}.xml": b"" for n in range(600)}), "中身が大きすぎます"),
        ("large", b"PK\x03\x04" + b"\0" * LARGEST_FILE, "ファイルが大きすぎます（上限5MB）"),
    ]  # fmt: skip


@pytest.mark.usefixtures("city")
def test_files_that_are_no_workbook_of_ours() -> None:
    for name, content, told in bad_files():
        rows, problems = organisation_read(content)
        assert rows == {}, name
        assert told in texts(problems), f"{name}: {texts(problems)}"
        assert len(problems) == 1, name
