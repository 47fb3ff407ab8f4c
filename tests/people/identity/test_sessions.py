"""Sessions and means on my page; and two people in turn on one tablet (F4)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from madoguchi.blocks.people.actions import ProofTooWeak, counter_passphrase_choose, means_end
from madoguchi.blocks.people.identity.residents import (
    COOKIE,
    IDLE,
    IDLE_SHARED,
    resident_found,
    sessions_tidy,
)
from madoguchi.blocks.people.models import Assurance, Means, ResidentSession
from madoguchi.blocks.people.testing import (
    PASSPHRASE,
    number_make,
    person_make,
    resident_account_make,
    resident_client,
)
from madoguchi.kernel.clock import now as clock_now
from tests.people.identity.conftest import Clock, marked

pytestmark = pytest.mark.django_db
ISSUER = "https://card.example"


def signed_in(means: Means, *, shared: bool = False, client: Client | None = None, **headers: str) -> Client:
    client = client or Client(headers=headers)
    fields = {"number": means.subject, "passphrase": PASSPHRASE, **({"shared": "on"} if shared else {})}
    assert client.post("/sign-in/counter/", marked(client, **fields)).status_code == 302
    return client


def text_of(response: Any) -> str:
    return str(response.content.decode())


def is_open(client: Client) -> bool:
    return client.get("/me/").status_code == 200


def test_sessions_are_listed_with_device_and_time_and_ended_one_by_one(clock: Clock) -> None:
    means = number_make(person_make())
    phone = signed_in(means, user_agent="Mozilla/5.0 (iPhone; CPU) AppleWebKit Version/17 Safari/605")
    clock.on(minutes=5)
    desk = signed_in(means, user_agent="Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537 Edg/120")
    stranger = signed_in(number_make(person_make()))
    page = text_of(desk.get("/me/sessions/"))
    assert page.index("Edge / Windows") < page.index("Safari / iPhone")
    assert "この端末" in page
    ids = [int(found) for found in re.findall(r"/me/sessions/(\d+)/end/", page)]
    assert len(ids) == 2
    others = ResidentSession.objects.exclude(pk__in=ids).get().pk
    assert desk.post(f"/me/sessions/{others}/end/", marked(desk)).status_code == 404
    assert is_open(stranger)
    assert desk.post(f"/me/sessions/{ids[1]}/end/", marked(desk)).headers["Location"] == "/me/sessions/"
    assert not is_open(phone)
    assert is_open(desk)
    assert desk.post(f"/me/sessions/{ids[0]}/end/", marked(desk)).headers["Location"] == "/signed-out/"
    assert not is_open(desk)


def test_ended_everywhere_is_ended_on_the_next_request_of_each_browser(clock: Clock) -> None:
    means = number_make(person_make())
    here, there = signed_in(means), signed_in(means)
    token = there.cookies[COOKIE].value
    assert here.post("/me/sessions/end-all/", marked(here)).headers["Location"] == "/signed-out/"
    assert here.cookies[COOKIE].value == ""
    gone = there.get("/me/")
    assert gone.headers["Location"].startswith("/sign-in/?next=")
    # Whatever cookie comes: a copy of it opens nothing either.
    copy = Client()
    copy.cookies[COOKIE] = token
    assert not is_open(copy)


@pytest.mark.parametrize(("shared", "idle"), [(False, IDLE), (True, IDLE_SHARED)])
def test_a_session_that_is_not_used_ends(clock: Clock, shared: bool, idle: timedelta) -> None:
    means = number_make(person_make())
    client = signed_in(means, shared=shared)
    page = text_of(client.get("/me/"))
    assert f'data-timeout="{int(idle.total_seconds())}"' in page
    for _ in range(3):
        clock.on(seconds=idle.total_seconds() - 1)
        assert is_open(client)
    clock.on(seconds=idle.total_seconds() + 1)
    assert not is_open(client)


def test_who_is_still_there_stays_and_who_is_asked_and_says_no_leaves(clock: Clock) -> None:
    client = signed_in(number_make(person_make()), shared=True)
    clock.on(seconds=170)
    assert client.post("/me/stay/", marked(client)).status_code == 200
    clock.on(seconds=170)
    assert is_open(client)
    # Another site's link to the end ends nothing while somebody works.
    assert client.get("/signed-out/idle/").headers["Location"] == "/me/"
    clock.on(seconds=130)
    assert "自動" not in text_of(client.get("/signed-out/idle/"))
    assert not is_open(client)
    assert client.post("/me/stay/").headers["Location"] == "/signed-out/idle/"


def test_the_next_visitor_of_a_tablet_does_not_find_the_last_one(clock: Clock) -> None:
    """Nobody pressed the button for the end; the second signs in over the first."""
    tablet = Client()
    first, second = number_make(person_make(name="試験　先客")), number_make(person_make(name="試験　後客"))
    signed_in(first, client=tablet)
    old_token, old_mark = tablet.cookies[COOKIE].value, marked(tablet)
    old_page = tablet.get("/me/")
    assert "試験　先客" in text_of(old_page)
    assert "no-store" in old_page.headers["Cache-Control"], "Back asks the server again"

    # From a page that was made for the first one, the second cannot sign in unawares …
    fields = {"number": second.subject, "passphrase": PASSPHRASE}
    refused = tablet.post("/sign-in/counter/", fields)
    assert refused.status_code == 409
    assert "試験　先客" in text_of(refused)
    # … but from the page that says whose record is open.
    signed_in(second, client=tablet)
    page = text_of(tablet.get("/me/"))
    assert "試験　後客" in page
    assert "試験　先客" not in page
    ghost = Client()
    ghost.cookies[COOKIE] = old_token
    assert not is_open(ghost)

    # A restored tab, a second window: what the first one left half-filled is not sent in the second one's name.
    late = tablet.post("/me/means/mail/", {"address": "first@example.jp", **old_mark})
    assert late.status_code == 409
    assert "試験　後客" in text_of(late)
    assert "試験　先客" not in text_of(late)
    assert not Means.objects.filter(kind="mail").exists()
    # And after the second one has left, it is sent in nobody's name.
    assert tablet.post("/sign-out/", marked(tablet)).status_code == 302
    nobody = tablet.post("/me/means/mail/", {"address": "first@example.jp", **old_mark})
    assert nobody.status_code == 409
    assert "だれもサインインしていません" in text_of(nobody)


def test_every_writing_page_of_mine_asks_whose_record_is_open(clock: Clock) -> None:
    means = number_make(person_make())
    client = signed_in(means)
    session = ResidentSession.objects.get()
    paths = [
        "/sign-in/mail/", "/sign-in/mail/sent/", "/sign-in/counter/", "/sign-in/counter/passphrase/", "/sign-in/passkey/",
        "/sign-in/passkey/question/", "/sign-in/card/", "/me/stay/", "/me/sessions/end-all/",
        f"/me/sessions/{session.pk}/end/", "/me/means/mail/", "/me/means/card/", "/me/means/passphrase/",
        "/me/means/passkey/", "/me/means/passkey/question/", f"/me/means/{means.pk}/name/", f"/me/means/{means.pk}/off/",
    ]  # fmt: skip
    assert {path: client.post(path).status_code for path in paths} == dict.fromkeys(paths, 409)
    assert is_open(client)
    # But for leaving: whoever goes away is never kept here because another record is open by now.
    assert client.post("/sign-out/").headers["Location"] == "/signed-out/"
    assert not is_open(client)


# --- means ---


@pytest.mark.parametrize("kind", ["counter", "card"])
def test_whoever_reads_somebodys_mail_changes_nothing_that_proves_more(clock: Clock, kind: str) -> None:
    """A sign-in by mail is fresh, and it is the account's own; the number, its passphrase and the card stay."""
    person = person_make(name="試験　本人")
    strong = (
        number_make(person)
        if kind == "counter"
        else resident_account_make(person, kind="card", issuer=ISSUER, assurance=Assurance.CARD)
    )
    mail = Means.objects.create(
        account=strong.account, kind="mail", subject="a@example.jp", assurance=1, added_at=clock.moment
    )
    other = resident_client(means=mail, assurance=Assurance.CONTACT, now=clock.moment)
    chosen = {"passphrase": "わたしの 秘密 です 2", "again": "わたしの 秘密 です 2"}
    for path in ("/me/means/passphrase/", f"/me/means/{strong.pk}/off/"):
        for answer in (other.get(path), other.post(path, marked(other, **chosen))):
            assert answer.headers["Location"].startswith("/sign-in/?next=")
    before = strong.secret
    strong.refresh_from_db()
    assert (strong.secret, strong.ended_at) == (before, None)
    # Nor past the pages.
    viewer = resident_found(other.cookies[COOKIE].value, clock.moment).viewer
    with pytest.raises(ProofTooWeak):
        means_end(actor=viewer, means_id=strong.pk, reason="owner", now=clock.moment)
    if kind == "counter":
        with pytest.raises(ProofTooWeak):
            counter_passphrase_choose(
                actor=viewer, means_id=strong.pk, known=strong.secret, hashed="x", now=clock.moment
            )
    # His own mail he may take off, by whatever he came.
    means_end(actor=viewer, means_id=mail.pk, reason="owner", now=clock.moment)


