"""The yearly report as files: what is printed, what is counted, and what other programs can rely on."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from html.parser import HTMLParser
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from madoguchi.blocks.measures.actions import (
    actual_enter,
    edition_file_load,
    edition_load,
    evaluation_enter,
    text_enter,
    year_publish,
)
from madoguchi.blocks.measures.document import plan_of
from madoguchi.blocks.measures.lines import edition_get
from madoguchi.blocks.measures.models import YearPublication
from madoguchi.blocks.measures.outputs import FORMATS, pdf, report_file, report_public
from madoguchi.blocks.measures.outputs.heights import ROW_LINES, lines_of, split_to_height
from madoguchi.blocks.measures.outputs.printed import Printed, printed
from madoguchi.blocks.measures.outputs.table import HEADINGS, table_rows
from madoguchi.blocks.measures.outputs.workbook import LIST_TITLE, TABLE_TITLE
from madoguchi.blocks.measures.queries import report
from madoguchi.blocks.measures.types import EditionSpec, Report
from madoguchi.blocks.people.testing import staff_client
from madoguchi.kernel.rights import system_viewer
from madoguchi.kernel.typeset import fonts
from madoguchi.services.dx_plan.editions import SAMPLES
from tests.support.judges import pdf_text, workbooks_resave

GOLDEN = Path(__file__).parents[1] / "golden" / "tokushima_2019.csv"
NOW = datetime(2026, 11, 20, tzinfo=UTC)
ACTOR = system_viewer(on=NOW.date(), duty="試験")
MARKUP = "#let x = 1 *太字* _斜_ $1$ @a <b>&amp; `c` // [角] \\ {{ x }} {% y %}"
INVENTED: dict[str, Any] = {
    "key": "invented", "city": "みなも市", "title": "計画 <i>#1*", "first_year": 2024, "last_year": 2028,
    "issued": "2024-03", "source": "=1+1",
    "grades": [
        {"key": "◎", "meaning": "上回った"}, {"key": "A", "meaning": "届いた"},
        {"key": "－", "meaning": "判定できない", "assessable": False},
    ],
    "sections": [
        {"key": "now", "label": "現状"}, {"key": "plan", "label": "取組内容"},
        {"key": "done", "label": "したこと", "yearly": True}, {"key": "next", "label": "これから", "yearly": True},
    ],
    "phases": [{"key": "use", "label": "運用"}, {"key": "try", "label": "実証"}],
    "pillars": [
        {"no": "1", "title": "暮らし", "items": [
            {"no": "1", "title": MARKUP, "mark": "new", "offices": ["窓口課", "情報課"], "plan": "=cmd|' /C calc'!A0",
             "texts": {"now": "@SUM(1)"}, "outcome": "行かない市役所",
             "indicators": [
                 {"name": "+件数", "unit": "件", "per": "週", "kind": "flow", "targets": {2026: "1200"},
                  "actuals": {2026: "1300"}, "base": {"year": 2023, "value": "—"}},
                 {"name": "事故", "unit": "件", "kind": "flow", "direction": "down", "targets": {2026: "事故ゼロ"}},
                 {"name": "割合", "unit": "%", "decimals": 2, "kind": "rate", "targets": {2026: "0.50"},
                  "actuals": {2026: "-0.04"}},
             ],
             "results": {2026: {"grade": "◎", "done": "-2 引いた\n二行目", "next": "+3", "status": "use"}}},
            {"no": "2", "title": "取組2", "results": {2026: {"grade": "A", "done": "行った"}}},
        ]},
        {"no": "2", "title": "産業", "reprints": ["1"], "pillars": [
            {"no": "2-1", "title": "農業", "items": [
                {"no": "3", "title": "取組3", "results": {2026: {"grade": "－"}},
                 "parts": [{"no": "(1)", "title": "試す", "indicators": [
                     {"name": "部分", "kind": "flow", "actuals": {2026: "7"}}]}]},
            ]},
        ]},
    ],
}  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture
def tokushima() -> None:
    edition_file_load(actor=ACTOR, path=SAMPLES / "tokushima-2019.yaml", now=NOW)


@pytest.fixture
def shimada() -> None:
    edition_file_load(actor=ACTOR, path=SAMPLES / "shimada-2022.yaml", now=NOW)


@pytest.fixture
def invented() -> None:
    edition_load(actor=ACTOR, spec=EditionSpec.model_validate(INVENTED), translations={}, now=NOW)
    year_publish(actor=ACTOR, key="invented", year=2026, provisional=False, as_of=None, now=NOW)


def read(key: str, year: int) -> tuple[Report, EditionSpec]:
    return report(edition_key=key, year=year, on=NOW.date()), plan_of(edition_get(key))


def made(key: str, year: int, kind: str) -> bytes:
    return report_file(*read(key, year), kind)


def sheet_of(key: str, year: int) -> Printed:
    return printed(*read(key, year))


def golden() -> list[dict[str, str]]:
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def blocks(cell: Any) -> list[str]:
    return [block.text for block in cell]


# The printed table


def test_the_printed_table_has_the_columns_of_the_source(tokushima: None) -> None:
    sheet = sheet_of("tokushima-2019", 2019)
    assert [column.label for column in sheet.columns] == [
        "No", "取組項目", "取組内容・目標", "取組実績", "自己評価", "改善・拡充策、課題", "担当部署",
    ]  # fmt: skip
    assert sheet.heading == "「徳島市情報化基本計画」の取組実績（令和元年度）一覧表"
    assert [group.heading[:5] for group in sheet.groups] == [f"取組方針{no}" for no in "1234"]
    assert [len(group.rows) for group in sheet.groups] == [8, 7, 9, 3]
    assert sheet.sentence == "27項目のうち20項目（74%）が、SまたはA評価でした。"


def test_every_item_is_printed_with_its_grade_its_offices_and_its_figures(tokushima: None) -> None:
    rows = {row.no: row.cells for group in sheet_of("tokushima-2019", 2019).groups for row in group.rows}
    wanted = {row["no"]: row for row in golden()}
    assert list(rows) == list(wanted)
    for no, (_no, title, plan, done, grade, _after, offices) in rows.items():
        row = wanted[no]
        assert (blocks(title), blocks(grade), blocks(offices)) == (
            [row["title"]], [row["grade"]], [row["offices"]],
        )  # fmt: skip
        assert [block.label for block in plan[:1]] == ["取組内容"]
        assert done[0].text
    assert "【公開データセット数：130】" in blocks(rows["1"][2])
    assert "【公開データセット数：84】" in blocks(rows["1"][3])
    assert blocks(rows["10"][3])[-1].endswith("：1件/週】")
    assert blocks(rows["12"][3])[-1].endswith("：0.04%】")


def test_a_plan_without_grades_shows_progress_and_what_is_printed_twice(shimada: None) -> None:
    sheet = sheet_of("shimada-2022", 2022)
    assert [column.label for column in sheet.columns] == [
        "No", "施策", "現状と課題・方向性・実現すること", "取組実績", "進捗", "担当部署",
    ]  # fmt: skip
    rows = [row for group in sheet.groups for row in group.rows]
    assert len(rows) == 13
    assert [row.no for row in rows if row.again] == ["1-1", "1-2", "1-3"]
    assert sheet.groups[1].rows[-1].no == "2-1"
    assert blocks(rows[0].cells[2])[-1] == "行かない 書かない 市役所の実現"
    assert sheet.sentence == ""


def test_the_labels_come_from_the_plan_itself(invented: None) -> None:
    sheet = sheet_of("invented", 2026)
    assert [column.label for column in sheet.columns][2:6] == [
        "現状・取組内容",
        "したこと",
        "自己評価",
        "これから",
    ]
    first = sheet.groups[0].rows[0]
    assert [(block.label, block.text) for block in first.cells[2]] == [
        ("現状", "@SUM(1)"), ("取組内容", "=cmd|' /C calc'!A0"), ("実現すること", "行かない市役所"),
        ("", "【+件数：1,200件/週】"), ("", "【事故：事故ゼロ】"), ("", "【割合：0.50%】"),
    ]  # fmt: skip
    assert [(block.label, block.text) for block in first.cells[3]] == [
        ("", "-2 引いた\n二行目"), ("進捗", "運用"), ("", "【+件数：1,300件/週】"), ("", "【事故：未記入】"),
        ("", "【割合：-0.04%】"),
    ]  # fmt: skip
    assert first.cells[1][0].text == f"【新規】{MARKUP}"
    assert [(group.heading, group.depth) for group in sheet.groups] == [
        ("取組方針1「暮らし」", 0), ("取組方針2「産業」", 0), ("2-1「農業」", 1),
    ]  # fmt: skip


def test_provisional_figures_and_totals_say_so(tokushima: None) -> None:
    totals = sheet_of("tokushima-2019", 2021)
    assert totals.groups == ()
    assert totals.notes == (
        "この年度の値は、令和3年12月31日時点の見込みを含みます。",
        "この年度は集計だけが公表されています。取組項目ごとの評価はありません。",
    )
    line = report(edition_key="tokushima-2019", year=2019, on=NOW.date()).items[0]
    actual_enter(
        actor=ACTOR, indicator_id=line.indicators[0].id, year=2019, value=Decimal(91), provisional=True,
        as_of=date(2020, 1, 31), after=line.indicators[0].sequence, now=NOW,
    )  # fmt: skip
    done = sheet_of("tokushima-2019", 2019).groups[0].rows[0].cells[3]
    assert blocks(done)[-1] == "【公開データセット数：91（令和2年1月31日時点の見込み）】"


# JSON


def test_json_keeps_its_shape(tokushima: None) -> None:
    data = json.loads(made("tokushima-2019", 2019, "json"))
    assert list(data) == ["edition", "year", "items", "summary", "total"]
    assert list(data["items"][0]) == ["no", "title", "offices", "grade", "suggested", "indicators"]
    assert data["items"][0]["indicators"] == [
        {"name": "公開データセット数", "unit": "", "target": 130, "actual": 84, "provisional": False}
    ]
    assert data["summary"]["B"] == {"count": 7, "percent_rounded": 26, "percent_printed": 26}
    assert made("tokushima-2019", 2019, "json").decode().startswith('{\n  "edition": "tokushima-2019",\n')


# The machine-readable table


def test_the_csv_is_the_golden_table(tokushima: None) -> None:
    raw = made("tokushima-2019", 2019, "csv")
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(StringIO(raw.decode("utf-8-sig"), newline="")))
    assert [
        {
            "no": row["番号"], "title": row["取組項目"], "offices": row["担当部署"].replace(";", "、"),
            "grade": row["自己評価"], "indicator": row["指標"], "unit": row["単位"],
            "target": row["目標"], "actual": row["実績"],
        }
        for row in rows
    ] == golden()  # fmt: skip
    assert {row["年度"] for row in rows} == {"2019"}
    assert Counter(row["値の出所"] for row in rows if row["実績"]) == {"公表資料からの転記": 15}


def test_a_csv_row_says_everything_once_and_nothing_that_is_calculated(invented: None) -> None:
    rows = list(csv.DictReader(StringIO(made("invented", 2026, "csv").decode("utf-8-sig"), newline="")))
    assert tuple(rows[0]) == HEADINGS
    assert [row["番号"] for row in rows] == ["1", "1", "1", "2", "3"]
    first, words, rate, _second, part = rows
    assert (first["指標"], first["単位"], first["基準年度"], first["基準値"], first["基準値の言葉"]) == (
        "'+件数", "件/週", "2023", "", "—",
    )  # fmt: skip
    assert (first["目標"], first["実績"], first["見込み"], first["進捗"]) == ("1200", "1300", "0", "運用")
    assert (words["目標"], words["目標の言葉"], words["実績"], words["見込み"]) == ("", "事故ゼロ", "", "")
    assert (rate["目標"], rate["実績"]) == ("0.5", "-0.04")
    assert (part["枝番"], part["実績"], part["自己評価"]) == ("(1)", "7", "－")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "＝", "＋", "－", "＠"])
def test_a_text_is_never_a_formula(sign: str, invented: None) -> None:
    result, plan = read("invented", 2026)
    lines = tuple(replace(line, offices=(f"{sign}1+1",)) for line in result.items)
    result = replace(result, items=lines)
    row = next(csv.reader(StringIO(report_file(result, plan, "csv").decode("utf-8-sig").split("\r\n")[1])))
    assert row[2] == f"'{sign}1+1"
    book = load_workbook(BytesIO(report_file(result, plan, "xlsx")))
    cell = book[TABLE_TITLE].cell(2, 3)
    assert (cell.value, cell.data_type) == (f"{sign}1+1", "s")
    formulas = [
        cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
    ]
    assert len(formulas) == 8
    assert all(formula.startswith(("=COUNTIFS(", "=SUM(", "=IF(")) for formula in formulas)


# Excel


def test_the_workbook_is_made_for_paper(tokushima: None) -> None:
    book = load_workbook(BytesIO(made("tokushima-2019", 2019, "xlsx")))
    assert book.sheetnames == [LIST_TITLE, TABLE_TITLE]
    page = book[LIST_TITLE]
    assert (page.page_setup.orientation, str(page.page_setup.paperSize)) == ("landscape", page.PAPERSIZE_A4)
    assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 0)
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.print_title_rows == "$3:$3"
    assert page.freeze_panes == "A4"
    assert [cell.value for cell in page[3]][:5] == [
        "No",
        "取組項目",
        "取組内容・目標",
        "取組実績",
        "自己評価",
    ]
    assert page["D5"].alignment.wrap_text
    assert [page.cell(row, 1).value for row in range(4, 8)] == [
        "取組方針1「地域課題解決への取組みに向けたICT利活用の促進」", 1, 2, 3
    ]  # fmt: skip


def test_the_data_sheet_is_for_machines(tokushima: None, shimada: None, invented: None) -> None:
    for key, year in (("tokushima-2019", 2019), ("invented", 2026), ("shimada-2022", 2022)):
        page = load_workbook(BytesIO(made(key, year, "xlsx")))[TABLE_TITLE]
        assert not page.merged_cells.ranges
        heads, *rows = page.iter_rows(values_only=True)
        assert heads == HEADINGS
        assert len(rows) == len([*table_rows(*read(key, year))])
        for heading in ("基準年度", "基準値", "年度", "目標", "実績", "見込み"):
            column = [row[heads.index(heading)] for row in rows]
            assert all(value is None or isinstance(value, int | float) for value in column), heading
        assert len({type(row[0]) for row in rows}) == 1


def test_a_text_longer_than_a_row_goes_on_in_the_next(invented: None) -> None:
    result, plan = read("invented", 2026)
    first = replace(result.items[0], sections={"plan": "\n".join(f"{n}行目" for n in range(100))})
    result = replace(result, items=(first, *result.items[1:]))
    page = load_workbook(BytesIO(report_file(result, plan, "xlsx")))[LIST_TITLE]
    texts = [page.cell(row, 3).value or "" for row in range(5, 9)]
    assert "".join(texts).count("行目") == 100
    assert [page.cell(row, 1).value for row in range(5, 10)] == [1, None, None, None, 2]
    assert all(page.row_dimensions[row].height <= 409 for row in range(5, 10))


def test_pieces_are_the_whole_text_and_each_fits() -> None:
    text = "＜見出し＞\n" + "長い段落" * 600 + "\n\n" + "\n".join("行" for _ in range(70))
    pieces = split_to_height(text, 30)
    assert "".join(pieces).replace("\n", "") == text.replace("\n", "")
    for piece in pieces:
        assert sum(lines_of(line, 30) for line in piece.split("\n")) <= ROW_LINES
    assert split_to_height("", 10) == [""]


@pytest.mark.judge
@pytest.mark.slow
def test_libreoffice_recalculates_the_same_numbers(tokushima: None, invented: None, tmp_path: Path) -> None:
    changed, plan = read("tokushima-2019", 2019)
    books = {
        "results": made("tokushima-2019", 2019, "xlsx"), "totals": made("tokushima-2019", 2021, "xlsx"),
        "twice": made("invented", 2026, "xlsx"),
        "changed": _grade_changed(report_file(changed, plan, "xlsx")),
    }  # fmt: skip
    sources = [tmp_path / f"{name}.xlsx" for name in books]
    for source, content in zip(sources, books.values(), strict=True):
        source.write_bytes(content)
    saved = workbooks_resave(*sources)
    found = {name: _summary(saved / f"{name}.xlsx") for name in books}
    assert found["results"] == {
        "S": (5, 19, 19), "A": (15, 56, 55), "B": (7, 26, 26), "C": (0, 0, 0), "合計": (27, 100, None),
    }  # fmt: skip
    assert found["totals"] == {
        "S": (2, 7, 7), "A": (13, 48, 48), "B": (12, 44, 45), "C": (0, 0, 0), "合計": (27, 100, None),
    }  # fmt: skip
    # Item 1 is printed twice and counted once.
    assert found["twice"] == {
        "◎": (1, 33, None),
        "A": (1, 33, None),
        "－": (1, 33, None),
        "合計": (3, 100, None),
    }
    assert found["changed"]["S"][:2] == (6, 22)
    assert found["changed"]["B"][:2] == (6, 22)
    data = load_workbook(saved / "twice.xlsx")[TABLE_TITLE]
    assert [cell.value for cell in data["D"]][1:4] == ["+件数", "事故", "割合"]


def _grade_changed(content: bytes) -> bytes:
    """Judge item 1 otherwise in the workbook itself, as an officer would."""
    book = load_workbook(BytesIO(content))
    assert book[LIST_TITLE]["E5"].value == "B"
    book[LIST_TITLE]["E5"] = "S"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _summary(path: Path) -> dict[str, tuple[int, int, int | None]]:
    page = load_workbook(path, data_only=True)[LIST_TITLE]
    assert isinstance(page, Worksheet)
    first = next(row for row in range(1, page.max_row) if page.cell(row, 2).value == "取組項目数") + 1
    found = {}
    for row in range(first, page.max_row + 1):
        key, count, _meaning, share, published = (page.cell(row, column).value for column in range(1, 6))
        found[str(key)] = (count, round(share * 100), None if published is None else round(published * 100))
        if key == "合計":
            break
    return found


# PDF and HTML


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.slow
def test_the_pdf_has_every_item_and_the_summary(tokushima: None) -> None:
    content = made("tokushima-2019", 2019, "pdf")
    assert content == made("tokushima-2019", 2019, "pdf")
    text = pdf_text(content)
    for row in golden():
        assert squeezed(row["title"]) in text
        assert squeezed(row["indicator"]) in text
    assert squeezed("27項目のうち20項目（74%）が、SまたはA評価でした。") in text
    # The heading of the table stands on every page.
    pages = int(text.rpartition("/")[2])
    assert pages > 3
    assert text.count("改善・拡充策、課題担当部署") == pages


@pytest.mark.slow
def test_the_pdf_prints_markup_as_it_stands(invented: None) -> None:
    text = pdf_text(made("invented", 2026, "pdf"))
    assert text.count(squeezed(MARKUP)) == 2
    assert squeezed("計画 <i>#1*") in text
    assert "=cmd|'/Ccalc'!A0" in text


@pytest.mark.slow
def test_a_long_plan_is_made_in_parts_and_nothing_is_lost(
    tokushima: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "AT_ONCE", 20)
    monkeypatch.setattr(pdf, "PART", 10)
    text = pdf_text(made("tokushima-2019", 2019, "pdf"))
    for row in golden():
        assert squeezed(row["title"]) in text
    assert text.count("一覧表") == 1
    assert text.count("出典：") == 1


class Page(HTMLParser):
    """Notes what a page is made of, and whether its tags are closed in order."""

    VOID = {"meta", "col", "br"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes |= {name for name, _value in attrs}
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def page_of(key: str, year: int) -> Page:
    page = Page()
    page.feed(made(key, year, "html").decode())
    page.close()
    assert page.open == []
    return page


def test_the_page_stands_alone(tokushima: None) -> None:
    page = page_of("tokushima-2019", 2019)
    assert not {"script", "link", "img", "iframe", "form"} & set(page.tags)
    assert not {"src", "href"} & page.attributes
    assert not [name for name in page.attributes if name.startswith("on")]
    assert page.tags["tr"] == 1 + 4 + 27 + 1 + 4 + 1
    text = "".join(page.text)
    for row in golden():
        assert row["title"] in text
    assert "令和元年度" in text


def test_the_page_prints_markup_as_it_stands(invented: None) -> None:
    page = page_of("invented", 2026)
    assert "".join(page.text).count(MARKUP) == 2
    assert not {"i", "b"} & set(page.tags)


def test_a_year_of_totals_has_no_empty_table(tokushima: None) -> None:
    page = page_of("tokushima-2019", 2021)
    assert page.tags["table"] == 1
    assert {"7%", "48%", "45%"} <= {text.strip() for text in page.text}


# The command


@pytest.mark.parametrize("kind", sorted(set(FORMATS) - {"json"}))
@pytest.mark.slow
def test_the_command_writes_every_format(
    tokushima: None, kind: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / "out"
    call_command("plan", "report", "tokushima-2019", "--year", "2019", "--format", kind, "-o", path)
    assert capfdbinary.readouterr().out == b""
    call_command("plan", "report", "tokushima-2019", "--year", "2019", "--format", kind)
    out = capfdbinary.readouterr().out
    begins = {"csv": b"\xef\xbb\xbf", "xlsx": b"PK", "pdf": b"%PDF-", "html": b"<!doctype html>"}[kind]
    assert out.startswith(begins)
    assert path.read_bytes().startswith(begins)
    if kind != "xlsx":
        assert out == path.read_bytes()


def test_the_command_says_what_is_missing(
    tokushima: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any
) -> None:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(fonts, "PACKAGES", ("no_such_font_package",))
    with pytest.raises(CommandError, match="fonts-noto-cjk"):
        call_command("plan", "report", "tokushima-2019", "--year", "2019", "--format", "pdf")


# Downloads


def get(client: Client, kind: str, *, key: str = "invented", year: int | str = 2026) -> Any:
    return client.get(f"/plan/{key}/report.{kind}?year={year}")


@pytest.mark.slow
def test_the_public_downloads_a_published_year(tokushima: None, client: Client) -> None:
    page = client.get("/plan/tokushima-2019/?year=2019").content.decode()
    for kind in ("csv", "xlsx", "pdf", "json"):
        assert f'href="/plan/tokushima-2019/report.{kind}?year=2019"' in page
        answer = get(client, kind, key="tokushima-2019", year=2019)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == FORMATS[kind].content_type
        assert answer.headers["Content-Disposition"] == f'attachment; filename="tokushima-2019-2019.{kind}"'
    data = get(client, "json", key="tokushima-2019", year=2019).json()
    assert [item["grade"] for item in data["items"]][:5] == ["B", "B", "A", "A", "B"]
    assert {item["suggested"] for item in data["items"]} == {None}
    assert data["summary"]["A"]["percent_printed"] == 55


def test_the_offices_find_the_files_of_a_published_edition_only(invented: None) -> None:
    client = staff_client("measures.actual_enter", "measures.evaluate", scope="all")
    page = client.get("/office/plan/invented/?year=2026").content.decode()
    assert 'href="/plan/invented/report.xlsx?year=2026"' in page
    draft = EditionSpec.model_validate({**INVENTED, "key": "draft", "issued": ""})
    edition_load(actor=ACTOR, spec=draft, translations={}, now=NOW)
    page = client.get("/office/plan/draft/?year=2026")
    assert page.status_code == 200
    assert "report.xlsx" not in page.content.decode()


def test_grades_and_texts_wait_for_publication(invented: None, client: Client) -> None:
    assert get(client, "json").json()["total"] == 3
    line = report(edition_key="invented", year=2027, on=NOW.date()).items[0]
    evaluation_enter(actor=ACTOR, item_id=line.id, year=2027, grade="A", after=0, now=NOW)
    text_enter(
        actor=ACTOR,
        item_id=line.id,
        year=2027,
        section="done",
        text="まだ内緒",
        office_name="",
        after=0,
        now=NOW,
    )
    assert not YearPublication.objects.filter(year=2027).exists()
    data = get(client, "json", year=2027).json()
    assert (data["total"], data["summary"]) == (0, {})
    assert {item["grade"] for item in data["items"]} == {None}
    assert "まだ内緒" not in "".join(
        str(cell)
        for row in load_workbook(BytesIO(get(client, "xlsx", year=2027).content))[LIST_TITLE].values
        for cell in row
    )
    kept = report_public(report(edition_key="invented", year=2027, on=NOW.date())).items[0].sections
    assert kept == {"plan": "=cmd|' /C calc'!A0", "now": "@SUM(1)"}


def test_a_change_is_in_the_next_download(invented: None, client: Client) -> None:
    assert get(client, "json").json()["items"][1]["grade"] == "A"
    line = report(edition_key="invented", year=2026, on=NOW.date()).items[1]
    evaluation_enter(actor=ACTOR, item_id=line.id, year=2026, grade="◎", after=line.grade_sequence, now=NOW)
    assert get(client, "json").json()["items"][1]["grade"] == "◎"


def test_what_is_not_published_or_not_there_is_not_found(invented: None, client: Client) -> None:
    draft = EditionSpec.model_validate({**INVENTED, "key": "draft", "issued": ""})
    edition_load(actor=ACTOR, spec=draft, translations={}, now=NOW)
    assert get(client, "csv", key="draft").status_code == 404
    assert get(client, "csv", key="no-such").status_code == 404
    assert get(client, "html").status_code == 404
    assert get(client, "exe").status_code == 404
    assert get(client, "csv", year=2031).status_code == 404
    assert get(client, "csv", year="x").status_code == 404
    assert client.post("/plan/invented/report.csv").status_code == 405


def test_without_fonts_the_page_offers_the_other_files(
    invented: None, client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any
) -> None:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(fonts, "PACKAGES", ("no_such_font_package",))
    answer = get(client, "pdf")
    assert answer.status_code == 503
    assert "Excel" in answer.content.decode()
    assert str(tmp_path) not in answer.content.decode()
    assert get(client, "xlsx").status_code == 200
