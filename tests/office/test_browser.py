"""In a browser: what is typed survives the end of the session, with scripts and without."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.sessions.models import Session

from madoguchi.blocks.people.models import User
from madoguchi.blocks.people.testing import PASSWORD, account_make, holding_make, post_make, role_with
from madoguchi.kernel.clock import now
from madoguchi.kernel.models import OutboxDelivery
from madoguchi.office.models import KeptForm
from madoguchi.office.testing import delivery_make

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TYPED = "二重に届いたため見送ります"


@pytest.fixture
def user() -> User:
    """Somebody who runs the events."""
    return account_make(
        holding_make(post=post_make(roles=[role_with("kernel.events_run")])).staff, password=PASSWORD
    )


@pytest.fixture
def stuck() -> OutboxDelivery:
    """A delivery that waits for a decision."""
    return delivery_make(parked=True)


def sign_in(page: Page, user: User) -> None:
    """Fill in the sign-in form."""
    page.fill("[name=login]", user.username)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button[type=submit]")


def type_reason(page: Page, url: str, user: User) -> None:
    """Sign in and type a reason, without sending it."""
    page.goto(f"{url}/office/events/")
    sign_in(page, user)
    page.click(".of-stuck__acts summary")
    page.fill(".of-stuck__acts input[type=text]", TYPED)


def send_again(page: Page, stuck: OutboxDelivery) -> None:
    """Find what was kept and send it."""
    assert TYPED in page.inner_text("main")
    page.click("main form[action$='/send/'] button")
    page.wait_for_url("**/office/events/")
    stuck.refresh_from_db()
    assert stuck.skipped_reason == TYPED
    assert not KeptForm.objects.exists()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_form_sent_too_late_is_sent_again_after_the_sign_in(
    scripts: bool, open_page: Callable[..., Page], live_server: Any, user: User, stuck: OutboxDelivery
) -> None:
    page = open_page(scripts=scripts, width=320)
    type_reason(page, live_server.url, user)
    Session.objects.update(expire_date=now() - timedelta(seconds=1))
    page.click(".of-stuck__acts .mg-button--danger")
    page.wait_for_url("**/account/login/**")
    assert "預かっています" in page.inner_text("main")
    sign_in(page, user)
    page.wait_for_url("**/office/resume/")
    send_again(page, stuck)


def test_what_is_half_typed_when_time_is_up_is_kept_and_the_screen_is_cleared(
    open_page: Callable[..., Page], live_server: Any, user: User, stuck: OutboxDelivery
) -> None:
    page = open_page()
    page.clock.install()
    type_reason(page, live_server.url, user)
    page.clock.fast_forward("28:30")
    page.clock.run_for(2_000)
    assert page.locator("dialog.mg-modal").is_visible()
    with page.expect_response("**/office/resume/keep/") as kept:
        page.clock.run_for(85_000)
    assert kept.value.ok
    assert KeptForm.objects.count() == 1
    page.clock.run_for(10_000)
    page.wait_for_url("**/account/ended/")
    assert TYPED not in page.content()
    page.goto(f"{live_server.url}/office/events/")
    assert "/account/login/" in page.url, "the session has ended on the server too"
    page.goto(f"{live_server.url}/account/ended/")
    page.click("main a.mg-button--primary")
    sign_in(page, user)
    page.wait_for_url("**/office/resume/")
    send_again(page, stuck)


def test_going_on_prolongs_the_session_and_keeps_the_page(
    open_page: Callable[..., Page], live_server: Any, user: User, stuck: OutboxDelivery
) -> None:
    page = open_page()
    page.clock.install()
    type_reason(page, live_server.url, user)
    Session.objects.update(expire_date=now() + timedelta(minutes=1))
    page.clock.fast_forward("28:30")
    page.clock.run_for(2_000)
    with page.expect_response("**/office/extend/") as extended:
        page.click("dialog.mg-modal button[type=submit]")
    assert extended.value.ok
    assert Session.objects.get().expire_date > now() + timedelta(minutes=29)
    page.clock.run_for(1_000)
    assert not page.locator("dialog.mg-modal").is_visible()
    assert page.input_value(".of-stuck__acts input[type=text]") == TYPED
