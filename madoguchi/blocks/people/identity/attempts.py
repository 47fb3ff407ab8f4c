"""
Sign-ins under way, and how often somebody has tried: rows that live for minutes and hold no secret.

Invariants (``tests/people/identity/test_attempts.py``, both databases):

1. An attempt belongs to the browser that began it: a random cookie whose digest stands in the row. Beginning makes
   a new cookie; one that the browser brought along is not taken.
2. An attempt is used once: one conditional UPDATE decides, also between two processes.
3. A typed code is counted before it is compared, so that guesses at the same moment are counted too; after
   ``TRIES`` of them the attempt is dead.
4. Tries at a name (an address, a number, a client) are counted in one row for all browsers and processes.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse

from madoguchi.blocks.people.identity.digests import digest_keyed, digest_of
from madoguchi.blocks.people.models import ResidentAccount, SignInAttempt

COOKIE = "madoguchi_attempt"
LASTS = timedelta(minutes=15)
TRIES = 5
KEPT_AFTER = timedelta(hours=1)
"""How long a row stays after its end: whoever comes a little late is told that time ran out."""


@dataclass(frozen=True, slots=True)
class Begun:
    """An attempt that was begun; ``browser`` goes into the cookie and is kept nowhere."""

    attempt: SignInAttempt
    browser: str


def attempt_begin(
    *,
    kind: str,
    state: Mapping[str, Any],
    next_address: str = "",
    account: ResidentAccount | None = None,
    key: str = "",
    lasts: timedelta = LASTS,
    now: datetime,
) -> Begun:
    """
    Begin a sign-in, or the adding of a means, in a browser that gets a new cookie for it.

    :param kind: of ``Means.Kind``.
    :param state: what has to be known when it comes back, as JSON; deleted when it is used, or has run out.
    :param next_address: where to go afterwards; judged when it is used (``next_safe``).
    :param account: the account to which a means is to be added.
    :param key: by what the attempt is found when the browser alone does not say; random when left out.
    """
    browser = secrets.token_urlsafe(32)
    attempt = SignInAttempt.objects.create(
        key=digest_of(key or secrets.token_urlsafe(32)), browser=digest_of(browser), kind=kind, state=dict(state),
        next=next_address[:500], account=account, began_at=now, ends_at=now + lasts,
    )  # fmt: skip
    return Begun(attempt, browser)


def attempt_found(*, kind: str, browser: str, now: datetime) -> SignInAttempt | None:
    """Give the attempt of a browser, as long as it can still be used."""
    return _live(kind, browser, now).select_related("account").first() if browser else None


def attempt_try(*, kind: str, browser: str, now: datetime) -> SignInAttempt | None:
    """Count one try at a typed code, before it is compared; None when there is nothing left to try."""
    live = _live(kind, browser, now)
    if not browser or not live.filter(tries__lt=TRIES).update(tries=F("tries") + 1):
        return None
    return live.select_related("account").first()


def attempt_use(*, attempt_id: int, browser: str, now: datetime) -> bool:
    """
    Use an attempt up, with what was kept for it; only one caller is ever told True, and none from another browser.
    """
    usable = SignInAttempt.objects.filter(
        pk=attempt_id, browser=digest_of(browser), used_at=None, ends_at__gt=now
    )
    return bool(usable.update(used_at=now, state={}))


def attempts_tidy(*, now: datetime) -> int:
    """Delete what has run out; the number of rows."""
    count, _kinds = SignInAttempt.objects.filter(ends_at__lt=now - KEPT_AFTER).delete()
    return count


def tries_count(*, name: str, kind: str, limit: int, lasts: timedelta, now: datetime) -> bool:
    """
    Count one more try at a name; False when there were too many.

    Up to ``limit`` tries are let through in a time of ``lasts``; the last of them locks the name for that long.

    :param name: what is tried ("mail:" and an address); only its keyed digest is kept.
    """
    row = SignInAttempt.objects.filter(key=_tally_key(name))
    fresh = {"tries": 1, "began_at": now, "ends_at": now + lasts}
    if row.filter(ends_at__lte=now).update(**fresh) or _counted(row, limit, now + lasts):
        return True
    _row, made = SignInAttempt.objects.get_or_create(
        # No browser has this digest: a tally is never found as somebody's attempt.
        key=_tally_key(name), defaults={"kind": kind, "browser": "", **fresh},
    )  # fmt: skip
    # Somebody else may have made the row a moment ago: then this try still has to be counted in it.
    return made or _counted(row, limit, now + lasts)


def tries_left(*, name: str, limit: int, now: datetime) -> int:
    """Say how many tries at a name are left."""
    row = SignInAttempt.objects.filter(key=_tally_key(name), ends_at__gt=now)
    return max(0, limit - (row.values_list("tries", flat=True).first() or 0))


def tries_forget(*, name: str) -> None:
    """Begin to count anew, after a success."""
    SignInAttempt.objects.filter(key=_tally_key(name)).delete()


def client_of(request: HttpRequest) -> str:
    """
    Give the address of whoever asks, for counting.

    Behind the city's own proxy, whom we believe when it says "https" as well, it is the last address that the proxy
    has put down; addresses before it are what anybody may claim.
    """
    if settings.SECURE_PROXY_SSL_HEADER:
        forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rsplit(",", 1)[-1].strip()
        if forwarded:
            return forwarded
    return str(request.META.get("REMOTE_ADDR", ""))


def browser_of(request: HttpRequest) -> str:
    """Give the cookie of the attempt that a browser has begun."""
    return str(request.COOKIES.get(COOKIE, ""))


def browser_set(response: HttpResponse, begun: Begun, *, shared: bool = False) -> None:
    """Give the browser the cookie of its attempt; a shared one forgets it when it is closed."""
    response.set_cookie(
        COOKIE,
        begun.browser,
        max_age=None if shared else int(LASTS.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def browser_forget(response: HttpResponse) -> None:
    """Take the cookie away again, when the attempt has come to its end."""
    response.delete_cookie(COOKIE, samesite="Lax")


def _counted(row: QuerySet[SignInAttempt], limit: int, until: datetime) -> bool:
    """Count in a row that is there; the last try that is allowed locks it for the whole time."""
    counted = row.filter(tries__lt=limit - 1).update(tries=F("tries") + 1)
    return bool(counted or row.filter(tries=limit - 1).update(tries=limit, ends_at=until))


def _live(kind: str, browser: str, now: datetime) -> QuerySet[SignInAttempt]:
    return SignInAttempt.objects.filter(browser=digest_of(browser), kind=kind, used_at=None, ends_at__gt=now)


def _tally_key(name: str) -> str:
    return digest_keyed(name, what="tally")
