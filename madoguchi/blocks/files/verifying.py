"""Proving stored contents: a portion each night by the worker, all of them on demand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, F, Q

from madoguchi.blocks.files.actions.verifying import contents_note
from madoguchi.blocks.files.models import Content
from madoguchi.blocks.files.store import content_damage
from madoguchi.blocks.files.types import ContentFault, Damage
from madoguchi.kernel.rights import Viewer
from madoguchi.kit.portions import portions

# What a small machine reads from its disk in some minutes; a store of 500 GB is gone through in half a year.
PORTION_BYTES = 3 * 1024**3
PORTION_CONTENTS = 20_000
NOTE_EVERY = 500


def contents_faults() -> Iterator[ContentFault]:
    """Read every stored content and give those that are not whole; changes nothing."""
    live = Count("files", filter=Q(files__removed_at=None))
    rows = Content.objects.filter(swept_at=None).annotate(live=live).order_by("pk")
    for content in rows.iterator(chunk_size=500):
        if damage := content_damage(content.sha256):
            yield ContentFault(content.sha256, damage, content.live)


def portion_verify(
    *, actor: Viewer, now: datetime, bytes_most: int = PORTION_BYTES
) -> dict[str, Damage | None]:
    """Prove the contents that have waited longest, as many as fit, and note what was found, by digest."""
    rows = Content.objects.filter(swept_at=None).order_by(F("verified_at").asc(nulls_first=True), "pk")
    wanted: list[str] = []
    total = 0
    for sha256, size in rows.values_list("sha256", "size")[:PORTION_CONTENTS]:
        if wanted and total + size > bytes_most:
            break
        wanted.append(sha256)
        total += size
    return _noted(wanted, actor=actor, now=now)


def all_verify(*, actor: Viewer, now: datetime) -> dict[str, Damage | None]:
    """Prove every content and note what was found, by digest."""
    digests = list(Content.objects.filter(swept_at=None).order_by("pk").values_list("sha256", flat=True))
    return _noted(digests, actor=actor, now=now)


def _noted(digests: list[str], *, actor: Viewer, now: datetime) -> dict[str, Damage | None]:
    """Look outside any transaction, and note in between: killed, what was proved so far is known."""
    found: dict[str, Damage | None] = {}
    for some in portions(digests, NOTE_EVERY):
        part = {sha256: content_damage(sha256) for sha256 in some}
        contents_note(actor=actor, found=part, now=now)
        found |= part
    return found
