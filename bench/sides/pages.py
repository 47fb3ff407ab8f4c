"""Asking a WSGI application for one page, over and over, as a server would: no test client, no network."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Iterable
from html.parser import HTMLParser
from typing import Any

WARM_UP = 20
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Page:
    """One address of an application, with the cookies of one reader."""

    def __init__(self, application: Application, path: str, *, query: str = "", cookie: str = "") -> None:
        self.application = application
        self._environ = {
            "REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "127.0.0.1:8000", "HTTP_ACCEPT": "text/html", "HTTP_ACCEPT_LANGUAGE": "ja,en;q=0.5",
            "HTTP_USER_AGENT": "bench", "REMOTE_ADDR": "127.0.0.1", "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http", "wsgi.errors": sys.stderr, "wsgi.multithread": True,
            "wsgi.multiprocess": False, "wsgi.run_once": False,
        }  # fmt: skip
        if cookie:
            self._environ["HTTP_COOKIE"] = cookie

    def get(self) -> bytes:
        """Ask once; anything but 200 is an error."""
        statuses: list[str] = []
        environ = {**self._environ, "wsgi.input": io.BytesIO()}
        answer = self.application(environ, lambda status, _headers, _error=None: statuses.append(status))
        try:
            body = b"".join(answer)
        finally:
            if close := getattr(answer, "close", None):
                close()
        if not statuses or not statuses[0].startswith("200"):
            raise RuntimeError(f"{environ['PATH_INFO']}: {statuses}")
        return body

    def turn(self, seconds: float) -> dict[str, float]:
        """Ask for so long; how often, and how long it took."""
        count, began = 0, time.perf_counter()
        while (passed := time.perf_counter() - began) < seconds:
            self.get()
            count += 1
        return {"pages": count, "seconds": passed}

    def warm_up(self) -> None:
        """Let caches fill and compiled templates be kept."""
        for _ in range(WARM_UP):
            self.get()

    def look(self) -> dict[str, int]:
        """Read the page: how many rows with data its tables have, and how many bytes it is long."""
        body = self.get()
        return {"rows": rows_count(body.decode()), "bytes": len(body)}


class _Rows(HTMLParser):
    """Counts rows that hold a data cell."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self._fresh = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag == "tr":
            self._fresh = True
        elif tag == "td" and self._fresh:
            self.count += 1
            self._fresh = False


def rows_count(html: str) -> int:
    """Count the rows of data in a page's tables."""
    parser = _Rows()
    parser.feed(html)
    parser.close()
    return parser.count
