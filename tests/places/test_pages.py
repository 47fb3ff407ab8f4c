"""The pages of places over HTTP: looking for everybody in the office, changing for the keeper."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from madoguchi.blocks.people.testing import staff_client
from madoguchi.blocks.places.files import areas_load
from madoguchi.blocks.places.models import Area, AreaName
from madoguchi.blocks.places.queries import address_match, area_get, district_of
from madoguchi.blocks.places.testing import DAY, NOW, keeper
from madoguchi.config.environment import SAMPLE_CITY
from madoguchi.kernel.clock import today
from madoguchi.kernel.declarations import declarations_publish
from madoguchi.kernel.rights import system_viewer

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db: None) -> None:
    declarations_publish(actor=system_viewer(on=DAY, duty="試験"), keys=None, reason="試験", now=NOW)
    areas_load(SAMPLE_CITY / "areas.yaml", actor=keeper(), now=NOW)


@pytest.fixture
def clerk(city: None) -> Client:
    return staff_client("messages.notice_read")


@pytest.fixture
def editor(city: None) -> Client:
    return staff_client("places.area_edit", scope="all")


def page(client: Client, name: str, *args: str, **query: str) -> str:
    response = client.get(reverse(f"places:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def test_areas_are_listed_by_kind_and_searched(clerk, django_assert_max_num_queries):
    page(clerk, "areas")
    with django_assert_max_num_queries(12):
        towns = page(clerk, "areas", kind="town")
    assert "水門町一丁目" in towns
    assert "中央小学校区" not in towns.split("<table", 1)[1].split("</caption>")[0]
    found = page(clerk, "areas", q="すいもん")
    assert "水門町三丁目" in found
    assert "波止場町" not in found
    assert "見つかりません" in page(clerk, "areas", q="どこにもない")
    assert "大字古新田" in page(clerk, "areas", q="古新田", on="2019-01-01")
    assert "大字古新田" not in page(clerk, "areas", q="古新田")
    wrong = clerk.get(reverse("places:areas"), {"kind": "ward"})
    assert wrong.status_code == 422
    assert reverse("places:area_add") not in towns


def test_an_area_shows_what_became_of_it(clerk):
    old = Area.objects.get(names__name="大字古新田")
    shown = page(clerk, "area", old.key)
    assert "この区域はありません" in shown
    assert "住居表示の実施" in shown
    assert "瑞穂台三丁目" in shown
    heir = page(clerk, "area", "town.0027003")
    assert "前の区域" in heir
    assert "大字古新田" in heir
    split = page(clerk, "area", Area.objects.get(names__name="西岸町三丁目").key)
    assert "1番から20番まで" in split
    assert "舟戸町" in page(clerk, "area", "district.nishigishi")
    assert clerk.get(reverse("places:area", args=["town.gone"])).status_code == 404


def test_an_address_is_looked_up_by_post_alone(clerk):
    url = reverse("places:address")
    assert "読み取った結果" not in page(clerk, "address", address="水門町2-5-1")
    response = clerk.post(url, {"address": "水門町２－５－１ ハイツ鮎 203"})
    shown = response.content.decode()
    assert response.status_code == 200
    for words in (
        "水郷県みなも市水門町二丁目5-1 ハイツ鮎 203",
        "書き方は違うが同じ場所",
        "建物・部屋まで",
        "中央小学校区",
        "中央中学校区",
    ):
        assert words in shown
    unknown = clerk.post(url, {"address": "みなも市どこか町3"}).content.decode()
    assert "この町字は登録されていません" in unknown
    assert "登録された区域の外です" in unknown
    assert clerk.post(url, {"address": ""}).status_code == 422
    assert (
        clerk.post(url, {"address": "<script>alert(1)</script>5"}).content.decode().count("<script>alert")
        == 0
    )


def test_only_the_keeper_of_the_whole_city_changes(clerk, city):
    own = staff_client("places.area_edit")
    for client in (clerk, own):
        for name, args in (
            ("area_add", []),
            ("area_rename", ["town.0004000"]),
            ("area_end", ["town.0004000"]),
            ("area_place", ["town.0004000"]),
        ):
            assert client.get(reverse(f"places:{name}", args=args)).status_code == 404
            assert client.post(reverse(f"places:{name}", args=args), {}).status_code == 404


def test_a_town_is_added_by_hand(editor):
    typed = {"kind": "town", "key": "town.0901002", "name": "夕凪町", "chome": "二丁目", "kana": "ﾕｳﾅｷﾞﾁｮｳ 2ﾁｮｳﾒ", "code": "0901002",
             "postal_code": "〒000-0901", "numbering": "residential", "within": ["city.minamo", "district.minato"],
             "on": today().isoformat()}  # fmt: skip
    url = reverse("places:area_add")
    for wrong in (
        {"key": "Bad Key"},
        {"code": "901"},
        {"postal_code": "12"},
        {"kana": "夕凪"},
        {"within": ["town.0001001"]},
        {"kind": "x"},
    ):
        assert editor.post(url, typed | wrong).status_code == 422
    response = editor.post(url, typed)
    assert response.status_code == 302
    town = area_get(key="town.0901002", on=today())
    assert town is not None
    assert (town.name, town.kana, town.postal_code) == ("夕凪町二丁目", "ユウナギチョウ 2チョウメ", "0000901")
    assert address_match(text="夕凪町2-3", on=today()).area_key == "town.0901002"
    again = editor.post(url, typed)
    assert again.status_code == 422
    assert "既にあります" in again.content.decode()
    assert editor.post(url, typed | {"kind": "city", "key": "city.x", "code": "992012"}).status_code == 422


def test_a_town_is_renamed_placed_and_merged(editor):
    key = "town.0004000"
    assert 'value="米蔵町"' in page(editor, "area_rename", key)
    on = {"on": today().isoformat()}
    assert (
        editor.post(
            reverse("places:area_rename", args=[key]), {"name": "米倉通", "kana": "コメグラドオリ", **on}
        ).status_code
        == 302
    )
    assert [row.name for row in AreaName.objects.filter(area__key=key).order_by("starts_on")] == [
        "米蔵町",
        "米倉通",
    ]
    place = reverse("places:area_place", args=[key])
    assert editor.post(place, {"within": "elementary.minato", "blocks": "1から", **on}).status_code == 422
    assert editor.post(place, {"within": "elementary.minato", "blocks": "１－５、9", **on}).status_code == 302
    match = address_match(text="米倉通9番", on=today())
    assert district_of(match=match, kind="elementary").key == "elementary.minato"
    end = reverse("places:area_end", args=["town.0003000"])
    without = editor.post(end, {"successors": [key], **on})
    assert without.status_code == 422
    assert "理由を選んでください" in without.content.decode()
    assert editor.post(end, {"successors": [key], "reason": "merged", **on}).status_code == 302
    assert area_get(key="town.0003000", on=today()) is None
    assert "十六軒町" in page(editor, "area", key)
    assert editor.post(end, on).status_code == 422
