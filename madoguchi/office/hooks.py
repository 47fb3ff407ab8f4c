"""What the office adds to the worker's chores."""

from __future__ import annotations

from datetime import datetime, timedelta

from madoguchi.kernel.chores import chore
from madoguchi.office.kept import forms_expire


@chore("office.kept_forms", every=timedelta(minutes=5))
def kept_forms_expired(now: datetime) -> None:
    """Delete kept forms that nobody came back for."""
    forms_expire(now=now)
