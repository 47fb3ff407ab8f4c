"""Plans in Excel: cells to values, our template there and back, layouts of others, and what is refused with its cell."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import IllegalCharacterError

from madoguchi.blocks.measures.files import edition_read
from madoguchi.blocks.measures.sheets import layout
from madoguchi.blocks.measures.sheets.draft import spec_of
from madoguchi.blocks.measures.sheets.filled import filled_read
from madoguchi.blocks.measures.sheets.headings import years_in
from madoguchi.blocks.measures.sheets.mapped import mapped_read
from madoguchi.blocks.measures.sheets.mapped_fields import offices_split
from madoguchi.blocks.measures.sheets.mapping import mapping_read
from madoguchi.blocks.measures.sheets.reading import Cell, Fault, Findings, grids
from madoguchi.blocks.measures.sheets.template import template_write
from madoguchi.blocks.measures.sheets.values import (
    CellRefused,
    Typed,
    choice_read,
    day_read,
    text_read,
    value_read,
    year_read,
    yes_read,
)
from madoguchi.blocks.measures.spec import EditionSpec
from madoguchi.kernel.spreadsheets import SpreadsheetRefused
from madoguchi.kernel.workbooks import workbook_open
from tests.support.plan_sheets import (
    KPI_MAP,
    LIST_MAP,
    SCHEDULE_MAP,
    book_of,
    content_of,
    kpi_book,
    list_book,
    schedule_book,
)

# As Excel gives a day: without a time zone.
MIDNIGHT = datetime.combine(date(2026, 1, 1), time())
SAMPLES = Path(__file__).parents[2] / "madoguchi" / "services" / "dx_plan" / "samples"


def none_stored(_key: str) -> None:
    return None


# Values


@pytest.mark.parametrize(
    ("value", "number_format", "read"),
    [
        ("２,８８１人", "General", Typed(Decimal(2881), unit="人")),
        ("39 %", "General", Typed(Decimal(39), unit="%")),
        ("３９％", "General", Typed(Decimal(39), unit="%")),
        (0.39, "0%", Typed(Decimal(39), unit="%")),
        (0.285, "0.0%", Typed(Decimal("28.5"), unit="%")),
        (1, "0%", Typed(Decimal(100), unit="%")),
        (0.1 + 0.2, "General", Typed(Decimal("0.3"))),
        (2881, '#,##0"人"', Typed(Decimal(2881), unit="人")),
        ("12件/週", "General", Typed(Decimal(12), unit="件", per="週")),
        ("１件／週", "General", Typed(Decimal(1), unit="件", per="週")),
        ("△5", "General", Typed(Decimal(-5))),
        ("3か所", "General", Typed(Decimal(3), unit="か所")),
        ("190データセット", "General", Typed(Decimal(190), unit="データセット")),
        ("－", "General", Typed(word="—")),
        ("—", "General", Typed(word="—")),
        ("−", "General", Typed(word="—")),
        ("-", "General", Typed(word="—")),
        ("ー", "General", Typed(word="—")),
        ("事故ゼロ", "General", Typed(word="事故ゼロ")),
        ("「約80%」", "General", Typed(word="約80%")),
        ("80%以上", "General", Typed(Decimal(80), unit="%", bound="up")),
        ("5 件以下", "General", Typed(Decimal(5), unit="件", bound="down")),
        ("", "General", None),
        ("　", "General", None),
        (None, "General", None),
    ],
)
def test_a_figure_is_read_where_it_says_one_thing(value: Any, number_format: str, read: Typed | None) -> None:
    assert value_read(value, number_format=number_format) == read


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("約80%", "おおよその数"),
        ("80%程度", "おおよその数"),
        ("数件", "おおよその数"),
        ("10～20人", "2つ以上"),
        ("80%未満", "範囲"),
        ("10%増", "数値と単位だけではありません"),
        ("3回実施", "数値と単位だけではありません"),
        ("84（累計）", "数値と単位だけではありません"),
        ("1,23", "コンマ"),
        ("八割", "読めません"),
        ("…", "不詳"),
        ("x", "秘匿"),
        ("#REF!", "エラー値"),
        ("#DIV/0!", "エラー値"),
        ("＃", None),
        (MIDNIGHT, "日付"),
        (time(1, 2), "日付"),
        (True, "TRUE"),
        (float("nan"), "数値として読めません"),
        (10**400, "桁数"),
        (1 / 3, "小数"),
        ("あ" * 61, "60字"),
    ],
)
def test_a_figure_that_says_two_things_is_refused(value: Any, says: str | None) -> None:
    if says is None:
        assert value_read(value) == Typed(word=value)
        return
    with pytest.raises(CellRefused) as refused:
        value_read(value)
    assert says in refused.value.reason
    assert refused.value.do, "it says what to do"


def test_a_share_without_its_sign_is_asked_back_beside_per_cent() -> None:
    assert value_read(0.39) == Typed(Decimal("0.39"))
    with pytest.raises(CellRefused) as refused:
        value_read(0.39, unit="％")
    assert "39%なのか0.39%なのか" in refused.value.reason
    assert value_read("0.39%", unit="%") == Typed(Decimal("0.39"), unit="%")


anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=90),
    st.text(alphabet="0123456789０１２３,，．.約-－—%％人件以上下「」#/ \n\tx△▲令和年度RH元", max_size=20),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.decimals(allow_nan=False),
)
FORMATS = ["General", "0%", "0.0%", '#,##0"人"', "@", "yyyy/m/d", '"約"0', "0.00_ ;[Red]\\-0.00\\ ", ""]


@given(anything, st.sampled_from(FORMATS), st.sampled_from(["", "%", "人", "件/週"]))
def test_whatever_is_typed_is_a_value_or_a_fault_with_its_cell(
    value: Any, number_format: str, unit: str
) -> None:
    readers: list[Callable[[Any], Any]] = [
        lambda typed: value_read(typed, number_format=number_format, unit=unit),
        lambda typed: text_read(typed, number_format=number_format, most=60),
        year_read,
        day_read,
        lambda typed: day_read(typed, end=True),
        lambda typed: choice_read(typed, {"a": "あ"}),
        yes_read,
    ]
    for read in readers:
        findings = Findings()
        found = findings.take(Cell("指標と目標", 7, 3, value, number_format), read, "nothing")
        assert (found == "nothing") == bool(findings.faults) or found == value == "nothing"
        for fault in findings.faults:
            assert (fault.sheet, fault.cell) == ("指標と目標", "C7")
            assert fault.reason
            assert fault.do
    typed = None if findings.faults else value_read_or_none(value, number_format, unit)
    if typed is not None:
        assert (typed.number is None) != (typed.word == "")
        assert typed.number is None or typed.number.is_finite()


def value_read_or_none(value: Any, number_format: str, unit: str) -> Typed | None:
    try:
        return value_read(value, number_format=number_format, unit=unit)
    except CellRefused:
        return None


@given(
    st.decimals(min_value=-(10**9), max_value=10**9, places=3),
    st.sampled_from(["", "%", "人", "データセット"]),
)
def test_a_figure_written_with_its_unit_is_read_as_itself(number: Decimal, unit: str) -> None:
    typed = value_read(f"{number:,f}{unit}")
    assert typed is not None
    assert (typed.number, typed.unit) == (number, unit)


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("令和６年度", {2024}), ("目標値／R6", {2024}), ("R元", {2019}), ("2024年度", {2024}), ("平成31年度（令和元年度）", {2019}),
        ("R4〜R7", {2022, 2025}), ("目標", set()), ("KPI3", set()), ("DX2.0", set()), ("H30年度実績", {2018}),
    ],
)  # fmt: skip
def test_years_are_found_in_headings(text: str, years: set[int]) -> None:
    assert years_in(text) == years


@pytest.mark.parametrize(
    ("text", "offices"),
    [
        ("情報推進課、住宅課", ["情報推進課", "住宅課"]),
        ("情報推進課・住宅課", ["情報推進課", "住宅課"]),
        ("企画・財政課", ["企画・財政課"]),
        ("人事課／デジタル推進課\n全部局", ["人事課", "デジタル推進課", "全部局"]),
        ("市民課（総務係、窓口係）", ["市民課（総務係、窓口係）"]),
        ("－", []),
    ],
)
def test_offices_are_taken_apart_where_each_part_is_an_office(text: str, offices: list[str]) -> None:
    assert offices_split(text) == offices


# Our template


def read_back(content: bytes) -> tuple[EditionSpec | None, Findings]:
    findings = Findings()
    draft = filled_read(grids(workbook_open(content)), findings, none_stored)
    return (spec_of(draft) if not findings.faults else None), findings


def plain(data: Any) -> Any:
    """Give a plan's data with texts as a cell keeps them, and units in one piece."""
    if isinstance(data, dict):
        if "unit" in data and "per" in data:
            unit = f"{data['unit']}/{data['per']}" if data["per"] else data["unit"]
            data = {**data, "unit": unit, "per": ""}
        return {key: plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [plain(each) for each in data]
    return "\n".join(line.rstrip() for line in data.strip().split("\n")) if isinstance(data, str) else data


@pytest.mark.parametrize(
    "key", ["tokushima-2019", "naruto-2023", "tokushima-2022", "tsushima-2024", "shimada-2022"]
)
def test_a_plan_written_into_the_template_comes_back_the_same(key: str) -> None:
    spec, _translations = edition_read(SAMPLES / f"{key}.yaml")
    back, findings = read_back(template_write(spec=spec, first_year=2026))
    assert findings.faults == []
    assert back is not None
    assert plain(back.model_dump()) == plain(spec.model_dump())


def small(**more: Any) -> EditionSpec:
    indicator = {
        "name": "割合", "unit": "%", "kind": "rate", "decimals": 1, "base": {"year": 2023, "value": "—"},
        "targets": {2024: "0.5", 2025: {"word": "10件以上"}}, "note": "=SUM(A1)",
    }  # fmt: skip
    part = {"no": "(1)", "title": "内訳", "parts": [{"no": "(a)", "title": "下の内訳", "offices": ["係"]}]}
    item = {
        "no": "1-1", "title": "項目", "offices": [{"name": "全館", "group": True}, {"name": "税務課", "unit": "管理係", "coordinates": True}],
        "indicators": [indicator], "parts": [part], "milestones": [{"text": "始まり", "on": "2024-10-01"}],
    }  # fmt: skip
    return EditionSpec.model_validate(
        {
            "key": "small", "city": "試験市", "title": "小さな計画", "first_year": 2024, "last_year": 2025,
            "grades": [{"key": "A", "meaning": "届いた"}, {"key": "N", "meaning": "分からない", "assessable": False}],
            "pillars": [
                {"no": "1", "title": "柱", "items": [item], "indicators": [{"name": "柱の指標", "kind": "stock", "targets": {2025: "3"}}],
                 "pillars": [{"no": "1-A", "title": "下の柱", "items": [{"no": "2", "title": "別の項目", "no_indicator": "文だけの項目"}]}]},
                {"no": "2", "title": "再掲の柱", "reprints": ["1-1"]},
            ],
            **more,
        }
    )  # fmt: skip


def test_depth_words_with_figures_and_odd_offices_come_back_too() -> None:
    back, findings = read_back(template_write(spec=small(), first_year=2026))
    assert findings.faults == []
    assert back is not None
    assert plain(back.model_dump()) == plain(small().model_dump())


def template(spec: EditionSpec | None = None) -> Workbook:
    return load_workbook(io.BytesIO(template_write(spec=spec, first_year=2026)))


def test_the_empty_template_says_what_is_missing_and_reads_no_example() -> None:
    book = template()
    assert [page.title for page in book] == [layout.GUIDE, layout.PLAN, *layout.CORE]
    assert all(page.print_title_rows for page in book if page.title in layout.CORE)
    back, findings = read_back(content_of(book))
    assert back is None
    assert {(fault.sheet, fault.cell) for fault in findings.faults} == {
        ("計画", cell) for cell in ("B2", "B3", "B4", "B6", "B7")
    }
    assert findings.notes == []


def test_a_template_filled_in_by_hand_becomes_a_plan() -> None:
    book = template()
    for cell, value in {
        "B2": "reiji-2026",
        "B3": "例示市",
        "B4": "例示市計画",
        "B6": "令和8年度",
        "B7": "R12",
    }.items():
        book["計画"][cell] = value
    items, figures, parts = book["方針・項目"], book["指標と目標"], book["内訳と工程"]
    items.append([None, "方針", "１", None, "窓口を変える"])
    items.append([None, "項目", "1", None, "オンライン申請", "新規", "デジタル推進課、関係各課"])
    parts.append([None, "1", None, None, None, "実施", None, None, "R8", "令和9年度"])
    figures.append(
        [
            None,
            None,
            "１",
            None,
            None,
            "申請の数",
            "件/月",
            None,
            None,
            "年間の数",
            2025,
            "１，２００件／月",
            None,
            None,
            None,
            1300,
            "1,400件/月",
            "「千件台」",
        ]
    )
    figures.append(
        [
            None,
            None,
            "1",
            None,
            None,
            "使う人の割合",
            "％",
            None,
            None,
            "割合",
            "R7",
            "－",
            None,
            None,
            None,
            "40%以上",
            0.5,
        ]
    )
    figures["Q5"].number_format = "0%"
    back, findings = read_back(content_of(book))
    assert [str(fault) for fault in findings.faults] == []
    assert back is not None
    item = back.pillars[0].items[0]
    assert (item.no, item.mark, [(one.name, one.group) for one in item.offices]) == (
        "1",
        "new",
        [("デジタル推進課", False), ("関係各課", True)],
    )
    assert (item.phases[0].word, item.phases[0].starts_on, item.phases[0].ends_on) == (
        "carry_out",
        date(2026, 4, 1),
        date(2028, 3, 31),
    )
    count, share = item.indicators
    assert (count.unit, count.per, count.base.value.number if count.base else None) == ("件", "月", 1200)
    assert {year: value.number or value.word for year, value in count.targets.items()} == {
        2026: 1300,
        2027: 1400,
        2028: "千件台",
    }
    assert share.base is not None
    assert (share.base.value.word, share.direction, share.kind) == ("—", "up", "rate")
    assert {year: value.number for year, value in share.targets.items()} == {2026: 40, 2027: 50}
    assert [note.what for note in findings.notes] == ["「40%以上」を40として読みました。"]


def broken(change: Callable[[Workbook], None]) -> list[Fault]:
    book = template(small())
    change(book)
    back, findings = read_back(content_of(book))
    assert back is None
    assert all(fault.do for fault in findings.faults)
    return findings.faults


def put(sheet: str, cell: str, value: Any) -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        book[sheet][cell] = value

    return change


@pytest.mark.parametrize(
    ("change", "sheet", "cell", "says"),
    [
        (put("方針・項目", "E1", "名前"), "方針・項目", "E1", "見出し「名前」は使えません"),
        (put("方針・項目", "E1", "名　　称 "), "", "", ""),
        (put("方針・項目", "C4", "９"), "指標と目標", "C4", "「1-1」という番号がありません"),
        (put("方針・項目", "C4", "2"), "方針・項目", "C6", "二度あります"),
        (put("方針・項目", "E4", "=1+1"), "方針・項目", "E4", "計算結果が保存されていません"),
        (put("方針・項目", "E4", "#REF!"), "方針・項目", "E4", "エラー値"),
        (put("方針・項目", "C4", MIDNIGHT), "方針・項目", "C4", "日付などに変えています"),
        (put("方針・項目", "B4", "柱"), "方針・項目", "B4", "「柱」は使えません"),
        (put("方針・項目", "E4", "123456789018"), "方針・項目", "E4", "マイナンバー"),
        (lambda book: book["方針・項目"].merge_cells("B4:B5"), "方針・項目", "B4:B5", "結合"),
        (lambda book: setattr(book["方針・項目"], "title", "方針と項目"), "方針と項目", "", "シートの名前"),
        (put("指標と目標", "P1", "目標 令和9年度"), "指標と目標", "P1", "計画の期間にない年度"),
        (put("指標と目標", "P4", "約80%"), "指標と目標", "P4", "おおよその数"),
        (put("指標と目標", "P4", "3人"), "指標と目標", "P4", "単位が「人」"),
        (put("指標と目標", "P4", "1.25%"), "指標と目標", "P4", "小数が2桁"),
        (put("指標と目標", "K4", None), "指標と目標", "L4", "いつの年度"),
        (put("指標と目標", "J4", None), "指標と目標", "J4", "空欄"),
        (put("指標と目標", "Z4", "はみ出し"), "指標と目標", "Z4", "見出しのない列"),
        (put("内訳と工程", "F3", "実施"), "内訳と工程", "F3", "使えません"),
        (put("計画", "B2", "計画1"), "計画", "B2", "計画キー"),
        (put("計画", "B6", "去年"), "計画", "B6", "年度として読めません"),
        (put("計画", "B6", "R20"), "計画", "B7", "最初の年度より前"),
        (put("計画", "A4", "計画の名"), "計画", "A", "見出し「計画の名称」がありません"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_cell(
    change: Callable[[Workbook], None], sheet: str, cell: str, says: str
) -> None:
    if not says:
        book = template(small())
        change(book)
        assert read_back(content_of(book))[0] is not None, "blanks and width do not make another heading"
        return
    faults = broken(change)
    assert any((fault.sheet, fault.cell) == (sheet, cell) and says in fault.reason for fault in faults), [
        str(fault) for fault in faults
    ]


def test_a_missing_heading_names_the_one_that_looks_like_it() -> None:
    faults = broken(put("指標と目標", "F1", "指標名"))
    missing = [fault for fault in faults if "見出し「指標」がありません" in fault.reason]
    assert missing
    assert "「指標名」がそれなら" in missing[0].do


def test_formulas_are_read_by_what_excel_computed_last() -> None:
    assert computed("P4", "42", "")[0] == {2024: Decimal(42), 2025: None}
    spec, faults = computed("P4", "#DIV/0!", ' t="e"')
    assert spec is None
    assert ("指標と目標", "P4") in [(fault.sheet, fault.cell) for fault in faults]


def computed(cell: str, value: str, kind: str) -> tuple[dict[int, Decimal | None] | None, list[Fault]]:
    """Give the targets of an indicator with a formula that Excel has computed, as Excel stores it."""
    book = template(small())
    book["指標と目標"][cell] = "=6*7"
    written = content_of(book)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(written)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name).decode("utf-8") if name.endswith(".xml") else old.read(name)
            if isinstance(data, str):
                before, formula, after = data.partition("<f>6*7</f>")
                if formula:
                    start = before.rindex("<c ")
                    head = before[start:].replace(">", f"{kind}>", 1)
                    data = f"{before[:start]}{head}{formula}<v>{value}</v>{after.removeprefix('<v></v>').removeprefix('<v />')}"
            new.writestr(name, data)
    back, findings = read_back(out.getvalue())
    if back is None:
        return None, findings.faults
    one = next(one for _above, item in back.items_all() for _no, one in item.indicators_all())
    return {year: value.number for year, value in one.targets.items()}, findings.faults


def test_what_is_written_over_the_example_is_noted() -> None:
    book = template()
    book["方針・項目"]["E3"] = "本当の項目"
    _back, findings = read_back(content_of(book))
    assert [(note.sheet, note.cell) for note in findings.notes] == [("方針・項目", "A3")]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "空"),
        (b"PK\x03\x04 not really", "ではありません"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "古い形式"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "パスワード"),
        (b"x" * (5 * 1024 * 1024 + 1), "大きすぎます"),
    ],
)
def test_files_that_are_no_workbook_are_refused(content: bytes, says: str) -> None:
    with pytest.raises(SpreadsheetRefused) as refused:
        workbook_open(content)
    assert says in refused.value.reason
    assert refused.value.do


