"""``madoguchi plan WORD``: plans and their yearly results, for other programs and for people."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from madoguchi.blocks.measures.cli import (
    Call,
    comparing,
    importing,
    linting,
    listing,
    load,
    reporting,
    template,
)
from madoguchi.kernel.management.house_command import HouseCommand

WORDS = (listing, reporting, comparing, load, template, importing, linting)


class Command(HouseCommand):
    help = "計画の一覧、年度の実績、計画ファイルの取り込み。"
    takes_json = False

    def arguments(self, parser: CommandParser) -> None:
        names = "|".join(word.NAME for word in WORDS)
        what = parser.add_subparsers(dest="what", required=True, metavar=names)
        for word in WORDS:
            word.arguments(what.add_parser(word.NAME, help=word.HELP))

    def work(self, *, now: datetime, **options: Any) -> Any:
        word = next(word for word in WORDS if options["what"] == word.NAME)
        return word.run(Call(options, now, self.actor(now=now, duty=f"計画（{word.HELP}）"), self.say))

    def words(self, answer: str | bytes) -> Iterable[str]:
        if isinstance(answer, bytes):
            sys.stdout.buffer.write(answer)
        elif answer:
            yield answer.removesuffix("\n")
