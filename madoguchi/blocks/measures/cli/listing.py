"""``madoguchi plan list``."""

from __future__ import annotations

import json
from argparse import ArgumentParser

from madoguchi.blocks.measures.cli import Call
from madoguchi.blocks.measures.queries import editions

NAME, HELP = "list", "計画の一覧"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", dest="as_json", help="JSON だけを出します")


def run(call: Call) -> str:
    rows = [{key: row[key] for key in ("key", "city", "title", "items")} for row in editions()]
    if call.options["as_json"]:
        return json.dumps(rows, ensure_ascii=False, indent=2)
    return "\n".join(f"{row['key']}\t{row['city']}\t{row['title']}\t{row['items']}" for row in rows)
