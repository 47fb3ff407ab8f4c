"""What the letters of the sender's own (外字) stand for, from the city's bindings."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings


def letters_bound() -> Mapping[str, str]:
    """
    Give the table ``values: {gaiji: {"U+E000": "𠮷"}}`` of the city's ``bindings.yaml`` by letter; empty without one.
    """
    table = settings.ENVIRONMENT.site.values.get("values")
    found = table.get("gaiji") if isinstance(table, Mapping) else None
    if not isinstance(found, Mapping):
        return {}
    return {chr(int(str(code).removeprefix("U+"), 16)): str(text) for code, text in found.items()}
