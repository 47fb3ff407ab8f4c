"""``madoguchi files verify``, ``files orphans`` and ``files sweep``: prove, list and tidy up stored contents."""

from __future__ import annotations

from argparse import SUPPRESS
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from madoguchi.blocks.files.actions import ContentInUse, content_sweep, stray_sweep
from madoguchi.blocks.files.models import Content
from madoguchi.blocks.files.orphans import orphans_listed
from madoguchi.blocks.files.storage import FolderStorage
from madoguchi.blocks.files.store import store, strays
from madoguchi.blocks.files.types import Orphan
from madoguchi.blocks.files.verifying import all_verify
from madoguchi.kernel.management.house_command import CalledWrongly, CommandRefused, HouseCommand
from madoguchi.kernel.rights import Viewer

# A file that is being taken in has bytes and no row yet; nobody takes a day for that.
STRAY_AGE = timedelta(days=1)
DAYS_MOST = 36_500


class Command(HouseCommand):
    help = "保存したファイルの中身を確かめ、使われなくなったものを示し、消します。"

    def arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True, metavar="verify|orphans|sweep")
        words = [
            what.add_parser("verify", help="すべての中身を読み、壊れたもの、なくなったものを言います"),
            what.add_parser("orphans", help="どこにも付いていない中身を、古い順に示します"),
            what.add_parser("sweep", help="どこにも付いていない中身を消します"),
        ]
        for word in words:
            # Also behind the word, where people write it.
            word.add_argument(
                "--json", action="store_true", default=SUPPRESS, help="答えを JSON だけで出します"
            )
        words[2].add_argument(
            "--older-than-days", type=int, required=True, help="この日数より長く付いていないものだけ"
        )
        words[2].add_argument(
            "--yes", action="store_true", help="本当に消します。なければ、消すものを示すだけです"
        )

    def work(self, *, now: datetime, **options: Any) -> dict[str, Any]:
        if options["what"] == "verify":
            return self._verify(now)
        if options["what"] == "orphans":
            return {
                "orphans": [_plain(one, now) for one in orphans_listed()],
                "strays": list(_strays(now, STRAY_AGE)),
            }
        days = options["older_than_days"]
        if not 1 <= days <= DAYS_MOST:
            raise CalledWrongly(f"--older-than-days は 1 から {DAYS_MOST} までの数にしてください。")
        return self._sweep(timedelta(days=days), now, sure=options["yes"])

    def words(self, answer: dict[str, Any]) -> Iterable[str]:
        if "faults" in answer:
            words = {"damaged": "壊れています", "missing": "ありません"}
            yield from (f"{one['sha256']}\t{words[one['damage']]}" for one in answer["faults"])
            yield f"{answer['contents']}件を確かめました。{len(answer['faults'])}件に異常があります。"
            return
        for one in answer["orphans"]:
            held = "\t保全中" if one["held"] else ""
            yield f"{one['sha256']}\t{one['size']:,}バイト\t{one['days']}日前から{held}"
        yield from (f"{sha256}\t記録のない中身" for sha256 in answer["strays"])
        count = len(answer["orphans"]) + len(answer["strays"])
        if "swept" not in answer:
            yield f"どこにも付いていない中身は{count}件です。"
        elif answer["sure"]:
            yield f"{answer['swept']}件を消しました。"
        else:
            yield f"消せるものは{count}件です。まだ消していません。消すには --yes を付けてください。"

    def _verify(self, now: datetime) -> dict[str, Any]:
        found = all_verify(actor=self.actor(now=now, duty="ファイルの確認"), now=now)
        faults = [{"sha256": sha256, "damage": damage.value} for sha256, damage in found.items() if damage]
        answer = {"contents": len(found), "faults": faults}
        if faults:
            raise CommandRefused(
                "壊れているか、なくなっている中身があります。控えの files.tar から戻してください。",
                answer=answer,
            )
        return answer

    def _sweep(self, age: timedelta, now: datetime, *, sure: bool) -> dict[str, Any]:
        old = [one for one in orphans_listed() if one.since < now - age and not one.held]
        lost = list(_strays(now, max(age, STRAY_AGE)))
        answer: dict[str, Any] = {
            "orphans": [_plain(one, now) for one in old],
            "strays": lost,
            "sure": sure,
            "swept": 0,
        }
        if not sure:
            return answer
        actor: Viewer = self.actor(now=now, duty="ファイルの整理")
        for one in old:
            # Named again since we looked: it stays.
            with suppress(ContentInUse):
                answer["swept"] += content_sweep(actor=actor, sha256=one.sha256, before=now - age, now=now)
        for sha256 in lost:
            with suppress(ContentInUse):
                stray_sweep(actor=actor, sha256=sha256, now=now)
                answer["swept"] += 1
        _drafts_delete(now)
        return answer


def _plain(one: Orphan, now: datetime) -> dict[str, Any]:
    return {
        "sha256": one.sha256, "size": one.size, "since": one.since.isoformat(), "days": (now - one.since).days,
        "held": one.held,
    }  # fmt: skip


def _strays(now: datetime, age: timedelta) -> Iterable[str]:
    known = set(Content.objects.filter(swept_at=None).values_list("sha256", flat=True))
    yield from strays(known, before=now - age)


def _drafts_delete(now: datetime) -> None:
    """Remove what killed writers left; one that is writing is younger than a day."""
    storage = store()
    for draft in storage.drafts() if isinstance(storage, FolderStorage) else ():
        with suppress(FileNotFoundError):
            if Path(draft).stat().st_mtime < (now - STRAY_AGE).timestamp():
                draft.unlink()
