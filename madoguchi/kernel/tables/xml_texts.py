"""Texts inside the XML of a workbook: its own spelling of letters that XML does not have (_x000D_)."""

from __future__ import annotations

import re
from typing import Final

_SPELLED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SPELLING: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MARKED: Final = re.compile("[&<>\r]")
_MARKS: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}


def text_unescape(text: str) -> str:
    """
    Read letters that are spelled by their number: _x000D_ is a return, _x005F_ the underline that spells nothing.

    Source: ECMA-376 Part 1, 22.9.2.19 (ST_Xstring).
    """
    return _SPELLED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def text_escape(text: str) -> str:
    """Write a text so that every reader of XML gives it back, ends of lines and _x000D_ itself included."""
    if "_x" in text:
        text = _SPELLING.sub("_x005F_", text)
    return _MARKED.sub(lambda found: _MARKS[found[0]], text) if _MARKED.search(text) else text


def illegal_drop(text: str) -> tuple[str, int]:
    """Leave out the letters that XML does not allow; how many there were."""
    return _ILLEGAL.subn("", text) if _ILLEGAL.search(text) else (text, 0)
