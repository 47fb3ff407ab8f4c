"""``madoguchi serve``: open the pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from madoguchi.config.serve import HOST, PORT, serve
from madoguchi.kernel.management.house_command import HouseCommand


class Command(HouseCommand):
    help = "画面を開きます。SQLite では一つのプロセスが画面と裏の仕事の両方を受け持ちます。"
    takes_json = False

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=HOST, help="待ち受ける住所（既定 %(default)s）")
        parser.add_argument("--port", type=int, default=PORT, help="待ち受ける番号（既定 %(default)s）")
        parser.add_argument("--workers", type=int, default=1, help="画面のプロセスの数（SQLite では 1）")

    def work(self, *, now: datetime, **options: Any) -> None:  # noqa: ARG002
        serve(options["host"], options["port"], options["workers"])