# Layouts that others designed


def mapped(book: Workbook, mapping_text: str) -> tuple[EditionSpec | None, Findings]:
    mapping, faults = mapping_read(mapping_text)
    assert mapping is not None, [str(fault) for fault in faults]
    findings = Findings()
    draft = mapped_read(
        [grid for grid in grids(workbook_open(content_of(book))) if grid.rows], mapping, findings, none_stored
    )
    return (spec_of(draft) if not findings.faults else None), findings


def must(found: tuple[EditionSpec | None, Findings]) -> EditionSpec:
    spec, findings = found
    assert [str(fault) for fault in findings.faults] == []
    assert spec is not None
    return spec


def test_a_printed_list_of_results_is_read() -> None:
    spec = must(mapped(list_book(), LIST_MAP))
    assert [(pillar.no, pillar.title, [item.no for item in pillar.items]) for pillar in spec.pillars] == [
        ("1", "まちの困りごとを、データで", ["1", "2", "3"]),
        ("2", "役所の仕事を軽く", ["4"]),
    ]
    items = {item.no: item for _above, item in spec.items_all()}
    assert (items["1"].plan, items["1"].goal) == ("(1) 出すデータを増やす。", "・見えやすい行政にする。")
    assert [office.name for office in items["3"].offices] == ["農林水産課", "生活環境課"]
    assert [office.name for office in items["4"].offices] == ["企画・財政課"]
    assert {no: item.results[2019].grade for no, item in items.items()} == {
        "1": "B",
        "2": "A",
        "3": "S",
        "4": "A",
    }
    assert items["1"].results[2019].done == "(1) 次の年の準備をした。"
    assert items["1"].results[2019].next == "研修を続ける。"
    told = {
        one.name: (one.unit, one.kind, one.targets[2019].number, one.actuals.get(2019))
        for item in items.values()
        for one in item.indicators
    }
    assert told == {
        "公開データ数": ("", "stock", Decimal(130), Decimal(84)),
        "センサーの数": ("基", "stock", Decimal(2), Decimal(8)),
        "見回りの回数": ("回", "stock", Decimal(1200), None),
        "導入進捗率": ("%", "rate", Decimal(50), None),
    }


