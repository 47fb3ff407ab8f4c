"""
Forks of a test process.

A process that has driven a browser keeps an event loop, and Django keeps one connection per context beside a
loop and one per thread without. In the child the loop is gone: whatever connection it inherits is not the one
that the test has just pointed at its database.
"""

from __future__ import annotations

from typing import Any

from django.db import connections

_inherited: list[Any] = []


def connection_anew() -> None:
    """Let a child open a connection of its own; what it inherits is kept, lest its end be the parent's too."""
    _inherited.append(connections["default"])
    del connections["default"]
