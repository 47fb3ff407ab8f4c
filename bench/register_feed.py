"""
The register's feed at full size: a first file of 252,141 residents, then a difference of one in a hundred.

Both files take the whole way: kept, decoded, every cell checked, households checked, compared with what is known,
checked again when applied, written with history in one transaction with its audit row. Beside it, as the physical
limit, the same rows written bare: COPY (PostgreSQL) or one prepared statement (SQLite) into tables of the same columns
without a key, an index, a constraint or a trigger. The difference may take 60 s; the bare write may be at most forty times
as fast as the first file, and the process may take 2 GB at its peak (the file lies in it twice).
"""

from __future__ import annotations

from typing import Any

from bench.core import Bench, Part, Result, Stage, limit_compare
from bench.population import AS_OF, SEED, database_make, databases, missing_of, sizes_of

NAME = "register_feed"
DIFFERENCE_SECONDS = 60
SLOWER_THAN_BARE = 40
MOST_MB = 2_000
ORDER_SECONDS = 3_600


def run(stage: Stage) -> Result:
    """Measure on both databases; each city is loaded into an empty one."""
    parts: list[Part] = []
    with databases(stage) as found:
        for number, residents in enumerate(sizes_of(stage)):
            for database, server in found.items():
                label = database if number == 0 else f"{database}-{residents}"
                parts += _measure(stage, label, server, residents)
        missing = missing_of(found)
    return Result(NAME, 1.0, parts, [f"{name}-difference" for name in found], 1, missing)


def _measure(stage: Stage, label: str, server: str, residents: int) -> list[Part]:
    environment = {"MADOGUCHI_DATA": str(stage.folder / f"feed-{label}")}
    if server:
        database_make(server, "feed")
        environment["DATABASE_URL"] = server.rpartition("/")[0] + "/feed"
    asked: dict[str, Any] = {"residents": residents, "seed": int(SEED), "as_of": AS_OF}
    # The files are made by a process of their own, so that its memory is not the feed's.
    with stage.side("register_feeder", environment=environment) as side:
        made = side.ask("files", within=ORDER_SECONDS, folder=str(stage.folder), **asked)
    stage.say(f"{label}: files of {made['full'] / 1e6:.0f} and {made['difference'] / 1e6:.1f} MB")
    with stage.side("register_feeder", environment=environment) as side:
        full = side.ask("apply", within=ORDER_SECONDS, folder=str(stage.folder), extent="full", as_of=AS_OF)
        difference = side.ask(
            "apply", within=ORDER_SECONDS, folder=str(stage.folder), extent="difference", as_of=AS_OF
        )
        bare = side.ask("bare", within=ORDER_SECONDS)
    for name, one in (("full", full), ("difference", difference)):
        told = ", ".join(f"{step} {seconds:.1f} s" for step, seconds in one["took"].items())
        stage.say(f"{label}: {name}: {one['records']:,} records, {told}; peak {one['memory']:.0f} MB")
    rate, limit = bare["rows"] / full["seconds"], bare["rows"] / bare["seconds"]
    stage.say(f"{label}: {bare['rows']:,} rows: {rate:,.0f} a second, bare {limit:,.0f}")
    return [
        limit_compare(f"{label}-difference", unit="s", ours=difference["seconds"], limit=DIFFERENCE_SECONDS),
        Part(f"{label}-bare", "rows/s", 1 / SLOWER_THAN_BARE, rate, limit, rate / limit),
        limit_compare(f"{label}-memory", unit="MB", ours=full["memory"], limit=MOST_MB),
    ]


BENCH = Bench(NAME, "252,141 residents from a file, then 1 % of them: the difference ≤ 60 s", run)
