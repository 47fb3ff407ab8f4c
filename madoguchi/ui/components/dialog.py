"""Dialog: a native one with scripts, a part of the page that folds out without."""

from __future__ import annotations

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from madoguchi.ui.components.button import KINDS
from madoguchi.ui.components.markup import esc, safe


def dialog(
    content: object, key: str, *, title: object, opener: object, kind: str = "secondary"
) -> SafeString:
    """
    Render a question or form that opens on a button.

    :param key: HTML id, unique on the page.
    :param opener: the label of the button that opens it.
    """
    if kind not in KINDS:
        raise ValueError(f"button kind {kind!r}: use one of {', '.join(sorted(KINDS))}")
    return safe(
        f'<details class="mg-dialog" id="{esc(key)}" data-dialog data-close="{esc(gettext("閉じる"))}">'
        f'<summary class="mg-button mg-button--{kind}">{esc(opener)}</summary>'
        f'<div class="mg-dialog__body"><h2 class="mg-dialog__title" id="{esc(key)}-title">{esc(title)}</h2>'
        f"{esc(content)}</div></details>"
    )
