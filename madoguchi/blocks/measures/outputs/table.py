"""
The machine-readable table: one row per item and indicator, one fact per cell.

It follows 総務省「統計表における機械判読可能なデータの表記方法の統一ルール」: a plain heading over every column, nothing
merged, numbers without units or separators, and a word that stands in a number's place in a column of its own.
Offices of one item are separated by ``;``, as in the national recommended data sets.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import StringIO

from madoguchi.blocks.measures.types import EditionSpec, IndicatorLine, ItemLine, Report

Cell = str | int | Decimal | date | None

HEADINGS = (
    "番号", "取組項目", "担当部署", "指標", "単位", "基準年度", "基準値", "年度", "目標", "実績", "見込み", "時点",
    "値の出所", "自己評価", "提案", "基準値の言葉", "目標の言葉", "実績の言葉", "進捗", "枝番", "指標の識別子",
    "取組方針の番号", "取組方針",
)  # fmt: skip
ORIGINS = {
    "typed": "担当部署の入力",
    "transcribed": "公表資料からの転記",
    "computed": "記録から計算",
    "none": None,
}
# What a spreadsheet takes for the beginning of a formula, half and full width.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def table_rows(report: Report, plan: EditionSpec) -> Iterator[tuple[Cell, ...]]:
    """Give the rows under ``HEADINGS``; an item without indicators has one row, a reprinted one no second."""
    phases = {phase.key: phase.label for phase in plan.phases}
    for line in report.items:
        for indicator in line.indicators or (None,):
            yield _row(line, indicator, report.year, phases)


def report_csv(report: Report, plan: EditionSpec) -> bytes:
    """Write the table as CSV in UTF-8 with a byte order mark, so that spreadsheets see what it is."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for row in table_rows(report, plan):
        writer.writerow([_written(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _row(
    line: ItemLine, indicator: IndicatorLine | None, year: int, phases: dict[str, str]
) -> tuple[Cell, ...]:
    about = (line.no, line.title.value, ";".join(line.offices))
    judged = (line.grade, line.suggested)
    place = (line.pillar_no, line.pillar.value)
    if indicator is None:
        figures: tuple[Cell, ...] = (None,) * 4 + (year,) + (None,) * 5
        words: tuple[Cell, ...] = (None,) * 3
        identity: tuple[Cell, ...] = (None, None)
    else:
        known = indicator.actual is not None or bool(indicator.actual_word)
        figures = (
            indicator.name.value, indicator.unit_text or None, indicator.base_year, indicator.base, year,
            indicator.target, indicator.actual, int(indicator.provisional) if known else None, indicator.as_of,
            ORIGINS[indicator.origin],
        )  # fmt: skip
        words = (indicator.base_word or None, indicator.target_word or None, indicator.actual_word or None)
        identity = (indicator.part or None, indicator.key)
    return (*about, *figures, *judged, *words, phases.get(line.status) or None, *identity, *place)


def number_text(value: Decimal) -> str:
    """Write a number plainly: no exponent, no separators, no zeros at the end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return number_text(cell)
    if isinstance(cell, str):
        return _harmless(cell)
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _harmless(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would calculate; a lone dash is none."""
    return f"'{text}" if len(text) > 1 and text.startswith(FORMULA_SIGNS) else text
