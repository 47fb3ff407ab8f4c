"""Contents that nothing names any more, and since when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, Max, OuterRef, QuerySet

from madoguchi.blocks.files.models import Content, Derived, Hold, StoredFile
from madoguchi.blocks.files.types import Orphan


def orphan_since(content: Content) -> datetime | None:
    """Say since when nothing has named a content; None while a file, an open hold or a living original does."""
    if (
        content.files.filter(removed_at=None).exists()
        or content.holds.filter(released_at=None).exists()
        or content.preview_of.filter(origin__swept_at=None).exists()
    ):
        return None
    removed = content.files.aggregate(at=Max("removed_at"))["at"]
    released = content.holds.aggregate(at=Max("released_at"))["at"]
    return max(moment for moment in (removed, released, content.stored_at) if moment)


def orphans_listed() -> Iterator[Orphan]:
    """Give the contents that no live file and no original names, held ones too, the oldest first."""
    rows = unnamed_contents().annotate(
        removed=Max("files__removed_at"),
        released=Max("holds__released_at"),
        held=Exists(Hold.objects.filter(content=OuterRef("pk"), released_at=None)),
    )
    found = [
        Orphan(
            one.sha256, one.size,
            max(moment for moment in (one.removed, one.released, one.stored_at) if moment), bool(one.held),
        )
        for one in rows.order_by("pk")
    ]  # fmt: skip
    yield from sorted(found, key=lambda one: (one.since, one.sha256))


def unnamed_contents() -> QuerySet[Content]:
    """The contents whose bytes are kept though no live file and no living original names them."""
    live = StoredFile.objects.filter(content=OuterRef("pk"), removed_at=None)
    shown = Derived.objects.filter(content=OuterRef("pk"), origin__swept_at=None)
    return Content.objects.filter(~Exists(live), ~Exists(shown), swept_at=None)
