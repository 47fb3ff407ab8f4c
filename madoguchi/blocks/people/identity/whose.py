"""
Whose record a form was made for (F4: bank accounts saved to the previous visitor of a shared terminal).

Every form of the portal carries a mark of the session and of the record that were open when it was made. A form
that comes back under another session, another record or none is not carried out: it may have been left open by
the visitor before, in another window, or brought back by the Back button.
"""

from __future__ import annotations

import hmac

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from madoguchi.blocks.people.identity.residents import Resident, resident_of

FIELD = "whose"


def whose(resident: Resident | None) -> str:
    """Give the mark of a session and its open record; "" for somebody who has not signed in."""
    if resident is None:
        return ""
    record = resident.viewer.record
    opened = (
        f"{resident.session.digest}:{record.mandate if record else ''}:{record.party_id if record else ''}"
    )
    return salted_hmac("madoguchi.whose", opened, secret=settings.SECRET_KEY).hexdigest()[:32]


def whose_differs(request: HttpRequest) -> bool:
    """Say whether a form was made for another record than the one that is open."""
    sent = request.POST.get(FIELD, "")
    return not hmac.compare_digest(sent.encode(), whose(resident_of(request)).encode())
