"""Signing in by card through the pages, with a provider in this process: whose account it becomes, and its end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import Client

from madoguchi.blocks.people.citizen import means as means_pages
from madoguchi.blocks.people.identity import card as way_in
from madoguchi.blocks.people.identity import ways
from madoguchi.blocks.people.identity.attempts import COOKIE as ATTEMPT
from madoguchi.blocks.people.identity.oidc import ProviderMemory, key_make
from madoguchi.blocks.people.identity.residents import COOKIE
from madoguchi.blocks.people.models import (
    Assurance,
    Means,
    Party,
    PartyName,
    ResidentAccount,
    ResidentSession,
    SignInAttempt,
    Source,
)
from madoguchi.blocks.people.parties.matching import FourItems
from madoguchi.blocks.people.testing import (
    NOW,
    number_make,
    person_make,
    resident_account_make,
    resident_client,
)
from madoguchi.blocks.people.testing.identity import items_of
from tests.people.identity.conftest import Clock, marked
from tests.people.identity.provider import CLIENT, ISSUER, Card, FakeProvider

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="session")
def our_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    key_make(folder=folder, now=NOW)
    return folder


@pytest.fixture
def provider(clock: Clock, monkeypatch: pytest.MonkeyPatch, our_key: Path) -> FakeProvider:
    fake = FakeProvider()
    monkeypatch.setattr(way_in, "MEMORY", ProviderMemory(httpx.MockTransport(fake)))
    monkeypatch.setattr(way_in, "keys_folder", lambda: our_key)
    way = way_in.CardWay({"issuer": ISSUER, "client_id": CLIENT, "allow_local": True})
    monkeypatch.setattr(way_in, "card_way", lambda: way)
    # Modules imported above: one that were imported only now would take the stand-in for the real thing.
    monkeypatch.setattr(ways, "card_way", lambda: way)
    monkeypatch.setattr(means_pages, "card_way", lambda: way)
    return fake


def secure(**more: Any) -> Client:
    """A browser at an address that the provider's rules let pass: this computer."""
    return Client(SERVER_NAME="localhost", **more)


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_a_resident_is_found_by_the_four_items_and_by_the_name_of_the_provider_later(
    provider: FakeProvider,
) -> None:
    person = person_make(name="試験　札子", sex="2", address="みなも市一番町1番1号")
    person_make(name="試験　札子", sex="2", born="1970-01-03", address="みなも市一番町1番1号")
    card = Card("sub-1", FourItems("試験札子", "1970-01-02", "みなも市一番町１－１", "female"))
    client = secure()
    response = provider.sign_in(client, card, next="/me/sessions/")
    assert (response.status_code, response.headers["Location"]) == (302, "/me/sessions/")
    means = Means.objects.get()
    assert (means.issuer, means.subject, means.assurance) == (ISSUER, "sub-1", Assurance.CARD)
    assert means.account.party == person
    session = ResidentSession.objects.get()
    assert session.claims == {
        "name": "試験札子",
        "birthdate": "1970-01-02",
        "address": "みなも市一番町１－１",
        "gender": "female",
    }
    assert session.provider_session == "sid-sub-1"
    assert "試験　札子" in text_of(client.get("/me/"))
    # A year later the card says another name and address: it is the provider's name for the person that counts.
    card.items = FourItems("別姓札子", "1970-01-02", "徳島県徳島市幸町二丁目５番地", "female")
    provider.sign_in(secure(), card)
    assert Means.objects.count() == 1
    assert ResidentSession.objects.filter(account=means.account).count() == 2


def test_somebody_from_elsewhere_becomes_a_person_with_the_card_as_the_source(provider: FakeProvider) -> None:
    card = Card("sub-2", FourItems("試験　他所", "1988-02-29", "徳島県徳島市幸町二丁目５番地", "male"))
    response = provider.sign_in(secure(), card)
    assert response.headers["Location"] == "/me/"
    party = Party.objects.get()
    name = PartyName.objects.get(party=party)
    assert (name.name, name.source, name.birth_year) == ("試験　他所", Source.CARD, 1988)
    assert (party.births.get().born, party.births.get().sex) == ("1988-02-29", "1")
    # The next card of the same person finds this person, not a third one.
    provider.sign_in(secure(), Card("sub-2b", card.items))
    assert Party.objects.count() == 1
    assert ResidentAccount.objects.count() == 1


