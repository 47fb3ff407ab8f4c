"""Real files of a real city in the registers of the sample city: nearly all rows pass, and the others say why."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from madoguchi.blocks.people.testing import office_make
from madoguchi.blocks.registers.models import Version
from tests.registers.city import city_declared, city_publish

FOLDER = Path(__file__).parents[2] / ".." / "shared" / "data" / "takamatsu"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not FOLDER.is_dir(), reason="../shared/data is absent: the files are not beside this checkout"
    ),
]

FILES = {
    "aed": ("aed_location.xlsx", {"choice": 2, "time": 1}),
    "shelters": ("evacuation_space.xlsx", {"required": 1}),
    "hospitals": ("hospital.csv", {"choice": 8, "unit": 3}),
    "nurseries": ("nursery_school.xlsx", {"required": 1}),
    "libraries": ("library.xlsx", {}),
    "fire_stations": ("fire_station.xlsx", {}),
    "housing": ("municipal_housing.xlsx", {}),
    "events": ("events.xlsx", {"url": 2}),
    "garbage_days": ("garbage_collection_date.xlsx", {}),
    "garbage_items": ("garbage_separation_list.xlsx", {"required": 14, "choice": 2}),
    "population": ("population_202209.xlsx", {}),
}
"""The file of each register, and how often its cells are refused for which reason."""


@pytest.mark.parametrize("key", FILES)
def test_a_real_file_goes_in_and_comes_back(key: str, tmp_path: Path, capsys: Any) -> None:
    city_publish(city_declared(), registers=[key])
    office_make(name="デジタル推進課")
    name, wrong = FILES[key]

    first = brought(key, FOLDER / name, capsys)
    assert first["accepted"] / first["rows"] >= 0.95, first["rejected"]
    assert first["counts"].get("new", 0) == first["accepted"], first["counts"]
    assert {head for head, target in first["mapping"]["columns"].items() if not target} == set()
    assert Counter(problem["code"] for problem in first["rejected"]) == wrong, first["rejected"]
    for problem in first["rejected"]:
        assert problem["row"] > 1, problem
        assert problem["column"], problem
        assert says_what_to_do(problem["message"]), problem
    assert Version.objects.filter(register=key, current=True).count() == first["accepted"]

    second = brought(key, FOLDER / name, capsys)
    assert second["counts"] == first_as_same(first), "a second time nothing is new"
    assert second["rejected"] == first["rejected"]
    assert not second["applied"]

    for form in ("csv", "xlsx", "json"):
        out = tmp_path / f"{key}.{form}"
        call_command("register", "export", key, "--format", form, "--output", str(out))
        again = brought(key, out, capsys)
        assert again["counts"] == {"same": first["accepted"]}, (form, again["rejected"][:3])
        assert again["rejected"] == []


def first_as_same(first: dict[str, Any]) -> dict[str, int]:
    """Give the counts of the same file, brought again."""
    counts = {"same": first["accepted"], "rejected": first["counts"].get("rejected", 0)}
    return {action: count for action, count in counts.items() if count}


def says_what_to_do(message: str) -> bool:
    """Judge a message: a whole Japanese sentence that names what may be written, or what to change."""
    helps = ("ください。", "使えるのは", "例：", "必ず要る項目です。")
    return message[-1] in "。0" and any(part in message for part in helps)


def brought(key: str, path: Path, capsys: Any) -> dict[str, Any]:
    """Bring a file by the command, and give its answer."""
    capsys.readouterr()
    call_command("register", "import", key, str(path), "--json")
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer
