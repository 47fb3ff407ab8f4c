"""``madoguchi plan list|report|load``: plans and their yearly results, for other programs and for people."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from madoguchi.blocks.measures.actions import edition_file_load
from madoguchi.blocks.measures.lines import NoSuchPlan
from madoguchi.blocks.measures.queries import NoSuchYear, editions, report
from madoguchi.blocks.measures.types import GradeLine, ItemLine, Report
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.management.house_command import CommandRefused, HouseCommand


class Command(HouseCommand):
    help = "計画の一覧、年度の実績、計画ファイルの取り込み。"
    takes_json = False

    def arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True, metavar="list|report|load")
        listing = what.add_parser("list", help="計画の一覧")
        listing.add_argument("--json", action="store_true", dest="as_json", help="JSON だけを出します")
        result = what.add_parser("report", help="年度の実績")
        result.add_argument("key")
        result.add_argument("--year", type=int, required=True, help="年度（西暦）")
        result.add_argument("--format", choices=["json"], default="json")
        result.add_argument("-o", "--output", type=Path, help="書き出すファイル")
        load = what.add_parser("load", help="計画のファイル（YAML）を取り込みます")
        load.add_argument("file", type=Path)

    def work(self, *, now: datetime, **options: Any) -> Any:
        if options["what"] == "report":
            return self._report(now, options)
        if options["what"] == "load":
            return self._load(now, options["file"])
        rows = [{key: row[key] for key in ("key", "city", "title", "items")} for row in editions()]
        return (
            {"text": json.dumps(rows, ensure_ascii=False, indent=2)} if options["as_json"] else {"rows": rows}
        )

    def words(self, answer: dict[str, Any]) -> Iterable[str]:
        if "text" in answer:
            yield answer["text"]
        for row in answer.get("rows", ()):
            yield f"{row['key']}\t{row['city']}\t{row['title']}\t{row['items']}"

    def _report(self, now: datetime, options: dict[str, Any]) -> dict[str, Any]:
        try:
            result = report(edition_key=options["key"], year=options["year"], on=day_of(now))
        except NoSuchPlan:
            known = "、".join(row["key"] for row in editions())
            raise CommandRefused(f"「{options['key']}」という計画はありません。あるのは: {known}") from None
        except NoSuchYear:
            raise CommandRefused(
                f"{options['year']}年度は「{options['key']}」の計画期間にありません。"
            ) from None
        text = json.dumps(report_data(result), ensure_ascii=False, indent=2)
        if options["output"]:
            try:
                options["output"].write_text(text + "\n", encoding="utf-8")
            except OSError as error:
                raise CommandRefused(f"{options['output']} に書けません: {error}") from None
            return {}
        return {"text": text}

    def _load(self, now: datetime, path: Path) -> dict[str, Any]:
        edition = edition_file_load(actor=self.actor(now=now, duty="計画の取り込み"), path=path, now=now)
        self.say(f"{edition.key} を取り込みました。")
        return {}


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
