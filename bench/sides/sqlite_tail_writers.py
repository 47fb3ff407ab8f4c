"""Both sides of ``sqlite_tail``: sixteen threads that write; ``DATABASE_URL`` says where."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bench.sides.orders import orders_answer

THREADS = 16


class Writers:
    """Threads that stay, each with a connection of its own, as those of the web process do."""

    def __init__(self) -> None:
        from bench.sides.writers.actions import receipt_write
        from bench.sides.writers.models import Receipt
        from madoguchi.kernel.clock import day_of, now
        from madoguchi.kernel.rights import system_viewer

        self._write, self._rows, self._now = receipt_write, Receipt.objects, now
        self._actor = system_viewer(on=day_of(now()), duty="bench")
        self._pool = ThreadPoolExecutor(THREADS)
        self._start = threading.Barrier(THREADS)
        self._given = 0

    def round(self, each: int) -> list[float]:
        """Let every thread write so many receipts as fast as it can; what each call took, in ms."""
        first, self._given = self._given, self._given + each
        works = [self._pool.submit(self._work, writer, first, each) for writer in range(THREADS)]
        taken = [ms for work in works for ms in work.result()]
        if (rows := self._rows.count()) != self._given * THREADS:
            raise RuntimeError(f"{rows} rows instead of {self._given * THREADS}")
        return taken

    def _work(self, writer: int, first: int, each: int) -> list[float]:
        self._start.wait(60)
        taken = []
        for number in range(first, first + each):
            began = time.perf_counter()
            self._write(actor=self._actor, writer=writer, number=number, now=self._now())
            taken.append(1_000 * (time.perf_counter() - began))
        return taken


def prepare(warm_up: int) -> str:
    """Set the installation up, add our table, and write a little; which database it is."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.sides.writers.settings"
    import django

    django.setup()
    from django.db import connection

    from bench.sides.writers.models import Receipt
    from madoguchi.config.setup import database_ready
    from madoguchi.ui.texts import texts_compile

    texts_compile()
    database_ready()
    with connection.schema_editor() as editor:
        editor.create_model(Receipt)
    writers = Writers()
    writers.round(warm_up)
    orders["round"] = writers.round
    return connection.vendor


orders: dict[str, Any] = {"prepare": prepare}

if __name__ == "__main__":
    orders_answer(orders)
