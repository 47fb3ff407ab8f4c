"""
The store of contents: what the block asks of any storage of Django's, folder or S3.

Invariants (``tests/files/test_store.py``):

1. What is opened under a digest was put under that digest; putting twice is putting once.
2. After ``content_put`` the bytes are there, and their age begins anew: no sweep of strays takes them today.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any, cast

from django.core.files.base import File
from django.core.files.storage import Storage, storages
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.files.storage import DRAFTS, content_path
from madoguchi.blocks.files.types import Damage
from madoguchi.kernel.actions import Unavailable

ALIAS = "contents"
CHUNK = 1 << 20


class ContentGone(Unavailable):
    """The bytes of a content are not where they should be."""

    message = _(
        "このファイルの中身がいま見つかりません。システムの担当者に知らせてください（控えから戻せることがあります）。"
    )


class StoreAway(Unavailable):
    """The store cannot be written or read at the moment."""

    message = _(
        "いまファイルを保存できません。入力した内容はこの画面に残っています。しばらくしてから、もう一度押してください。"
    )


def store() -> Storage:
    """Give the storage that the installation is set up with."""
    return storages[ALIAS]


def content_put(sha256: str, body: IO[bytes], *, anew: bool = False) -> None:
    """
    Store bytes under their digest, unless they are there.

    :param anew: write them even so: what is there is known to be damaged.
    :raises StoreAway: they could not be written; nothing stands under the name that was not there before.
    """
    storage: Any = store()
    name = content_path(sha256)
    try:
        if not anew and storage.exists(name) and hasattr(storage, "touch"):
            try:
                storage.touch(name)
                return
            except FileNotFoundError:
                # Swept between the two looks.
                pass
        body.seek(0)
        storage.save(name, File(body, name=name))
    except Exception as error:
        raise _away(error) from error
    finally:
        body.seek(0)


def content_open(sha256: str) -> IO[bytes]:
    """
    Open stored bytes for reading from the beginning.

    :raises ContentGone: they are not there.
    """
    try:
        return cast(IO[bytes], store().open(content_path(sha256), "rb"))
    except FileNotFoundError as error:
        raise ContentGone(sha256=sha256) from error
    except Exception as error:
        raise _away(error) from error


def content_body(sha256: str) -> IO[bytes]:
    """
    Give stored bytes to be read by whoever may come to ask for them: opened when the first of them is asked for.

    :raises ContentGone: they are not there.
    """
    if not content_exists(sha256):
        raise ContentGone(sha256=sha256)
    return cast(IO[bytes], io.BufferedReader(_OpenedLate(sha256), CHUNK))


class _OpenedLate(io.RawIOBase):
    """A stored body that holds no file until it is read: an answer to a HEAD, or to a line that broke, is never read."""

    def __init__(self, sha256: str) -> None:
        super().__init__()
        self._sha256 = sha256
        self._body: IO[bytes] | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._opened().read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._opened().seek(offset, whence)

    def tell(self) -> int:
        return self._body.tell() if self._body else 0

    def close(self) -> None:
        if self._body:
            self._body.close()
        super().close()

    def _opened(self) -> IO[bytes]:
        self._body = self._body or content_open(self._sha256)
        return self._body


def content_exists(sha256: str) -> bool:
    """Say whether bytes stand under a digest, whole or damaged."""
    try:
        return bool(store().exists(content_path(sha256)))
    except Exception as error:
        raise _away(error) from error


def content_delete(sha256: str) -> None:
    """Delete the bytes of a content; nothing happens where there are none."""
    try:
        store().delete(content_path(sha256))
    except Exception as error:
        raise _away(error) from error


def content_damage(sha256: str) -> Damage | None:
    """
    Read stored bytes to their end and compare them with their digest; None where they are whole.

    :raises StoreAway: the store does not answer, which says nothing of the content.
    """
    try:
        body = content_open(sha256)
    except ContentGone:
        return Damage.MISSING
    try:
        digest = body_digest(body)
    except OSError:
        # A disk that cannot read its own sector.
        return Damage.DAMAGED
    finally:
        body.close()
    return None if digest == sha256 else Damage.DAMAGED


def body_digest(body: IO[bytes]) -> str:
    """Give the SHA-256 of a body from where it stands."""
    digest = hashlib.sha256()
    while chunk := body.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def strays(known: frozenset[str] | set[str], *, before: datetime) -> Iterator[str]:
    """Give the digests of stored bytes that no row knows and that were written before a moment."""
    storage = store()
    for first in _folders(storage, ""):
        for second in _folders(storage, first):
            for sha256 in sorted(storage.listdir(f"{first}/{second}")[1]):
                name = f"{first}/{second}/{sha256}"
                if sha256 not in known and storage.get_modified_time(name) < before:
                    yield sha256


def _folders(storage: Storage, place: str) -> list[str]:
    try:
        return sorted(one for one in storage.listdir(place)[0] if one != DRAFTS)
    except FileNotFoundError:
        return []


def _away(error: Exception) -> Exception:
    return error if isinstance(error, Unavailable) else StoreAway(reason=str(error))
