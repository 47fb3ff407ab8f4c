"""``madoguchi plan template -o FILE``."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from madoguchi.blocks.measures.cli import Call, edition_called, written
from madoguchi.blocks.measures.document import plan_of
from madoguchi.blocks.measures.sheets.template import template_write
from madoguchi.kernel.clock import day_of
from madoguchi.kit.fiscal import fiscal_year_of

NAME, HELP = "template", "計画を書き込むExcelのひな形"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--of", metavar="KEY", help="この計画を書き込んだひな形にします")
    parser.add_argument("-o", "--output", type=Path, required=True, help="書き出すファイル（.xlsx）")


def run(call: Call) -> str | bytes:
    options = call.options
    spec = plan_of(edition_called(options["of"])) if options["of"] else None
    content = template_write(spec=spec, first_year=fiscal_year_of(day_of(call.now)).year)
    answer = written(options["output"], content)
    call.say(f"{options['output']} にひな形を書きました。")
    return answer
