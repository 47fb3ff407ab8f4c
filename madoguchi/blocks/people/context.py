"""What every page knows of the resident who opens it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from madoguchi.blocks.people.identity.residents import resident_of


def resident(request: HttpRequest) -> dict[str, Any]:
    """Give the signed-in resident, None for everybody else."""
    return {"resident": resident_of(request)}
