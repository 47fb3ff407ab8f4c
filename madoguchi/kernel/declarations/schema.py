from __future__ import annotations

from typing import Any

from madoguchi.kernel.declarations.kinds import kinds

OVERLAY: dict[str, Any] = {
    "type": "object",
    "required": ["overlay"],
    "properties": {
        "overlay": {"type": "string", "pattern": "^[a-z_]+/"},
        "base_sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    },
}


def declarations_schema() -> dict[str, dict[str, Any]]:
    """
    Give the JSON Schema of every kind by name, and under ``declarations`` that of a whole file.

    An editor that knows them completes field names and marks mistakes while one types.
    """
    schemas = {}
    for name, kind in kinds.items():
        schema = kind.model.model_json_schema()
        schema["properties"]["kind"] = {"const": name}
        schemas[name] = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": str(kind.label),
        } | {part: value for part, value in schema.items() if part != "title"}
    one = {"anyOf": [*({"$ref": f"{name}.schema.json"} for name in schemas), OVERLAY]}
    listed = {
        "type": "object",
        "required": ["declarations"],
        "additionalProperties": False,
        "properties": {"declarations": {"type": "array", "items": one}},
    }
    return schemas | {"declarations": {"anyOf": [*one["anyOf"], listed]}}
