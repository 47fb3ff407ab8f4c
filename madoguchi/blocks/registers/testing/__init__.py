"""Registers and records for tests, here and in the floors above; how to run each action and open each page."""

from madoguchi.blocks.people.testing import DAY, NOW
from madoguchi.blocks.registers.testing import counted, routes
from madoguchi.blocks.registers.testing.making import (
    FILE,
    KEEPER,
    MOVES,
    OTHER,
    PLOTS,
    THINGS,
    change_asked,
    file_brought,
    record_make,
    register_make,
    stocktake_begun,
)

__all__ = [
    "DAY",
    "FILE",
    "KEEPER",
    "MOVES",
    "NOW",
    "OTHER",
    "PLOTS",
    "THINGS",
    "change_asked",
    "counted",
    "file_brought",
    "record_make",
    "register_make",
    "routes",
    "stocktake_begun",
]
