"""What every page knows without asking the database."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language


@dataclass(frozen=True, slots=True)
class LanguageChoice:
    """One button of the language switch."""

    code: str
    name: str
    html_lang: str
    current: bool


def html_lang(code: str | None) -> str:
    """Give the BCP 47 tag for the ``lang`` attribute: やさしい日本語 is Japanese."""
    return "ja" if not code or code == "ja-easy" else code


@lru_cache(maxsize=16)
def _choices(languages: tuple[tuple[str, str], ...], active: str) -> tuple[LanguageChoice, ...]:
    return tuple(LanguageChoice(code, name, html_lang(code), code == active) for code, name in languages)


def page(request: HttpRequest) -> dict[str, Any]:
    """Give the base pages their language, the city's name and the way back here after a language switch."""
    active = get_language() or settings.LANGUAGE_CODE
    languages = tuple((str(code), str(name)) for code, name in settings.LANGUAGES)
    return {
        "html_lang": html_lang(active),
        "language_code": active,
        "language_choices": _choices(languages, active),
        "city_name": settings.SITE_NAME,
        "current_path": request.get_full_path(),
    }
