"""
A large plan's year in every format: JSON, CSV, Excel, PDF and HTML.

The plan is invented: 1,000 items with two indicators each and ten years of figures, texts and grades. One year is
read and written five times over by a process that has done nothing before; a round is one such process for the large
plan and one for a plan of half its size. There is no peer; the limits are ours.

``seconds``: reading and writing together, at most 10 s. ``memory``: the peak of that process and of the one that
typesets for it, added up, at most 300 MB. ``growth``: the time of 1,000 items over that of 500, at most 2.5, so that
a plan twice as large does not take four times as long.
"""

from __future__ import annotations

from statistics import median
from typing import Any

from bench.core import Bench, BenchFailed, Result, Stage, in_turns, limit_compare

NAME = "plan_report"
ITEMS, HALF = 1_000, 500
MOST_SECONDS, MOST_MB, MOST_GROWTH = 10, 300, 2.5
ROUNDS = 3
FORMATS = {"json", "csv", "xlsx", "pdf", "html"}


def run(stage: Stage) -> Result:
    """Load both plans, then measure each in turn."""
    for items in (ITEMS, HALF):
        stage.say(f"{items} items: loading")
        with stage.side("plan_report_ours", environment=_environment(stage, items)) as side:
            side.ask("prepare", items=items)
    rounds = 1 if stage.quick else ROUNDS
    answers = in_turns(
        [_report(stage, ITEMS), _report(stage, HALF)], rounds=rounds, seconds_left=stage.seconds_left
    )
    large = [answer[0] for answer in answers]
    growth = [answer[0]["seconds"] / answer[1]["seconds"] for answer in answers]
    parts = [
        limit_compare("seconds", unit="s", ours=median(one["seconds"] for one in large), limit=MOST_SECONDS),
        limit_compare("memory", unit="MB", ours=max(one["memory"]["sum"] for one in large), limit=MOST_MB),
        limit_compare("growth", unit="times", ours=median(growth), limit=MOST_GROWTH),
    ]
    return Result(NAME, 1.0, parts, ("seconds", "memory", "growth"), len(answers))


def _environment(stage: Stage, items: int) -> dict[str, str]:
    return {"MADOGUCHI_DATA": str(stage.folder / f"data-{items}")}


def _report(stage: Stage, items: int) -> Any:
    def measured() -> dict[str, Any]:
        with stage.side("plan_report_ours", environment=_environment(stage, items)) as side:
            answer: dict[str, Any] = side.ask("report")
        if answer["items"] != items or set(answer["sizes"]) != FORMATS or not all(answer["sizes"].values()):
            raise BenchFailed(f"{items} items: something is missing from {answer['sizes']}")
        took = ", ".join(f"{name} {seconds:.2f}" for name, seconds in answer["took"].items())
        memory = answer["memory"]
        stage.say(
            f"{items} items: {answer['seconds']:.2f} s, of the processor {answer['cpu']:.2f} s ({took}); {memory['own']:.0f} + {memory['child']:.0f} MB"
        )
        return answer

    return measured


BENCH = Bench(NAME, "1,000 items × 10 years, a year in every format: ≤ 10 s, ≤ 300 MB, growth ≤ 2.5", run)
