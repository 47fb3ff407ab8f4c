"""
Finding a person by the beginning of a reading and the year of birth, among 252,141 residents.

What is timed is the whole action of the product, in the process: rights, protected persons, merged records, the cards
with address and status, and the row that says who was looked for and shown (``persons_search``). Beside it the same
search without that row, and, as the physical limit, the bare statement: one prepared query for the names alone, with
nothing of rights, cards or record.

Who is asked for is drawn from the city: mostly a family name's reading, or two to four letters of it, with the year of
birth; sometimes the whole name, sometimes the name in characters. Each round asks the same questions on all three
sides. ``p95`` is held against 30 ms, and the bare statement may not be more than twenty times as fast: what is left
out there (four more queries and an insert) costs that much at most.
"""

from __future__ import annotations

import contextlib
from typing import Any

from bench.core import Bench, Part, Result, Stage, in_turns, limit_compare, percentile, times_compare
from bench.population import city_ready, databases, missing_of, sizes_of

NAME = "search_people"
P95_MS = 30
SLOWER_THAN_BARE = 20
ROUNDS = 5
QUESTIONS, QUESTIONS_QUICK = 200, 40


def run(stage: Stage) -> Result:
    """Measure on both databases."""
    parts: list[Part] = []
    rounds = 0
    with databases(stage) as found:
        for number, residents in enumerate(sizes_of(stage)):
            for database, server in found.items():
                environment = city_ready(stage, database, server, residents)
                label = database if number == 0 else f"{database}-{residents}"
                measured, rounds = _measure(stage, label, environment)
                parts += measured
        missing = missing_of(found)
    leads = [name for name in ("sqlite", "postgresql") if name in found]
    return Result(NAME, 1.0, parts, leads, rounds, missing)


def _measure(stage: Stage, label: str, environment: dict[str, str]) -> tuple[list[Part], int]:
    count = QUESTIONS_QUICK if stage.quick else QUESTIONS
    with stage.side("people_reader", environment=environment) as side:
        hits = side.ask("questions", count=count)
        stage.say(
            f"{label}: {hits['asked']} questions, {hits['persons']} persons, {hits['found']:.1f} found on average"
        )
        turns = [_turn(side, which) for which in ("logged", "unlogged", "bare")]
        with contextlib.suppress(IndexError):
            in_turns(turns, rounds=1, seconds_left=stage.seconds_left)  # warms up, and is not counted
        answers = in_turns(turns, rounds=2 if stage.quick else ROUNDS, seconds_left=stage.seconds_left)
    taken = {
        which: [answer[place] for answer in answers]
        for place, which in enumerate(("logged", "unlogged", "bare"))
    }
    figures = {
        which: {share: percentile([ms for one in rounds for ms in one], share) for share in (0.5, 0.95)}
        for which, rounds in taken.items()
    }
    told = ", ".join(f"{which} {at[0.5]:.2f} / {at[0.95]:.2f} ms" for which, at in figures.items())
    stage.say(f"{label}: p50 / p95: {told}")
    p95 = {which: [percentile(one, 0.95) for one in rounds] for which, rounds in taken.items()}
    return [
        limit_compare(label, unit="ms p95", ours=figures["logged"][0.95], limit=P95_MS),
        limit_compare(f"{label}-unlogged", unit="ms p95", ours=figures["unlogged"][0.95], limit=P95_MS),
        times_compare(
            f"{label}-bare", unit="ms p95", goal=1 / SLOWER_THAN_BARE, ours=p95["logged"], peer=p95["bare"]
        ),
    ], len(answers)


def _turn(side: Any, which: str) -> Any:
    return lambda: side.ask("turn", which=which)


BENCH = Bench(NAME, "a reading's beginning and a birth year among 252,141: p95 ≤ 30 ms, logged", run)
