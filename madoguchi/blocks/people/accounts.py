"""How staff accounts sign in, on top of django-allauth."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest

MFA_SEEN = "second_factor_set"


class StaffAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are opened by the personnel office, never by signing up; messages are ours, not allauth's."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Nobody opens an account alone."""
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our pages say what happened; allauth's toasts would say it twice, in other words."""


def second_factor_missing(request: HttpRequest) -> bool:
    """Say whether a signed-in account still has to set up its second factor before it may work."""
    if not settings.SECOND_FACTOR_REQUIRED or request.session.get(MFA_SEEN):
        return False
    if is_mfa_enabled(request.user):
        request.session[MFA_SEEN] = True
        return False
    return True
