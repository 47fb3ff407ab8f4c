"""Signing in with a real browser: each way, with and without scripts; passkeys with a virtual device (F4, WebAuthn)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as house_settings
from django.test import Client

from madoguchi.blocks.people.models import Means, ResidentSession
from madoguchi.blocks.people.testing import (
    PASSPHRASE,
    number_make,
    person_make,
    resident_account_make,
    resident_client,
)
from madoguchi.kernel.clock import now
from tests.people.identity.conftest import Post
from tests.support.house_browser import House

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db, pytest.mark.timeout(300)]
START = "K7M4-90XW-H2PC"


@pytest.fixture
def browse(house: Callable[..., House]) -> Callable[..., House]:
    """Open the house at an address to which passkeys may belong."""

    def open_it(**options: Any) -> House:
        client = options.pop("client", None) or Client(SERVER_NAME="localhost")
        client.defaults["SERVER_NAME"] = "localhost"
        return house(client=client, **options)

    return open_it


def by_number(one: House, number: str, passphrase: str, *, shared: bool = False) -> Page:
    page = one.open("/sign-in/")
    page.get_by_role("link", name="窓口で受け取った番号でサインイン").click()
    page.get_by_label("番号").fill(number)
    page.get_by_label("合言葉").fill(passphrase)
    if shared:
        page.get_by_label("みんなで使う端末です").check()
    page.get_by_role("button", name="サインイン", exact=True).click()
    # There, not on the way: whatever is opened next would break into it.
    page.wait_for_url(re.compile(r"/me/|/sign-in/counter/passphrase/"))
    return page


@pytest.mark.parametrize("scripts", [True, False])
def test_number_and_passphrase_with_and_without_scripts(browse: Callable[..., House], scripts: bool) -> None:
    means = number_make(person_make(name="試験　番子"), passphrase=START, start=True, now=now())
    one = browse(width=320, scripts=scripts)
    page = by_number(one, means.subject, START)
    assert page.get_by_role("heading", level=1).inner_text() == "合言葉を決める"
    page.get_by_label("新しい合言葉", exact=True).fill(PASSPHRASE)
    page.get_by_label("新しい合言葉（もう一度）").fill(PASSPHRASE)
    page.get_by_role("button", name="決めてサインイン").click()
    page.locator(".mg-record", has_text="試験　番子").wait_for()
    page.get_by_role("button", name="終わる", exact=True).click()
    page.get_by_role("heading", name="終わりました").wait_for()
    by_number(one, means.subject, PASSPHRASE)
    page.locator(".mg-record", has_text="試験　番子").wait_for()


@pytest.mark.parametrize("scripts", [True, False])
def test_mail_by_code_and_by_link(browse: Callable[..., House], post: Post, scripts: bool) -> None:
    one = browse(width=320, scripts=scripts)
    for by_link in (False, True):
        page = one.open("/sign-in/mail/")
        page.get_by_label("メールアドレス").fill("Hanako@example.jp")
        page.get_by_role("button", name="メールを送る").click()
        page.get_by_role("heading", name="メールを確かめてください").wait_for()
        letter = post.one()
        if by_link:
            one.open(letter.link.removeprefix("http://localhost"))
            page.get_by_role("main").get_by_role("button", name="サインイン").click()
        else:
            page.get_by_label("メールに書いてある6桁の番号").fill(letter.code)
            page.get_by_role("main").get_by_role("button", name="サインイン").click()
        page.get_by_role("button", name="終わる", exact=True).click()
        page.get_by_role("heading", name="終わりました").wait_for()
    assert ResidentSession.objects.count() == 2
    assert Means.objects.count() == 1


def test_two_people_in_turn_on_one_tablet(browse: Callable[..., House]) -> None:
    """Nobody signs out; Back, a restored tab and a second window belong to the first one."""
    first, second = number_make(person_make(name="試験　先客")), number_make(person_make(name="試験　後客"))
    tablet = browse()
    page = by_number(tablet, first.subject, PASSPHRASE, shared=True)
    page.goto("http://localhost/me/means/mail/")
    page.get_by_label("メールアドレス").fill("first@example.jp")
    window = browse(client=tablet.client)
    window.open("/me/means/")
    assert "試験　先客" in window.page.inner_text(".mg-record")

    # The second one finds the page with the ways, and signs in over the first.
    other = browse(client=tablet.client)
    by_number(other, second.subject, PASSPHRASE, shared=True)
    assert "試験　後客" in other.page.inner_text(".mg-record")
    assert "試験　先客" not in other.page.inner_text("body")

    # The restored tab: half-filled by the first one, sent by the second one.
    page.get_by_role("button", name="メールを送る").click()
    assert page.get_by_role("heading", level=1).inner_text() == "送信していません"
    assert "試験　後客" in page.inner_text("main")
    assert not Means.objects.filter(kind="mail").exists()
    # The second window, not touched since: what it would change fails closed as well.
    window.page.get_by_label("名前").fill("先客の名")
    window.page.get_by_role("button", name="名前を付ける").click()
    assert window.page.get_by_role("heading", level=1).inner_text() == "送信していません"
    assert not Means.objects.exclude(label="").exists()
    # Back: the page is asked for again, and shows whose record is open now.
    other.page.goto("http://localhost/me/sessions/")
    other.page.go_back()
    assert "試験　先客" not in other.page.inner_text("body")
    other.page.get_by_role("button", name="終わる", exact=True).click()
    other.page.get_by_role("heading", name="終わりました").wait_for()
    other.page.evaluate("setTimeout(() => history.back(), 0)")
    other.page.get_by_role("heading", name="サインイン", exact=True).wait_for()
    assert "試験　後客" not in other.page.inner_text("body")


def test_ended_everywhere_the_other_browser_is_asked_to_sign_in(browse: Callable[..., House]) -> None:
    means = number_make(person_make(name="試験　全終"))
    here, there = browse(), browse(width=320)
    by_number(here, means.subject, PASSPHRASE)
    by_number(there, means.subject, PASSPHRASE)
    here.open("/me/sessions/")
    here.page.get_by_role("button", name="すべての端末で終わる").click()
    here.page.get_by_role("heading", name="終わりました").wait_for()
    assert there.open("/me/sessions/").get_by_role("heading", level=1).inner_text() == "サインイン"


def test_the_page_asks_before_the_time_is_up(browse: Callable[..., House]) -> None:
    person = person_make(name="試験　時計")
    one = browse(client=resident_client(person, shared=True))
    one.page.clock.install()
    page = one.open("/me/sessions/")
    page.clock.run_for(121_000)
    page.get_by_role("heading", name="まもなく終了します").wait_for()
    page.get_by_role("button", name="続ける").click()
    page.get_by_role("heading", name="まもなく終了します").wait_for(state="hidden")


# --- passkeys ---


def device(page: Page, *, verified: bool = True) -> tuple[Any, str]:
    """Give the browser a device with a screen lock, as the protocol of its developer tools has it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": verified, "automaticPresenceSimulation": True,
    }  # fmt: skip
    return session, session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def test_a_passkey_is_made_and_signs_in_without_a_user_name(browse: Callable[..., House]) -> None:
    means = number_make(person_make(name="試験　鍵子"))
    one = browse(width=320)
    page = by_number(one, means.subject, PASSPHRASE)
    session, authenticator = device(page)
    one.open("/me/means/passkey/")
    page.get_by_label("名前").fill("自分の電話")
    page.get_by_role("button", name="パスキーを作る").click()
    page.get_by_role("heading", name="自分の電話").wait_for()
    made = Means.objects.get(kind="passkey")
    assert (made.account, made.assurance) == (means.account, 3)
    kept = session.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]
    assert kept[0]["isResidentCredential"]
    assert kept[0]["rpId"] == "localhost"

    page.get_by_role("button", name="終わる", exact=True).click()
    page.get_by_role("heading", name="終わりました").wait_for()
    one.open("/sign-in/passkey/?next=/me/sessions/")
    page.get_by_role("button", name="パスキーを使う").click()
    page.get_by_role("heading", name="サインインしている端末").wait_for()
    assert "試験　鍵子" in page.inner_text(".mg-record")
    made.refresh_from_db()
    assert made.uses > 0
    assert made.used_at is not None

    # A copy of the passkey, whose counter does not rise, opens nothing.
    Means.objects.filter(pk=made.pk).update(uses=1_000)
    page.get_by_role("button", name="終わる", exact=True).click()
    page.get_by_role("heading", name="終わりました").wait_for()
    one.open("/sign-in/passkey/")
    page.get_by_role("button", name="パスキーを使う").click()
    page.get_by_role("heading", name="サインインしていません").wait_for()
    assert not ResidentSession.objects.filter(ended_at=None, means=made).exists()


