"""A store of each test's own: contents are named by what they hold, and a later test must not find them there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def data(tmp_path: Path, settings: Any) -> Path:
    """Give the data folder of this test."""
    settings.DATA_DIR = tmp_path
    return tmp_path
