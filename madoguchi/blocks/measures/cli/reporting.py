"""``madoguchi plan report KEY --year FY --format json|csv|xlsx|pdf|html [-o FILE]``."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from madoguchi.blocks.measures.cli import Call, edition_called, written
from madoguchi.blocks.measures.document import plan_of
from madoguchi.blocks.measures.outputs import FORMATS, report_file
from madoguchi.blocks.measures.queries import NoSuchYear, report
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.management.house_command import CommandRefused

NAME, HELP = "report", "年度の実績"
# Written to the terminal as text; the others go out byte by byte.
TEXTS = {"json"}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("key")
    parser.add_argument("--year", type=int, required=True, help="年度（西暦）")
    parser.add_argument("--format", choices=[*FORMATS], default="json", help="ファイルの形")
    parser.add_argument("-o", "--output", type=Path, help="書き出すファイル。なければ標準出力")


def run(call: Call) -> str | bytes:
    options = call.options
    edition = edition_called(options["key"])
    try:
        result = report(edition_key=edition.key, year=options["year"], on=day_of(call.now))
        made = report_file(result, plan_of(edition), options["format"])
    except NoSuchYear:
        raise CommandRefused(f"{options['year']}年度は「{options['key']}」の計画期間にありません。") from None
    return written(options["output"], made.decode() if options["format"] in TEXTS else made)
