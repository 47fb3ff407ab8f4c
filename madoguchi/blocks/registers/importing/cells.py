"""A cell of a file as the text that a field reads."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

from django.utils.translation import gettext

from madoguchi.kernel.tables import Cell
from madoguchi.kit.canonical import decimal_text


class CellLost(Exception):
    """The cell holds an error, or a formula whose result was never saved."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)


def cell_text(cell: Cell) -> str:
    """
    Write a cell's value as one would type it.

    :raises CellLost: there is no value.
    """
    if cell.kind == "error":
        raise CellLost(
            "error", gettext("セルがエラー（%(text)s）です。値を入れ直してください。") % {"text": cell.value}
        )
    if cell.kind == "lost":
        raise CellLost(
            "lost", gettext("数式の計算結果が保存されていません。Excelで開いて保存し直してください。")
        )
    value = cell.value
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case datetime():
            whole = value.time() == time(0)
            return value.date().isoformat() if whole else value.strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
        case time():
            return value.strftime("%H:%M")
        case Decimal():
            return decimal_text(value)
        case _:
            return str(value)