def bars(spec: EditionSpec) -> Iterator[tuple[str, str, str, int | None, int | None]]:
    for _above, item in spec.items_all():
        for no, phases in [("", item.phases), *((no, part.phases) for no, part in item.parts_all())]:
            for phase in phases:
                yield (
                    item.no, no, phase.word or phase.text, phase.starts_on.year if phase.starts_on else None,
                    phase.ends_on.year - 1 if phase.ends_on else None,
                )  # fmt: skip


def test_a_schedule_in_columns_of_years_is_read() -> None:
    spec = must(mapped(schedule_book(), SCHEDULE_MAP))
    assert [
        (item.no, item.title, [part.title for part in item.parts]) for _above, item in spec.items_all()
    ] == [
        ("1-(1)", "観光", ["沿道の無線", "移住の案内"]),
        ("1-(2)", "被災者の支援", []),
        ("1-(3)", "防犯", ["カメラ"]),
        ("2-(1)", "標準化", []),
        ("2-(2)", "会議", ["通信による会議"]),
    ]
    assert [*bars(spec)] == [
        ("1-(1)", "1", "research", 2022, 2023), ("1-(1)", "1", "introduce", 2024, None),
        ("1-(1)", "2", "introduce", 2022, 2022), ("1-(1)", "2", "operate", 2023, None),
        ("1-(2)", "", "introduce", 2022, 2022), ("1-(2)", "", "operate", 2023, None),
        ("1-(3)", "1", "research", 2022, 2022), ("1-(3)", "1", "consider", 2023, None),
        ("2-(1)", "", "導入の準備", 2022, 2023), ("2-(1)", "", "introduce", 2024, 2025),
        ("2-(2)", "1", "operate", 2022, 2024),
    ]  # fmt: skip
    open_ended = next(
        phase
        for _above, item in spec.items_all()
        for part in item.parts
        for phase in part.phases
        if phase.ends_on is None
    )
    assert open_ended.state == "not_in_source"


