"""What every test of the office has: no failed sign-ins of other tests, and a fresh look at the organisation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from madoguchi.blocks.people.testing import people_forget


@pytest.fixture(autouse=True)
def fresh_memory() -> Iterator[None]:
    """Forget what this process remembers, before and after."""
    cache.clear()
    people_forget()
    yield
    cache.clear()
    people_forget()
