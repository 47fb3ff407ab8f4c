"""Making previews: a small picture of a picture, the first words of a text or a PDF. Never of what is sealed."""

from __future__ import annotations

import codecs
import logging
from contextlib import closing
from datetime import datetime
from typing import IO

from django.db.models import Exists, OuterRef, Q, QuerySet

from madoguchi.blocks.files.actions.judging import preview_keep
from madoguchi.blocks.files.intake.images import thumbnail
from madoguchi.blocks.files.intake.pdfs import pdf_beginning
from madoguchi.blocks.files.intake.taking import derived_take
from madoguchi.blocks.files.models import Content, Derived, StoredFile
from madoguchi.blocks.files.store import ContentGone, content_open
from madoguchi.blocks.files.types import PreviewKind, Taken, Verdict
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.rights import system_viewer

log = logging.getLogger(__name__)
SIDE = 400
LETTERS = 1_000
LINES = 20
READABLE = [Verdict.UNCHECKED, Verdict.CLEAN]
AT_ONCE = 200
# What browsers call the letters of Windows, Python calls by its number.
CODECS = {"shift_jis": "cp932", "euc-jp": "euc_jp"}


def preview_kind(media_type: str) -> PreviewKind | None:
    """Say what preview a content can have."""
    if media_type.startswith("image/"):
        return PreviewKind.THUMBNAIL
    if media_type == "application/pdf" or media_type.startswith("text/"):
        return PreviewKind.BEGINNING
    return None


def preview_make(*, sha256: str, now: datetime) -> None:
    """Make the preview of a content unless it has one; run twice or late it does no harm."""
    content = _wanting().filter(sha256=sha256).first()
    kind = preview_kind(content.media_type) if content else None
    if content is None or kind is None:
        return
    try:
        with closing(content_open(sha256)) as body:
            taken = _made(kind, content.media_type, body)
    except ContentGone:
        # The nightly look tells; once the bytes are back the chore makes it.
        return
    except Exception as error:
        # Whatever a reader makes of a strange file: it goes without a preview, and the reason is kept.
        log.warning("no preview of %s", sha256, exc_info=True)
        taken, problem = None, type(error).__name__
    else:
        problem = "" if taken else "empty"
    actor = system_viewer(on=day_of(now), duty="ファイルの見本")
    preview_keep(actor=actor, sha256=sha256, kind=kind, taken=taken, problem=problem, now=now)


def previews_make(*, now: datetime) -> int:
    """Make what previews are lacking, at most some hundred at once; how many were looked at."""
    wanting = list(_wanting().order_by("pk").values_list("sha256", flat=True)[:AT_ONCE])
    for sha256 in wanting:
        preview_make(sha256=sha256, now=now)
    return len(wanting)


def _wanting() -> QuerySet[Content]:
    """Contents of live files that may be read, are not sealed, and have no whole preview and no reason for none."""
    live = StoredFile.objects.filter(content=OuterRef("pk"), removed_at=None)
    there = Derived.objects.filter(
        Q(content=None) | Q(content__damage="", content__swept_at=None), origin=OuterRef("pk")
    )
    kinds = (
        Q(media_type__startswith="image/")
        | Q(media_type__startswith="text/")
        | Q(media_type="application/pdf")
    )
    rows = Content.objects.filter(kinds, sealed=False, swept_at=None, damage="", verdict__in=READABLE)
    return rows.filter(Exists(live), ~Exists(there))


def _decoded(beginning: bytes, charset: str) -> str:
    """Decode the beginning of a text; a letter that was cut in its middle at the end is left out."""
    codec = CODECS.get(charset, charset)
    return codecs.getincrementaldecoder(codec)("ignore").decode(beginning).lstrip("\ufeff")


def _made(kind: PreviewKind, media_type: str, body: IO[bytes]) -> Taken | None:
    if kind == PreviewKind.THUMBNAIL:
        return derived_take(thumbnail(body, side=SIDE), media_type="image/webp", name="thumbnail.webp")
    if media_type == "application/pdf":
        text = pdf_beginning(body, letters=LETTERS)
    else:
        text = _decoded(body.read(LETTERS * 4), media_type.partition("charset=")[2])
    lines = [line.rstrip() for line in text.splitlines()[:LINES]]
    beginning = "\n".join(lines)[:LETTERS].strip("\n")
    if not beginning:
        return None
    content = beginning.encode("utf-8", "replace")
    return derived_take(content, media_type="text/plain; charset=utf-8", name="beginning.txt")
