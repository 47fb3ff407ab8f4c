"""Staff: a passkey as the second factor beside the app, in a real browser with a virtual device."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from madoguchi.blocks.people.models import User
from madoguchi.blocks.people.testing import PASSWORD, account_make, holding_make
from tests.support.house_browser import House

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db, pytest.mark.timeout(300)]


@pytest.fixture(autouse=True)
def required(settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True


def device(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "usb", "hasResidentKey": False, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def sign_in(one: House, user: User) -> Page:
    page = one.open("/account/login/")
    page.get_by_label("職員番号").fill(user.username)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="サインイン").click()
    return page


def again(page: Page) -> None:
    """Type the password once more, before something delicate."""
    page.get_by_role("heading", name="もう一度、本人を確かめます").wait_for()
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="確かめる").click()


def test_a_passkey_serves_as_the_second_factor(house: Callable[..., House]) -> None:
    user = account_make(holding_make().staff, password=PASSWORD)
    one = house(client=Client(SERVER_NAME="localhost"), width=320)
    page = sign_in(one, user)
    device(page)
    again(page)
    page.get_by_role("link", name="パスキーを設定する").click()
    assert one.violations() == []
    page.get_by_label("名前").fill("自席の鍵")
    page.get_by_role("button", name="パスキーを作る").click()
    page.get_by_role("heading", name="予備コード").first.wait_for()
    assert Authenticator.objects.filter(user=user, type="webauthn").count() == 1
    one.open("/account/2fa/webauthn/")
    assert page.get_by_role("heading", name="自席の鍵").count() == 1
    assert one.violations() == []
    assert one.open("/office/").url.endswith("/office/")

    page.get_by_role("button", name="サインアウト").click()
    page.get_by_role("heading", name="サインイン").first.wait_for()
    sign_in(one, user)
    page.get_by_role("heading", name="パスキーで確かめる").wait_for()
    assert one.violations() == []
    # The password alone opens nothing.
    other = house(client=Client(SERVER_NAME="localhost"))
    sign_in(other, user).get_by_role("heading", name="パスキーで確かめる").wait_for()
    other.open("/office/").get_by_role("heading", name="パスキーで確かめる").wait_for()
    page.get_by_role("button", name="パスキーを使う").click()
    page.get_by_role("button", name="サインアウト").wait_for()
    assert "/office/" in page.url

    # Renaming it, and taking the last factor off, which ends the session where the city asks for one.
    one.open("/account/2fa/webauthn/")
    page.get_by_role("link", name="名前を変える").click()
    # Something delicate: the passkey once more does as well as the password.
    page.get_by_role("link", name="パスキーで確かめる").click()
    assert one.violations() == []
    page.get_by_role("button", name="パスキーを使う").click()
    page.get_by_label("名前").fill("持ち歩く鍵")
    page.get_by_role("button", name="保存する").click()
    page.get_by_role("heading", name="持ち歩く鍵").wait_for()
    page.get_by_role("link", name="外す").click()
    page.get_by_role("button", name="外す", exact=True).click()
    page.get_by_label("職員番号").wait_for()
    assert not Authenticator.objects.filter(user=user, type="webauthn").exists()
