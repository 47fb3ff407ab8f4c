"""What every test has: the strict mode, a browser, and no test on the wrong database."""

from __future__ import annotations

import os

import pytest

pytest_plugins = ["tests.support.browser", "tests.support.databases", "tests.support.strict"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put aside tests that only say something on the other database; the other pass runs them."""
    other = "sqlite" if os.environ.get("DATABASE_URL") else "postgresql"
    aside = [item for item in items if item.get_closest_marker(other)]
    if aside:
        config.hook.pytest_deselected(items=aside)
        items[:] = [item for item in items if item not in aside]
