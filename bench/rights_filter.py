"""
What the rights cost: a list of persons as a viewer may see it, against the same list for nobody in particular.

The list is a page of fifty by reading, of the persons born in a year: ours with ``seen_through(viewer)`` (the right
itself, protected persons hidden under whichever of their records), the other without; both find the record that stands for
a merged one. Both run in one process,
turn by turn, the same years. ``count`` is the number above such a list. Ours may take 1.3 times as long.
"""

from __future__ import annotations

from typing import Any

from bench.core import Bench, Part, Result, Stage, in_turns, times_compare
from bench.population import city_ready, databases, missing_of, sizes_of

NAME = "rights_filter"
MOST = 1.3
ROUNDS = 11
LISTS = ("page", "count")


def run(stage: Stage) -> Result:
    """Measure on both databases."""
    parts: list[Part] = []
    rounds = 0
    with databases(stage) as found:
        for number, residents in enumerate(sizes_of(stage)):
            for database, server in found.items():
                environment = city_ready(stage, database, server, residents)
                label = database if number == 0 else f"{database}-{residents}"
                with stage.side("people_reader", environment=environment) as side:
                    for name in LISTS:
                        part, rounds = _measure(stage, f"{label}-{name}", name, side)
                        parts.append(part)
        missing = missing_of(found)
    return Result(NAME, 1 / MOST, parts, [f"{name}-page" for name in found], rounds, missing)


def _measure(stage: Stage, label: str, name: str, side: Any) -> tuple[Part, int]:
    turns = [lambda which=which: side.ask("filtered", name=name, which=which) for which in ("ours", "bare")]
    in_turns(turns, rounds=1, seconds_left=stage.seconds_left)
    answers = in_turns(turns, rounds=3 if stage.quick else ROUNDS, seconds_left=stage.seconds_left)
    ours, bare = ([answer[place]["ms"] for answer in answers] for place in (0, 1))
    rows = answers[0]
    stage.say(
        f"{label}: {rows[0]['rows']} of {rows[1]['rows']} rows; last {ours[-1]:.2f} / {bare[-1]:.2f} ms"
    )
    return times_compare(label, unit="ms", goal=1 / MOST, ours=ours, peer=bare), len(answers)


BENCH = Bench(NAME, "a list of persons with the rights filter: ≤ 1.3× the same list without", run)