def test_a_list_of_kpi_with_two_rows_of_headings_is_read() -> None:
    found = mapped(kpi_book(), KPI_MAP)
    spec = must(found)
    assert [(pillar.no, pillar.title) for pillar in spec.pillars] == [
        ("1", "窓口を変える"),
        ("2", "人を育てる"),
    ]
    items = [item for _above, item in spec.items_all()]
    assert [(item.title, [office.name for office in item.offices]) for item in items] == [
        ("オンライン申請", ["デジタル推進課", "市民課"]), ("書かない窓口", ["市民課"]), ("研修", ["人事課", "デジタル推進課"]),
        ("相談", ["人事課"]),
    ]  # fmt: skip
    procedures, share = items[0].indicators
    assert (procedures.unit, [value.number for value in procedures.targets.values()]) == ("件", [40, 60, 80])
    assert procedures.base is not None
    assert (procedures.base.year, procedures.base.value.number, procedures.actuals) == (2022, 20, {2023: 38})
    assert (share.kind, [value.number for value in share.targets.values()]) == ("rate", [20, 30, 40])
    assert share.base is not None
    assert (share.base.value.word, share.actuals, share.decimals) == ("—", {2023: Decimal("15.3")}, 1)
    assert [value.number for value in items[1].indicators[0].targets.values()] == [2500, 2881, 3300]
    assert {value.word for value in items[2].indicators[0].targets.values()} == {"事故ゼロ"}
    assert items[3].no_indicator == "相談の数を目標にしないため"
    assert [(note.cell, note.what) for note in found[1].notes] == [
        ("I6", "「3,300人以上」を3300として読みました。")
    ]


