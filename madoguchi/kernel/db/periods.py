"""
Periods that must not overlap, held by the database on both stores.

PostgreSQL gets an exclusion constraint; SQLite, which has none, gets two triggers that refuse the same rows.
A model states it once in ``Meta.constraints``::

    constraints = [NonOverlap(name="one_holder", keys=("post",), start="starts_on", end="ends_on")]

Periods are half-open days ``[start, end)``; an empty end means "until further notice". SQLite rebuilds
tables in migrations and loses triggers with them, so they are made again after every ``migrate``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.constraints import BaseConstraint

from madoguchi.kernel.db.columns import column_of

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

# SQLite compares days as text: this stands behind each of them, 9999-12-31 too.
NEVER = "'~'"


class NonOverlap(BaseConstraint):
    """No two rows with equal keys may share a day."""

    def __init__(
        self,
        *,
        name: str,
        keys: tuple[str, ...],
        start: str,
        end: str,
        only_where: dict[str, Any] | None = None,
        violation_error_message: str | None = None,
    ) -> None:
        """
        :param keys: field names whose equality makes two rows rivals.
        :param only_where: literal field values that a row must have to be a rival at all.
        """
        super().__init__(name=name, violation_error_message=violation_error_message)
        self.keys = tuple(keys)
        self.start = start
        self.end = end
        self.only_where = dict(only_where or {})

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        kwargs |= {"keys": self.keys, "start": self.start, "end": self.end}
        if self.only_where:
            kwargs["only_where"] = self.only_where
        return path, args, kwargs

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NonOverlap) and self.deconstruct() == other.deconstruct()

    __hash__ = BaseConstraint.__hash__

    # The type stubs say that these always give text; Django leaves out what gives none.
    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        # Added by deferred SQL on PostgreSQL (the extension must exist first) and by triggers on SQLite.
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.deferred_sql.extend(self._postgres_sql(model, schema_editor.connection))
        return None

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        if schema_editor.connection.vendor == "postgresql":
            return ";\n".join(self._postgres_sql(model, schema_editor.connection))
        return None

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        quote = schema_editor.connection.ops.quote_name
        if schema_editor.connection.vendor == "postgresql":
            return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"
        return "; ".join(
            f"DROP TRIGGER IF EXISTS {quote(self._trigger(verb))}" for verb in ("insert", "update")
        )

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = DEFAULT_DB_ALIAS) -> None:
        """Leave the verdict to the database: a look before the write would only be a guess."""

    def trigger_sql(self, model: type[models.Model], connection: BaseDatabaseWrapper) -> list[str]:
        """Give the statements that make the SQLite triggers anew."""
        quote = connection.ops.quote_name
        table, start, end = (
            quote(model._meta.db_table),
            *self._columns(model, connection, self.start, self.end),
        )
        rivals = [
            f"{table}.{column} = NEW.{column}" for column in self._columns(model, connection, *self.keys)
        ]
        literal = self._literals(model, connection)
        rivals += [f"{table}.{column} = {value}" for column, value in literal]
        rivals += [
            f"{table}.{start} < COALESCE(NEW.{end}, {NEVER})",
            f"NEW.{start} < COALESCE({table}.{end}, {NEVER})",
        ]
        primary = quote(str(model._meta.pk.column))
        when = " AND ".join(f"NEW.{column} = {value}" for column, value in literal) or "1"
        statements = []
        for verb in ("insert", "update"):
            trigger = quote(self._trigger(verb))
            own = "" if verb == "insert" else f" AND {table}.{primary} <> OLD.{primary}"
            statements += [
                f"DROP TRIGGER IF EXISTS {trigger}",
                (
                    f"CREATE TRIGGER {trigger} BEFORE {verb.upper()} ON {table} FOR EACH ROW "  # noqa: S608
                    f"WHEN {when} BEGIN "
                    f"SELECT RAISE(ABORT, 'constraint {self.name}') WHERE EXISTS "
                    f"(SELECT 1 FROM {table} WHERE {' AND '.join(rivals)}{own}); END"
                ),
            ]
        return statements

    def _postgres_sql(self, model: type[models.Model], connection: BaseDatabaseWrapper) -> list[str]:
        quote = connection.ops.quote_name
        start, end = self._columns(model, connection, self.start, self.end)
        keys = ", ".join(f"{column} WITH =" for column in self._columns(model, connection, *self.keys))
        where = " AND ".join(f"{column} = {value}" for column, value in self._literals(model, connection))
        return [
            "CREATE EXTENSION IF NOT EXISTS btree_gist",
            f"ALTER TABLE {quote(model._meta.db_table)} ADD CONSTRAINT {quote(self.name)} EXCLUDE USING gist "
            f"({keys}, daterange({start}, {end}, '[)') WITH &&)" + (f" WHERE ({where})" if where else ""),
        ]

    def _columns(self, model: type[models.Model], connection: BaseDatabaseWrapper, *names: str) -> list[str]:
        return [connection.ops.quote_name(column_of(model, name)) for name in names]

    def _literals(self, model: type[models.Model], connection: BaseDatabaseWrapper) -> list[tuple[str, str]]:
        columns = self._columns(model, connection, *self.only_where)
        values = [_literal(value, connection) for value in self.only_where.values()]
        return list(zip(columns, values, strict=True))

    def _trigger(self, verb: str) -> str:
        return f"{self.name}_{verb}"


def _literal(value: Any, connection: BaseDatabaseWrapper) -> str:
    if isinstance(value, bool):
        return str(value).lower() if connection.vendor == "postgresql" else str(int(value))
    if isinstance(value, int):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


def triggers_missing(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Name the non-overlap triggers that a SQLite database lacks; always empty on PostgreSQL."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        present = {row[0] for row in cursor.fetchall()}
    wanted = {c._trigger(verb) for _, c in _constraints() for verb in ("insert", "update")}
    return sorted(wanted - present)


def triggers_make(using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:
    """Make every non-overlap trigger of a SQLite database anew (after each ``migrate``)."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for model, constraint in _constraints():
            if model._meta.db_table in tables:
                for statement in constraint.trigger_sql(model, connection):
                    cursor.execute(statement)


def _constraints() -> list[tuple[type[models.Model], NonOverlap]]:
    return [
        (model, constraint)
        for model in apps.get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, NonOverlap)
    ]
