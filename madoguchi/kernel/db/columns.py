"""Names of columns, as the database knows them."""

from __future__ import annotations

from django.db import models


def column_of(model: type[models.Model], field: str) -> str:
    """Name the column of a model's field."""
    found = model._meta.get_field(field)
    assert isinstance(found, models.Field)
    return str(found.column)
