"""
Hanako, eighty, with a borrowed phone, lets Taro act for her; he takes the code, acts, she reads it and ends it.

With scripts and without, at 360 px.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from madoguchi.blocks.people.actions import person_open
from madoguchi.blocks.people.models import Mandate
from madoguchi.blocks.people.testing import consents_ready, duty_viewer, person_make, resident_client
from madoguchi.kernel.clock import now
from tests.support.house_browser import House

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]


def faultless(one: House, scripts: bool) -> bool:
    """Whether axe finds nothing; it is a script itself."""
    return not scripts or one.violations() == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_delegate_act_read_the_log_and_revoke(house: Callable[..., House], scripts: bool) -> None:
    consents_ready()
    hanako, taro = (
        person_make(name="花野　花子", born="1946-03-03", address="みなも市七番町7番7号"),
        person_make(name="月野　太郎"),
    )
    clerk = duty_viewer("people.identity_view", "people.address_view")
    person_open(actor=clerk, key=hanako.key, now=now())
    hers = house(scripts=scripts, width=360, client=resident_client(hanako))
    his = house(scripts=scripts, width=360, client=resident_client(taro))

    page = hers.open("/me/")
    page.get_by_role("link", name="代わりに手続きする人").click()
    page.get_by_role("link", name="代わりの人を頼む").click()
    page.get_by_role("button", name="番号を出す").click()
    page.get_by_text("「どんな人に頼みますか」を選んでください。").first.wait_for()
    page.get_by_label("介護・支援をする人").check()
    page.get_by_label("すべての手続き").check()
    page.get_by_role("button", name="番号を出す").click()
    code = page.locator(".pe-code").inner_text()
    assert faultless(hers, scripts)

    page = his.open("/me/mandates/receive/")
    page.get_by_label("受け取った番号").fill(code.lower().replace("-", " "))
    page.get_by_role("button", name="次へ").click()
    page.get_by_text("代わりに手続きをしてほしいと言っています").wait_for()
    assert faultless(his, scripts)
    page.get_by_role("button", name="引き受ける").click()
    page.get_by_text("引き受けました。").wait_for()
    page.get_by_role("button", name="花野　花子さんの記録を開く").click()
    page.get_by_role("heading", name="花野　花子さんのページ").wait_for()
    page.get_by_role("link", name="この人の記録を見る").click()
    page.get_by_text("みなも市七番町7番7号").wait_for()
    assert faultless(his, scripts)

    page = hers.open("/me/access/")
    page.get_by_text("代わりの人（月野　太郎）").wait_for()
    page.get_by_text("試験の用務").wait_for()
    assert faultless(hers, scripts)
    page = hers.open("/me/mandates/")
    page.get_by_role("link", name="月野　太郎").click()
    page.get_by_text("終える", exact=True).first.click()
    page.get_by_role("button", name="今すぐ終える").click()
    page.get_by_text("終えました。いまから使えません。").wait_for()
    assert Mandate.objects.get().revoked_at is not None

    page = his.open("/me/profile/")
    page.get_by_text("あなた自身の記録に戻りました").wait_for()
    assert "みなも市七番町7番7号" not in page.content()
