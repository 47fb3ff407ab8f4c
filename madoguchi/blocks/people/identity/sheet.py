"""The sheet that is handed over at the counter: number, start code, and what to do with them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings

from madoguchi.kernel.clock import TOKYO, day_of
from madoguchi.kernel.contacts import contact_bound
from madoguchi.kernel.typeset import typeset
from madoguchi.kit.wareki import wareki_format

TEMPLATE = Path(__file__).with_name("sheet.typ")


def counter_sheet(*, number: str, code: str, until: datetime | None, address: str) -> bytes:
    """
    Typeset the sheet. It names nobody: whoever finds it lying about does not know whose it is.

    :param address: of the page for signing in.
    :raises FontMissing: there is no Japanese font.
    """
    contact = contact_bound("general")
    day = day_of(until) if until else None
    return typeset(
        TEMPLATE,
        {
            "city": settings.SITE_NAME,
            "number": number,
            "code": code,
            "until": f"{wareki_format(day)}（{day.isoformat()}）" if day else "",
            "hour": f"{until.astimezone(TOKYO):%H:%M}" if until else "",
            "address": address,
            "contact": f"{contact.name} {contact.phone}".strip() if contact else "",
        },
    )
