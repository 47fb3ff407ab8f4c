"""
A register as it was: one record on a day past, and the whole register on a day, against the register as it is.

A tenth of the records changed twice. One record on any day, with rights, takes at most 50 ms (p95); to read the whole
register as of a day may take twice as long as to read what lists show.
"""

from __future__ import annotations

from bench.core import Bench, Part, Result, Stage, in_turns, limit_compare, percentile, times_compare
from bench.population import databases, missing_of
from bench.register_import import ORDER_SECONDS, register_ready

NAME = "register_asof"
SIZES, QUICK_SIZE, GROWTH = (100_000,), 2_000, (10_000, 1_000_000)
LIMIT_MS, MOST = 50, 2.0
TURNS, ROUNDS = 200, 3


def run(stage: Stage) -> Result:
    """Measure on both databases."""
    parts: list[Part] = []
    sizes = (QUICK_SIZE,) if stage.quick else (*SIZES, *(GROWTH if stage.growth else ()))
    with databases(stage) as found:
        for place, size in enumerate(sizes):
            for name, server in found.items():
                label = name if place == 0 else f"{name}-{size}"
                parts += _measure(stage, label, register_ready(stage, name, server, f"asof-{size}"), size)
        missing = missing_of(found)
    return Result(NAME, 1.0, parts, list(found), ROUNDS, missing)


def _measure(stage: Stage, label: str, environment: dict[str, str], size: int) -> list[Part]:
    with stage.side("register_keeper", environment=environment) as side:
        side.ask("ready", within=ORDER_SECONDS)
        filled = side.ask("filled", within=2 * ORDER_SECONDS, rows=size, changed=size // 10)
        stage.say(f"{label}: {size:,} records in {filled['seconds']:.0f} s")
        one = side.ask("listed", within=ORDER_SECONDS, what="as_of", turns=20 if stage.quick else TURNS)
        p95 = percentile(one["took"], 0.95)
        turns = [
            lambda as_of=as_of: side.ask("whole", within=ORDER_SECONDS, as_of=as_of)
            for as_of in (True, False)
        ]
        answers = in_turns(turns, rounds=1 if stage.quick else ROUNDS, seconds_left=stage.seconds_left)
    was, now = ([answer[place]["seconds"] for answer in answers] for place in (0, 1))
    stage.say(
        f"{label}: one on a day p95 {p95:.1f} ms; all {was[-1]:.1f} s as of a day, {now[-1]:.1f} s as they are"
    )
    return [
        limit_compare(label, unit="ms p95", ours=p95, limit=LIMIT_MS),
        times_compare(f"{label}-whole", unit="s", goal=1 / MOST, ours=was, peer=now),
    ]


BENCH = Bench(NAME, "a register as of a day: one record ≤ 50 ms, the whole ≤ 2× what lists show", run)
