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

from madoguchi.kernel.clock import day_of, now
from madoguchi.kernel.declarations import declarations_publish
from madoguchi.kernel.models import Installation
from madoguchi.kernel.rights import system_viewer
from madoguchi.kernel.steps import set_up_steps, steps_run


class NotReady(Exception):
    """The database cannot be worked on; the text says what to do."""


@contextmanager
def set_up_alone() -> Iterator[None]:
    """Let one process at a time set up or migrate a data folder."""
    with (Path(settings.DATA_DIR) / "setup.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


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

    :raises NotReady: the database cannot be reached, or waits for ``madoguchi migrate``.
    """
    try:
        if not installed():
            with set_up_alone():
                if not installed():
                    first_set_up()
        elif waiting := migrations_waiting():
            raise NotReady(
                f"データベースがこの版より前のものです（{len(waiting)}件の移行が残っています）。"
                "`madoguchi backup` で控えを取ってから `madoguchi migrate` を実行してください。"
            )
    except (DatabaseError, OSError) as error:
        raise NotReady(
            f"データベースを使えません: {str(error).strip()}\n`madoguchi doctor` が直し方を言います。"
        ) from error


def first_set_up() -> None:
    """Make the tables, publish the declarations that come with the house, and mark the set-up complete."""
    call_command("migrate", verbosity=0, interactive=False)
    moment = now()
    actor = system_viewer(on=day_of(moment), duty="設置")
    declarations_publish(actor=actor, keys=None, reason="設置", now=moment)
    steps_run(set_up_steps, actor=actor, now=moment)
    Installation.objects.get_or_create(only=True, defaults={"created_at": moment})
