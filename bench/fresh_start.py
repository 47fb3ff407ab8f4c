"""
From "installed" to the first page, and how long pretix takes to make its tables.

Ours is the one command of the README, ``madoguchi demo``: every round begins with a copy of the program as a fresh
clone has it (nothing byte-compiled, no compiled texts) and an empty data folder, and ends when the front page
answers 200. Inside: start, migrate, publish the declarations, load the fictional city (offices, posts, people,
plans), serve. SQLite, as installed. The packages that it needs are there; installing them is not timed, on either
side.

``first_page`` holds that against 16 seconds. ``pretix_migrate`` compares it with ``python -m pretix migrate``, pinned,
into an empty PostgreSQL database (without a server: into SQLite, where it takes longer): only its tables, before
anything is loaded or served. Same Python, same disk, in turns.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from bench.core import (
    ROOT,
    Bench,
    BenchFailed,
    PeerMissing,
    Result,
    Server,
    Stage,
    in_turns,
    limit_compare,
    process_end,
    surroundings_clean,
    times_compare,
)

NAME = "fresh_start"
GOAL = 5.0
LIMIT_SECONDS = 16
# pretix takes more than a minute each time.
ROUNDS = 3
MOST_SECONDS = 240
NOT_IN_A_CLONE = shutil.ignore_patterns("__pycache__", "*.mo")


def run(stage: Stage) -> Result:
    """Measure both sides."""
    missing: list[str] = []
    with contextlib.ExitStack() as until_the_end:
        sides = [_ours(stage)]
        try:
            python = stage.peer_python(NAME, peer="pretix")
            sides.append(_peer(stage, python, _server(stage, until_the_end)))
        except PeerMissing as absent:
            stage.say(str(absent))
            missing += absent.names
        answers = in_turns(sides, rounds=1 if stage.quick else ROUNDS, seconds_left=stage.seconds_left)
    ours = [answer[0] for answer in answers]
    peer = [answer[1] for answer in answers] if not missing else []
    parts = [
        times_compare("pretix_migrate", unit="s", goal=GOAL, ours=ours, peer=peer),
        limit_compare("first_page", unit="s", ours=sorted(ours)[len(ours) // 2], limit=LIMIT_SECONDS),
    ]
    return Result(NAME, GOAL, parts, ("pretix_migrate",), len(answers), missing)


def _server(stage: Stage, until_the_end: contextlib.ExitStack) -> Server | None:
    try:
        return until_the_end.enter_context(stage.postgresql(durable=True))
    except PeerMissing as absent:
        stage.say(f"{absent}\npretix uses SQLite instead")
        return None


def _ours(stage: Stage) -> Callable[[], float]:
    def start() -> float:
        folder = _emptied(stage.folder / "ours")
        shutil.copytree(ROOT / "madoguchi", folder / "program" / "madoguchi", ignore=NOT_IN_A_CLONE)
        port = _port_free()
        surroundings = {
            **surroundings_clean(),
            "PYTHONPATH": str(folder / "program"),
            "MADOGUCHI_DATA": str(folder / "data"),
        }
        with (folder / "said").open("wb") as said:
            began = time.monotonic()
            process = subprocess.Popen(
                [sys.executable, "-m", "madoguchi", "demo", "--port", str(port)],
                cwd=folder / "program", env=surroundings, stdout=said, stderr=subprocess.STDOUT,
            )  # fmt: skip
            try:
                answered = first_page(f"http://127.0.0.1:{port}/", still=lambda: process.poll() is None)
                seconds = time.monotonic() - began
            finally:
                process_end(process)
        if not answered:
            raise BenchFailed(f"madoguchi demo showed no page:\n{(folder / 'said').read_text()[-2000:]}")
        stage.say(f"madoguchi: first page after {seconds:.1f} s")
        return seconds

    return start


def first_page(url: str, *, still: Callable[[], bool], most: float = MOST_SECONDS) -> bool:
    """Ask until a page answers 200; False when the program has ended or the time is up."""
    end = time.monotonic() + most
    # No proxy of the surroundings stands between us and ourselves.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < end and still():
        try:
            with opener.open(url, timeout=30) as page:
                return page.status == 200 and b"<h1" in page.read()
        except urllib.error.HTTPError:
            return False
        except OSError:
            time.sleep(0.02)
    return False


def _peer(stage: Stage, python: Path, server: Server | None) -> Callable[[], float]:
    def migrate() -> float:
        folder = _emptied(stage.folder / "pretix")
        config = folder / "pretix.cfg"
        config.write_text(_config(folder, server.fresh("pretix") if server else None), encoding="utf-8")
        surroundings = {**surroundings_clean(), "PRETIX_CONFIG_FILE": str(config)}
        with (folder / "said").open("wb") as said:
            most = max(stage.seconds_left(), 1)
            began = time.monotonic()
            try:
                done = subprocess.run(
                    [python, "-m", "pretix", "migrate"], cwd=folder, env=surroundings, stdout=said,
                    stderr=subprocess.STDOUT, check=False, timeout=most,
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                raise BenchFailed(f"pretix migrate: not ready after {most:.0f} s") from None
            seconds = time.monotonic() - began
        if done.returncode:
            raise BenchFailed(f"pretix migrate: {(folder / 'said').read_text()[-2000:]}")
        stage.say(f"pretix: migrated after {seconds:.1f} s")
        return seconds

    return migrate


def _config(folder: Path, url: str | None) -> str:
    lines = ["[pretix]", "instance_name=bench", "url=http://localhost", f"datadir={folder}", "[database]"]
    if url is None:
        return "\n".join([*lines, "backend=sqlite3", f"name={folder / 'db.sqlite3'}", ""])
    from psycopg.conninfo import conninfo_to_dict

    known = {"dbname": "name", "user": "user", "password": "password", "host": "host", "port": "port"}
    values = {known[key]: value for key, value in conninfo_to_dict(url).items() if key in known}
    given = [f"{key}={value}" for key, value in values.items()]
    return "\n".join([*lines, "backend=postgresql", *given, ""])


def _emptied(folder: Path) -> Path:
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir()
    # What is left to write from before is nobody's time but its own.
    os.sync()
    return folder


def _port_free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


BENCH = Bench(NAME, "installed → first page: ≤ 16 s; pretix's migrate alone takes ≥ 5× as long", run)
