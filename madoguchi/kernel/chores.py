"""
Chores: what the worker tidies up now and then (expired sessions, old results of jobs).

A chore may be run by several workers, twice, or late; it deletes only what has run out by its own dates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from madoguchi.kit.registry import Registry

Work = Callable[[datetime], None]


@dataclass(frozen=True, slots=True)
class Chore:
    """One thing to tidy up, and how often."""

    name: str
    every: timedelta
    work: Work


chores: Registry[Chore] = Registry("chore")
_last: dict[str, datetime] = {}


def chore(name: str, *, every: timedelta) -> Callable[[Work], Work]:
    """Register a chore, in an app's ``hooks.py``; it takes the moment."""

    def keep(work: Work) -> Work:
        chores.register(name, Chore(name, every, work))
        return work

    return keep


def chores_run(*, now: datetime) -> list[str]:
    """Run what is due in this process; the names of what ran. The first time is right after the start."""
    due = [one for one in chores.values() if one.name not in _last or now - _last[one.name] >= one.every]
    for one in due:
        # Before the work: a chore that fails is tried again at its next time, not in a ring.
        _last[one.name] = now
        one.work(now)
    return [one.name for one in due]
