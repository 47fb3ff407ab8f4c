"""``madoguchi sample-city``: as many invented residents as a real city has, to try the program at full size."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from madoguchi.blocks.people.actions import SampleCityThere, sample_city_make
from madoguchi.blocks.people.queries import sample_city_file
from madoguchi.config.demo import city_must_be_fictional
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.management.house_command import CalledWrongly, CommandRefused, HouseCommand
from madoguchi.kernel.steps import demo_steps

LAYOUT = "residents.juki"
LEAST, MOST = 50, 2_000_000
RESIDENTS = 252_141


class Command(HouseCommand):
    help = "架空の住民を作って、空の環境に入れます。人はすべて架空で、同じ数と種からは同じ住民ができます。"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--residents", type=int, default=RESIDENTS, help=f"住民の数。なければ {RESIDENTS}"
        )
        parser.add_argument("--seed", type=int, default=1, help="種。違う種からは違う住民ができます")
        parser.add_argument("--as-of", help="この日の年齢で作る（YYYY-MM-DD）。なければ今日")
        parser.add_argument(
            "--write", type=Path, metavar="FILE", help="入れずに、連携ファイルとして書き出します"
        )
        parser.add_argument(
            "--difference", type=float, metavar="PERCENT",
            help="翌日の差分を書き出します。百人あたり何件か。--write とともに使います",
        )  # fmt: skip

    def work(self, *, now: datetime, **options: Any) -> dict[str, Any]:
        city_must_be_fictional()
        residents, seed, percent = options["residents"], options["seed"], options["difference"]
        if not LEAST <= residents <= MOST:
            raise CalledWrongly(f"--residents は {LEAST} から {MOST:,} までにしてください。")
        if percent is not None and options["write"] is None:
            raise CalledWrongly("--difference は --write FILE とともに使ってください。")
        if percent is not None and not 0 < percent <= 50:
            raise CalledWrongly("--difference は 0 より大きく 50 までにしてください。")
        as_of = _day(options["as_of"], day_of(now))
        actor = self.actor(now=now, duty="架空の住民の用意")
        # Without towns nobody lives anywhere; loading them twice changes nothing.
        demo_steps["places.areas"].work(actor, now)
        answer = {"residents": residents, "seed": seed, "as_of": as_of.isoformat()}
        if options["write"] is not None:
            content = sample_city_file(
                residents=residents, seed=seed, as_of=as_of, layout=LAYOUT, difference=percent
            )
            return answer | {"written": self._write(options["write"], content)}
        try:
            made = sample_city_make(actor=actor, residents=residents, seed=seed, as_of=as_of, now=now)
        except SampleCityThere:
            return answer | {"made": False}
        return answer | {"made": True, "households": made.households, "records": made.records}

    def words(self, answer: dict[str, Any]) -> Iterable[str]:
        if "written" in answer:
            yield f"{answer['written']} に書きました。"
        elif answer["made"]:
            yield f"架空の住民 {answer['residents']:,}人（{answer['households']:,}世帯）を入れました。"
        else:
            yield "同じ架空の住民が、すでに入っています。何も変えていません。"

    def _write(self, path: Path, content: bytes) -> str:
        try:
            path.write_bytes(content)
        except OSError as error:
            raise CommandRefused(f"{path} に書けません: {error.strerror or error}") from None
        return str(path)


def _day(text: str | None, today: date) -> date:
    try:
        return date.fromisoformat(text) if text else today
    except ValueError:
        raise CalledWrongly("--as-of は 2026-04-01 のように書いてください。") from None
