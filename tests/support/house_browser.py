"""
The whole house in a real browser, without a server: Chromium's requests are answered by Django's test client.

The test's database transaction, its signed-in client and its caches are the ones that the browser sees. One site
elsewhere, that the test has started, may be let in beside the house.
"""

from __future__ import annotations

import contextvars
import mimetypes
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from tests.support.browser import axe_faults

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request, Route

SITE = "http://localhost"


class House:
    """A browser page on the house, as one person with one language sees it."""

    def __init__(self, page: Page, client: Client, language: str, elsewhere: str = "") -> None:
        self.page = page
        self.client = client
        self.elsewhere = elsewhere
        self.faults: list[str] = []
        self.language = language
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        # Playwright answers from another context of the same thread; Django keeps its connection per context.
        self._here = contextvars.copy_context()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.route("**/*", self._answer)

    def open(self, path: str) -> Page:
        """Go to an address of the house."""
        self._here = contextvars.copy_context()
        self.page.goto(SITE + path)
        return self.page

    def speak(self, language: str) -> None:
        """Read on in another language."""
        self.client.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    def violations(self) -> list[str]:
        """Give what axe finds on the page that is open, and whether it must be scrolled sideways."""
        faults = axe_faults(self.page)
        wide, room = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        if wide > room:
            faults.append(f"the page is {wide} px wide on a screen of {room} px")
        return faults

    def _answer(self, route: Route) -> None:
        asked = route.request
        url = urlsplit(asked.url)
        if self.elsewhere and asked.url.startswith(self.elsewhere):
            self._there(route)
            return
        if url.path.startswith(settings.STATIC_URL):
            self._static(route, url.path.removeprefix(settings.STATIC_URL))
            return
        path = f"{url.path}?{url.query}" if url.query else url.path
        response = self._here.run(self._ask, asked, path)
        if 300 <= response.status_code < 400:
            move_on(route, response.headers["Location"])
            return
        body_bytes = b"".join(response.streaming_content) if response.streaming else response.content
        kept = {
            name: response.headers[name]
            for name in ("Content-Security-Policy", "Content-Disposition")
            if name in response.headers
        }
        route.fulfill(
            status=response.status_code,
            body=body_bytes,
            content_type=response.headers["Content-Type"],
            headers=kept,
        )

    def _ask(self, asked: Request, path: str) -> Any:
        wanted = ("accept", "referer", "hx-request", "hx-target")
        headers = {name: value for name, value in asked.headers.items() if name in wanted}
        if asked.method != "POST":
            return self.client.get(path, headers=headers)
        kind = asked.headers.get("content-type", "application/x-www-form-urlencoded")
        return self.client.generic(
            "POST", path, asked.post_data_buffer or b"", content_type=kind, headers=headers
        )

    @staticmethod
    def _there(route: Route) -> None:
        response = route.fetch(max_redirects=0)
        if 300 <= response.status < 400:
            # Its way back to the house has to come past here again.
            move_on(route, urljoin(route.request.url, response.headers["location"]))
        else:
            route.fulfill(response=response)

    def _static(self, route: Route, name: str) -> None:
        found = finders.find(name)
        if not found:
            self.faults.append(f"missing static file {name}")
            route.fulfill(status=404)
            return
        kind = mimetypes.guess_type(str(found))[0] or "application/octet-stream"
        route.fulfill(body=Path(str(found)).read_bytes(), content_type=kind)


def move_on(route: Route, target: str) -> None:
    """Lead on. A fulfilled redirect is not followed by every version of Chromium: a page that moves on is."""
    body = f'<meta http-equiv="refresh" content="0;url={escape(target)}"><title>…</title>'
    route.fulfill(status=200, body=body, content_type="text/html; charset=utf-8")


@pytest.fixture
def house(open_page: Callable[..., Page], db: None) -> Iterator[Callable[..., House]]:
    """Open the house in a browser: ``house(client=…, language="en", scripts=False, width=320, elsewhere=…)``."""
    opened: list[House] = []

    def open_house(
        *, client: Client | None = None, language: str = "ja", elsewhere: str = "", **options: Any
    ) -> House:
        one = House(open_page(**options), client or Client(), language, elsewhere)
        opened.append(one)
        return one

    yield open_house
    for one in opened:
        assert one.faults == []
