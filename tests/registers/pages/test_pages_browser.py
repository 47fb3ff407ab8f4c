"""In a browser, with scripts and without: a bad sheet is brought, mended, applied, and is history and a file afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from madoguchi.blocks.people.models import Office
from madoguchi.blocks.people.testing import staff_client
from madoguchi.blocks.registers.models import Record
from madoguchi.blocks.registers.testing import record_make
from madoguchi.blocks.registers.testing.routes import import_make
from tests.registers.pages.asking import EDIT, IMPORT, LIST, PERSONAL, VIEW, url
from tests.support.house_browser import House

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHEET = (
    "令和8年度 備品調べ,,,,\n品名,製造番号,状態,取得価格,取得日\n会議用の机,1,使用中,\"12,000円\",R8.4.1\n,2,保管,3000,2026-04-02\n"
    "棚,3,行方不明,五千,2026-04-30\n"
)  # fmt: skip


def keeper(office: Office) -> Any:
    return staff_client(VIEW, EDIT, IMPORT, PERSONAL, office=office, service="city_hall")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_bad_sheet_becomes_records(house: Callable[..., House], office: Office, scripts: bool) -> None:
    client = keeper(office)
    browser = house(client=client, scripts=scripts)
    page = browser.open("/office/")
    page.get_by_role("navigation", name="メニュー").get_by_role("link", name="台帳", exact=True).click()
    page.get_by_role("link", name="備品台帳").click()
    page.get_by_text("備品の記録は、まだありません").wait_for()
    page.get_by_role("link", name="取り込む", exact=True).click()
    file = {"name": "備品調べ.csv", "mimeType": "text/csv", "buffer": SHEET.encode("cp932")}
    page.get_by_label("ファイル").set_input_files(file)
    page.get_by_label("いつからの内容か").fill("R8.5.12")
    page.get_by_role("button", name="確かめる").click()
    page.get_by_text("直すところ 6か所").wait_for()
    # The judge is a script itself.
    assert not scripts or browser.violations() == []

    page.get_by_role("button", name="3か所をまとめて直す").click()
    page.get_by_text("直すところ 3か所").wait_for()
    page.get_by_label("4行目の「品名」を直す").fill("回転椅子")
    page.get_by_label("5行目の「状態」を直す").fill("保管")
    # Enter in a cell checks; it does not apply.
    page.get_by_label("5行目の「取得価格」を直す").fill("5000")
    page.get_by_label("5行目の「取得価格」を直す").press("Enter")
    page.get_by_text("3件が一度に入ります").wait_for()
    assert page.get_by_text("直すところ").count() == 0
    assert Record.objects.count() == 0
    page.get_by_role("button", name="取り込む", exact=True).click()
    page.get_by_text("備品台帳に取り込みました").wait_for()
    assert Record.objects.count() == 3

    page.get_by_role("link", name="備品台帳の一覧を見る").click()
    page.get_by_label("さがす言葉").fill("会議")
    page.get_by_role("button", name="さがす", exact=True).click()
    page.get_by_role("link", name="会議用の机").click()
    page.get_by_text("令和8年5月12日から").first.wait_for()
    assert page.get_by_text("備品調べ.csv").count() == 1
    page.get_by_role("link", name="訂正する").click()
    page.get_by_label("取得価格").fill("11000")
    page.get_by_label("理由").fill("領収書を確かめた")
    page.get_by_role("button", name="訂正する").click()
    page.get_by_text("訂正を記録しました").wait_for()
    page.get_by_text("理由：領収書を確かめた").wait_for()
    assert not scripts or browser.violations() == []

    page.get_by_role("link", name="備品台帳").click()
    address = page.get_by_role("link", name="CSV（UTF-8）").get_attribute("href")
    assert address is not None
    text = b"".join(client.get(address).streaming_content).decode("utf-8-sig")
    assert "会議用の机,000001,使用中,11000" in text.replace('"', "")


@pytest.mark.parametrize("language", ["ja", "ja-easy", "en"])
def test_the_pages_as_they_come_back_with_faults_keep_the_rules(
    house: Callable[..., House], office: Office, language: str
) -> None:
    record = record_make(
        office_id=office.pk, name="会議用の机", person="水面　花子", state="use", price=1_000
    )
    key = import_make(office.pk)
    browser = house(client=keeper(office), width=320, language=language)
    for address in (
        f"{LIST}?f-price-from=x",
        url("record", record.number) + "?on=2026-05-12",
        f"{LIST}imports/{key}/",
    ):
        browser.open(address)
        assert browser.violations() == [], address
    page = browser.open(url("record", record.number))
    page.locator("[name=uncover]").click()
    page.get_by_text("水面　花子").wait_for()
    assert browser.violations() == []
    page = browser.open(url("change", record.number))
    page.locator("[name=f_name]").fill("")
    page.locator("[name=f_price]").fill("x")
    page.locator("main form [type=submit]").first.click()
    page.locator(".mg-errors").wait_for()
    assert page.locator("[name=f_price]").input_value() == "x"
    assert browser.violations() == []
