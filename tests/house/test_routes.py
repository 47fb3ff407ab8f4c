"""
Who gets which page: every staff route × every published role × the object of one's own and of another office.

The table is made from the URLconf and from the published services, so that a new page or role is in it the
day it appears. A staff route without a maker (``kernel.testing.route_maker`` in the block's ``testing.py``)
fails. "Not yours" and "not there" look the same: 404.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

from madoguchi.blocks.people import viewers
from madoguchi.blocks.people.testing import duty_begin, office_make, role_with, staff_client
from madoguchi.kernel.testing import makers
from tests.support.rooms import import_testing_rooms

import_testing_rooms()
NOW = datetime(2026, 11, 20, tzinfo=UTC)
OPENED = {200, 302, 303, 409, 422}
# Open to anybody, signed in or not: each by a decision, none by default.
PUBLIC_PREFIXES = (
    "account/",
    "plan/",
    "gallery/",
    "language/",
    "about/",
    "robots.txt",
    "healthz",
    # Only whoever the owner of a file lets read it (``blocks/files``); everybody else finds nothing there.
    "files/",
    # Signing in and out; what lies behind asks for a session (``resident_page``).
    "me/",
    "sign-in/",
    "sign-out/",
    "signed-out/",
    ".well-known/",
)


def routes(
    patterns: list[URLPattern | URLResolver], names: tuple[str, ...] = (), path: str = ""
) -> Iterator[tuple[str, str]]:
    """Give every named route with its address."""
    for pattern in patterns:
        here = path + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*names, pattern.namespace) if pattern.namespace else names
            yield from routes(pattern.url_patterns, inner, here)
        else:
            yield ":".join((*names, pattern.name or "")), here


ROUTES = dict(routes(get_resolver().url_patterns))
STAFF = sorted(name for name, path in ROUTES.items() if path.startswith("office/"))


def test_every_staff_route_has_a_maker() -> None:
    lacking = [name for name in STAFF if name not in makers]
    assert not lacking, f"add @route_maker in the block's testing.py for: {lacking}"
    gone = [name for name in makers if name not in ROUTES]
    assert not gone, f"makers of routes that no longer exist: {gone}"


def test_every_other_route_is_public_by_decision() -> None:
    others = [path for path in ROUTES.values() if not path.startswith("office/") and path]
    assert [path for path in others if not path.startswith(PUBLIC_PREFIXES)] == []


@pytest.mark.parametrize("name", STAFF)
def test_a_page_opens_for_its_roles_and_its_offices_alone(
    name: str, published_roles: dict[str, frozenset[str]]
) -> None:
    here, elsewhere = office_make(), office_make()
    mine, theirs = makers[name](here.pk), makers[name](elsewhere.pk)
    own, other = (reverse(name, kwargs=made["kwargs"]) for made in (mine, theirs))

    # A page over the whole city hall (``scope: all``) has no other office to be closed to.
    scope = mine.get("scope", "own")

    assert ask(Client(), own, mine) in (302, 404), "somebody who has not signed in"
    for role in published_roles:
        client = at_work(staff_client(roles=[role], office=here, scope=scope), mine)
        allowed = may(role, mine.get("roles"), published_roles)
        status = ask(client, own, mine)
        assert status in OPENED if allowed else status == 404, f"{role} at {own}: {status}"
        if allowed and own != other and scope == "own":
            assert ask(client, other, theirs) == 404, f"{role} at another office's {other}"
    nobody = at_work(staff_client(role_with("kernel.declaration_publish"), office=here), mine)
    assert mine.get("roles") is None or ask(nobody, own, mine) == 404


def may(role: str, wanted: set[str] | None, known: dict[str, frozenset[str]]) -> bool:
    """Say whether a role should open a page: it is named, or holds all that a named one holds."""
    if wanted is None:
        return True
    every = viewers.roles_published()
    return role in wanted or any(every[name] and every[name] <= known[role] for name in wanted)


def at_work(client: Client, made: dict[str, Any]) -> Client:
    """Let a client have named the duty for which a page is opened, where it asks for one."""
    return duty_begin(client, made["duty"]) if made.get("duty") else client


def ask(client: Client, url: str, made: dict[str, Any]) -> int:
    """Open a page, by POST where it only takes that."""
    response = client.get(url)
    if response.status_code == 405:
        response = client.post(url, made.get("data", {}))
    return int(response.status_code)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/office/", "/office/plan/", "/account/login/"])
def test_a_session_cookie_of_another_installation_opens_nothing(path: str) -> None:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 36
    response = client.get(path)
    assert response.status_code == 404
    assert response.cookies[settings.SESSION_COOKIE_NAME].value == ""
