"""Step indicator: how far a form has come."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from madoguchi.ui.components.icon import icon
from madoguchi.ui.components.markup import esc, safe


def steps(labels: Sequence[object], current: int) -> SafeString:
    """
    Render the steps of a form.

    :param labels: the steps in order.
    :param current: number of the step being done, from 1; ``len(labels) + 1`` when all are done.
    """
    parts = []
    for number, label in enumerate(labels, 1):
        if number < current:
            state, word, here = "done", gettext("完了"), ""
        elif number == current:
            state, word, here = "current", gettext("いまここ"), ' aria-current="step"'
        else:
            state, word, here = "later", gettext("これから"), ""
        mark = icon("check") if state == "done" else str(number)
        parts.append(
            f'<li class="mg-steps__step mg-steps__step--{state}"{here}><span class="mg-steps__mark">{mark}</span>'
            f'<span class="mg-steps__label">{esc(label)}<span class="mg-hidden"> （{esc(word)}）</span></span></li>'
        )
    name = gettext("手続の進み具合")
    return safe(f'<ol class="mg-steps" aria-label="{esc(name)}">{"".join(parts)}</ol>')
