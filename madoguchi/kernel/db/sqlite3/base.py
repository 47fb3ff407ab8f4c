"""
SQLite with one fair queue of writers.

SQLite lets one writer in at a time and leaves the others to poll, so that under load somebody waits for
seconds (Finding 4 of our measurements: p99 of 2.9 s with four processes). Inside one process we can do
better: writers queue here first come, first served, and only the one at the head says BEGIN IMMEDIATE.

Invariants, each held by a test in ``tests/kernel/test_fair_writer.py``:

1. At most one connection of this process is between BEGIN and COMMIT on one database file.
2. Turns are given in the order of arrival.
3. A connection that commits, rolls back, closes or fails gives its turn back.
4. Other processes are not seen by the queue: they stay correct by SQLite's own lock and its time-out.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.backends.sqlite3.base import DatabaseWrapper as DjangoDatabaseWrapper
from django.db.backends.sqlite3.base import SQLiteCursorWrapper
from django.db.utils import OperationalError

WRITE_WORDS = frozenset({"INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "DROP", "ALTER"})


class WriterQueue:
    """First come, first served; the turn is handed over, never raced for."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Event] = deque()

    def enter(self, timeout_seconds: float) -> bool:
        """Wait for a turn; False when the time ran out."""
        with self._mutex:
            if not self._taken:
                self._taken = True
                return True
            turn = threading.Event()
            self._waiting.append(turn)
        if turn.wait(timeout_seconds):
            return True
        with self._mutex:
            if turn.is_set():  # handed over between the time-out and here: the turn is ours
                return True
            self._waiting.remove(turn)
            return False

    def leave(self) -> None:
        """Hand the turn to whoever waits longest."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False


_queues: dict[str, WriterQueue] = {}
_queues_mutex = threading.Lock()


def writer_queue(name: str) -> WriterQueue:
    """Give the one queue of a database file of this process."""
    with _queues_mutex:
        return _queues.setdefault(name, WriterQueue())


class Cursor(SQLiteCursorWrapper):
    """A cursor whose single writes outside a transaction stand in the queue too."""

    house: DatabaseWrapper

    def execute(self, query: str, params: Any = None) -> Any:
        with self.house.turn_for(query):
            return super().execute(query, params)

    def executemany(self, query: str, param_list: Any) -> Any:
        with self.house.turn_for(query):
            return super().executemany(query, param_list)


class DatabaseWrapper(DjangoDatabaseWrapper):
    """Django's SQLite backend behind the fair queue."""

    _has_turn = False

    def create_cursor(self, name: str | None = None) -> Cursor:  # noqa: ARG002 - Django's signature
        cursor: Cursor = self.connection.cursor(factory=Cursor)
        cursor.house = self
        return cursor

    @contextmanager
    def turn_for(self, query: str) -> Iterator[None]:
        """Hold the turn around one writing statement in autocommit; free otherwise."""
        alone = not self._has_turn and not self.connection.in_transaction
        if not alone or query.lstrip()[:7].split(None, 1)[0].upper() not in WRITE_WORDS:
            yield
            return
        self._enter()
        try:
            yield
        finally:
            self._leave()

    def _start_transaction_under_autocommit(self) -> None:
        self._enter()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._leave()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._leave()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._leave()

    def _enter(self) -> None:
        if self._has_turn:
            return
        seconds = float(self.settings_dict["OPTIONS"].get("timeout", 5))
        if not writer_queue(str(self.settings_dict["NAME"])).enter(seconds):
            raise OperationalError(f"database is locked: no turn to write within {seconds:.0f} s")
        self._has_turn = True

    def _leave(self) -> None:
        if self._has_turn:
            self._has_turn = False
            writer_queue(str(self.settings_dict["NAME"])).leave()
