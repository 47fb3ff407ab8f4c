"""Small words of the office's own pages."""

from __future__ import annotations

import re

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()

# In this order: every browser claims to be the ones after it.
_BROWSERS = (("Edg", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@register.filter
def browser_words(user_agent: str) -> str:
    """Name browser and system from what the browser says of itself."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return " / ".join(part for part in (browser, system) if part) or _("不明なブラウザー")


@register.filter
def commands(text: object) -> SafeString:
    """Set commands apart that a sentence names between backticks."""
    return SafeString(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


@register.filter
def in_fours(key: str) -> str:
    """Write a key in groups of four, so that it can be copied by hand."""
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))
