"""``madoguchi new-service NAME``: a folder of declarations to begin with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from madoguchi.config.new_service import SERVICES, ServiceRefused, service_write
from madoguchi.kernel.management.house_command import CommandRefused, HouseCommand


class Command(HouseCommand):
    help = "新しい業務のひな形を書きます。市のフォルダーがあればその中に、なければプログラムの中に。"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="業務の名前（小文字の英数字と _）")

    def work(self, *, now: datetime, **options: Any) -> dict[str, Any]:  # noqa: ARG002
        try:
            folder = service_write(options["name"], services_folder())
        except ServiceRefused as refused:
            raise CommandRefused(str(refused)) from refused
        except OSError as error:
            raise CommandRefused(f"{services_folder()} に書けません: {error.strerror or error}") from error
        return {"folder": str(folder), "files": sorted(path.name for path in folder.iterdir())}

    def words(self, answer: dict[str, Any]) -> Iterable[str]:
        yield f"{answer['folder']} を作りました。"
        yield "（ ）の中を書き、madoguchi check で確かめてから、madoguchi publish で公開してください。"


def services_folder() -> Path:
    """Give where new services belong: in a city's own folder, else among those of the program."""
    city = Path(settings.CITY_DIR)
    own = city.resolve() != (SERVICES.parent / "config" / "sample_city").resolve()
    return city / "services" if own else SERVICES
