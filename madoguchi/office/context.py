"""What every page of the office knows: who looks, the menu, and how long the session lasts."""

from __future__ import annotations

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from madoguchi.kernel.contacts import accounts_contact
from madoguchi.kernel.pages import MenuItem, menu_for


def office(request: HttpRequest) -> dict[str, Any]:
    """Give viewer, menu and idle time; nothing is asked of the database until a template uses it."""
    viewer = getattr(request, "viewer", None)
    if viewer is None or not request.path.startswith(("/office/", "/account/")):
        return {}
    return {
        "viewer": viewer,
        "menu": SimpleLazyObject(lambda: _menu(request)),
        "idle_seconds": settings.OFFICE_IDLE_SECONDS,
        "second_factor_required": settings.SECOND_FACTOR_REQUIRED,
        "accounts_contact": SimpleLazyObject(accounts_contact),
    }


def _menu(request: HttpRequest) -> list[MenuItem]:
    viewer = request.viewer  # type: ignore[attr-defined]
    if not viewer.is_signed_in:
        return []
    # Whoever still has to set up the second factor can go nowhere else: no menu that leads in a circle.
    on_the_way_in = request.path.startswith("/account/") and settings.SECOND_FACTOR_REQUIRED
    if on_the_way_in and not is_mfa_enabled(request.user):
        return []
    return menu_for(viewer=viewer, path=request.path)
