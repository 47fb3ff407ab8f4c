"""What the pages about oneself share: the way back, the reader's language, the signed-in resident."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext

from madoguchi.blocks.people.actions import own_record_read
from madoguchi.blocks.people.identity.residents import Resident, resident_of
from madoguchi.blocks.people.parties.cards import clusters
from madoguchi.kernel.clock import now
from madoguchi.kernel.rights import NotAllowed, Record, Viewer


def signed_in(request: HttpRequest) -> Resident:
    """
    Give the resident of a request that a guard let through.

    :raises NotAllowed: there is none.
    """
    resident = resident_of(request)
    if resident is None:
        raise NotAllowed(request.path)
    return resident


def delegate_look(viewer: Viewer, *, page: str, data: Sequence[str], service: str = "") -> None:
    """Write down that somebody who acts for another sees a page; what the owner sees of his own needs no row."""
    if viewer.record is not None and viewer.record.mandate:
        own_record_read(actor=viewer, page=page, data=data, service=service, now=now())


def way(*steps: tuple[str, str]) -> list[tuple[str, str]]:
    """Give the breadcrumb below one's own front page."""
    return [(gettext("マイページ"), reverse("me:home")), *steps]


def language() -> str:
    """Give the reader's language, as declarations name it."""
    return get_language() or "ja"


def as_oneself(resident: Resident) -> Viewer:
    """Give the viewer with his own record open, whosever is open now."""
    party = resident.account.party
    if party is None:
        return replace(resident.viewer, record=None)
    root = party.merged_into_id or party.pk
    return replace(resident.viewer, record=Record(root, frozenset(clusters([root]).ids)))
