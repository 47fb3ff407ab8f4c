"""The towns of the fictional city: loaded once, all of them understood as addresses."""

from __future__ import annotations

from datetime import date

import pytest

from madoguchi.blocks.places.areas import areas_known
from madoguchi.blocks.places.files import areas_load, rows_of_file
from madoguchi.blocks.places.queries import (
    address_beginning,
    address_match,
    addresses_match,
    area_find,
    area_kinds,
    areas_on,
    district_of,
    gazetteer,
)
from madoguchi.blocks.places.testing import DAY, NOW, keeper
from madoguchi.config.environment import SAMPLE_CITY
from madoguchi.kernel.declarations import declarations_publish
from madoguchi.kernel.rights import system_viewer
from madoguchi.kit.addresses import local_code_fits

FILE = SAMPLE_CITY / "areas.yaml"
pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db: None) -> None:
    areas_load(FILE, actor=keeper(), now=NOW)


def test_the_file_loads_once(city):
    assert areas_load(FILE, actor=keeper(), now=NOW) == 0
    assert len(areas_on(kind="district", on=DAY)) == 23
    assert len(areas_on(kind="elementary", on=DAY)) == 23
    assert 110 <= len(areas_on(kind="town", on=DAY)) <= 130
    towns = areas_on(kind="town", on=DAY)
    assert len({town.code for town in towns}) == len(towns)
    assert all(town.kana and town.postal_code.startswith("000") for town in towns)
    assert local_code_fits(areas_on(kind="city", on=DAY)[0].code)


def test_every_kind_of_the_file_is_declared(city):
    declarations_publish(actor=system_viewer(on=DAY, duty="試験"), keys=None, reason="試験", now=NOW)
    kinds = {item.code for item in area_kinds(on=DAY)}
    assert {row["kind"] for row in rows_of_file(FILE)["areas"]} <= kinds


def test_every_town_is_understood_by_its_own_name(city):
    towns = areas_on(kind="town", on=DAY)
    matches = addresses_match(texts=[f"水郷県みなも市{town.name}5番1号" for town in towns], on=DAY)
    assert [match.area_key for match in matches] == [town.key for town in towns]
    assert {match.quality for match in matches} == {"exact"}
    assert {match.level for match in matches} == {"house"}
    kinds = {"prefecture", "city", "district", "elementary", "junior_high"}
    assert all({area.kind for area in match.districts} == kinds for match in matches)


def test_an_address_is_found_with_its_school(city):
    match = address_match(text="〒000-0020 西岸町3-25-1 ハイツ鮎203号室", on=DAY)
    assert (match.postcode, match.level, match.quality) == ("0000020", "building", "folded")
    assert match.area is not None
    assert match.area.name == "西岸町三丁目"
    assert district_of(match=match, kind="elementary").name == "北水小学校区"
    assert district_of(match=match, kind="junior_high").name == "西岸中学校区"
    assert match.key.startswith(address_beginning(text="西岸町3丁目", on=DAY))
    assert match.house_key == address_match(text="西岸町三丁目二十五番一号", on=DAY).key
    outside = address_match(text="東京都千代田区霞が関2-1-6", on=DAY)
    assert (outside.area, outside.districts, outside.area_key, outside.quality) == (None, (), "", "guessed")


def test_history_is_asked_with_the_towns_of_the_day(city):
    before, after = date(2019, 11, 4), date(2019, 11, 5)
    assert address_match(text="大字古新田12番地", on=before).area is not None
    assert address_match(text="大字古新田12番地", on=after).area is None
    assert address_match(text="瑞穂台四丁目2番", on=before).area is None
    assert address_match(text="瑞穂台四丁目2番", on=after).area is not None
    assert (
        address_match(text="新田開3", on=date(2011, 1, 1)).area_key
        == address_match(text="新開町3", on=DAY).area_key
    )


def test_areas_are_searched_by_name_reading_code_and_postal_code(city):
    def names(text: str, kind: str = "") -> list[str]:
        return [area.name for area in area_find(text=text, on=DAY, kind=kind)]

    assert names("水門町", kind="town") == ["水門町一丁目", "水門町二丁目", "水門町三丁目"]
    assert names("すいもん") == names("ｽｲﾓﾝ") == names("水門町")
    assert names("0001002") == ["水門町二丁目"]
    assert names("000-0001") == names("水門町")
    assert names("") == []
    assert names("どこにもない") == []
    # What begins so stands first.
    assert names("中央")[0] == "中央中学校区"


def test_days_between_two_changes_share_one_gazetteer(city):
    assert gazetteer(on=date(2021, 1, 1)) is gazetteer(on=date(2026, 5, 12))
    assert gazetteer(on=date(2019, 1, 1)) is not gazetteer(on=date(2026, 5, 12))


def test_many_addresses_cost_one_look_at_the_stamp(city, django_assert_max_num_queries):
    areas_known()
    with django_assert_max_num_queries(1):
        addresses_match(texts=["水門町2-5-1"] * 50, on=DAY)
