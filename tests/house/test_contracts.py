"""The floors, blocks and doors hold, and each contract finds the violation that it is there for."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
NAMES = {contract["id"]: contract["name"] for contract in SETTINGS["contracts"]}

pytestmark = pytest.mark.lint


@dataclass(frozen=True)
class Plant:
    """Files to add to a copy of the package, and the contracts that they must break."""

    files: dict[str, str]
    breaks: set[str]


PLANTS = {
    "a floor imports a higher floor": Plant(
        {"ui/planted.py": "import madoguchi.office\n"},
        {"floors"},
    ),
    "the faces import each other": Plant(
        {"portal/planted.py": "import madoguchi.office\n"},
        {"floors"},
    ),
    "a package stands on no floor": Plant(
        {"helpers/__init__.py": ""},
        {"floors"},
    ),
    "a block imports a later block": Plant(
        {"blocks/fields/planted.py": "import madoguchi.blocks.cases.types\n", "blocks/cases/types.py": ""},
        {"blocks"},
    ),
    "blocks of one group import each other": Plant(
        {"blocks/paper/planted.py": "import madoguchi.blocks.measures.types\n",
         "blocks/measures/types.py": ""},
        {"blocks"},
    ),
    "a block is not in the order": Plant(
        {"blocks/helpers/__init__.py": ""},
        {"blocks"},
    ),
    "a service imports another": Plant(
        {"services/planted_a/rules.py": "import madoguchi.services.planted_b.rules\n",
         "services/planted_b/rules.py": ""},
        {"services"},
    ),
    "a face imports a service": Plant(
        {"office/planted.py": "import madoguchi.services.planted.rules\n", "services/planted/rules.py": ""},
        {"faces", "floors"},
    ),
    "the kit imports Django": Plant(
        {"kit/planted.py": "def now():\n    from django.utils import timezone\n"},
        {"kit"},
    ),
    "a service imports the inside of a block": Plant(
        {"services/planted/rules.py": "import madoguchi.blocks.people.models\n",
         "blocks/people/models.py": ""},
        {"one_door"},
    ),
    "a block imports the inside of another": Plant(
        {"blocks/messages/planted.py": "from madoguchi.blocks.people import anything\n"},
        {"one_door"},
    ),
    "the product imports what is for tests": Plant(
        {"services/planted/rules.py": "import madoguchi.blocks.people.testing\n",
         "blocks/people/testing.py": ""},
        {"one_door"},
    ),
    "somebody but the kernel imports declarations": Plant(
        {"services/planted/rules.py": "import madoguchi.blocks.people.declarations\n",
         "blocks/people/declarations.py": ""},
        {"one_door"},
    ),
}  # fmt: skip
ALLOWED = {
    "a service walks through the doors": {
        "services/planted/rules.py": "".join(
            f"import madoguchi.blocks.people.{room}\n" for room in ("actions", "queries", "types", "pages")
        ),
        **{f"blocks/people/{room}.py": "" for room in ("actions", "queries", "types", "pages")},
    },
    "a testing room uses another": {
        "blocks/messages/testing.py": "import madoguchi.blocks.people.testing\n",
        "blocks/people/testing.py": "",
    },
}


def test_the_house_holds():
    assert lint(ROOT) == (set(), set(NAMES))


@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS)
def test_contract_finds_the_planted_violation(plant, tmp_path):
    tree_copy(tmp_path)
    files_plant(tmp_path, plant.files)

    broken, kept = lint(tmp_path)

    assert broken == plant.breaks
    assert broken | kept == set(NAMES)


@pytest.mark.parametrize("files", ALLOWED.values(), ids=ALLOWED)
def test_open_doors_stay_open(files, tmp_path):
    tree_copy(tmp_path)
    files_plant(tmp_path, files)

    assert lint(tmp_path) == (set(), set(NAMES))


def test_every_contract_has_a_planted_violation():
    assert set().union(*(plant.breaks for plant in PLANTS.values())) == set(NAMES)


def test_nothing_is_ignored():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    section = text[text.index("[tool.importlinter]") :]
    assert "ignore_imports" not in section
    assert "exhaustive_ignores" not in section


def tree_copy(to: Path) -> None:
    """Copy the package's Python files and the contracts."""
    shutil.copy(ROOT / "pyproject.toml", to)
    for source in (ROOT / "madoguchi").rglob("*.py"):
        target = to / source.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def files_plant(tree: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = tree / "madoguchi" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        (path.parent / "__init__.py").touch()


def lint(tree: Path) -> tuple[set[str], set[str]]:
    """Run import-linter over a tree and give the ids of the broken and the kept contracts."""
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--config", "pyproject.toml", "--no-cache"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    verdicts = {
        key: verdict[1]
        for key, name in NAMES.items()
        if (verdict := re.search(rf"^{re.escape(name)} (KEPT|BROKEN)", done.stdout, re.MULTILINE))
    }
    assert verdicts, f"import-linter gave no verdict:\n{done.stdout}{done.stderr}"
    broken = {key for key, verdict in verdicts.items() if verdict == "BROKEN"}
    assert bool(broken) == bool(done.returncode), done.stdout
    return broken, set(verdicts) - broken
