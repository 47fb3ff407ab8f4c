"""What ``python -m bench`` promises: the list, the last line, the exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.__main__ import benches_find, main
from bench.core import Bench, BenchFailed, Stage

ROOT = Path(__file__).parents[2]
KEYS = {"name", "goal", "ratio", "ours", "peer", "unit", "rounds", "ok", "parts", "missing"}
PART_KEYS = {"name", "ratio", "goal", "ours", "peer", "unit", "ok"}
Fake = Callable[..., Bench]


def last_line(text: str) -> dict:
    return json.loads(text.splitlines()[-1])


def test_without_a_name_the_benches_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    shown = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert {"fresh_start", "list_page", "sqlite_tail"} <= set(shown)
    assert shown == sorted(benches_find())


def test_the_module_runs_as_a_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "list_page" in done.stdout
    assert done.stderr == ""


def test_every_bench_is_known_by_the_name_of_its_module() -> None:
    for name, one in benches_find().items():
        assert one.run.__module__ == f"bench.{name}"


def test_an_unknown_name_is_a_fault_of_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nothing"], {}) == 2
    with pytest.raises(SystemExit) as left:
        main(["--no-such-option"], {})
    assert left.value.code == 2
    assert capsys.readouterr().out == ""


def test_the_last_line_is_the_result(fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    one = fake(ours=[10.0, 20.0, 10.0], peer=[30.0, 80.0, 20.0])
    assert main(["fake", "--json"], {"fake": one}) == 0
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 1
    assert "quick: False" in said.err
    result = last_line(said.out)
    assert set(result) == KEYS
    assert all(set(part) == PART_KEYS for part in result["parts"])
    assert result == {
        "name": "fake", "goal": 2.0, "ratio": 3.0, "ours": 10.0, "peer": 30.0, "unit": "ms", "rounds": 3, "ok": True,
        "parts": [
            {"name": "speed", "ratio": 3.0, "goal": 2.0, "ours": 10.0, "peer": 30.0, "unit": "ms", "ok": True},
            {"name": "size", "ratio": 2.0, "goal": 1.0, "ours": 5.0, "peer": 10.0, "unit": "kB", "ok": True},
        ],
        "missing": [],
    }  # fmt: skip


def test_quick_reaches_the_bench(fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fake", "--quick"], {"fake": fake(ours=[1.0], peer=[3.0])}) == 0
    said = capsys.readouterr()
    assert "quick: True" in said.err
    assert "ratio 3, goal 2" in said.out


@pytest.mark.parametrize("limit", [10, 1])
def test_ok_only_if_every_part_is_and_a_goal_missed_fails_no_build(
    fake: Fake, capsys: pytest.CaptureFixture[str], limit: float
) -> None:
    assert main(["fake", "--json"], {"fake": fake(ours=[1.0], peer=[3.0], limit=limit)}) == 0
    result = last_line(capsys.readouterr().out)
    assert result["ok"] is (limit == 10)
    assert result["parts"][0]["ok"] is True
    assert result["ratio"] == 3.0


def test_without_the_peer_there_is_no_ratio(fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    one = fake(ours=[1.0], peer=[], missing=("pretix",))
    assert main(["fake", "--json"], {"fake": one}) == 3
    result = last_line(capsys.readouterr().out)
    assert result["ratio"] is None
    assert result["peer"] is None
    assert result["ours"] == 1.0
    assert result["ok"] is False
    assert result["missing"] == ["pretix"]
    assert [part["ok"] for part in result["parts"]] == [False, True]
    assert main(["fake"], {"fake": one}) == 3
    assert "missing: pretix" in capsys.readouterr().out


def test_a_side_that_cannot_work_gives_no_figure(capsys: pytest.CaptureFixture[str]) -> None:
    def run(stage: Stage) -> None:
        raise BenchFailed("the page has 49 rows")

    assert main(["fake", "--json"], {"fake": Bench("fake", "", run)}) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "49 rows" in said.err
