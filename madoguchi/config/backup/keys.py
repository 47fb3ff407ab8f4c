"""
The keys' own file: everything under ``keys/``, apart from the backup that they would open.

No Django here: a cut key keeps the settings from loading, and this is what brings it back.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

from madoguchi import __version__
from madoguchi.config.backup.archive import Archive, ArchiveRefused, ArchiveWriter, folder_sync

KEYS_FORMAT = "madoguchi-keys"
KEYS_VERSION = 1
NAME = re.compile(r"keys/[A-Za-z0-9][A-Za-z0-9_.-]*\.key")


def fingerprint(path: Path) -> str:
    """Tell a key from another without telling the key; the same as ``kernel.audit.key_id``."""
    secret = path.read_bytes().strip()
    return hashlib.sha256(b"key-id:" + secret).hexdigest()[:16]


def fingerprints(data: Path) -> dict[str, str]:
    """Give the fingerprint of every key of an installation, by the key's name."""
    return {path.stem: fingerprint(path) for path in sorted((data / "keys").glob("*.key"))}


def keys_write(writer: ArchiveWriter, data: Path, *, installation: str, now: datetime) -> None:
    """Put every key of an installation into an archive and seal it."""
    for path in sorted((data / "keys").glob("*.key")):
        with writer.member(f"keys/{path.name}") as member:
            member.write(path.read_bytes())
    writer.manifest(
        {
            "format": KEYS_FORMAT,
            "format_version": KEYS_VERSION,
            "program": __version__,
            "installation": installation,
            "created_at": now.isoformat(),
            "keys": fingerprints(data),
        }
    )
    writer.seal()


def keys_open(path: Path) -> Archive:
    """
    Open a file of keys, every byte checked.

    :raises ArchiveRefused: it is none, or it is damaged.
    """
    archive = Archive(path, {KEYS_FORMAT: KEYS_VERSION})
    if not all(NAME.fullmatch(name) for name in archive.names()):
        raise ArchiveRefused(f"{path} に鍵でないものが入っています。")
    archive.check()
    return archive


def is_keys_file(path: Path) -> bool:
    """Say whether a file is a whole file of keys."""
    try:
        keys_open(path).__exit__(None, None, None)
    except ArchiveRefused:
        return False
    return True


def keys_unpack(archive: Archive, folder: Path) -> list[str]:
    """Write the keys into a new folder, readable by the owner only; the names of the keys."""
    folder.mkdir(mode=0o700)
    for name in archive.names():
        handle = os.open(folder / Path(name).name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.writelines(archive.chunks(name))
            file.flush()
            os.fsync(file.fileno())
    folder_sync(folder)
    return sorted(Path(name).stem for name in archive.names())


def keys_restore(path: Path, data: Path, *, stamp: str) -> dict[str, Any]:
    """
    Put the keys of a file in place; those that were there are kept beside them.

    :param stamp: the moment, for the name of the folder that keeps the old keys.
    :raises ArchiveRefused: the file is damaged.
    """
    staged, place, kept = data / "keys.restoring", data / "keys", data / f"keys.before-{stamp}"
    shutil.rmtree(staged, ignore_errors=True)
    with keys_open(path) as archive:
        names = keys_unpack(archive, staged)
    if place.exists():
        place.rename(kept)
    staged.rename(place)
    folder_sync(data)
    return {"keys": names, "kept": str(kept) if kept.exists() else ""}
