"""
Nothing typed is lost when a session ends: what arrives too late is kept for the same person.

A browser in which somebody works carries a signed cookie: a random key and the account. When a form arrives
without a session, its fields are encrypted with that key and kept for an hour; after the sign-in they are
shown with a button that sends them again.

Invariants (``tests/office/test_resume.py``):

1. The database alone reveals nothing: the key is in no table and no file of ours.
2. Only the account that typed gets it back; any other account on that browser makes it disappear.
3. Passwords, codes, My Numbers and files are never kept; a form that another site sent is not kept at all.
4. Sending again is an ordinary form from our page, to the same path, with a fresh token.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from madoguchi.kit.check_characters import my_number_find
from madoguchi.office.models import KeptForm

COOKIE = "madoguchi_kept"
COOKIE_PATH = "/office/"
KEPT_FOR = timedelta(hours=1)
MOST_CHARACTERS = 200_000
MOST_FORMS = 10
_NEVER = ("password", "passwd", "secret", "token", "otp", "passcode", "recovery")
_EXACTLY_NEVER = frozenset({"csrfmiddlewaretoken", "code"})


@dataclass(frozen=True, slots=True)
class Browser:
    """Who works in this browser, and the key to what was kept for them."""

    account: str
    key: str

    @property
    def mark(self) -> str:
        """What the database knows this browser by."""
        return hashlib.sha256(self.key.encode("ascii")).hexdigest()


@dataclass(frozen=True, slots=True)
class Kept:
    """A form that came too late, readable again."""

    id: int
    path: str
    fields: tuple[tuple[str, str], ...]
    files: tuple[str, ...]
    kept_at: datetime


class TooMuchToKeep(Exception):
    """The form is larger than what is kept."""


def browser_of(request: HttpRequest) -> Browser | None:
    """Read the cookie; None where there is none, or one that is not ours."""
    try:
        account, key = signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE)
    except (signing.BadSignature, ValueError):
        return None
    return Browser(account, key)


def browser_new(account: str) -> Browser:
    """Make a key for an account."""
    return Browser(account, Fernet.generate_key().decode("ascii"))


def browser_set(response: HttpResponse, browser: Browser) -> None:
    """Give the browser its cookie; it ends with the browser."""
    response.set_cookie(
        COOKIE,
        signing.dumps([browser.account, browser.key], salt=COOKIE),
        path=COOKIE_PATH,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def form_keep(
    *,
    browser: Browser,
    path: str,
    fields: list[tuple[str, str]],
    files: list[str],
    now: datetime,
) -> bool:
    """
    Keep the fields of a form that came without a session; False where there is nothing to keep.

    :raises TooMuchToKeep: too long, or too many forms are kept for this browser.
    """
    forms_expire(now=now)
    fields = [(name, value) for name, value in fields if _may_be_kept(name, value)]
    if not any(value.strip() for _name, value in fields):
        return False
    text = json.dumps([path, fields, files], ensure_ascii=False)
    mine = KeptForm.objects.filter(browser=browser.mark)
    if len(text) > MOST_CHARACTERS or mine.count() >= MOST_FORMS:
        raise TooMuchToKeep
    body = Fernet(browser.key.encode("ascii")).encrypt(text.encode())
    KeptForm.objects.create(browser=browser.mark, body=body, kept_at=now)
    return True


def forms_kept(*, browser: Browser, now: datetime) -> list[Kept]:
    """Give what is kept for a browser, oldest first; what cannot be read any more is left out."""
    rows = KeptForm.objects.filter(browser=browser.mark, kept_at__gt=now - KEPT_FOR).order_by("pk")
    return [kept for row in rows if (kept := _opened(row, browser)) is not None]


def form_kept(*, browser: Browser, kept_id: int, now: datetime) -> Kept | None:
    """Find one kept form of a browser."""
    return next((kept for kept in forms_kept(browser=browser, now=now) if kept.id == kept_id), None)


def form_drop(*, browser: Browser, kept_id: int) -> None:
    """Forget one kept form."""
    KeptForm.objects.filter(browser=browser.mark, pk=kept_id).delete()


def forms_drop(*, browser: Browser) -> int:
    """Forget all that is kept for a browser; how many forms that were."""
    return KeptForm.objects.filter(browser=browser.mark).delete()[0]


def forms_expire(*, now: datetime) -> None:
    """Forget what nobody came back for."""
    KeptForm.objects.filter(kept_at__lte=now - KEPT_FOR).delete()


def _may_be_kept(name: str, value: str) -> bool:
    plain = name.lower()
    secret = plain in _EXACTLY_NEVER or any(word in plain for word in _NEVER)
    return not secret and not my_number_find(value)


def _opened(row: KeptForm, browser: Browser) -> Kept | None:
    try:
        text = Fernet(browser.key.encode("ascii")).decrypt(bytes(row.body))
    except InvalidToken:
        return None
    path, fields, files = json.loads(text)
    return Kept(row.pk, path, tuple((name, value) for name, value in fields), tuple(files), row.kept_at)
