"""The read mark in a real browser: set by itself with scripts, by the button without."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from madoguchi.blocks.messages.models import Notice, Receipt
from madoguchi.blocks.messages.testing import READ, notice_make
from madoguchi.blocks.people.models import User
from madoguchi.blocks.people.testing import office_make, staff_client
from madoguchi.kernel.clock import now

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def received() -> tuple[Client, Notice]:
    office = office_make()
    client = staff_client(READ, office=office)
    person = User.objects.get(pk=client.session["_auth_user_id"]).staff_member.key
    notice = notice_make(
        audience=[office.pk], sent_at=now() - timedelta(hours=1), needs_acknowledgement=False
    )
    Receipt.objects.create(notice=notice, person=f"staff:{person}", office=office, made_at=notice.sent_at)
    return client, notice


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_reading_is_marked(scripts: bool, live_server: Any, open_page: Callable[..., Any]) -> None:
    client, notice = received()
    page = open_page(scripts=scripts, width=320)
    page.context.add_cookies(
        [{"name": "madoguchi_session", "value": client.session.session_key, "url": live_server.url}]
    )
    page.goto(live_server.url + reverse("messages:notice", args=[notice.key]))
    if not scripts:
        assert Receipt.objects.get().read_at is None
        page.get_by_role("button", name="読みました").focus()
        page.keyboard.press("Enter")
    page.get_by_text("に読みました。").wait_for()
    assert Receipt.objects.get().read_at
    assert page.get_by_role("button", name="読みました").count() == 0
