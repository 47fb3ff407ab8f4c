"""
Sealing: bytes that only whoever has the owner's key can read.

The form is a header (mark, 16 random bytes) and pieces of 64 KiB, each closed with XSalsa20-Poly1305 (libsodium's
secretbox) under a nonce made of the random bytes, the number of the piece and whether it is the last. That is the STREAM
construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015): a piece changed, lost, doubled or put elsewhere, and an end cut
off, are all refused.

Invariants (``tests/files/test_sealing.py``):

1. What was sealed is read again with its key, byte for byte; with another key nothing is read.
2. Every change to the sealed bytes is refused before the piece that it touches is given.
3. Equal bytes, sealed twice, have nothing in common.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from madoguchi.kernel.actions import Unavailable
from madoguchi.kernel.keys import key_read

MARK = b"MDGSEAL\x01"
SALT = 16
PIECE = 64 * 1024
_CLOSED = PIECE + SecretBox.MACBYTES
HEADER = len(MARK) + SALT


class SealBroken(Unavailable):
    """The sealed bytes were changed, or the key is another."""

    message = _(
        "封をしたファイルを開けません。鍵が違うか、中身が壊れています。システムの担当者に知らせてください。"
    )


def sealed_write(plain: IO[bytes], out: IO[bytes], *, key: bytes) -> str:
    """
    Seal a body from its beginning into another; the keyed digest of the plain bytes, as ``plain_mac`` gives it.

    :param key: 32 bytes.
    """
    box, salt = SecretBox(key), secrets.token_bytes(SALT)
    digest = hashlib.sha256()
    out.write(MARK + salt)
    plain.seek(0)
    number, piece = 0, plain.read(PIECE)
    while True:
        following = plain.read(PIECE)
        digest.update(piece)
        out.write(box.encrypt(piece, _nonce(salt, number, last=not following)).ciphertext)
        if not following:
            return plain_mac(salt, digest.digest())
        number, piece = number + 1, following


def sealed_pieces(body: IO[bytes], *, key: bytes) -> Iterator[bytes]:
    """
    Open sealed bytes piece by piece.

    :raises SealBroken: another key, or changed bytes; what was given before is true, the rest is not given.
    """
    header = body.read(HEADER)
    if len(header) != HEADER or not header.startswith(MARK):
        raise SealBroken
    box, salt = SecretBox(key), header[len(MARK) :]
    number, piece = 0, _read(body)
    while True:
        following = _read(body)
        try:
            yield box.decrypt(piece, _nonce(salt, number, last=not following))
        except (CryptoError, ValueError) as error:
            raise SealBroken from error
        if not following:
            return
        number, piece = number + 1, following


def plain_mac(salt: bytes, digest: bytes) -> str:
    """Give the digest of a sealed content's plain bytes: keyed by the installation, salted by the content."""
    key = key_read(Path(settings.DATA_DIR), "files").encode("ascii")
    return hmac.new(key, salt + digest, hashlib.sha256).hexdigest()


def sealed_salt(body: IO[bytes]) -> bytes:
    """Read the random bytes of a sealed body's header."""
    return body.read(HEADER)[len(MARK) :]


class Unsealed(io.RawIOBase):
    """The plain bytes of a sealed body, as a file that is read once from its beginning."""

    def __init__(self, body: IO[bytes], *, key: bytes) -> None:
        super().__init__()
        self._body = body
        self._pieces = sealed_pieces(body, key=key)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = memoryview(next(self._pieces, b""))
        taken = min(len(buffer), len(self._rest))
        buffer[:taken] = self._rest[:taken]
        self._rest = self._rest[taken:]
        return taken

    def close(self) -> None:
        self._body.close()
        super().close()


def _read(body: IO[bytes]) -> bytes:
    """Read a whole piece: a body over a network may give less at a time."""
    parts: list[bytes] = []
    missing = _CLOSED
    while missing and (part := body.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _nonce(salt: bytes, number: int, *, last: bool) -> bytes:
    return salt + number.to_bytes(7, "big") + bytes([last])
