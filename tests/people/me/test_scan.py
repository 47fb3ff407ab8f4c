"""
Every address under /me/ of one person, opened as another, as a delegate whose mandate does not reach, as nobody.

The list is made from the URLconf: an address that is new, and has no object made for it here, fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

from madoguchi.blocks.people.actions import consent_answer
from madoguchi.blocks.people.identity.whose import FIELD
from madoguchi.blocks.people.models import Consent, Mandate, Means, Party, ResidentSession
from madoguchi.blocks.people.testing import (
    NOW,
    consents_ready,
    head_officer_make,
    mandate_make,
    person_make,
    resident_account_make,
    resident_client,
    resident_viewer,
)
from tests.people.whose import whose_on

pytestmark = pytest.mark.django_db
NAME, ADDRESS, BORN = "秘密野　花子", "みなも市秘密町7番7号", "1933-03-03"
# About the account that is signed in, whoever's record is open: they show nothing of the record.
ACCOUNT = {"me:home", "me:act", "me:stay"}

# Not hers to open: she heads no association, and this city has not connected the card.
ELSEWHERE = {"me:mandate_offer_organisation", "me:means_card"}


def routes(
    patterns: list[URLPattern | URLResolver], names: tuple[str, ...] = (), path: str = ""
) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        here = path + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*names, pattern.namespace) if pattern.namespace else names
            yield from routes(pattern.url_patterns, inner, here)
        else:
            yield ":".join((*names, pattern.name or "")), here


ROUTES = {name: path for name, path in routes(get_resolver().url_patterns) if path.startswith("me/")}


class Hanako:
    """A person with one of everything that an address can name."""

    def __init__(self) -> None:
        text = consents_ready()
        self.party: Party = person_make(name=NAME, address=ADDRESS, born=BORN)
        means = resident_account_make(self.party)
        Means.objects.create(
            account=means.account, kind="mail", subject="h@example.jp", assurance=1, added_at=NOW
        )
        viewer = resident_viewer(self.party)
        consent_answer(actor=viewer, key=text.key, answer="given", sha256=text.sha256, language="ja", now=NOW)
        self.client = resident_client(self.party, means=means)
        self.delegate = person_make(name="限定　太郎")
        self.mandate = mandate_make(self.party, self.delegate, services=["tax"])
        _head, self.association = head_officer_make()
        self.objects: dict[str, Callable[[], dict[str, Any]]] = {
            "key": lambda: {"key": self.mandate.key},
            "organisation": lambda: {"organisation": self.association.key},
            "consent_id": lambda: {"consent_id": Consent.objects.get().pk},
            "means_id": lambda: {"means_id": Means.objects.get(kind="mail").pk},
            "session_id": lambda: {"session_id": ResidentSession.objects.first().pk},
        }

    def addresses(self) -> Iterator[tuple[str, str, bool]]:
        """Give name and address of every route, and whether it names something of hers."""
        for name, path in sorted(ROUTES.items()):
            asked = [part.split(":")[1].split(">")[0] for part in path.split("<")[1:]]
            kwargs: dict[str, Any] = {}
            for part in asked:
                kwargs |= self.objects[part]()
            # A consent is declared for everybody: its key names nothing of hers.
            if name == "me:consent":
                kwargs, asked = {"key": "city_hall.prefill"}, []
            yield name, reverse(name, kwargs=kwargs), bool(asked)


@pytest.fixture
def hanako(db: None) -> Hanako:
    return Hanako()


def both(client: Client, url: str) -> Iterator[Any]:
    """Open an address by GET and by POST, with the mark that one's own pages carry."""
    yield client.get(url)
    yield client.post(url, {FIELD: whose_on(client)})


def test_another_person_finds_nothing_of_hers(hanako: Hanako) -> None:
    other = person_make(name="別人　次郎")
    for name, url, hers in hanako.addresses():
        # A session of its own for each: some of these addresses end it.
        for answer in both(resident_client(other), url):
            said = f"{name} {answer.request['REQUEST_METHOD']} {url}: {answer.status_code}"
            body = answer.content.decode(errors="replace") if not answer.streaming else ""
            assert not any(secret in body for secret in (NAME, ADDRESS, "1933")), said
            if hers:
                assert answer.status_code in (404, 405), said
    assert Mandate.objects.get(pk=hanako.mandate.pk).revoked_at is None
    assert Consent.objects.filter(party=hanako.party).count() == 1
    assert Means.objects.get(kind="mail").ended_at is None
    assert hanako.client.get("/me/").status_code == 200, "her session is open still"


def test_a_delegate_out_of_scope_finds_nothing(hanako: Hanako) -> None:
    for name, url, _hers in hanako.addresses():
        client = resident_client(hanako.delegate, acting=hanako.mandate)
        answer = client.get(url)
        said = f"{name} {url}: {answer.status_code}"
        body = answer.content.decode(errors="replace")
        assert not any(secret in body for secret in (ADDRESS, "1933")), said
        if name not in ACCOUNT:
            assert answer.status_code in (404, 405), said
        mark = whose_on(client)
        again = client.post(url, {FIELD: mark})
        assert ADDRESS not in again.content.decode(errors="replace"), said
        assert name in ACCOUNT or again.status_code in (404, 405), f"{said}, POST {again.status_code}"


def test_nobody_is_asked_to_sign_in(hanako: Hanako) -> None:
    for name, url, _hers in hanako.addresses():
        for answer in (Client().get(url), Client().post(url)):
            said = f"{name} {url}: {answer.status_code}"
            assert answer.status_code in (302, 404, 405, 409), said
            if answer.status_code == 302:
                assert answer.headers["Location"].startswith(("/sign-in/", "/signed-out/")), said


def test_she_herself_opens_them_all(hanako: Hanako) -> None:
    for name, url, _hers in hanako.addresses():
        if name in ELSEWHERE:
            continue
        answer = hanako.client.get(url)
        assert answer.status_code in (200, 302, 405), f"{name} {url}: {answer.status_code}"
        assert "no-store" in answer.headers["Cache-Control"], f"{name}: kept by the browser"
