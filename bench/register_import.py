"""
A spreadsheet of 100,000 rows and nineteen columns into a register: read, shown, compared, applied with history and search.

CSV, with days in Japanese, commas and units as offices write them; the whole way of a file that somebody brings: every cell
read and checked, computed fields and rules, versions, words to be found by, counts and one audit row. It may take 60 s
and 500 MB. Beside it, as the physical limit, the finished rows written bare.
"""

from __future__ import annotations

from typing import Any

from bench.core import Bench, Part, Result, Stage, limit_compare
from bench.population import database_make, databases, missing_of

NAME = "register_import"
ROWS, QUICK_ROWS = 100_000, 2_000
SECONDS, MOST_MB = 60, 500
SLOWER_THAN_BARE = 60
ORDER_SECONDS = 1_800


def run(stage: Stage) -> Result:
    """Measure on both databases."""
    parts: list[Part] = []
    rows = QUICK_ROWS if stage.quick else ROWS
    with databases(stage) as found:
        for name, server in found.items():
            parts += _measure(stage, name, register_ready(stage, name, server, "import"), rows)
        missing = missing_of(found)
    return Result(NAME, 1.0, parts, list(found), 1, missing)


def register_ready(stage: Stage, name: str, server: str, what: str) -> dict[str, str]:
    """Give the surroundings of an empty installation on a database."""
    environment = {"MADOGUCHI_DATA": str(stage.folder / f"register-{what}-{name}")}
    if server:
        database = f"register_{what.replace('-', '_')}"
        database_make(server, database)
        environment["DATABASE_URL"] = server.rpartition("/")[0] + f"/{database}"
    return environment


def _measure(stage: Stage, name: str, environment: dict[str, str], rows: int) -> list[Part]:
    where = {"folder": str(stage.folder), "kind": "csv"}
    with stage.side("register_keeper", environment=environment) as side:
        side.ask("ready", within=ORDER_SECONDS)
        made = side.ask("file", within=ORDER_SECONDS, rows=rows, **where)
    with stage.side("register_keeper", environment=environment) as side:
        took: dict[str, Any] = side.ask("imported", within=ORDER_SECONDS, **where)
        bare = side.ask("bare", within=ORDER_SECONDS)
    seconds = took["brought"] + took["applied"]
    stage.say(
        f"{name}: {took['rows']:,} rows of {made['bytes'] / 1e6:.0f} MB: shown {took['brought']:.1f} s, "
        f"applied {took['applied']:.1f} s, {took['memory']:.0f} MB"
    )
    rate, limit = rows / seconds, bare["rows"] / bare["seconds"]
    return [
        limit_compare(name, unit="s", ours=seconds * ROWS / rows, limit=SECONDS),
        limit_compare(f"{name}-memory", unit="MB", ours=took["memory"], limit=MOST_MB),
        Part(f"{name}-bare", "rows/s", 1 / SLOWER_THAN_BARE, rate, limit, rate / limit),
    ]


BENCH = Bench(NAME, "100,000 rows of a spreadsheet into a register: ≤ 60 s, ≤ 500 MB", run)