@pytest.mark.parametrize("why", ["namesakes", "moved", "died", "no_birthdate", "year_withheld", "unreadable"])
def test_whoever_is_not_certain_gets_an_account_of_nobody_and_is_told(
    provider: FakeProvider, why: str
) -> None:
    items = FourItems("試験　双子", "1970-01-02", "みなも市一番町1番1号", "male")
    if why == "namesakes":
        person_make(name="試験　双子")
        person_make(name="試験　双子")
    if why == "moved":
        person_make(name="試験　双子", address="みなも市二番町9番9号")
    if why == "died":
        person_make(name="試験　双子", died="2026-01-01")
    if why == "no_birthdate":
        items = FourItems("試験　双子", "", "みなも市一番町1番1号")
    if why == "year_withheld":
        items = FourItems("試験　双子", "0000-01-02", "みなも市一番町1番1号")
    if why == "unreadable":
        items = FourItems("試験\u200b", "1970-01-02", "みなも市一番町1番1号")
    persons = Party.objects.count()
    client = secure()
    response = provider.sign_in(client, Card("sub-3", items))
    assert response.headers["Location"] == "/sign-in/card/unsure/"
    account = ResidentAccount.objects.get()
    assert account.party is None
    page = text_of(client.get("/sign-in/card/unsure/"))
    assert account.key in page
    assert "窓口" in page
    assert Party.objects.count() == persons
    if why == "moved":
        # The register learns of the move; the next sign-in finds the person.
        found = person_make(name="試験　双子", born="1970-01-02")
        assert provider.sign_in(secure(), Card("sub-3", items)).headers["Location"] == "/me/"
        account.refresh_from_db()
        assert account.party == found


def test_a_renewed_card_opens_the_same_account_and_the_old_one_nothing(provider: FakeProvider) -> None:
    person = person_make(name="試験　更新")
    old = secure()
    provider.sign_in(old, Card("sub-old", items_of(person)))
    account = ResidentAccount.objects.get()
    provider.sign_in(secure(), Card("sub-new", items_of(person)))
    assert ResidentAccount.objects.get() == account
    assert old.get("/me/").status_code == 302
    ended = Means.objects.get(subject="sub-old")
    assert (ended.ended_at is not None, ended.end_reason) == (True, "renewed")


def test_the_way_back_works_once_and_for_one_browser(provider: FakeProvider) -> None:
    client, other = secure(), secure()
    provider.held_up = Card("sub-4", items_of(person_make(name="試験　一度")))
    back = provider.begin(client)
    assert other.get(back).status_code == 422
    planted = secure()
    planted.cookies[ATTEMPT] = "planted"
    assert planted.get(back).status_code == 422
    assert client.get(back).status_code == 302
    token = client.cookies[COOKIE].value
    assert client.get(back).status_code == 422
    assert client.cookies[COOKIE].value == token
    assert ResidentSession.objects.count() == 1


def test_a_wrong_way_back_uses_the_attempt_up_and_says_what_to_do(provider: FakeProvider) -> None:
    provider.held_up = Card("sub-5", items_of(person_make()))
    for end in ("&state=other", "?error"):
        client = secure()
        back = provider.begin(client)
        wrong = (
            back.replace("state=", "state=x")
            if end != "?error"
            else back.replace("code=code-1", "error=access_denied")
        )
        page = client.get(wrong)
        assert page.status_code == 422
        assert "サインイン" in text_of(page)
        assert client.get(back).status_code == 422
    assert not ResidentSession.objects.exists()
    assert not SignInAttempt.objects.exclude(state={}).exists(), "nothing of it is kept"


def test_a_provider_that_did_not_ask_anew_signs_nobody_in(provider: FakeProvider) -> None:
    """Whoever takes ``prompt`` out of the address comes back as the last visitor of the tablet: too old a proof."""
    provider.asked_ago = 120
    response = provider.sign_in(secure(), Card("sub-5b", items_of(person_make(name="試験　先客"))))
    assert response.status_code == 422
    assert not ResidentSession.objects.exists()


def test_when_the_provider_is_away_the_page_names_the_other_ways(provider: FakeProvider) -> None:
    provider.down = True
    page = secure().post("/sign-in/card/")
    assert page.status_code == 422
    assert "カードを使わない方法" in text_of(page)
    assert "/sign-in/" in text_of(page)


def test_the_page_leads_to_the_provider_without_a_form_of_ours(provider: FakeProvider) -> None:
    page = secure().post("/sign-in/card/", {"shared": "on"})
    assert 'http-equiv="refresh"' in text_of(page)
    assert "form-action 'self'" in page.headers["Content-Security-Policy"]
    assert "prompt=login" in page.context["url"], "the provider's session may be the last visitor's"
    assert "no-store" in page.headers["Cache-Control"]


