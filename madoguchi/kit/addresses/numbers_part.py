"""The part of an address behind the town: 街区符号 or 地番, 住居番号 or 枝番, and what is left for the 方書."""

import re
from dataclasses import dataclass
from typing import Final

from madoguchi.kit.addresses.folding import NUMBER_END, Folded

_N: Final = rf"[0-9]+{NUMBER_END}"
# 甲乙丙 and イロハ number plots of land where a town was surveyed in parts.
_MARK: Final = "[甲乙丙丁戊己庚辛壬癸イロハニホヘトチリヌル]"
_NOTHING_MORE: Final = r"(?=$|[\s,、，(（\-ノ号番0-9])"
_BLOCK: Final = re.compile(
    rf"(?P<mark>(?:番外|{_MARK})(?=[ノ\-]?{_N}))?[ノ\-]?(?P<number>{_N})(?!丁|条|階|号[室棟館線]|番[町丁館街]|線|[年月日])"
    r"(?P<word>番地|番外地|番|号)?"
)
_WITHOUT_NUMBER: Final = re.compile(r"(?:官有)?無番地|番外地")
_HOUSE: Final = re.compile(
    rf"(?P<gap>[\-ノ]|\s*)(?:(?P<number>{_N})|(?P<mark>{_MARK})(?:[ノ\-]?(?P<after>{_N}))?{_NOTHING_MORE})"
    r"(?P<word>号(?![室棟館車線]))?"
)
_ROOM_FOLLOWS: Final = re.compile(rf"-|ノ(?={_N})")
_ROOM_ALONE: Final = re.compile(r"([0-9]+)(?:号室|号|室)?")
# What stands between the parts when somebody leaves a gap or a comma.
_GAP: Final = re.compile(r"[\s,、，・\-ー]*")
_NEARBY: Final = frozenset({"先", "地先", "付近", "付近地", "の一部", "他", "外"})
_OFFICIAL: Final = re.compile(
    r"(?:番外|[甲-癸イロハニホヘト])?[0-9]+(?:番地|番|号)?-?(?:[0-9]+|[甲-癸イロハニホヘト][0-9]*)?号?|無番地"
)


@dataclass(frozen=True, slots=True)
class NumbersPart:
    """What stands behind the town; ``official`` tells whether the numbers are written without any variant."""

    block: str = ""
    house: str = ""
    building: str = ""
    rest: str = ""
    official: bool = True


BRANCH_BEGINS: Final = rf"[\-ノ]?{_MARK}{_NOTHING_MORE}|[\-ノ](?:{_MARK})?[0-9]"
"""What follows a number where a branch of it follows, and not the rest of a name."""

_MARK_AT_END: Final = re.compile("(?:[甲乙丙丁戊己庚辛壬癸]|(?<![ァ-ヺー])[イロハニホヘトチリヌル])$")


def mark_at_end(name: str) -> int:
    """Give the length of the letter at the end of a name that belongs to the number behind it (奥野甲 5): 1 or 0."""
    return 1 if len(name) > 1 and _MARK_AT_END.search(name) else 0


def block_begins(key: str, start: int) -> bool:
    """Tell whether a number that can be a 街区符号 or 地番 stands at a place of a folded text."""
    return bool(_BLOCK.match(key, start) or _WITHOUT_NUMBER.match(key, start))


def numbers_read(folded: Folded, start: int, written: str) -> NumbersPart:
    """
    Read everything from a place behind the town.

    :param written: the text as typed where it is as long as ``folded.plain``, else "": without it nothing counts as
        written officially.
    """
    key = folded.key
    first = _GAP.match(key, start)
    at = first.end() if first else start
    none = _WITHOUT_NUMBER.match(key, at)
    found = None if none else _BLOCK.match(key, at)
    if none is None and found is None:
        left = _tidy(folded.cut(start, len(key)))
        # Only a gap tells a building from the end of a name that we do not know.
        named = at > start and left
        return NumbersPart(building=left if named else "", rest="" if named else left)
    block, end, word = "無番地", none.end() if none else 0, ""
    if found is not None:
        block = (found["mark"] or "") + found["number"][:-1]
        end, word = found.end(), found["word"] or ""
    house, end = _house(key, end, word)
    numbers = _written(folded, at, end, written)
    room = _ROOM_FOLLOWS.match(key, end)
    building, rest = _tidy(folded.cut(room.end() if room else end, len(key))), ""
    if building in _NEARBY:
        building, rest = "", building
    alone = _ROOM_ALONE.fullmatch(building)
    return NumbersPart(
        block=block,
        house=house,
        building=(alone[1].lstrip("0") or "0") if alone else building,
        rest=rest,
        official=bool(_OFFICIAL.fullmatch(numbers)),
    )


def _house(key: str, start: int, word: str) -> tuple[str, int]:
    """Give 住居番号 or 枝番 and where it ends; nothing, and the same place, where there is none."""
    found = _HOUSE.match(key, start)
    if found is None or not _is_house(found, word):
        return "", start
    if found["number"]:
        return found["number"][:-1], found.end()
    return found["mark"] + (found["after"] or "")[:-1], found.end()


def _is_house(found: re.Match[str], word: str) -> bool:
    gap = found["gap"]
    if gap and gap in "-ノ":
        return True
    if gap:
        # 5番地 1号 is a house, 5-1 101号 and 5番地 101号 are rooms.
        return bool(word and found["word"] and found["number"] and len(found["number"]) <= 3)
    return bool(word) or found["number"] is None


def _written(folded: Folded, first: int, last: int, written: str) -> str:
    return written[folded.place(first) : folded.place(last)].strip() if written else ""


def _tidy(text: str) -> str:
    return " ".join(text.split()).strip(" ,、，・-‐−ー")
