from __future__ import annotations

from collections.abc import Iterator

import pytest

from madoguchi.blocks.people.testing import people_forget


@pytest.fixture(autouse=True)
def _fresh_memory() -> Iterator[None]:
    """A test that rolls back leaves stamps behind that the next one uses again."""
    people_forget()
    yield
    people_forget()
