"""
What every bench has: rounds in turns, the median ratio, a stage with peers and databases, and the JSON line.

A bench is a module of ``bench/`` with a ``BENCH``. Its ``run`` gets a ``Stage`` and gives a ``Result``. The two
sides live in processes of their own and never work at the same time; which of them begins changes with every
round, so that a computer that grows slower or faster favours neither.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote, urlsplit

from tools.postgres import PostgresMissing, PostgresRefused, private_cluster

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache" / "bench"
# A bench may take eight minutes; the last half belongs to tidying up.
MOST_SECONDS = 450.0
SIDE_SECONDS = 300.0


class BenchFailed(Exception):
    """A side could not do its work: there is no figure. The text says which and why."""


class PeerMissing(Exception):
    """The other side cannot be had on this computer; ``names`` says what is lacking."""

    def __init__(self, *names: str, reason: str = "") -> None:
        self.names = names
        super().__init__(f"{', '.join(names)}: {reason or 'not there'}")


@dataclass(frozen=True)
class Part:
    """One comparison. ``ratio`` is always larger-is-better; None where the other side is missing."""

    name: str
    unit: str
    goal: float
    ours: float | None
    peer: float | None
    ratio: float | None

    @property
    def ok(self) -> bool:
        return self.ratio is not None and self.ratio >= self.goal

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name, "ratio": _short(self.ratio), "goal": self.goal, "ours": _short(self.ours),
            "peer": _short(self.peer), "unit": self.unit, "ok": self.ok,
        }  # fmt: skip


@dataclass(frozen=True)
class Result:
    """What came out. The lead, the worst of ``leads``, is the figure that the bench goes by."""

    name: str
    goal: float
    parts: Sequence[Part]
    leads: Sequence[str]
    rounds: int
    missing: Sequence[str] = ()

    @property
    def ok(self) -> bool:
        return not self.missing and bool(self.parts) and all(part.ok for part in self.parts)

    def as_dict(self) -> dict[str, Any]:
        candidates = [part for part in self.parts if part.name in self.leads]
        lead = min(candidates, key=lambda part: math.inf if part.ratio is None else part.ratio, default=None)
        return {
            "name": self.name,
            "goal": self.goal,
            "ratio": _short(lead.ratio) if lead and not self.missing else None,
            "ours": _short(lead.ours) if lead else None,
            "peer": _short(lead.peer) if lead else None,
            "unit": lead.unit if lead else "",
            "rounds": self.rounds,
            "ok": self.ok,
            "parts": [part.as_dict() for part in self.parts],
            "missing": list(self.missing),
        }


def times_compare(name: str, *, unit: str, goal: float, ours: Sequence[float], peer: Sequence[float]) -> Part:
    """Compare what both sides took, round by round: the median of peer / ours."""
    if not peer or not ours:
        return Part(name, unit, goal, median(ours) if ours else None, median(peer) if peer else None, None)
    ratio = median(theirs / mine for mine, theirs in zip(ours, peer, strict=True))
    return Part(name, unit, goal, median(ours), median(peer), ratio)


def limit_compare(name: str, *, unit: str, ours: float | None, limit: float) -> Part:
    """Hold a figure, smaller is better, against a fixed limit."""
    return Part(name, unit, 1.0, ours, limit, None if ours is None else limit / max(ours, 1e-9))


def in_turns(
    sides: Sequence[Callable[[], Any]], *, rounds: int, seconds_left: Callable[[], float]
) -> list[tuple[Any, ...]]:
    """
    Let the sides work one after the other, ``rounds`` times; each round gives one answer per side, in their order.

    A round is not begun when the longest so far would no longer fit into the time that is left.
    """
    answers: list[tuple[Any, ...]] = []
    longest = 0.0
    for number in range(rounds):
        if answers and longest > seconds_left():
            break
        began = time.monotonic()
        order = range(len(sides)) if number % 2 == 0 else reversed(range(len(sides)))
        given = {which: sides[which]() for which in order}
        answers.append(tuple(given[which] for which in range(len(sides))))
        longest = max(longest, time.monotonic() - began)
    return answers


def percentile(values: Sequence[float], share: float) -> float:
    """Give the smallest value that at least this share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1]


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")


# The stage


@dataclass
class Server:
    """A PostgreSQL server on which the bench makes databases of its own and touches no other."""

    url: str
    names: list[str] = field(default_factory=list)

    def fresh(self, name: str) -> str:
        """Make an empty database and give its ``DATABASE_URL``; an earlier one of this run is replaced."""
        whole = f"madoguchi_bench_{os.getpid()}_{name}"
        self._say(f'DROP DATABASE IF EXISTS "{whole}" WITH (FORCE)', f'CREATE DATABASE "{whole}"')
        if whole not in self.names:
            self.names.append(whole)
        return urlsplit(self.url)._replace(path=f"/{quote(whole)}").geturl()

    def drop(self) -> None:
        """Take away every database that was made."""
        self._say(*(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in self.names))

    def durable(self) -> bool:
        """Say whether a commit is on the disk when it answers."""
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as server:
            values = [server.execute(f"SHOW {name}").fetchone() for name in ("fsync", "synchronous_commit")]
        return all(value and value[0] != "off" for value in values)

    def _say(self, *statements: str) -> None:
        import psycopg

        try:
            with psycopg.connect(self.url, autocommit=True) as server:
                for statement in statements:
                    server.execute(statement)
        except psycopg.Error as error:
            raise BenchFailed(f"PostgreSQL: {str(error).strip()}") from error


