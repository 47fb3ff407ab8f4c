"""What comes out of reading an address."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal


class Level(IntEnum):
    """How far an address was understood, from nothing to the room."""

    NONE = 0
    PREFECTURE = 1
    CITY = 2
    TOWN = 3
    BLOCK = 4
    HOUSE = 5
    BUILDING = 6


class Quality(IntEnum):
    """
    How sure the parts are; the worst of them counts.

    ``EXACT``: written as the gazetteer and the rules of 住居表示 write it. ``FOLDED``: the same after variants
    (width, 漢数字, hyphens, ヶ and ケ, 旧字, a left-out 郡 or 大字) are put aside. ``GUESSED``: the gazetteer does not know a
    part, it was taken by its shape. ``NONE``: nothing was understood.
    """

    NONE = 0
    GUESSED = 1
    FOLDED = 2
    EXACT = 3


DoubtCode = Literal[
    "not_understood", "city_unknown", "town_unknown", "chome_unknown", "chome_missing", "several_towns"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something about an address that somebody should look at; ``text`` is the piece in question."""

    code: DoubtCode
    text: str = ""


@dataclass(frozen=True, slots=True)
class ParsedAddress:
    """
    An address and its parts; a part that is not there is an empty text.

    ``prefecture``, ``city`` and ``town`` are in the gazetteer's spelling where it knows them, else as typed. A prefecture
    or city that was left out is filled in from the gazetteer's own city, once a town of it was found or nothing else fits.
    ``oaza`` is the town without its 丁目, ``chome`` that number. ``block`` is 街区符号 or 地番 ("5", "甲5", "無番地"), ``house``
    住居番号 or 枝番 ("1", "イ"), ``building`` the rest of the 方書 (a room alone: "203"). ``town_code`` and ``city_code`` are the
    gazetteer's, empty for what it does not know. ``rest`` was not understood.
    """

    written: str
    postal_code: str = ""
    prefecture: str = ""
    city: str = ""
    city_code: str = ""
    town: str = ""
    town_code: str = ""
    oaza: str = ""
    chome: str = ""
    block: str = ""
    house: str = ""
    building: str = ""
    rest: str = ""
    level: Level = Level.NONE
    quality: Quality = Quality.NONE
    doubts: tuple[Doubt, ...] = ()

    @property
    def not_understood(self) -> tuple[str, ...]:
        """Give the pieces of the text that found no place among the parts."""
        return tuple(doubt.text for doubt in self.doubts if doubt.code == "not_understood")
