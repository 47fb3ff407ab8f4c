"""What this block adds to the demo and to the worker's chores."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from madoguchi.blocks.people.held import doings, facts
from madoguchi.blocks.people.identity.attempts import attempts_tidy
from madoguchi.blocks.people.oversight.making import reports_make
from madoguchi.blocks.people.sample import accounts_load, organisation_load, password_of_file
from madoguchi.blocks.people.sessions import SessionStore
from madoguchi.kernel.chores import chore
from madoguchi.kernel.rights import Viewer
from madoguchi.kernel.steps import demo_step

PARTS_HELD = (facts, doings)
"""What people holds about a person: imported here, so that it is declared."""


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


@chore("people.sign_in_attempts", every=timedelta(minutes=10))
def attempts_expired(now: datetime) -> None:
    """Delete sign-ins that came to nothing: they hold addresses."""
    attempts_tidy(now=now)


@chore("people.reading_report", every=timedelta(hours=6))
def reading_reported(now: datetime) -> None:
    """Report a month's reading soon after it is over, and the months that were missed while nobody worked."""
    reports_make(now)
