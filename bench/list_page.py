"""
Fifty rows for a person who has signed in, against fifty rows of a plain Django template.

Ours is the office's list of a plan: session, second factor, rights, menu, CSRF, content security policy, three
languages, tabs, pagination, table component; the plan has sixty items, so that there is a second page. The peer is
the small Django project in ``bench/djbench``: the usual middleware, nobody signed in, one query for fifty rows of
20,000, a base template and an include per row.

Both answer through their own WSGI application, each in a process of its own, asked in a loop by that very process:
no server and no load generator share the time. Same Python, same Django, same database server; both keep their
connections. A round is four turns of each side, so that a neighbour's noise falls on both. An HTML parser counts the
rows of both pages first.
"""

from __future__ import annotations

import contextlib
from typing import Any

from bench.core import (
    Bench,
    BenchFailed,
    Part,
    PeerMissing,
    Result,
    Side,
    Stage,
    in_turns,
    limit_compare,
    times_compare,
)

NAME = "list_page"
GOAL = 1.0
ROWS = 50
MOST_QUERIES = 12
ROUNDS = 5
TURNS = 4
TURN_SECONDS = 0.5


def run(stage: Stage) -> Result:
    """Measure on both databases."""
    missing: list[str] = []
    python = None
    try:
        python = stage.peer_python(NAME, peer="django")
    except PeerMissing as absent:
        stage.say(str(absent))
        missing += absent.names
    parts, counted, rounds = [], [], 0
    with contextlib.ExitStack() as open_until_the_end:
        databases: dict[str, tuple[dict[str, str], dict[str, str]]] = {
            "sqlite": ({}, {"BENCH_SQLITE": str(stage.folder / "peer.sqlite3")})
        }
        try:
            server = open_until_the_end.enter_context(stage.postgresql())
            databases["postgresql"] = (
                {"DATABASE_URL": server.fresh("ours")},
                {"DATABASE_URL": server.fresh("peer")},
            )
        except PeerMissing as absent:
            stage.say(str(absent))
            missing += absent.names
            parts.append(Part("postgresql", "ms/page", GOAL, None, None, None))
        for database, (ours_at, peer_at) in databases.items():
            stage.say(f"{database}: setting up")
            with contextlib.ExitStack() as sides:
                ours_at = {**ours_at, "MADOGUCHI_DATA": str(stage.folder / f"data-{database}")}
                ours = sides.enter_context(stage.side("list_page_ours", environment=ours_at))
                _ready(stage, "ours", ours)
                counted.append(ours.ask("queries"))
                peer = None
                if python is not None:
                    peer = sides.enter_context(
                        stage.side("list_page_peer", python=python, environment=peer_at)
                    )
                    _ready(stage, "peer", peer)
                part, rounds = _measure(stage, database, ours, peer)
                parts.append(part)
    parts.append(limit_compare("queries", unit="queries", ours=max(counted), limit=MOST_QUERIES))
    return Result(NAME, GOAL, parts, ("sqlite", "postgresql"), rounds, missing)


def _ready(stage: Stage, who: str, side: Side) -> None:
    page = side.ask("prepare")
    stage.say(f"{who}: {page['rows']} rows, {page['bytes']} bytes")
    if page["rows"] != ROWS:
        raise BenchFailed(
            f"{side.name}: {page['rows']} rows instead of {ROWS}: the comparison would not be fair"
        )


def _measure(stage: Stage, database: str, ours: Side, peer: Side | None) -> tuple[Part, int]:
    rounds = 2 if stage.quick else ROUNDS
    sides = [side for side in (ours, peer) if side is not None]
    taken: list[tuple[float, ...]] = []
    for _ in range(rounds):
        turns = in_turns(
            [_turn(side, stage) for side in sides], rounds=TURNS, seconds_left=stage.seconds_left
        )
        taken.append(tuple(_ms_per_page([turn[which] for turn in turns]) for which in range(len(sides))))
        stage.say(f"{database}: " + " / ".join(f"{ms:.2f} ms" for ms in taken[-1]))
    part = times_compare(
        database, unit="ms/page", goal=GOAL, ours=[one[0] for one in taken],
        peer=[one[1] for one in taken] if peer else [],
    )  # fmt: skip
    return part, rounds


def _turn(side: Side, stage: Stage) -> Any:
    return lambda: side.ask("turn", seconds=TURN_SECONDS / 4 if stage.quick else TURN_SECONDS)


def _ms_per_page(turns: list[dict[str, float]]) -> float:
    return 1_000 * sum(turn["seconds"] for turn in turns) / sum(turn["pages"] for turn in turns)


BENCH = Bench(
    NAME, "50 rows with everything on: ≥ 1.0× a plain Django template page (aim 3×), ≤ 12 queries", run
)
