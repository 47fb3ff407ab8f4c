"""The how-to pages work: their example block and city are built from the pages, in a copy of the house, and run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from tests.docs.reading import ROOT, fences

pytestmark = [pytest.mark.slow, pytest.mark.once]
HOW_TO = ROOT / "docs" / "how-to"
LAYER = '"(bookings) | (sensing)"'
LAYER_NEW = '"(bookings) | (sensing) | lending"'
APP = '    "madoguchi.blocks.measures",\n'


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the house with everything in it that the pages show."""
    folder = tmp_path_factory.mktemp("examples")
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc", "node_modules")
    for name in ("madoguchi", "tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copytree(ROOT / "tests" / "support", folder / "tests" / "support", ignore=ignored)
    for name in ("pyproject.toml", "tests/__init__.py", "tests/conftest.py"):
        shutil.copyfile(ROOT / name, folder / name)
    for document in sorted(HOW_TO.glob("*.md")):
        for fence in fences(document):
            if fence.path:
                path = folder / fence.path
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(fence.content, encoding="utf-8")
    migrations = folder / "madoguchi/blocks/lending/migrations"
    migrations.mkdir()
    (migrations / "__init__.py").touch()
    replace(folder / "pyproject.toml", LAYER, LAYER_NEW)
    replace(folder / "madoguchi/config/settings.py", APP, f'{APP}    "madoguchi.blocks.lending",\n')
    ran = run(folder, "-m", "madoguchi", "makemigrations", "lending")
    assert ran.returncode == 0, ran.stderr
    return folder


def replace(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name} no longer says {old}: bring docs/how-to/add-a-block.md up to date"
    path.write_text(text.replace(old, new), encoding="utf-8")


def run(folder, *arguments, city=""):
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "MADOGUCHI", "DATABASE_URL"))},
        "MADOGUCHI_DATA": str(folder / "data"),
        "MADOGUCHI_CITY": city,
        "PYTHONPATH": str(folder),
    }
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_block_of_the_pages_passes_its_own_tests(copy):
    ran = run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/lending")
    assert ran.returncode == 0, ran.stdout[-4000:]


def test_the_block_of_the_pages_keeps_to_its_floor(copy):
    program = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    ran = run(copy, "-c", program)
    trespasses = [line for line in ran.stdout.splitlines() if "lending" in line]
    assert not trespasses, ran.stdout[-4000:]


def test_the_city_of_the_pages_has_no_errors(copy):
    ran = run(copy, "-m", "madoguchi", "check", city=str(copy / "city"))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    ran = run(copy, "-m", "madoguchi", "resolve", "service/dx_plan", city=str(copy / "city"))
    assert "みなも市DX推進計画" in ran.stdout


def test_the_starter_city_folder_is_accepted(copy):
    shutil.copytree(ROOT / "docs" / "city-folder", copy / "starter")
    ran = run(copy, "-m", "madoguchi", "check", city=str(copy / "starter"))
    assert ran.returncode == 0, ran.stdout + ran.stderr
