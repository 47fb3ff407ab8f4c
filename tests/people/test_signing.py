"""Sign-ins, sign-outs and failures stand in the audit trail; what may be a password does not."""

from __future__ import annotations

import pytest
from django.test import Client

from madoguchi.blocks.people.testing import PASSWORD, account_make, holding_make
from madoguchi.kernel.models import AuditRow

pytestmark = pytest.mark.django_db


def events() -> list[tuple[str, str]]:
    rows = AuditRow.objects.filter(action="people.sign_in_note").order_by("pk")
    return list(rows.values_list("event", "subject_key"))


def test_signing_in_and_out_and_failing_is_written_down(settings: object) -> None:
    settings.SECOND_FACTOR_REQUIRED = False  # type: ignore[attr-defined]
    staff = holding_make().staff
    account_make(staff, password=PASSWORD)
    client = Client()
    client.post("/account/login/", {"login": staff.key, "password": "not the password"})
    client.post("/account/login/", {"login": "password-in-the-wrong-field", "password": "x"})
    client.post("/account/login/", {"login": staff.key, "password": PASSWORD})
    client.post("/account/logout/")
    assert events() == [
        ("people.sign_in_failed", staff.key),
        ("people.signed_in", staff.key),
        ("people.signed_out", staff.key),
    ]
    assert "password-in-the-wrong-field" not in str(list(AuditRow.objects.values()))
