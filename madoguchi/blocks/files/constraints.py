"""A rule of this block alone: what a content is, and which content a file has, never changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from madoguchi.kernel.db.columns import column_of
from madoguchi.kernel.db.triggers import TriggerConstraint

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


class NeverChanged(TriggerConstraint):
    """These columns keep the value with which the row was written; the others may change."""

    def __init__(
        self, *, name: str, columns: tuple[str, ...], violation_error_message: str | None = None
    ) -> None:
        super().__init__(name=name, violation_error_message=violation_error_message)
        self.columns = tuple(columns)

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | {"columns": self.columns}

    def postgres_sql(self, model: type[models.Model], connection: BaseDatabaseWrapper) -> list[str]:
        quote = connection.ops.quote_name
        name, table = quote(self.name), quote(model._meta.db_table)
        return [
            (
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"RAISE EXCEPTION 'this never changes' "
                f"USING ERRCODE = 'check_violation', CONSTRAINT = '{self.name}'; END $$"
            ),
            (
                f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW "
                f"WHEN ({self._differ(model, connection, 'IS DISTINCT FROM')}) EXECUTE FUNCTION {name}()"
            ),
        ]

    def postgres_drop_sql(self, model: type[models.Model], connection: BaseDatabaseWrapper) -> list[str]:
        quote = connection.ops.quote_name
        name, table = quote(self.name), quote(model._meta.db_table)
        return [f"DROP TRIGGER IF EXISTS {name} ON {table}", f"DROP FUNCTION IF EXISTS {name}()"]

    def triggers(self, model: type[models.Model], connection: BaseDatabaseWrapper) -> dict[str, str]:
        quote = connection.ops.quote_name
        name = f"{self.name}_update"
        return {
            name: (
                f"CREATE TRIGGER {quote(name)} BEFORE UPDATE ON {quote(model._meta.db_table)} FOR EACH ROW "
                f"WHEN {self._differ(model, connection, 'IS NOT')} "
                f"BEGIN SELECT RAISE(ABORT, 'constraint {self.name}'); END"
            )
        }

    def _differ(self, model: type[models.Model], connection: BaseDatabaseWrapper, word: str) -> str:
        columns = [connection.ops.quote_name(column_of(model, name)) for name in self.columns]
        return " OR ".join(f"OLD.{column} {word} NEW.{column}" for column in columns)
