"""An address written out again in one way, and the key by which two spellings are one."""

import re
from typing import Final

from madoguchi.kit.addresses.folding import NUMBER_END, name_fold
from madoguchi.kit.addresses.types import Level, ParsedAddress

_SIGNS: Final = re.compile(r"[\s()（）「」『』,、，.．・'’\"”]+")
_ROOM_WORD: Final = re.compile(rf"(?<={NUMBER_END})(?:号室|号|室)$")


def address_text(parsed: ParsedAddress) -> str:
    """Write the parts in one way: prefecture, city, town, "5-1", a blank and the building."""
    if parsed.level is Level.NONE:
        return parsed.written
    numbers = "-".join(part for part in (parsed.block, parsed.house) if part)
    place = f"{parsed.prefecture}{parsed.city}{parsed.town}{numbers}"
    return f"{place} {parsed.building}" if parsed.building else place


def address_key(parsed: ParsedAddress, *, building: bool = True) -> str:
    """
    Give the key by which two spellings of one address are equal.

    For same-person matching and for grouping households. A room that is a bare number counts as one more number, so that
    5-1-203, 5番1号203号室 and 5番地1 203 are one.

    :param building: leave the 方書 out with False, for what needs the house alone.
    """
    if parsed.level is Level.NONE:
        return f"?{_letters(parsed.written)}"
    room = parsed.building if building else ""
    numbers = [parsed.chome, parsed.block, parsed.house]
    if room.isascii() and room.isdigit():
        numbers.append(room)
        room = ""
    named = _ROOM_WORD.sub("", _SIGNS.sub("", name_fold(room))).replace(NUMBER_END, "")
    place = f"{parsed.city_code or _letters(parsed.prefecture + parsed.city)}|{_letters(parsed.oaza)}"
    # Each number is closed, so that 2丁目 is no beginning of 21番地.
    closed = "".join(f"{number}-" for number in numbers if number)
    return f"{place}|{closed}|{named}"


def address_key_beginning(parsed: ParsedAddress) -> str:
    """Give what the keys of every address begin with that lies where this one says: a town, a 丁目, a house."""
    key = address_key(parsed)
    return key if parsed.level is Level.NONE else key.rstrip("|")


def _letters(text: str) -> str:
    return name_fold(text).replace(NUMBER_END, "")
