"""What a list page reads from its address; anything unreadable is ignored, never an error."""

from __future__ import annotations

from django.http import HttpRequest


def page_number(request: HttpRequest) -> int:
    """Give the number of the wanted page of a list, 1 where none is named."""
    text = request.GET.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 1
