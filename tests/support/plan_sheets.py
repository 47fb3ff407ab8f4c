"""Workbooks in layouts that others designed: a printed list of results, a schedule in columns of years, a list of KPI."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet


def book_of(*pages: tuple[str, Sequence[Sequence[Any]], Sequence[str]]) -> Workbook:
    """Make a workbook of sheets: title, rows from the first cell on, merged ranges."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    book.remove(first)
    for title, rows, merged in pages:
        page = book.create_sheet(title)
        for row in rows:
            page.append(list(row))
        for place in merged:
            page.merge_cells(place)
    return book


def content_of(book: Workbook) -> bytes:
    """Give a workbook as the bytes of its file."""
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


LIST_MAP = """
name: 取組実績の一覧表
edition:
  key: ichiran-2019
  city: 例示市
  title: 例示市情報化計画
  first_year: 2019
  last_year: 2026
  grades:
    - {key: S, meaning: 上回った}
    - {key: A, meaning: 届いた}
    - {key: B, meaning: 届かなかった}
year: 2019
sheets:
  - sheet: 一覧表
    header_rows: 2
    pillar_row: '^取組方針(?P<no>[0-9０-９]+)「(?P<title>.+)」$'
    skip: ['^合計', '^※']
    columns:
      "no": "No"
      title: 取組項目
      done: 取組実績
      grade: 自己評価
      next: 改善・拡充策、課題等
      offices: 担当部署
    split:
      - heading: 取組内容／目標
        marks: {plan: <取組内容>, goal: <目標>}
    inline:
      - {section: goal, pattern: '【(?P<name>[^：】]+)：(?P<value>[^】]+)】', to: target, kind: stock}
      - {section: done, pattern: '【(?P<name>[^：】]+)：(?P<value>[^】]+)】', to: actual}
"""


def list_book() -> Workbook:
    """Make a list as cities print it: two rows of headings, pillars in rows of their own, the headings on each page."""
    heads = [
        ["No", "取組項目", "取組内容", "取組実績", "自己評価", "改善・拡充策、課題等", "担当部署"],
        [None, None, "目標", None, None, None, None],
    ]
    rows: list[list[Any]] = [
        ["取組実績（令和元年度）一覧表"],
        [],
        *heads,
        ["取組方針1「まちの困りごとを、データで」"],
        [
            1, "データの公開", "<取組内容>\n(1) 出すデータを増やす。\n<目標>\n・見えやすい行政にする。\n【公開データ数：130】",
            "(1) 次の年の準備をした。\n【公開データ数：84】", "B", "研修を続ける。", "情報推進課",
        ],
        [
            2, "地図の共用", "<取組内容>\n地図をまとめる。\n<目標>\n二重の支出を減らす。", "使い方を調べた。（情報推進課）", "Ａ", None,
            "情報推進課、住宅課",
        ],
        [],
        *heads,
        [
            3, "わなのセンサー", "<取組内容>\nセンサーを置く。\n<目標>\n被害を減らす。\n【センサーの数：２基】\n【見回りの回数：1,200 回】",
            "置いた。\n【センサーの数：８基】", "S", None, "農林水産課・生活環境課",
        ],
        ["取組方針２「役所の仕事を軽く」"],
        [4, "保守の見直し", "<取組内容>\n契約を見直す。\n<目標>\n費用を減らす。\n【導入進捗率：50％】", "見直した。", "A", "続ける。", "企画・財政課"],
        ["※ 評価は各課による。"],
    ]  # fmt: skip
    merged = [f"{letter}{top}:{letter}{top + 1}" for letter in "ABDEFG" for top in (3, 9)]
    return book_of(("一覧表", rows, [*merged, "A5:G5", "A12:G12", "A1:G1"]))


SCHEDULE_MAP = r"""
name: 取組のスケジュール
edition:
  key: nittei-2022
  city: 例示市
  title: 例示市推進計画
  first_year: 2022
  last_year: 2024
  phases:
    - {key: research, label: 研究}
    - {key: consider, label: 検討}
    - {key: introduce, label: 導入}
    - {key: operate, label: 運用}
numbering: "{pillar}-({n})"
sheets:
  - match: スケジュール
    columns:
      pillar: 大項目
      title: 施策
      part: 取組事項
    bars: {columns: '令和[0-9元]+年度', until: next, words: {試行: consider}}
"""


