"""The first set-up and migrations, killed anywhere and done twice at once, on the database of this pass."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.migrations.recorder import MigrationRecorder

from madoguchi.config.backup.states import migrations_applied
from madoguchi.config.setup import (
    MARK,
    NotReady,
    WholeExecutor,
    database_ready,
    first_set_up,
    installed,
    migrations_waiting,
)
from madoguchi.kernel.audit import audit_verify
from madoguchi.kernel.db.fulltext import fulltext_missing
from madoguchi.kernel.db.triggers import triggers_missing
from madoguchi.kernel.models import AuditRow, Installation, PublishedDeclaration


def kill_at(number: int, noted: Path | None = None) -> None:
    """Set up, and die at the n-th statement that writes; 0 only counts them, -1 is the very last."""
    seen = [0]
    execute = CursorWrapper.execute

    def counting(self: CursorWrapper, sql: str, params: Any = None) -> Any:
        if not str(sql).lstrip().upper().startswith(("SELECT", "PRAGMA", "SHOW")):
            seen[0] += 1
            if seen[0] == number or (
                number < 0 and "kernel_installation" in str(sql) and "INSERT" in str(sql)
            ):
                os.kill(os.getpid(), signal.SIGKILL)
        return execute(self, sql, params)

    CursorWrapper.execute = counting
    database_ready()
    if noted:
        noted.write_text(str(seen[0]))


def whole() -> bool:
    return installed() and not migrations_waiting() and not triggers_missing() and not audit_verify().faults


@pytest.mark.slow
def test_a_set_up_killed_anywhere_goes_on_at_the_next_command(ground, tmp_path):
    noted = tmp_path / "count"
    ground.empty()
    assert ground.child(lambda: kill_at(0, noted)) == 0
    assert whole()
    before = facts()
    total = int(noted.read_text())
    for number in [1, total // 3, total * 9 // 10, -1]:
        ground.empty()
        assert ground.child(lambda at=number: kill_at(at)) == -signal.SIGKILL
        assert not installed()
        database_ready()
        assert whole()
        assert facts() == before


def facts() -> set[tuple[str, str]]:
    """What the set-up has done; loading the plan's edition a second time is told a second time."""
    return set(AuditRow.objects.values_list("event", "subject_key"))


def test_killed_again_and_again_it_still_comes_to_its_end(ground):
    ground.empty()
    deaths = 0
    for number in range(400, 20_000, 400):
        code = ground.child(lambda at=number: kill_at(at))
        if code == 0:
            break
        assert code == -signal.SIGKILL
        deaths += 1
    assert deaths
    assert whole()


def test_two_first_set_ups_at_once_both_end_well(ground):
    ground.empty()
    children = [ground.start(database_ready) for _ in range(3)]
    assert [ground.wait(child) for child in children] == [0, 0, 0]
    assert whole()
    assert Installation.objects.count() == 1
    keys = PublishedDeclaration.objects.values_list("kind", "key")
    assert len(keys) == len(set(keys))


def test_a_migration_and_its_record_are_one(installed, monkeypatch):
    """Killed where the framework would have committed the tables and not yet the record."""
    call_command("migrate", "notices", "zero", verbosity=0)

    def killed() -> None:
        MigrationRecorder.record_applied = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        call_command("migrate", verbosity=0)

    assert installed.child(killed) == -signal.SIGKILL
    assert not [table for table in connection.introspection.table_names() if table.startswith("notices_")]
    assert not [app for app, _name in migrations_applied() if app == "notices"]
    with pytest.raises(NotReady, match="madoguchi migrate"):
        database_ready()
    call_command("migrate", verbosity=0)
    database_ready()


@pytest.mark.sqlite
def test_an_interrupted_end_of_a_migration_is_mended(installed):
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{_trigger()}"')
    assert triggers_missing()
    database_ready()
    assert not triggers_missing()


def test_a_search_index_that_is_gone_is_made_again(installed):
    lost = "TABLE version_words_words" if connection.vendor == "sqlite" else "INDEX version_words"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP {lost}")
    assert fulltext_missing() == ["version_words"]
    database_ready()
    assert fulltext_missing() == []


def _trigger() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_insert'")
        return str(cursor.fetchone()[0])


@pytest.mark.slow
@pytest.mark.postgresql
def test_two_computers_on_one_postgresql_wait_for_each_other(ground, tmp_path):
    """Each has its own data folder, so that no file lock stands between them."""
    ground.empty()
    name = ground.database
    children = []
    for number in range(2):
        data = tmp_path / f"computer{number}"
        data.mkdir()
        ground.at(data, name)
        children.append(ground.start(database_ready))
    assert [ground.wait(child) for child in children] == [0, 0]
    assert Installation.objects.count() == 1


def test_an_unfinished_restore_stops_every_command(installed):
    (installed.data / MARK).write_text("b.zip", encoding="utf-8")
    with pytest.raises(NotReady, match=r"途中で止まっています.*b\.zip"):
        database_ready()


def test_whole_executor_is_the_one_that_migrates(ground, monkeypatch):
    used = []
    monkeypatch.setattr(WholeExecutor, "migrate", lambda self, *a, **k: used.append(self) or _stop())
    ground.empty()
    with pytest.raises(InterruptedError):
        first_set_up()
    assert used


def _stop() -> None:
    raise InterruptedError
