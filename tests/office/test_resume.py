"""What is typed when the session has ended is not lost, and nobody else gets it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from madoguchi.blocks.people.models import User
from madoguchi.blocks.people.testing import PASSWORD, account_make, holding_make
from madoguchi.kernel.clock import now
from madoguchi.office.hooks import kept_forms_expired
from madoguchi.office.kept import MOST_CHARACTERS, MOST_FORMS
from madoguchi.office.models import KeptForm

pytestmark = pytest.mark.django_db
PATH = "/office/events/7/skip/"
RESUME = "/office/resume/"
TYPED = {"d7-reason": "二重に届いたため\n見送ります", "d7-kind": "ア", "csrfmiddlewaretoken": "x"}


def user_make() -> User:
    """Make an account with a password."""
    return account_make(holding_make().staff, password=PASSWORD)


def signed_in(user: User, client: Client | None = None) -> Client:
    """Sign in and open a page, as anybody does who then types something."""
    client = client or Client()
    client.post("/account/login/", {"login": user.username, "password": PASSWORD})
    client.get("/office/")
    return client


def time_up() -> None:
    """Let every session run out."""
    Session.objects.update(expire_date=now() - timedelta(seconds=1))


def kept_id(page: str) -> str:
    """Find the number of the kept form on the page."""
    return re.findall(r"/office/resume/(\d+)/send/", page)[0]


def test_typed_text_survives_the_end_of_the_session_and_is_sent_again() -> None:
    user = user_make()
    client = signed_in(user)
    time_up()
    late = client.post(PATH, TYPED)
    assert late["Location"] == "/account/login/?next=%2Foffice%2Fresume%2F"
    assert "預かっています" in client.get(late["Location"]).content.decode()

    answer = client.post("/account/login/", {"login": user.username, "password": PASSWORD, "next": RESUME})
    assert answer["Location"] == RESUME
    page = client.get(RESUME).content.decode()
    assert "二重に届いたため" in page
    assert "見送ります" in page
    assert PATH in page
    assert '<input type="hidden" name="d7-kind" value="ア">' in page
    assert 'value="x"' not in page, "the old token is not sent again"

    again = client.post(f"/office/resume/{kept_id(page)}/send/", TYPED)
    assert again.status_code == 307, "the browser sends the same form on"
    assert again["Location"] == PATH
    assert not KeptForm.objects.exists()
    assert client.get(RESUME)["Location"] == "/office/"


def test_the_database_alone_reveals_nothing() -> None:
    client = signed_in(user_make())
    time_up()
    client.post(PATH, TYPED)
    row = KeptForm.objects.get()
    assert "二重" not in bytes(row.body).decode("ascii")
    assert PATH.encode() not in bytes(row.body)
    assert row.browser not in str(client.cookies["madoguchi_kept"].value)
    cookie = client.cookies["madoguchi_kept"]
    assert cookie["httponly"]
    assert cookie["path"] == "/office/"
    assert not cookie["max-age"], "it ends with the browser"


def test_another_account_on_that_browser_gets_nothing_and_makes_it_disappear() -> None:
    client = signed_in(user_make())
    time_up()
    client.post(PATH, TYPED)
    other = user_make()
    client.post("/account/login/", {"login": other.username, "password": PASSWORD, "next": RESUME})
    page = client.get(RESUME).content.decode()
    assert "二重" not in page
    assert "別の人が入力した内容" in page
    assert not KeptForm.objects.exists()


def test_the_same_account_on_another_browser_gets_nothing() -> None:
    user = user_make()
    client = signed_in(user)
    time_up()
    client.post(PATH, TYPED)
    elsewhere = signed_in(user)
    assert elsewhere.get(RESUME)["Location"] == "/office/"
    number = KeptForm.objects.get().pk
    answer = elsewhere.post(f"/office/resume/{number}/send/")
    assert answer["Location"] == f"{RESUME}?lost=gone"
    assert "もうありません" in elsewhere.get(answer["Location"]).content.decode()
    elsewhere.post(f"/office/resume/{number}/drop/")
    assert KeptForm.objects.exists()


def test_it_disappears_after_an_hour() -> None:
    user = user_make()
    client = signed_in(user)
    time_up()
    client.post(PATH, TYPED)
    KeptForm.objects.update(kept_at=now() - timedelta(minutes=61))
    signed_in(user, client)
    assert client.get(RESUME).status_code == 302
    time_up()
    client.post(PATH, {"d7-reason": "次の入力"})
    assert KeptForm.objects.count() == 1, "the old one went when the next came"


def test_what_nobody_came_back_for_is_tidied_away() -> None:
    client = signed_in(user_make())
    time_up()
    client.post(PATH, TYPED)
    kept_forms_expired(now() + timedelta(minutes=59))
    assert KeptForm.objects.exists()
    kept_forms_expired(now() + timedelta(minutes=61))
    assert not KeptForm.objects.exists()


def test_passwords_codes_and_files_are_not_kept() -> None:
    user = user_make()
    client = signed_in(user)
    time_up()
    client.post(
        PATH,
        {
            "title": "題",
            "new_password": "geheim-1",
            "code": "123456",
            "api_token": "geheim-2",
            "note": "番号は1234-5678-9018です",
            "attachment": SimpleUploadedFile("名簿.xlsx", b"geheim-3"),
        },
    )
    signed_in(user, client)
    page = client.get(RESUME).content.decode()
    assert "題" in page
    assert "名簿.xlsx" in page, "it says which file to choose again"
    assert "geheim" not in page
    assert "123456" not in page
    assert "9018" not in page, "a My Number is kept nowhere"


def test_a_form_of_another_site_is_not_kept() -> None:
    user = user_make()
    client = signed_in(user, Client(enforce_csrf_checks=False))
    time_up()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    answer = strict.post(PATH, TYPED)
    assert answer["Location"] == "/account/login/?next=%2Foffice%2F"
    assert not KeptForm.objects.exists()
    token = strict.get("/account/login/").context["csrf_token"]
    strict.post(PATH, {**TYPED, "csrfmiddlewaretoken": str(token)})
    assert KeptForm.objects.count() == 1


def test_nothing_is_kept_where_nobody_had_signed_in() -> None:
    assert Client().post(PATH, TYPED)["Location"] == "/account/login/?next=%2Foffice%2F"
    forged = Client()
    forged.cookies["madoguchi_kept"] = "WyIxIiwgIngiXQ:1tXXXX:forged"
    forged.post(PATH, TYPED)
    assert not KeptForm.objects.exists()


def test_an_empty_form_and_foreign_content_are_not_kept() -> None:
    client = signed_in(user_make())
    time_up()
    client.post(PATH, {"csrfmiddlewaretoken": "x", "reason": " "})
    client.post(PATH, '{"reason": "a"}', content_type="application/json")
    assert not KeptForm.objects.exists()


def test_what_is_too_large_is_not_kept_and_it_says_so() -> None:
    user = user_make()
    client = signed_in(user)
    time_up()
    answer = client.post(PATH, {"reason": "長" * MOST_CHARACTERS})
    assert "lost%3Dsize" in answer["Location"]
    assert "大きすぎて預かれません" in client.get(answer["Location"]).content.decode()
    assert not KeptForm.objects.exists()
    signed_in(user, client)
    assert "預かれなかった入力" in client.get(f"{RESUME}?lost=size").content.decode()


def test_one_browser_cannot_fill_the_table() -> None:
    client = signed_in(user_make())
    time_up()
    for number in range(MOST_FORMS + 3):
        client.post(PATH, {"reason": f"入力{number}"})
    assert KeptForm.objects.count() == MOST_FORMS


def test_a_kept_form_can_be_dropped() -> None:
    user = user_make()
    client = signed_in(user)
    time_up()
    client.post(PATH, TYPED)
    signed_in(user, client)
    number = kept_id(client.get(RESUME).content.decode())
    assert client.post(f"/office/resume/{number}/drop/")["Location"] == RESUME
    assert not KeptForm.objects.exists()


def test_the_page_hands_in_what_is_typed_before_time_is_up() -> None:
    user = user_make()
    client = signed_in(user)
    form = {"_path": PATH, "reason": "書きかけ", "password": "geheim"}
    assert client.post(f"{RESUME}keep/", form).status_code == 200
    assert client.post(f"{RESUME}keep/", {**form, "_path": "https://example.com/"}).status_code == 404
    time_up()
    signed_in(user, client)
    page = client.get(RESUME).content.decode()
    assert "書きかけ" in page
    assert "geheim" not in page


def test_markup_in_what_was_typed_stays_text() -> None:
    user = user_make()
    client = signed_in(user)
    time_up()
    client.post(PATH, {"reason": '"><script>alert(1)</script>'})
    signed_in(user, client)
    page = client.get(RESUME).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_a_form_sent_by_htmx_leads_the_whole_page_to_the_sign_in() -> None:
    client = signed_in(user_make())
    time_up()
    answer = client.post(PATH, TYPED, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/account/login/?next=%2Foffice%2Fresume%2F"
    assert KeptForm.objects.count() == 1
