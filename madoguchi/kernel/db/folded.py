"""
A column of folded text that is found by its beginning, and stands in one order on both databases.

SQLite compares text byte by byte; PostgreSQL does so only under the collation "C". With it, "begins with" is
a range of the plain index, and so is the order of a list, in a million rows as in ten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import lookups

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

# The last code point: no text that begins with a prefix stands behind the prefix and this.
LAST = "\U0010ffff"


class FoldedField(models.CharField[str, str]):
    """Folded text (``kit``'s keys of names, readings, addresses); ask with ``__prefix``, never show it."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        parameters = dict(super().db_parameters(connection))
        parameters["collation"] = "C" if connection.vendor == "postgresql" else None
        return parameters


@FoldedField.register_lookup
class Prefix(lookups.BuiltinLookup[str]):
    """``field__prefix="ヤマ"``: a range of the index, on both databases."""

    lookup_name = "prefix"
    prepare_rhs = True

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        column, column_parameters = self.process_lhs(compiler, connection)
        _rhs, (prefix,) = self.process_rhs(compiler, connection)
        sql = f"({column} >= %s AND {column} < %s)"
        return sql, (*column_parameters, prefix, *column_parameters, f"{prefix}{LAST}")
