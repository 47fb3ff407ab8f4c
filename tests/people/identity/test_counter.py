"""A number from the counter: papers, start code, passphrase, the lock, and what a reset ends."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from madoguchi.blocks.people.actions import (
    MeansEnded,
    NumberMissing,
    NumberThere,
    PapersMissing,
    PersonHasAccount,
    counter_account_link,
    counter_account_open,
    counter_account_reset,
    resident_sign_in,
)
from madoguchi.blocks.people.actions.counter import StartCode
from madoguchi.blocks.people.identity.residents import COOKIE
from madoguchi.blocks.people.models import Assurance, Means, Party, ResidentAccount, ResidentSession
from madoguchi.blocks.people.testing import (
    NOW,
    PASSPHRASE,
    counter_clerk,
    duty_viewer,
    number_make,
    papers_ready,
    person_make,
    resident_account_make,
    resident_client,
    staff_client,
    viewer_with,
)
from madoguchi.blocks.people.testing.identity import HOUSE
from madoguchi.blocks.people.work import DUTY
from madoguchi.kernel.clock import now as clock_now
from madoguchi.kernel.declarations import declarations_publish
from madoguchi.kernel.models import AuditRow
from madoguchi.kernel.rights import NotAllowed, system_viewer
from tests.people.identity.conftest import Clock, marked

pytestmark = pytest.mark.django_db
PAPER = ["driver_licence"]
CHOSEN = {"passphrase": PASSPHRASE, "again": PASSPHRASE}


@pytest.fixture(autouse=True)
def papers(db: None) -> None:
    papers_ready()


def typed(client: Client, number: str, passphrase: str, **more: str) -> int:
    return client.post(
        "/sign-in/counter/", marked(client, number=number, passphrase=passphrase, **more)
    ).status_code


def opened(*, act: Any = counter_account_open, **given: Any) -> tuple[str, str]:
    """Open or reset a number; the number and the start code."""
    start = StartCode.make()
    return act(start=start, **given), start.code


def test_an_account_is_opened_with_papers_for_a_person_whom_the_clerk_may_see() -> None:
    person, hidden = person_make(), person_make(protected=True)
    for actor, key in (
        (duty_viewer("people.identity_view"), person.key),
        (viewer_with("people.counter_account"), person.key),
        (counter_clerk(), hidden.key),
        (counter_clerk(), "K7M4-0000-0000"),
    ):
        with pytest.raises(NotAllowed):
            opened(actor=actor, party_key=key, papers=PAPER, now=NOW)
    for shown in ([], ["point_card"], ["driver_licence", "point_card"]):
        with pytest.raises(PapersMissing):
            opened(actor=counter_clerk(), party_key=person.key, papers=shown, now=NOW)
    assert not ResidentAccount.objects.exists()

    number, code = opened(actor=counter_clerk(), party_key=person.key, papers=PAPER, now=NOW)
    means = Means.objects.get()
    assert (means.subject, means.assurance, means.account.party) == (number, Assurance.IN_PERSON, person)
    assert code not in means.secret
    row = AuditRow.objects.get(event="people.counter_number_given")
    assert '"papers":["driver_licence"]' in row.detail
    assert code not in row.detail
    with pytest.raises(NumberThere):
        opened(actor=counter_clerk(), party_key=person.key, papers=PAPER, now=NOW)


def test_somebody_with_an_account_gets_a_number_for_the_same_one() -> None:
    person = person_make()
    card = resident_account_make(person, kind="card", issuer="https://card.example", assurance=Assurance.CARD)
    with pytest.raises(NumberMissing):
        opened(act=counter_account_reset, actor=counter_clerk(), party_key=person.key, papers=PAPER, now=NOW)
    number, _code = opened(actor=counter_clerk(), party_key=person.key, papers=PAPER, now=NOW)
    assert number == card.account.key
    assert ResidentAccount.objects.count() == 1


def test_the_first_sign_in_makes_one_choose_a_passphrase(clock: Clock) -> None:
    number, code = opened(actor=counter_clerk(), party_key=person_make().key, papers=PAPER, now=NOW)
    client = Client()
    response = client.post(
        "/sign-in/counter/",
        {"number": number.lower().replace("-", ""), "passphrase": code, "next": "/me/sessions/"},
    )
    assert response.headers["Location"] == "/sign-in/counter/passphrase/"
    assert COOKIE not in client.cookies, "the start code alone lets nobody in"
    for weak in ("短い", "1qaz2wsx3edc"):
        page = client.post("/sign-in/counter/passphrase/", {"passphrase": weak, "again": weak})
        assert page.status_code == 422
    assert (
        client.post("/sign-in/counter/passphrase/", {**CHOSEN, "again": "ちがう ちがう ちがう"}).status_code
        == 422
    )
    response = client.post("/sign-in/counter/passphrase/", CHOSEN)
    assert response.headers["Location"] == "/me/sessions/"
    session = ResidentSession.objects.get()
    assert session.assurance == Assurance.IN_PERSON
    # The start code is nothing any more; the passphrase is everything, in whatever width it is typed.
    assert typed(Client(), number, code) == 422
    assert typed(Client(), number, PASSPHRASE) == 302
    assert typed(Client(), number, PASSPHRASE.replace(" ", "\u3000")) == 302


def test_the_page_for_the_passphrase_belongs_to_the_browser_that_typed_the_code(clock: Clock) -> None:
    number, code = opened(actor=counter_clerk(), party_key=person_make().key, papers=PAPER, now=NOW)
    client, other = Client(), Client()
    typed(client, number, code)
    assert other.get("/sign-in/counter/passphrase/").status_code == 422
    assert other.post("/sign-in/counter/passphrase/", CHOSEN).status_code == 422
    # Whoever typed the code first and chose second loses: the number has a passphrase by then.
    typed(other, number, code)
    assert other.post("/sign-in/counter/passphrase/", CHOSEN).status_code == 302
    late = client.post(
        "/sign-in/counter/passphrase/",
        {"passphrase": "あとから きた ほかの ひと", "again": "あとから きた ほかの ひと"},
    )
    assert late.status_code == 422
    assert "もう使えません" in late.content.decode()
    assert typed(Client(), number, PASSPHRASE) == 302


def test_a_start_code_holds_for_fourteen_days(clock: Clock) -> None:
    number, code = opened(actor=counter_clerk(), party_key=person_make().key, papers=PAPER, now=NOW)
    clock.on(days=14, minutes=-1)
    assert typed(Client(), number, code) == 302
    clock.on(minutes=1)
    assert typed(Client(), number, code) == 422


def test_five_wrong_tries_lock_the_number_for_a_quarter_of_an_hour(clock: Clock) -> None:
    means = number_make(person_make())
    other = number_make(person_make())
    for left in (4, 3, 2, 1):
        page = Client().post("/sign-in/counter/", {"number": means.subject, "passphrase": "ちがう合言葉です"})
        assert f"あと{left}回" in page.content.decode()
    page = Client().post("/sign-in/counter/", {"number": means.subject, "passphrase": "ちがう合言葉です"})
    assert "15分待って" in page.content.decode()
    clock.on(minutes=14)
    assert typed(Client(), means.subject, PASSPHRASE) == 422, "locked in the database, whatever the browser"
    assert typed(Client(), other.subject, PASSPHRASE) == 302
    clock.on(minutes=1)
    assert typed(Client(), means.subject, PASSPHRASE) == 302
    failed = AuditRow.objects.filter(event="people.resident_sign_in_failed", subject_key=means.account.key)
    assert failed.count() == 5


def test_a_success_begins_the_count_anew(clock: Clock) -> None:
    means = number_make(person_make())
    for _ in range(3):
        for _ in range(4):
            assert typed(Client(), means.subject, "ちがう合言葉です") == 422
        assert typed(Client(), means.subject, PASSPHRASE) == 302


def test_a_number_that_is_not_there_looks_like_one_that_is(clock: Clock) -> None:
    means = number_make(person_make())
    unknown = resident_account_make().account.key
    pages = []
    for number in (means.subject, unknown):
        answers = [
            Client().post("/sign-in/counter/", {"number": number, "passphrase": "ちがう合言葉です"})
            for _ in range(6)
        ]
        bodies = [answer.content.decode().replace(number, "N") for answer in answers]
        pages.append([re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", body) for body in bodies])
    assert pages[0] == pages[1]
    rows = AuditRow.objects.filter(event="people.resident_sign_in_failed")
    assert (
        rows.filter(subject_key=means.account.key).count() == rows.filter(subject_key="unknown").count() == 5
    )


def test_neither_takes_longer(clock: Clock, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    means = number_make(person_make())
    unknown = resident_account_make().account.key
    rounds: list[int] = []
    encode = PBKDF2PasswordHasher.encode

    def counted(self: Any, password: Any, salt: Any, iterations: int | None = None) -> Any:
        rounds.append(iterations or self.iterations)
        return encode(self, password, salt, iterations)

    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", counted)
    told = []
    for number in (means.subject, unknown, means.subject, unknown):
        rounds.clear()
        typed(Client(), number, "ちがう合言葉です")
        told.append(list(rounds))
        clock.on(hours=1)
    # The hash is nearly all of the time that an answer takes.
    assert told[0]
    assert told == [told[0]] * 4


@pytest.mark.parametrize("number", ["", "K7M4", "K7M4-90XW-H2PD", "あああ", "K" * 40, "12345678901234"])
def test_a_slip_of_the_finger_is_told_before_anything_is_tried(number: str) -> None:
    page = Client().post("/sign-in/counter/", {"number": number, "passphrase": PASSPHRASE})
    assert page.status_code == 422
    assert "番号" in page.content.decode()


def test_a_reset_ends_passphrase_and_sessions(clock: Clock) -> None:
    person = person_make()
    means = number_make(person)
    client = Client()
    typed(client, means.subject, PASSPHRASE)
    assert client.get("/me/").status_code == 200
    with pytest.raises(PapersMissing):
        opened(
            act=counter_account_reset,
            actor=counter_clerk(),
            party_key=person.key,
            papers=[],
            now=clock.moment,
        )
    number, code = opened(
        act=counter_account_reset, actor=counter_clerk(), party_key=person.key, papers=PAPER, now=clock.moment
    )
    assert number == means.subject
    assert client.get("/me/").status_code == 302
    assert typed(Client(), number, PASSPHRASE) == 422
    assert typed(Client(), number, code) == 302


def test_a_closed_account_opens_no_more(clock: Clock) -> None:
    from madoguchi.blocks.people.actions import resident_account_close

    person = person_make()
    means = number_make(person)
    clerk = counter_clerk()
    resident_account_close(actor=clerk, account_key=means.account.key, reason="wish", now=clock.moment)
    assert typed(Client(), means.subject, PASSPHRASE) == 422
    number, _code = opened(actor=clerk, party_key=person.key, papers=PAPER, now=clock.moment)
    assert number != means.subject


def test_the_own_passphrase_is_changed_on_the_page_of_means(clock: Clock) -> None:
    means = number_make(person_make())
    client = Client()
    typed(client, means.subject, PASSPHRASE)
    new = "しずかな 湖の ほとりで"
    response = client.post("/me/means/passphrase/", marked(client, passphrase=new, again=new))
    assert response.headers["Location"] == "/me/means/"
    assert typed(Client(), means.subject, PASSPHRASE) == 422
    assert typed(Client(), means.subject, new) == 302
    clock.on(minutes=16)
    assert client.get("/me/means/passphrase/").headers["Location"].startswith("/sign-in/"), (
        "a fresh proof is asked for"
    )


def test_where_people_take_turns_the_page_for_the_passphrase_is_over_in_three_minutes(clock: Clock) -> None:
    number, code = opened(actor=counter_clerk(), party_key=person_make().key, papers=PAPER, now=NOW)
    at_home, library = Client(), Client()
    typed(library, number, code, shared="on")
    typed(at_home, number, code)
    assert library.cookies["madoguchi_attempt"]["max-age"] == ""
    clock.on(minutes=3, seconds=1)
    assert library.get("/sign-in/counter/passphrase/").status_code == 422
    assert at_home.get("/sign-in/counter/passphrase/").status_code == 200


def test_a_passphrase_that_was_changed_a_moment_ago_lets_nobody_in(clock: Clock) -> None:
    means = number_make(person_make())
    known = means.secret
    opened(
        act=counter_account_reset,
        actor=counter_clerk(),
        party_key=means.account.party.key,
        papers=PAPER,
        now=NOW,
    )
    with pytest.raises(MeansEnded):
        resident_sign_in(actor=HOUSE, means_id=means.pk, known=known, now=clock.moment)


def test_a_reset_reaches_the_accounts_of_merged_records() -> None:
    person, double = person_make(), person_make()
    older, newer = number_make(double), number_make(person)
    sessions = [resident_client(means=one, now=NOW) for one in (older, newer)]
    Party.objects.filter(pk=double.pk).update(merged_into=person)
    number, _code = opened(
        act=counter_account_reset, actor=counter_clerk(), party_key=person.key, papers=PAPER, now=NOW
    )
    assert number == older.subject, "the one that the page shows"
    assert not ResidentSession.objects.filter(ended_at=None).exists()
    newer.refresh_from_db()
    assert newer.ended_at is not None
    assert len(sessions) == 2
    # A person under whichever number is one: no second account, no second number.
    with pytest.raises(NumberThere):
        opened(actor=counter_clerk(), party_key=person.key, papers=PAPER, now=NOW)
    assert ResidentAccount.objects.count() == 2


# --- the clerk's pages ---


@pytest.fixture
def clerk(db: None) -> Client:
    declarations_publish(actor=system_viewer(on=NOW.date(), duty="試験"), keys=None, reason="試験", now=NOW)
    client = staff_client(roles=["residents/counter"], scope="all")
    session = client.session
    session[DUTY] = {"duty": "residents/account", "case": "窓口 12番", "at": clock_now().timestamp()}
    session.save()
    return client


def page_of(person_key: str) -> str:
    return reverse("people:resident_account", args=[person_key])


def test_a_clerk_opens_prints_resets_and_closes(clerk: Client) -> None:
    person = person_make(name="試験　窓子")
    url = page_of(person.key)
    page = clerk.get(url)
    assert "試験　窓子" in page.content.decode()
    assert "運転免許証" in page.content.decode()
    read = AuditRow.objects.filter(event="people.person_opened").latest("pk")
    assert "account" in read.detail
    assert clerk.post(url, {"do": "open", "papers": "driver_licence"}).status_code == 422, "not compared"
    assert clerk.post(url, {"do": "open", "same": "on"}).status_code == 422, "no papers"

    given = clerk.post(url, {"do": "open", "papers": "driver_licence", "same": "on"})
    means = Means.objects.get()
    code = re.findall(r"<code[^>]*>([^<]+)</code>", given.content.decode())[1]
    assert means.subject in given.content.decode()
    assert "試験　窓子" not in given.content.decode()
    assert "no-store" in given.headers["Cache-Control"]
    assert code not in clerk.get(url).content.decode(), "shown once"

    sheet = clerk.post(f"{url}sheet/", {"number": means.subject, "code": code})
    assert sheet.headers["Content-Type"] == "application/pdf"
    text = PdfReader(io.BytesIO(sheet.content)).pages[0].extract_text()
    assert means.subject in text
    assert code in text
    assert "窓子" not in text
    assert clerk.post(f"{url}sheet/", {"number": means.subject, "code": "K7M4-90XW-H2PC"}).status_code == 404

    clerk.post(url, {"do": "reset", "papers": "driver_licence", "same": "on"})
    assert clerk.post(f"{url}sheet/", {"number": means.subject, "code": code}).status_code == 404
    for wrong in ("", "隣の花子さんが言うには"):
        assert clerk.post(f"{url}end/", {"reason": wrong}).status_code == 422
    assert clerk.post(f"{url}end/", {"reason": "wish"}).status_code == 302
    assert clerk.get(f"{url}end/").status_code == 404
    assert ResidentAccount.objects.get().closed_at is not None


def test_an_account_that_the_card_could_not_tell_is_linked_by_a_clerk(clerk: Client) -> None:
    person, other = person_make(name="試験　結子"), person_make(name="試験　他子")
    uncertain = resident_account_make(kind="card", assurance=Assurance.CARD, issuer="https://op.example.jp")
    number_make(other)
    url = f"{page_of(person.key)}link/"
    assert f'href="{url}"' in clerk.get(page_of(person.key)).content.decode()
    whole = {
        "number": uncertain.account.key.lower().replace("-", ""),
        "papers": "driver_licence",
        "same": "on",
    }
    for lacking in whole:
        assert clerk.post(url, {**whole, lacking: ""}).status_code == 422
    # A slip of the finger, an account of somebody else, a number of nobody.
    slip = clerk.post(url, {**whole, "number": whole["number"][:-2] + "00"})
    assert "打ち間違い" in slip.content.decode()
    for taken in (ResidentAccount.objects.get(party=other).key, person.key):
        answer = clerk.post(url, {**whole, "number": taken})
        assert (answer.status_code, "もう持ち主が決まっています" in answer.content.decode()) == (422, True)
    assert clerk.get(f"{page_of(other.key)}link/").headers["Location"] == page_of(other.key)

    assert clerk.post(url, whole).headers["Location"] == page_of(person.key)
    uncertain.account.refresh_from_db()
    assert uncertain.account.party == person
    row = AuditRow.objects.filter(event="people.account_linked").latest("pk")
    assert '"papers":["driver_licence"]' in row.detail
    # Found again under the person; a second account cannot be linked, whatever the page allowed.
    second = resident_account_make(kind="card", assurance=Assurance.CARD, issuer="https://op.example.jp")
    with pytest.raises(PersonHasAccount):
        counter_account_link(
            actor=counter_clerk(), party_key=person.key, account_key=second.account.key, papers=PAPER, now=NOW
        )


def test_without_right_duty_or_person_there_is_no_page(clerk: Client) -> None:
    person, hidden = person_make(), person_make(protected=True)
    keeper = staff_client(roles=["residents/keeper"], scope="all")
    assert keeper.get(page_of(person.key)).status_code == 404
    clerk_without = staff_client(roles=["residents/counter"], scope="all")
    assert clerk_without.get(page_of(person.key)).headers["Location"].startswith("/office/residents/duty/")
    assert clerk.get(page_of(hidden.key)).status_code == 404
    assert clerk.post(page_of(hidden.key), {"papers": "driver_licence", "same": "on"}).status_code == 404
    assert clerk.get(page_of("K7M4-90XW-H2PC")).status_code == 404
    assert clerk.get(page_of(person.key)).status_code == 200
