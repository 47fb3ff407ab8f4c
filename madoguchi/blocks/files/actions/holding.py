"""Contents that must stay whatever becomes of their files: a dispute, a request for disclosure, an audit."""

from __future__ import annotations

from datetime import datetime

from madoguchi.blocks.files.actions.judging import RIGHT
from madoguchi.blocks.files.models import Content, Hold
from madoguchi.kernel.actions import action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.rights import NotAllowed, Viewer


@action("files.content_hold")
def content_hold(*, actor: Viewer, sha256: str, reason: str, now: datetime) -> Hold:
    """
    Keep a content from being swept until the hold is released.

    :raises NotAllowed: the actor does not keep contents, or the content is not there.
    """
    actor.must_everywhere(RIGHT)
    # The UPDATE takes the row: a sweep that is under way is waited for, and its end seen.
    Content.objects.filter(sha256=sha256).update(sha256=sha256)
    content = Content.objects.filter(sha256=sha256, swept_at=None).first()
    if content is None:
        raise NotAllowed(f"content {sha256}")
    hold = Hold.objects.create(content=content, reason=reason, held_at=now, held_by=actor.key or actor.kind)
    audit_write(actor, "files.content_held", content.subject(), detail={"reason": reason})
    return hold


@action("files.hold_release")
def hold_release(*, actor: Viewer, hold_id: int, now: datetime) -> None:
    """
    End a hold; from this day on counts how long the content is without use.

    :raises NotAllowed: the actor does not keep contents, or no such hold is open.
    """
    actor.must_everywhere(RIGHT)
    open_ = Hold.objects.filter(pk=hold_id, released_at=None)
    if not open_.update(released_at=now, released_by=actor.key or actor.kind):
        raise NotAllowed(f"hold {hold_id}")
    hold = Hold.objects.select_related("content").get(pk=hold_id)
    audit_write(actor, "files.hold_released", hold.content.subject(), detail={"reason": hold.reason})
