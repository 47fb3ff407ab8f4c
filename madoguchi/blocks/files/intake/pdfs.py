"""PDF: how many pages, and that nothing in it runs, opens a program or carries another file (ISO 32000-1, 7.11, 12.6)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import IO, Any, Final

from django.utils.translation import gettext_lazy as _
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from madoguchi.blocks.files.intake.refusals import FileActive, FileBroken, FileLocked, FileRefused, FileSwells

OBJECTS_MOST: Final = 200_000
_SCRIPT: Final = _("プログラム（JavaScript など）")
_CARRIED: Final = _("別のファイル")
_ACTIONS: Final = {
    "/JavaScript": _SCRIPT,
    "/Launch": _SCRIPT,
    "/ImportData": _SCRIPT,
    "/Rendition": _SCRIPT,
    "/GoToE": _CARRIED,
}
_KEYS: Final = {
    "/JS": _SCRIPT,
    "/JavaScript": _SCRIPT,
    "/XFA": _SCRIPT,
    "/EmbeddedFiles": _CARRIED,
    "/EF": _CARRIED,
}
_NOTES: Final = {
    "/FileAttachment": _CARRIED,
    "/RichMedia": _CARRIED,
    "/Movie": _CARRIED,
    "/3D": _CARRIED,
    "/Screen": _CARRIED,
}

# It warns of every slip of a printer's; what matters is refused.
logging.getLogger("pypdf").setLevel(logging.ERROR)


def pdf_read(body: IO[bytes]) -> int:
    """
    Count the pages of a PDF that may be kept.

    :raises FileLocked: it is encrypted. :raises FileActive: it holds scripts or other files.
    :raises FileBroken: it cannot be read.
    """
    body.seek(0)
    try:
        reader = PdfReader(body, strict=False)
        if reader.is_encrypted:
            raise FileLocked
        for count, one in enumerate(_objects(reader)):
            if count > OBJECTS_MOST:
                raise FileSwells
            _look(one)
        pages = len(reader.pages)
    except FileRefused:
        raise
    except Exception as error:
        # pypdf raises whatever a broken object makes its parser raise.
        raise FileBroken from error
    finally:
        body.seek(0)
    if not pages:
        raise FileBroken
    return pages


def pdf_beginning(body: IO[bytes], *, letters: int) -> str:
    """Give the first words of the first page that has any of the first three; "" for a scan."""
    reader = PdfReader(body, strict=False)
    for page in reader.pages[:3]:
        if text := page.extract_text().strip():
            return str(text[:letters])
    return ""


def _objects(reader: PdfReader) -> Iterator[Any]:
    """Give every object that the file's tables name, the trailer first: also those to which nothing leads."""
    yield reader.trailer
    numbers = {(number, generation) for generation, table in reader.xref.items() for number in table}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    for number, generation in sorted(numbers):
        if number:
            yield reader.get_object(IndirectObject(number, generation, reader))


def _look(one: Any) -> None:
    """Refuse what an object says it does; what it points at is an object of its own turn."""
    todo = [one]
    while todo:
        this = todo.pop()
        if isinstance(this, DictionaryObject):
            _entries_check(this)
            # Not values(): that would follow every reference.
            todo += [this.raw_get(key) for key in this]
        elif isinstance(this, ArrayObject):
            todo += list.__iter__(this)


def _entries_check(entries: DictionaryObject) -> None:
    for key, what in _KEYS.items():
        if key in entries:
            raise FileActive(what)
    for key, words in (("/S", _ACTIONS), ("/Subtype", _NOTES)):
        value = entries.raw_get(key) if key in entries else None
        if isinstance(value, str) and value in words:
            raise FileActive(words[value])
    if isinstance(entries, StreamObject) and entries.get("/Type") == "/EmbeddedFile":
        raise FileActive(_CARRIED)
