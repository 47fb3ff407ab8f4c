"""``madoguchi restore``: bring back what a backup holds, on either database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from madoguchi.config.backup.archive import ArchiveRefused
from madoguchi.config.backup.restore import restore
from madoguchi.kernel.management.house_command import CommandRefused, HouseCommand


class Command(HouseCommand):
    help = "控えを戻します。SQLite と PostgreSQL のどちらの控えも、どちらにも戻せます。"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="控えのファイル。鍵のファイル（.keys）なら、鍵だけを戻します")
        parser.add_argument("--keys", metavar="FILE", help="鍵のファイル（既定: 控えの隣の .keys）")
        parser.add_argument("--force", action="store_true", help="いまの記録を控えてから置き換えます")
        parser.add_argument("--without-keys", action="store_true", help="鍵を失ったとき、鍵なしで戻します")

    def work(self, *, now: datetime, **options: Any) -> dict[str, Any]:
        keys = options["keys"]
        try:
            answer = restore(
                Path(options["file"]).expanduser().absolute(),
                keys=Path(keys).expanduser().absolute() if keys else None,
                force=options["force"],
                without_keys=options["without_keys"],
                now=now,
                say=self.say,
            )
        except ArchiveRefused as refused:
            raise CommandRefused(str(refused)) from refused
        except OSError as error:
            raise CommandRefused(f"控えを戻せません: {error}") from error
        if faults := answer.get("audit", {}).get("faults"):
            words = "\n".join(str(fault["text"]) for fault in faults[:10])
            raise CommandRefused(
                f"戻しましたが、監査記録に合わないところがあります。\n{words}", answer=answer
            )
        if damaged := answer.get("damaged_files"):
            words = "\n".join(str(fault["sha256"]) for fault in damaged[:10])
            raise CommandRefused(
                f"戻しましたが、ファイル {len(damaged)} 個の中身が壊れているか、ありません。"
                f"前の控えの files.tar にあれば、そこから戻せます。\n{words}",
                answer=answer,
            )
        return answer

    def words(self, answer: dict[str, Any]) -> Iterable[str]:
        if "rows" not in answer:
            yield f"鍵を戻しました: {'、'.join(answer['keys'])}"
            if answer["kept"]:
                yield f"前の鍵は {answer['kept']} に残しました。"
            return
        yield f"{answer['created_at']} の控えを戻しました（{answer['rows']} 行、ファイル {answer['files']} 個）。"
        yield f"監査記録 {answer['audit']['rows']} 件、封印 {answer['audit']['batches']} 個を確かめました。"
        if answer["before"]:
            yield f"戻す前の内容は {answer['before']} にあります。"
