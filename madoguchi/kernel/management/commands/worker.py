"""``madoguchi worker``: run events, jobs and the sealing of the audit trail until stopped."""

from __future__ import annotations

import signal
import threading
from datetime import datetime
from types import FrameType
from typing import Any

from django.core.management.base import CommandParser

from madoguchi.kernel.management.house_command import HouseCommand
from madoguchi.kernel.worker import worker_round, worker_run


class Command(HouseCommand):
    help = "できごと・仕事・監査記録の封印を処理し続けます。PostgreSQL のときに使います。"
    takes_json = False

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="いま届いている分だけ処理して終わります")

    def work(self, *, now: datetime, **options: Any) -> None:  # noqa: ARG002
        if options["once"]:
            worker_round()
            return
        stopping = threading.Event()

        def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
            stopping.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        worker_run(stopping.is_set, stopping.wait)
