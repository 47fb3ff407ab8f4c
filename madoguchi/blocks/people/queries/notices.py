"""By which ways somebody is told."""

from __future__ import annotations

from madoguchi.blocks.people.models import ResidentAccount
from madoguchi.blocks.people.notices import NoticeWays, ways_chosen
from madoguchi.blocks.people.parties.cards import clusters


def notice_ways(party_id: int, purpose: str) -> NoticeWays:
    """
    Say by which ways a person wants to be told; whoever has no account gets letters.

    :param purpose: a code of the codelist ``people.notice_purposes``.
    """
    accounts = ResidentAccount.objects.filter(party__in=clusters([party_id]).ids, closed_at=None)
    account = accounts.order_by("pk").first()
    if account is None:
        return NoticeWays(portal=False, mail="", letter=True)
    return ways_chosen(account.notify_by, purpose)
