"""The three benches with fake sides: what they ask for, and what they make of the answers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench import fresh_start, list_page, sqlite_tail
from bench.core import BenchFailed, PeerMissing, Server, Stage
from bench.sides.pages import Page, rows_count


class FakeSide:
    """Answers as a side would, with figures that a test chose."""

    def __init__(self, module: str, answers: dict[str, Any]) -> None:
        self.name = module
        self.answers = answers

    def ask(self, order: str, **details: Any) -> Any:
        return self.answers[order]


class FakeServer(Server):
    def fresh(self, name: str) -> str:
        return f"{self.url}/{name}"

    def drop(self) -> None:
        pass


class FakeStage(Stage):
    """A stage whose sides, peers and server are a test's."""

    def __init__(
        self, folder: Path, sides: dict[str, dict[str, Any]], *, lacks: tuple[str, ...] = ()
    ) -> None:
        super().__init__(folder, quick=True, say=lambda text: None, most=60)
        self._sides = sides
        self._lacks = lacks

    def peer_python(self, bench: str, *, peer: str, cache: Path = Path()) -> Path:
        if peer in self._lacks:
            raise PeerMissing(peer)
        return Path("python")

    @contextlib.contextmanager
    def postgresql(self, *, durable: bool = False) -> Iterator[Server]:
        if "postgresql" in self._lacks:
            raise PeerMissing("postgresql")
        yield FakeServer("postgresql://x")

    @contextlib.contextmanager
    def side(self, module: str, *, environment: dict[str, str], python: Any = None) -> Iterator[Any]:
        key = f"{module}:postgresql" if "DATABASE_URL" in environment else module
        yield FakeSide(module, self._sides.get(key, self._sides.get(module, {})))


def page(ms: float, *, rows: int = 50, queries: int = 11) -> dict[str, Any]:
    return {
        "prepare": {"rows": rows, "bytes": 1000},
        "queries": queries,
        "turn": {"pages": 10, "seconds": ms / 100},
    }


def test_list_page_goes_by_the_worse_database(tmp_path: Path) -> None:
    sides = {
        "list_page_ours": page(2), "list_page_ours:postgresql": page(4, queries=12), "list_page_peer": page(6),
    }  # fmt: skip
    result = list_page.run(FakeStage(tmp_path, sides)).as_dict()
    assert [part["name"] for part in result["parts"]] == ["sqlite", "postgresql", "queries"]
    assert result["ratio"] == 1.5
    assert result["parts"][0]["ratio"] == 3
    assert result["parts"][2] == {
        "name": "queries", "ratio": 1.0, "goal": 1.0, "ours": 12.0, "peer": 12.0, "unit": "queries", "ok": True,
    }  # fmt: skip
    assert result["ok"]


def test_list_page_counts_queries(tmp_path: Path) -> None:
    sides = {"list_page_ours": page(1, queries=13), "list_page_peer": page(6)}
    result = list_page.run(FakeStage(tmp_path, sides))
    assert not result.ok


def test_list_page_refuses_to_compare_different_pages(tmp_path: Path) -> None:
    sides = {"list_page_ours": page(1, rows=27), "list_page_peer": page(6)}
    with pytest.raises(BenchFailed, match="27 rows"):
        list_page.run(FakeStage(tmp_path, sides))


@pytest.mark.parametrize("lacks", ["django", "postgresql"])
def test_list_page_without_a_peer_or_a_server(tmp_path: Path, lacks: str) -> None:
    sides = {"list_page_ours": page(1), "list_page_peer": page(6)}
    result = list_page.run(FakeStage(tmp_path, sides, lacks=(lacks,))).as_dict()
    assert result["ratio"] is None
    assert result["missing"] == [lacks]
    assert {part["name"] for part in result["parts"]} == {"sqlite", "postgresql", "queries"}


def writers(vendor: str, ms: list[float]) -> dict[str, Any]:
    return {"prepare": vendor, "round": ms}


def test_sqlite_tail_compares_tails_and_names_the_longest(tmp_path: Path) -> None:
    sides = {
        "sqlite_tail_writers": writers("sqlite", [10.0] * 99 + [190.0]),
        "sqlite_tail_writers:postgresql": writers("postgresql", [5.0] * 99 + [900.0]),
    }
    result = sqlite_tail.run(FakeStage(tmp_path, sides)).as_dict()
    assert result["ratio"] == 0.5
    assert [part["ok"] for part in result["parts"]] == [True, True]
    assert result["parts"][1]["ours"] == 190
    sides["sqlite_tail_writers"] = writers("sqlite", [10.0] * 99 + [201.0])
    assert not sqlite_tail.run(FakeStage(tmp_path, sides)).ok


def test_sqlite_tail_without_postgresql(tmp_path: Path) -> None:
    sides = {"sqlite_tail_writers": writers("sqlite", [10.0])}
    result = sqlite_tail.run(FakeStage(tmp_path, sides, lacks=("postgresql",))).as_dict()
    assert result["ratio"] is None
    assert result["missing"] == ["postgresql"]
    assert result["parts"][1]["ok"] is True


def test_fresh_start_holds_both_goals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh_start, "_ours", lambda stage: lambda: 8.0)
    monkeypatch.setattr(fresh_start, "_peer", lambda stage, python, server: lambda: 80.0)
    result = fresh_start.run(FakeStage(tmp_path, {})).as_dict()
    assert result["ratio"] == 10
    assert result["parts"][1]["ratio"] == 2
    assert result["ok"]


def test_fresh_start_without_pretix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh_start, "_ours", lambda stage: lambda: 8.0)
    result = fresh_start.run(FakeStage(tmp_path, {}, lacks=("pretix",))).as_dict()
    assert result["missing"] == ["pretix"]
    assert result["ratio"] is None
    assert result["ours"] == 8.0


def test_pretix_without_a_server_takes_sqlite(tmp_path: Path) -> None:
    assert "backend=sqlite3" in fresh_start._config(tmp_path, None)
    given = fresh_start._config(tmp_path, "postgresql://a:b%25c@127.0.0.1:5433/d").splitlines()
    assert {"backend=postgresql", "name=d", "user=a", "password=b%c", "host=127.0.0.1", "port=5433"} <= set(
        given
    )


def test_rows_are_counted_by_a_parser() -> None:
    head = "<table><thead><tr><th>a</th></tr></thead><tbody>"
    assert rows_count(head + "<tr><th>1</th><td>2</td><td>3</td></tr>" * 50 + "</tbody></table>") == 50
    assert rows_count(head + "</tbody></table>") == 0
    assert rows_count("<!-- <tr><td></td></tr> -->") == 0


def test_a_page_is_asked_as_a_server_would() -> None:
    asked: list[dict[str, Any]] = []

    def application(environ: dict[str, Any], start: Any) -> list[bytes]:
        asked.append(environ)
        start("200 OK" if environ["PATH_INFO"] == "/list" else "302 Found", [])
        return [b"<table><tr><td>1</td></tr></table>"]

    page = Page(application, "/list", query="year=2026", cookie="a=b")
    assert page.look() == {"rows": 1, "bytes": 34}
    assert asked[0]["HTTP_COOKIE"] == "a=b"
    assert asked[0]["QUERY_STRING"] == "year=2026"
    turn = page.turn(0.01)
    assert turn["pages"] == len(asked) - 1
    with pytest.raises(RuntimeError, match="302"):
        Page(application, "/elsewhere").get()
