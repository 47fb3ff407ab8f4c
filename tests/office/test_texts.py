"""Every interface text of the shells and the kernel stands in all languages."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils.translation import gettext, ngettext, override

from madoguchi.ui.texts import texts_compile, texts_missing

SHELLS = ["madoguchi.office", "madoguchi.portal", "madoguchi.kernel", "madoguchi.services.city_hall"]


@pytest.mark.lint
@pytest.mark.parametrize("package", SHELLS)
def test_the_shells_are_translated(package: str) -> None:
    report = texts_missing([package])
    assert not report.problems, str(report)
    assert report.texts


def test_words_come_out_in_the_readers_language() -> None:
    texts_compile()
    waits = "%(count)d件が止まっています。"
    with override("en"):
        assert gettext("職員のサインイン") == "Staff sign-in"
        assert ngettext(waits, waits, 1) % {"count": 1} == "1 is stuck."
        assert ngettext(waits, waits, 2) % {"count": 2} == "2 are stuck."
    with override("ja-easy"):
        assert gettext("職員のサインイン") == "市役所の 人の サインイン"


@pytest.mark.django_db
def test_the_sign_in_speaks_english() -> None:
    client = Client()
    client.cookies["django_language"] = "en"
    page = client.post("/account/login/", {"login": "9999", "password": "x"}).content.decode()
    assert "Staff sign-in" in page
    assert "The staff number or the password is not right." in page
    empty = client.post("/account/login/", {"login": "", "password": ""}).content.decode()
    assert "Enter “Staff number”." in empty
