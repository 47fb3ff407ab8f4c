"""Whom it touches when every name that an issuer has for people means nobody any more (F37)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from madoguchi.blocks.people.models import Means, ResidentAccount, ResidentSession


@dataclass(frozen=True, slots=True)
class Affected:
    """
    How many live means and sessions end, and of how many accounts.

    ``linked`` accounts belong to a known person and are found again by the next card; of ``other_means`` accounts the
    owner gets in by another way meanwhile.
    """

    means: int
    sessions: int
    accounts: int
    linked: int
    other_means: int


def issuer_affected(*, issuer: str, now: datetime) -> Affected:
    """Count, without changing anything."""
    live = Means.objects.filter(kind=Means.Kind.CARD, issuer=issuer, ended_at=None)
    accounts = ResidentAccount.objects.filter(pk__in=live.values("account"))
    others = Means.objects.filter(ended_at=None, account__in=accounts.values("pk")).exclude(pk__in=live)
    sessions = ResidentSession.objects.filter(means__in=live, ended_at=None, ends_at__gt=now)
    return Affected(
        means=live.count(),
        sessions=sessions.count(),
        accounts=accounts.count(),
        linked=accounts.exclude(party=None).count(),
        other_means=others.values("account").distinct().count(),
    )
