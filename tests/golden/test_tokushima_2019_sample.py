"""The Tokushima FY2019 sample against a second, separate reading of the same report."""

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from madoguchi.kit.yaml12 import yaml_load

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "madoguchi" / "services" / "dx_plan" / "samples"
GOLDEN = Path(__file__).parent / "tokushima_2019.csv"
SEEDS = ROOT / ".." / "shared" / "seeds"
SOURCE_NAME = "002_52bf9ee94d4cf9d9.txt"
COLUMNS = ["no", "title", "offices", "grade", "indicator", "unit", "target", "actual"]
YEAR = 2019
KEY = "tokushima-2019"


def load(name: str) -> dict[str, Any]:
    return yaml_load((SAMPLES / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def edition() -> dict[str, Any]:
    return load(f"{KEY}.yaml")


@pytest.fixture(scope="module")
def golden() -> list[dict[str, str]]:
    with GOLDEN.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        assert reader.fieldnames == COLUMNS
        return list(reader)


def items_of(edition: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for pillar in edition["pillars"] for item in pillar["items"]]


def rows_of(edition: dict[str, Any]) -> Iterator[dict[str, str]]:
    for item in items_of(edition):
        head = [item["no"], item["title"], "、".join(item["offices"]), item["results"][YEAR]["grade"]]
        tails = [
            [one["name"], one["unit"], one["targets"].get(YEAR, ""), one["actuals"].get(YEAR, "")]
            for one in item["indicators"]
        ]
        for tail in tails or [["", "", "", ""]]:
            yield dict(zip(COLUMNS, head + tail, strict=True))


def test_every_row_equals_the_golden_table(edition, golden):
    ours = list(rows_of(edition))
    assert len(ours) == len(golden)
    for mine, theirs in zip(ours, golden, strict=True):
        assert mine == theirs


def test_edition_and_pillars(edition):
    assert edition["key"] == KEY
    assert (edition["first_year"], edition["last_year"]) == (2019, 2026)
    shape = [(pillar["no"], [item["no"] for item in pillar["items"]]) for pillar in edition["pillars"]]
    assert shape == [
        ("1", [str(n) for n in range(1, 9)]),
        ("2", [str(n) for n in range(9, 16)]),
        ("3", [str(n) for n in range(16, 25)]),
        ("4", [str(n) for n in range(25, 28)]),
    ]
    assert len(items_of(edition)) == 27


def test_grades_add_up_to_the_printed_totals(edition):
    assert [grade["key"] for grade in edition["grades"]] == ["S", "A", "B", "C"]
    ratios = [Decimal(grade["from_ratio"]) for grade in edition["grades"]]
    assert ratios == sorted(ratios, reverse=True)

    found = Counter(item["results"][YEAR]["grade"] for item in items_of(edition))
    counts = {grade["key"]: found[grade["key"]] for grade in edition["grades"]}
    assert counts == {"S": 5, "A": 15, "B": 7, "C": 0}

    total = next(total for total in edition["totals"] if total["year"] == YEAR)
    assert total["year"] == YEAR
    assert total["counts"] == counts
    assert total["printed_percent"] == {"S": 19, "A": 55, "B": 26, "C": 0}
    assert sum(total["printed_percent"].values()) == 100


def test_printed_shares_differ_from_rounding_only_where_recorded(edition):
    total = next(total for total in edition["totals"] if total["year"] == YEAR)
    whole = sum(total["counts"].values())
    rounded = {
        key: int((Decimal(100 * count) / whole).quantize(Decimal(1), ROUND_HALF_UP))
        for key, count in total["counts"].items()
    }
    differing = {
        key: (rounded[key], printed)
        for key, printed in total["printed_percent"].items()
        if rounded[key] != printed
    }
    recorded = {one["grade"]: (one["computed"], one["printed"]) for one in total["adjustments"]}
    assert differing == recorded == {"A": (56, 55)}
    assert all(one["reason"] for one in total["adjustments"])


def test_indicator_values_are_plain_decimals(edition):
    for item in items_of(edition):
        for one in item["indicators"]:
            assert one["direction"] in {"up", "down"}
            assert one["kind"] in {"stock", "flow", "cumulative", "rate"}
            for value in [*one["targets"].values(), *one["actuals"].values()]:
                assert re.fullmatch(r"\d+(\.\d+)?", value), (item["no"], value)
                assert max(0, -Decimal(value).as_tuple().exponent) == one["decimals"]


def test_empty_cells_stay_empty(edition):
    items = items_of(edition)
    assert [item["no"] for item in items if "next" not in item["results"][YEAR]] == ["3", "14", "21", "22"]
    assert [item["no"] for item in items if "goal" not in item] == ["11", "12", "13", "14"]
    for item in items:
        texts = [item["plan"], item["results"][YEAR]["done"], item.get("goal", "-")]
        assert all(text.strip() for text in texts), item["no"]


def test_offices_named_in_the_results_belong_to_the_item(edition):
    for item in items_of(edition):
        result = item["results"][YEAR]
        named = re.findall(r"（([^（）]*(?:課|センター))）$", result["done"] + result.get("next", ""), re.M)
        known = {*item["offices"], *(f"消防局{office}" for office in item["offices"])}
        assert set(named) <= known, item["no"]


@pytest.mark.parametrize("language", ["en", "ja-easy"])
def test_translations_are_complete(edition, language):
    expected = [f"{KEY}.title"]
    expected += [f"{KEY}.grades.{grade['key']}.meaning" for grade in edition["grades"]]
    expected += [f"{KEY}.pillars.{pillar['no']}.title" for pillar in edition["pillars"]]
    for item in items_of(edition):
        path = f"{KEY}.items.{item['no']}"
        expected.append(f"{path}.title")
        expected += [f"{path}.indicators.{one['name']}" for one in item["indicators"]]
    texts = load(f"texts.{language}.yaml")
    ours = {path: text for path, text in texts.items() if path.startswith(f"{KEY}.")}
    assert sorted(ours) == sorted(expected)
    assert all(isinstance(text, str) and text.strip() for text in ours.values())


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", re.sub(r"</?\w+>", "", text)))


def sentences(text: str) -> Iterator[str]:
    for piece in re.split(r"[。\n]", text):
        bare = squeeze(re.sub(r"^\s*(?:\(\d+\)|・)\s*", "", piece))
        if len(bare) >= 25:
            yield bare


@pytest.mark.skipif(
    not SEEDS.is_dir(), reason="../shared is absent: the source report is not beside this checkout"
)
def test_no_sentence_is_copied_from_the_report(edition):
    report = squeeze((SEEDS / SOURCE_NAME).read_text(encoding="utf-8"))
    assert squeeze(edition["pillars"][0]["title"]) in report
    seen = 0
    for item in items_of(edition):
        result = item["results"][YEAR]
        for text in (item["plan"], item.get("goal", ""), result["done"], result.get("next", "")):
            for sentence in sentences(text):
                seen += 1
                assert sentence not in report, (item["no"], sentence)
    assert seen > 50
