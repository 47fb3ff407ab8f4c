"""How sheets, headings and choices are called in the workbook: always in Japanese, whoever downloads it."""

from __future__ import annotations

from functools import cache

from django.utils import translation

from madoguchi.blocks.people.rows import SHEETS, Column, Sheet

GUIDE_TITLE = "使い方"
CANCEL_HEADING = "取消"
YES, NO = "○", "×"
# The number of Excel's own format, so that every version knows it: 令和8年4月1日.
DAY_FORMAT = '[$-411]ggge"年"m"月"d"日";@'
# As many rows as a sheet may have when it is read back.
ROWS_READY = 20_000


@cache
def sheet_title(name: str) -> str:
    """Give the title of a sheet."""
    return _japanese(SHEETS[name].label)


def heading(column: Column) -> str:
    """Give the heading of a column."""
    return _japanese(column.label)


@cache
def choice_labels(sheet: str, column: str) -> dict[str, str]:
    """Give what the choices of a column are called: value → label."""
    field = SHEETS[sheet].model._meta.get_field(column)
    return {str(value): _japanese(label) for value, label in getattr(field, "choices", None) or ()}


def headings(sheet: Sheet) -> list[str]:
    """Give the headings of a sheet from left to right."""
    return [*(heading(column) for column in sheet.columns), CANCEL_HEADING]


def _japanese(label: object) -> str:
    with translation.override("ja"):
        return str(label)
