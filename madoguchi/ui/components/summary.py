"""Summary list: what has been answered, each with a link to change it (確認画面)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from madoguchi.ui.components.markup import esc, href, safe


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One answer; ``value`` may be a list of lines. ``change_url`` empty: it cannot be changed here."""

    label: object
    value: object
    change_url: object = ""


def _row(item: Any) -> SummaryRow:
    if isinstance(item, SummaryRow):
        return item
    if isinstance(item, Mapping):
        return SummaryRow(item["label"], item["value"], item.get("change_url", ""))
    return SummaryRow(*item)


def summary_list(rows: Iterable[Any], *, compact: bool = False) -> SafeString:
    """
    Render labels and values as a list.

    :param rows: ``SummaryRow``, mappings with its fields, or (label, value[, change_url]) tuples.
    :param compact: narrower lines for the office.
    """
    parts = []
    for item in rows:
        row = _row(item)
        if isinstance(row.value, list | tuple):
            value = "<br>".join(esc(line) for line in row.value)
        else:
            value = esc(row.value) if row.value not in (None, "") else ""
        if not value:
            value = f'<span class="mg-muted">{esc(gettext("未入力"))}</span>'
        change = ""
        if row.change_url:
            change = (
                f'<dd class="mg-summary__change"><a href="{href(row.change_url)}">{esc(gettext("変更"))}'
                f'<span class="mg-hidden">（{esc(row.label)}）</span></a></dd>'
            )
        parts.append(
            f'<div class="mg-summary__row"><dt>{esc(row.label)}</dt>'
            f'<dd class="mg-summary__value">{value}</dd>{change}</div>'
        )
    css = "mg-summary mg-summary--compact" if compact else "mg-summary"
    return safe(f'<dl class="{css}">{"".join(parts)}</dl>')
