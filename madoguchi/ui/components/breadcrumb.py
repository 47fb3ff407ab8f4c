"""The way from the front page to this one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from madoguchi.ui.components.markup import esc, href, safe


def _pair(item: Any) -> tuple[object, object]:
    if isinstance(item, Mapping):
        return item["label"], item.get("url", "")
    if isinstance(item, tuple | list):
        return item[0], item[1] if len(item) > 1 else ""
    return item.label, getattr(item, "url", "")


def breadcrumb(items: Iterable[Any]) -> SafeString:
    """
    Render the way as links; the last step is this page.

    :param items: (label, url) pairs, mappings or objects with ``label`` and ``url``.
    """
    pairs = [_pair(item) for item in items]
    if not pairs:
        return safe("")
    steps = [f'<li><a href="{href(url)}">{esc(label)}</a></li>' for label, url in pairs[:-1]]
    steps.append(f'<li><span aria-current="page">{esc(pairs[-1][0])}</span></li>')
    name = gettext("現在の場所")
    return safe(f'<nav class="mg-breadcrumb" aria-label="{esc(name)}"><ol>{"".join(steps)}</ol></nav>')
