"""
Pages of a register's list: the first, one of a chosen code, the same sorted by an amount, and one found by words.

Each with rights, payloads cut to what the viewer may see, titles and the exact count; p95 in process at most 50 ms, and no more
at a million records than at ten thousand (``--growth``). The leads are the first page and the page of a code.
"""

from __future__ import annotations

from bench.core import Bench, Part, Result, Stage, limit_compare, percentile
from bench.population import databases, missing_of
from bench.register_import import ORDER_SECONDS, register_ready

NAME = "register_list"
SIZES, QUICK_SIZE, GROWTH = (100_000,), 2_000, (10_000, 1_000_000)
LIMIT_MS = 50
PAGES = ("first", "filtered", "sorted", "words")
LEADS = ("first", "filtered")
TURNS = 200


def run(stage: Stage) -> Result:
    """Measure on both databases."""
    parts: list[Part] = []
    sizes = (QUICK_SIZE,) if stage.quick else (*SIZES, *(GROWTH if stage.growth else ()))
    with databases(stage) as found:
        for place, size in enumerate(sizes):
            for name, server in found.items():
                label = name if place == 0 else f"{name}-{size}"
                parts += _measure(stage, label, register_ready(stage, name, server, f"list-{size}"), size)
        missing = missing_of(found)
    leads = [f"{name}-{page}" for name in found for page in LEADS]
    return Result(NAME, 1.0, parts, leads, TURNS, missing)


def _measure(stage: Stage, label: str, environment: dict[str, str], size: int) -> list[Part]:
    parts = []
    with stage.side("register_keeper", environment=environment) as side:
        side.ask("ready", within=ORDER_SECONDS)
        filled = side.ask("filled", within=2 * ORDER_SECONDS, rows=size, changed=0)
        stage.say(f"{label}: {size:,} records in {filled['seconds']:.0f} s")
        for page in PAGES:
            side.ask("listed", what=page, turns=10)
            answer = side.ask("listed", within=ORDER_SECONDS, what=page, turns=20 if stage.quick else TURNS)
            p50, p95 = (percentile(answer["took"], share) for share in (0.5, 0.95))
            stage.say(f"{label}: {page}: p50 {p50:.1f}, p95 {p95:.1f} ms; {answer['count']:,} found")
            parts.append(limit_compare(f"{label}-{page}", unit="ms p95", ours=p95, limit=LIMIT_MS))
    return parts


BENCH = Bench(
    NAME, "pages of a register's list, with exact counts: p95 ≤ 50 ms from 10,000 to a million", run
)