@pytest.mark.parametrize(
    ("changed", "cell", "says"),
    [
        ({"H4": "約80件"}, "H4", "おおよその数"),
        ({"H4": "60人"}, "H4", "単位が「人」"),
        ({"H5": 0.3}, "H5", "30%なのか0.3%なのか"),
        ({"J4": "検討中"}, "J4", "実績が、一つの数値ではありません"),
        ({"H4": "#REF!"}, "H4", "エラー値"),
        ({"I3": "R8"}, "I3", "計画の期間にない年度"),
        ({"I3": "R5〜R7"}, "I3", "年度を一つに決められません"),
        ({"D6": None}, "G6", "どの指標の値か分かりません"),
        ({"B7": None}, "B7", "名称がありません"),
        ({"D3": "評価の指標"}, "2行目", "見出し「KPI／指標名」がありません"),
        ({"C2": "担当"}, "2行目", "見出し「担当課」がありません"),
        ({"L2": "担当課"}, "L3", "二つ以上あります"),
    ],
)
def test_a_wrong_cell_of_anybodys_sheet_is_told_with_its_place(
    changed: dict[str, Any], cell: str, says: str
) -> None:
    spec, findings = mapped(kpi_book(changed), KPI_MAP)
    assert spec is None
    assert any(fault.cell == cell and says in fault.reason for fault in findings.faults), [
        str(fault) for fault in findings.faults
    ]
    assert all(fault.sheet == "KPI" and fault.do for fault in findings.faults)


