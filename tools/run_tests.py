"""
Run the suite as ``make test`` and ``.ci/run`` do: every pass that this computer can, then what was left out.

1. SQLite in memory: everything but the browser.
2. The browser, in processes of its own.
3. PostgreSQL: the first, without what no database changes (judges, lints), and in reverse order, so that no test
   leans on the one before it.

What follows on the command line goes to pytest, for example ``-k people``.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from tools.postgres import PostgresMissing, PostgresRefused, private_cluster

WORKERS = "2"
# A process that has nothing left to do takes over half of what waits for the other one.
SHARED = ("--dist", "worksteal")
NO_TESTS = 5
# Their verdict is the same on every database and in every order.
ONCE = "not browser and not judge and not lint and not once"
QUICK = "not browser and not judge and not slow"
CLOSING = re.compile(r"(?:\d+ \w+.*|no tests ran) in \d+\.\d+s")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Pass:
    """One run of pytest and what came of it."""

    name: str
    options: list[str]
    postgresql: bool = False
    ok: bool = False
    closing: str = ""
    skips: Counter[str] = field(default_factory=Counter)


def passes(*, fast: bool) -> list[Pass]:
    """List the runs, the widest first."""
    if fast:
        return [Pass("SQLite, fast", ["-m", QUICK])]
    return [
        Pass("SQLite", ["-m", "not browser"]),
        # Its event loop stays with a process that has driven a browser: such tests have processes of their own.
        Pass("Browser", ["-m", "browser"]),
        Pass("PostgreSQL, reverse order", ["-m", ONCE, "--reverse"], postgresql=True),
    ]


def pass_run(one: Pass, arguments: list[str]) -> None:
    """Run one pass on its database and note the verdict."""
    print(f"\n=== {one.name} ===", flush=True)
    try:
        with _database(one) as url:
            _pytest(one, arguments, url)
    except PostgresMissing as missing:
        one.ok = os.environ.get("MADOGUCHI_STRICT") != "1"
        one.closing = f"left out: {missing}"
    except PostgresRefused as refused:
        one.closing = str(refused)
    if not one.closing:
        one.closing = "pytest ended without its closing line"


@contextlib.contextmanager
def _database(one: Pass) -> Iterator[str]:
    if not one.postgresql:
        yield ""
    elif url := os.environ.get("DATABASE_URL"):
        yield url
    else:
        with private_cluster() as url:
            yield url


def _pytest(one: Pass, arguments: list[str], url: str) -> None:
    colour = ["--color=yes"] if sys.stdout.isatty() else []
    with tempfile.TemporaryDirectory(prefix="madoguchi-run-") as folder:
        skips = Path(folder) / "skips.json"
        environment = {**os.environ, "DATABASE_URL": url, "MADOGUCHI_SKIPS": str(skips)}
        # Compiling the house anew in every process that a test starts would take half of the time.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        running = subprocess.Popen(
            [sys.executable, "-m", "pytest", "-q", "-n", WORKERS, *SHARED, *colour, *one.options, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        try:
            assert running.stdout
            one.closing = _follow(running.stdout)
            code = running.wait()
        except BaseException:
            running.terminate()
            running.wait()
            raise
        # A choice of tests (-k …) may leave a pass empty; the whole suite never is.
        one.ok = code == 0 or (code == NO_TESTS and bool(arguments))
        if skips.exists():
            found = json.loads(skips.read_text(encoding="utf-8"))
            one.skips.update(skip["reason"] for skip in found)


def _follow(stream: IO[bytes]) -> str:
    """Pass the output on as it comes; return pytest's closing line."""
    tail = b""
    while chunk := os.read(stream.fileno(), 65536):
        sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
        tail = (tail + chunk)[-8192:]
    lines = [COLOUR.sub("", line).strip("= ") for line in tail.decode(errors="replace").splitlines()]
    return next((line for line in reversed(lines) if CLOSING.search(line)), "")


def report(done: list[Pass], seconds: float) -> int:
    """Print the verdicts, then what was not tried and why; return the exit code."""
    print("\n=== 結果 / Results ===")
    for one in done:
        print(f"{'ok  ' if one.ok else 'FAIL'} {one.name}: {one.closing}")
    skips: Counter[str] = sum((one.skips for one in done), Counter())
    if skips:
        print("\n実行しなかったテスト / Skipped, and why")
        for reason, number in skips.most_common():
            print(f"  {number} × {reason}")
    print(f"\n{seconds / 60:.1f} min")
    return 0 if all(one.ok for one in done) else 1


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def main() -> int:
    """Run the passes; see ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--fast", action="store_true", help="one quick pass: no browser, judge or slow test")
    given, arguments = parser.parse_known_args()
    signal.signal(signal.SIGTERM, _leave)
    start = time.monotonic()
    done = passes(fast=given.fast)
    for one in done:
        pass_run(one, arguments)
    return report(done, time.monotonic() - start)


if __name__ == "__main__":
    sys.exit(main())
