"""``madoguchi doctor``: say what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from madoguchi.config.doctor import doctor
from madoguchi.kernel.management.house_command import CommandRefused, HouseCommand

MARKS = {"ok": "○", "warn": "△", "bad": "×"}


class Command(HouseCommand):
    help = "具合の悪いところと、その直し方を言います。何も変えません。"

    def work(self, *, now: datetime, **options: Any) -> list[dict[str, str]]:  # noqa: ARG002
        lines = doctor(now=now)
        bad = sum(line["state"] == "bad" for line in lines)
        if bad:
            raise CommandRefused(f"直すところが {bad} 件あります。", answer=lines)
        return lines

    def words(self, answer: list[dict[str, str]]) -> Iterable[str]:
        for line in answer:
            yield f"{MARKS[line['state']]} {line['text']}"
            if line["remedy"]:
                yield f"    → {line['remedy']}"
