"""
The name of a file as its giver knows it, fit to be kept and to be given back.

Invariants (``tests/files/test_names.py``): a kept name is NFC, has 1 to 200 characters, no path, no control characters and
none that turn the direction of writing, no blanks or dots at its ends; cleaning it again changes nothing.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from madoguchi.blocks.files.types import NAME_MOST
from madoguchi.kit.characters import letters_split

NAMELESS: Final = "file"
EXTENSION_MOST: Final = 10
# They make gpj.exe look like exe.jpg, or hide in a name; the joiners of emoji and names are left alone.
_UNSEEN: Final = re.compile("[\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
_BLANKS: Final = re.compile(r"\s+")
_UNFIT: Final = frozenset('<>:"|?*')
_EXTENSION: Final = re.compile(r"\.([A-Za-z0-9]{1,10})")


def name_clean(given: str) -> str:
    """Bring a name to the form in which it is kept: the last part of a path, NFC, at most 200 characters."""
    text = unicodedata.normalize("NFC", re.split(r"[/\\]", given)[-1])
    text = "".join("_" if one in _UNFIT else one for one in text if one.isspace() or _fit(one))
    text = _trimmed(_UNSEEN.sub("", _BLANKS.sub(" ", text)))
    # What was taken away may have brought together what belongs together.
    text = unicodedata.normalize("NFC", text)
    return _shortened(text) or NAMELESS


def extension_of(name: str) -> str:
    """Give the end of a name behind its last dot, in small letters; "" where it has none that could be one."""
    place = name.rfind(".")
    found = _EXTENSION.fullmatch(name[place:]) if place > 0 else None
    return found[1].lower() if found else ""


def name_with(name: str, extension: str) -> str:
    """Put an end behind a clean name that has none."""
    return _shortened(f"{name}.{extension}")


def _fit(one: str) -> bool:
    # Cc control, Cs half a character, Cn not a character, Co private use of some computer: 外字 stay.
    return unicodedata.category(one) not in ("Cc", "Cs", "Cn")


def _trimmed(text: str) -> str:
    return text.strip(" .")


def _shortened(text: str) -> str:
    if len(text) <= NAME_MOST:
        return text
    end = extension_of(text)
    ending = f".{end}" if end else ""
    kept = ""
    for letter in letters_split(text[: len(text) - len(ending)]):
        if len(kept) + len(letter) + len(ending) > NAME_MOST:
            break
        kept += letter
    return (_trimmed(kept) or NAMELESS) + text[len(text) - len(ending) :] if ending else _trimmed(kept)
