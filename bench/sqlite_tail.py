"""
Sixteen writers in one process: how long the unlucky wait on SQLite, and how long on PostgreSQL.

What is timed is a whole ``@action`` of the product, from the call to its return: a row with a unique constraint, an
audit row with its digest, an outbox event, one transaction. The waiting for the turn to write is inside. Both sides
run the same code with the product's own settings; only ``DATABASE_URL`` differs.

What makes it fair:

- SQLite as installed: WAL, ``synchronous=FULL``, files on the disk of the temporary folder. PostgreSQL: ``fsync`` and
  ``synchronous_commit`` on, its files on the same disk when the cluster is ours. A server of ``DATABASE_URL`` that does
  not wait for its disk is passed over.
- Sixteen threads in one process on both sides, kept alive, each with one lasting connection; they start together.
- The same number of operations, as fast as they go, without a pause: more pressure than sixteen people make. A
  first round warms up and is not counted.
- One side rests while the other works. Python's lock is part of both: sixteen threads share one interpreter.

``p99`` compares the 99th percentiles. ``longest`` is the longest of all calls of all rounds on SQLite, against 200 ms;
it is the worst single moment, so a computer that does other work at the same time shows in it first.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from bench.core import (
    Bench,
    Part,
    PeerMissing,
    Result,
    Side,
    Stage,
    in_turns,
    limit_compare,
    percentile,
    times_compare,
)

NAME = "sqlite_tail"
GOAL = 0.33
LONGEST_MS = 200
ROUNDS = 5
EACH = 250
EACH_QUICK = 40
WARM_UP = 20
SHARES = {"p50": 0.5, "p99": 0.99, "longest": 1.0}


def run(stage: Stage) -> Result:
    """Measure both sides."""
    missing: list[str] = []
    with contextlib.ExitStack() as until_the_end:
        sides = [_side(stage, until_the_end, "sqlite", {})]
        try:
            server = until_the_end.enter_context(stage.postgresql(durable=True))
            sides.append(_side(stage, until_the_end, "postgresql", {"DATABASE_URL": server.fresh("writers")}))
        except PeerMissing as absent:
            stage.say(str(absent))
            missing += absent.names
        each = EACH_QUICK if stage.quick else EACH
        answers = in_turns(
            [_round(stage, side, each) for side in sides],
            rounds=1 if stage.quick else ROUNDS,
            seconds_left=stage.seconds_left,
        )
    ours = [answer[0] for answer in answers]
    peer = [answer[1] for answer in answers] if not missing else []
    parts: list[Part] = [
        times_compare(
            "p99", unit="ms", goal=GOAL, ours=[percentile(taken, 0.99) for taken in ours],
            peer=[percentile(taken, 0.99) for taken in peer],
        ),
        limit_compare("longest", unit="ms", ours=max(max(taken) for taken in ours), limit=LONGEST_MS),
    ]  # fmt: skip
    return Result(NAME, GOAL, parts, ("p99",), len(answers), missing)


def _side(stage: Stage, until_the_end: contextlib.ExitStack, name: str, where: dict[str, str]) -> Side:
    environment = {**where, "MADOGUCHI_DATA": str(stage.folder / f"data-{name}")}
    side = until_the_end.enter_context(stage.side("sqlite_tail_writers", environment=environment))
    side.name = side.ask("prepare", warm_up=WARM_UP)
    return side


def _round(stage: Stage, side: Side, each: int) -> Callable[[], list[float]]:
    def work() -> list[float]:
        taken: list[float] = side.ask("round", each=each)
        figures = ", ".join(f"{label} {percentile(taken, share):.1f}" for label, share in SHARES.items())
        stage.say(f"{side.name}: {len(taken)} actions; ms: {figures}")
        return taken

    return work


BENCH = Bench(NAME, "16 writers: p99 of PostgreSQL / p99 of SQLite ≥ 0.33; nobody waits over 200 ms", run)
