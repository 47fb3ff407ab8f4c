"""
Values inside payloads as the database reads them: for conditions, orders and sums, and the indexes that make them quick.

An index belongs to one register: it is partial (``WHERE register = 'key' AND current``), and a query must spell both as the
index does, the key as a constant. Unique fields are unique indexes of that kind: the database refuses the second.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.db.models import Expression, F, Func, Q

from madoguchi.blocks.fields.types import AddressField, FieldPart
from madoguchi.blocks.registers.models import RegisterIndex, Version
from madoguchi.blocks.registers.schema import Schema

_KEY = re.compile(r"[a-z][a-z0-9_.]*")
TABLE = Version._meta.db_table


class Constant(Expression):
    """A register's key as it stands in an index: a constant, never a parameter."""

    def __init__(self, key: str) -> None:
        if not _KEY.fullmatch(key):
            raise ValueError(f"{key!r} is no key of a register")
        super().__init__(output_field=models.CharField())
        self.key = key

    def as_sql(self, compiler: Any, connection: Any) -> Any:  # noqa: ARG002
        """Write it quoted; keys hold no quotes."""
        return f"'{self.key}'", []


class FieldValue(Func):
    """A field's value inside ``payload``: text in one order on both databases, a number, or yes and no."""

    def __init__(self, field: FieldPart, source: str = "payload") -> None:
        self.field_key, self.kind = field.key, kind_of(field)
        self.inner = isinstance(field, AddressField)
        super().__init__(F(source), output_field=_OUTPUTS[self.kind]())

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **extra: Any) -> Any:  # noqa: ARG002
        """As SQLite has it."""
        column, parameters = compiler.compile(self.source_expressions[0])
        return value_sql(self.field_key, self.kind, column, "sqlite", inner=self.inner), parameters

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:  # noqa: ARG002
        """As PostgreSQL has it."""
        column, parameters = compiler.compile(self.source_expressions[0])
        return value_sql(self.field_key, self.kind, column, "postgresql", inner=self.inner), parameters


_OUTPUTS: dict[str, Any] = {
    "text": models.TextField, "int": models.BigIntegerField, "bool": models.BooleanField,
}  # fmt: skip


def kind_of(field: FieldPart) -> str:
    """Say whether the database reads a field's values as text, int or bool."""
    gives = getattr(field, "gives", "")
    if field.facet == "int" or gives in ("count", "yen"):
        return "int"
    return "bool" if field.cel == "boolean" or gives == "boolean" else "text"


def value_sql(key: str, kind: str, column: str, vendor: str, *, inner: bool = False) -> str:
    """Write the expression of a value; field keys are plain names."""
    if vendor == "sqlite":
        return f"json_extract({column}, '$.{key}{'.written' if inner else ''}')"
    text = f"({column} -> '{key}' ->> 'written')" if inner else f"({column} ->> '{key}')"
    return {"int": f"{text}::bigint", "bool": f"{text}::boolean"}.get(kind, f'{text} COLLATE "C"')


def of_register(key: str) -> Q:
    """Give the predicate for what a register's list shows, spelled as its indexes are."""
    return Q(register=Constant(key), current=True)


def field_value(schema: Schema, key: str) -> FieldValue:
    """
    Give a field's value as an expression.

    :raises KeyError: the register has no such field.
    """
    return FieldValue(schema.fields[key])


# Making them


def indexes_wanted(schema: Schema) -> dict[str, tuple[tuple[str, ...], bool]]:
    """Name the indexes of a register: fields, and whether they are unique."""
    wanted = {_name(schema.key, (key,), "i"): ((key,), False) for key in schema.model.indexes}
    return wanted | {_name(schema.key, keys, "u"): (keys, True) for keys in schema.model.unique}


def _name(register: str, fields: Iterable[str], kind: str) -> str:
    digest = hashlib.sha256("\0".join([register, *fields]).encode()).hexdigest()[:16]
    return f"reg_{kind}_{digest}"


def index_sql(schema: Schema, name: str, *, concurrently: bool = False) -> str:
    """Write the statement that makes an index."""
    fields, unique = indexes_wanted(schema)[name]
    vendor = connection.vendor
    parts = [
        f"({value_sql(key, kind_of(schema.fields[key]), 'payload', vendor, inner=isinstance(schema.fields[key], AddressField))})"
        for key in fields
    ]
    if not unique:
        parts.append("number")
    how = "UNIQUE INDEX" if unique else "INDEX"
    side = " CONCURRENTLY" if concurrently and vendor == "postgresql" else ""
    current = '"current"'
    Constant(schema.key)  # refuses a key that could not stand in SQL
    return (
        f"CREATE {how}{side} IF NOT EXISTS {name} ON {TABLE} ({', '.join(parts)}) "
        f"WHERE register = '{schema.key}' AND {current}"
    )


def indexes_make(schema: Schema, *, now: datetime, concurrently: bool = False) -> list[str]:
    """
    Make the indexes that a register wants and has not, drop those it wants no more; the names of what changed.

    :param concurrently: without holding up writers (PostgreSQL, outside a transaction).
    :raises IntegrityError: a unique index meets values that are there twice.
    """
    wanted = indexes_wanted(schema)
    known = {row.name: row for row in RegisterIndex.objects.filter(register=schema.key)}
    there = indexes_there()
    changed: list[str] = []
    with connection.cursor() as cursor:
        for name in known.keys() - wanted.keys():
            cursor.execute(f"DROP INDEX IF EXISTS {name}")
            known[name].delete()
            changed.append(name)
        for name, (fields, unique) in wanted.items():
            if name not in there:
                cursor.execute(index_sql(schema, name, concurrently=concurrently))
                changed.append(name)
            if name not in known:
                RegisterIndex.objects.create(
                    name=name, register=schema.key, fields=" ".join(fields), unique=unique, made_at=now
                )
    return changed


def indexes_there() -> set[str]:
    """Name the indexes of registers that the database has."""
    if connection.vendor == "sqlite":
        asked = "SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'reg\\__\\_%%' ESCAPE '\\'"
    else:
        asked = "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND indexname LIKE 'reg\\__\\_%%'"
    with connection.cursor() as cursor:
        cursor.execute(asked.replace("%%", "%"))
        return {name for (name,) in cursor.fetchall()}