def test_a_passkey_proves_no_more_than_what_made_it(browse: Callable[..., House]) -> None:
    mail = resident_account_make(kind="mail", assurance=1)
    one = browse(client=resident_client(means=mail, assurance=1))
    device(one.page)
    one.open("/me/means/passkey/")
    one.page.get_by_role("button", name="パスキーを作る").click()
    one.page.get_by_role("heading", name="サインインの方法").wait_for()
    assert Means.objects.get(kind="passkey").assurance == 1


def test_without_unlocking_the_device_nothing_is_made(browse: Callable[..., House]) -> None:
    one = browse(client=resident_client(person_make()))
    device(one.page, verified=False)
    one.open("/me/means/passkey/")
    one.page.get_by_role("button", name="パスキーを作る").click()
    one.page.get_by_text("パスキーを使えませんでした").wait_for()
    assert not Means.objects.filter(kind="passkey").exists()


def test_without_scripts_the_page_says_what_to_do(browse: Callable[..., House]) -> None:
    page = browse(scripts=False, width=320).open("/sign-in/passkey/")
    assert "ほかの方法をお使いください" in page.inner_text("main")
    assert page.get_by_role("button", name="パスキーを使う").count() == 0
    numbers = Client(SERVER_NAME="127.0.0.1")
    assert numbers.get("/sign-in/passkey/").status_code == 404, "a bare address has no passkeys"
    assert "パスキー" not in numbers.get("/sign-in/").content.decode()


