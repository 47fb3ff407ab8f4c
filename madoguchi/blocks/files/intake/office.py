"""
Word, Excel and PowerPoint (OOXML, ISO/IEC 29500): a zip whose parts say what they are, looked at without unpacking it.

zipfile reads no more of a part than the directory says, so that the sizes told are the sizes unpacked.
"""

from __future__ import annotations

import re
import zipfile
from typing import IO, Final

from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.files.intake.formats import ARCHIVE
from madoguchi.blocks.files.intake.refusals import (
    FileActive,
    FileBroken,
    FileKindRefused,
    FileLocked,
    FileRefused,
    FileSwells,
)

PARTS_MOST: Final = 5_000
UNPACKED_MOST: Final = 400 * 1024 * 1024
# A sheet of zeros packs well; a bomb packs a thousandfold. Only what is large at all is looked at.
SWELL_MOST: Final = 200
SWELL_FROM: Final = 20 * 1024 * 1024
_XML_MOST: Final = 4 * 1024 * 1024
_MAIN: Final = {
    "wordprocessingml.document": "docx",
    "spreadsheetml.sheet": "xlsx",
    "presentationml.presentation": "pptx",
}
_MACROS: Final = re.compile(
    r"(vbaProject|vbaData|macrosheets/|activeX|dialogsheets/|customUI/)", re.IGNORECASE
)
_EMBEDDED: Final = re.compile(
    r"(oleObject\d*\.bin|embeddings/.*\.(bin|exe|js|vbs|scr|bat|cmd|ps1|lnk|zip))$", re.IGNORECASE
)
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")


def ole_refused(body: IO[bytes]) -> FileRefused:
    """Say why an OLE file is refused: a locked OOXML document looks like one, and so do .xls and .doc."""
    body.seek(0)
    while chunk := body.read(1 << 20):
        if _ENCRYPTED in chunk:
            return FileLocked()
    return FileKindRefused(_("古い形式（.doc・.xls・.ppt）のファイル"))


def office_read(body: IO[bytes]) -> str:
    """
    Say which document a zip is (docx, xlsx, pptx).

    :raises FileKindRefused: an archive, or another kind of document. :raises FileLocked: it is encrypted.
    :raises FileActive: macros, controls or embedded programs. :raises FileSwells: a bomb. :raises FileBroken: unreadable.
    """
    body.seek(0)
    try:
        with zipfile.ZipFile(body) as packed:
            return _document(packed)
    except FileRefused:
        raise
    except Exception as error:
        # A broken archive may fail in any of the unpacking libraries.
        raise FileBroken from error
    finally:
        body.seek(0)


def _document(packed: zipfile.ZipFile) -> str:
    parts = packed.infolist()
    if any(part.flag_bits & 0x1 for part in parts):
        raise FileLocked
    _sizes_check(parts)
    names = {part.filename for part in parts}
    if "[Content_Types].xml" not in names or len(names) != len(parts):
        raise FileKindRefused(ARCHIVE)
    types = _xml(packed, "[Content_Types].xml")
    if "macroEnabled" in types or any(_MACROS.search(name) for name in names):
        raise FileActive(_("マクロ"))
    if any(_EMBEDDED.search(name) for name in names):
        raise FileActive(_("別のファイル"))
    found = next((name for words, name in _MAIN.items() if f"{words}.main+xml" in types), "")
    if not found:
        raise FileKindRefused(ARCHIVE)
    for name in sorted(names):
        if name.endswith(".rels"):
            _relations_check(_xml(packed, name))
        elif name.endswith(".xml"):
            _doctype_refuse(_head(packed, name))
    return found


def _sizes_check(parts: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    swells = any(
        part.file_size > SWELL_FROM and part.file_size > SWELL_MOST * max(part.compress_size, 1)
        for part in parts
    )
    if len(parts) > PARTS_MOST or unpacked > UNPACKED_MOST or swells:
        raise FileSwells


def _relations_check(relations: str) -> None:
    """A template that is fetched from elsewhere brings its macros along."""
    for relation in re.findall(r"<Relationship\b[^>]*>", relations):
        if "External" in relation and re.search(
            r"/(attachedTemplate|oleObject|frame|subDocument)\"", relation
        ):
            raise FileActive(_("外から読み込む部品"))


def _xml(packed: zipfile.ZipFile, name: str) -> str:
    if packed.getinfo(name).file_size > _XML_MOST:
        raise FileSwells
    text = packed.read(name).decode("utf-8", "replace")
    _doctype_refuse(text[:4096].encode())
    return text


def _head(packed: zipfile.ZipFile, name: str) -> bytes:
    with packed.open(name) as stream:
        return stream.read(4096)


def _doctype_refuse(head: bytes) -> None:
    # No Office program writes a document type; whoever does wants its entities unfolded.
    if b"<!DOCTYPE" in head.replace(b"\0", b"").upper():
        raise FileBroken
