"""The three benches over a population with fake sides: what they ask for, and what they make of the answers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench import population, register_feed, rights_filter, search_people
from bench.core import Stage


class FakeSide:
    def __init__(self, answers: dict[str, Any]) -> None:
        self.name = "fake"
        self._answers = answers

    def ask(self, order: str, **details: Any) -> Any:
        answer = self._answers[order]
        return answer(**details) if callable(answer) else answer


class FakeStage(Stage):
    """A stage whose only side is a test's."""

    def __init__(self, folder: Path, answers: dict[str, Any], *, growth: bool = False) -> None:
        super().__init__(folder, quick=True, say=lambda text: None, most=60, growth=growth)
        self._answers = answers

    @contextlib.contextmanager
    def side(self, module: str, **_: Any) -> Iterator[Any]:
        yield FakeSide(self._answers)


@pytest.fixture(params=[True, False], ids=["both", "sqlite alone"])
def servers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    both: bool = request.param
    found = {"sqlite": ""} | ({"postgresql": "postgresql://x/y"} if both else {})
    for bench in (search_people, rights_filter, register_feed):
        monkeypatch.setattr(bench, "databases", lambda stage: contextlib.nullcontext(found))
    for bench in (search_people, rights_filter):
        monkeypatch.setattr(bench, "city_ready", lambda *_: {})
    monkeypatch.setattr(register_feed, "database_make", lambda *_: None)
    return both


def searched(logged: float) -> dict[str, Any]:
    taken = {"logged": logged, "unlogged": logged / 2, "bare": 1.0}
    return {
        "questions": {"asked": 40, "found": 2.0, "persons": 10_000},
        "turn": lambda which: [taken[which] / 2] * 94 + [taken[which]] * 6,
    }


@pytest.mark.parametrize(("ms", "ok"), [(15, True), (40, False)])
def test_search_people_goes_by_the_95th_of_what_is_logged(
    tmp_path: Path, servers: bool, ms: float, ok: bool
) -> None:
    result = search_people.run(FakeStage(tmp_path, searched(ms))).as_dict()
    assert result["ours"] == ms
    assert result["ratio"] == (pytest.approx(30 / ms, rel=1e-3) if servers else None)
    parts = {part["name"]: part for part in result["parts"]}
    assert parts["sqlite-bare"]["ratio"] == pytest.approx(1 / ms, rel=1e-3)
    assert result["ok"] is (ok and servers)
    assert result["missing"] == ([] if servers else ["postgresql"])


def test_growth_names_its_sizes(tmp_path: Path, servers: bool) -> None:
    result = search_people.run(FakeStage(tmp_path, searched(9), growth=True)).as_dict()
    names = {part["name"] for part in result["parts"]}
    assert {"sqlite", "sqlite-100000", "sqlite-1000000"} <= names
    assert ("postgresql-1000000" in names) is servers


def test_rights_filter_compares_the_same_list(tmp_path: Path, servers: bool) -> None:
    taken = {"ours": 12.0, "bare": 10.0}
    answers = {"filtered": lambda name, which: {"ms": taken[which], "rows": 500}}
    result = rights_filter.run(FakeStage(tmp_path, answers)).as_dict()
    assert {part["ratio"] for part in result["parts"]} == {0.8333}
    assert all(part["ok"] for part in result["parts"])
    taken["ours"] = 14
    assert not any(part["ok"] for part in rights_filter.run(FakeStage(tmp_path, answers)).as_dict()["parts"])


def test_register_feed_goes_by_the_difference(tmp_path: Path, servers: bool) -> None:
    seconds = {"full": 100.0, "difference": 20.0}

    def apply(extent: str, **_: Any) -> dict[str, Any]:
        one = seconds[extent]
        return {"seconds": one, "took": {"received": one}, "records": 10, "memory": 500.0}

    answers = {
        "files": {"full": 1, "difference": 1},
        "apply": apply,
        "bare": {"rows": 2_000_000, "seconds": 5.0},
    }
    result = register_feed.run(FakeStage(tmp_path, answers)).as_dict()
    parts = {part["name"]: part for part in result["parts"]}
    assert (parts["sqlite-difference"]["ratio"], parts["sqlite-bare"]["ratio"]) == (3, 0.05)
    assert parts["sqlite-memory"]["ok"]
    seconds["difference"] = 61
    assert not register_feed.run(FakeStage(tmp_path, answers)).parts[0].ok


def test_a_city_is_made_once_and_anew_when_its_code_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[list[str]] = []

    class Done:
        returncode, stderr = 0, ""

    def run(command: list[str], **_: Any) -> Done:
        made.append(command)
        return Done()

    monkeypatch.setattr(population, "CACHE", tmp_path)
    monkeypatch.setattr(population.subprocess, "run", run)
    stage = FakeStage(tmp_path, {})
    for _ in range(2):
        environment = population.city_ready(stage, "sqlite", "", 60)
    assert environment == {"MADOGUCHI_DATA": str(tmp_path / "people-sqlite-60")}
    assert len(made) == 1
    assert made[0][3:5] == ["sample-city", "--residents"]
    monkeypatch.setattr(population, "made_by", lambda: "another")
    population.city_ready(stage, "sqlite", "", 60)
    assert len(made) == 2
