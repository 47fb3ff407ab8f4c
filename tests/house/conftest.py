"""The house as it is published: for tests that go through all of its pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from madoguchi.kernel.declarations import declarations_publish, roles_published
from madoguchi.kernel.rights import system_viewer

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def published_house(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, frozenset[str]]]:
    """Publish what the house declares, once for all routes, and give its roles."""
    actor = system_viewer(on=NOW.date(), duty="試験")
    with django_db_blocker.unblock(), transaction.atomic():
        declarations_publish(actor=actor, keys=None, reason="試験", now=NOW)
        roles = roles_published()
        with django_db_blocker.block():
            yield roles
        transaction.set_rollback(True)


@pytest.fixture
def published_roles(published_house: dict[str, frozenset[str]], db: None) -> dict[str, frozenset[str]]:
    """Give the roles of what is published; each test begins anew behind it."""
    return published_house
