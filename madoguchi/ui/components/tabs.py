"""Tabs: plain links; ui.js makes them a tab list where they point into the same page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from madoguchi.ui.components.markup import esc, href, safe


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab. A URL that starts with ``#`` names a section of this page."""

    label: object
    url: str
    current: bool = False
    count: int | None = None


def _tab(item: Any) -> Tab:
    if isinstance(item, Tab):
        return item
    if isinstance(item, Mapping):
        return Tab(**item)
    return Tab(*item)


def tabs(items: Iterable[Any], *, label: object) -> SafeString:
    """
    Render links to sibling views.

    :param items: ``Tab``, mappings with its fields, or (label, url[, current[, count]]) tuples.
    :param label: what the tabs switch, for screen readers.
    """
    parts = []
    here = True
    for item in items:
        tab = _tab(item)
        here = here and tab.url.startswith("#")
        count = ""
        if tab.count is not None:
            count = f' <span class="mg-count">{esc(gettext("%(count)d件") % {"count": tab.count})}</span>'
        current = ' aria-current="page"' if tab.current else ""
        parts.append(f'<li><a href="{href(tab.url)}"{current}>{esc(tab.label)}{count}</a></li>')
    enhance = " data-tabs" if here and parts else ""
    return safe(f'<nav class="mg-tabs" aria-label="{esc(label)}"{enhance}><ul>{"".join(parts)}</ul></nav>')
