"""``madoguchi first_account``: the first person who may sign in, and from there open everything else."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser

from madoguchi.blocks.people.actions import NothingToChange, account_open, organisation_apply
from madoguchi.blocks.people.models import User
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.management.house_command import CommandRefused, HouseCommand

OFFICE, POST = "start", "start.keeper"
ROLES = ("city_hall/personnel", "city_hall/system", "dx_plan/officer")


class Command(HouseCommand):
    help = "最初のアカウントを開きます。この人が組織表を読み込み、ほかのアカウントを開きます。"
    takes_json = False

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", help="職員番号")
        parser.add_argument("name", help="氏名")
        parser.add_argument(
            "--password-stdin", action="store_true", help="パスワードを標準入力の一行目から読みます"
        )

    def work(self, *, now: datetime, **options: Any) -> dict[str, str]:
        if User.objects.exists():
            raise CommandRefused(
                "アカウントはもうあります。組織とアカウントの担当が「組織と職員」の画面から開いてください。"
            )
        password = _password(from_stdin=options["password_stdin"])
        actor = self.actor(now=now, duty="最初のアカウント")
        number, name = options["number"], options["name"]
        since = {"starts_on": day_of(now)}
        rows: dict[str, list[dict[str, Any]]] = {
            "offices": [{"key": OFFICE, "level": "課", **since}],
            "office_names": [{"office": OFFICE, "name": "設置担当", **since}],
            "posts": [{"key": POST, "office": OFFICE, "title": "設置担当", **since}],
            "staff": [{"key": number, "name": name}],
            "holdings": [{"post": POST, "staff": number, **since}],
            "grants": [{"post": POST, "role": role, "scope": "all", **since} for role in ROLES],
        }
        try:
            # First of all: a weak password must not leave half a beginning.
            validate_password(password, User(username=number))
        except ValidationError as weak:
            raise CommandRefused("パスワードを変えてください。\n" + "\n".join(weak.messages)) from weak
        # Killed between the two, the command can be run again: rows that are there already are no obstacle.
        with suppress(NothingToChange):
            organisation_apply(actor=actor, rows=rows, now=now)
        account_open(actor=actor, staff_key=number, password=password, now=now)
        return {"number": number}

    def words(self, answer: dict[str, str]) -> Iterable[str]:
        yield f"職員番号 {answer['number']} でサインインできます。次は「組織と職員」で組織表を読み込んでください。"


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("パスワード（12字以上）: ")
    if getpass.getpass("もう一度: ") != password:
        raise CommandRefused("二度のパスワードが違います。もう一度実行してください。")
    return password
