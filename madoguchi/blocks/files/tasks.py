"""The worker's part: verdicts that were waited for, and previews."""

from __future__ import annotations

from contextlib import closing, suppress
from datetime import datetime

from madoguchi.blocks.files.actions.judging import ContentJudged, content_judge
from madoguchi.blocks.files.models import Content
from madoguchi.blocks.files.previews import preview_make
from madoguchi.blocks.files.scanning import ScannerAway, scanner_bound
from madoguchi.blocks.files.store import ContentGone, content_open
from madoguchi.blocks.files.types import Verdict
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.outbox import Event, handler
from madoguchi.kernel.rights import system_viewer

SCANS_AT_ONCE = 100


@handler("files.file_kept", "files.preview_make", outside=True)
def preview_of_kept(event: Event, now: datetime) -> None:
    """Make the preview of a file that came in and may be read."""
    preview_make(sha256=event.payload["content"], now=now)


@handler("files.content_judged", "files.preview_make_judged", outside=True)
def preview_of_judged(event: Event, now: datetime) -> None:
    """Make the preview of a file that had to wait for the scanner."""
    preview_make(sha256=event.payload["content"], now=now)


def contents_scan(*, now: datetime) -> int:
    """
    Ask the scanner about contents without a verdict, those that wait first; how many were judged.

    A scanner that is away ends the round: the next one comes in a minute.
    """
    scanner = scanner_bound()
    if scanner is None:
        return 0
    # Sealed contents were scanned before they were sealed, or by nobody; a scanner sees nothing in them.
    open_ = Content.objects.filter(sealed=False, swept_at=None, damage="")
    asked = [
        sha256
        for verdict in (Verdict.WAITING, Verdict.UNCHECKED)
        for sha256 in open_.filter(verdict=verdict)
        .order_by("pk")
        .values_list("sha256", flat=True)[:SCANS_AT_ONCE]
    ]
    actor = system_viewer(on=day_of(now), duty="ファイルのウイルス検査")
    judged = 0
    for sha256 in asked[:SCANS_AT_ONCE]:
        try:
            with closing(content_open(sha256)) as body:
                virus = scanner.scan(body)
        except ContentGone:
            continue
        except ScannerAway:
            # One content that it cannot judge must not hold up the others; a scanner that is away holds up all.
            try:
                scanner.ping()
            except ScannerAway:
                break
            continue
        with suppress(ContentJudged):
            content_judge(actor=actor, sha256=sha256, virus=virus, now=now)
            judged += 1
    return judged
