"""
The way of a file from a giver's hands to the store: limit, kind, cleaning, virus check, seal, store.

It runs before the transaction that keeps the file, because it takes as long as the file is large. A file that is not kept
afterwards leaves bytes that no row names; the sweep finds them.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
from dataclasses import dataclass
from typing import IO

from madoguchi.blocks.files.intake.formats import FORMATS, HEAD_BYTES, Format, head_read
from madoguchi.blocks.files.intake.images import image_clean
from madoguchi.blocks.files.intake.names import extension_of, name_clean, name_with
from madoguchi.blocks.files.intake.office import office_read, ole_refused
from madoguchi.blocks.files.intake.pdfs import pdf_read
from madoguchi.blocks.files.intake.refusals import (
    FileEmpty,
    FileKindRefused,
    FileNameLies,
    FileTooLarge,
    VirusFound,
)
from madoguchi.blocks.files.intake.texts import text_read
from madoguchi.blocks.files.scanning import ScannerAway, scanner_bound
from madoguchi.blocks.files.sealing import sealed_write
from madoguchi.blocks.files.storage import body_length
from madoguchi.blocks.files.store import body_digest, content_put
from madoguchi.blocks.files.types import FileRules, Taken, Verdict

MEMORY = 4 * 1024 * 1024
CHUNK = 1 << 20


@dataclass(slots=True)
class _Read:
    """What the reader of its kind found, and the bytes that are to be kept."""

    format: Format
    body: IO[bytes]
    media_type: str
    width: int | None = None
    height: int | None = None
    pages: int | None = None


def file_take(
    *, name: str, content: bytes | IO[bytes], rules: FileRules | None = None, seal_key: bytes | None = None
) -> Taken:
    """
    Read, check, clean and store a file; ``file_keep`` then makes it a file of something. Changes no row.

    :param name: as its giver knows it; cleaned, and given the end that fits where it has none.
    :param content: all bytes, or something that reads bytes from where it stands.
    :param seal_key: 32 bytes, where the content is to be sealed: it is scanned first, and stored sealed only.
    :raises FileRefused: it cannot be taken; its subclasses say why, their messages what to do.
    :raises ScannerAway: a file to be sealed cannot be scanned now, and could not be later.
    :raises StoreAway: the store cannot be written.
    """
    rules = rules or FileRules()
    body = _spooled(content, rules.bytes_most)
    read = _read(body, rules)
    kept = _name(name_clean(name), read.format)
    verdict = _scanned(read.body, must=seal_key is not None)
    size = body_length(read.body)
    stored, mac = read.body, ""
    if seal_key is not None:
        stored = _spool()
        mac = sealed_write(read.body, stored, key=seal_key)
        read.body.close()
    stored.seek(0)
    sha256 = body_digest(stored)
    content_put(sha256, stored)
    return Taken(
        name=kept, media_type=read.media_type, size=size, sha256=sha256, body=stored, verdict=verdict,
        width=read.width, height=read.height, pages=read.pages, plain_mac=mac,
    )  # fmt: skip


def derived_take(content: bytes, *, media_type: str, name: str) -> Taken:
    """Store bytes that were made here of a content that was checked before."""
    body = io.BytesIO(content)
    sha256 = hashlib.sha256(content).hexdigest()
    content_put(sha256, body)
    return Taken(
        name=name,
        media_type=media_type,
        size=len(content),
        sha256=sha256,
        body=body,
        verdict=Verdict.UNCHECKED,
    )


class _Spool(tempfile.SpooledTemporaryFile[bytes]):
    """A temporary file, in memory while it is small, gone when nobody holds it: a refusal may come from anywhere."""

    def __del__(self) -> None:
        self.close()


def _spool() -> IO[bytes]:
    return _Spool(max_size=MEMORY)


def _spooled(content: bytes | IO[bytes], most: int) -> IO[bytes]:
    source = io.BytesIO(content) if isinstance(content, bytes) else content
    body, length = _spool(), 0
    while chunk := source.read(CHUNK):
        length += len(chunk)
        if length > most:
            raise FileTooLarge(most=most)
        body.write(chunk)
    if not length:
        raise FileEmpty
    body.seek(0)
    return body


def _read(body: IO[bytes], rules: FileRules) -> _Read:
    """Let the reader of its kind prove a body, where this kind is taken here."""
    found, label = head_read(body.read(HEAD_BYTES))
    body.seek(0)
    if found == "ole":
        raise ole_refused(body)
    if found == "zip":
        # Which document it is only its parts say; an archive is refused by the reader.
        if "office" not in rules.kinds:
            raise FileKindRefused(label)
        found = office_read(body)
    format_ = FORMATS.get(found)
    if format_ is None or format_.kind not in rules.kinds:
        raise FileKindRefused(format_.label if format_ else label)
    if format_.kind == "image":
        cleaned = image_clean(body, found)
        body.close()
        return _Read(format_, io.BytesIO(cleaned.content), format_.media_type, cleaned.width, cleaned.height)
    if format_.kind == "pdf":
        return _Read(format_, body, format_.media_type, pages=pdf_read(body))
    if format_.kind == "text":
        _text, charset = text_read(body)
        return _Read(format_, body, f"{format_.media_type}; charset={charset}")
    return _Read(format_, body, format_.media_type)


def _name(name: str, format_: Format) -> str:
    extension = extension_of(name)
    if not extension:
        return name_with(name, format_.extensions[0])
    if extension not in format_.extensions:
        raise FileNameLies(name=name, found=format_.label, extension=format_.extensions[0])
    return name


def _scanned(body: IO[bytes], *, must: bool) -> Verdict:
    scanner = scanner_bound()
    if scanner is None:
        return Verdict.UNCHECKED
    body.seek(0)
    try:
        virus = scanner.scan(body)
    except ScannerAway:
        if must:
            raise
        return Verdict.WAITING
    finally:
        body.seek(0)
    if virus:
        raise VirusFound(virus=virus)
    return Verdict.CLEAN
