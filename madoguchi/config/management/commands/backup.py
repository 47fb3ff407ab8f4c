"""``madoguchi backup``: keep everything in one file, and the keys in another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from madoguchi.config.backup.archive import ArchiveRefused
from madoguchi.config.backup.write import backup_default_path, backup_write
from madoguchi.config.setup import NotReady, database_set_up
from madoguchi.kernel.management.house_command import CommandRefused, HouseCommand


class Command(HouseCommand):
    help = "記録とファイルのすべてを一つのファイルに控えます。鍵は別のファイル（.keys）に分けます。"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "-o",
            "--output",
            metavar="FILE",
            help="控えのファイル（既定: データのフォルダーの backups/ の下）",
        )

    def work(self, *, now: datetime, **options: Any) -> dict[str, Any]:
        try:
            database_set_up()
            return backup_write(self._path(options["output"], now), now=now)
        except (ArchiveRefused, NotReady) as refused:
            raise CommandRefused(str(refused)) from refused
        except OSError as error:
            raise CommandRefused(f"控えを書けません: {error}") from error

    @staticmethod
    def _path(given: str | None, now: datetime) -> Path:
        if not given:
            return backup_default_path(now)
        path = Path(given).expanduser().absolute()
        return path / backup_default_path(now).name if path.is_dir() else path

    def words(self, answer: dict[str, Any]) -> Iterable[str]:
        yield f"控え: {answer['file']}（{answer['rows']} 行、ファイル {answer['files']} 個、{answer['bytes']:,} バイト）"
        yield f"鍵　: {answer['keys']}"
        yield "鍵のファイルは、控えとは別の場所に移してください。両方がそろわないと戻せません。"
