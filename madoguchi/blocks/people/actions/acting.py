"""Whose record a session has open: one's own, or that of somebody for whom one may act."""

from __future__ import annotations

from datetime import datetime

from madoguchi.blocks.people.actions.identity import account_of
from madoguchi.blocks.people.actions.mandates import MandateOver
from madoguchi.blocks.people.mandates.standing import mandates_holding, root_of
from madoguchi.blocks.people.models import Assurance, Mandate, ResidentSession
from madoguchi.blocks.people.parties.cards import clusters
from madoguchi.kernel.actions import action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.rights import NotAllowed, Viewer


@action("people.session_act")
def session_act(*, actor: Viewer, session_id: int, mandate_key: str, now: datetime) -> None:  # noqa: ARG001
    """
    Open another's record in a session, or one's own again.

    :param mandate_key: by which mandate; "" for one's own record.
    :raises NotAllowed: the session is not open or not the actor's, he is nobody known or not certain enough.
    :raises MandateOver: there is no such mandate of his, or it does not hold today.
    """
    account = account_of(actor, actor.key.removeprefix("resident:"))
    mandate = None
    if mandate_key:
        if account.party is None or actor.assurance < Assurance.CARD:
            raise NotAllowed(f"{actor.key}: acting")
        own = clusters([root_of(account.party)]).ids
        holding = mandates_holding(Mandate.objects.filter(key=mandate_key, delegate__in=own), actor.on)
        if not holding:
            raise MandateOver
        mandate = holding[0]
    sessions = ResidentSession.objects.filter(pk=session_id, account=account, ended_at=None)
    if not sessions.update(acting=mandate):
        raise NotAllowed(f"session {session_id}")
    detail = {"session": session_id, "mandate": mandate_key}
    audit_write(actor, "people.session_acting", account.subject(), detail=detail)
