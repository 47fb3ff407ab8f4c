"""What an action works on, found through its actor."""

from __future__ import annotations

from madoguchi.blocks.messages.actions.refusals import DraftMoved
from madoguchi.blocks.messages.models import Draft, Notice
from madoguchi.blocks.messages.queries import draft_for, notice_sent_by
from madoguchi.kernel.rights import NotAllowed, Viewer


def draft_found(actor: Viewer, draft_key: str) -> Draft:
    """:raises NotAllowed: there is no such draft for this actor."""
    draft = draft_for(viewer=actor, key=draft_key)
    if draft is None:
        raise NotAllowed(f"draft {draft_key}")
    return draft


def sent_found(actor: Viewer, notice_key: str) -> Notice:
    """:raises NotAllowed: no office of the actor's has sent such a notice."""
    notice = notice_sent_by(viewer=actor, key=notice_key)
    if notice is None:
        raise NotAllowed(f"notice {notice_key}")
    return notice


def draft_consume(draft: Draft) -> None:
    """
    Delete exactly the draft that was looked at: whoever comes second finds nothing to delete.

    :raises DraftMoved: somebody was faster.
    """
    deleted, _by_model = Draft.objects.filter(pk=draft.pk, revision=draft.revision).delete()
    if not deleted:
        raise DraftMoved
