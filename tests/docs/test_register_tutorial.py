"""The register of docs/how-to/add-a-register.md: under 40 lines, published, filled from a file, exported as it came."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from madoguchi.blocks.people.testing import DAY, NOW, office_make
from madoguchi.blocks.registers.models import Version
from madoguchi.blocks.registers.schema import schema_get
from madoguchi.kernel.declarations import declarations_publish
from madoguchi.kernel.rights import system_viewer
from tests.docs.reading import ROOT, fences

pytestmark = pytest.mark.django_db
PAGES = ("add-a-service.md", "add-a-register.md")
MOST_LINES = 40


@pytest.fixture
def city(tmp_path: Path, settings: Any) -> Path:
    """The city's folder as the two pages build it."""
    for page in PAGES:
        for fence in fences(ROOT / "docs" / "how-to" / page):
            if fence.path.startswith("city/"):
                path = tmp_path / fence.path
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(fence.content, encoding="utf-8")
    (tmp_path / "city" / "bindings.yaml").write_text("site: {name: みなも市}\n", encoding="utf-8")
    settings.CITY_DIR = tmp_path / "city"
    return tmp_path / "city"


def test_a_strangers_register_works_in_under_forty_lines(city: Path, tmp_path: Path) -> None:
    folder = city / "services" / "loan_desk"
    lines = (folder / "equipment.yaml").read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line.strip()]) < MOST_LINES
    keys = ["service/loan_desk", "codelist/loan_desk.condition", "register/loan_desk.equipment"]
    declarations_publish(actor=system_viewer(on=DAY, duty="試験"), keys=keys, reason="試験", now=NOW)
    office_make(name="総務課")
    file = tmp_path / "備品.csv"
    file.write_text(
        "物品名,管理コード,状態,備考\nプロジェクター,AB-1234,使える,\n延長コード,cd-1,使える,長い\n",
        encoding="utf-8",
    )
    answer = register(
        "import", "loan_desk.equipment", str(file), "--map", str(folder / "samples" / "map.yaml")
    )
    assert (answer["rows"], answer["accepted"], answer["applied"]) == (2, 1, True)
    assert answer["mapping"]["columns"] == {
        "物品名": "name",
        "管理コード": "serial",
        "状態": "condition",
        "備考": "",
    }
    (rejected,) = answer["rejected"]
    assert (rejected["row"], rejected["column"], rejected["code"]) == (3, "管理コード", "pattern")
    assert "AB-1234" in rejected["message"]
    row = Version.objects.get(current=True)
    assert (row.number, row.payload) == (
        "備-0001",
        {"name": "プロジェクター", "serial": "AB-1234", "condition": "good"},
    )
    out = tmp_path / "out.csv"
    call_command("register", "export", "loan_desk.equipment", "--format", "csv", "-o", str(out))
    assert register("import", "loan_desk.equipment", str(out))["counts"] == {"same": 1}
    assert schema_get("loan_desk.equipment").words("statistics.by_condition.form") == "備品現在高調書"


def register(*arguments: str) -> Any:
    """Run the command and give its JSON."""
    out = StringIO()
    call_command("register", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())
