"""
Periods that must not overlap, held by the database on both stores.

PostgreSQL gets an exclusion constraint; SQLite, which has none, gets two triggers that refuse the same rows.
A model states it once in ``Meta.constraints``::

    constraints = [NonOverlap(name="one_holder", keys=("post",), start="starts_on", end="ends_on")]

Periods are half-open days ``[start, end)``; an empty end means "until further notice".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from madoguchi.kernel.db.columns import column_of
from madoguchi.kernel.db.triggers import TriggerConstraint

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

# SQLite compares days as text: this stands behind each of them, 9999-12-31 too.
NEVER = "'~'"


class NonOverlap(TriggerConstraint):
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
        :param only_where: literal field values that a row must have to be a rival at all; None for an empty field.
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

    def postgres_drop_sql(self, model: type[models.Model], connection: BaseDatabaseWrapper) -> list[str]:
        quote = connection.ops.quote_name
        return [f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"]

    def triggers(self, model: type[models.Model], connection: BaseDatabaseWrapper) -> dict[str, str]:
        quote = connection.ops.quote_name
        table, start, end = (
            quote(model._meta.db_table),
            *self._columns(model, connection, self.start, self.end),
        )
        rivals = [
            f"{table}.{column} = NEW.{column}" for column in self._columns(model, connection, *self.keys)
        ]
        literal = self._literals(model, connection)
        rivals += [f"{table}.{column} {value}" for column, value in literal]
        rivals += [
            f"{table}.{start} < COALESCE(NEW.{end}, {NEVER})",
            f"NEW.{start} < COALESCE({table}.{end}, {NEVER})",
        ]
        primary = quote(str(model._meta.pk.column))
        when = " AND ".join(f"NEW.{column} {value}" for column, value in literal) or "1"
        statements = {}
        for verb in ("insert", "update"):
            name = f"{self.name}_{verb}"
            own = "" if verb == "insert" else f" AND {table}.{primary} <> OLD.{primary}"
            statements[name] = (
                f"CREATE TRIGGER {quote(name)} BEFORE {verb.upper()} ON {table} FOR EACH ROW "  # noqa: S608
                f"WHEN {when} BEGIN "
                f"SELECT RAISE(ABORT, 'constraint {self.name}') WHERE EXISTS "
                f"(SELECT 1 FROM {table} WHERE {' AND '.join(rivals)}{own}); END"
            )
        return statements

    def postgres_sql(self, model: type[models.Model], connection: BaseDatabaseWrapper) -> list[str]:
        quote = connection.ops.quote_name
        start, end = self._columns(model, connection, self.start, self.end)
        keys = ", ".join(f"{column} WITH =" for column in self._columns(model, connection, *self.keys))
        where = " AND ".join(f"{column} {value}" for column, value in self._literals(model, connection))
        return [
            "CREATE EXTENSION IF NOT EXISTS btree_gist",
            f"ALTER TABLE {quote(model._meta.db_table)} ADD CONSTRAINT {quote(self.name)} EXCLUDE USING gist "
            f"({keys}, daterange({start}, {end}, '[)') WITH &&)" + (f" WHERE ({where})" if where else ""),
        ]

    def _columns(self, model: type[models.Model], connection: BaseDatabaseWrapper, *names: str) -> list[str]:
        return [connection.ops.quote_name(column_of(model, name)) for name in names]

    def _literals(self, model: type[models.Model], connection: BaseDatabaseWrapper) -> list[tuple[str, str]]:
        columns = self._columns(model, connection, *self.only_where)
        values = [_equals(value, connection) for value in self.only_where.values()]
        return list(zip(columns, values, strict=True))


def _equals(value: Any, connection: BaseDatabaseWrapper) -> str:
    if value is None:
        return "IS NULL"
    if isinstance(value, bool):
        return f"= {value}".lower() if connection.vendor == "postgresql" else f"= {int(value)}"
    if isinstance(value, int):
        return f"= {value}"
    return "= '" + str(value).replace("'", "''") + "'"
