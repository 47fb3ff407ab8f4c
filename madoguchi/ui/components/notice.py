"""Notices: something the reader should know before going on."""

from __future__ import annotations

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from madoguchi.ui.components.icon import icon
from madoguchi.ui.components.markup import esc, safe

KINDS = frozenset({"info", "success", "warning", "error"})


def _kind_name(kind: str) -> str:
    return {
        "info": gettext("お知らせ"),
        "success": gettext("完了"),
        "warning": gettext("注意"),
        "error": gettext("エラー"),
    }[kind]


def notice(content: object, kind: str = "info", *, title: object = "", live: bool = False) -> SafeString:
    """
    Render a framed notice with its kind in words.

    :param live: the notice answers what the reader has just done, so a screen reader speaks it at once.
    """
    if kind not in KINDS:
        raise ValueError(f"notice kind {kind!r}: use one of {', '.join(sorted(KINDS))}")
    role = ""
    if live:
        role = ' role="alert"' if kind == "error" else ' role="status"'
    head = f'<p class="mg-notice__title">{esc(title)}</p>' if title else ""
    return safe(
        f'<div class="mg-notice mg-notice--{kind}"{role}>{icon(kind, label=_kind_name(kind), size="large")}'
        f'<div class="mg-notice__body">{head}{esc(content)}</div></div>'
    )


def notice_kind(tags: str) -> str:
    """Give the notice kind for the tags of a Django message."""
    for kind in ("error", "warning", "success"):
        if kind in tags.split():
            return kind
    return "info"
