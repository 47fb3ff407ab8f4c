"""Signing in by mail: link and code, of one browser, once; and what a stranger learns (nothing)."""

from __future__ import annotations

import json
import re

import pytest
from django.core import mail
from django.test import Client

from madoguchi.blocks.messages import mail as sending
from madoguchi.blocks.messages import tasks
from madoguchi.blocks.people.identity.attempts import COOKIE as ATTEMPT
from madoguchi.blocks.people.identity.residents import COOKIE, resident_found
from madoguchi.blocks.people.identity.whose import FIELD, whose
from madoguchi.blocks.people.models import Assurance, Means, ResidentAccount, ResidentSession, SignInAttempt
from madoguchi.blocks.people.testing import person_make, resident_account_make, resident_client
from madoguchi.kernel.models import AuditRow, OutboxDelivery, OutboxEvent
from madoguchi.kernel.outbox import outbox_run
from tests.people.identity.conftest import Clock, Post

pytestmark = pytest.mark.django_db
ADDRESS = "hanako@example.jp"


def asked(client: Client, address: str = ADDRESS, **more: str) -> None:
    response = client.post("/sign-in/mail/", {"address": address, **more})
    assert (response.status_code, response.headers["Location"]) == (302, "/sign-in/mail/sent/")


def open_session(client: Client) -> ResidentSession | None:
    return ResidentSession.objects.filter(ended_at=None).first() if client.cookies.get(COOKIE) else None


def test_the_code_opens_an_account_the_first_time_and_the_same_one_later(clock: Clock, post: Post) -> None:
    client = Client()
    asked(client, " Hanako@EXAMPLE.jp ", next="/me/means/")
    letter = post.one()
    assert letter.to == ADDRESS
    response = client.post("/sign-in/mail/sent/", {"code": f"{letter.code[:3]} {letter.code[3:]}"})
    assert (response.status_code, response.headers["Location"]) == (302, "/me/means/")
    means = Means.objects.get()
    assert (means.kind, means.subject, means.assurance) == ("mail", ADDRESS, Assurance.CONTACT)
    assert means.account.party is None
    assert "まだ確かめていません" in client.get("/me/means/").content.decode()

    later = Client()
    asked(later)
    later.post("/sign-in/mail/sent/", {"code": post.one().code})
    assert ResidentAccount.objects.count() == 1
    assert ResidentSession.objects.count() == 2


def test_the_link_has_a_button_and_only_the_button_signs_in(clock: Clock, post: Post) -> None:
    client, robot = Client(), Client()
    asked(client)
    letter = post.one()
    for _ in range(3):
        # A program that looks through mails follows links, and sends their forms when it is bold.
        assert "このリンクでは進めません" in robot.get(letter.link).content.decode()
        assert robot.post(letter.link).status_code == 422
    # The reader's own browser may fetch ahead what it thinks will be opened.
    for _ in range(2):
        assert "ボタンを押すと" in client.get(letter.link).content.decode()
        assert client.head(letter.link).status_code == 200
    assert not ResidentSession.objects.exists()
    assert client.post(letter.link).headers["Location"] == "/me/"
    assert open_session(client)
    assert "このリンクでは進めません" in client.get(letter.link).content.decode(), "once"
    assert client.post("/sign-in/mail/sent/", {"code": letter.code}).status_code in (409, 422)
    assert ResidentSession.objects.count() == 1


def test_in_another_browser_neither_link_nor_code_works_and_the_page_says_what_does(
    clock: Clock, post: Post
) -> None:
    asking, reading = Client(), Client()
    asked(asking)
    letter = post.one()
    page = reading.get(letter.link)
    assert "6桁の番号を、頼んだ画面に" in page.content.decode()
    assert letter.code not in page.content.decode()
    assert reading.post("/sign-in/mail/sent/", {"code": letter.code}).status_code == 422
    assert asking.post("/sign-in/mail/sent/", {"code": letter.code}).status_code == 302


def test_five_wrong_codes_end_it_even_for_the_right_one(clock: Clock, post: Post) -> None:
    means = resident_account_make(kind="mail", subject=ADDRESS, assurance=Assurance.CONTACT)
    client = Client()
    asked(client)
    letter = post.one()
    wrong = "000000" if letter.code != "000000" else "111111"
    for left in (4, 3, 2, 1, 0):
        page = client.post("/sign-in/mail/sent/", {"code": wrong})
        assert page.status_code == 422
        assert f"あと{left}回" in page.content.decode()
    assert (
        "もう一度メールを頼んで" in client.post("/sign-in/mail/sent/", {"code": letter.code}).content.decode()
    )
    assert not ResidentSession.objects.exists()
    failed = AuditRow.objects.filter(event="people.resident_sign_in_failed", subject_key=means.account.key)
    assert failed.count() == 5
    asked(client)
    assert client.post("/sign-in/mail/sent/", {"code": post.one().code}).status_code == 302


