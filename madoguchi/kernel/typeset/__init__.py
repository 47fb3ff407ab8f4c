"""
Typesetting: a Typst template and data become a PDF, with the fonts of the house and nothing of the network.

A template stands beside the code that uses it, and so do the ``.typ`` files that it imports; ``house.typ`` of this
folder is always at hand. The work is done by a process of its own (``child.py``): what it needs of memory goes back
when it ends, and a template that never ends is stopped.

Invariants (``tests/kernel/test_typeset.py``):

1. Texts are data: whatever stands in them is printed literally.
2. The same template, data and fonts give the same bytes.
3. No character is drawn from a font of the computer, so that a PDF looks the same wherever it is made.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import Semaphore
from typing import Any

from madoguchi.kernel.typeset.fonts import FontMissing, font_folders

__all__ = ["FontMissing", "TypesetFailed", "typeset", "typeset_parts"]

HOUSE = Path(__file__).with_name("house.typ")
SECONDS = 120
# A long document takes 200 MB while it is made; two at a time are enough for one process of the house.
_room = Semaphore(2)
# Typst writes the dictionary of each page uncompressed.
_PAGE = re.compile(rb"/Type */Page\b")


class TypesetFailed(RuntimeError):
    """A template is wrong, or took longer than it may; the message is that of Typst."""


def typeset(template: Path, data: Mapping[str, Any], lang: str = "ja") -> bytes:
    """
    Make a PDF.

    :param template: a ``.typ`` file; others in its folder may be imported by name, and ``house.typ`` always.
    :param data: what the template finds as ``json("data.json")``: texts, numbers, lists, mappings, None.
    :param lang: the language of the document, for its line breaks and for those who listen to it.
    :raises FontMissing: there is no font for Japanese.
    :raises TypesetFailed: the template is wrong.
    """
    with _room:
        return _made(template, data, {"lang": lang.partition("-")[0]})


def typeset_parts(template: Path, parts: Iterable[Mapping[str, Any]], lang: str = "ja") -> bytes:
    """
    Make a PDF that is too long to be held in memory at once: part by part, bound in the end.

    Each part begins on a new page, and pages are numbered through. What is bound has no total of pages and, unlike
    one made by ``typeset``, no tags for those who listen to it: offer them another form.

    :param parts: the data of each part, for the same template.
    :raises FontMissing, TypesetFailed: as ``typeset``.
    """
    with _room, tempfile.TemporaryDirectory(prefix="madoguchi-") as folder:
        page, names = 1, []
        for number, data in enumerate(parts):
            made = _made(template, data, {"lang": lang.partition("-")[0], "first_page": str(page)})
            page += len(_PAGE.findall(made))
            names.append(Path(folder, f"{number}.pdf"))
            names[-1].write_bytes(made)
        return _child("binding.py", "\n".join(map(str, names)).encode())


def _made(template: Path, data: Mapping[str, Any], inputs: Mapping[str, str]) -> bytes:
    folders, families = font_folders()
    files = {path.name: path.read_text(encoding="utf-8") for path in (HOUSE, *template.parent.glob("*.typ"))}
    files["main.typ"] = template.read_text(encoding="utf-8")
    files["data.json"] = json.dumps(data, ensure_ascii=False, sort_keys=True)
    order = {
        "files": files,
        "fonts": [str(folder) for folder in folders],
        "inputs": {**inputs, "families": json.dumps(families, ensure_ascii=False)},
    }
    return _child("child.py", json.dumps(order, ensure_ascii=False).encode())


def _child(script: str, order: bytes) -> bytes:
    # By its file, not as a module: what this package imports would take the child longer than a short document.
    command = [sys.executable, "-P", str(Path(__file__).with_name(script))]
    try:
        done = subprocess.run(command, input=order, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - our own module
    except subprocess.TimeoutExpired:
        raise TypesetFailed(f"no end after {SECONDS} seconds") from None
    if done.returncode:
        raise TypesetFailed(done.stderr.decode(errors="replace").strip())
    return done.stdout
