"""The printed table as a page that stands alone: no script, no file beside it."""

from __future__ import annotations

from django.template.loader import render_to_string

from madoguchi.blocks.measures.outputs.printed import printed
from madoguchi.blocks.measures.types import EditionSpec, Report


def report_html(report: Report, plan: EditionSpec) -> bytes:
    """Write the table as one HTML file that can be read, mailed and printed."""
    return render_to_string("measures/outputs/report.html", {"sheet": printed(report, plan)}).encode()
