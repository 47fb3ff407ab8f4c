"""What every page of the portal knows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001
    """Nothing yet."""
    return {}
