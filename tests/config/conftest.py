"""Whole installations for the tests of the product's outer shell: a data folder and a database each."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.test import override_settings

from madoguchi.kernel.declarations import declarations_load
from tests.support.databases import _server
from tests.support.forks import connection_anew

ROOT = Path(__file__).parents[2]
_count = itertools.count(1)


class Ground:
    """
    Installations on the database of this pass; this process's connection leads to the one named last.

    Everything is committed. ``child`` runs something in a fork, which may be killed at will.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder
        self._made: list[str] = []
        self._settings: Any = None

    def empty(self) -> Path:
        """A new data folder and a new database, both empty."""
        number = next(_count)
        data = self.folder / f"data{number}"
        data.mkdir(mode=0o700)
        name = str(data / "madoguchi.sqlite3")
        if connection.vendor != "sqlite":
            name = f"mdg_{os.getpid()}_{number}"
            with _server() as cursor:
                cursor.execute(f'CREATE DATABASE "{name}"')
            self._made.append(name)
        self.at(data, name)
        return data

    def copy(self, data: Path, name: str) -> Path:
        """A copy of another installation."""
        number = next(_count)
        place = self.folder / f"data{number}"
        connection.close()
        shutil.copytree(data, place)
        ours = str(place / "madoguchi.sqlite3")
        if connection.vendor != "sqlite":
            ours = f"mdg_{os.getpid()}_{number}"
            with _server() as cursor:
                cursor.execute(f'CREATE DATABASE "{ours}" TEMPLATE "{name}"')
            self._made.append(ours)
        self.at(place, ours)
        return place

    def at(self, data: Path, name: str) -> None:
        """Lead everything to an installation."""
        self._leave()
        self.data = data
        self._settings = override_settings(DATA_DIR=data)
        self._settings.enable()
        connections.settings["default"]["NAME"] = connection.settings_dict["NAME"] = name

    @property
    def database(self) -> str:
        return str(connection.settings_dict["NAME"])

    def _leave(self) -> None:
        connection.close()
        if self._settings:
            self._settings.disable()
            self._settings = None

    def close(self) -> None:
        """Take away all databases; the folders are the test's own."""
        self._leave()
        self._drop()

    def _drop(self, keep: str = "") -> None:
        for name in [one for one in self._made if one != keep]:
            with _server() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            self._made.remove(name)

    def start(self, work: Callable[[], object]) -> int:
        """Begin something in a child process; its number."""
        # What is parsed here, no child parses again.
        declarations_load()
        connection.close()
        pid = os.fork()
        if pid:
            return pid
        code = 1
        try:
            connection_anew()
            work()
            code = 0
        except BaseException:
            traceback.print_exc(file=sys.__stderr__)
        finally:
            os._exit(code)

    @staticmethod
    def wait(pid: int) -> int:
        """The exit code of a child; negative when a signal killed it."""
        _pid, status = os.waitpid(pid, 0)
        return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)

    def child(self, work: Callable[[], object]) -> int:
        """Run something in a child process; its exit code, negative when a signal killed it."""
        return self.wait(self.start(work))


@contextmanager
def _own_connection(blocker: Any) -> Iterator[None]:
    with blocker.unblock():
        name = connection.settings_dict["NAME"]
        # An in-memory SQLite closes to nothing: keep the other tests' connection aside.
        kept = connection.connection if connection.vendor == "sqlite" else connection.close()
        connection.connection = None
        try:
            yield
        finally:
            connection.close()
            connections.settings["default"]["NAME"] = connection.settings_dict["NAME"] = name
            connection.connection = kept


@pytest.fixture
def ground(tmp_path: Path, django_db_setup: None, django_db_blocker: Any) -> Iterator[Ground]:
    """A place to put up installations."""
    with _own_connection(django_db_blocker):
        ground = Ground(tmp_path)
        try:
            yield ground
        finally:
            ground.close()


@pytest.fixture(scope="session")
def _template(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> Iterator[tuple[Path, str]]:
    from madoguchi.config.setup import database_ready

    with _own_connection(django_db_blocker):
        ground = Ground(tmp_path_factory.mktemp("template"))
        data = ground.empty()
        database_ready()
        name = ground.database
        ground._leave()
    yield data, name
    with _own_connection(django_db_blocker):
        ground.close()


@pytest.fixture
def installed(ground: Ground, _template: tuple[Path, str]) -> Ground:
    """An installation after its first set-up, and nothing else in it."""
    ground.copy(*_template)
    return ground


class Program:
    """The command line, as a person calls it."""

    def __init__(self, data: Path, url: str = "") -> None:
        self.data = data
        self.url = url

    def __call__(
        self, *arguments: str, code: int | None = 0, **more: Any
    ) -> subprocess.CompletedProcess[str]:
        """Run ``madoguchi ARGUMENTS``; ``code`` is the exit code that it must give."""
        variables = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "MADOGUCHI_DATA": str(self.data),
            "DATABASE_URL": self.url,
            **more.pop("variables", {}),
        }
        done = subprocess.run(
            [sys.executable, "-m", "madoguchi", *arguments],
            cwd=more.pop("cwd", self.data.parent), env=variables, capture_output=True, text=True, timeout=120,
            check=False, **more,
        )  # fmt: skip
        if code is not None:
            assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, *arguments: str, **more: Any) -> Any:
        """Run a command with ``--json`` and read its answer."""
        return json.loads(self(*arguments, "--json", **more).stdout)


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """The command line on an empty SQLite installation."""
    return Program(tmp_path / "data")


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """The address of an empty PostgreSQL database; for tests marked ``postgresql``."""
    name = f"mdg_{os.getpid()}_{next(_count)}"
    with _server() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    yield f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"
    with _server() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
