"""Writing down which contents were proved whole, and which were not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from madoguchi.blocks.files.actions.judging import RIGHT
from madoguchi.blocks.files.models import Content
from madoguchi.blocks.files.types import Damage
from madoguchi.kernel.actions import action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.rights import Viewer
from madoguchi.kernel.subjects import Subject
from madoguchi.kit.portions import portions

_AT_ONCE = 500


@action("files.contents_note")
def contents_note(*, actor: Viewer, found: Mapping[str, Damage | None], now: datetime) -> int:
    """
    Note what a look at stored bytes found, by digest (None: whole); the number of contents that changed their state.

    Each content newly damaged, or whole again, has an audit row of its own; the look as such has one.

    :raises NotAllowed: the actor does not keep contents.
    """
    actor.must_everywhere(RIGHT)
    digests, changed = sorted(found), 0
    for some in portions(digests, _AT_ONCE):
        rows = Content.objects.filter(sha256__in=some, swept_at=None)
        rows.update(verified_at=now)
        for content in rows.order_by("pk"):
            damage = found[content.sha256]
            if content.damage == (damage or ""):
                continue
            changed += 1
            at = now if damage else None
            Content.objects.filter(pk=content.pk).update(damage=damage or "", damaged_at=at)
            event = "files.content_damaged" if damage else "files.content_mended"
            audit_write(actor, event, content.subject(), detail={"damage": damage or content.damage})
    audit_write(
        actor, "files.contents_verified", Subject("files.contents", "all"),
        detail={"contents": len(found), "faults": sum(1 for damage in found.values() if damage)},
    )  # fmt: skip
    return changed
