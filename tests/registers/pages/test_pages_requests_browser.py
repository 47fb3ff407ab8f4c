"""In a browser, with scripts and without: one person asks, another agrees, many change at once, a list gets its tab."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from madoguchi.blocks.people.models import Office
from madoguchi.blocks.people.testing import staff_client
from madoguchi.blocks.registers.models import Version
from madoguchi.blocks.registers.testing import THINGS, record_make, register_make
from tests.registers.pages.asking import EDIT, IMPORT, LIST, PERSONAL, VIEW, url
from tests.support.house_browser import House

pytestmark = [pytest.mark.browser, pytest.mark.slow]
APPROVE, KEEP = "registers.approve", "registers.keep"


@pytest.mark.parametrize("scripts", [True, False])
def test_one_asks_and_another_agrees(house: Callable[..., House], office: Office, scripts: bool) -> None:
    register_make(THINGS, approve=True)
    record = record_make(office_id=office.pk, approved=True, name="会議用の机", state="use", price=1_000)
    asker = house(client=staff_client(VIEW, EDIT, office=office, service="city_hall"), scripts=scripts)
    page = asker.open(url("record", record.number))
    page.get_by_role("link", name="変える", exact=True).click()
    page.get_by_label("状態").select_option("store")
    page.get_by_role("button", name="承認を求める").click()
    page.get_by_text("「理由・根拠」を入力してください").first.wait_for()
    assert page.get_by_label("状態").input_value() == "store"
    page.get_by_label("理由・根拠").fill("倉庫へ移したため")
    page.get_by_role("button", name="承認を求める").click()
    page.get_by_text("承認を求めました").wait_for()
    page.get_by_text("別の人の判断を待っています").wait_for()

    judge = house(client=staff_client(VIEW, APPROVE, office=office, service="city_hall"), scripts=scripts)
    page = judge.open("/office/")
    page.get_by_role("link", name="承認を待つ変更").click()
    page.get_by_role("link", name=f"{record.number} 会議用の机").click()
    page.get_by_text("倉庫へ移したため").wait_for()
    page.get_by_role("button", name="認める", exact=True).click()
    page.get_by_text("の変更を認めました").wait_for()
    assert Version.objects.get(record=record, current=True).payload["state"] == "store"


@pytest.mark.parametrize("scripts", [True, False])
def test_a_list_is_saved_and_all_of_it_changed(
    house: Callable[..., House], office: Office, scripts: bool
) -> None:
    for _ in range(3):
        record_make(office_id=office.pk, name="机", state="use")
    client = staff_client(VIEW, EDIT, KEEP, office=office, service="city_hall")
    page = house(client=client, scripts=scripts).open(f"{LIST}?f-state=use")
    page.get_by_text("この一覧を保存する").click()
    page.get_by_label("一覧の名前").fill("使っているもの")
    page.get_by_role("button", name="保存する").click()
    page.get_by_text("を保存しました").wait_for()
    assert page.get_by_role("link", name="使っているもの").get_attribute("aria-current") == "page"
    page.get_by_role("link", name="見つかった3件をまとめて変える").click()
    page.get_by_label("変える項目").select_option("state")
    page.get_by_role("button", name="この項目を変える").click()
    page.get_by_label("新しい「状態」").select_option("store")
    page.get_by_label("理由").fill("片付け")
    # Enter in a field checks; it does not apply.
    page.get_by_label("いつから").press("Enter")
    page.get_by_role("button", name="3件を変える").wait_for()
    assert {row.payload["state"] for row in Version.objects.filter(current=True)} == {"use"}
    page.get_by_role("button", name="3件を変える").click()
    page.get_by_text("3件を変えました").wait_for()
    assert {row.payload["state"] for row in Version.objects.filter(current=True)} == {"store"}
    page.get_by_role("link", name="使っているもの").click()
    page.get_by_role("button", name="この一覧を消す").click()
    page.get_by_text("を消しました").wait_for()
    assert page.get_by_role("link", name="使っているもの").count() == 0


@pytest.mark.parametrize("language", ["ja", "ja-easy", "en"])
def test_the_pages_keep_the_rules(house: Callable[..., House], office: Office, language: str) -> None:
    for name, state in (("机", "use"), ("会議用の大きな机", "use"), ("棚", "store")):
        record_make(office_id=office.pk, name=name, state=state, price=1_000)
    writer = staff_client(VIEW, EDIT, IMPORT, PERSONAL, KEEP, office=office, service="city_hall")
    browser = house(client=writer, width=320, language=language)
    page = browser.open(f"{LIST}?f-state=use")
    page.locator(".rg-save > summary").click()
    assert browser.violations() == []
    page.locator("[name=save-name]").fill("使っているもの")
    page.locator(".rg-save [type=submit]").click()
    page.locator(".rg-saved").wait_for()
    assert browser.violations() == []
    page = browser.open(f"{LIST}lists/save/?f-state=use")
    page.locator("[name=save-name]").fill("使っているもの")
    page.locator("main form [type=submit]").first.click()
    page.locator(".mg-errors").wait_for()
    assert browser.violations() == []
    page = browser.open(f"{LIST}bulk/?field=state")
    assert browser.violations() == []
    page.locator("main form [value=check]").click()
    page.locator(".mg-errors").wait_for()
    assert browser.violations() == []
    page.locator("[name=f_state]").select_option("gone")
    page.locator("[name=reason]").fill("片付け")
    page.locator("main form [value=check]").click()
    page.locator(".mg-stats").wait_for()
    assert browser.violations() == []

    register_make(THINGS, approve=True)
    record = record_make(office_id=office.pk, approved=True, name="机", person="水面　花子")
    asker = house(client=writer, width=320, language=language)
    page = asker.open(url("change", record.number))
    page.locator("[name=f_person]").fill("川上　すみれ")
    page.locator("[name=reason]").fill("交代")
    page.locator("main form [type=submit]").last.click()
    page.locator("[value=take_back]").wait_for()
    assert asker.violations() == []
    asker.open(url("record", record.number))
    assert asker.violations() == []
    judge = house(
        client=staff_client(VIEW, APPROVE, PERSONAL, office=office, service="city_hall"),
        width=320,
        language=language,
    )
    page = judge.open(f"{LIST}requests/")
    assert judge.violations() == []
    page.locator("table a").click()
    page.locator("[value=uncover]").click()
    page.get_by_text("川上　すみれ").wait_for()
    assert judge.violations() == []
    page.locator("details > summary").last.click()
    page.locator("[value=decline]").click()
    page.locator(".mg-errors").wait_for()
    assert judge.violations() == []
