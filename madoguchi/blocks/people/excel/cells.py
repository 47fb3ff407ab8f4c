"""One cell to one value: what people and Excel make of dates, keys, yes and no."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext
from openpyxl.utils.datetime import from_excel

from madoguchi.blocks.people.excel.layout import NO, YES, choice_labels
from madoguchi.blocks.people.rows import Column, Sheet, value_clean
from madoguchi.kit.wareki import DateRefused, date_parse
from madoguchi.kit.width import ascii_to_half
from madoguchi.ui.formats import date_text, refusal_text

_YES = {YES, "〇", "◯", "◎", "✓", "✔", "はい", "有", "あり", "yes", "y", "true", "1", "o"}
_NO = {NO, "✕", "✖", "☓", "x", "いいえ", "無", "なし", "no", "n", "false", "0", "-"}
# A double holds whole numbers exactly up to here; Excel has cut the figures of anything longer.
_EXACT = 10**15


class CellRefused(Exception):
    """A cell cannot be read; the text says what to write instead."""


@dataclass(frozen=True, slots=True)
class Read:
    """A value, and whether Excel had made a number of what should be text."""

    value: Any
    was_number: bool = False


def cell_read(sheet: Sheet, column: Column, cell: Any) -> Read:
    """
    Read a cell; an empty one gives None.

    :raises CellRefused: says what to write instead.
    """
    value = cell.value
    if cell.data_type == "f":
        raise CellRefused(gettext("数式が入っています。値だけを貼り付けてください。"))
    if cell.data_type == "e" and column.kind == "date":
        raise CellRefused(gettext("日付を「令和8年4月1日」か「2026/4/1」のように書いてください。"))
    if cell.data_type == "e":
        raise CellRefused(gettext("エラー値（%(value)s）です。正しい値を書いてください。") % {"value": value})
    if value is None or (isinstance(value, str) and not value.strip()):
        return Read(None)
    if column.kind in ("key", "text"):
        return _text(column, value)
    return Read(_READERS[column.kind](sheet, column, value))


def _text(column: Column, value: Any) -> Read:
    if isinstance(value, str):
        return Read(value_clean(column, value))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CellRefused(gettext("文字として書いてください（セルの書式を「文字列」にします）。"))
    if not _is_whole(value):
        raise CellRefused(
            gettext("Excelが数値に変えています。セルの書式を「文字列」にして、もう一度書いてください。")
        )
    return Read(str(int(value)), was_number=True)


def _date(_sheet: Sheet, _column: Column, value: Any) -> date:
    if isinstance(value, datetime):
        if value.time() != datetime.min.time():
            raise CellRefused(gettext("時刻が入っています。日付だけを書いてください。"))
        day = value.date()
    elif isinstance(value, date):
        day = value
    elif isinstance(value, bool) or not isinstance(value, str | int | float):
        raise CellRefused(gettext("日付を「令和8年4月1日」か「2026/4/1」のように書いてください。"))
    elif isinstance(value, str) or (value == int(value) and len(str(int(value))) == 8):
        day = _date_typed(value if isinstance(value, str) else str(int(value)))
    else:
        raise CellRefused(_serial_text(value))
    if day.year < 1873:
        raise CellRefused(gettext("明治6年より前の日付は書けません。"))
    return day


def _date_typed(text: str) -> date:
    try:
        return date_parse(text)
    except DateRefused as refused:
        raise CellRefused(refusal_text(refused)) from refused


def _serial_text(value: float) -> str:
    """Excel keeps days as numbers; with the date format lost, say which day the number was."""
    meant = None
    if 20_000 <= value < 80_000:
        meant = from_excel(int(value))
    if not isinstance(meant, date):
        return gettext("日付を「令和8年4月1日」か「2026/4/1」のように書いてください。")
    return gettext("数値になっています。%(day)sのことでしたら、セルの書式を「日付」にしてください。") % {
        "day": date_text(meant.date() if isinstance(meant, datetime) else meant)
    }


def _int(_sheet: Sheet, _column: Column, value: Any) -> int:
    if isinstance(value, str):
        text = (
            ascii_to_half(value)
            .strip()
            .replace(",", "")
            .replace("−", "-")
            .replace("△", "-")
            .replace("▲", "-")
        )
        if text.lstrip("-").isascii() and text.lstrip("-").isdigit() and len(text) < 12:
            return int(text)
    elif isinstance(value, int | float) and _is_whole(value):
        return int(value)
    raise CellRefused(gettext("整数を書いてください。"))


def _is_whole(value: float) -> bool:
    return not isinstance(value, bool) and abs(value) < _EXACT and value == int(value)


def _bool(_sheet: Sheet, _column: Column, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    word = ascii_to_half(str(value)).strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise CellRefused(gettext("○か×を書いてください。"))


def _choice(sheet: Sheet, column: Column, value: Any) -> str:
    labels = choice_labels(sheet.name, column.name)
    word = str(value_clean(column, str(value)))
    for known, label in labels.items():
        if word in (known, label):
            return known
    raise CellRefused(
        gettext("%(choices)sのどれかを書いてください。") % {"choices": "・".join(labels.values())}
    )


def cancelled(value: Any) -> bool:
    """
    Read the mark that takes a row back.

    :raises CellRefused: anything but ○ or nothing.
    """
    if value is None or not str(value).strip():
        return False
    word = ascii_to_half(str(value)).strip().lower()
    if value is True or word in _YES:
        return True
    if value is False or word in _NO:
        return False
    raise CellRefused(gettext("取り消す行にだけ○を書き、ほかは空欄にしてください。"))


_READERS: dict[str, Callable[[Sheet, Column, Any], Any]] = {
    "date": _date,
    "int": _int,
    "bool": _bool,
    "choice": _choice,
}
