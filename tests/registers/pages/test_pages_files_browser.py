"""In a browser, with scripts and without: a record with files is split and merged again; every page keeps the rules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from madoguchi.blocks.files.previews import previews_make
from madoguchi.blocks.files.testing import jpeg_sample, pdf_sample
from madoguchi.blocks.people.models import Office
from madoguchi.blocks.people.testing import staff_client
from madoguchi.blocks.registers.models import Record
from madoguchi.blocks.registers.testing import PLOTS, record_make, register_make
from madoguchi.kernel.clock import now
from tests.registers.pages.asking import EDIT, HOME, PERSONAL, VIEW, url
from tests.support.house_browser import House

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FIELDS = [
    *PLOTS["fields"],
    {"key": "owner", "label": "所有者", "type": "name", "class": "personal"},
    {"key": "papers", "label": "図面", "type": "file", "kinds": ["image", "pdf"], "most": 4},
]
LIST = f"{HOME}test.plots/"


@pytest.fixture
def client(office: Office, tmp_path: Path, settings: Any) -> Any:
    settings.DATA_DIR = tmp_path
    register_make(PLOTS, fields=FIELDS, conserved=["area"])
    return staff_client(VIEW, EDIT, PERSONAL, office=office, service="city_hall")


def file(name: str, content: bytes) -> Any:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


@pytest.mark.parametrize("scripts", [True, False])
def test_a_plot_with_a_map_is_split_and_merged_again(
    house: Callable[..., House], client: Any, office: Office, scripts: bool
) -> None:
    page = house(client=client, scripts=scripts).open(f"{LIST}add/")
    page.get_by_label("所在").fill("一番町1番")
    page.get_by_label("面積").fill("広い")
    page.locator("[name=f_papers-new]").set_input_files(
        [file("公図.pdf", pdf_sample()), file("現地.jpg", jpeg_sample())]
    )
    page.get_by_role("button", name="加える", exact=True).click()
    page.locator(".mg-errors").wait_for()
    assert page.get_by_role("link", name="公図.pdf", exact=True).count() == 1
    page.get_by_label("面積").fill("300")
    page.get_by_label("外す（現地.jpg）").check()
    page.get_by_role("button", name="加える", exact=True).click()
    page.get_by_text("を加えました").wait_for()
    assert page.get_by_role("link", name="公図.pdf", exact=True).count() == 1
    assert page.get_by_text("現地.jpg").count() == 0

    page.get_by_role("link", name="分ける", exact=True).click()
    page.get_by_label("いくつに分けるか").fill("3")
    page.get_by_role("button", name="この数にする").click()
    page.locator("[name=p3-f_area]").wait_for()
    for part, area in (("p1", "50"), ("p2", "100"), ("p3", "100")):
        page.locator(f"[name={part}-f_area]").fill(area)
    page.get_by_label("理由").fill("分筆の登記")
    # Enter checks; it does not split.
    page.locator("[name=p1-f_area]").press("Enter")
    page.get_by_text("あと50.00㎡").wait_for()
    page.locator("[name=p1-f_area]").fill("100")
    page.get_by_role("button", name="確かめる", exact=True).click()
    page.get_by_text("この内容で記録できます").wait_for()
    assert Record.objects.filter(register="test.plots").count() == 1
    page.get_by_role("button", name="分ける", exact=True).click()
    page.get_by_text("3つに分けました").wait_for()

    page.get_by_role("region", name="分割・統合のつながり").get_by_role("link").first.click()
    page.get_by_role("link", name="ほかの記録と合わせる").click()
    page.get_by_label("番号か言葉でさがす").fill("一番町")
    page.get_by_role("button", name="さがす").click()
    page.get_by_role("link", name="を加える").first.click()
    page.get_by_role("link", name="この2件を合わせる").click()
    page.get_by_label("理由").fill("合筆の登記")
    page.get_by_role("button", name="確かめる", exact=True).click()
    page.get_by_role("button", name="合わせる", exact=True).click()
    page.get_by_text("2件を").wait_for()
    assert page.get_by_text("200.00㎡").count() == 1
    assert page.get_by_role("link", name="公図.pdf", exact=True).count() == 2, (
        "nobody's papers are left behind"
    )


@pytest.mark.parametrize("language", ["ja", "ja-easy", "en"])
def test_the_pages_keep_the_rules_as_they_open_and_as_they_come_back(
    house: Callable[..., House], client: Any, office: Office, language: str
) -> None:
    one, two = (
        record_make("test.plots", office_id=office.pk, area=100_00, owner="水面　花子") for _ in range(2)
    )
    browser = house(client=client, width=320, language=language)
    merge = f"{reverse('registers:merge', args=['test.plots'])}?n={one.number}"
    for address in (
        LIST,
        merge,
        f"{merge}&q=試験",
        f"{merge}&n={two.number}&go=1",
        f"{LIST}export/personal/",
    ):
        browser.open(address)
        assert browser.violations() == [], address
    page = browser.page
    page.locator("main form [type=submit]").first.click()
    page.locator(".mg-errors").wait_for()
    assert browser.violations() == []

    page = browser.open(url("split", one.number, "test.plots"))
    page.locator("[name=p1-f_area]").fill("x")
    page.locator("[name=p2-f_area]").fill("40")
    page.locator("main form [value=check]").last.click()
    page.locator(".mg-errors").wait_for()
    assert page.locator("[name=p1-f_area]").input_value() == "x"
    assert browser.violations() == []

    page = browser.open(url("change", one.number, "test.plots"))
    page.locator("[name=f_papers-new]").set_input_files(
        [file("覚え.txt", b"note"), file("現地.jpg", jpeg_sample())]
    )
    page.locator("main form [type=submit]").first.click()
    page.locator(".mg-errors").wait_for()
    assert browser.violations() == []
    page.locator("main form [type=submit]").first.click()
    page.locator(".rg-files").wait_for()
    previews_make(now=now())
    browser.open(url("record", one.number, "test.plots"))
    assert page.locator(".rg-files img").count() == 1
    assert browser.violations() == []
