"""Escaping, attributes and addresses, shared by all components."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

_SCHEME = re.compile(r"^[\x00-\x20]*([a-zA-Z][a-zA-Z0-9+.\-]*)[\x00-\x20]*:")
_ALLOWED = frozenset({"http", "https", "mailto", "tel"})
_IN_SCHEME = re.compile(r"[\t\n\r]")


def esc(value: object) -> str:
    """Escape for HTML text and quoted attributes. Plain strings, the many, skip Django's slower path."""
    if type(value) is str:
        return html.escape(value)
    return conditional_escape(value)  # type: ignore[arg-type] # it takes anything and calls str()


def safe(markup: str) -> SafeString:
    """Mark markup that a component has built from escaped parts."""
    return mark_safe(markup)  # noqa: S308 - the callers escape every part


def href(url: object) -> str:
    """Escape an address for an attribute; an address that would run a script becomes ``#``."""
    text = str(url)
    if text.startswith(("/", "?", "#")):
        return html.escape(text)
    scheme = _SCHEME.match(_IN_SCHEME.sub("", text))
    if scheme and scheme.group(1).lower() not in _ALLOWED:
        return "#"
    return html.escape(text)


def attributes(values: Mapping[str, object]) -> str:
    """
    Render extra attributes with a leading space each; ``data_row`` becomes ``data-row``.

    ``None`` and ``False`` leave the attribute out, ``True`` writes it bare.
    """
    parts = []
    for name, value in values.items():
        if value is None or value is False:
            continue
        name = name.rstrip("_").replace("_", "-")
        if name.startswith("on") or name == "style" or not re.fullmatch(r"[a-zA-Z][\w:.\-]*", name):
            raise ValueError(
                f"attribute {name!r}: the content security policy refuses it; use a class or ui.js"
            )
        parts.append(f" {name}" if value is True else f' {name}="{esc(value)}"')
    return "".join(parts)
