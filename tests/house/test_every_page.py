"""
Every page of the house, in three languages, on a screen of 320 px: axe finds nothing, nothing scrolls sideways.

The list of pages is made from the URLconf and the makers; at the end every page template must have been seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.test.signals import template_rendered
from django.urls import reverse

from madoguchi.blocks.measures.testing import YEAR, indicator_make
from madoguchi.blocks.people import viewers
from madoguchi.blocks.people.testing import office_make, role_with, staff_client
from madoguchi.kernel.testing import makers
from tests.house.test_routes import STAFF, at_work
from tests.support.house_browser import House
from tests.support.rooms import import_testing_rooms

import_testing_rooms()
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]
# Pages that stand at the end of a way of their own; the tests that walk it are named.
SEEN_ELSEWHERE = {
    "400.html": "tests/ui", "403.html": "tests/ui", "403_csrf.html": "tests/ui", "429.html": "tests/office",
    "500.html": "tests/ui", "503.html": "tests/ui", "ui/gallery.html": "tests/ui",
    "account/password_change.html": "tests/office", "account/account_inactive.html": "tests/office", "account/reauthenticate.html": "tests/office",
    "mfa/authenticate.html": "tests/office", "mfa/reauthenticate.html": "tests/office",
    "mfa/recovery_codes/index.html": "tests/office", "mfa/recovery_codes/generate.html": "tests/office",
    "mfa/totp/deactivate_form.html": "tests/office", "office/ended.html": "tests/office",
    "measures/publish_edition.html": "tests/measures", "measures/round.html": "tests/measures",
    "measures/round_differ.html": "tests/measures", "measures/round_sheet.html": "tests/measures",
    "registers/import_done.html": "tests/registers",
    "people/confirm.html": "tests/people", "office/again.html": "tests/office", "office/resume.html": "tests/office",
    # Signing in: tests/people/identity walks every way.
    **dict.fromkeys((
        "people/me/mail.html", "people/me/mail_sent.html", "people/me/mail_link.html",
        "people/me/mail_elsewhere.html", "people/me/counter.html", "people/me/passphrase.html",
        "people/me/card.html", "people/me/leaving.html", "people/me/unsure.html",
        "people/me/refused.html", "people/me/passkey.html", "people/me/passkey_new.html",
        "people/me/sessions.html", "people/me/means.html", "people/me/means_mail.html",
        "people/me/means_card.html", "people/me/means_off.html", "people/me/ended.html",
        "people/me/sign_in.html", "people/me/signed_out.html", "people/record_changed.html",
        "people/resident_account.html", "people/resident_account_given.html",
        "people/resident_account_close.html", "people/resident_account_link.html",
    ), "tests/people/identity"),
    # My page and acting for others: tests/people/me/test_accessible.py opens them in three languages.
    **dict.fromkeys((
        *(f"people/me/{name}.html" for name in (
            "home", "profile", "address", "access", "held", "notices", "language", "act", "mandates", "mandate",
            "mandate_offer", "mandate_offered", "mandate_receive", "mandate_claim", "consents", "consent",
            "consent_proof",
        )),
        *(f"people/residents/{name}.html" for name in ("mandates", "mandate_add", "mandate_confirm", "mandate_close")),
    ), "tests/people/me"),
    **dict.fromkeys((
        "mfa/webauthn/add_form.html", "mfa/webauthn/authenticator_list.html", "mfa/webauthn/edit_form.html",
        "mfa/webauthn/authenticator_confirm_delete.html", "mfa/webauthn/reauthenticate.html",
    ), "tests/office"),
}  # fmt: skip


@contextmanager
def templates_seen() -> Iterator[set[str]]:
    seen: set[str] = set()

    def note(template: Any, **_: Any) -> None:
        seen.add(str(template.name))

    template_rendered.connect(note)
    yield seen
    template_rendered.disconnect(note)


def page_templates() -> set[str]:
    """Name every template of the house that is a whole page: it extends a shell, and is none itself."""
    found: set[str] = set()
    shells: set[str] = set()
    for config in apps.get_app_configs():
        folder = Path(config.path) / "templates"
        if config.name.startswith("madoguchi.") and folder.is_dir():
            for path in folder.rglob("*.html"):
                name = path.relative_to(folder).as_posix()
                first = (
                    path.read_text(encoding="utf-8")
                    .lstrip()
                    .removeprefix("{# texts: japanese only #}")
                    .lstrip()
                )
                shell = "/base" in name or name.startswith(("ui/shells", "allauth/"))
                if first.startswith("{% extends") and not shell:
                    found.add(name)
                    shells.add(first.split('"')[1])
    return found - shells


def staff_pages() -> Iterator[tuple[str, Client]]:
    """Give the address of every staff page that can be opened, with somebody who may open it."""
    for name in STAFF:
        office = office_make()
        made = makers[name](office.pk)
        roles = made.get("roles") or {role_with("kernel.health_view")}
        client = at_work(
            staff_client(roles=sorted(roles), office=office, scope=made.get("scope", "own")), made
        )
        url = reverse(name, kwargs=made["kwargs"])
        response = client.get(url)
        if response.status_code == 200 and response.headers["Content-Type"].startswith("text/html"):
            yield url, client


def public_pages() -> list[str]:
    item = indicator_make().item
    plan = f"/plan/{item.edition.key}/"
    return ["/", "/about/", "/plan/", f"{plan}?year={YEAR}", f"{plan}{item.no}/?year={YEAR}", f"{plan}~diff/", "/no/such/page/",
            "/account/login/"]  # fmt: skip


@pytest.mark.usefixtures("published_roles")
@pytest.mark.parametrize("language", ["ja", "ja-easy", "en"])
def test_every_page_is_accessible(house: Callable[..., House], language: str) -> None:
    faults: list[str] = []
    with templates_seen() as seen:
        citizen = house(width=320, language=language)
        member = staff_client(role_with("messages.notice_read"))
        account = ["/account/2fa/", "/account/2fa/totp/activate/", "/account/sessions/",
                   "/account/logout/"]  # fmt: skip
        walks = [(citizen, public_pages()), (house(width=320, client=member, language=language), account)]
        for walker, paths in walks:
            for path in paths:
                faults += look(walker, path)
        for path, client in staff_pages():
            walker = house(width=320, client=client, language=language)
            faults += look(walker, path)
            walker.page.context.close()
    assert faults == [], "\n".join(faults)
    lacking = page_templates() - seen - set(SEEN_ELSEWHERE)
    assert lacking == set(), f"no page of these templates was opened: {sorted(lacking)}"
    assert viewers.roles_published()


def look(walker: House, path: str) -> list[str]:
    page = walker.open(path)
    faults = walker.violations()
    html_lang = page.locator("html").get_attribute("lang")
    if html_lang != ("en" if walker.language == "en" else "ja"):
        faults.append(f"says lang={html_lang}")
    return [f"{path}: {fault}" for fault in faults]
