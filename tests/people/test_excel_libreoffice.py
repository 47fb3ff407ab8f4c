"""An outside judge: LibreOffice opens our workbook, saves it, and nothing has changed."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from madoguchi.blocks.people.excel import organisation_read, organisation_workbook
from madoguchi.blocks.people.rows import rows_compare
from madoguchi.blocks.people.testing import holding_make, office_make, post_make, staff_make


@pytest.mark.judge
@pytest.mark.slow
@pytest.mark.django_db
def test_a_round_trip_through_libreoffice_changes_nothing(tmp_path: Path) -> None:
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not installed")
    office = office_make(key="0101", name="ＤＸ推進課", ends_on=date(2026, 4, 1))
    holding_make(
        post=post_make(key="0101-01", office=office, roles=["a/b"]),
        staff=staff_make(key="00007", name="髙﨑　邊\U000e0100子", kana="たかさき なべこ"),
    )
    source, target = tmp_path / "組織表.xlsx", tmp_path / "out"
    source.write_bytes(organisation_workbook())
    subprocess.run(
        [
            program,
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
            "--outdir",
            str(target),
            str(source),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    rows, problems = organisation_read((target / source.name).read_bytes())
    assert problems == []
    difference = rows_compare(rows)
    assert difference.changes == ()
    assert difference.unmentioned == ()