def test_a_session_is_nothing_without_its_means(clock: Clock) -> None:
    means = number_make(person_make())
    client = signed_in(means)
    # As where the sign-in and the end of the means came at the same instant.
    Means.objects.filter(pk=means.pk).update(ended_at=clock.moment)
    assert not is_open(client)


def test_means_are_named_and_taken_off_but_never_the_last(clock: Clock) -> None:
    means = number_make(person_make())
    mail = Means.objects.create(
        account=means.account, kind="mail", subject="a@example.jp", assurance=1, added_at=clock.moment
    )
    other = resident_account_make(person_make())
    client = signed_in(means)
    assert client.post(f"/me/means/{mail.pk}/name/", marked(client, label="家のメール")).status_code == 302
    page = text_of(client.get("/me/means/"))
    assert "家のメール" in page
    assert "いま使っている方法" in page
    for path in (f"/me/means/{other.pk}/off/", f"/me/means/{other.pk}/name/"):
        assert client.post(path, marked(client, label="x")).status_code == 404
    assert "もうサインインできなくなります" in text_of(client.get(f"/me/means/{mail.pk}/off/"))
    assert client.post(f"/me/means/{mail.pk}/off/", marked(client)).status_code == 302
    mail.refresh_from_db()
    assert mail.ended_at is not None
    assert client.get(f"/me/means/{mail.pk}/off/").status_code == 404
    last = client.post(f"/me/means/{means.pk}/off/", marked(client))
    assert last.status_code == 422
    assert "先に別の手段を加える" in text_of(last)
    assert "最後の一つは外せません" in text_of(client.get("/me/means/"))
    assert is_open(client)


