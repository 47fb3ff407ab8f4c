"""An office with the registers of tests."""

from __future__ import annotations

import pytest

from madoguchi.blocks.people.models import Office
from madoguchi.blocks.people.testing import office_make
from madoguchi.blocks.registers.testing.routes import registers_ready


@pytest.fixture
def office(db: None) -> Office:
    registers_ready()
    return office_make(name="管財課")
