"""``madoguchi residents-feed FILE``: check a file of the resident register, and apply it, without anybody at a screen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from madoguchi.blocks.people.actions import feed_apply, feed_receive
from madoguchi.blocks.people.models import FeedDelivery
from madoguchi.blocks.people.register.extract import feed_layouts
from madoguchi.kernel.management.house_command import CalledWrongly, CommandRefused, HouseCommand
from madoguchi.kit.wareki import DateRefused, date_parse

State, Extent = FeedDelivery.State, FeedDelivery.Extent


class Command(HouseCommand):
    help = "住民記録の連携ファイルを検査し、--apply があれば反映します。ふだんより多く変わるファイルは、画面で人が認めるまで反映しません。"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="ファイル", help="送り元から届いたファイル")
        extent = parser.add_mutually_exclusive_group(required=True)
        extent.add_argument("--full", action="store_true", help="全件のファイルです")
        extent.add_argument(
            "--difference", action="store_true", help="差分のファイルです。--sequence が要ります"
        )
        parser.add_argument(
            "--as-of", required=True, metavar="日付", help="基準日。例：2026-11-20、令和8年11月20日"
        )
        parser.add_argument(
            "--sequence",
            type=int,
            metavar="通番",
            help="差分の通番。全件では、どの差分まで含むか分かるときだけ、最後の通番",
        )
        parser.add_argument("--layout", metavar="キー", help="様式。公開された様式が一つだけなら要りません")
        parser.add_argument("--apply", action="store_true", help="検査に通ったら、続けて反映します")

    def work(self, *, now: datetime, **options: Any) -> dict[str, Any]:
        if options["difference"] and options["sequence"] is None:
            raise CalledWrongly("差分（--difference）には --sequence が要ります。")
        if options["sequence"] is not None and options["sequence"] < 1:
            raise CalledWrongly("通番（--sequence）は1以上の数です。")
        path = Path(options["file"])
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandRefused(f"ファイルを読めません: {path}（{error.strerror}）") from error
        actor = self.actor(now=now, duty="住民記録の連携")
        delivery = feed_receive(
            actor=actor, layout_key=_layout(options["layout"]), content=content, file_name=path.name,
            extent=Extent.FULL if options["full"] else Extent.DIFFERENCE, as_of=_day(options["as_of"]),
            sequence=options["sequence"], now=now,
        )  # fmt: skip
        if delivery.state == State.REFUSED:
            raise CommandRefused(
                "受け取れません。記録は変わっていません。\n" + "\n".join(delivery.problems),
                answer=_answer(delivery),
            )
        if delivery.state == State.ALARM:
            raise CommandRefused(
                "ふだんより多く変わります。「住民記録の連携」の画面で、確かめる係が認めるまで反映しません。\n"
                + "\n".join(delivery.problems),
                answer=_answer(delivery),
            )
        if options["apply"]:
            delivery = feed_apply(actor=actor, delivery_id=delivery.pk, now=now)
        return _answer(delivery)

    def words(self, answer: dict[str, Any]) -> Iterable[str]:
        counts = answer["counts"]
        yield f"{answer['file']}: {State(answer['state']).label}（番号{answer['id']}）"
        if counts:
            yield (
                f"新しい人 {counts['new']:,}、変わる人 {counts['changed']:,}、住民でなくなる人 {counts['ending']:,}、"
                f"ファイルにない住民 {counts['missing']:,}、支援措置がなくなる人 {counts['unprotected']:,}、"
                f"そのまま {counts['same']:,}"
            )


def _answer(delivery: FeedDelivery) -> dict[str, Any]:
    return {
        "id": delivery.pk,
        "file": delivery.file_name,
        "state": str(delivery.state),
        "counts": delivery.counts,
        "problems": delivery.problems,
    }


def _day(text: str) -> date:
    try:
        return date_parse(text)
    except DateRefused as refused:
        raise CalledWrongly(f"--as-of: {refused.message}") from refused


def _layout(key: str | None) -> str:
    known = [one.key for one in feed_layouts()]
    if key is None and len(known) == 1:
        return known[0]
    if key in known:
        return str(key)
    listed = "、".join(known) or "（ありません）"
    raise CommandRefused(f"様式を --layout で選んでください。公開された様式: {listed}")
