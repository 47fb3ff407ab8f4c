"""Empty state: nothing is here, and what to do about it."""

from __future__ import annotations

from django.utils.safestring import SafeString

from madoguchi.ui.components.button import link_button
from madoguchi.ui.components.markup import esc, safe


def empty_state(title: object, hint: object = "", *, action: object = "", url: object = "") -> SafeString:
    """Render why a list is empty and the next useful step."""
    more = f'<p class="mg-empty__hint">{esc(hint)}</p>' if hint else ""
    act = f"<p>{link_button(action, url)}</p>" if action and url else ""
    return safe(f'<div class="mg-empty"><p class="mg-empty__title">{esc(title)}</p>{more}{act}</div>')
