"""Buttons, and links that look like buttons."""

from __future__ import annotations

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from madoguchi.ui.components.icon import icon as icon_draw
from madoguchi.ui.components.markup import attributes, esc, href, safe

KINDS = frozenset({"primary", "secondary", "quiet", "danger"})


def _css(kind: str, small: bool) -> str:
    if kind not in KINDS:
        raise ValueError(f"button kind {kind!r}: use one of {', '.join(sorted(KINDS))}")
    return f"mg-button mg-button--{kind}" + (" mg-button--small" if small else "")


def button(
    label: object,
    *,
    kind: str = "primary",
    type: str = "submit",  # noqa: A002 - the name of the HTML attribute
    icon: str = "",
    small: bool = False,
    **extra: object,
) -> SafeString:
    """
    Render a button that acts; where it leads somewhere instead, use ``link_button``.

    :param kind: primary (one per page), secondary, quiet, danger.
    :param extra: attributes, with underscores for hyphens (``hx_post=…``, ``name=…``, ``disabled=True``).
    """
    mark = icon_draw(icon) if icon else ""
    return safe(
        f'<button class="{_css(kind, small)}" type="{esc(type)}"{attributes(extra)}>{mark}{esc(label)}</button>'
    )


def link_button(
    label: object,
    url: object,
    *,
    kind: str = "secondary",
    icon: str = "",
    small: bool = False,
    external: bool = False,
    **extra: object,
) -> SafeString:
    """Render a link in the shape of a button; ``external`` says so in words and opens no new window."""
    mark = icon_draw(icon) if icon else ""
    away = icon_draw("external", label=gettext("（外部サイト）")) if external else ""
    return safe(
        f'<a class="{_css(kind, small)}" href="{href(url)}"{attributes(extra)}>{mark}{esc(label)}{away}</a>'
    )
