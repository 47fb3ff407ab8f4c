"""
First set-up, and the check before every command.

A row of ``Installation`` appears when the first set-up is complete. Without it any command goes on with the
set-up where it was interrupted; with it, a database behind the program is never changed without being asked.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState

from madoguchi.kernel.actions import Refused, StoreUnavailable
from madoguchi.kernel.clock import day_of, now
from madoguchi.kernel.db.fulltext import fulltext_mend, fulltext_missing
from madoguchi.kernel.db.triggers import triggers_make, triggers_missing
from madoguchi.kernel.declarations import declarations_publish
from madoguchi.kernel.models import Installation
from madoguchi.kernel.rights import system_viewer
from madoguchi.kernel.steps import set_up_steps, steps_run

# While this file stands in the data folder, a restore was begun and not ended.
MARK = "restore.unfinished"
# "madoguchi" as a number: two computers that set up one PostgreSQL at once wait for each other.
ADVISORY_LOCK = 0x6D61646F67756368


class NotReady(Exception):
    """The database cannot be worked on; the text says what to do."""


class WholeExecutor(MigrationExecutor):
    """
    Commits each migration together with the record that it was applied.

    Django writes the record after the commit when a migration leaves statements to its end; killed between the
    two, the next start would make the same tables again and fail for ever.
    """

    def apply_migration(
        self, state: ProjectState, migration: Migration, fake: bool = False, fake_initial: bool = False
    ) -> ProjectState:
        if fake or fake_initial or not migration.atomic:
            return super().apply_migration(state, migration, fake=fake, fake_initial=fake_initial)
        report = self.progress_callback
        if report:
            report("apply_start", migration, fake)
        with self.connection.schema_editor(atomic=True) as editor:
            state = migration.apply(state, editor)
            for statement in editor.deferred_sql:
                editor.execute(statement, None)
            editor.deferred_sql.clear()
            self.record_migration(migration)  # type: ignore[call-arg, arg-type]
        if report:
            report("apply_success", migration, fake)
        return state


@contextmanager
def set_up_alone() -> Iterator[None]:
    """Let one process at a time set up, migrate or restore an installation; inside itself it is free."""
    global _alone
    if _alone:
        yield
        return
    with (Path(settings.DATA_DIR) / "setup.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        _alone = True
        try:
            with _database_alone():
                yield
        finally:
            _alone = False


_alone = False


@contextmanager
def _database_alone() -> Iterator[None]:
    """Keep out other computers that share a PostgreSQL; a file lock does not reach them."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
    held = connection.connection
    try:
        yield
    finally:
        # A connection that was lost or closed meanwhile has given the lock back by itself.
        if connection.connection is held and held is not None and not held.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])


def installed() -> bool:
    """Say whether the first set-up was completed."""
    if Installation._meta.db_table not in connection.introspection.table_names():
        return False
    return Installation.objects.exists()


def migrations_waiting() -> list[str]:
    """Name the migrations that the program has and the database lacks."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def database_ready() -> None:
    """
    Set up an empty data folder, go on with an interrupted set-up, and refuse a database of another version.

    :raises NotReady: the database cannot be reached, waits for ``madoguchi migrate``, or is half restored.
    """
    with _words():
        if database_set_up():
            return
        if waiting := migrations_waiting():
            raise NotReady(
                f"データベースがこの版より前のものです（{len(waiting)}件の移行が残っています）。"
                "`madoguchi backup` で控えを取ってから `madoguchi migrate` を実行してください。"
            )
        if triggers_missing() or fulltext_missing():
            # A migration that was killed at its very end: the tables are there, their guards are not.
            with set_up_alone():
                triggers_make()
                fulltext_mend()


def database_set_up() -> bool:
    """
    Set up an empty data folder, and say whether that was needed; a database of an older version is left as it is.

    :raises NotReady: the database cannot be reached, or is half restored.
    """
    restore_finished()
    with _words():
        if installed():
            return False
        with set_up_alone():
            if not installed():
                first_set_up()
        return True


@contextmanager
def _words() -> Iterator[None]:
    try:
        yield
    except StoreUnavailable as refused:
        raise NotReady(_unusable(refused.details.get("reason", ""))) from refused
    except Refused as refused:
        raise NotReady(f"最初の用意を終えられません: {refused.message}") from refused
    except (DatabaseError, OSError) as error:
        raise NotReady(_unusable(error)) from error


def _unusable(reason: object) -> str:
    return f"データベースを使えません: {str(reason).strip()}\n`madoguchi doctor` が直し方を言います。"


def restore_finished() -> None:
    """:raises NotReady: a restore was begun here and not ended."""
    mark = Path(settings.DATA_DIR) / MARK
    if mark.exists():
        raise NotReady(
            "控えを戻す作業が途中で止まっています。同じ控えで `madoguchi restore ファイル` をもう一度実行してください"
            f"（前回: {mark.read_text(encoding='utf-8').strip()}）。"
        )


def tables_make() -> None:
    """Bring the tables up to this version, with the one that the shared cache needs beside PostgreSQL."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)


def first_set_up() -> None:
    """Make the tables, publish the declarations that come with the house, and mark the set-up complete."""
    tables_make()
    moment = now()
    actor = system_viewer(on=day_of(moment), duty="設置")
    declarations_publish(actor=actor, keys=None, reason="設置", now=moment)
    steps_run(set_up_steps, actor=actor, now=moment)
    Installation.objects.get_or_create(only=True, defaults={"created_at": moment})
