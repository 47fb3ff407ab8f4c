"""``madoguchi plan load FILE``."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from madoguchi.blocks.measures.actions import edition_file_load
from madoguchi.blocks.measures.cli import Call

NAME, HELP = "load", "計画のファイル（YAML）を取り込みます"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path)
    parser.add_argument("--reason", default="", help="公表済みの計画を訂正する理由")


def run(call: Call) -> str:
    edition = edition_file_load(
        actor=call.actor, path=call.options["file"], reason=call.options["reason"], now=call.now
    )
    call.say(f"{edition.key} を取り込みました。")
    return ""
