"""What this block adds to the demo, to the worker's chores and to the health page."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy

from madoguchi.blocks.people.held import doings, facts
from madoguchi.blocks.people.identity.attempts import attempts_tidy
from madoguchi.blocks.people.identity.residents import sessions_tidy
from madoguchi.blocks.people.identity.signatures.trust import trust_check
from madoguchi.blocks.people.oversight.making import reports_make
from madoguchi.blocks.people.register.keeping import feeds_tidy
from madoguchi.blocks.people.sample import accounts_load, organisation_load, password_of_file
from madoguchi.blocks.people.sample_city.cast import residents_load
from madoguchi.blocks.people.sessions import SessionStore
from madoguchi.kernel.chores import chore
from madoguchi.kernel.health import Health, health_check
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


@demo_step("people.residents", 15)
def residents_in_demo(actor: Viewer, now: datetime) -> None:
    """Load invented residents: towns and offices are there, and services may name them."""
    residents_load(Path(settings.CITY_DIR) / "residents.yaml", actor=actor, now=now)


@chore("people.sessions", every=timedelta(hours=1))
def sessions_expired(now: datetime) -> None:  # noqa: ARG001 - the store compares with its own clock
    """Delete sessions that have run out: they say who was signed in, and nothing needs them."""
    SessionStore.clear_expired()


@chore("people.sign_in_attempts", every=timedelta(minutes=10))
def attempts_expired(now: datetime) -> None:
    """Delete sign-ins that came to nothing: they hold addresses."""
    attempts_tidy(now=now)


@chore("people.resident_sessions", every=timedelta(minutes=10))
def resident_sessions_over(now: datetime) -> None:
    """End residents' sessions that nobody signed out of: what the card said goes with them."""
    sessions_tidy(now=now)


@chore("people.feed_files", every=timedelta(days=1))
def feed_files_left(now: datetime) -> None:
    """Delete files of the register that were checked and then left: they hold everybody's data."""
    feeds_tidy(now=now)


@chore("people.reading_report", every=timedelta(hours=6))
def reading_reported(now: datetime) -> None:
    """Report a month's reading soon after it is over, and the months that were missed while nobody worked."""
    reports_make(now)


@health_check(
    "people.signatures",
    label=gettext_lazy("電子署名の認証局"),
    meaning=gettext_lazy("カードで署名した文書を、市が信頼する認証局の証明書で確かめられるかどうかです。"),
    order=150,
)
def signatures_judged(now: datetime) -> Health:
    """Look at the certificates of the authorities that the city trusts, and at who is asked about revocation."""
    return trust_check(now=now)
