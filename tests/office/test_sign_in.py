"""Staff sign in with a staff number, a password and, where the city asks for it, a code."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client

from madoguchi.blocks.people.models import User
from madoguchi.blocks.people.testing import PASSWORD, account_make, holding_make

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"
OFFICE = "/office/"


def user_make() -> User:
    """Make an account with a password, whose person holds a post."""
    return account_make(holding_make().staff, password=PASSWORD)


def code_now(secret: str) -> str:
    """Give the code that the app would show."""
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def wrong_code(secret: str) -> str:
    """Give a code that the app does not show."""
    return f"{(int(code_now(secret)) + 1) % 1_000_000:06d}"


def sign_in(client: Client, user: User, password: str = PASSWORD):
    """Send the sign-in form."""
    return client.post(LOGIN, {"login": user.username, "password": password})


def test_with_the_right_password_one_is_in() -> None:
    client, user = Client(), user_make()
    answer = sign_in(client, user)
    assert answer.status_code == 302
    assert answer["Location"] == OFFICE
    assert client.get(OFFICE).status_code == 200


def test_a_number_typed_in_full_width_is_understood() -> None:
    client, user = Client(), user_make()
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in user.username)
    assert client.post(LOGIN, {"login": f" {wide} ", "password": PASSWORD})["Location"] == OFFICE


def test_a_wrong_password_and_an_unknown_number_look_the_same() -> None:
    user = user_make()
    wrong = sign_in(Client(), user, "wrong-wrong-wrong").content.decode()
    unknown = Client().post(LOGIN, {"login": "9999", "password": PASSWORD}).content.decode()
    sentence = "職員番号かパスワードが違います。"
    assert sentence in wrong
    assert sentence in unknown


def test_the_page_asked_for_is_opened_after_the_sign_in() -> None:
    client, user = Client(), user_make()
    asked = client.get("/office/audit/?subject=a&event=b")
    assert asked["Location"] == "/account/login/?next=%2Foffice%2Faudit%2F%3Fsubject%3Da%26event%3Db"
    answer = client.post(asked["Location"], {"login": user.username, "password": PASSWORD, "next": OFFICE})
    assert answer["Location"] == OFFICE


def test_nobody_is_led_to_another_site_by_the_sign_in() -> None:
    client, user = Client(), user_make()
    form = {"login": user.username, "password": PASSWORD, "next": "https://example.com/"}
    assert client.post(LOGIN, form)["Location"] == OFFICE


def test_after_five_failures_the_account_is_locked_and_says_how_long() -> None:
    user = user_make()
    for _ in range(5):
        assert "職員番号かパスワードが違います。" in sign_in(Client(), user, "wrong").content.decode()
    locked = sign_in(Client(), user).content.decode()
    assert "5分待ってから" in locked
    assert "人事担当（アカウントの係）に連絡してください" in locked
    other = user_make()
    assert sign_in(Client(), other).status_code == 302


def test_the_lock_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    user = user_make()
    for _ in range(6):
        sign_in(Client(), user, "wrong")
    assert sign_in(Client(), user).status_code == 200
    later = time.time() + 301
    monkeypatch.setattr(time, "time", lambda: later)
    assert sign_in(Client(), user).status_code == 302


def test_an_account_that_was_closed_does_not_open() -> None:
    user = user_make()
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert Client().get(OFFICE).status_code == 302
    client = Client()
    sign_in(client, user)
    assert client.get(OFFICE).status_code == 302


def test_whoever_holds_no_post_any_more_is_led_out() -> None:
    client = Client()
    holding = holding_make()
    user = account_make(holding.staff, password=PASSWORD)
    holding.delete()
    sign_in(client, user)
    assert client.get(OFFICE)["Location"].startswith(LOGIN)


# The second factor


def test_where_the_city_asks_for_it_the_first_page_is_the_set_up_of_the_app(
    settings: Any,
) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    client, user = Client(), user_make()
    sign_in(client, user)
    assert client.get(OFFICE)["Location"] == "/account/2fa/totp/activate/"
    again = client.get("/account/2fa/totp/activate/")
    assert again["Location"].startswith("/account/reauthenticate/")
    client.post(again["Location"], {"password": PASSWORD})
    page = client.get("/account/2fa/totp/activate/")
    shown = page.content.decode()
    secret = page.context["form"].secret
    assert "data:image/svg+xml;base64," in shown
    assert re.sub(r"\s", "", re.findall(r'id="secret">([^<]+)<', shown)[0]) == secret
    assert "この市役所では確認コードが必要です" in shown
    assert 'id="menu"' not in shown, "no menu that leads in a circle"

    refused = client.post("/account/2fa/totp/activate/", {"code": wrong_code(secret)})
    assert "確認コードが違います" in refused.content.decode()
    done = client.post("/account/2fa/totp/activate/", {"code": code_now(secret)})
    assert done["Location"] == "/account/2fa/recovery-codes/"
    codes = re.findall(r"<li><code>([^<]+)</code>", client.get(done["Location"]).content.decode())
    assert len(codes) == 10
    file = client.get("/account/2fa/recovery-codes/download/")
    assert file["Content-Type"].startswith("text/plain")
    assert codes[0] in file.content.decode()
    assert client.get(OFFICE).status_code == 200


def user_with_app() -> tuple[User, str]:
    """Make an account with an authenticator app."""
    user, secret = user_make(), generate_totp_secret()
    TOTP.activate(user, secret)
    return user, secret


def test_the_code_is_asked_for_after_the_password() -> None:
    user, secret = user_with_app()
    client = Client()
    assert sign_in(client, user)["Location"] == "/account/2fa/authenticate/"
    assert client.get(OFFICE).status_code == 302, "the password alone opens nothing"
    page = client.get("/account/2fa/authenticate/").content.decode()
    assert "認証アプリに出ている6桁の数字" in page
    wrong = client.post("/account/2fa/authenticate/", {"code": wrong_code(secret)})
    assert "確認コードが違います" in wrong.content.decode()
    code = "".join(chr(ord(digit) + 0xFEE0) for digit in code_now(secret))
    assert client.post("/account/2fa/authenticate/", {"code": code})["Location"] == OFFICE
    assert client.get(OFFICE).status_code == 200


def test_a_code_works_once() -> None:
    user, secret = user_with_app()
    code = code_now(secret)
    for expected in (302, 200):
        client = Client()
        sign_in(client, user)
        assert client.post("/account/2fa/authenticate/", {"code": code}).status_code == expected


def test_wrong_codes_lock_too() -> None:
    user, secret = user_with_app()
    client = Client()
    sign_in(client, user)
    for _ in range(5):
        client.post("/account/2fa/authenticate/", {"code": wrong_code(secret)})
    locked = client.post("/account/2fa/authenticate/", {"code": code_now(secret)})
    assert locked.status_code == 200
    assert "5分待ってから" in locked.content.decode()


def test_secrets_of_the_app_lie_in_the_database_encrypted() -> None:
    user, secret = user_with_app()
    stored = Authenticator.objects.get(user=user).data["secret"]
    assert secret not in stored
    assert stored.startswith("gAAAA")


def test_whoever_removes_the_app_is_signed_out_and_must_set_up_another(settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    user, secret = user_with_app()
    client = Client()
    sign_in(client, user)
    client.post("/account/2fa/authenticate/", {"code": code_now(secret)})
    assert client.get(OFFICE).status_code == 200
    again = client.get("/account/2fa/totp/deactivate/")
    assert again.status_code == 302
    client.post(again["Location"], {"password": PASSWORD})
    assert "もう一度サインインすると" in client.get("/account/2fa/totp/deactivate/").content.decode()
    client.post("/account/2fa/totp/deactivate/")
    assert client.get(OFFICE)["Location"].startswith(LOGIN)
    sign_in(client, user)
    assert client.get(OFFICE)["Location"] == "/account/2fa/totp/activate/"


# The other pages of one's account


def test_the_password_is_changed_with_the_old_one() -> None:
    client, user = Client(), user_make()
    sign_in(client, user)
    url, new = "/account/password/change/", "hatsukari-no-koe-2026"
    wrong = client.post(url, {"oldpassword": "x", "password1": new, "password2": new}).content.decode()
    assert "いまのパスワードが違います。" in wrong
    unequal = client.post(url, {"oldpassword": PASSWORD, "password1": new, "password2": "y"}).content.decode()
    assert "二つの新しいパスワードが違います。" in unequal
    short = client.post(url, {"oldpassword": PASSWORD, "password1": "abc", "password2": "abc"})
    assert short.status_code == 200
    done = client.post(url, {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert done.status_code == 302
    assert sign_in(Client(), user, new).status_code == 302
    assert sign_in(Client(), user, PASSWORD).status_code == 200


@pytest.mark.parametrize("language", ["ja", "ja-easy", "en"])
@pytest.mark.parametrize(
    "path",
    [
        "/account/password/change/",
        "/account/2fa/",
        "/account/sessions/",
        "/account/logout/",
        "/office/account/",
        "/account/reauthenticate/",
    ],
)
def test_every_page_of_the_account_opens_in_every_language(path: str, language: str) -> None:
    client, user = Client(), user_make()
    sign_in(client, user)
    client.cookies["django_language"] = language
    answer = client.get(path)
    assert answer.status_code == 200
    assert f'<html lang="{"en" if language == "en" else "ja"}"' in answer.content.decode()


def test_one_sees_ones_own_post_and_rights() -> None:
    client, user = Client(), user_make()
    sign_in(client, user)
    page = client.get("/office/account/").content.decode()
    assert user.username in page
    assert "課長" in page
