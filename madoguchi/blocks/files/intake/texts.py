"""Texts and CSV: which letters they are written in, nothing but letters, and no My Number."""

from __future__ import annotations

import re
from typing import IO, Final

from madoguchi.blocks.files.intake.refusals import FileBroken, MyNumberInFile
from madoguchi.kit.check_characters import my_number_find

_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
# By the names under which browsers know them.
_LETTERS: Final = (("utf-8-sig", "utf-8"), ("cp932", "shift_jis"), ("euc_jp", "euc-jp"))


def text_read(body: IO[bytes]) -> tuple[str, str]:
    """
    Read a whole text; the text, and the name of its letters (charset).

    :raises FileBroken: it is written in no letters that we know, or holds control characters.
    :raises MyNumberInFile: a line holds what could be a 個人番号.
    """
    body.seek(0)
    text, charset = text_decode(body.read())
    if _CONTROLS.search(text):
        raise FileBroken
    for number, line in enumerate(text.splitlines(), start=1):
        if my_number_find(line):
            raise MyNumberInFile(line=number)
    return text, charset


def text_decode(content: bytes) -> tuple[str, str]:
    """
    Decode a text by its mark, else as UTF-8, Shift_JIS (Windows) or EUC-JP.

    :raises FileBroken: none of these.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        charset = "utf-16le" if content.startswith(b"\xff\xfe") else "utf-16be"
        try:
            return content.decode("utf-16"), charset
        except UnicodeDecodeError as error:
            raise FileBroken from error
    for codec, charset in _LETTERS:
        try:
            return content.decode(codec), charset
        except UnicodeDecodeError:
            continue
    raise FileBroken
