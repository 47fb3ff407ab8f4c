"""A rule of this block alone: no block of a town lies in two areas of one kind on one day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from madoguchi.kernel.db.columns import column_of
from madoguchi.kernel.db.periods import NEVER
from madoguchi.kernel.db.triggers import TriggerConstraint

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

# No 街区 or 地番 is larger: a whole town reaches from the first to this one.
LAST_BLOCK = 999_999_999


class NoSharedBlock(TriggerConstraint):
    """
    No two rows with equal keys may share a day and a number.

    Days are half-open (``starts_on``, ``ends_on``), numbers are from ``first_block`` to ``last_block``, both included;
    both empty mean every number.
    """

    def __init__(
        self, *, name: str, keys: tuple[str, ...], violation_error_message: str | None = None
    ) -> None:
        super().__init__(name=name, violation_error_message=violation_error_message)
        self.keys = tuple(keys)

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | {"keys": self.keys}

    def postgres_drop_sql(self, model: type[models.Model], connection: BaseDatabaseWrapper) -> list[str]:
        quote = connection.ops.quote_name
        return [f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"]

    def postgres_sql(self, model: type[models.Model], connection: BaseDatabaseWrapper) -> list[str]:
        quote = connection.ops.quote_name
        keys = ", ".join(f"{quote(column_of(model, key))} WITH =" for key in self.keys)
        return [
            "CREATE EXTENSION IF NOT EXISTS btree_gist",
            (
                f"ALTER TABLE {quote(model._meta.db_table)} ADD CONSTRAINT {quote(self.name)} EXCLUDE USING gist "
                f"({keys}, daterange(starts_on, ends_on, '[)') WITH &&, "
                f"int4range(COALESCE(first_block, 0), COALESCE(last_block, {LAST_BLOCK}), '[]') WITH &&)"
            ),
        ]

    def triggers(self, model: type[models.Model], connection: BaseDatabaseWrapper) -> dict[str, str]:
        quote = connection.ops.quote_name
        table = quote(model._meta.db_table)
        columns = [quote(column_of(model, key)) for key in self.keys]
        rivals = [
            *(f"{table}.{column} = NEW.{column}" for column in columns),
            f"{table}.starts_on < COALESCE(NEW.ends_on, {NEVER})",
            f"NEW.starts_on < COALESCE({table}.ends_on, {NEVER})",
            f"COALESCE({table}.first_block, 0) <= COALESCE(NEW.last_block, {LAST_BLOCK})",
            f"COALESCE(NEW.first_block, 0) <= COALESCE({table}.last_block, {LAST_BLOCK})",
        ]
        statements = {}
        for verb in ("insert", "update"):
            own = "" if verb == "insert" else f" AND {table}.id <> OLD.id"
            statements[f"{self.name}_{verb}"] = (
                f"CREATE TRIGGER {quote(f'{self.name}_{verb}')} BEFORE {verb.upper()} ON {table} FOR EACH ROW BEGIN "  # noqa: S608
                f"SELECT RAISE(ABORT, 'constraint {self.name}') WHERE EXISTS "
                f"(SELECT 1 FROM {table} WHERE {' AND '.join(rivals)}{own}); END"
            )
        return statements
