"""Who looked at the open record."""

from __future__ import annotations

from madoguchi.blocks.people.access.log import AccessLine, lines_of_access, looks
from madoguchi.kernel.rights import Viewer

MOST = 100_000


def access_log(viewer: Viewer, *, language: str = "ja", year: int | None = None) -> list[AccessLine]:
    """Give every look at the record that the viewer has open, the newest first; nothing without a record."""
    record = viewer.record
    if viewer.kind != "resident" or record is None or not record.reaches(""):
        return []
    return lines_of_access(list(looks(record, year)[:MOST]), language=language, on=viewer.on)
