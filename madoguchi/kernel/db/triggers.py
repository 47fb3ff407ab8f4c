"""
Rules that a database holds by a trigger, stated like any other constraint in a model's ``Meta``.

SQLite rebuilds tables in migrations and loses triggers with them, so they are made again after every
``migrate``; ``triggers_missing`` lets the health page see one that is gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.constraints import BaseConstraint

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


class TriggerConstraint(BaseConstraint):
    """A constraint that is SQL of its own on PostgreSQL, and triggers on SQLite."""

    def postgres_sql(self, model: type[models.Model], connection: BaseDatabaseWrapper) -> list[str]:
        """Give the statements that make the rule on PostgreSQL."""
        raise NotImplementedError

    def postgres_drop_sql(self, model: type[models.Model], connection: BaseDatabaseWrapper) -> list[str]:
        """Give the statements that take the rule away on PostgreSQL."""
        raise NotImplementedError

    def triggers(self, model: type[models.Model], connection: BaseDatabaseWrapper) -> dict[str, str]:
        """Give the SQLite triggers by name."""
        raise NotImplementedError

    # The type stubs say that these always give text; Django leaves out what gives none.
    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        # Added by deferred SQL on PostgreSQL (the table must exist first) and by triggers on SQLite.
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.deferred_sql.extend(self.postgres_sql(model, schema_editor.connection))
        return None

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        if schema_editor.connection.vendor == "postgresql":
            return ";\n".join(self.postgres_sql(model, schema_editor.connection))
        return None

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        connection = schema_editor.connection
        if connection.vendor == "postgresql":
            return ";\n".join(self.postgres_drop_sql(model, connection))
        names = self.triggers(model, connection)
        return "; ".join(f"DROP TRIGGER IF EXISTS {connection.ops.quote_name(name)}" for name in names)

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = DEFAULT_DB_ALIAS) -> None:
        """Leave the verdict to the database: a look before the write would only be a guess."""

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.deconstruct() == other.deconstruct()

    __hash__ = BaseConstraint.__hash__


class NeverUpdated(TriggerConstraint):
    """
    A row is written once and never changed: an entry, a published version.

    It refuses UPDATE. DELETE is left to the models, because tests empty their tables with it.
    """

    def __init__(self, *, name: str, violation_error_message: str | None = None) -> None:
        super().__init__(name=name, violation_error_message=violation_error_message)

    def postgres_sql(self, model: type[models.Model], connection: BaseDatabaseWrapper) -> list[str]:
        quote = connection.ops.quote_name
        name, table = quote(self.name), quote(model._meta.db_table)
        return [
            (
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"RAISE EXCEPTION 'rows here are never changed' "
                f"USING ERRCODE = 'check_violation', CONSTRAINT = '{self.name}'; END $$"
            ),
            f"DROP TRIGGER IF EXISTS {name} ON {table}",
            f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        ]

    def postgres_drop_sql(self, model: type[models.Model], connection: BaseDatabaseWrapper) -> list[str]:
        quote = connection.ops.quote_name
        return [
            f"DROP TRIGGER IF EXISTS {quote(self.name)} ON {quote(model._meta.db_table)}",
            f"DROP FUNCTION IF EXISTS {quote(self.name)}()",
        ]

    def triggers(self, model: type[models.Model], connection: BaseDatabaseWrapper) -> dict[str, str]:
        quote = connection.ops.quote_name
        return {
            self.name: f"CREATE TRIGGER {quote(self.name)} BEFORE UPDATE ON {quote(model._meta.db_table)} "
            f"BEGIN SELECT RAISE(ABORT, 'constraint {self.name}'); END"
        }


def triggers_missing(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Name the triggers that a SQLite database lacks; always empty on PostgreSQL."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        present = {row[0] for row in cursor.fetchall()}
    wanted = {name for model, rule in _rules() for name in rule.triggers(model, connection)}
    return sorted(wanted - present)


def triggers_make(using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:
    """Make every trigger of a SQLite database anew (after each ``migrate``)."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for model, rule in _rules():
            if model._meta.db_table not in tables:
                continue
            for name, statement in rule.triggers(model, connection).items():
                cursor.execute(f"DROP TRIGGER IF EXISTS {connection.ops.quote_name(name)}")
                cursor.execute(statement)


def _rules() -> list[tuple[type[models.Model], TriggerConstraint]]:
    return [
        (model, rule)
        for model in apps.get_models()
        for rule in model._meta.constraints
        if isinstance(rule, TriggerConstraint)
    ]
