"""Chromium for tests: the one that the computer has, driven by Playwright, shut off from the network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page that asks the outside world for anything is a fault, here too.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


class ChromiumMissing(Exception):
    """There is no Chromium on this computer; the text says where it was looked for."""


def chromium() -> Path:
    """
    Find the browser: ``MADOGUCHI_CHROMIUM``, else the usual names in ``PATH``.

    :raises ChromiumMissing: nothing there.
    """
    named = os.environ.get("MADOGUCHI_CHROMIUM")
    if named:
        if not os.access(named, os.X_OK):
            raise ChromiumMissing(f"MADOGUCHI_CHROMIUM={named} is no program.")
        return Path(named)
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    raise ChromiumMissing(f"Chromium is not installed ({', '.join(NAMES)}); MADOGUCHI_CHROMIUM may name it.")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One running Chromium per test process."""
    try:
        program = chromium()
    except ChromiumMissing as missing:
        pytest.skip(str(missing))
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop running in this thread, and Django would refuse the database beside one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open pages in fresh contexts: ``open_page(scripts=False, width=320, locale="en")``."""
    contexts = []

    def open_one(*, scripts: bool = True, width: int = 1280, locale: str = "ja-JP", **more: Any) -> Page:
        context = browser.new_context(
            java_script_enabled=scripts,
            viewport={"width": width, "height": 800},
            locale=locale,
            timezone_id="Asia/Tokyo",
            **more,
        )
        contexts.append(context)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()


RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Everything that axe found to be in order would be ten times as much to carry over.
_AXE_RUN = """options => axe.run(options).then(found => found.violations.flatMap(one => one.nodes.map(
    node => `${one.id}: ${node.html.slice(0, 200)} ${node.failureSummary}`)))"""


def axe_faults(page: Page) -> list[str]:
    """Give what axe has against the page that is open."""
    page.evaluate(AXE_SCRIPT)
    options = {"runOnly": RULES, "resultTypes": ["violations"]}
    faults: list[str] = page.evaluate(_AXE_RUN, options)
    return faults


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """One page in Japanese, on a desk screen, with scripts."""
    return open_page()