def schedule_book() -> Workbook:
    """Make a schedule: pillars and items merged down, items without parts merged across, words and bars by year."""
    rows: list[list[Any]] = [
        ["第8編　スケジュール"],
        ["大項目", "施策", "取組事項", "令和４年度", "令和５年度", "令和６年度", "令和７年度"],
        ["まちの力を高める", "観光", "沿道の無線", "研究", None, "導入", None],
        [None, None, "移住の案内", "導入", "運用", None, None],
        [None, "被災者の支援", None, "導入", "運用", None, None],
        [None, "防犯", "カメラ", "研究", "試行", None, None],
        ["役所を電子に", "標準化", None, "導入の準備", None, "導入", "→"],
        [None, "会議", "通信による会議", "運用", None, None, None],
    ]
    merged = ["A3:A6", "B3:B4", "B5:C5", "A7:A8", "B7:C7", "D3:E3", "D8:F8", "A1:G1"]
    return book_of(("表紙", [["例示市"]], []), ("第8編 スケジュール", rows, merged))


KPI_MAP = r"""
name: 重点取組のKPI一覧
edition: {key: kpi-2023, city: 例示市, title: 例示市重点取組, first_year: 2023, last_year: 2025}
numbering: "{n}"
sheets:
  - header_rows: 2
    pillar_text: '(?P<no>[0-9]+)\s+(?P<title>.+)'
    columns:
      pillar: 重点取組事項
      title: 取組名
      offices: 担当課
      no_indicator: 指標を置かない理由
    indicators:
      - name: KPI／指標名
        unit: 単位
        kind: flow
        base: 'KPI／基準値（R4）'
        base_year: 2022
        targets: '^目標値／'
        actuals: '^実績値／'
        note: 備考
"""


def kpi_rows() -> list[list[Any]]:
    """Give the rows of a list of KPI: headings in two rows, several indicators at an item."""
    return [
        ["重点取組のKPI（令和5年度〜令和7年度）"],
        ["重点取組事項", "取組名", "担当課", "KPI", None, None, "目標値", None, None, "実績値", "備考", "指標を置かない理由"],
        [None, None, None, "指標名", "単位", "基準値（R4）", "R5", "R6", "R7", "R5", None, None],
        ["1 窓口を変える", "オンライン申請", "デジタル推進課\n市民課", "申請できる手続の数", "件", 20, 40, 60, "８０", 38, None, None],
        [None, None, None, "オンラインの割合", "%", "－", "20％", "30 %", 0.4, 0.153, None, None],
        [None, "書かない窓口", "市民課", "利用者", "人", "—", "2,500", "２,８８１人", "3,300人以上", "2,610人", None, None],
        ["2 人を育てる", "研修", "人事課／デジタル推進課", "事故の数", "件", 3, "事故ゼロ", "事故ゼロ", "事故ゼロ", None, None, None],
        [None, "相談", "人事課", None, None, None, None, None, None, None, None, "相談の数を目標にしないため"],
    ]  # fmt: skip


KPI_MERGED = (
    "A2:A3", "B2:B3", "C2:C3", "D2:F2", "G2:I2", "K2:K3", "L2:L3", "A4:A6", "B4:B5", "C4:C5", "A7:A8", "A1:L1",
)  # fmt: skip


def kpi_book(changed: Mapping[str, Any] | None = None, formats: Mapping[str, str] | None = None) -> Workbook:
    """Make a list of KPI as ministries lay them out; single cells changed where asked."""
    book = book_of(("KPI", kpi_rows(), KPI_MERGED))
    page = book["KPI"]
    for place, number_format in {"I5": "0%", "J5": "0.0%", **(formats or {})}.items():
        page[place].number_format = number_format
    for place, value in (changed or {}).items():
        page[place] = value
    return book
