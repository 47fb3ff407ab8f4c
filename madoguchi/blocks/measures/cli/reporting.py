"""``madoguchi plan report KEY --year FY --format json``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from decimal import Decimal
from pathlib import Path
from typing import Any

from madoguchi.blocks.measures.cli import Call, edition_called, written
from madoguchi.blocks.measures.queries import NoSuchYear, report
from madoguchi.blocks.measures.types import GradeLine, ItemLine, Report
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.management.house_command import CommandRefused

NAME, HELP = "report", "年度の実績"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("key")
    parser.add_argument("--year", type=int, required=True, help="年度（西暦）")
    parser.add_argument("--format", choices=["json"], default="json")
    parser.add_argument("-o", "--output", type=Path, help="書き出すファイル")


def run(call: Call) -> str | bytes:
    options = call.options
    edition = edition_called(options["key"])
    try:
        result = report(edition_key=edition.key, year=options["year"], on=day_of(call.now))
    except NoSuchYear:
        raise CommandRefused(f"{options['year']}年度は「{options['key']}」の計画期間にありません。") from None
    return written(options["output"], json.dumps(report_data(result), ensure_ascii=False, indent=2) + "\n")


def report_data(result: Report) -> dict[str, Any]:
    """Give a report in the shape that other programs read; numbers are JSON numbers."""
    return {
        "edition": result.edition,
        "year": result.year,
        "items": [_item_data(line) for line in result.items],
        "summary": {line.key: _grade_data(line) for line in result.summary},
        "total": result.total,
    }


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
                "unit": indicator.unit,
                "target": _number(indicator.target),
                "actual": _number(indicator.actual),
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


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
