"""The first account of a real city: it can sign in and read the organisation in; there is no second "first"."""

from __future__ import annotations

import io
import sys

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from madoguchi.blocks.people.models import Office, StaffMember
from madoguchi.blocks.people.testing import PASSWORD
from madoguchi.kernel.clock import day_of, now
from madoguchi.kernel.declarations import declarations_publish
from madoguchi.kernel.rights import system_viewer

pytestmark = pytest.mark.django_db


def run(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(password + "\n"))
    call_command("first_account", "00001", "設置 始", "--password-stdin", stdout=io.StringIO())


def test_the_first_account_can_keep_the_organisation(
    monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    settings.SECOND_FACTOR_REQUIRED = False  # type: ignore[attr-defined]
    moment = now()
    actor = system_viewer(on=day_of(moment), duty="試験")
    declarations_publish(actor=actor, keys=None, reason="試験", now=moment)
    run(monkeypatch, PASSWORD)
    client = Client()
    client.post("/account/login/", {"login": "00001", "password": PASSWORD})
    assert client.get("/office/organisation/workbooks/").status_code == 200
    assert client.get("/office/health/").status_code == 200
    with pytest.raises(CommandError, match="もうあります"):
        run(monkeypatch, PASSWORD)


def test_a_weak_password_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="パスワード"):
        run(monkeypatch, "short")
    assert not Office.objects.exists()
    assert not StaffMember.objects.exists()