def test_signing_out_ends_ours_first_and_leads_to_the_provider(provider: FakeProvider) -> None:
    client = secure()
    provider.sign_in(client, Card("sub-6", items_of(person_make(name="試験　退出"))))
    page = client.post("/sign-out/", marked(client))
    assert page.status_code == 200
    assert page.context["url"].startswith(f"{ISSUER}/logout?")
    assert "sub-6" not in page.context["url"]
    session = ResidentSession.objects.get()
    assert (session.ended_by, session.claims) == ("signed_out", {})
    assert client.cookies[COOKIE].value == ""
    provider.sign_in(client, Card("sub-6", items_of(Party.objects.get())))
    provider.down = True
    assert client.post("/sign-out/", marked(client)).status_code in (200, 302)
    assert not ResidentSession.objects.filter(ended_at=None).exists()


def test_the_providers_word_ends_its_sessions_and_no_others(provider: FakeProvider) -> None:
    one, other, by_number = secure(), secure(), number_make(person_make())
    provider.sign_in(one, Card("sub-7", items_of(person_make(name="試験　七"))))
    provider.sign_in(other, Card("sub-8", items_of(person_make(name="試験　八"))))
    third = resident_client(means=by_number, now=ResidentSession.objects.first().began_at)  # type: ignore[union-attr]
    channel = "/sign-in/card/back-channel/"
    strict = secure(enforce_csrf_checks=True)
    for wrong in ("", "x.y.z", provider.signed("JWT", sub="sub-7", nonce="n")):
        assert strict.post(channel, {"logout_token": wrong}).status_code == 400
    assert one.get("/me/").status_code == 200
    answer = strict.post(channel, {"logout_token": provider.logout_token(sub="sub-7", sid="sid-sub-7")})
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    assert one.get("/me/").status_code == 302
    assert other.get("/me/").status_code == 200
    assert third.get("/me/").status_code == 200
    strict.post(channel, {"logout_token": provider.logout_token(sub="sub-8")})
    assert other.get("/me/").status_code == 302


def test_our_public_keys_are_published_and_nothing_private(provider: FakeProvider) -> None:
    keys = secure().get("/sign-in/card/keys/").json()["keys"]
    assert keys
    assert not {"d", "p", "q"} & set(keys[0])


def test_the_card_is_added_to_ones_own_account_and_never_to_anothers(provider: FakeProvider) -> None:
    mine, theirs = person_make(name="試験　本人"), person_make(name="試験　別人")
    means = number_make(mine)
    client = secure()
    client.cookies[COOKIE] = resident_client(means=means, now=means.added_at).cookies[COOKIE].value
    provider.held_up = Card("sub-theirs", items_of(theirs))
    refused = client.get(provider.begin(client, "/me/means/card/", **marked(client)))
    assert "いまサインインしている人のものではありません" in text_of(refused)
    assert "加える先" not in text_of(client.get("/me/means/card/"))
    assert not Means.objects.filter(kind="card").exists()
    provider.held_up = Card("sub-mine", items_of(mine))
    added = client.get(provider.begin(client, "/me/means/card/", **marked(client, next="/me/means/")))
    assert added.headers["Location"] == "/me/means/"
    assert Means.objects.get(kind="card").account == means.account
    # On a shared tablet the next visitor's card goes to the next visitor, not to the account that is still open.
    provider.sign_in(client, Card("sub-theirs", items_of(theirs)), **marked(client))
    assert Means.objects.get(subject="sub-theirs").account.party == theirs
    assert "試験　別人" in text_of(client.get("/me/"))


def test_an_account_by_mail_becomes_the_persons_own_when_he_adds_the_card(provider: FakeProvider) -> None:
    person, taken = person_make(name="試験　郵便"), person_make(name="試験　先有")
    number_make(taken)
    mail = resident_account_make(kind="mail", assurance=Assurance.CONTACT)
    client = secure()
    client.cookies[COOKIE] = resident_client(means=mail, assurance=1, now=mail.added_at).cookies[COOKIE].value
    # Whose account it is must be seen before the card is held up to somebody else's screen.
    assert mail.subject in text_of(client.get("/me/means/card/"))
    provider.held_up = Card("sub-taken", items_of(taken))
    page = client.get(provider.begin(client, "/me/means/card/", **marked(client)))
    assert "この人のアカウントは、もうあります" in text_of(page)
    provider.held_up = Card("sub-9", items_of(person))
    client.get(provider.begin(client, "/me/means/card/", **marked(client)))
    mail.account.refresh_from_db()
    assert mail.account.party == person
    assert ResidentSession.objects.latest("pk").assurance == Assurance.CARD
