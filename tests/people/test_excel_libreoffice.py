"""An outside judge: LibreOffice opens our workbook, saves it, and nothing has changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from madoguchi.blocks.people.excel import organisation_read, organisation_workbook
from madoguchi.blocks.people.rows import rows_compare
from madoguchi.blocks.people.testing import holding_make, office_make, post_make, staff_make
from tests.support.judges import workbooks_resave


@pytest.mark.judge
@pytest.mark.slow
@pytest.mark.django_db
def test_a_round_trip_through_libreoffice_changes_nothing(tmp_path: Path) -> None:
    office = office_make(key="0101", name="ＤＸ推進課", ends_on=date(2026, 4, 1))
    holding_make(
        post=post_make(key="0101-01", office=office, roles=["a/b"]),
        staff=staff_make(key="00007", name="髙﨑　邊\U000e0100子", kana="たかさき なべこ"),
    )
    source = tmp_path / "組織表.xlsx"
    source.write_bytes(organisation_workbook())
    rows, problems = organisation_read((workbooks_resave(source) / source.name).read_bytes())
    assert problems == []
    difference = rows_compare(rows)
    assert difference.changes == ()
    assert difference.unmentioned == ()
