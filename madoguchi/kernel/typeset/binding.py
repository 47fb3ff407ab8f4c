"""The process that binds: names of PDF files come in, one PDF goes out, titled as the first of them."""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, TextStringObject


def main() -> int:
    """Put the pages of all files behind each other."""
    readers = [PdfReader(Path(name)) for name in sys.stdin.read().splitlines()]
    bound = PdfWriter()
    for number, reader in enumerate(readers):
        bound.append(reader, import_outline=number == 0)
    first = readers[0]
    if first.metadata is not None and first.metadata.title:
        bound.add_metadata({"/Title": first.metadata.title})
    lang = first.root_object.get("/Lang")
    if lang is not None:
        bound.root_object[NameObject("/Lang")] = TextStringObject(lang)
    # A pipe cannot say where it is, which the writer asks.
    out = BytesIO()
    bound.write(out)
    sys.stdout.buffer.write(out.getbuffer())
    return 0


if __name__ == "__main__":
    sys.exit(main())
