"""What every test of the office has: no failed sign-ins of other tests, and a fresh look at the organisation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from madoguchi.blocks.people.testing import people_forget


@pytest.fixture(autouse=True)
def fresh_memory(settings: Any) -> Iterator[None]:
    """Forget what this process remembers, before and after; count failures in memory on both databases."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    people_forget()
    yield
    cache.clear()
    people_forget()
