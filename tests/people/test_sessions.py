"""Session keys that this installation alone can make; a key from elsewhere opens nothing."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client, override_settings

from madoguchi.blocks.people.sessions import SessionStore, key_is_ours
from madoguchi.blocks.people.testing import staff_client

pytestmark = pytest.mark.django_db

PAGES = ("/office/", "/office/organisation/", "/account/login/")


def test_keys_are_marked_and_fit_the_table() -> None:
    store = SessionStore()
    store.save()
    key = str(store.session_key)
    assert key_is_ours(key)
    assert len(key) <= 40
    for other in (
        "",
        key[:-1],
        key + "a",
        key[:-1] + ("a" if key[-1] != "a" else "b"),
        key.upper(),
        "x" * 36,
    ):
        assert not key_is_ours(other)


def test_a_session_of_another_installation_is_not_found_and_its_cookie_goes() -> None:
    with override_settings(SECRET_KEY="another installation's secret, long enough to be one"):
        foreign = SessionStore()
        foreign.save()
    for page in PAGES:
        for method in ("get", "post"):
            client = Client()
            client.cookies[settings.SESSION_COOKIE_NAME] = str(foreign.session_key)
            response = getattr(client, method)(page)
            assert response.status_code == 404, page
            assert response.cookies[settings.SESSION_COOKIE_NAME].value == ""


def test_rubbish_in_the_cookie_is_from_elsewhere_too() -> None:
    for rubbish in ("x", "a" * 32, "' OR 1=1", "é" * 36, "a" * 24 + "é" * 12):
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = rubbish
        assert client.get("/office/").status_code == 404


def test_a_session_that_ran_out_asks_to_sign_in_again() -> None:
    client = staff_client("people.organisation_view", scope="all")
    assert client.get("/office/organisation/").status_code == 200
    SessionStore(client.session.session_key).delete()
    response = client.get("/office/organisation/")
    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/?next=")


def test_without_any_cookie_the_way_leads_to_the_sign_in() -> None:
    assert Client().get("/office/organisation/").status_code == 302
