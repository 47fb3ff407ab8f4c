"""
Facts in two times: when something holds in the world, and when it was believed here.

A row holds from ``starts_on`` to ``ends_on``, a day that is no longer part of it, and is believed from ``entered_at`` to
``withdrawn_at``. Which rows a change withdraws and enters is reckoned in ``kit.timelines``.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q


def valid_on(day: date, prefix: str = "") -> Q:
    """Give the predicate for dated rows that hold on a day."""
    return Q(**{f"{prefix}starts_on__lte": day}) & (
        Q(**{f"{prefix}ends_on": None}) | Q(**{f"{prefix}ends_on__gt": day})
    )


def believed(at: datetime | None = None, prefix: str = "") -> Q:
    """Give the predicate for facts that are believed now, or were believed at a moment."""
    if at is None:
        return Q(**{f"{prefix}withdrawn_at": None})
    entered = Q(**{f"{prefix}entered_at__lte": at})
    return entered & (Q(**{f"{prefix}withdrawn_at": None}) | Q(**{f"{prefix}withdrawn_at__gt": at}))


def known_on(day: date, at: datetime | None = None, prefix: str = "") -> Q:
    """Give the predicate for facts that hold on a day, as believed now or at a moment."""
    return valid_on(day, prefix) & believed(at, prefix)
