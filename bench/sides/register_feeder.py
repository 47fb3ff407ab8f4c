"""Our side of ``register_feed``: makes the files, takes them through the feed, and writes the same rows bare."""

from __future__ import annotations

import os
import resource
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench.sides.orders import orders_answer

LAYOUT = "residents.juki"
PERCENT = 1.0
AT_ONCE = 50_000
DUTY = "計測"


def files(folder: str, residents: int, seed: int, as_of: str) -> dict[str, int]:
    """Set the installation up, and write the full file and the difference of the next day."""
    from madoguchi.blocks.people.queries import sample_city_file
    from madoguchi.config.setup import database_ready
    from madoguchi.kernel.clock import now
    from madoguchi.kernel.steps import demo_steps
    from madoguchi.ui.texts import texts_compile

    texts_compile()
    database_ready()
    demo_steps["places.areas"].work(_keeper(), now())
    sizes = {}
    for extent, difference in (("full", None), ("difference", PERCENT)):
        content = sample_city_file(
            residents=residents,
            seed=seed,
            as_of=date.fromisoformat(as_of),
            layout=LAYOUT,
            difference=difference,
        )
        Path(folder, f"{extent}.csv").write_bytes(content)
        sizes[extent] = len(content)
    return sizes


def apply(folder: str, extent: str, as_of: str) -> dict[str, Any]:
    """Take a file through the feed."""
    from madoguchi.blocks.people.actions import feed_apply, feed_receive
    from madoguchi.kernel.clock import now

    content = Path(folder, f"{extent}.csv").read_bytes()
    day, sequence = date.fromisoformat(as_of), None
    if extent == "difference":
        day, sequence = day + timedelta(days=1), 1
    took, began = {}, time.perf_counter()
    delivery = feed_receive(
        actor=_keeper(), layout_key=LAYOUT, extent=extent, content=content, file_name=f"{extent}.csv", as_of=day,
        sequence=sequence, now=now(),
    )  # fmt: skip
    assert delivery.state == "checked", delivery.problems[:3]
    took["received"] = time.perf_counter() - began
    feed_apply(actor=_keeper(), delivery_id=delivery.pk, now=now())
    took["applied"] = time.perf_counter() - began - took["received"]
    return {
        "seconds": sum(took.values()), "took": took, "records": delivery.counts["new"] + delivery.counts["changed"],
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
    }  # fmt: skip


def bare() -> dict[str, float]:
    """Write all rows of the register into tables that have nothing but columns; only the writing is timed."""
    from django.db import connection, transaction
    from django.db.models import Model

    from madoguchi.blocks.people.models import Party, PartyNumber
    from madoguchi.blocks.people.register.batch import FACTS

    rows, seconds = 0, 0.0
    tables: tuple[type[Model], ...] = (Party, PartyNumber, *FACTS)
    for model in tables:
        table = model._meta.db_table
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'CREATE TABLE "bare_{table}" AS SELECT * FROM "{table}" WHERE 1 = 0')
            cursor.execute(f'SELECT count(*), max(id) FROM "{table}"')
            _count, last = cursor.fetchone()
        for start in range(0, last or 0, AT_ONCE):
            with connection.cursor() as cursor:
                cursor.execute(
                    f'SELECT * FROM "{table}" WHERE id > %s AND id <= %s',
                    [start, start + AT_ONCE],
                )
                values = cursor.fetchall()
            if values:
                began = time.perf_counter()
                _write(f"bare_{table}", values)
                seconds += time.perf_counter() - began
                rows += len(values)
    return {"rows": rows, "seconds": seconds}


def _write(table: str, rows: list[tuple[Any, ...]]) -> None:
    from django.db import connection, transaction

    with transaction.atomic():
        raw = connection.connection
        if connection.vendor == "postgresql":
            with raw.cursor() as cursor, cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join("?" * len(rows[0]))
        raw.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)


def _keeper() -> Any:
    from madoguchi.kernel.clock import day_of, now
    from madoguchi.kernel.rights import system_viewer

    return system_viewer(on=day_of(now()), duty=DUTY)


def _house() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "madoguchi.config.settings"
    import django

    django.setup()


orders: dict[str, Any] = {"files": files, "apply": apply, "bare": bare}

if __name__ == "__main__":
    _house()
    orders_answer(orders)
