"""Badges: a state or a kind in one word."""

from __future__ import annotations

from django.utils.safestring import SafeString

from madoguchi.ui.components.markup import esc, safe

KINDS = frozenset({"neutral", "info", "success", "warning", "error", "strong"})


def badge(label: object, kind: str = "neutral") -> SafeString:
    """Render a state; the word carries the meaning, the colour only helps."""
    if kind not in KINDS:
        raise ValueError(f"badge kind {kind!r}: use one of {', '.join(sorted(KINDS))}")
    return safe(f'<span class="mg-badge mg-badge--{kind}">{esc(label)}</span>')
