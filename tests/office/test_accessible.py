"""Pages that stand at the end of a way: axe finds nothing, in three languages, at 320 px."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.sessions.models import Session
from django.test import Client

from madoguchi.blocks.people.testing import PASSWORD, account_make, holding_make, staff_client
from madoguchi.kernel.clock import now
from madoguchi.kernel.pages import Tile, waiting_tiles
from madoguchi.office.testing import delivery_make

if TYPE_CHECKING:
    from tests.support.house_browser import House

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]
LANGUAGES = ("ja", "ja-easy", "en")


def signed_in(*, app: bool = False, code: bool = True) -> Client:
    """Sign in with a password; with an app, past the code or waiting for it."""
    user = account_make(holding_make().staff, password=PASSWORD)
    client = Client()
    if app:
        TOTP.activate(user, generate_totp_secret())
        RecoveryCodes.activate(user)
    if app and code:
        client.force_login(user)
        client.post("/account/reauthenticate/", {"password": PASSWORD})
    else:
        client.post("/account/login/", {"login": user.username, "password": PASSWORD})
    return client


def with_kept_form() -> Client:
    """Come back to a form that was sent too late."""
    user = account_make(holding_make().staff, password=PASSWORD)
    client = Client()
    form = {"login": user.username, "password": PASSWORD}
    client.post("/account/login/", form)
    client.get("/office/")
    Session.objects.update(expire_date=now() - timedelta(seconds=1))
    client.post("/office/events/1/skip/", {"reason": "二行の\n入力", "long_name_of_a_field": "x" * 300})
    client.post("/account/login/", form)
    return client


def locked_out() -> Client:
    """Fail too often."""
    client = Client()
    for _ in range(6):
        client.post("/account/login/", {"login": "s4711", "password": "x"})
    return client


def ways() -> Iterator[tuple[str, Client]]:
    """Give pages and who stands before them."""
    member = signed_in(app=True)
    paths = (
        "recovery-codes/", "recovery-codes/generate/", "totp/deactivate/", "reauthenticate/", "",
    )  # fmt: skip
    yield from ((f"/account/2fa/{path}", member) for path in paths)
    yield "/account/reauthenticate/", signed_in()
    yield "/account/2fa/authenticate/", signed_in(app=True, code=False)
    yield "/account/inactive/", Client()
    yield "/account/ended/", Client()
    yield "/account/login/?next=/office/resume/", Client()
    yield "/office/resume/?lost=size", with_kept_form()
    delivery_make(parked=True)
    delivery_make(done_at=now(), skipped_reason="二重に届いたため")
    runner = staff_client("kernel.events_run")
    yield from ((f"/office/events/?state={state}", runner) for state in ("parked", "waiting", "done", "jobs"))
    auditor = staff_client("kernel.audit_view", scope="all")
    yield from (
        (path, auditor) for path in ("/office/audit/", "/office/audit/?on=x", "/office/audit/?subject=x")
    )


def test_nothing_stands_in_anybodys_way(house: Callable[..., House]) -> None:
    faults: list[str] = []
    for path, client in ways():
        walker = house(width=320, client=client)
        for language in LANGUAGES:
            walker.speak(language)
            page = walker.open(path)
            assert page.locator("h1").count() == 1, path
            faults += [f"{path} in {language}: {fault}" for fault in walker.violations()]
        walker.page.context.close()
    assert faults == [], "\n".join(faults)


def test_forms_that_came_back_stand_in_nobodys_way(house: Callable[..., House]) -> None:
    walker = house(width=320, client=locked_out())
    walker.open("/account/login/")
    walker.page.fill("[name=login]", "s4711")
    walker.page.fill("[name=password]", "x")
    walker.page.click("main form button[type=submit]")
    assert "5分待ってから" in walker.page.inner_text("main")
    assert walker.violations() == []

    delivery_make(parked=True)
    walker = house(width=320, client=staff_client("kernel.events_run"))
    walker.open("/office/events/")
    walker.page.click(".of-stuck__acts summary")
    walker.page.click(".of-stuck__acts .mg-button--danger")
    assert "「見送る理由」を入力してください。" in walker.page.inner_text("main")
    assert walker.violations() == []


def test_what_waits_stands_in_nobodys_way(house: Callable[..., House]) -> None:
    def ask(viewer: Any, moment: Any) -> list[Tile]:
        return [Tile("承認待ち", 3, "/office/account/", unit="件", note="今日まで", tone="warning")]

    with waiting_tiles.momentarily("t.waits", ask):
        walker = house(width=320, client=staff_client())
        walker.open("/office/")
        assert walker.violations() == []
