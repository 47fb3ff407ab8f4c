"""Digests under which secrets are kept."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings
from django.utils.crypto import salted_hmac


def digest_of(secret: str) -> str:
    """Give the digest under which a long random secret (a cookie, a link) is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def digest_keyed(text: str, *, what: str) -> str:
    """
    Give the digest of something short, keyed with the installation's secret.

    Six digits or an address can be tried out in no time by whoever has read the database; the key does not lie in it.

    :param what: for what it is, so that two uses of one text differ.
    """
    return salted_hmac(f"madoguchi.{what}", text, secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()


def digest_same(one: str, other: str) -> bool:
    """Compare two digests in constant time; an empty one equals nothing."""
    return bool(one) and bool(other) and hmac.compare_digest(one.encode(), other.encode())
