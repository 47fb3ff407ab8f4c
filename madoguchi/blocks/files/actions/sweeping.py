"""Deleting the bytes of contents that nothing names any more. Somebody asks for it; nothing is swept by itself."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.files.actions.judging import RIGHT
from madoguchi.blocks.files.models import Content, Derived
from madoguchi.blocks.files.orphans import orphan_since
from madoguchi.blocks.files.store import content_delete
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.rights import Viewer
from madoguchi.kernel.subjects import Subject


class ContentInUse(Refused):
    """Something names the content, or it has not been without use for so long."""

    message = _("この中身はまだ使われているか、保全されています。消していません。")


@action("files.content_sweep")
def content_sweep(*, actor: Viewer, sha256: str, before: datetime, now: datetime) -> int:
    """
    Delete the bytes of a content that has been without use since before a moment, and its previews; how many contents.

    The rows stay: that there was a file, by whom and when.

    :raises NotAllowed: the actor does not keep contents.
    :raises ContentInUse: a live file, an open hold or a living original names it, or it is too young, or gone.
    """
    actor.must_everywhere(RIGHT)
    content = _swept(sha256, now)
    since = orphan_since(content)
    if since is None or since >= before:
        raise ContentInUse
    gone = [content]
    for preview in Derived.objects.filter(origin=content).select_related("content"):
        preview.delete()
        if preview.content and orphan_since(_swept(preview.content.sha256, now)) is not None:
            gone.append(preview.content)
        elif preview.content:
            Content.objects.filter(pk=preview.content.pk).update(swept_at=None)
    for one in gone:
        audit_write(
            actor,
            "files.content_swept",
            one.subject(),
            detail={"size": one.size, "since": f"{since:%Y-%m-%d}"},
        )
    # Last, and before the commit: whoever gives this content again waits for our row and then looks for the bytes.
    # Killed in between, the row says that the bytes are there: nobody needs them, and the next sweep does it again.
    for one in gone:
        content_delete(one.sha256)
    return len(gone)


def _swept(sha256: str, now: datetime) -> Content:
    """Mark first, which takes the row, and look then: what was committed before us is seen by the look."""
    if not Content.objects.filter(sha256=sha256, swept_at=None).update(swept_at=now):
        raise ContentInUse
    return Content.objects.get(sha256=sha256)


@action("files.stray_sweep")
def stray_sweep(*, actor: Viewer, sha256: str, now: datetime) -> None:  # noqa: ARG001
    """
    Delete bytes that no row names: those of a file that was taken in and never kept.

    :raises NotAllowed: the actor does not keep contents. :raises ContentInUse: a row names them.
    """
    actor.must_everywhere(RIGHT)
    if Content.objects.filter(sha256=sha256, swept_at=None).exists():
        raise ContentInUse
    audit_write(actor, "files.content_swept", Subject("files.content", sha256), detail={"stray": True})
    content_delete(sha256)
