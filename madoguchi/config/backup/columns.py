"""
The portable spelling of column values: the same text, whichever database it came from or goes to.

Values are taken as the database holds them, beneath the conversions of a model's own fields, so that an
encrypted or computed column comes back bit by bit. JSON is kept as its text: SQL NULL and JSON null differ.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Col

KINDS = {
    **dict.fromkeys(
        ["AutoField", "BigAutoField", "SmallAutoField", "IntegerField", "BigIntegerField", "SmallIntegerField",
         "PositiveIntegerField", "PositiveBigIntegerField", "PositiveSmallIntegerField"], "int",
    ),
    **dict.fromkeys(
        ["CharField", "TextField", "SlugField", "EmailField", "URLField", "FileField", "FilePathField",
         "GenericIPAddressField", "IPAddressField"], "text",
    ),
    "BooleanField": "bool", "DateTimeField": "datetime", "DateField": "date", "TimeField": "time",
    "DurationField": "duration", "DecimalField": "decimal", "FloatField": "float", "UUIDField": "uuid",
    "JSONField": "json", "BinaryField": "bytes",
}  # fmt: skip
MICROSECOND = timedelta(microseconds=1)


class FieldNotPortable(Exception):
    """A model has a field type that the dump cannot spell for both databases; names the field."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, how its values are spelt, and the field it comes from."""

    name: str
    kind: str
    field: models.Field[Any, Any]


def columns_of(model: type[models.Model]) -> list[Column]:
    """
    List the columns that a table stores; the database computes the others itself.

    :raises FieldNotPortable: a field type is unknown here.
    """
    return [
        Column(str(field.column), column_kind(field), field)
        for field in model._meta.local_concrete_fields
        if not getattr(field, "generated", False)
    ]


def column_kind(field: models.Field[Any, Any]) -> str:
    """
    Say how the values of a field are spelt.

    :raises FieldNotPortable: nobody said so yet.
    """
    plain = field
    while plain.remote_field is not None:
        plain = plain.target_field  # type: ignore[attr-defined]
    kind = KINDS.get(plain.get_internal_type())
    if kind is None:
        raise FieldNotPortable(
            f"{field}: {plain.get_internal_type()} has no portable spelling; add one to config/backup/columns.py"
        )
    return kind


def select_sql(column: Column, connection: BaseDatabaseWrapper) -> str:
    """The SQL that reads a column."""
    quoted = connection.ops.quote_name(column.name)
    return f"{quoted}::text" if column.kind == "json" and connection.vendor == "postgresql" else quoted


def reader_for(column: Column, connection: BaseDatabaseWrapper) -> Callable[[Any], Any] | None:
    """Give the function from what the driver returns to what JSON takes; None when they are the same."""
    spell = SPELL.get(column.kind)
    if spell is None or column.kind == "json":
        return None
    converters = connection.ops.get_db_converters(Col(None, column.field))  # type: ignore[arg-type]
    if column.kind == "duration" and not connection.features.has_native_duration_field:
        converters = [connection.ops.convert_durationfield_value]
    expression = Col(None, column.field)  # type: ignore[arg-type]

    def read(value: Any) -> Any:
        if value is None:
            return None
        for convert in converters:
            value = convert(value, expression, connection)
        return spell(value)

    return read


def _spell_datetime(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()


def _spell_float(value: float) -> Any:
    return value if math.isfinite(value) else repr(float(value))


SPELL: dict[str, Callable[[Any], Any]] = {
    "bool": bool,
    "datetime": _spell_datetime,
    "date": date.isoformat,
    "time": time.isoformat,
    "duration": lambda value: value // MICROSECOND,
    "decimal": lambda value: format(value, "f"),
    "float": _spell_float,
    "uuid": str,
    "json": str,
    "bytes": lambda value: base64.b64encode(bytes(value)).decode("ascii"),
}


def writer_for(column: Column, connection: BaseDatabaseWrapper) -> Callable[[Any], Any] | None:
    """Give the function from what JSON holds to what the driver takes; None when they are the same."""
    make = _makers(column, connection).get(column.kind)
    if make is None:
        return None
    return lambda value: None if value is None else make(value)


def _makers(column: Column, connection: BaseDatabaseWrapper) -> dict[str, Callable[[Any], Any]]:
    ops, features = connection.ops, connection.features
    field = column.field
    while field.remote_field is not None:
        field = field.target_field  # type: ignore[attr-defined]

    def duration(value: int) -> Any:
        return value * MICROSECOND if features.has_native_duration_field else value

    def json_text(value: str) -> str:
        # SQLite keeps the text: give it the spelling that the framework itself would have stored.
        return value if connection.vendor == "postgresql" else json.dumps(json.loads(value))

    return {
        "bool": bool,
        "datetime": lambda value: ops.adapt_datetimefield_value(datetime.fromisoformat(value)),
        "date": lambda value: ops.adapt_datefield_value(date.fromisoformat(value)),
        "time": lambda value: ops.adapt_timefield_value(time.fromisoformat(value)),
        "duration": duration,
        "decimal": lambda value: ops.adapt_decimalfield_value(
            Decimal(value), getattr(field, "max_digits", None), getattr(field, "decimal_places", None)
        ),
        "float": float,
        "uuid": lambda value: UUID(value) if features.has_native_uuid_field else UUID(value).hex,
        "json": json_text,
        "bytes": base64.b64decode,
    }
