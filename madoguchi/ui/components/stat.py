"""Stat tile: one number that matters, with its label."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.safestring import SafeString

from madoguchi.ui.components.markup import esc, href, safe

TONES = frozenset({"neutral", "success", "warning", "error"})


def stat_tile(
    label: object,
    value: object,
    *,
    unit: object = "",
    note: object = "",
    url: object = "",
    tone: str = "neutral",
) -> SafeString:
    """
    Render a number with its label; put several of them into ``<div class="mg-stats">``.

    :param value: a whole number gets digit groups; text stays as it is.
    :param tone: colours the edge only; say the same in ``note``.
    """
    if tone not in TONES:
        raise ValueError(f"stat tone {tone!r}: use one of {', '.join(sorted(TONES))}")
    shown = number_format(value, force_grouping=True) if type(value) is int else value
    name = f'<a href="{href(url)}">{esc(label)}</a>' if url else esc(label)
    after = f'<span class="mg-stat__unit">{esc(unit)}</span>' if unit else ""
    foot = f'<p class="mg-stat__note">{esc(note)}</p>' if note else ""
    return safe(
        f'<div class="mg-stat mg-stat--{tone}"><p class="mg-stat__label">{name}</p>'
        f'<p class="mg-stat__value"><span class="mg-stat__number">{esc(shown)}</span>{after}</p>{foot}</div>'
    )