# --- looks ---


@pytest.mark.parametrize("language", ["ja", "ja-easy", "en"])
def test_every_page_of_signing_in_is_accessible_at_320_px(
    browse: Callable[..., House], post: Post, language: str
) -> None:
    means = number_make(person_make(name="試験　読子"), passphrase=START, start=True, now=now())
    Means.objects.create(
        account=means.account, kind="mail", subject="a@example.jp", assurance=1, added_at=now()
    )
    faults: list[str] = []
    one = browse(width=320, language=language)

    def look(path: str = "") -> None:
        if path:
            one.open(path)
        faults.extend(f"{one.page.url}: {fault}" for fault in one.violations())

    for path in ("/sign-in/", "/sign-in/?demand=2&next=/me/", "/sign-in/mail/", "/sign-in/counter/", "/sign-in/passkey/",
                 "/sign-in/mail/sent/", "/sign-in/mail/link/x/", "/sign-in/counter/passphrase/", "/signed-out/",
                 "/signed-out/idle/"):  # fmt: skip
        look(path)
    client = one.client
    client.post("/sign-in/mail/", {"address": "b@example.jp"})
    letter = post.one()
    look("/sign-in/mail/sent/")
    look(letter.link.removeprefix("http://localhost"))
    client.post("/sign-in/counter/", {"number": means.subject, "passphrase": START})
    look("/sign-in/counter/passphrase/")
    client.post("/sign-in/counter/passphrase/", {"passphrase": PASSPHRASE, "again": PASSPHRASE})
    for path in ("/me/means/", "/me/means/mail/", "/me/means/passkey/", "/me/means/passphrase/", f"/me/means/{means.pk}/off/",
                 "/me/sessions/", "/sign-in/?demand=3&next=/me/"):  # fmt: skip
        look(path)
    assert faults == [], "\n".join(faults)
    assert house_settings.LANGUAGE_COOKIE_NAME in client.cookies
