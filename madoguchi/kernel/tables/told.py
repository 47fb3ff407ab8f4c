"""What a writer had to change, counted for notes."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext
from openpyxl.utils import get_column_letter

from madoguchi.kernel.tables.sheets import Tally
from madoguchi.kernel.tables.types import Note


@dataclass(slots=True)
class Told:
    """What the writer had to change, by code, counted; ``notes`` puts it in words."""

    sheet: str
    tallies: dict[str, Tally] = field(default_factory=dict)

    def add(self, code: str, row: int, column: int, count: int = 1) -> None:
        self.tallies.setdefault(code, Tally()).add(f"{get_column_letter(column)}{row}", count)

    def notes(self) -> tuple[Note, ...]:
        texts = {
            "dropped": gettext("このファイルの形式に書けない文字を%(count)d個除きました。"),
            "replaced": gettext("文字コードにない文字%(count)d個を、ほかの字の形で書きました。"),
            "missing": gettext("文字コードにない文字%(count)d個を「〓」と書きました。"),
            "number_text": gettext("Excelで桁が落ちる数%(count)d個を、文字として書きました。"),
            "day_text": gettext("Excelで日付にならない日時%(count)d個を、文字として書きました。"),
        }
        return tuple(
            Note(code, self.sheet, str(self.tallies[code]), text % {"count": self.tallies[code].count})
            for code, text in texts.items()
            if code in self.tallies
        )
