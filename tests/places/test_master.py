"""The town master as CSV: read, checked before anything is applied, written, and read again without a difference."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from madoguchi.blocks.places.areas import areas_known
from madoguchi.blocks.places.files import areas_load
from madoguchi.blocks.places.master import COLUMNS, master_read, master_write
from madoguchi.blocks.places.models import Area
from madoguchi.blocks.places.queries import area_get, areas_on
from madoguchi.blocks.places.testing import CITY_CODE, DAY, LONG_AGO, NOW, area_make, city_make, keeper
from madoguchi.config.environment import SAMPLE_CITY

pytestmark = pytest.mark.django_db


def line(code: str, oaza: str, **values: str) -> dict[str, str]:
    plain = {"lg_code": CITY_CODE, "machiaza_id": code, "machiaza_type": "1", "oaza_cho": oaza, "oaza_cho_kana": "カナ",
             "rsdt_addr_flg": "1", "efct_date": "1947-04-17"}  # fmt: skip
    return plain | values


def master(*lines: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue().encode("utf-8-sig")


def faults(content: bytes) -> list[tuple[int, str]]:
    read = master_read(content, known=areas_known(), on=DAY)
    assert read.faults
    return [(fault.line, fault.text) for fault in read.faults]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mt_town.csv"


def run(*words: Any) -> dict[str, Any]:
    out = io.StringIO()
    call_command("areas", *map(str, words), "--json", stdout=out, stderr=io.StringIO())
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def test_a_master_is_read_into_towns(file):
    city = city_make()
    file.write_bytes(
        master(
            line(
                "0001001",
                "水門町",
                chome="一丁目",
                chome_kana="1チョウメ",
                machiaza_type="2",
                post_code="0000001",
            ),
            line(
                "0002101",
                "大字鷺山",
                koaza="字上ノ段",
                koaza_kana="アザカミノダン",
                rsdt_addr_flg="0",
                efct_date="2020-04-01",
            ),
            line("0003000", "古い町", ablt_date="2021-01-01"),
            line("0000000", "", machiaza_type="4"),
        )
    )
    dry = run("import", file, "--dry-run")
    assert (dry["applied"], dry["towns"]) == (False, 3)
    assert areas_on(kind="town", on=DAY) == []
    done = run("import", file, "--on", DAY)
    assert done["applied"] is True
    assert done["added"] == ["水門町一丁目", "大字鷺山字上ノ段", "古い町"]
    first = area_get(key="town.0001001", on=DAY)
    assert first is not None
    assert (first.name, first.kana, first.postal_code, first.numbering) == (
        "水門町一丁目",
        "カナ 1チョウメ",
        "0000001",
        "residential",
    )
    assert [within.area_key for within in first.within] == [city.key]
    # No town is there before its city is recorded.
    assert Area.objects.get(key="town.0001001").starts_on == LONG_AGO
    assert Area.objects.get(key="town.0002101").starts_on == date(2020, 4, 1)
    assert area_get(key="town.0003000", on=DAY) is None
    assert run("import", file, "--on", DAY)["changed"] == 0


def test_recorded_towns_are_renamed_and_ended_and_the_lacking_ones_stay(file):
    city = city_make()
    for number, name in enumerate(("露草町", "灯台町", "畦町"), start=1):
        area_make(key=f"town.{number}", name=name, kana="カナ", code=f"000{number}000", within=[city])
    file.write_bytes(master(line("0001000", "露草新町"), line("0002000", "灯台町", ablt_date="2026-05-01")))
    refused = io.StringIO()
    with pytest.raises(CommandError, match="--many"):
        call_command(
            "areas", "import", str(file), "--on", str(DAY), "--json", stdout=refused, stderr=io.StringIO()
        )
    assert json.loads(refused.getvalue())["applied"] is False
    assert areas_known().name(Area.objects.get(key="town.1").pk, DAY) == "露草町"
    done = run("import", file, "--on", DAY, "--many")
    assert (done["renamed"], done["ended"], done["lacking"]) == (["露草町 → 露草新町"], ["灯台町"], ["畦町"])
    assert [town.name for town in areas_on(kind="town", on=DAY)] == ["露草新町", "畦町"]
    assert area_get(key="town.2", on=date(2026, 4, 30)) is not None
    assert area_get(key="town.2", on=date(2026, 5, 1)) is None


@pytest.mark.parametrize(
    ("content", "where", "words"),
    [
        (b"", 1, "見出し"),
        ("あ".encode("cp932"), 0, "UTF-8"),
        (master(line("0001000", "水門町"), columns=("lg_code", "machiaza_id")), 1, "oaza_cho"),
        (master(), 0, "町字の行がありません"),
        (master(line("0001000", "水門町", lg_code="362018")), 2, "団体コード"),
        (master(line("1000", "水門町")), 2, "7 桁"),
        (master(line("000100a", "水門町")), 2, "7 桁"),
        (master(line("0001000", "")), 2, "どれもありません"),
        (master(line("0001000", "水門町", efct_date="2020/4/1")), 2, "efct_date"),
        (master(line("0001000", "水門町", ablt_date="20200401x")), 2, "ablt_date"),
        (master(line("0001000", "水門町", post_code="123")), 2, "郵便番号"),
        (master(line("0001000", "水門町"), line("0001000", "水門町東")), 3, "2 行目にも"),
        (master(line("0001000", "水門町"))[:-20], 2, "列の数"),
    ],
)
def test_a_faulty_file_changes_nothing_and_says_where(content, where, words, file):
    city_make()
    found = faults(content)
    assert any(number == where and words in text for number, text in found), found
    file.write_bytes(content)
    with pytest.raises(CommandError, match="何も変えていません"):
        run("import", file)
    assert areas_on(kind="town", on=DAY) == []


def test_without_the_city_no_town_is_read():
    assert "市区町村" in faults(master(line("0001000", "水門町")))[0][1]


def test_what_is_written_reads_without_a_difference(file, tmp_path):
    areas_load(SAMPLE_CITY / "areas.yaml", actor=keeper(), now=NOW)
    text = master_write(known=areas_known(), on=DAY)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(areas_on(kind="town", on=DAY))
    chome = next(row for row in rows if row["machiaza_id"] == "0001002")
    assert (chome["oaza_cho"], chome["chome"], chome["chome_number"], chome["chome_kana"]) == (
        "水門町",
        "二丁目",
        "2",
        "2チョウメ",
    )
    read = master_read(text.encode(), known=areas_known(), on=DAY)
    assert (read.faults, read.changed, read.renamed, read.lacking) == ([], 0, [], [])
    call_command(
        "areas", "export", "--on", str(DAY), "-o", str(file), stdout=io.StringIO(), stderr=io.StringIO()
    )
    assert file.read_text(encoding="utf-8") == text
    with pytest.raises(CommandError, match="書けません"):
        call_command("areas", "export", "-o", str(tmp_path), stdout=io.StringIO(), stderr=io.StringIO())


def test_the_command_says_what_it_did_in_words(file):
    city_make()
    file.write_bytes(master(line("0001000", "水門町")))
    out = io.StringIO()
    call_command("areas", "import", str(file), stdout=out, stderr=io.StringIO())
    assert "追加\t水門町" in out.getvalue()
    assert "町字 1件" in out.getvalue()
    with pytest.raises(CommandError, match="2026-04-01"):
        call_command("areas", "import", str(file), "--on", "昨日", stdout=io.StringIO(), stderr=io.StringIO())
    with pytest.raises(CommandError, match="読めません"):
        call_command(
            "areas", "import", str(file.with_name("gone.csv")), stdout=io.StringIO(), stderr=io.StringIO()
        )
