"""In a browser: an address is looked up and a town is merged, with scripts and without, and the pages keep the rules."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from madoguchi.blocks.people.testing import staff_client
from madoguchi.blocks.places.files import areas_load
from madoguchi.blocks.places.models import Area
from madoguchi.blocks.places.testing import DAY, NOW, keeper
from madoguchi.config.environment import SAMPLE_CITY
from madoguchi.kernel.declarations import declarations_publish
from madoguchi.kernel.rights import system_viewer
from tests.support.house_browser import House

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGES = (
    "", "?kind=town&q=水門", "?q=どこにもない", "address/", "add/", "areas/town.0018003/", "areas/town.0030000/",
    "areas/district.chuo/", "areas/town.0004000/rename/", "areas/town.0004000/end/", "areas/town.0004000/place/",
)  # fmt: skip


@pytest.fixture(autouse=True)
def city(db: None) -> None:
    declarations_publish(actor=system_viewer(on=DAY, duty="試験"), keys=None, reason="試験", now=NOW)
    areas_load(SAMPLE_CITY / "areas.yaml", actor=keeper(), now=NOW)


@pytest.mark.parametrize("scripts", [True, False])
def test_an_address_is_looked_up(house: Callable[..., House], scripts: bool) -> None:
    browser = house(client=staff_client("messages.notice_read"), scripts=scripts)
    page = browser.open("/office/places/")
    page.get_by_role("link", name="住所を調べる").click()
    page.get_by_label("住所", exact=True).fill("水門町２－５－１　ハイツ鮎203")
    page.get_by_role("button", name="調べる").click()
    page.get_by_text("水郷県みなも市水門町二丁目5-1 ハイツ鮎203").wait_for()
    page.get_by_role("link", name="中央小学校区").click()
    page.get_by_role("heading", name="中央小学校区").wait_for()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_town_is_merged(house: Callable[..., House], scripts: bool) -> None:
    browser = house(client=staff_client("places.area_edit", scope="all"), scripts=scripts)
    page = browser.open("/office/places/areas/town.0003000/")
    page.get_by_role("link", name="なくす・統合する").click()
    page.get_by_label("この日から、なくなります").fill("令和9年4月1日")
    page.get_by_label("引き継ぐ区域").select_option("town.0004000")
    page.get_by_label("理由").select_option("merged")
    page.get_by_role("button", name="記録する").click()
    page.get_by_text("記録しました。").wait_for()
    assert str(Area.objects.get(key="town.0003000").ends_on) == "2027-04-01"


@pytest.mark.parametrize("language", ["ja", "ja-easy", "en"])
def test_the_pages_keep_the_rules(house: Callable[..., House], language: str) -> None:
    walker = house(width=320, client=staff_client("places.area_edit", scope="all"))
    walker.speak(language)
    faults = []
    for path in PAGES:
        walker.open(f"/office/places/{path}")
        faults += [f"{path}: {fault}" for fault in walker.violations()]
    page = walker.open("/office/places/address/")
    page.locator("#id_address").fill("みなも市水門町2丁目5番地先")
    page.locator("#id_address").press("Enter")
    page.locator("table").first.wait_for()
    faults += [f"looked up: {fault}" for fault in walker.violations()]
    assert faults == [], "\n".join(faults)
