"""
Databases that outlive a transaction, for tests with processes, threads and kills.

``house_database`` gives a fresh, migrated database of its own: a copy of a SQLite file, or a PostgreSQL
database made from a template. The connection of this process points at it for the length of the test.
"""

from __future__ import annotations

import gc
import itertools
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.test import override_settings

from tests.support.forks import connection_anew

_count = itertools.count(1)


class HouseDatabase:
    """A migrated database that a test may fill, kill and throw away, as often as it likes."""

    def __init__(self, folder: Path, template: str) -> None:
        self.folder = folder
        self._template = template
        self._ours = ""
        self._before = ""

    def open(self) -> None:
        """Point this process at a first copy."""
        self._before = str(connection.settings_dict["NAME"])
        self.fresh()

    def fresh(self) -> None:
        """Point this process at a database as it was after the migrations."""
        connection.close()
        if connection.vendor == "postgresql" and self._ours:
            # A new copy of the template costs ten times what emptying the tables does.
            with connection.cursor() as cursor:
                tables = sorted(set(connection.introspection.table_names(cursor)) - {"django_migrations"})
                # Emptying a table makes its file anew, empty or not: most of the hundred are.
                filled = " UNION ALL ".join(
                    f"SELECT '{one}' WHERE EXISTS (SELECT FROM \"{one}\")" for one in tables
                )
                cursor.execute(filled)
                names = ", ".join(f'"{table}"' for (table,) in cursor.fetchall())
                if names:
                    cursor.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
            connection.close()
            return
        self._drop()
        number = next(_count)
        if connection.vendor == "sqlite":
            self._ours = str(self.folder / f"copy{number}.sqlite3")
            shutil.copyfile(self._template, self._ours)
        else:
            self._ours = f"{self._template}_{number}"
            with _server() as cursor:
                cursor.execute(f'CREATE DATABASE "{self._ours}" TEMPLATE "{self._template}"')
        point_at(self._ours)

    def close(self) -> None:
        """Point back at the database of the other tests."""
        connection.close()
        self._drop()
        point_at(self._before)

    def child(self, work: Callable[[], None]) -> int:
        """
        Run something in a child process of its own connection; its exit status (negative: killed by a signal).
        """
        connection.close()
        pid = os.fork()
        if pid == 0:
            code = 1
            # It lives for a moment: looking through all that it shares with its parent would copy most of it.
            gc.disable()
            try:
                connection_anew()
                work()
                code = 0
            except BaseException:
                traceback.print_exc(file=sys.__stderr__)
            finally:
                os._exit(code)
        _pid, status = os.waitpid(pid, 0)
        return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)

    def _drop(self) -> None:
        if not self._ours:
            return
        if connection.vendor == "sqlite":
            for suffix in ("", "-wal", "-shm"):
                Path(self._ours + suffix).unlink(missing_ok=True)
        else:
            with _server() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{self._ours}" WITH (FORCE)')
        self._ours = ""


def point_at(name: str) -> None:
    """Let this process's connection open another database from now on."""
    connections.settings["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


@contextmanager
def _server() -> Iterator[Any]:
    """Speak to the PostgreSQL server itself, outside any of our databases."""
    import psycopg

    settings = connection.settings_dict
    with psycopg.connect(
        dbname="postgres", user=settings["USER"] or None, password=settings["PASSWORD"] or None,
        host=settings["HOST"] or None, port=settings["PORT"] or None, autocommit=True,
    ) as server, server.cursor() as cursor:  # fmt: skip
        yield cursor


@pytest.fixture(scope="session")
def house_template(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Iterator[str]:
    """Give the migrated database that all copies of this process are made from."""
    with django_db_blocker.unblock(), _other_connection():
        if connection.vendor == "sqlite":
            name = str(tmp_path_factory.mktemp("template") / "template.sqlite3")
        else:
            name = f"house_template_{os.getpid()}"
            with _server() as cursor:
                cursor.execute(f'CREATE DATABASE "{name}"')
        before = str(connection.settings_dict["NAME"])
        point_at(name)
        call_command("migrate", verbosity=0, interactive=False)
        connection.close()
        point_at(before)
    yield name
    if connection.vendor != "sqlite":
        with _server() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def _other_connection() -> Iterator[None]:
    """Put the other tests' connection aside: a SQLite in memory would be gone once closed."""
    kept, connection.connection = connection.connection, None
    try:
        yield
    finally:
        connection.close()
        connection.connection = kept


@pytest.fixture
def house_database(tmp_path: Path, house_template: str, django_db_blocker: Any) -> Iterator[HouseDatabase]:
    """Give a committed database of the test's own."""
    database = HouseDatabase(tmp_path, house_template)
    # The audit's file of roots belongs to a database: each has its own.
    with django_db_blocker.unblock(), _other_connection(), override_settings(DATA_DIR=tmp_path):
        database.open()
        try:
            yield database
        finally:
            database.close()


def snapshot() -> dict[str, list[str]]:
    """Give every row of every table, as text, in a fixed order."""
    rows: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows[table] = sorted(map(repr, cursor.fetchall()))
    return rows
