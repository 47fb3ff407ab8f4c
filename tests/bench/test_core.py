"""Rounds, medians, peers and sides."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bench import core
from bench.core import (
    BenchFailed,
    Part,
    PeerMissing,
    Result,
    Stage,
    in_turns,
    limit_compare,
    percentile,
    surroundings_clean,
    times_compare,
)

FAKE_SIDE = """
import sys
from bench.sides.orders import orders_answer

def fail(): raise ValueError("no")
def leave(): sys.exit(1)

orders_answer({"add": lambda a, b: print("noise") or a + b, "fail": fail, "leave": leave})
"""


def test_the_median_is_taken_over_the_rounds_own_ratios() -> None:
    part = times_compare("x", unit="ms", goal=1.0, ours=[10, 1, 10], peer=[20, 30, 50])
    assert part.ratio == 5
    assert part.ours == 10
    assert part.peer == 30


def test_a_limit_is_a_ratio_too() -> None:
    assert limit_compare("x", unit="s", ours=8, limit=16).ratio == 2
    assert not limit_compare("x", unit="s", ours=17, limit=16).ok
    assert limit_compare("x", unit="s", ours=0, limit=16).ok
    assert not limit_compare("x", unit="s", ours=None, limit=16).ok


def test_the_worst_lead_speaks_for_the_bench() -> None:
    parts = [Part("a", "ms", 1, 1, 3, 3.0), Part("b", "ms", 1, 2, 3, 1.5), Part("c", "ms", 1, 2, 1, 0.5)]
    whole = Result("x", 1.0, parts, ("a", "b"), 5).as_dict()
    assert whole["ratio"] == 1.5
    assert whole["ours"] == 2
    assert whole["ok"] is False


def test_who_begins_changes_with_every_round() -> None:
    order: list[str] = []
    sides = [lambda: order.append("ours") or 1, lambda: order.append("peer") or 2]
    assert in_turns(sides, rounds=3, seconds_left=lambda: 60) == [(1, 2)] * 3
    assert order == ["ours", "peer", "peer", "ours", "ours", "peer"]


def test_a_round_that_would_not_fit_is_not_begun() -> None:
    assert in_turns([lambda: 1], rounds=5, seconds_left=lambda: -1) == [(1,)]


def test_percentiles_are_values_that_were_measured() -> None:
    assert percentile([3, 1, 2], 0.99) == 3
    assert percentile(range(1, 101), 0.99) == 99
    assert percentile([7], 0.5) == 7


def test_a_side_sees_nothing_of_an_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADOGUCHI_CITY", "somewhere")
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/x")
    assert not {"MADOGUCHI_CITY", "MADOGUCHI_DATA", "DATABASE_URL"} & set(surroundings_clean())


@pytest.fixture
def fake_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A side that is a small script; its process is a real one."""
    script = tmp_path / "fake_side.py"
    script.write_text(FAKE_SIDE, encoding="utf-8")
    real = subprocess.Popen

    def start(command: list[str], **options):
        return real([command[0], str(script)], **options)

    monkeypatch.setattr(core.subprocess, "Popen", start)


@pytest.mark.slow
def test_a_side_answers_orders_and_says_when_it_cannot(stage: Stage, fake_side: None) -> None:
    with stage.side("fake", environment={}) as side:
        assert side.ask("add", a=1, b=2) == 3
        with pytest.raises(BenchFailed, match="ValueError: no"):
            side.ask("fail")
        assert side.ask("add", a=2, b=2) == 4
        with pytest.raises(BenchFailed, match="ended at the order"):
            side.ask("leave")
        with pytest.raises(BenchFailed):
            side.ask("add", a=1, b=1)


def venv_faked(monkeypatch: pytest.MonkeyPatch, *, install_code: int) -> list[list[str]]:
    commands: list[list[str]] = []

    def run(command: list[object], **options: object) -> subprocess.CompletedProcess[str]:
        words = [str(word) for word in command]
        commands.append(words)
        if "venv" in words:
            python = Path(words[-1]) / "bin" / "python"
            python.parent.mkdir(parents=True, exist_ok=True)
            python.touch()
            return subprocess.CompletedProcess(words, 0, "", "")
        return subprocess.CompletedProcess(words, install_code, "", "WARNING: x\nERROR: nothing found")

    monkeypatch.setattr(core.subprocess, "run", run)
    return commands


def test_the_peers_venv_is_made_once(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands = venv_faked(monkeypatch, install_code=0)
    python = stage.peer_python("list_page", peer="django", cache=tmp_path)
    assert python == tmp_path / "list_page-venv" / "bin" / "python"
    assert len(commands) == 2
    assert stage.peer_python("list_page", peer="django", cache=tmp_path) == python
    assert len(commands) == 2


def test_a_peer_that_cannot_be_installed_is_missing(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv_faked(monkeypatch, install_code=1)
    with pytest.raises(PeerMissing, match="pretix: ERROR: nothing found") as missing:
        stage.peer_python("fresh_start", peer="pretix", cache=tmp_path)
    assert missing.value.names == ("pretix",)
    # What failed half-way is not taken for a peer next time.
    with pytest.raises(PeerMissing):
        stage.peer_python("fresh_start", peer="pretix", cache=tmp_path)


@pytest.mark.parametrize("name", ["list_page", "fresh_start"])
def test_peers_are_pinned(name: str) -> None:
    lines = (Path(core.__file__).parent / f"requirements-{name}.txt").read_text(encoding="utf-8").splitlines()
    assert lines
    assert all(line.count("==") == 1 and " " not in line for line in lines)


def test_no_server_is_a_missing_peer(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**options: object):
        raise core.PostgresMissing("no initdb")

    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(core, "private_cluster", refuse)
    with pytest.raises(PeerMissing) as missing, stage.postgresql():
        pass
    assert missing.value.names == ("postgresql",)


@pytest.mark.postgresql
def test_databases_of_a_bench_are_its_own_and_gone_afterwards(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    import psycopg

    def names() -> set[str]:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
            # Tests beside this one make and drop databases of their own.
            ours = f"madoguchi_bench_{os.getpid()}_%"
            return {
                row[0]
                for row in server.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [ours])
            }

    with stage.postgresql() as server:
        with psycopg.connect(server.fresh("a"), autocommit=True) as made:
            made.execute("CREATE TABLE t (i int)")
        with psycopg.connect(server.fresh("a"), autocommit=True) as made:
            assert made.execute("SELECT to_regclass('t')").fetchone() == (None,)
        assert len(names()) == 1
    assert names() == set()
