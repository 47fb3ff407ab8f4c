"""What registers offer to be counted: a source for each, with its indexed fields as facets."""

from __future__ import annotations

from typing import Any

from django.db.models import DateField, F, QuerySet
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.fields.types import Ctx, FieldPart
from madoguchi.blocks.registers.indexes import FieldValue, kind_of, of_register
from madoguchi.blocks.registers.kind.model import Register
from madoguchi.blocks.registers.models import Version
from madoguchi.blocks.registers.schema import UnknownRegister, schema_get
from madoguchi.blocks.registers.seeing import rows_seen
from madoguchi.kernel.rights import DataClass, Viewer
from madoguchi.kernel.sources import Facet, FacetType, Source

_TYPES: dict[str, FacetType] = {"int": "int", "bool": "bool", "text": "text"}


def register_source(key: str, context: Any) -> Source | None:
    """Give the source of a register, by declarations that are not published yet or by what is published."""
    model = _model(key, context)
    if model is None:
        return None
    facets = {"office": Facet("office_id", "office", _("組織")), "number": Facet("number", "text", _("番号"))}
    facets["entered"] = Facet("record__entered_at__date", "date", _("記録した日"))
    fields = [field for name in model.indexes if (field := model.field_of(name)) is not None]
    for field in fields:
        facets[field.key] = Facet(f"f_{field.key}", facet_type(field), field.label)
    classes = {field.data_class for field in model.fields}
    highest: DataClass = next((one for one in _CLASSES if one in classes), "open")
    return Source(
        f"registers.{key}", model.label, highest, lambda viewer: _rows(viewer, key, fields), facets, _describe
    )


_CLASSES: tuple[DataClass, ...] = ("restricted", "personal", "internal", "open")


def facet_type(field: FieldPart) -> FacetType:
    """Say how a field's values are counted: whole days as days."""
    if field.facet == "date" and getattr(field, "precision", "day") == "day":
        return "date"
    return _TYPES[kind_of(field)]


def _model(key: str, context: Any) -> Register | None:
    if context is not None:
        declared = context.get("register", key)
        return declared.model if declared is not None else None
    try:
        return schema_get(key).model
    except UnknownRegister:
        return None


def _rows(viewer: Viewer, key: str, fields: list[FieldPart]) -> QuerySet[Version]:
    schema = schema_get(key)
    values: dict[str, Any] = {}
    for field in fields:
        value: Any = FieldValue(field)
        values[f"f_{field.key}"] = Cast(value, DateField()) if facet_type(field) == "date" else value
    return Version.objects.filter(of_register(key), rows_seen(viewer, schema)).annotate(
        **values, f_number=F("number")
    )


def _describe(row: Version) -> tuple[str, str]:
    schema = schema_get(row.register)
    title = schema.title(row.payload, Ctx(on=row.starts_on)) or row.number
    return title, reverse("registers:record", args=[row.register, row.number])
