"""A clock that the test moves, and the mails that went out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from madoguchi.blocks.people.identity.residents import COOKIE, resident_found
from madoguchi.blocks.people.identity.whose import FIELD, whose
from madoguchi.blocks.people.testing import NOW
from madoguchi.kernel.clock import now as clock_now
from madoguchi.kernel.outbox import outbox_run


@dataclass
class Clock:
    """What the house takes for now."""

    moment: datetime = NOW

    def on(self, **time: float) -> None:
        self.moment += timedelta(**time)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    one = Clock()
    monkeypatch.setattr(timezone, "now", lambda: one.moment)
    return one


@dataclass(frozen=True)
class Letter:
    """A mail as its reader finds it."""

    to: str
    subject: str
    text: str
    code: str
    link: str


class Post:
    """Carries what waits in the outbox, and shows what arrived."""

    def carry(self) -> list[Letter]:
        mail.outbox.clear()
        outbox_run(now=clock_now())
        return [self._read(message) for message in mail.outbox]

    def one(self) -> Letter:
        (letter,) = self.carry()
        return letter

    @staticmethod
    def _read(message: mail.EmailMessage) -> Letter:
        text = str(message.body)
        code, link = re.search(r"\b\d{6}\b", text), re.search(r"http\S+", text)
        assert code
        assert link
        path = link[0].removeprefix("http://testserver")
        return Letter(message.to[0], str(message.subject), text, code[0], path)


@pytest.fixture
def post(db: None) -> Post:
    return Post()


def marked(client: Client, **fields: str) -> dict[str, str]:
    """Give a form's fields with the mark of the record that this browser has open, as its page would."""
    cookie = client.cookies.get(COOKIE)
    resident = resident_found(cookie.value, clock_now()) if cookie and cookie.value else None
    return {FIELD: whose(resident), **fields}
