"""What is wrong with a workbook, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext


@dataclass(frozen=True, slots=True)
class Problem:
    """
    One thing to put right; ``sheet`` and ``cell`` are empty where the whole file is meant.

    A ``warning`` is shown and holds nothing up; an ``error`` means that no row of the file is taken.
    """

    text: str
    sheet: str = ""
    cell: str = ""
    severity: Literal["error", "warning"] = "error"

    @property
    def where(self) -> str:
        """The place in words: シート「職の保有」 C5."""
        if not self.sheet:
            return ""
        words = gettext("シート「%(sheet)s」") % {"sheet": self.sheet}
        return f"{words} {self.cell}" if self.cell else words

    def __str__(self) -> str:
        return f"{self.where}: {self.text}" if self.where else self.text
