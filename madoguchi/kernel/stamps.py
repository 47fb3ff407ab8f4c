"""
Stamps: what lets a process cache slow-moving truth (organisation, declarations) and still see every change.

An action that changes such truth moves its stamp in the same transaction; a reader compares the stamp once
per request before it trusts its cache.

Invariants (``tests/kernel/test_stamps.py``):

1. What was kept before a change is not given after its commit, by no thread of no process.
2. A change that was rolled back leaves nothing behind in a cache: each move gives a value never seen before.
3. Nothing is kept of what the transaction that moves the stamp sees: its rows may not all be written yet.
"""

from __future__ import annotations

import secrets
import threading
import weakref
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from django.core.signals import request_finished, request_started
from django.db import connection

from madoguchi.kernel.models import Stamp

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class _Thread(threading.local):
    """The stamps as this request found them: one query serves all caches, and a page does not change midway."""

    in_request = False
    stamps: dict[str, int] | None = None

    def __init__(self) -> None:
        self.moved: dict[str, int] = {}

    def moves(self, name: str) -> bool:
        """Whether the transaction that moved a stamp here is still under way."""
        depth = self.moved.get(name)
        if depth is None:
            return False
        if _depth() >= depth:
            return True
        del self.moved[name]
        return False


def _depth() -> int:
    """How deep in transactions and savepoints this thread is."""
    return connection.in_atomic_block + len(connection.savepoint_ids)


_thread = _Thread()
_every: weakref.WeakSet[Stamped[Any]] = weakref.WeakSet()


def stamp_move(name: str) -> None:
    """Say, inside an action, that this truth has changed."""
    Stamp.objects.bulk_create([Stamp(name=name)], ignore_conflicts=True)
    # Not a count: after a rollback the next change would bear the number of one that never was, and a process
    # that had cached inside the rolled-back transaction would take its cache for the truth.
    Stamp.objects.filter(name=name).update(value=secrets.randbits(53) + 1)
    _thread.stamps = None
    if _depth():
        # Without a transaction the change is there already, and what is read from now on may be kept.
        _thread.moved[name] = min(_depth(), _thread.moved.get(name, _depth()))


def stamp_read(name: str) -> int:
    """Give the present value of a stamp; 0 before the first change."""
    return Stamp.objects.filter(name=name).values_list("value", flat=True).first() or 0


def _stamp_of_request(name: str) -> int:
    if not _thread.in_request:
        return stamp_read(name)
    if _thread.stamps is None:
        _thread.stamps = dict(Stamp.objects.values_list("name", "value"))
    return _thread.stamps.get(name, 0)


class Stamped(Generic[T]):
    """A value made from slow-moving truth, kept per process until its stamp moves."""

    def __init__(self, name: str, make: Callable[[], T]) -> None:
        self.name = name
        self._make = make
        self._kept: tuple[int, T] | None = None
        _every.add(self)

    def get(self) -> T:
        """Give the value, made anew if the truth has changed. One cheap query per request serves them all."""
        if _thread.moves(self.name):
            return self._make()
        stamp = _stamp_of_request(self.name)
        kept = self._kept
        if kept is None or kept[0] != stamp:
            # Read the stamp first: a change between the two reads only makes the next caller read again.
            kept = (stamp, self._make())
            self._kept = kept
        return kept[1]

    def forget(self) -> None:
        """Drop the kept value (tests that roll back)."""
        self._kept = None
        _thread.stamps = None


class StampedMany(Generic[K, T]):
    """Values by key, each made when it is first asked for, all dropped when the stamp moves."""

    def __init__(self, name: str, *, most: int) -> None:
        self._most = most
        self._values: Stamped[dict[K, T]] = Stamped(name, dict)

    def get(self, key: K, make: Callable[[], T]) -> T:
        """Give the value of a key. Beyond ``most`` the one that was made first goes."""
        values = self._values.get()
        found = values.get(key)
        if found is None:
            found = make()
            if len(values) >= self._most:
                # Another thread may have dropped the same one.
                values.pop(next(iter(values)), None)
            values[key] = found
        return found


def stamped_forget(name: str = "") -> None:
    """
    Drop the kept values of this process (tests that roll back or write past the actions).

    :param name: only those of this stamp; "" for all.
    """
    for moved in [name] if name else list(_thread.moved):
        _thread.moved.pop(moved, None)
    for kept in _every:
        if name in ("", kept.name):
            kept.forget()


def _request_starts(**_: Any) -> None:
    _thread.in_request, _thread.stamps = True, None


def _request_ends(**_: Any) -> None:
    _thread.in_request, _thread.stamps = False, None


request_started.connect(_request_starts, dispatch_uid="kernel.stamps.request_starts")
request_finished.connect(_request_ends, dispatch_uid="kernel.stamps.request_ends")
