"""In a browser: a change is checked and recorded, with scripts and without, and its pages keep the rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from madoguchi.blocks.people.models import OfficeName, StaffMember
from madoguchi.blocks.people.testing import import_make, office_make, staff_client
from tests.support.house_browser import House

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RIGHTS = ("people.organisation_view", "people.organisation_edit", "people.account_edit")


@pytest.mark.parametrize("scripts", [True, False])
def test_an_office_is_renamed_after_a_look_at_what_changes(
    house: Callable[..., House], scripts: bool
) -> None:
    office = office_make(name="情報推進課")
    browser = house(client=staff_client(*RIGHTS, scope="all"), scripts=scripts)
    page = browser.open(f"/office/organisation/offices/{office.key}/")
    page.get_by_role("link", name="名称を変える").click()
    page.get_by_label("新しい名称").fill("デジタル推進課")
    page.get_by_label("この日から").fill("令和8年10月1日")
    page.get_by_role("button", name="変わることを確かめる").click()
    page.get_by_text("次の2件が変わります").wait_for()
    # Back to the form with everything typed, and on again.
    page.get_by_role("button", name="書き直す").click()
    assert page.get_by_label("新しい名称").input_value() == "デジタル推進課"
    page.get_by_role("button", name="変わることを確かめる").click()
    page.get_by_role("button", name="記録する").click()
    page.get_by_text("2件を記録しました。").wait_for()
    assert OfficeName.objects.get(office=office, starts_on=date(2026, 10, 1)).name == "デジタル推進課"


def test_a_workbook_is_applied_after_a_look_at_its_differences(house: Callable[..., House]) -> None:
    rows = {"staff": [{"key": "00900", "name": "新田 花", "kana": "にった はな"}]}
    kept = import_make(rows)
    browser = house(client=staff_client(*RIGHTS, scope="all"))
    page = browser.open(f"/office/organisation/workbooks/{kept.pk}/")
    page.get_by_role("button", name="この1件を適用する").click()
    page.get_by_text("1件を記録しました。").wait_for()
    assert StaffMember.objects.filter(key="00900").exists()


@pytest.mark.parametrize("language", ["ja", "ja-easy", "en"])
def test_the_page_of_differences_keeps_the_rules(house: Callable[..., House], language: str) -> None:
    office = office_make(name="情報推進課")
    browser = house(client=staff_client(*RIGHTS, scope="all"), width=320, language=language)
    page = browser.open(f"/office/organisation/offices/{office.key}/rename/")
    page.locator("[name=name]").fill("デジタル推進課")
    page.locator("[name=on]").fill("R8.10.1")
    page.locator("main form [type=submit]").first.click()
    page.locator("[name=basis]").wait_for(state="attached")
    assert browser.violations() == []
    # And the form as it comes back with faults.
    page = browser.open(f"/office/organisation/offices/{office.key}/rename/")
    page.locator("[name=name]").fill("デジタル推進課")
    page.locator("main form [type=submit]").first.click()
    page.locator(".mg-errors").wait_for()
    assert browser.violations() == []
