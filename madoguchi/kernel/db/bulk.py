"""
Many rows at once, as fast as the database takes them: COPY on PostgreSQL, one prepared statement on SQLite.

Every constraint and trigger holds as for a single row. It belongs inside an action's transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection, models

from madoguchi.kernel.db.columns import column_of


def rows_copy(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """
    Insert rows without making an object of each.

    :param fields: names of the model's fields, in the order of each row's values. Those left out need a
        default of the database or NULL; Python defaults are not filled in.
    :param rows: plain values as a model's attributes hold them; a foreign key by its id.
    :raises IntegrityError: a row breaks a constraint.
    """
    known = [model._meta.get_field(name) for name in fields]
    columns = ", ".join(connection.ops.quote_name(column_of(model, name)) for name in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    if connection.vendor == "postgresql":
        statement = f"COPY {table} ({columns}) FROM STDIN"
        # The driver's own COPY knows nothing of Django's exceptions.
        with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
        return
    # Days and moments are text to SQLite; the other values pass as they are.
    prepares = [(place, _preparer(field)) for place, field in enumerate(known) if _is_day(field)]

    def prepared() -> Iterable[Sequence[Any]]:
        for row in rows:
            values = list(row)
            for place, prepare in prepares:
                values[place] = prepare(values[place])
            yield values

    marks = ", ".join(["%s"] * len(known))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", prepared())  # type: ignore[arg-type]  # noqa: S608


def ids_reserve(model: type[models.Model], count: int) -> Sequence[int]:
    """
    Give ids for rows that refer to each other before they are written.

    They are taken from the table's own sequence, which goes on behind them.
    """
    table, column = model._meta.db_table, str(model._meta.pk.column)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [table, column, count],
            )
            return [int(number) for (number,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
        last = int(found[0]) if found else 0
        statement = (
            "UPDATE sqlite_sequence SET seq = %s WHERE name = %s"
            if found
            else "INSERT INTO sqlite_sequence (seq, name) VALUES (%s, %s)"
        )
        cursor.execute(statement, [last + count, table])
    return range(last + 1, last + 1 + count)


def _preparer(field: Any) -> Callable[[Any], Any]:
    """Give what makes a value of a field fit for SQLite; the same days come again and again."""
    return lru_cache(maxsize=50_000)(lambda value: field.get_db_prep_value(value, connection=connection))


def _is_day(field: object) -> bool:
    return isinstance(field, models.DateField | models.TimeField | models.BooleanField | models.UUIDField)
