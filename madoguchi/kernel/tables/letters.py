"""Letters that cannot be kept, or that only the sender's computer knows (外字): what becomes of them, and the notes."""

from __future__ import annotations

import re
from typing import Final

from django.utils.translation import gettext
from openpyxl.utils import get_column_letter

from madoguchi.kernel.tables.sheets import Sheet
from madoguchi.kit.variants import gaiji_find

_LOOKED_AT: Final = re.compile("[\0\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010ffff]")
_HALVES: Final = re.compile("[\ud800-\udfff]")
UNKNOWN: Final = "\ufffd"


def text_looked_at(text: str) -> bool:
    """Whether ``text_kept`` would find anything."""
    return _LOOKED_AT.search(text) is not None if not text.isascii() else "\0" in text


def text_kept(sheet: Sheet, text: str, row: int, column: int) -> str:
    """
    Give a text as it is kept: NUL left out and halves of letters as �, for no database takes them.

    外字 stay as they are; all three are counted for the notes.
    """
    if not text_looked_at(text):
        return text
    place = f"{get_column_letter(column)}{row}"
    if nuls := text.count("\0"):
        sheet.tally("nul", place, nuls)
        text = text.replace("\0", "")
    if _HALVES.search(text):
        # Two halves that belong together are one letter.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        if lost := text.count(UNKNOWN):
            sheet.tally("halves", place, lost)
    if found := gaiji_find(text):
        codes = "・".join(dict.fromkeys(one.code for one in found))
        sheet.tally("gaiji", f"{place}（{codes}）", len(found))
    return text


def letters_notes(sheet: Sheet) -> None:
    """Write the notes about what was counted."""
    texts = {
        "nul": gettext("読めない文字（NUL）を%(count)d個除きました。"),
        "halves": gettext("壊れた文字が%(count)d個あり、「�」と読みました。"),
        "gaiji": gettext(
            "外字（送り手のコンピューターだけの文字）が%(count)d個あります。どの文字か、送り手に確かめてください。"
        ),
    }
    for code, text in texts.items():
        if tally := sheet.tallies.get(code):
            sheet.note(code, str(tally), text % {"count": tally.count})
