"""Sheets as city offices send them: where the tables are, what their headings are, and what is told about the rest."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from csv import writer
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from madoguchi.kernel.tables import Limits, Table, Workfile, table_read
from madoguchi.kernel.tables.cells import QuickRows

PEOPLE: list[list[Any]] = [["番号", "氏名", "人数"], [1, "水無 星", 3], [2, "高橋 空", 4]]
CSV_PEOPLE = "番号,氏名,人数\n1,水無 星,3\n2,高橋 空,4\n"


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def book(*rows: list[Any], at: str = "A1", change: Callable[[Any], object] | None = None) -> bytes:
    """Write rows from a cell on; None leaves a cell out."""
    made = Workbook()
    page: Any = made.active
    page.title = "表"
    first = page[at]
    for down, row in enumerate(rows):
        for right, value in enumerate(row):
            if value is not None:
                page.cell(first.row + down, first.column + right, value)
    if change:
        change(page)
    return saved(made)


def tables(content: bytes, name: str = "表.xlsx", **more: Any) -> tuple[Table, ...]:
    return table_read(content, name, **more).tables


def one(content: bytes, name: str = "表.xlsx", **more: Any) -> Table:
    (table,) = tables(content, name, **more)
    return table


def names(table: Table) -> list[str]:
    return [heading.name for heading in table.headings]


def values(table: Table, role: str = "") -> list[tuple[Any, ...]]:
    return [row.values for row in table.rows if not role or row.role == role]


def told(table: Table, code: str) -> tuple[str, str]:
    """The place and the text of the one note of a code."""
    (note,) = (note for note in table.notes if note.code == code)
    return note.place, note.text


def test_a_plain_table() -> None:
    table = one(book(*PEOPLE))
    assert names(table) == ["番号", "氏名", "人数"]
    assert values(table) == [(1, "水無 星", 3), (2, "高橋 空", 4)]
    assert [row.number for row in table.rows] == [2, 3]
    assert (table.sheet, table.first_row, table.notes, table.titles) == ("表", 1, (), ())
    assert [heading.letter for heading in table.headings] == ["A", "B", "C"]
    assert [(cell.letter, cell.kind) for cell in next(iter(table.rows)).cells] == [
        ("A", "number"), ("B", "text"), ("C", "number"),
    ]  # fmt: skip


@pytest.mark.parametrize("empty", [0, 1, 3])
def test_titles_stand_above_the_headings(empty: int) -> None:
    rows: list[list[Any]] = [["令和8年度 住民一覧"], ["単位：人"], *[[]] * empty, *PEOPLE]
    for table in (one(book(*rows)), one(csv(rows), "a.csv")):
        assert table.titles == ("令和8年度 住民一覧", "単位：人")
        assert table.first_row == 3 + empty
        assert names(table) == ["番号", "氏名", "人数"]
        assert len(table.rows) == 2


def csv(rows: list[list[Any]]) -> bytes:
    width = max(map(len, rows))
    cells = [[*row, *[None] * (width - len(row))] for row in rows]
    file = io.StringIO()
    writer(file).writerows(cells)
    return file.getvalue().encode()


def test_a_title_over_the_whole_width_is_no_heading() -> None:
    table = one(book(["住民一覧"], *PEOPLE, change=lambda page: page.merge_cells("A1:C1")))
    assert (table.titles, names(table), table.first_row) == (("住民一覧",), ["番号", "氏名", "人数"], 2)


def two_lines(page: Any) -> None:
    for place in ("A2:A3", "B2:B3", "C2:D2"):
        page.merge_cells(place)


TWO_LINES: list[list[Any]] = [
    ["一覧"],
    ["番号", "氏名", "連絡先"],
    [None, None, "電話\n番号", "メール"],
    [1, "星", "088-1", "a@b"],
]


def test_two_lines_of_headings_are_joined() -> None:
    for table in (
        one(book(*TWO_LINES, change=two_lines)),
        one("一覧,,,\n番号,氏名,連絡先,\n,,電話 番号,メール\n1,星,088-1,a@b\n".encode(), "a.csv"),
    ):
        assert names(table) == ["番号", "氏名", "連絡先／電話 番号", "連絡先／メール"]
        assert values(table) == [(1, "星", "088-1", "a@b")] or values(table) == [("1", "星", "088-1", "a@b")]
        assert (table.first_row, table.titles) == (2, ("一覧",))
    assert one(book(*TWO_LINES, change=two_lines)).headings[2].texts == ("連絡先", "電話\n番号")


def test_an_upper_line_that_covers_most_columns_is_found_too() -> None:
    def merge(page: Any) -> None:
        for place in ("A1:A2", "B1:D1", "E1:G1"):
            page.merge_cells(place)

    rows: list[list[Any]] = [
        ["町名", "令和5年度", None, None, "令和6年度"],
        [None, *["男", "女", "計"] * 2],
        ["北町", 1, 2, 3, 4, 5, 6],
    ]
    table = one(book(*rows, change=merge))
    assert names(table) == [
        "町名",
        *(f"{year}／{who}" for year in ("令和5年度", "令和6年度") for who in "男女計"),
    ]
    assert values(table) == [("北町", 1, 2, 3, 4, 5, 6)]


def test_a_merged_heading_over_two_columns_does_not_swallow_a_row() -> None:
    rows: list[list[Any]] = [
        ["区分", "氏名", None, "町"],
        ["甲", "水無", "星", "北町"],
        ["乙", "高橋", "空", "南町"],
    ]
    table = one(book(*rows, change=lambda page: page.merge_cells("B1:C1")))
    assert names(table) == ["区分", "氏名", "氏名 (2)", "町"]
    assert len(table.rows) == 2


def test_notes_and_totals_below_are_given_and_marked() -> None:
    rows: list[list[Any]] = [*PEOPLE, ["合計", None, 7], [], ["※ 4月1日現在"], ["（注）速報値"]]
    for table in (one(book(*rows)), one(csv(rows), "a.csv")):
        assert [(row.number, row.role) for row in table.rows] == [
            (2, "data"), (3, "data"), (4, "total"), (6, "note"), (7, "note"),
        ]  # fmt: skip
        assert told(table, "totals")[0] == "4行目"
        assert told(table, "remarks") == ("6–7行目", "表の下の注記とみました。")


def test_a_note_directly_below_and_a_note_that_is_none() -> None:
    table = one(book(*PEOPLE, ["※ 速報値"], [3, "※印", 1]))
    assert [row.role for row in table.rows] == ["data"] * 4
    table = one(book(*PEOPLE, ["※ 速報値"]))
    assert [row.role for row in table.rows] == ["data", "data", "note"]


def test_empty_rows_and_columns_in_between() -> None:
    rows: list[list[Any]] = [
        ["番号", None, "氏名", "人数"],
        [1, None, "星", 3],
        [],
        [2, None, "空", 4],
        [],
        [],
        [3, None, "海", 5],
    ]
    table = one(book(*rows, at="C4"))
    assert names(table) == ["番号", "氏名", "人数"]
    assert values(table) == [(1, "星", 3), (2, "空", 4), (3, "海", 5)]
    assert [row.number for row in table.rows] == [5, 7, 10]
    assert told(table, "empty_columns")[0] == "D列"
    assert [heading.letter for heading in table.headings] == ["C", "E", "F"]


def test_a_sheet_of_a_million_rows_that_holds_ten() -> None:
    def style(page: Any) -> None:
        for place in ("A1048576", "XFD1", "XFD1048576"):
            page[place].number_format = "0.00"
        page["XFD3"] = " "

    table = one(book(["番号", "名"], *[[number, "x"] for number in range(10)], change=style))
    assert len(table.rows) == 10
    assert names(table) == ["番号", "名"]


def test_every_second_row_empty_is_one_table() -> None:
    rows: list[list[Any]] = [["番号", "名"]]
    for number in range(500):
        rows += [[number, "x"], []]
    assert len(one(csv(rows), "a.csv").rows) == 500


def test_hidden_rows_and_columns_are_told() -> None:
    def hide(page: Any) -> None:
        page.row_dimensions[3].hidden = True
        page.column_dimensions["B"].hidden = True
        page.column_dimensions["ZZ"].hidden = True

    table = one(book(*PEOPLE, change=hide))
    assert [row.hidden for row in table.rows] == [False, True]
    assert told(table, "hidden_rows")[0] == "3行目"
    assert told(table, "hidden_columns")[0] == "B列"


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_are_told(state: str) -> None:
    made = Workbook()
    page: Any = made.active
    for row in PEOPLE:
        page.append(row)
    other = made.create_sheet("裏")
    other.sheet_state = state
    other.append(["a", "b"])
    other.append([1, 2])
    found = table_read(saved(made), "a.xlsx")
    assert [(table.sheet, table.hidden) for table in found.tables] == [("Sheet", False), ("裏", True)]
    assert [(note.sheet, note.code) for note in found.notes] == [("裏", "hidden_sheet")]


def test_merged_cells_have_the_value_of_their_first_cell() -> None:
    def merge(page: Any) -> None:
        page.merge_cells("A2:A4")
        page.merge_cells("B5:C5")

    rows: list[list[Any]] = [
        ["地区", "氏名", "人数"],
        ["北", "星", 1],
        [None, "空", 2],
        [None, "海", 3],
        ["南", "欠席"],
    ]
    table = one(book(*rows, change=merge))
    assert values(table) == [("北", "星", 1), ("北", "空", 2), ("北", "海", 3), ("南", "欠席", "欠席")]
    assert [[cell.merged for cell in row.cells] for row in table.rows] == [
        [True, False, False], [True, False, False], [True, False, False], [False, True, True],
    ]  # fmt: skip


def test_a_merged_range_over_rows_without_anything_else_is_no_gap() -> None:
    rows: list[list[Any]] = [["番号", "名"], [None, None], [1, "x"], [None, None], [2, "y"]]

    def merge(page: Any) -> None:
        for place in ("A1:A2", "B1:B2", "A3:A4", "B3:B4"):
            page.merge_cells(place)

    table = one(book(*rows, change=merge))
    assert (names(table), values(table)) == (["番号", "名"], [(1, "x"), (2, "y")])


SECOND: list[list[Any]] = [["施設", "電話"], ["図書館", "088-1"], ["公民館", "088-2"]]


def test_two_tables_one_below_the_other() -> None:
    rows: list[list[Any]] = [["表1 住民"], *PEOPLE, ["※ 注"], [], ["表2 施設"], *SECOND]
    for first, second in (tables(book(*rows)), tables(csv(rows), "a.csv")):
        assert (first.titles, names(first)) == (("表1 住民",), PEOPLE[0])
        assert [row.role for row in first.rows] == ["data", "data", "note"]
        assert (second.titles, names(second), second.first_row) == (("表2 施設",), SECOND[0], 8)
        assert len(second.rows) == 2


def test_two_tables_with_the_same_headings_and_with_others_without_titles() -> None:
    first, second = tables(book(*PEOPLE, [], *PEOPLE))
    assert (second.first_row, len(first.rows), len(second.rows)) == (5, 2, 2)
    first, second = tables(book(*PEOPLE, [], *SECOND))
    assert (names(first), names(second)) == (PEOPLE[0], SECOND[0])
    wider: list[list[Any]] = [["町", "世帯", "人", "面積"], ["北", 1, 2, 3], ["南", 1, 2, 3]]
    assert [names(table) for table in tables(book(*PEOPLE, [], *wider))] == [PEOPLE[0], wider[0]]


def beside(left: list[list[Any]], right: list[list[Any]], gap: int = 1) -> list[list[Any]]:
    height, width = max(len(left), len(right)), max(map(len, left))
    found = []
    for down in range(height):
        row = left[down] if down < len(left) else []
        found.append([*row, *[None] * (width + gap - len(row)), *(right[down] if down < len(right) else [])])
    return found


@pytest.mark.parametrize("gap", [1, 3])
def test_two_tables_side_by_side(gap: int) -> None:
    right: list[list[Any]] = [*SECOND, ["支所", "088-3"]]
    first, second = tables(book(*beside(PEOPLE, right, gap)))
    assert (names(first), values(first)) == (PEOPLE[0], [tuple(row) for row in PEOPLE[1:]])
    assert (names(second), values(second)) == (right[0], [tuple(row) for row in right[1:]])
    assert second.headings[0].column == 4 + gap


def test_side_by_side_with_the_same_height() -> None:
    twice = beside(PEOPLE, PEOPLE)
    assert [names(table) for table in tables(book(*twice))] == [PEOPLE[0], PEOPLE[0]]
    titled = beside([["男"], *PEOPLE], [["施設"], *SECOND])
    assert [table.titles for table in tables(book(*titled))] == [("男",), ("施設",)]


def test_one_above_two_side_by_side() -> None:
    wide: list[list[Any]] = [["a", "b", "c", "d", "e", "f"], [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]]
    found = tables(book(*wide, [], *beside(PEOPLE, [*SECOND, ["支所", "088-3"]])))
    assert [names(table) for table in found] == [wide[0], PEOPLE[0], SECOND[0]]


def test_headings_that_are_the_same_or_missing() -> None:
    rows: list[list[Any]] = [["氏名", "氏名", None, "氏名 (2)", "電話"], ["a", "b", 1, "d", "088-1"]]
    for table in (one(book(*rows)), one(csv(rows), "a.csv")):
        assert names(table) == ["氏名", "氏名 (3)", "C", "氏名 (2)", "電話"]
        assert told(table, "headings_missing")[0] == "C列"
        assert told(table, "headings_same")[1].endswith("氏名 (3)")


@pytest.mark.parametrize(
    "rows", [[[1, 2.5, "a"], [2, 3, "b"]], [["2026-04-01", "北町", "12,000"], ["x", "y", "z"]]]
)
def test_no_headings_at_all(rows: list[list[Any]]) -> None:
    table = one(book(*rows, at="B2"))
    assert names(table) == ["B", "C", "D"]
    assert [row.number for row in table.rows] == [2, 3]
    assert table.first_row == 2
    assert told(table, "no_headings")


def test_years_and_months_are_headings() -> None:
    assert names(one(book(["町名", 2024, 2025], ["北", 1, 2]))) == ["町名", "2024", "2025"]
    assert names(one(book(["町名", 4, 5, 6], ["北", 1, 2, 3]))) == ["町名", "4", "5", "6"]
    assert one(book(["北町", 4, 7, 6], ["南町", 1, 2, 3])).headings[0].name == "A"


def test_one_column_and_headings_without_rows() -> None:
    table = one(book(["氏名"], ["星"], ["空"]))
    assert (names(table), values(table)) == (["氏名"], [("星",), ("空",)])
    assert (names(one(book(["番号", "氏名"]))), len(one(book(["番号", "氏名"])).rows)) == (
        ["番号", "氏名"],
        0,
    )


def test_headings_that_come_again_are_marked() -> None:
    table = one(("番号,名\n1,x\n" * 2).encode(), "a.csv")
    assert [row.role for row in table.rows] == ["data", "heading", "data"]


def test_property_of_the_open_data_style_is_a_heading_like_any_other() -> None:
    table = one("#property,所在地,緯度\nhttp://例/1,北町,34.1\n".encode(), "open.csv")
    assert names(table) == ["#property", "所在地", "緯度"]
    assert values(table) == [("http://例/1", "北町", "34.1")]


def test_rows_are_gone_through_twice_and_by_two_at_once() -> None:
    table = one(book(["番号", "名"], *[[number, f"x{number}"] for number in range(700)]))
    assert list(table.rows) == list(table.rows)
    both = list(zip(table.rows, table.rows, strict=True))
    assert len(both) == len(table.rows) == 700
    assert all(left == right for left, right in both)


# Sheets that Excel would not write, but others do.

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def with_sheet(sheet: str | bytes, shared: str = "") -> bytes:
    """A workbook whose only sheet is replaced."""
    source = zipfile.ZipFile(io.BytesIO(book(["x"])))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in source.namelist():
            if name not in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"):
                packed.writestr(name, source.read(name))
        packed.writestr("xl/worksheets/sheet1.xml", sheet)
        if shared:
            packed.writestr("xl/sharedStrings.xml", f"{HEAD}<sst {MAIN}>{shared}</sst>")
    return file.getvalue()


def sheet_of(data: str) -> str:
    return f"{HEAD}<worksheet {MAIN}><sheetData>{data}</sheetData></worksheet>"


ROWS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>番号</t></is></c><c r="B1" t="inlineStr"><is><t>名</t></is></c></row>'
    '<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="inlineStr"><is><t>a &amp; b</t></is></c></row>'
)


@pytest.mark.parametrize(
    "sheet",
    [
        sheet_of(ROWS),
        sheet_of(ROWS).replace("><row", ">\n  <row").replace("><c", ">\n   <c").replace("</row", "\n</row"),
        sheet_of(ROWS.replace(' r="A1"', "").replace(' r="B1"', "").replace(' r="1"', "").replace(' r="B2"', "")),
        sheet_of(ROWS).replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?").replace("xmlns=", "xmlns:x="),
        sheet_of(f"<!-- </row><row r='9'> -->{ROWS}<!-- x -->"),
        sheet_of(ROWS.replace("a &amp; b", "<![CDATA[a & b]]>")),
        sheet_of(ROWS.replace("a &amp; b", "a &#38; b").replace("番号", "&#30058;&#x53F7;")),
        sheet_of(ROWS.replace('r="2"', "x='&gt;' r=\"2\"")),
        sheet_of(ROWS.replace("<t>a &amp; b</t>", "<r><t>a </t></r><r><rPr><b/></rPr><t>&amp; b</t></r><rPh><t>エー</t></rPh>")),
        sheet_of(ROWS.replace("<v>1</v>", "<f>1*1</f><v>1</v>")),
        sheet_of(ROWS).encode("utf-16"),
    ],
    ids=["plain", "indented", "placeless", "prefixed", "comments", "cdata", "references", "attribute", "runs", "formula",
         "utf16"],
)  # fmt: skip
def test_the_same_sheet_in_other_spellings_of_xml(sheet: str | bytes) -> None:
    if isinstance(sheet, bytes):
        sheet = sheet.decode("utf-16").replace("UTF-8", "UTF-16").encode("utf-16")
    table = one(with_sheet(sheet))
    assert (names(table), values(table)) == (["番号", "名"], [(1, "a & b")])


def test_shared_texts_without_their_readings_and_with_spelled_letters() -> None:
    shared = (
        "<si><t>番号</t></si><si><r><t>水無</t></r><r><t> 星</t></r><rPh sb='0' eb='2'><t>ミナシ</t></rPh>"
        "<phoneticPr fontId='1'/></si><si><t>a_x000D_b_x005F_x0041_</t></si><si><t xml:space='preserve'> </t></si>"
        "<si><t>外字\ue000</t></si>"
    )
    data = "".join(
        f'<row r="{row}"><c r="A{row}" t="s"><v>{first}</v></c><c r="B{row}" t="s"><v>{second}</v></c></row>'
        for row, (first, second) in enumerate([(0, 1), (2, 1), (1, 3), (4, 4)], start=1)
    )
    table = one(with_sheet(sheet_of(data), shared))
    assert names(table) == ["番号", "水無 星"]
    assert values(table) == [("a\rb_x0041_", "水無 星"), ("水無 星", " "), ("外字\ue000", "外字\ue000")]
    assert told(table, "gaiji") == ("A4（U+E000）、B4（U+E000）", told(table, "gaiji")[1])
    assert "2個" in told(table, "gaiji")[1]


CELL_XML = st.sampled_from([
    '<c r="{}"><v>{n}</v></c>', '<c r="{}" s="1"><v>{n}.5</v></c>', '<c r="{}" t="b"><v>1</v></c>', '<c r="{}"/>',
    '<c r="{}" t="inlineStr"><is><t>名{n}</t></is></c>', '<c r="{}" t="inlineStr"><is><t xml:space="preserve"> a &lt;</t></is></c>',
    '<c r="{}" t="str"><f>A1</f><v>x</v></c>', '<c r="{}"><f>B1</f></c>', '<c r="{}" t="e"><v>#N/A</v></c>',
    '<c r="{}" t="inlineStr"><is><t></t></is></c>', '<c t="s" r="{}"><v>0</v></c>', '<c r="{}"></c>', '<c r="{}" t="s"><v>1</v></c>',
    '<c r="{}" t="str"><v>&#22799;&amp;</v></c>', "<c r='{}'><v>{n}</v></c>", '<c r="{}" t="n"><v> {n} </v></c>',
])  # fmt: skip


@given(st.lists(st.lists(CELL_XML, max_size=5), max_size=6), st.sampled_from(["", ' hidden="1"']))
def test_rows_read_without_the_parser_are_what_the_parser_reads(rows: list[list[str]], hidden: str) -> None:
    data = "".join(
        f'<row r="{row}"{hidden}>'
        + "".join(
            cell.replace("{}", f"{letter}{row}").replace("{n}", str(row))
            for letter, cell in zip("ABCDE", cells, strict=False)
        )
        + "</row>"
        for row, cells in enumerate(rows, start=2)
    )
    head = (
        '<row r="1">'
        + "".join(f'<c r="{one}1" t="inlineStr"><is><t>見出し{one}</t></is></c>' for one in "ABCDE")
        + "</row>"
    )
    content = with_sheet(sheet_of(head + data), "<si><t>共</t></si><si><t/></si>")
    quick = read_all(table_read(content, "a.xlsx"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(QuickRows, "__call__", lambda _self, portion, _parse: portion)
        slow = read_all(table_read(content, "a.xlsx"))
    assert quick == slow


def read_all(found: Workfile) -> object:
    return [(table.headings, list(table.rows), table.notes) for table in found.tables], found.notes


def test_most_plain_rows_never_reach_the_parser() -> None:
    parsed: list[bytes] = []
    real = QuickRows.__call__

    def listening(self: QuickRows, portion: bytes, parse: Callable[[bytes], object]) -> bytes:
        def heard(content: bytes) -> object:
            parsed.append(content)
            return parse(content)

        rest = real(self, portion, heard)
        parsed.append(rest)
        return rest

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(QuickRows, "__call__", listening)
        table = one(with_sheet(sheet_of(ROWS)))
    assert len(table.rows) == 1
    assert b"<row" not in b"".join(parsed)


def test_a_merged_range_over_the_whole_sheet_costs_nothing() -> None:
    def merge(page: Any) -> None:
        page.merged_cells.ranges = set()

    sheet = sheet_of(ROWS).replace(
        "</sheetData>",
        '</sheetData><mergeCells count="2"><mergeCell ref="A2:XFD1048576"/><mergeCell ref="A2:B3"/></mergeCells>',
    )
    table = one(with_sheet(sheet))
    assert values(table) == [(1, 1)]
    assert one(with_sheet(sheet), limits=Limits(rows=2)).headings == table.headings


CONTENT = st.sampled_from(["名{}", "町{} 一", "合計{}", "※{}", "{}", "2026-04-{}", "{},000", " {}"])


@given(st.lists(st.lists(st.none() | CONTENT, min_size=7, max_size=7), min_size=1, max_size=12))
def test_whatever_stands_on_a_sheet_stands_in_a_table_or_above_one(grid: list[list[str | None]]) -> None:
    """No cell is lost: in the rows, in the headings, or in the titles."""
    filled = [
        [cell and cell.format(1000 + 10 * down + right) for right, cell in enumerate(row)]
        for down, row in enumerate(grid)
    ]
    wanted = {cell.strip() for row in filled for cell in row if cell}
    if all(sum(bool(cell) for cell in row) < 2 for row in filled):
        # Lines of text; whether they are a table of one column is another question.
        return
    found = table_read(csv(filled), "a.csv")
    kept: list[str] = []
    for table in found.tables:
        kept += table.titles
        kept += [text for heading in table.headings for text in heading.texts]
        kept += [str(value) for row in table.rows for value in row.values if value is not None]
    if not any(note.code == "no_table" for note in found.notes):
        assert {text.strip() for text in kept} == wanted
    cells = sum(len(row.values) for table in found.tables for row in table.rows)
    assert cells == sum(len(table.headings) * len(table.rows) for table in found.tables)
