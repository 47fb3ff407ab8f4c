"""The one place that reads the clock. Everything else takes ``now`` or ``on``."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

TOKYO = ZoneInfo("Asia/Tokyo")


def now() -> datetime:
    """The moment, with its time zone."""
    return timezone.now()


def today() -> date:
    """The day in Japan."""
    return now().astimezone(TOKYO).date()


def day_of(moment: datetime) -> date:
    """The day in Japan on which a moment falls."""
    return moment.astimezone(TOKYO).date()
