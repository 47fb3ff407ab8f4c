"""
One person's way through the house in a browser, with scripts and without: sign in, find the item, enter the
figure, be stopped by a slip without losing a word, judge, and see the public page change. By keyboard as well.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from madoguchi.blocks.measures.models import ActualEntry, Indicator
from madoguchi.blocks.measures.testing import ENTERING, YEAR, indicator_make
from madoguchi.blocks.people.testing import PASSWORD, staff_user
from madoguchi.kernel.audit import audit_seal, audit_verify
from madoguchi.kernel.clock import now
from madoguchi.kernel.models import AuditRow
from tests.support.house_browser import House

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def indicator(db: None) -> Indicator:
    return indicator_make()


@pytest.fixture
def clerk(indicator: Indicator, settings: object) -> str:
    settings.SECOND_FACTOR_REQUIRED = False  # type: ignore[attr-defined]
    user = staff_user(*ENTERING, office=indicator.item.offices.get().office)
    user.set_password(PASSWORD)
    user.save()
    return user.username


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_clerk_enters_a_figure_and_a_citizen_reads_it(
    house: Callable[..., House], indicator: Indicator, clerk: str, scripts: bool
) -> None:
    office = house(scripts=scripts, width=360, client=Client())
    page = office.open("/office/plan/")
    page.wait_for_url("**/account/login/**")
    page.get_by_label("職員番号").fill(clerk)
    page.get_by_label("パスワード", exact=False).first.fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url("**/office/plan/")

    page.get_by_role("link", name=indicator.item.edition.title).click()
    page.wait_for_url(f"**/office/plan/{indicator.item.edition.key}/**")
    office.open(f"/office/plan/{indicator.item.edition.key}/1/?year={YEAR}")
    page.get_by_role("link", name="実績値を記録する").click()
    page.wait_for_url("**/actual/**")

    # A slip: the message says what to do, and nothing typed is gone.
    page.get_by_label("実績値").fill("約80")
    page.get_by_label("備考").fill("集計表のとおり")
    page.get_by_role("button", name="記録する").click()
    page.get_by_text("おおよその数です").first.wait_for()
    assert page.get_by_label("実績値").input_value() == "約80"
    assert page.get_by_label("備考").input_value() == "集計表のとおり"

    # The correction, by keyboard alone.
    field = page.get_by_label("実績値")
    field.fill("")
    field.press_sequentially("1,234")
    field.press("Enter")
    page.get_by_text("実績値を記録しました").wait_for()

    citizen = house(scripts=scripts, width=320, language="en").open(
        f"/plan/{indicator.item.edition.key}/1/?year={YEAR}"
    )
    citizen.get_by_text("1,234回").first.wait_for()
    assert [entry.value for entry in ActualEntry.objects.all()] == [1234]
    assert AuditRow.objects.filter(event="measures.actual_entered").count() == 1
    audit_seal(now=now())
    assert audit_verify().faults == []


def test_the_first_tab_leads_to_the_text_and_every_control_shows_its_focus(
    house: Callable[..., House],
) -> None:
    page = house(width=1280).open("/")
    page.keyboard.press("Tab")
    assert "本文へ" in page.evaluate("document.activeElement.textContent")
    seen = set()
    for _ in range(25):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "(() => { const e = document.activeElement; if (e === document.body) return null;"
            " const s = getComputedStyle(e); return [e.outerHTML.slice(0, 80), s.outlineStyle, s.boxShadow]; })()"
        )
        if style is None:
            break
        seen.add(style[0])
        assert style[1] != "none" or style[2] != "none", f"no visible focus: {style[0]}"
    assert len(seen) > 5
