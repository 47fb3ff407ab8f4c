"""What every page of the portal knows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from madoguchi.kernel.contacts import contact_bound


def portal(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001
    """Give the desk that answers the public; None where the city bound none."""
    return {"general_contact": SimpleLazyObject(lambda: contact_bound("general"))}
