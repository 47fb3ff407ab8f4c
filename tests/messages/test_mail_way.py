"""The health page says where mail goes, and a mail without a server becomes a file of the data folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from madoguchi.blocks.messages.mail import FILES, Mail, mail_send, mail_way
from madoguchi.blocks.people.testing import NOW


@pytest.mark.parametrize(
    ("mail", "https", "sender", "state"),
    [
        ({}, False, "", "ok"),
        ({}, True, "", "warn"),
        ({"EMAIL_HOST": "mail.example.jp"}, True, "", "bad"),
        ({"EMAIL_HOST": "mail.example.jp"}, True, "noreply@example.jp", "ok"),
    ],
)
def test_health_says_where_mail_goes(
    settings: Any, mail: dict[str, str], https: bool, sender: str, state: str
) -> None:
    known = settings.ENVIRONMENT
    settings.ENVIRONMENT = replace(known, mail=mail, site=replace(known.site, https=https, mail_from=sender))
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.DEFAULT_FROM_EMAIL = "mail.example.jp", 587, sender
    told = mail_way(NOW)
    assert told.state == state
    assert ("mail.example.jp:587" in str(told.text)) is bool(mail)
    assert bool(told.remedy) or state == "ok"


def test_without_a_server_a_mail_is_a_file_that_only_we_can_read(settings: Any, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = FILES, str(tmp_path / "mail")
    settings.DEFAULT_FROM_EMAIL = "みなも市 <noreply@example.jp>"
    mail_send(Mail("hanako@example.jp", "番号", "123456\n"))
    (written,) = (tmp_path / "mail").iterdir()
    text = written.read_text(encoding="utf-8")
    assert "To: hanako@example.jp" in text
    assert "@example.jp>" in text
    assert "Auto-Submitted: auto-generated" in text
    assert (tmp_path / "mail").stat().st_mode & 0o077 == 0
