"""``madoguchi areas import FILE.csv`` and ``madoguchi areas export``: towns in the layout of the 町字マスター."""

from __future__ import annotations

from argparse import SUPPRESS
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext

from madoguchi.blocks.places.actions import areas_apply
from madoguchi.blocks.places.areas import areas_known
from madoguchi.blocks.places.master import MasterRead, master_read, master_write
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.management.house_command import CalledWrongly, CommandRefused, HouseCommand

# More renamed or ended towns than this share of all: somebody took the wrong file.
ALARM_SHARE = 0.1


class Command(HouseCommand):
    help = "町字マスター（アドレス・ベース・レジストリの CSV）の取り込みと書き出し。"

    def arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True, metavar="import|export")
        reading = what.add_parser("import", help="町字マスターの CSV を調べ、違いを取り込みます")
        reading.add_argument("file", type=Path)
        reading.add_argument("--on", help="名称の変更をこの日からとする（YYYY-MM-DD）。なければ今日")
        reading.add_argument("--dry-run", action="store_true", help="変わることを示すだけで、取り込みません")
        reading.add_argument("--many", action="store_true", help="町の一割より多くが変わっても取り込みます")
        writing = what.add_parser("export", help="町字マスターの列の並びで書き出します")
        for word in (reading, writing):
            # Also behind the word, where people write it.
            word.add_argument(
                "--json", action="store_true", default=SUPPRESS, help="答えを JSON だけで出します"
            )
        writing.add_argument("--on", help="この日の町（YYYY-MM-DD）。なければ今日")
        writing.add_argument("-o", "--output", type=Path, help="書き出すファイル。なければ標準出力")

    def work(self, *, now: datetime, **options: Any) -> Any:
        on = _day(options["on"], day_of(now))
        if options["what"] == "export":
            return self._export(on, options["output"])
        return self._import(on, now, options)

    def words(self, answer: dict[str, Any]) -> Iterable[str]:
        if "csv" in answer:
            yield answer["csv"].removesuffix("\n")
            return
        for fault in answer["faults"]:
            where = (
                gettext("%(line)d行目") % {"line": fault["line"]}
                if fault["line"]
                else gettext("ファイル全体")
            )
            yield f"{where}\t{fault['text']}"
        for label, names in (
            ("追加", answer["added"]),
            ("名称の変更", answer["renamed"]),
            ("廃止", answer["ended"]),
        ):
            yield from (f"{label}\t{name}" for name in names)
        yield from (f"ファイルにない\t{name}" for name in answer["lacking"])
        if not answer["faults"]:
            done = "取り込みました" if answer["applied"] else "まだ取り込んでいません"
            yield f"町字 {answer['towns']}件、違い {answer['changed']}件。{done}。"

    def _export(self, on: date, output: Path | None) -> dict[str, Any]:
        content = master_write(known=areas_known(), on=on)
        if output is None:
            return {"csv": content}
        try:
            output.write_text(content, encoding="utf-8")
        except OSError as error:
            raise CommandRefused(f"{output} に書けません: {error.strerror or error}") from None
        self.say(f"{output} に書きました。")
        return {"csv": ""}

    def _import(self, on: date, now: datetime, options: dict[str, Any]) -> dict[str, Any]:
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandRefused(f"{options['file']} を読めません: {error.strerror or error}") from None
        known = areas_known()
        read = master_read(content, known=known, on=on)
        if read.faults:
            raise CommandRefused(
                "直すところがあります。何も変えていません。", answer=_answer(read, applied=False)
            )
        touched, towns = len(read.renamed) + len(read.ended), len(known.day(on).by_kind.get("town", ()))
        if touched > max(1, towns * ALARM_SHARE) and not (options["many"] or options["dry_run"]):
            raise CommandRefused(
                f"{towns}の町のうち{touched}が変わります。ファイルを確かめ、正しければ --many を付けてください。何も変えていません。",
                answer=_answer(read, applied=False),
            )
        if options["dry_run"] or not read.changed:
            return _answer(read, applied=False)
        try:
            areas_apply(actor=self.actor(now=now, duty="町字の取り込み"), rows=read.rows, now=now)
        except Refused as refused:
            raise CommandRefused(
                f"{refused.message} 何も変えていません。", answer=_answer(read, applied=False)
            ) from refused
        return _answer(read, applied=True)


def _day(text: str | None, today: date) -> date:
    try:
        return date.fromisoformat(text) if text else today
    except ValueError:
        raise CalledWrongly("--on は 2026-04-01 のように書いてください。") from None


def _answer(read: MasterRead, *, applied: bool) -> dict[str, Any]:
    return {
        "applied": applied,
        "towns": read.towns,
        "changed": read.changed,
        "added": read.added,
        "renamed": read.renamed,
        "ended": read.ended,
        "lacking": read.lacking,
        "faults": [{"line": fault.line, "text": fault.text} for fault in read.faults],
    }
