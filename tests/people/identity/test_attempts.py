"""Attempts: of one browser, once, counted; and tries at a name over all browsers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import RequestFactory

from madoguchi.blocks.people.identity.attempts import (
    KEPT_AFTER,
    LASTS,
    TRIES,
    attempt_begin,
    attempt_found,
    attempt_try,
    attempt_use,
    attempts_tidy,
    client_of,
    tries_count,
    tries_forget,
    tries_left,
)
from madoguchi.blocks.people.models import Means, SignInAttempt
from madoguchi.blocks.people.testing import NOW
from tests.support.databases import HouseDatabase
from tests.support.together import at_once

MAIL = Means.Kind.MAIL
MINUTE = timedelta(minutes=1)


@pytest.mark.django_db
def test_an_attempt_is_used_once_and_by_its_browser() -> None:
    begun = attempt_begin(kind=MAIL, state={"address": "a@example.jp"}, now=NOW)
    other = attempt_begin(kind=MAIL, state={}, now=NOW)
    pk = begun.attempt.pk
    assert not attempt_use(attempt_id=pk, browser=other.browser, now=NOW)
    assert not attempt_use(attempt_id=pk, browser="", now=NOW)
    assert attempt_use(attempt_id=pk, browser=begun.browser, now=NOW)
    assert not attempt_use(attempt_id=pk, browser=begun.browser, now=NOW)
    used = SignInAttempt.objects.get(pk=pk)
    assert used.state == {}, "what was kept for it is gone with its use"
    assert attempt_found(kind=MAIL, browser=begun.browser, now=NOW) is None


@pytest.mark.django_db
def test_an_attempt_runs_out_and_is_of_one_kind() -> None:
    begun = attempt_begin(kind=MAIL, state={}, now=NOW)
    assert attempt_found(kind=MAIL, browser=begun.browser, now=NOW + LASTS - MINUTE)
    assert attempt_found(kind=Means.Kind.CARD, browser=begun.browser, now=NOW) is None
    assert attempt_found(kind=MAIL, browser=begun.browser, now=NOW + LASTS) is None
    assert not attempt_use(attempt_id=begun.attempt.pk, browser=begun.browser, now=NOW + LASTS)


@pytest.mark.django_db
def test_neither_the_cookie_nor_the_key_stands_in_the_database() -> None:
    begun = attempt_begin(kind=MAIL, state={}, key="state-of-the-provider", now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM people_signinattempt")
        told = str(cursor.fetchall())
    assert begun.browser not in told
    assert "state-of-the-provider" not in told


@pytest.mark.django_db
def test_typed_codes_are_counted_before_they_are_compared() -> None:
    begun = attempt_begin(kind=MAIL, state={}, now=NOW)
    for count in range(1, TRIES + 1):
        tried = attempt_try(kind=MAIL, browser=begun.browser, now=NOW)
        assert tried is not None
        assert tried.tries == count
    assert attempt_try(kind=MAIL, browser=begun.browser, now=NOW) is None
    assert attempt_try(kind=MAIL, browser="", now=NOW) is None


@pytest.mark.django_db
def test_what_has_run_out_is_deleted_and_nothing_else() -> None:
    old = attempt_begin(kind=MAIL, state={"address": "a@example.jp"}, now=NOW - LASTS - KEPT_AFTER - MINUTE)
    live = attempt_begin(kind=MAIL, state={}, now=NOW)
    assert attempts_tidy(now=NOW) == 1
    assert list(SignInAttempt.objects.values_list("pk", flat=True)) == [live.attempt.pk]
    assert old.attempt.pk != live.attempt.pk


@pytest.mark.django_db
def test_tries_at_a_name_lock_it_for_the_whole_time() -> None:
    asked = {"name": "counter 1", "kind": Means.Kind.COUNTER, "limit": 3, "lasts": 15 * MINUTE}
    assert [tries_count(**asked, now=NOW + i * MINUTE) for i in range(5)] == [True, True, True, False, False]
    assert tries_left(name="counter 1", limit=3, now=NOW) == 0
    # The third try, two minutes in, locked it: fifteen minutes from then.
    assert not tries_count(**asked, now=NOW + 16 * MINUTE)
    assert tries_count(**asked, now=NOW + 17 * MINUTE)
    assert tries_left(name="counter 1", limit=3, now=NOW + 17 * MINUTE) == 2
    assert tries_count(**{**asked, "name": "counter 2"}, now=NOW)
    tries_forget(name="counter 1")
    assert tries_left(name="counter 1", limit=3, now=NOW + 17 * MINUTE) == 3


@pytest.mark.django_db
def test_a_name_that_is_counted_does_not_stand_in_the_database() -> None:
    tries_count(name="mail to hanako@example.jp", kind=MAIL, limit=3, lasts=MINUTE, now=NOW)
    row = SignInAttempt.objects.get()
    assert "hanako" not in f"{row.key}{row.browser}{row.state}"
    assert attempt_found(kind=MAIL, browser="", now=NOW) is None, "a tally is nobody's attempt"


@pytest.mark.django_db
def test_the_client_is_what_the_proxy_says_and_not_what_anybody_claims(settings: object) -> None:
    asked = RequestFactory().get(
        "/", HTTP_X_FORWARDED_FOR="203.0.113.9, 198.51.100.7", REMOTE_ADDR="10.0.0.1"
    )
    settings.SECURE_PROXY_SSL_HEADER = None  # type: ignore[attr-defined]
    assert client_of(asked) == "10.0.0.1"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # type: ignore[attr-defined]
    assert client_of(asked) == "198.51.100.7"


@pytest.mark.slow
def test_at_the_same_moment_one_uses_it_and_no_guess_is_free(house_database: HouseDatabase) -> None:
    del house_database
    begun = attempt_begin(kind=MAIL, state={}, now=NOW)
    guesses = at_once(8, lambda: attempt_try(kind=MAIL, browser=begun.browser, now=NOW) is not None)
    assert sorted(guesses) == [False] * 3 + [True] * TRIES
    used = at_once(8, lambda: attempt_use(attempt_id=begun.attempt.pk, browser=begun.browser, now=NOW))
    assert sorted(used) == [False] * 7 + [True]
    asked = {"name": "counter 9", "kind": MAIL, "limit": 5, "lasts": MINUTE}
    assert sorted(at_once(8, lambda: tries_count(**asked, now=NOW))) == [False] * 3 + [True] * 5
