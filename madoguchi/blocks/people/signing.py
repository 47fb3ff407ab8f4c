"""Sign-ins and failures go into the audit trail: who opened the house, and who tried."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from madoguchi.blocks.people.actions import SignInOutcome, sign_in_note
from madoguchi.blocks.people.models import StaffMember, User
from madoguchi.kernel.clock import day_of, now
from madoguchi.kernel.rights import system_viewer


def _note(event: SignInOutcome, staff_key: str) -> None:
    moment = now()
    actor = system_viewer(on=day_of(moment), duty="サインイン")
    sign_in_note(actor=actor, staff_key=staff_key, outcome=event, now=moment)


def signed_in(user: User, **_: Any) -> None:
    """Note a sign-in."""
    _note("signed_in", user.username)


def signed_out(user: User | None, **_: Any) -> None:
    """Note a sign-out; a session that had run out has nobody to name."""
    if isinstance(user, User):
        _note("signed_out", user.username)


def sign_in_failed(credentials: dict[str, Any], **_: Any) -> None:
    """
    Note a failure for a staff number that exists.

    What else is typed there is not kept: it may be a password in the wrong field.
    """
    typed = str(credentials.get("username") or "")
    if StaffMember.objects.filter(key=typed).exists():
        _note("sign_in_failed", typed)


def signals_connect() -> None:
    """Listen from the start of the process."""
    user_logged_in.connect(signed_in, dispatch_uid="people.signed_in")
    user_logged_out.connect(signed_out, dispatch_uid="people.signed_out")
    user_login_failed.connect(sign_in_failed, dispatch_uid="people.sign_in_failed")
