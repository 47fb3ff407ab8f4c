"""Who sees what of a register: registers by service and office, fields by class of data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from madoguchi.blocks.registers.schema import Schema, UnknownRegister, schema_get, schemas_all
from madoguchi.kernel.rights import EVERY_ROW, NO_ROW, NotAllowed, Viewer

VIEW = "registers.view"
BY_CLASS = {"personal": "registers.personal_view", "restricted": "registers.restricted_view"}


def schema_seen(viewer: Viewer, key: str) -> Schema:
    """
    Give a register that a viewer may open.

    :raises NotAllowed: he may not, or there is none: both look the same.
    """
    try:
        schema = schema_get(key)
    except UnknownRegister as gone:
        raise NotAllowed(f"register {key}") from gone
    viewer.must(VIEW, service=schema.service)
    return schema


def schemas_seen(viewer: Viewer) -> list[Schema]:
    """Give the registers that a viewer may open."""
    return [schema for schema in schemas_all() if viewer.may(VIEW, service=schema.service)]


def rows_seen(viewer: Viewer, schema: Schema, *, field: str = "office_id") -> Q:
    """Give the predicate for the records that a viewer may see."""
    return viewer.where(VIEW, field=field, service=schema.service)


def fields_seen(viewer: Viewer, schema: Schema, *, office_id: int | None = None) -> frozenset[str]:
    """
    Give the keys of the fields whose values a viewer may see, of one office's records.

    Without an office, of all records that he sees at all: a right over some of their offices is not enough.
    """
    held = {name: _held(viewer, schema, right, office_id) for name, right in BY_CLASS.items()}
    return frozenset(key for key, field in schema.fields.items() if held.get(field.data_class, True))


def _held(viewer: Viewer, schema: Schema, right: str, office_id: int | None) -> bool:
    if office_id is not None:
        return viewer.may(right, office_id=office_id, service=schema.service)
    seen, held = (viewer.where(name, service=schema.service) for name in (VIEW, right))
    return held in (EVERY_ROW, seen) and held != NO_ROW


def payload_seen(payload: Mapping[str, Any], fields: frozenset[str]) -> dict[str, Any]:
    """Give the values of some fields."""
    return {key: value for key, value in payload.items() if key in fields}
