"""What this block adds to the demo and to the worker's chores."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from madoguchi.blocks.people.sample import accounts_load, organisation_load, password_of_file
from madoguchi.blocks.people.sessions import SessionStore
from madoguchi.kernel.chores import chore
from madoguchi.kernel.rights import Viewer
from madoguchi.kernel.steps import demo_step


@demo_step("people.organisation", 10)
def organisation_in_demo(actor: Viewer, now: datetime) -> None:
    """Load offices, posts and persons first: everything else names them."""
    file = Path(settings.CITY_DIR) / "organisation.yaml"
    organisation_load(file, actor=actor, now=now)
    accounts_load(file, actor=actor, now=now, password=password_of_file(file))


@chore("people.sessions", every=timedelta(hours=1))
def sessions_expired(now: datetime) -> None:  # noqa: ARG001 - the store compares with its own clock
    """Delete sessions that have run out: they say who was signed in, and nothing needs them."""
    SessionStore.clear_expired()
