"""
The yearly report of a plan as files: the table as the city prints it, and the same figures for programs.

Files are written in Japanese, whoever asks for them: they are the city's document.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from madoguchi.blocks.measures.outputs.data import report_json
from madoguchi.blocks.measures.outputs.page import report_html
from madoguchi.blocks.measures.outputs.pdf import report_pdf
from madoguchi.blocks.measures.outputs.table import report_csv
from madoguchi.blocks.measures.outputs.workbook import report_xlsx
from madoguchi.blocks.measures.types import EditionSpec, ItemLine, Report

__all__ = ["FORMATS", "Format", "report_file", "report_file_name", "report_public"]


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: what makes it, and what a browser is told about it."""

    make: Callable[[Report, EditionSpec], bytes]
    content_type: str


FORMATS = {
    "json": Format(lambda report, _plan: report_json(report), "application/json"),
    "csv": Format(report_csv, "text/csv; charset=utf-8"),
    "xlsx": Format(report_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pdf": Format(report_pdf, "application/pdf"),
    "html": Format(report_html, "text/html; charset=utf-8"),
}


def report_file(report: Report, plan: EditionSpec, kind: str) -> bytes:
    """
    Write a report, read in Japanese (``lang="ja"``), as a file.

    :param kind: one of ``FORMATS``.
    :raises FontMissing: a PDF is asked for, and there is no Japanese font.
    """
    return FORMATS[kind].make(report, plan)


def report_file_name(report: Report, kind: str) -> str:
    """Give the name under which a report is saved: letters, digits, a dash and a dot."""
    return f"{report.edition}-{report.year}.{kind}"


def report_public(report: Report) -> Report:
    """
    Give what the public may have of a report.

    Grades and the texts of the year are the city's word once it has published the year; what the figures would
    suggest stays within the offices.
    """
    return replace(
        report,
        items=tuple(_public(line, published=report.published) for line in report.items),
        summary=report.summary if report.published else (),
        total=report.total if report.published else 0,
    )


def _public(line: ItemLine, *, published: bool) -> ItemLine:
    if published:
        return replace(line, suggested=None, grade_note="")
    of_the_year = {text.section for text in line.written}
    return replace(
        line, suggested=None, grade=None, grade_note="", status="", checked="", written=(),
        sections={section: text for section, text in line.sections.items() if section not in of_the_year},
        parts=tuple(replace(part, status="") for part in line.parts),
    )  # fmt: skip
