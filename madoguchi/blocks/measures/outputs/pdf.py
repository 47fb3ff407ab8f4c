"""The printed table as PDF."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from madoguchi.blocks.measures.outputs.printed import Printed, printed
from madoguchi.blocks.measures.types import EditionSpec, Report
from madoguchi.kernel.typeset import typeset, typeset_parts

TEMPLATE = Path(__file__).with_name("report.typ")
# A plan of this many printed items is one document; a longer one is made in parts, for the sake of memory.
AT_ONCE, PART = 120, 75


def report_pdf(report: Report, plan: EditionSpec) -> bytes:
    """
    Typeset the table: A4 landscape, the header on every page, page numbers.

    :raises FontMissing: there is no Japanese font.
    """
    sheet = printed(report, plan)
    if sum(len(group.rows) for group in sheet.groups) <= AT_ONCE:
        return typeset(TEMPLATE, {**sheet.as_data(), "first": True, "last": True})
    return typeset_parts(TEMPLATE, _parts(sheet))


def _parts(sheet: Printed) -> Iterator[dict[str, Any]]:
    """Cut the table between items; a pillar that goes on in the next part has its heading there again."""
    data = sheet.as_data()
    rows = [(group, row) for group in data.pop("groups") for row in (group["rows"] or [None])]
    for start in range(0, len(rows), PART):
        groups: list[dict[str, Any]] = []
        for group, row in rows[start : start + PART]:
            if not groups or groups[-1]["heading"] != group["heading"]:
                groups.append({**group, "rows": []})
            if row is not None:
                groups[-1]["rows"].append(row)
        yield {**data, "groups": groups, "first": start == 0, "last": start + PART >= len(rows)}
