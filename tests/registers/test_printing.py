"""Sheets and tables on paper; days that must not be missed."""

from __future__ import annotations

import subprocess
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from madoguchi.blocks.people.testing import office_make, viewer_with
from madoguchi.blocks.registers.alarms import alarm_listed, alarms_due
from madoguchi.blocks.registers.printing import sheet_print, statistic_print
from madoguchi.blocks.registers.statistics import statistic_make
from madoguchi.blocks.registers.testing import DAY, KEEPER, MOVES, PLOTS, THINGS, record_make, register_make
from madoguchi.kernel.rights import NotAllowed

pytestmark = pytest.mark.django_db


def text_of(pdf: bytes, tmp_path: Path) -> str:
    (tmp_path / "one.pdf").write_bytes(pdf)
    asked = ["pdftotext", "-layout", str(tmp_path / "one.pdf"), "-"]
    return subprocess.run(asked, capture_output=True, check=True, text=True).stdout


@pytest.mark.judge
@pytest.mark.slow
def test_a_sheet_holds_the_record_and_what_lies_beneath(tmp_path: Path) -> None:
    sheets = [
        {
            "key": "card",
            "label": "土地台帳",
            "form": "様式第1号",
            "fields": ["name", "area"],
            "children": ["test.moves"],
        }
    ]
    schema = register_make(PLOTS, sheets=sheets)
    register_make(MOVES)
    office = office_make(name="管財課").pk
    plot = record_make("test.plots", office_id=office, name="みなも市#一番町*1番", area=1234_56)
    record_make("test.moves", office_id=office, parent=plot.number, why="寄附", change=10_00)
    text = text_of(sheet_print(KEEPER, schema, plot.number, "card", on=DAY), tmp_path)
    for words in (
        "様式第1号",
        "みなも市#一番町*1番",
        "1,234.56㎡",
        "管財課",
        "寄附",
        "10.00",
        "令和8年5月12日",
    ):
        assert words in text.replace(" ", ""), words
    with pytest.raises(NotAllowed):
        sheet_print(KEEPER, schema, plot.number, "unknown", on=DAY)


@pytest.mark.judge
@pytest.mark.slow
def test_personal_values_stay_off_paper_unless_they_are_asked_for(tmp_path: Path) -> None:
    schema = register_make()
    record = record_make(name="机", person="試験　太郎")
    plain = text_of(sheet_print(KEEPER, schema, record.number, "", on=DAY), tmp_path)
    assert "太郎" not in plain
    whole = frozenset(schema.fields)
    assert "太郎" in text_of(sheet_print(KEEPER, schema, record.number, "", on=DAY, fields=whole), tmp_path)


@pytest.mark.judge
@pytest.mark.slow
def test_a_table_on_paper(tmp_path: Path) -> None:
    tables: list[dict[str, Any]] = [
        {"key": "worth", "label": "状態別の価格", "by": ["state"], "sum": "price", "form": "調書"}
    ]
    schema = register_make(THINGS, statistics=tables)
    record_make(state="use", price=12_000)
    text = text_of(statistic_print(schema, statistic_make(KEEPER, schema, "worth", on=DAY)), tmp_path)
    for words in ("状態別の価格", "使用中", "12,000", "調書"):
        assert words in text


def test_days_that_come_near_are_told() -> None:
    alarms = [
        {
            "key": "lease",
            "label": "リースの満了",
            "field": "ends_on",
            "days": 30,
            "where": [{"field": "state", "op": "is_not", "value": "gone"}],
        }
    ]
    schema = register_make(THINGS, alarms=alarms, indexes=["state", "ends_on"])

    def thing(days: int, **more: Any) -> None:
        record_make(name=f"{days}日後", ends_on=(DAY + timedelta(days=days)).isoformat(), **more)

    for days in (-3, 0, 30, 31):
        thing(days, state="use")
    thing(5)
    (found,) = alarms_due(KEEPER, on=DAY)
    assert (found.label, found.count, found.past) == ("リースの満了", 4, 1)
    listed = alarm_listed(KEEPER, schema, schema.model.alarms[0], on=DAY)
    assert [row.title for row in listed.rows] == ["-3日後", "0日後", "5日後", "30日後"]
    assert alarms_due(viewer_with("registers.view"), on=DAY) == []
    assert alarms_due(KEEPER, on=date(2020, 1, 1)) == []