def test_a_figure_merged_over_years_or_indicators_is_refused() -> None:
    book = kpi_book()
    book["KPI"].merge_cells("G4:I4")
    book["KPI"].merge_cells("J5:J6")
    _spec, findings = mapped(book, KPI_MAP)
    assert {fault.cell for fault in findings.faults} == {"H4", "I4", "J6"}
    assert all("結合" in fault.reason for fault in findings.faults)


def test_several_indicators_in_one_cell_are_taken_line_by_line() -> None:
    head = ["方針", "取組", "指標", "単位", "目標 令和5年度", "目標 令和6年度"]
    rows = [
        head,
        ["柱", "項目", "件数\n割合", "件\n%", "5\n20%", "－\n「約30%」"],
        ["柱", "もう一つ", "人数", "人", 3, 4],
    ]
    mapping = """
name: 行で並ぶ指標
edition: {key: lines, city: 市, title: 計画, first_year: 2023, last_year: 2024}
sheets:
  - columns: {pillar: 方針, title: 取組}
    indicators: [{name: 指標, unit: 単位, kind: flow, lines: true, targets: '^目標'}]
"""
    spec = must(mapped(book_of(("表", rows, [])), mapping))
    told = {
        one.name: (one.unit, one.kind, [value.number or value.word for value in one.targets.values()])
        for _above, item in spec.items_all()
        for one in item.indicators
    }
    assert told == {
        "件数": ("件", "flow", [5, "—"]),
        "割合": ("%", "rate", [20, "約30%"]),
        "人数": ("人", "flow", [3, 4]),
    }
    rows[1] = [*rows[1][:4], "5\n20%\n7", None]
    _spec, findings = mapped(book_of(("表", rows, [])), mapping)
    assert [(fault.cell, "行の数（3）" in fault.reason) for fault in findings.faults] == [("E2", True)]


