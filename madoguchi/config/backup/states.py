"""The tables as of the migrations that a database or a dump has: the present ones, or those of an older version."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps as present_apps
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

Node = tuple[str, str]
# Who is signed in at this moment is no record; these rows are of use to nobody tomorrow.
PASSING = {"sessions.session", "usersessions.usersession"}


class TooNew(Exception):
    """The database or the dump knows migrations that this program lacks; ``args[0]`` lists them."""


def migrations_applied() -> list[Node]:
    """List what the database says was applied."""
    return sorted(MigrationRecorder(connection).applied_migrations())


def models_at(loader: MigrationLoader, applied: Iterable[Node]) -> list[type[models.Model]]:
    """
    Give the model of every table that a backup holds, as the migrations have left it.

    :raises TooNew: a migration is unknown to this program.
    """
    applied = set(applied)
    unknown_refuse(loader, applied)
    targets = leaves(loader, applied)
    if set(targets) == set(loader.graph.leaf_nodes()):
        found: Iterable[type[models.Model]] = present_apps.get_models(include_auto_created=True)
    else:
        found = loader.project_state(targets).apps.get_models(include_auto_created=True)
    return sorted(filter(_is_kept, found), key=lambda model: model._meta.db_table)


def _is_kept(model: type[models.Model]) -> bool:
    meta = model._meta
    if meta.proxy or not meta.managed or meta.swapped or meta.label_lower in PASSING:
        return False
    return not issubclass(model, AbstractBaseSession)


def unknown_refuse(loader: MigrationLoader, applied: Iterable[Node]) -> None:
    """:raises TooNew: a migration is unknown to this program."""
    known: set[Any] = set(loader.disk_migrations)
    known.update(replaced for migration in loader.disk_migrations.values() for replaced in migration.replaces)
    # Apps that the program no longer has are left alone: nothing would read their tables.
    if unknown := sorted(set(applied) - known):
        raise TooNew([f"{app}.{name}" for app, name in unknown])


def leaves(loader: MigrationLoader, applied: set[Node]) -> list[Node]:
    """Give the last applied migration of each app: migrating to these brings the same tables about."""
    graph = loader.graph
    return sorted(
        node
        for node in applied
        if node in graph.nodes
        and not any(
            child.key in applied and child.key[0] == node[0] for child in graph.node_map[node].children
        )
    )
