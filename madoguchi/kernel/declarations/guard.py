"""
The database itself refuses to change a published version.

A trigger on both stores, made after every ``migrate`` (SQLite loses triggers when it rebuilds a table). It
refuses UPDATE; DELETE is refused by the model's manager only, because tests empty their tables.
"""

from __future__ import annotations

from typing import Any, Final

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from madoguchi.kernel.models import PublishedDeclaration

CONSTRAINT: Final = "declaration_unchanged"

SQLITE: Final = """
CREATE TRIGGER IF NOT EXISTS {name} BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, 'constraint {name}'); END
"""
POSTGRESQL: Final = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'published versions never change'
USING ERRCODE = 'check_violation', CONSTRAINT = '{name}'; END $$;
DROP TRIGGER IF EXISTS {name} ON {table};
CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
"""


def guard_make(sender: AppConfig, using: str, **_: Any) -> None:
    """Make the trigger, where the table is there."""
    connection = connections[using]
    table = PublishedDeclaration._meta.db_table
    if sender.label != "kernel" or table not in connection.introspection.table_names():
        return
    statement = SQLITE if connection.vendor == "sqlite" else POSTGRESQL
    with connection.cursor() as cursor:
        cursor.execute(statement.format(name=CONSTRAINT, table=connection.ops.quote_name(table)))


post_migrate.connect(guard_make, dispatch_uid="kernel.declarations.guard")
