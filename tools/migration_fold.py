"""
Write a migration anew so that every table is made whole: with its references, constraints and indexes.

Django writes references, constraints and indexes as operations of their own behind the tables. Each of them makes the
state of the models anew, and on SQLite the table too: of a first start they took the most. Use, right after
``makemigrations``::

    python -m tools.migration_fold people.0002_citizens
"""

from __future__ import annotations

import os
import sys
from graphlib import TopologicalSorter
from importlib import import_module
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel, Migration
from django.db.migrations.writer import MigrationWriter


def migration_read(name: str) -> tuple[Migration, Path]:
    """Read ``app.number_name``; the migration and the file it stands in."""
    label, _dot, number = name.partition(".")
    module = import_module(f"{apps.get_app_config(label).name}.migrations.{number}")
    assert module.__file__
    return module.Migration(number, label), Path(module.__file__)


def folded(operations: list[Any], label: str) -> list[Any]:
    """
    Put what is added to the tables of a migration into the operations that make them, targets first.

    What belongs to a table of an earlier migration stays as it is, behind them.
    """
    made = {one.name.lower(): one for one in operations if isinstance(one, CreateModel)}
    kept = [one for one in operations if not isinstance(one, CreateModel) and not _taken(one, made)]
    if any(not isinstance(one, AddField | AddConstraint | AddIndex) for one in kept):
        raise SystemExit("only a migration that makes tables can be folded")
    order = TopologicalSorter(
        {name: [to for _name, field in one.fields if (to := _target(field, label)) in made and to != name]
         for name, one in made.items()}
    )  # fmt: skip
    return [*(_whole(made[name], label) for name in order.static_order()), *kept]


def _taken(one: Any, made: dict[str, CreateModel]) -> bool:
    whole = made.get(getattr(one, "model_name_lower", ""))
    if whole is None:
        return False
    if isinstance(one, AddField):
        whole.fields.append((one.name, one.field))
    elif isinstance(one, AddConstraint):
        whole.options.setdefault("constraints", []).append(one.constraint)
    elif isinstance(one, AddIndex):
        whole.options.setdefault("indexes", []).append(one.index)
    else:
        return False
    return True


def _whole(made: CreateModel, label: str) -> CreateModel:
    """Put the fields into the order in which the model names them."""
    order = [field.name for field in apps.get_model(label, made.name)._meta.get_fields()]
    fields = sorted(made.fields, key=lambda pair: order.index(pair[0]))
    return CreateModel(made.name, fields, made.options, made.bases, made.managers)


def _target(field: Any, label: str) -> str:
    if field.remote_field is None:
        return ""
    app, _dot, model = str(field.remote_field.model).lower().rpartition(".")
    return model if app in ("", label) else ""


def main(names: list[str]) -> None:
    """Fold each migration in its place."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "madoguchi.config.settings")
    django.setup()
    for name in names:
        migration, path = migration_read(name)
        operations = folded(list(migration.operations), migration.app_label)
        # A class variable in the stubs; the framework itself keeps it with the instance.
        migration.operations = operations  # type: ignore[misc]
        path.write_text(MigrationWriter(migration).as_string(), encoding="utf-8")
        print(path)


if __name__ == "__main__":
    main(sys.argv[1:])