def test_taking_off_the_means_in_use_ends_the_session(clock: Clock) -> None:
    means = number_make(person_make())
    Means.objects.create(
        account=means.account, kind="mail", subject="a@example.jp", assurance=1, added_at=clock.moment
    )
    client = signed_in(means)
    client.post(f"/me/means/{means.pk}/off/", marked(client))
    assert not is_open(client)


def test_what_cannot_be_undone_asks_for_a_fresh_proof(clock: Clock) -> None:
    means = number_make(person_make())
    client = signed_in(means)
    clock.on(minutes=16)
    for path in ("/me/means/mail/", "/me/means/passkey/", f"/me/means/{means.pk}/off/"):
        response = client.get(path)
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/sign-in/?next=%2Fme%2Fmeans%2F")
    page = text_of(client.get(client.get("/me/means/mail/").headers["Location"]))
    assert "もう一度確かめます" in page
    assert "next=%2Fme%2Fmeans%2Fmail%2F" in page


# --- the page with the ways ---


def test_a_demand_says_why_and_offers_only_what_reaches_it(clock: Clock) -> None:
    mail = resident_account_make(kind="mail", assurance=Assurance.CONTACT)
    client = resident_client(means=mail, assurance=Assurance.CONTACT, now=clock.moment)
    page = text_of(client.get("/sign-in/?demand=2&next=/me/means/"))
    assert "カードで本人と確かめた" in page
    assert "いまのサインインは、「連絡先を確かめた」" in page
    assert "/sign-in/counter/?next=%2Fme%2Fmeans%2F" in page
    assert "/sign-in/mail/" not in page
    assert "/sign-in/card/" not in page, "no provider is bound"
    every = text_of(Client().get("/sign-in/"))
    assert "/sign-in/mail/" in every
    assert "/sign-in/card/" not in every
    assert Client().get("/sign-in/card/").status_code == 404
    for odd in ("-1", "9", "x", "2; DROP"):
        assert Client().get("/sign-in/", {"demand": odd}).status_code == 200


def test_what_the_card_said_goes_with_a_session_that_nobody_ended(clock: Clock) -> None:
    at_home, shared, over = (
        ResidentSession.objects.get(
            pk=resident_session_of(signed_in(number_make(person_make()), shared=kind == "shared"))
        )
        for kind in ("home", "shared", "over")
    )
    sessions = ResidentSession.objects.all()
    sessions.update(claims={"name": "試験　札子"})
    ResidentSession.objects.filter(pk=over.pk).update(ends_at=clock.moment)
    clock.on(seconds=IDLE_SHARED.total_seconds() + 1)
    assert sessions_tidy(now=clock.moment) == 2
    ended = {row.pk: (row.ended_by, row.claims) for row in sessions.exclude(ended_at=None)}
    assert ended == {shared.pk: ("idle", {}), over.pk: ("idle", {})}
    at_home.refresh_from_db()
    assert at_home.claims == {"name": "試験　札子"}
    clock.on(seconds=IDLE.total_seconds() + 1)
    assert sessions_tidy(now=clock.moment) == 1
    assert sessions_tidy(now=clock.moment) == 0


def resident_session_of(client: Client) -> int:
    found = resident_found(client.cookies[COOKIE].value, clock_now())
    assert found is not None
    return found.session.pk
