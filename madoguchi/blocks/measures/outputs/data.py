"""The report as JSON, in the shape that other programs read."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from madoguchi.blocks.measures.types import GradeLine, ItemLine, Report


def report_json(report: Report) -> bytes:
    """Write the report as JSON."""
    return (json.dumps(report_data(report), ensure_ascii=False, indent=2) + "\n").encode()


def report_data(report: Report) -> dict[str, Any]:
    """Give a report in the shape that other programs read; numbers are JSON numbers."""
    return {
        "edition": report.edition,
        "year": report.year,
        "items": [_item_data(line) for line in report.items],
        "summary": {line.key: _grade_data(line) for line in report.summary},
        "total": report.total,
    }


def plain_number(value: Decimal | None) -> int | float | None:
    """Give a figure as a number of Python: whole ones as int."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _item_data(line: ItemLine) -> dict[str, Any]:
    return {
        "no": line.no,
        "title": line.title.value,
        "offices": list(line.offices),
        "grade": line.grade,
        "suggested": line.suggested,
        "indicators": [
            {
                "name": indicator.name.value,
                "unit": indicator.unit_text,
                "target": plain_number(indicator.target),
                "actual": plain_number(indicator.actual),
                "provisional": indicator.provisional,
            }
            for indicator in line.indicators
        ],
    }


def _grade_data(line: GradeLine) -> dict[str, Any]:
    data: dict[str, Any] = {
        "count": line.count, "percent_rounded": line.percent_rounded, "percent_printed": line.percent_printed,
    }  # fmt: skip
    return data | ({"adjustment": line.reason} if line.reason else {})
