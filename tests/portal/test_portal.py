"""The portal's own pages, as citizens and machines meet them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from madoguchi.kernel.pages import PortalTile, portal_tiles

pytestmark = pytest.mark.django_db
LANGUAGES = ["ja", "ja-easy", "en"]


@pytest.fixture
def bound(settings: Any) -> Any:
    """Bind contacts, as a city does in its ``bindings.yaml``."""

    def bind(**contacts: Any) -> None:
        site = replace(settings.ENVIRONMENT.site, values={"site": {"contacts": contacts}})
        settings.ENVIRONMENT = replace(settings.ENVIRONMENT, site=site)

    return bind


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["/", "/about/"])
def test_pages_open_in_every_language(path: str, language: str) -> None:
    client = Client()
    client.cookies["django_language"] = language
    answer = client.get(path)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert f'<html lang="{"en" if language == "en" else "ja"}"' in page
    assert page.count("<h1") == 1
    assert page.count('<main id="main"') == 1


def test_the_language_is_switched_by_a_button() -> None:
    client = Client()
    page = client.get("/").content.decode()
    assert 'action="/language/"' in page
    answer = client.post("/language/", {"language": "en", "next": "/"})
    assert answer["Location"] == "/"
    assert '<html lang="en"' in client.get("/").content.decode()


def test_the_front_page_names_the_city_and_what_can_be_done() -> None:
    tile = PortalTile("試しの手続き", "試しの説明です。", "portal:about", icon="file", order=1)
    with portal_tiles.momentarily("portal:about", tile):
        page = Client().get("/").content.decode()
    assert "みなも市 デジタル窓口" in page
    assert re.search(r'<h3><a href="/about/">試しの手続き</a></h3><p>試しの説明です。</p>', page)


def test_a_tile_that_leads_nowhere_does_not_close_the_page() -> None:
    with portal_tiles.momentarily("t:nowhere", PortalTile("どこへも", "", "t:nowhere")):
        page = Client().get("/").content.decode()
    assert "どこへも" not in page


def test_visitors_leave_no_session() -> None:
    answer = Client().get("/")
    assert "madoguchi_session" not in answer.cookies


def test_contacts_come_from_the_bindings(bound: Any) -> None:
    assert "代表電話" in Client().get("/").content.decode()
    bound(general={"name": "総合案内", "phone": "0000-00-0000", "mail": "annai@example.jp"})
    for path in ("/", "/about/"):
        page = Client().get(path).content.decode()
        assert "総合案内" in page
        assert "tel:0000-00-0000" in page
        assert "mailto:annai@example.jp" in page


@pytest.mark.parametrize("contacts", ["text", [], {"general": "text"}, {"general": None}])
def test_bindings_of_another_shape_close_no_page(contacts: Any, settings: Any) -> None:
    site = replace(settings.ENVIRONMENT.site, values={"site": {"contacts": contacts}})
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, site=site)
    assert Client().get("/about/").status_code == 200
    assert Client().get("/.well-known/security.txt").status_code == 404


def test_the_account_desk_of_the_bindings_is_named_at_the_sign_in(bound: Any) -> None:
    bound(accounts={"name": "人事課給与係", "phone": "内線 211"})
    assert "人事課給与係 内線 211" in Client().get("/account/login/").content.decode()


def test_search_engines_stay_out_of_the_office() -> None:
    answer = Client().get("/robots.txt")
    assert answer["Content-Type"].startswith("text/plain")
    assert "Disallow: /office/" in answer.content.decode()


def test_whom_to_tell_of_a_weakness_stands_there_if_bound(bound: Any) -> None:
    assert Client().get("/.well-known/security.txt").status_code == 404
    bound(security={"name": "情報政策課", "mail": "security@example.jp"})
    lines = Client().get("/.well-known/security.txt").content.decode().splitlines()
    assert "Contact: mailto:security@example.jp" in lines
    assert any(re.fullmatch(r"Expires: \d{4}-\d\d-\d\dT00:00:00Z", line) for line in lines)
    assert "Canonical: http://testserver/.well-known/security.txt" in lines


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_that_is_not_there_says_so_and_leads_home(language: str) -> None:
    client = Client()
    client.cookies["django_language"] = language
    answer = client.get("/nothing/")
    assert answer.status_code == 404
    assert 'href="/"' in answer.content.decode()


def test_pages_are_read_not_written() -> None:
    for path in ("/", "/about/", "/healthz", "/robots.txt"):
        assert Client().post(path).status_code == 405


def test_no_page_asks_another_server_for_anything() -> None:
    for path in ("/", "/about/", "/account/login/"):
        page = Client().get(path).content.decode()
        assert not re.findall(r'(?:src|href)="https?://', page)


def test_the_front_page_asks_little_of_the_database(django_assert_max_num_queries: Any) -> None:
    Client().get("/")
    with django_assert_max_num_queries(3):
        Client().get("/")
