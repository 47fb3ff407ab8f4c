"""``plan_report`` with a fake side: what it asks for, and what it makes of the answers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench import plan_report
from bench.core import BenchFailed, Stage
from bench.sides.plan_report_ours import YEARS, plan

SIZES = dict.fromkeys(plan_report.FORMATS, 10)


class FakeSide:
    def __init__(
        self, seconds: float, sizes: dict[str, int], asked: list[tuple[str, dict[str, Any]]]
    ) -> None:
        self.seconds, self.sizes, self.asked = seconds, sizes, asked

    def ask(self, order: str, **details: Any) -> Any:
        self.asked.append((order, details))
        items = 1000 if self.seconds > 4 else 500
        memory = {"own": 100.0, "child": self.seconds * 10, "sum": 100 + self.seconds * 10}
        return {
            "items": items,
            "seconds": self.seconds,
            "cpu": 1.0,
            "took": {},
            "sizes": self.sizes,
            "memory": memory,
        }


class FakeStage(Stage):
    def __init__(self, folder: Path, *, large: float, half: float, sizes: dict[str, int] = SIZES) -> None:
        super().__init__(folder, quick=True, say=lambda text: None, most=60)
        self.seconds = {"data-1000": large, "data-500": half}
        self.sizes = sizes
        self.asked: list[tuple[str, dict[str, Any]]] = []

    @contextlib.contextmanager
    def side(self, module: str, *, environment: dict[str, str], python: Any = None) -> Iterator[Any]:
        assert module == "plan_report_ours"
        seconds = self.seconds[Path(environment["MADOGUCHI_DATA"]).name]
        yield FakeSide(seconds, self.sizes, self.asked)


def test_three_limits_and_the_worst_leads(tmp_path: Path) -> None:
    stage = FakeStage(tmp_path, large=8, half=4)
    result = plan_report.run(stage).as_dict()
    assert {part["name"]: part["ratio"] for part in result["parts"]} == {
        "seconds": 1.25, "memory": round(300 / 180, 3), "growth": 1.25,
    }  # fmt: skip
    assert (result["ok"], result["ratio"], result["missing"]) == (True, 1.25, [])
    assert [order for order, _details in stage.asked] == ["prepare", "prepare", "report", "report"]
    assert [details["items"] for order, details in stage.asked if order == "prepare"] == [1000, 500]


@pytest.mark.parametrize(
    ("large", "half", "fails"), [(10.5, 4, "seconds"), (8, 3.1, "growth"), (20.5, 4, "memory")]
)
def test_a_limit_that_is_not_kept_is_said(tmp_path: Path, large: float, half: float, fails: str) -> None:
    result = plan_report.run(FakeStage(tmp_path, large=large, half=half)).as_dict()
    assert not result["ok"]
    assert fails in {part["name"] for part in result["parts"] if not part["ok"]}


def test_a_format_that_is_missing_is_no_figure(tmp_path: Path) -> None:
    with pytest.raises(BenchFailed, match="missing"):
        plan_report.run(FakeStage(tmp_path, large=8, half=4, sizes={**SIZES, "pdf": 0}))


def test_the_plan_is_as_large_as_it_says() -> None:
    made = plan(50)
    items = [item for pillar in made["pillars"] for item in pillar["items"]]
    assert len(items) == len({item["title"] for item in items}) == 50
    assert all(len(item["results"]) == YEARS for item in items)
    assert all(len(one["actuals"]) == YEARS for item in items for one in item["indicators"])
    texts = [result["done"] for item in items for result in item["results"].values()]
    assert len(set(texts)) == len(texts)
