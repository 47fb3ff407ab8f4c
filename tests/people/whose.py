"""The mark that a form of the portal carries, read from a page as a browser would."""

from __future__ import annotations

import re

from django.test import Client


def whose_on(client: Client, path: str = "/me/act/") -> str:
    """Give the mark in the first form of a page."""
    found = re.search(r'name="whose" value="(\w+)"', client.get(path).content.decode())
    assert found, f"no mark on {path}"
    return found[1]
