"""
``python -m bench`` lists the benches; ``python -m bench NAME [--json] [--quick]`` runs one.

Exit 0: measured (whether or not a goal was reached: a time fails no build), 1: a side could not work,
2: usage, 3: a peer is missing.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import signal
import sys
import time
from collections.abc import Mapping
from types import FrameType
from typing import Any

import bench
from bench.core import Bench, BenchFailed, Result, stage_open

EXIT_FAILED, EXIT_USAGE, EXIT_MISSING = 1, 2, 3


def benches_find() -> dict[str, Bench]:
    """Find every bench by its module."""
    found = {}
    for module in pkgutil.iter_modules(bench.__path__):
        if not module.ispkg and not module.name.startswith("__"):
            one = getattr(importlib.import_module(f"bench.{module.name}"), "BENCH", None)
            if isinstance(one, Bench):
                found[one.name] = one
    return found


def main(arguments: list[str] | None = None, benches: Mapping[str, Bench] | None = None) -> int:
    """Run the command line; the exit code."""
    known = benches_find() if benches is None else benches
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Compare the product with its peers."
    )
    parser.add_argument("name", nargs="?", help="which bench; without a name they are listed")
    parser.add_argument(
        "--json", action="store_true", help="the last line of the output is the result as JSON"
    )
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds: does it run at all")
    parser.add_argument(
        "--growth",
        action="store_true",
        help="also with 10,000, 100,000 and 1,000,000 persons, where a bench has them",
    )
    given = parser.parse_args(arguments)
    if given.name is None:
        for one in known.values():
            print(f"{one.name:14} {one.goal}")
        return 0
    if given.name not in known:
        sys.stderr.write(f"{given.name}: no such bench. There are: {', '.join(known)}\n")
        return EXIT_USAGE
    try:
        result = _run(known[given.name], quick=given.quick, growth=given.growth)
    except BenchFailed as failed:
        sys.stderr.write(f"{given.name}: {failed}\n")
        return EXIT_FAILED
    if given.json:
        print(json.dumps(result.as_dict(), ensure_ascii=False), flush=True)
    else:
        _tell(result)
    return EXIT_MISSING if result.missing else 0


def _run(one: Bench, *, quick: bool, growth: bool) -> Result:
    began = time.monotonic()

    def say(text: str) -> None:
        sys.stderr.write(f"[{time.monotonic() - began:5.0f} s] {text}\n")
        sys.stderr.flush()

    with stage_open(quick=quick, say=say, growth=growth) as stage:
        return one.run(stage)


def _tell(result: Result) -> None:
    whole = result.as_dict()
    print(f"{'':16}{'ratio':>10}{'goal':>8}{'ours':>12}{'peer':>12}")
    for part in whole["parts"]:
        mark = "ok" if part["ok"] else "not reached" if part["ratio"] is not None else "no peer"
        figures = f"{_or_dash(part['ours']):>12}{_or_dash(part['peer']):>12} {part['unit']}"
        print(f"{part['name']:16}{_or_dash(part['ratio']):>10}{part['goal']:>8g}{figures}  {mark}")
    if whole["missing"]:
        print("missing: " + ", ".join(whole["missing"]))
    print(
        f"{result.name}: ratio {_or_dash(whole['ratio'])}, goal {whole['goal']:g}, {whole['rounds']} rounds"
    )


def _or_dash(value: Any) -> str:
    return "–" if value is None else f"{value:g}"


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGHUP, _leave)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