class Stage:
    """Where a bench plays: a folder that is gone afterwards, peers, a database server, and the time left."""

    def __init__(
        self,
        folder: Path,
        *,
        quick: bool,
        say: Callable[[str], None],
        most: float = MOST_SECONDS,
        growth: bool = False,
    ) -> None:
        self.folder = folder
        self.quick = quick
        self.growth = growth
        self.say = say
        self._end = time.monotonic() + most

    def seconds_left(self) -> float:
        return self._end - time.monotonic()

    def peer_python(self, bench: str, *, peer: str, cache: Path = CACHE) -> Path:
        """
        Give the Python of the peer's virtual environment, made on first use from ``requirements-BENCH.txt``.

        :raises PeerMissing: it cannot be installed here.
        """
        wanted = Path(__file__).parent / f"requirements-{bench}.txt"
        folder = cache / f"{bench}-venv"
        python, stamp = folder / "bin" / "python", folder / ".installed"
        mark = hashlib.sha256(wanted.read_bytes() + sys.version.encode()).hexdigest()
        if python.exists() and stamp.exists() and stamp.read_text(encoding="ascii") == mark:
            return python
        self.say(f"installing {peer} into {_seen(folder)} (once)")
        cache.mkdir(parents=True, exist_ok=True)
        install = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "-r", wanted]
        for command in ([sys.executable, "-m", "venv", "--clear", folder], install):
            left = max(self.seconds_left(), 1)
            try:
                done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=left)
            except subprocess.TimeoutExpired:
                raise PeerMissing(peer, reason="the installation took too long") from None
            if done.returncode:
                said = [line for line in done.stderr.splitlines() if not line.startswith("WARNING")]
                raise PeerMissing(peer, reason="\n".join(said[-8:]))
        stamp.write_text(mark, encoding="ascii")
        return python

    @contextlib.contextmanager
    def postgresql(self, *, durable: bool = False) -> Iterator[Server]:
        """
        Give a PostgreSQL server: the one of ``DATABASE_URL``, or a private cluster.

        :param durable: a server that answers before the disk has the commit is passed over.
        :raises PeerMissing: there is none.
        """
        url = os.environ.get("DATABASE_URL", "")
        if url.startswith("postgres"):
            server = Server(url)
            if not durable or server.durable():
                try:
                    yield server
                finally:
                    server.drop()
                return
            self.say(
                "DATABASE_URL: this server does not wait for its disk; a private cluster takes its place"
            )
        try:
            cluster = private_cluster(durable=True)
            with cluster as url:
                yield Server(url)
        except (PostgresMissing, PostgresRefused) as missing:
            raise PeerMissing("postgresql", reason=str(missing)) from missing

    @contextlib.contextmanager
    def side(
        self, module: str, *, python: Path | str = sys.executable, environment: dict[str, str]
    ) -> Iterator[Side]:
        """Start one side, a module of ``bench.sides``, with the surroundings that it needs and no others."""
        command = [str(python), "-m", f"bench.sides.{module}"]
        surroundings = {**surroundings_clean(), "PYTHONPATH": str(ROOT), **environment}
        process = subprocess.Popen(
            command, cwd=self.folder, env=surroundings, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )  # fmt: skip
        try:
            yield Side(module, process)
        finally:
            process_end(process)


def surroundings_clean() -> dict[str, str]:
    """Give the environment without what would lead a side to somebody's installation, or to other code."""
    ours = ("MADOGUCHI_", "DJANGO_", "DATABASE_URL", "PRETIX_", "BENCH_", "PYTHON", "VIRTUAL_ENV", "PG")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


class Side:
    """The other end of a side's process: an order goes in as a line of JSON, its answer comes out as one."""

    def __init__(self, name: str, process: subprocess.Popen[str]) -> None:
        self.name = name
        self._process = process

    def ask(self, order: str, *, within: float = SIDE_SECONDS, **details: Any) -> Any:
        """
        Have one order carried out.

        :param within: so many seconds, then it counts as stuck.
        :raises BenchFailed: the side fell over or took too long; what it said stands on stderr.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        watch = threading.Timer(within, self._process.kill)
        watch.start()
        try:
            self._process.stdin.write(json.dumps({"order": order, **details}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            watch.cancel()
        if not line:
            raise BenchFailed(f"{self.name}: ended at the order “{order}” (see above)")
        answer = json.loads(line)
        if "failed" in answer:
            raise BenchFailed(f"{self.name}: {order}: {answer['failed']}")
        return answer["answer"]


def process_end(process: subprocess.Popen[Any], seconds: float = 10) -> None:
    """Let a process go: close its input, then ask, then insist."""
    if process.stdin:
        with contextlib.suppress(OSError):
            process.stdin.close()
    steps = (
        (lambda: None, process.terminate, process.kill)
        if process.stdin
        else (process.terminate, process.kill)
    )
    for step in steps:
        step()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
            break
    if process.stdout:
        process.stdout.close()


def _seen(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


@dataclass(frozen=True)
class Bench:
    """A bench: its name, its goal in one line, and how it runs."""

    name: str
    goal: str
    run: Callable[[Stage], Result]


@contextlib.contextmanager
def stage_open(*, quick: bool, say: Callable[[str], None], growth: bool = False) -> Iterator[Stage]:
    """Give a stage on the disk of the temporary folder; showing growth has no end of its own."""
    most = MOST_SECONDS if not growth else math.inf
    with tempfile.TemporaryDirectory(prefix="mdg-bench-") as folder:
        yield Stage(Path(folder), quick=quick, say=say, most=most, growth=growth)
