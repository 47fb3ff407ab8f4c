"""Values inside payloads as the database reads them, for conditions, orders and sums that no slot serves."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Func, Q

from madoguchi.blocks.fields.types import AddressField, FieldPart


class FieldValue(Func):
    """A field's value inside ``payload``: text in one order on both databases, a number, or yes and no."""

    def __init__(self, field: FieldPart, source: str = "payload") -> None:
        self.field_key, self.kind = field.key, kind_of(field)
        self.inner = isinstance(field, AddressField)
        super().__init__(F(source), output_field=_OUTPUTS[self.kind]())

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **extra: Any) -> Any:  # noqa: ARG002
        """As SQLite has it."""
        column, parameters = compiler.compile(self.source_expressions[0])
        inner = ".written" if self.inner else ""
        return f"json_extract({column}, '$.{self.field_key}{inner}')", parameters

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:  # noqa: ARG002
        """As PostgreSQL has it."""
        column, parameters = compiler.compile(self.source_expressions[0])
        path = f"-> '{self.field_key}' ->> 'written'" if self.inner else f"->> '{self.field_key}'"
        return f"({column} {path}){_CASTS[self.kind]}", parameters


_OUTPUTS: dict[str, Any] = {
    "text": models.TextField, "int": models.BigIntegerField, "bool": models.BooleanField,
}  # fmt: skip
_CASTS = {"text": ' COLLATE "C"', "int": "::bigint", "bool": "::boolean"}


def kind_of(field: FieldPart) -> str:
    """Say whether the database reads a field's values as text, int or bool."""
    gives = getattr(field, "gives", "")
    if field.facet == "int" or gives in ("count", "yen"):
        return "int"
    return "bool" if field.cel == "boolean" or gives == "boolean" else "text"


def of_register(key: str) -> Q:
    """Give the predicate for what a register's list shows."""
    return Q(register=key, current=True)
