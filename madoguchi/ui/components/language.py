"""Marks a text that is shown in Japanese because its translation is missing."""

from __future__ import annotations

from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from madoguchi.ui.components.markup import esc, safe


def lang_mark(text: object, lang: str = "ja") -> SafeString:
    """
    Render a text in the language that it really has; on a page of that language nothing is added.

    :param text: the text as it was found.
    :param lang: its language, as in ``settings.LANGUAGES``.
    """
    if (get_language() or "ja") == lang:
        return safe(esc(text))
    html_lang = "ja" if lang == "ja-easy" else lang
    tag = gettext("日本語のみ") if lang == "ja" else gettext("ほかの言語の文")
    return safe(
        f'<span class="mg-lang"><span lang="{esc(html_lang)}">{esc(text)}</span> '
        f'<span class="mg-lang__tag">{esc(tag)}</span></span>'
    )
