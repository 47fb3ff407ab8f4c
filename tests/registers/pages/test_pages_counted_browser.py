"""In a browser, with scripts and without: a stock-take from its beginning to its end, a table counted, a sheet asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from madoguchi.blocks.people.models import Office
from madoguchi.blocks.people.testing import staff_client
from madoguchi.blocks.registers.actions import stocktake_look
from madoguchi.blocks.registers.models import StockTake, StockTakeLine
from madoguchi.blocks.registers.testing import KEEPER, NOW
from madoguchi.blocks.registers.testing.counted import take_make, tool_make, tools_ready
from madoguchi.kernel.clock import today
from tests.registers.pages.asking import EDIT, PERSONAL, VIEW
from tests.support.house_browser import House

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LIST = "/office/registers/test.tools/"


def keeper(office: Office) -> Any:
    return staff_client(
        VIEW, EDIT, PERSONAL, "registers.keep", office=office, service="city_hall", scope="all"
    )


@pytest.mark.parametrize("scripts", [True, False])
def test_a_stock_take_from_its_beginning_to_its_end(
    house: Callable[..., House], office: Office, scripts: bool
) -> None:
    tools_ready()
    for name in ("会議用の机", "回転椅子", "書架", "電話機"):
        tool_make(office.pk, name=name)
    browser = house(client=keeper(office), scripts=scripts)
    page = browser.open(LIST)
    page.get_by_role("link", name="棚卸し").click()
    page.get_by_label("締切").fill((today() - timedelta(days=1)).isoformat())
    page.get_by_role("button", name="棚卸しを始める").click()
    page.locator(".mg-errors").wait_for()
    page.get_by_label("締切").fill((today() + timedelta(days=20)).isoformat())
    page.get_by_role("button", name="棚卸しを始める").press("Enter")
    page.get_by_text("の棚卸しを始めました").wait_for()

    page.get_by_role("link", name="管財課", exact=True).click()
    page.get_by_role("button", name=re.compile("そのとおり.*B-0001")).click()
    page.get_by_text("B-0001 を「そのとおり」にしました").wait_for()
    assert page.get_by_role("button", name=re.compile("そのとおり.*B-0001")).count() == 0
    page.get_by_role("link", name=re.compile("内容が違う.*B-0002")).click()
    page.get_by_role("button", name="記録する").click()
    page.locator(".mg-errors").get_by_text("何が違うかを書いてください").wait_for()
    page.get_by_label("ひとこと").fill("座面が破れている")
    page.get_by_role("button", name="記録する").click()
    page.get_by_text("B-0002 を「内容が違う」にしました").wait_for()
    page.get_by_role("button", name=re.compile("見つからない.*B-0003")).press("Enter")
    page.get_by_text("B-0003 を「見つからない」にしました").wait_for()
    page.get_by_role("link", name="違うもの・ないもの").click()
    page.get_by_text("座面が破れている").wait_for()
    page.get_by_role("link", name="まだのもの").click()
    page.get_by_role("button", name=re.compile("そのとおり.*B-0004")).click()
    page.get_by_role("button", name="確認を終える").click()
    page.get_by_text("おつかれさまでした").wait_for()
    assert page.locator("[name=do]").count() == 0

    page.get_by_role("link", name="令和", exact=False).first.click()
    page.get_by_text("全部の課が確認を終えました").wait_for()
    page.get_by_role("button", name="棚卸しを終える").click()
    page.get_by_text("結果を書き出せます").wait_for()
    assert StockTake.objects.get().closed_at is not None
    found = StockTakeLine.objects.order_by("pk").values_list("found", flat=True)
    assert list(found) == ["same", "different", "missing", "same"]


@pytest.mark.parametrize("language", ["ja", "ja-easy", "en"])
def test_the_pages_keep_the_rules_in_every_state(
    house: Callable[..., House], office: Office, language: str
) -> None:
    tools_ready()
    for lent in (True, False, False):
        number = tool_make(office.pk, lent=lent)
    take = take_make(office.pk)
    first, second, third, *_ = StockTakeLine.objects.order_by("pk")
    stocktake_look(
        actor=KEEPER, take_key=take.key, office_id=office.pk, now=NOW,
        found={first.pk: ("different", "傷がある"), second.pk: ("missing", "")},
    )  # fmt: skip
    browser = house(client=keeper(office), width=320, language=language)
    part = f"{LIST}stocktakes/{take.key}/{office.pk}/"
    for address in (
        LIST, f"{LIST}statistics/", f"{LIST}statistics/?table=worth", f"{LIST}statistics/?table=lent",
        f"{LIST}statistics/?table=lent&small=1", f"{LIST}statistics/?on=x", f"{LIST}records/{number}/",
        f"{LIST}sheets/card/{number}/", f"{LIST}stocktakes/", f"{LIST}stocktakes/{take.key}/", part,
        f"{part}?show=differing", f"{part}?show=all", f"{part}{third.pk}/",
    ):  # fmt: skip
        browser.open(address)
        assert browser.violations() == [], address
    page = browser.open(f"{LIST}stocktakes/{take.key}/")
    page.locator("main form [type=submit]").click()
    page.locator(".mg-errors").wait_for()
    assert browser.violations() == []
    page = browser.open(part)
    page.locator("[name=do][value=rest]").click()
    page.locator("[name=do][value=sign]").wait_for()
    assert browser.violations() == []
    reader = house(
        client=staff_client(VIEW, office=office, service="city_hall"), width=320, language=language
    )
    for address in (f"{LIST}sheets/card/{number}/", f"{LIST}statistics/", part):
        reader.open(address)
        assert reader.violations() == [], address
