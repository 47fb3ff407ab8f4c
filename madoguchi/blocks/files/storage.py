"""
The folder in which contents lie when the city names no other store: ``files/`` of the data folder.

A content appears under its name whole or not at all: it is written to a draft, waited for, and then renamed. Drafts
stand in ``files/.drafts``, which a backup leaves out; those of a killed process go with the next sweep.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible

FOLDER = "files"
DRAFTS = ".drafts"


@deconstructible(path="madoguchi.blocks.files.storage.FolderStorage")
class FolderStorage(FileSystemStorage):
    """Django's storage in a folder, with names that are given once and writes that survive a kill."""

    # Asked each time: the data folder of a test, or of a restore, is another from one moment to the next.
    @property
    def base_location(self) -> Any:
        return str(Path(settings.DATA_DIR) / FOLDER)

    @property
    def location(self) -> Any:
        return os.path.abspath(self.base_location)  # noqa: PTH100 - what Django's own property gives

    def get_available_name(self, name: str, max_length: int | None = None) -> str:  # noqa: ARG002
        """Give the name itself: it is the digest of the content, so that a second writer writes the same."""
        return name

    def _save(self, name: str, content: Any) -> str:
        final = Path(self.path(name))
        drafts = Path(self.location) / DRAFTS
        for folder in (drafts, final.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = drafts / f"{final.name}.{secrets.token_hex(8)}"
        try:
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(final)
        finally:
            draft.unlink(missing_ok=True)
        # The folders on the way are made as rarely as they are many; a power cut must not take them back.
        for folder in (final.parent, final.parent.parent, Path(self.location)):
            _folder_sync(folder)
        return name

    def touch(self, name: str) -> None:
        """
        Let a content count as written now.

        :raises FileNotFoundError: it is not there.
        """
        os.utime(self.path(name))

    def drafts(self) -> list[Path]:
        """List drafts, of killed writers and of those that are writing."""
        folder = Path(self.location) / DRAFTS
        return sorted(folder.iterdir()) if folder.is_dir() else []


def _folder_sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def content_path(sha256: str) -> str:
    """Give the place of a content: two levels of 256 folders each, so that none holds more than some thousand."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def body_length(body: IO[bytes]) -> int:
    """Measure a seekable body, and leave it at its beginning."""
    length = body.seek(0, os.SEEK_END)
    body.seek(0)
    return length
