"""Quarters of the fiscal year, the rhythm of the review of rights: 2026Q1 is April to June 2026, 2026Q4 ends in March 2027."""

from __future__ import annotations

import re
from datetime import date

from madoguchi.kit.fiscal import fiscal_year_of

_SHAPE = re.compile(r"[12]\d{3}Q[1-4]")


def quarter_of(day: date) -> str:
    """Name the quarter that a day is in."""
    return f"{fiscal_year_of(day).year}Q{(day.month - 4) % 12 // 3 + 1}"


def is_quarter(name: str) -> bool:
    """Say whether this names a quarter."""
    return bool(_SHAPE.fullmatch(name))