def test_a_wrong_code_for_an_address_of_nobody_is_written_as_well(clock: Clock, post: Post) -> None:
    client = Client()
    asked(client)
    wrong = "000000" if post.one().code != "000000" else "111111"
    assert client.post("/sign-in/mail/sent/", {"code": wrong}).status_code == 422
    row = AuditRow.objects.get(event="people.resident_sign_in_failed")
    assert (row.subject_key, row.detail) == ("unknown", '{"kind":"mail"}')


def test_a_quarter_of_an_hour_and_no_longer(clock: Clock, post: Post) -> None:
    client = Client()
    asked(client)
    letter = post.one()
    clock.on(minutes=15)
    assert client.post("/sign-in/mail/sent/", {"code": letter.code}).status_code == 422
    assert "このリンクでは進めません" in client.get(letter.link).content.decode()
    asked(client)
    # A worker that comes too late sends nothing that could only annoy.
    clock.on(minutes=16)
    assert post.carry() == []
    assert not OutboxDelivery.objects.filter(done_at=None).exists()


def test_nothing_in_the_database_opens_anything(clock: Clock, post: Post) -> None:
    client = Client()
    asked(client)
    letter = post.one()
    secret = letter.link.split("/")[-2]
    rows = [
        *SignInAttempt.objects.values(),
        *OutboxEvent.objects.values(),
        *OutboxDelivery.objects.values(),
        *AuditRow.objects.values(),
    ]
    told = json.dumps(rows, default=str)
    for hidden in (letter.code, secret, client.cookies[ATTEMPT].value):
        assert hidden not in told
    assert ADDRESS not in json.dumps(list(OutboxEvent.objects.values()), default=str)
    client.post("/sign-in/mail/sent/", {"code": letter.code})
    assert ADDRESS not in json.dumps(list(SignInAttempt.objects.values()), default=str), (
        "the address goes with its use"
    )


