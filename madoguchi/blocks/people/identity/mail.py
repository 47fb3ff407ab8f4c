"""The way in by e-mail: the address as it is kept, the code as it is typed, and what may be asked how often."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta

from madoguchi.blocks.people.identity.attempts import tries_count
from madoguchi.blocks.people.identity.digests import digest_keyed, digest_of, digest_same
from madoguchi.blocks.people.models import Means, SignInAttempt

PER_ADDRESS, PER_CLIENT = 5, 100
WINDOW = timedelta(hours=1)
"""Mails to one address, and from one client (a library and its visitors are one), within this time."""
_SEPARATORS = re.compile(r"[\s\-‐−ー]+")


def address_fold(typed: str) -> str:
    """
    Give an e-mail address as it is kept and written to: plain width, small letters.

    The mail goes to the folded address, so that exactly this one is proved.
    """
    return unicodedata.normalize("NFKC", typed).strip().lower()


def code_fold(typed: str) -> str:
    """Give the figures of a typed code."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", typed))


def mail_may_be_asked(*, address: str, client: str, now: datetime) -> bool:
    """Count one more mail, to an address and from a client; False when there were too many."""
    kind = Means.Kind.MAIL
    # The client first: one that has had enough uses up nobody's address.
    return tries_count(
        name=f"mail from {client}", kind=kind, limit=PER_CLIENT, lasts=WINDOW, now=now
    ) and tries_count(name=f"mail to {address}", kind=kind, limit=PER_ADDRESS, lasts=WINDOW, now=now)


def code_fits(attempt: SignInAttempt, typed: str) -> bool:
    """Say whether a typed code is the one that was sent for an attempt."""
    digest = digest_keyed(f"{attempt.key}:{code_fold(typed)}", what="code")
    return digest_same(str(attempt.state.get("code", "")), digest)


def link_fits(attempt: SignInAttempt, link: str) -> bool:
    """Say whether a link is the one that was sent for an attempt."""
    return digest_same(str(attempt.state.get("link", "")), digest_of(link))
