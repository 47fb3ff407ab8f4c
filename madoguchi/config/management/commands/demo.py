"""``madoguchi demo``: a fictional city to walk through, on this computer alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from madoguchi.config.demo import demo_load, demo_residents, demo_sign_ins
from madoguchi.config.serve import serve
from madoguchi.kernel.management.house_command import HouseCommand


class Command(HouseCommand):
    help = "架空の市「みなも市」を用意して、このパソコンの中だけで開きます。二度実行しても同じです。"
    takes_json = False

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--prepare-only", action="store_true", help="用意だけして終わります")
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def work(self, *, now: datetime, **options: Any) -> None:
        demo_load(now=now)
        self.stdout.write("デモのサインイン（人も市も架空です）。職員番号とパスワード:")
        for sign_in in demo_sign_ins():
            self.stdout.write(f"  {sign_in.username}  {sign_in.password}  {sign_in.note}")
        self.stdout.write("住民として試すときは、/sign-in/counter/ で番号と合言葉を入れます:")
        for resident in demo_residents():
            self.stdout.write(f"  {resident.number}  「{resident.passphrase}」  {resident.note}")
        if options["prepare_only"]:
            return
        self.stdout.write(
            f"http://{options['host']}:{options['port']}/ を開いてください（Ctrl+C で終わります）。"
        )
        self.stdout.flush()
        serve(options["host"], options["port"], 1)
