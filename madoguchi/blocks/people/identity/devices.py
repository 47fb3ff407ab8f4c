"""What a resident is told of a browser in the list of sessions: enough to recognise it, and no more."""

from __future__ import annotations

from django.http import HttpRequest

# In this order: browsers name each other.
_BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "FxiOS": "Firefox",
    "Firefox": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Macintosh": "Mac",
    "Linux": "Linux",
}


def device_of(request: HttpRequest) -> str:
    """Name browser and system, such as "Chrome / Windows"; "" where the browser says nothing we know."""
    agent = request.headers.get("User-Agent", "")
    found = [
        next((name for mark, name in marks.items() if mark in agent), "") for marks in (_BROWSERS, _SYSTEMS)
    ]
    return " / ".join(part for part in found if part)
