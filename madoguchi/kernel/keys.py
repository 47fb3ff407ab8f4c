"""The installation's secrets: one file each under ``keys/``, made on first use, owner-readable only."""

from __future__ import annotations

import os
import secrets
from functools import lru_cache
from pathlib import Path


class KeyRefused(Exception):
    """A key file cannot be read, made or trusted; the text says what to do."""


def key_read(data: Path, name: str) -> str:
    """
    Give the installation's secret of this name, made on first use.

    :param data: the data folder of the installation.
    :raises KeyRefused: the file is cut short, unreadable or cannot be made.
    """
    path = data / "keys" / f"{name}.key"
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        secret = _made(path) or _read(path, path.stat().st_mtime_ns)
    except (OSError, UnicodeDecodeError) as error:
        raise KeyRefused(f"MADOGUCHI_DATA: cannot read or make the key {path}: {error}") from error
    if len(secret) < 40:
        raise KeyRefused(
            f"MADOGUCHI_DATA: the key {path} is empty or cut short. Put the file back from your key backup."
        )
    return secret


@lru_cache(maxsize=8)
def _read(path: Path, changed_ns: int) -> str:  # noqa: ARG001 - a file put back is read again
    return path.read_text(encoding="ascii").strip()


def _made(path: Path) -> str:
    """Make the file if it is not there; it appears whole or not at all, whoever else tries."""
    if path.exists():
        return ""
    secret = secrets.token_urlsafe(48)
    draft = path.with_suffix(f".{secrets.token_hex(4)}.new")
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
    ) as file:
        file.write(secret + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return ""
    finally:
        draft.unlink()
    return secret
