"""Which doors there are: routes of the sign-in, sessions, and rights."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.urls import urlpatterns as allauth_urls
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import URLPattern, URLResolver

from madoguchi.blocks.people.testing import PASSWORD, account_make, holding_make, staff_client, staff_user
from madoguchi.kernel.clock import now
from madoguchi.office.middleware import OFFERED

pytestmark = pytest.mark.django_db
OFFICE = "/office/"


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> list[tuple[str, str]]:
    """Give name and a path for every route of a list, with something in place of its parameters."""
    found = []
    for pattern in patterns:
        text = str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += routes(pattern.url_patterns, prefix + text)
        elif "confirm-email" in text and "key" in text:
            found.append((str(pattern.name), f"{prefix}confirm-email/abc/"))
        elif "uidb36" in text:
            found.append((str(pattern.name), f"{prefix}password/reset/key/1-abc/"))
        else:
            found.append((str(pattern.name), prefix + text))
    return found


ALLAUTH = routes(allauth_urls)
NOT_OFFERED = [(name, path) for name, path in ALLAUTH if name not in OFFERED]


def test_the_package_offers_more_than_we_do() -> None:
    names = {name for name, _path in NOT_OFFERED}
    assert {"account_signup", "account_email", "account_reset_password", "account_set_password"} <= names
    assert {name for name in OFFERED if name not in ("account_home", "account_ended")} <= {
        name for name, _path in ALLAUTH
    }


@pytest.mark.parametrize(("name", "path"), NOT_OFFERED)
@pytest.mark.parametrize("signed_in", [False, True])
def test_what_we_do_not_offer_is_not_there(name: str, path: str, *, signed_in: bool) -> None:
    client = staff_client() if signed_in else Client()
    for answer in (
        client.get(f"/account/{path}"),
        client.post(f"/account/{path}", {"email": "a@example.com"}),
    ):
        assert answer.status_code == 404, name


@pytest.mark.parametrize("path", ["/account/3rdparty/", "/account/social/signup/"])
def test_social_accounts_and_keys_without_a_password_are_not_there(path: str) -> None:
    assert Client().get(path).status_code == 404


def test_the_bare_address_of_the_account_leads_on() -> None:
    assert Client().get("/account/")["Location"] == "/account/login/"
    assert staff_client().get("/account/")["Location"] == "/office/account/"


# Sessions


def test_a_session_ends_after_half_an_hour_without_a_request() -> None:
    client = staff_client()
    assert client.get(OFFICE).status_code == 200
    session = Session.objects.get(session_key=client.session.session_key)
    left = session.expire_date - now()
    assert timedelta(minutes=29) < left <= timedelta(minutes=31)
    Session.objects.update(expire_date=now() - timedelta(seconds=1))
    assert client.get(OFFICE)["Location"] == "/account/login/?next=%2Foffice%2F"


def test_a_request_prolongs_the_session() -> None:
    client = staff_client()
    client.get(OFFICE)
    session = client.session
    session["seen"] = int(now().timestamp()) - 1_200
    session.save()
    Session.objects.update(expire_date=now() + timedelta(minutes=10))
    client.get(OFFICE)
    assert Session.objects.get().expire_date > now() + timedelta(minutes=29)


def test_extending_prolongs_at_once() -> None:
    client = staff_client()
    client.get(OFFICE)
    Session.objects.update(expire_date=now() + timedelta(minutes=1))
    assert client.post("/office/extend/").status_code == 200
    assert Session.objects.get().expire_date > now() + timedelta(minutes=29)
    assert client.post("/office/extend/", headers={"accept": "text/html"})["Location"] == OFFICE


def test_every_office_page_warns_before_the_time_is_up() -> None:
    page = staff_client().get(OFFICE).content.decode()
    assert 'data-timeout="1800"' in page
    assert 'data-end="/account/ended/"' in page
    assert 'action="/office/extend/"' in page


def test_when_time_is_up_the_session_is_ended_but_nobody_else_can_end_it() -> None:
    client = staff_client()
    client.get(OFFICE)
    assert client.get("/account/ended/")["Location"] == OFFICE
    session = client.session
    session["seen"] = int(now().timestamp()) - 1_800
    session.save()
    page = client.get("/account/ended/").content.decode()
    assert "30分間操作がなかった" in page
    assert client.get(OFFICE).status_code == 302


def test_the_list_of_sessions_ends_the_others() -> None:
    user = account_make(holding_make().staff, password=PASSWORD)
    here, there = (
        Client(headers={"user-agent": agent})
        for agent in (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0",
            "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
        )
    )
    for client in (here, there):
        client.post("/account/login/", {"login": user.username, "password": PASSWORD})
    page = here.get("/account/sessions/").content.decode()
    assert "Edge / Windows" in page
    assert "Firefox / Linux" in page
    assert page.count("この端末</span>") == 1
    here.post("/account/sessions/")
    assert here.get(OFFICE).status_code == 200
    assert there.get(OFFICE).status_code == 302
    assert "ほかの端末では使っていません" in here.get("/account/sessions/").content.decode()


@pytest.mark.parametrize("path", [OFFICE, "/account/login/", "/office/health/", "/office/nothing/"])
def test_a_session_of_another_installation_opens_nothing(path: str) -> None:
    client = Client()
    client.cookies["madoguchi_session"] = "0123456789abcdefghijklmnopqrstuvwxyz"
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.cookies["madoguchi_session"].value == ""


def test_a_session_signed_by_another_secret_opens_nothing(settings: Any) -> None:
    client = staff_client("kernel.health_view")
    assert client.get("/office/health/").status_code == 200
    settings.SECRET_KEY = "another installation, another secret, just as long"
    assert client.get("/office/health/").status_code == 404


# Rights

GUARDED = {
    "/office/health/": "kernel.health_view",
    "/office/events/": "kernel.events_run",
    "/office/audit/": "kernel.audit_view",
}
LABELS = {
    "/office/health/": "稼働状況",
    "/office/events/": "できごとと処理",
    "/office/audit/": "監査記録",
}


@pytest.mark.parametrize("path", GUARDED)
def test_a_page_opens_with_its_right_only_and_looks_absent_without(path: str) -> None:
    entitled, others = staff_client(GUARDED[path]), list(GUARDED.values())
    others.remove(GUARDED[path])
    assert entitled.get(path).status_code == 200
    refused = staff_client(*others).get(path)
    absent = staff_client(*others).get("/office/nothing/")
    assert refused.status_code == absent.status_code == 404
    assert Client().get(path).status_code == 302


@pytest.mark.parametrize(
    "path", ["/office/events/1/retry/", "/office/events/1/skip/", "/office/audit/verify/"]
)
def test_a_button_works_with_its_right_only(path: str) -> None:
    assert staff_client("kernel.health_view").post(path, {}).status_code == 404
    assert staff_client("kernel.events_run", "kernel.audit_view").get(path).status_code == 405


def test_the_menu_shows_what_one_may_open_and_marks_where_one_is() -> None:
    page = staff_client("kernel.health_view").get("/office/health/").content.decode()
    assert '<a href="/office/health/" aria-current="page">稼働状況</a>' in page
    assert '<a href="/office/">はじめ</a>' in page
    assert "/office/events/" not in page
    front = staff_client("kernel.events_run").get(OFFICE).content.decode()
    assert '<a href="/office/" aria-current="page">はじめ</a>' in front
    assert '<a href="/office/events/">できごとと処理' in front
    assert "/office/health/" not in front


def test_the_way_to_the_shell_is_short() -> None:
    page = staff_client().get(OFFICE).content.decode()
    assert 'class="mg-bar__name" href="/office/"' in page
    assert 'action="/account/logout/"' in page
    assert 'href="/office/account/"' in page


def test_signing_out_ends_it() -> None:
    client = staff_client()
    client.post("/account/logout/")
    assert client.get(OFFICE).status_code == 302


def test_a_page_that_is_not_there_leads_back_into_the_office() -> None:
    page = staff_client().get("/office/nothing/").content.decode()
    assert "ページが見つかりません" in page
    assert 'href="/office/"' in page


def test_a_fragment_asked_for_after_the_end_leads_the_whole_page_to_the_sign_in() -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/office/audit/?day=1"}
    answer = Client().get("/office/audit/", headers=headers)
    assert answer.status_code == 200
    assert answer["HX-Redirect"] == "/account/login/?next=%2Foffice%2Faudit%2F"


def test_two_persons_do_not_see_each_others_names() -> None:
    first, second = staff_user(), staff_user()
    assert first.staff_member.name != second.staff_member.name
    client = Client()
    client.force_login(first)
    assert second.staff_member.name not in client.get("/office/account/").content.decode()
