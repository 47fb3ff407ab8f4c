"""Workbooks in and out: what every Excel file of the house shares, whichever block it belongs to."""

from madoguchi.kernel.workbooks.opening import (
    LARGEST_FILE,
    LARGEST_UNPACKED,
    Opened,
    typed_open,
    workbook_open,
)
from madoguchi.kernel.workbooks.writing import TEXT_FORMAT, choices_rule, paper_set, text_put

__all__ = [
    "LARGEST_FILE",
    "LARGEST_UNPACKED",
    "TEXT_FORMAT",
    "Opened",
    "choices_rule",
    "paper_set",
    "text_put",
    "typed_open",
    "workbook_open",
]