def test_a_repeated_delivery_makes_new_secrets(
    clock: Clock, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, sent = Client(), []

    def breaks(one: sending.Mail) -> None:
        sent.append(one.text)
        raise OSError("the server went away after it had taken the mail")

    asked(client)
    with monkeypatch.context() as patched:
        patched.setattr(tasks, "mail_send", breaks)
        outbox_run(now=clock.moment)
    assert len(sent) == 1
    clock.on(seconds=60)
    letter = post.one()
    assert letter.code not in sent[0]
    assert client.post("/sign-in/mail/sent/", {"code": letter.code}).status_code == 302


def test_the_mail_says_nothing_of_anybody_in_three_languages(clock: Clock, post: Post) -> None:
    person = person_make(name="試験　秘密")
    account = resident_account_make(person).account
    Means.objects.create(account=account, kind="mail", subject=ADDRESS, assurance=1, added_at=clock.moment)
    texts = {}
    for language, word in (("ja", "15分の間"), ("ja-easy", "15分"), ("en", "15 minutes")):
        client = Client(headers={"accept-language": language})
        client.cookies["django_language"] = language
        asked(client)
        letter = post.one()
        assert word in letter.text
        assert "秘密" not in letter.text
        assert account.key not in letter.text
        assert mail.outbox[0].extra_headers["Auto-Submitted"] == "auto-generated"
        texts[language] = letter.text
    assert len(set(texts.values())) == 3


def test_a_known_and_an_unknown_address_look_the_same(clock: Clock, post: Post) -> None:
    resident_account_make(kind="mail", subject="known@example.jp", assurance=Assurance.CONTACT)
    pages = []
    for address in ("known@example.jp", "nobody@example.jp"):
        client = Client()
        asked(client, address)
        letter = post.one()
        body = client.get("/sign-in/mail/sent/").content.decode()
        wrong = client.post("/sign-in/mail/sent/", {"code": "1"}).content.decode()
        pages.append((body, wrong, letter.text.replace(letter.code, "").replace(letter.link, "")))
    known, unknown = ([masked(text) for text in page] for page in pages)
    assert known == unknown


def masked(text: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)


def test_mails_are_limited_by_address_and_by_client(
    clock: Clock, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        asked(Client())
    page = Client().post("/sign-in/mail/", {"address": ADDRESS})
    assert page.status_code == 422
    assert "1時間ほど待って" in page.content.decode()
    asked(Client(), "other@example.jp")
    clock.on(minutes=61)
    asked(Client())
    monkeypatch.setattr("madoguchi.blocks.people.identity.mail.PER_CLIENT", 3)
    here = [
        Client(REMOTE_ADDR="192.0.2.1").post("/sign-in/mail/", {"address": f"n{i}@example.jp"})
        for i in range(4)
    ]
    assert [answer.status_code for answer in here] == [302, 302, 302, 422]
    there = Client(REMOTE_ADDR="198.51.100.9").post("/sign-in/mail/", {"address": "n9@example.jp"})
    assert there.status_code == 302


@pytest.mark.parametrize(
    "typed",
    ["", "hanako", "hanako@", "a b@example.jp", f"{'a' * 250}@example.jp", "a@example.jp\nBcc: b@example.jp"],
)
def test_what_is_no_address_is_refused_in_words(typed: str) -> None:
    page = Client().post("/sign-in/mail/", {"address": typed})
    assert page.status_code == 422
    assert "メールアドレス" in page.content.decode()
    assert not OutboxEvent.objects.exists()


@pytest.mark.parametrize(
    "next_address",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "http:evil"],
)
def test_nobody_is_led_elsewhere_after_a_sign_in(clock: Clock, post: Post, next_address: str) -> None:
    client = Client()
    asked(client, next=next_address)
    response = client.post("/sign-in/mail/sent/", {"code": post.one().code})
    assert response.headers["Location"] == "/me/"


def test_a_cookie_from_before_is_not_taken(clock: Clock, post: Post) -> None:
    """Session fixation: what somebody put into the browser before opens nothing afterwards."""
    client = Client()
    client.cookies[COOKIE] = "planted-session"
    client.cookies[ATTEMPT] = "planted-attempt"
    asked(client)
    assert client.cookies[ATTEMPT].value != "planted-attempt"
    letter = post.one()
    planted = Client()
    planted.cookies[ATTEMPT] = "planted-attempt"
    assert planted.post("/sign-in/mail/sent/", {"code": letter.code}).status_code == 422
    client.post("/sign-in/mail/sent/", {"code": letter.code})
    assert client.cookies[COOKIE].value not in ("planted-session", "")
    planted.cookies[COOKIE] = "planted-session"
    assert planted.get("/me/").headers["Location"].startswith("/sign-in/")


def test_the_cookies_are_kept_from_scripts_and_other_sites(clock: Clock, post: Post) -> None:
    client = Client()
    asked(client)
    assert client.cookies[ATTEMPT]["httponly"]
    assert client.cookies[ATTEMPT]["samesite"] == "Lax"
    assert client.cookies[ATTEMPT]["max-age"] == 900
    client.post("/sign-in/mail/sent/", {"code": post.one().code})
    assert client.cookies[COOKIE]["httponly"]
    assert client.cookies[COOKIE]["samesite"] == "Lax"
    assert client.cookies[ATTEMPT].value == ""


def test_an_address_is_added_to_ones_own_account_alone(clock: Clock, post: Post) -> None:
    person = person_make()
    client = resident_client(person, now=clock.moment)

    def mark() -> dict[str, str]:
        return {FIELD: whose(resident_found(client.cookies[COOKIE].value, clock.moment))}

    assert client.post("/me/means/mail/", {"address": ADDRESS}).status_code == 409, "without the mark"
    assert client.post("/me/means/mail/", {"address": ADDRESS, **mark()}).status_code == 302
    letter = post.one()
    stranger = Client()
    stranger.cookies[ATTEMPT] = client.cookies[ATTEMPT].value
    # The same browser, where nobody is signed in any more: nothing is added, and nobody gets in.
    assert stranger.post("/sign-in/mail/sent/", {"code": letter.code}).status_code == 422
    assert not Means.objects.filter(kind="mail").exists()
    assert client.post("/me/means/mail/", {"address": ADDRESS, **mark()}).status_code == 302
    response = client.post("/sign-in/mail/sent/", {"code": post.one().code, **mark()})
    assert response.headers["Location"] == "/me/means/"
    means = Means.objects.get(kind="mail")
    assert means.account.party == person
    taken = resident_client(person_make(), now=clock.moment)
    taken_mark = {FIELD: whose(resident_found(taken.cookies[COOKIE].value, clock.moment))}
    taken.post("/me/means/mail/", {"address": ADDRESS, **taken_mark})
    page = taken.post("/sign-in/mail/sent/", {"code": post.one().code, **taken_mark})
    assert "別のアカウントで使われています" in page.content.decode()
    assert Means.objects.filter(kind="mail").count() == 1
