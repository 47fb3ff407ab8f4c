"""Writing a workbook: texts that stay texts, lists to choose from, and the paper it is printed on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

TEXT_FORMAT = "@"


def text_put(cell: Any, text: str) -> None:
    """Set a cell to a text: "=" at its head is a letter like any other, never a formula."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(("=", "+", "-", "@", "'"))


def choices_rule(labels: Sequence[str], title: str) -> DataValidation:
    """Give the rule that a cell holds one of these words, or nothing."""
    return DataValidation(
        type="list", formula1=f'"{",".join(labels)}"', allow_blank=True, showErrorMessage=True,
        errorTitle=title[:30], error=f"{'・'.join(labels)}のどれかを選んでください。",
    )  # fmt: skip


def paper_set(page: Worksheet, *, footer: str = "&A　&P / &N") -> None:
    """Print a sheet on A4, lying, one page wide, with page numbers; ``footer`` in Excel's own codes."""
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.fitToWidth = 1
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    at_foot = page.oddFooter
    assert at_foot is not None
    at_foot.center.text = footer
