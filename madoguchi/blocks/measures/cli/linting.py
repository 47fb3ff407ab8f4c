"""``madoguchi plan lint KEY [--json]``."""

from __future__ import annotations

import json
from argparse import ArgumentParser

from madoguchi.blocks.measures.cli import Call, edition_called
from madoguchi.blocks.measures.lint import lint_of
from madoguchi.kernel.clock import day_of

NAME, HELP = "lint", "弱い指標と、食い違う数値の一覧"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("key")
    parser.add_argument("--json", action="store_true", dest="as_json", help="JSON だけを出します")


def run(call: Call) -> str:
    found = lint_of(edition_called(call.options["key"]), on=day_of(call.now))
    if call.options["as_json"]:
        rows = [{"kind": each.kind, "where": each.where, "what": each.what, "do": each.do} for each in found]
        return json.dumps(rows, ensure_ascii=False, indent=2)
    call.say(f"{len(found)}件")
    return "\n".join(f"{each.where}\t{each.what}\t{each.do}" for each in found)