def test_an_item_printed_twice_is_kept_once() -> None:
    rows = [["方針", "取組"], ["一", "データの公開"], ["二", "データの公開【再掲】"], ["二", "研修【新規】"]]
    mapping = """
name: 再掲のある表
edition: {key: twice, city: 市, title: 計画, first_year: 2023, last_year: 2024}
sheets: [{columns: {pillar: 方針, title: 取組}}]
"""
    spec = must(mapped(book_of(("表", rows, [])), mapping))
    assert (sum(1 for _ in spec.items_all()), spec.printed()) == (2, 3)
    assert spec.pillars[1].reprints == ["1"]
    assert spec.pillars[1].items[0].mark == "new"


def test_the_mapping_of_the_guide_is_one() -> None:
    guide = (SAMPLES.parents[3] / "docs" / "how-to" / "import-a-plan.md").read_text(encoding="utf-8")
    mapping, faults = mapping_read(guide.partition("```yaml\n")[2].partition("```")[0])
    assert faults == []
    assert mapping is not None
    assert mapping.sheets[0].indicators[0].targets == "^目標値／"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name: [", "YAMLとして読めません"),
        ("just words", "対応表の"),
        ("name: a\nedition: {}\nsheets: [{columns: {title: b, pillar: c}}]", "edition"),
        ("name: a\nedition: {key: k}\nsheets: [{columns: {title: b}}]", "sheets"),
        ("name: a\nedition: {key: k}\nsheets: [{columns: {title: b, pillar: c, other: d}}]", "other"),
        ("name: a\nedition: {key: k}\nsheets: [{pillar_row: '(', columns: {title: b}}]", "pillar_row"),
        ("name: a\nedition: {key: k, grades: [{}]}\nsheets: [{columns: {title: b, pillar: c}}]", "edition"),
        ("name: a\nedition: {key: k}\nnumbering: x\nsheets: [{columns: {title: b, pillar: c}}]", "numbering"),
    ],
)
def test_a_mapping_that_cannot_be_read_says_where(text: str, says: str) -> None:
    mapping, faults = mapping_read(text)
    assert mapping is None
    assert any(says in fault.reason for fault in faults), [str(fault) for fault in faults]
    assert all(fault.do for fault in faults)


@given(
    st.lists(
        st.lists(
            anything.filter(lambda value: not isinstance(value, timedelta | time)), min_size=11, max_size=11
        ),
        max_size=4,
    )
)
def test_any_cells_below_known_headings_give_a_plan_or_faults(rows: list[list[Any]]) -> None:
    book = kpi_book()
    page = book["KPI"]
    for place in [str(merged) for merged in page.merged_cells.ranges if merged.min_row > 3]:
        page.unmerge_cells(place)
    for number, row in enumerate(rows, start=4):
        for column, value in enumerate(row, start=1):
            try:
                page.cell(number, column).value = value
            except (ValueError, IllegalCharacterError):
                page.cell(number, column).value = None
    try:
        content = content_of(book)
    except (ValueError, OverflowError, TypeError):
        return
    mapping, _faults = mapping_read(KPI_MAP)
    assert mapping is not None
    findings = Findings()
    draft = mapped_read(grids(workbook_open(content)), mapping, findings, none_stored)
    spec = spec_of(draft) if not findings.faults else None
    assert spec is not None or findings.faults
