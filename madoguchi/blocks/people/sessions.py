"""
Sessions in the database whose keys this installation alone can make.

A key is 24 random characters and 12 that only our secret gives. So a cookie from another installation is
told apart from one that has merely run out, without a look into the database.
"""

from __future__ import annotations

import hmac

from django.conf import settings
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore as DjangoSessionStore
from django.utils.crypto import get_random_string, salted_hmac

RANDOM_CHARACTERS = 24
MARK_CHARACTERS = 12


def _mark(random: str) -> str:
    return salted_hmac("madoguchi.session", random, secret=settings.SECRET_KEY).hexdigest()[:MARK_CHARACTERS]


def key_is_ours(key: str) -> bool:
    """Say whether this installation made a session key."""
    return len(key) == RANDOM_CHARACTERS + MARK_CHARACTERS and hmac.compare_digest(
        # Bytes: a cookie may hold anything, and compare_digest takes no text beyond ASCII.
        _mark(key[:RANDOM_CHARACTERS]).encode(),
        key[RANDOM_CHARACTERS:].encode(),
    )


class SessionStore(DjangoSessionStore):
    """Django's database sessions with marked keys."""

    def _get_new_session_key(self) -> str:
        while True:
            random = get_random_string(RANDOM_CHARACTERS, VALID_KEY_CHARS)
            key = random + _mark(random)
            if not self.exists(key):
                return key

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key) and key_is_ours(str(key))
