"""Reading an address: postal code, prefecture, city, town, numbers, building; each step as far as it goes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from madoguchi.kit.addresses.folding import NUMBER_END, Folded, plain_fold, plain_text
from madoguchi.kit.addresses.gazetteer import City, Gazetteer, Town, TownGroup
from madoguchi.kit.addresses.numbers_part import (
    BRANCH_BEGINS,
    NumbersPart,
    block_begins,
    mark_at_end,
    numbers_read,
)
from madoguchi.kit.addresses.shapes import city_guess
from madoguchi.kit.addresses.types import Doubt, Level, ParsedAddress, Quality
from madoguchi.kit.width import HYPHENS, text_normalise

_N: Final = rf"(?P<number>[0-9]+){NUMBER_END}"
_POSTAL: Final = re.compile(
    rf"\s*(?:[〒〠]\s*[0-9]{{3}}[{re.escape(HYPHENS)}]?[0-9]{{4}}(?![0-9])|[0-9]{{3}}[{re.escape(HYPHENS)}][0-9]{{4}}(?=\s|$|[^0-9{re.escape(HYPHENS)}]))"
)
_CHOME: Final = re.compile(rf"[\s\-]*{_N}(?P<word>丁目?)?(?P<hyphen>[\-ノ])?")
_BEHIND_CHOME: Final = re.compile(r"$|[\s,、，(（]")
_ANY_NUMBER: Final = re.compile(rf"{_N}(?P<word>丁目?)?")
# A number that ends a name that we do not know: what comes next is a 丁目, a 番地, a branch, or nothing.
_ENDS_A_NAME: Final = re.compile(rf"丁目?|番地|番(?![町丁])|号(?!線)|{BRANCH_BEGINS}|$|[\s,、，(（]")
_NAME: Final = re.compile(
    r"(?=.*[ぁ-ヺ一-鿿㐀-䶿豈-﫿𠀀-𯨟])[ぁ-ヺーヽヾゝゞ々〆〇一-鿿㐀-䶿豈-﫿𠀀-𯨟0-9]{1,20}"
)
_SPACED: Final = re.compile(r"(?<=[ぁ-鿿])\s+(?=[ぁ-鿿])")
_BEFORE_FIGURES: Final = re.compile(r"[^0-9]*")


@dataclass(slots=True)
class _Reading:
    """One attempt at a text: how far it is read, and what was found."""

    folded: Folded
    written: str
    at: int = 0
    prefecture: str = ""
    city: City | None = None
    city_named: bool = False
    town: Town | None = None
    town_text: str = ""
    oaza: str = ""
    chome: str = ""
    folds: bool = False
    guesses: bool = False
    doubts: list[Doubt] = field(default_factory=list)

    def spelling(self, first: int, last: int) -> str:
        """Give what was typed between two places of the key."""
        return self.written[self.folded.place(first) : self.folded.place(last)]

    def spelled(self, first: int, last: int, official: str) -> None:
        """Note a variant unless the official spelling stands between two places of the key."""
        if not self.written or self.spelling(first, last) != official:
            self.folds = True

    def skip(self) -> None:
        key, at = self.folded.key, self.at
        while at < len(key) and key[at] in " ,、，":
            at += 1
        self.at = at


def address_parse(text: str, *, gazetteer: Gazetteer) -> ParsedAddress:
    """
    Read an address as a person wrote it. Never refuses: what is not understood stands in ``rest`` and in the doubts.

    Without prefecture or city the gazetteer's own city is meant. A town is the longest name of the gazetteer behind which
    the text goes on like an address (a number, a gap, the end); a shorter one is taken where the longest does not fit.
    """
    written = text_normalise(text)
    plain = plain_text(written)
    postal = _POSTAL.match(plain)
    cut = postal.end() if postal else 0
    code = "".join(re.findall("[0-9]", postal[0])) if postal else ""
    same_length = len(plain) == len(written)
    reading, part = _read(plain[cut:], written[cut:] if same_length else "", gazetteer)
    if _wanting(reading, part) and (closed := _closed(plain[cut:])):
        again, part_again = _read(closed, "", gazetteer)
        if not _wanting(again, part_again):
            reading, part = again, part_again
    return _answer(written, code, reading, part)


def _closed(plain: str) -> str:
    """Give a text without the gaps between its names (国府町 府中 5), "" where there are none."""
    head = _BEFORE_FIGURES.match(plain)
    end = head.end() if head else 0
    closed = _SPACED.sub("", plain[:end].strip()) + plain[end:]
    return closed if closed != plain.strip() else ""


def _wanting(reading: _Reading, part: NumbersPart) -> bool:
    return reading.town is None or not part.block or bool(part.rest)


def _read(plain: str, written: str, gazetteer: Gazetteer) -> tuple[_Reading, NumbersPart]:
    reading = _Reading(plain_fold(plain), written)
    reading.skip()
    _prefecture(reading, gazetteer)
    _city(reading, gazetteer)
    found = _town(reading, gazetteer)
    if not found and not reading.prefecture and not reading.city_named:
        _city_by_shape(reading, below_prefecture=False)
    if not found:
        found = _town_by_shape(reading)
    if found:
        return reading, numbers_read(reading.folded, reading.at, reading.written)
    rest = " ".join(reading.folded.cut(reading.at, len(reading.folded.key)).split())
    return reading, NumbersPart(rest=rest)


def _prefecture(reading: _Reading, gazetteer: Gazetteer) -> None:
    for name, end in gazetteer.prefectures_at(reading.folded.key, reading.at)[:1]:
        reading.prefecture = name
        reading.spelled(reading.at, end, name)
        reading.at = end
        reading.skip()


def _city(reading: _Reading, gazetteer: Gazetteer) -> None:
    """Find the city; where none is named, the own one is tried."""
    for city, end in gazetteer.cities_at(reading.folded.key, reading.at):
        if reading.prefecture in ("", city.prefecture):
            reading.city, reading.city_named = city, True
            reading.spelled(reading.at, end, city.county + city.name)
            reading.at = end
            reading.skip()
            return
    home = gazetteer.home
    if home is not None and reading.prefecture in ("", home.prefecture):
        reading.city = home
    if reading.prefecture:
        _city_by_shape(reading, below_prefecture=True)


def _city_by_shape(reading: _Reading, *, below_prefecture: bool) -> None:
    folded = reading.folded
    start = folded.place(reading.at)
    stop = city_guess(folded.plain, start, below_prefecture=below_prefecture)
    # The end must be a place of the key too: not in the middle of a number.
    end = folded.place_of(stop) if stop > start else None
    if end is None:
        return
    reading.city, reading.city_named = City("", reading.prefecture, folded.plain[start:stop]), True
    reading.doubts.append(Doubt("city_unknown", reading.city.name))
    reading.guesses = True
    reading.at = end
    reading.skip()


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A town that may stand here: where it ends, and the number of its 丁目 as far as one is written."""

    group: TownGroup
    name_end: int
    end: int
    towns: list[Town]
    chome: str = ""
    doubt: Doubt | None = None


def _town(reading: _Reading, gazetteer: Gazetteer) -> bool:
    """Find the town in the gazetteer, and go on behind it."""
    if reading.city is None or not reading.city.code:
        return False
    key = reading.folded.key
    for group, name_end in gazetteer.towns_at(reading.city, key, reading.at):
        for candidate in _ways(key, group, name_end):
            if _goes_on(key, candidate):
                _take(reading, candidate)
                return True
    return False


def _ways(key: str, group: TownGroup, name_end: int) -> Iterator[_Candidate]:
    """Give the ways in which a group of towns can stand here, the likeliest first."""
    found = _CHOME.match(key, name_end)
    if found is not None:
        number = found["number"]
        end = found.end("word") if found["word"] else found.end("number") + 1
        behind = found["word"] or found["hyphen"] or _BEHIND_CHOME.match(key, end)
        if number in group.chomes and behind:
            yield _Candidate(group, name_end, end, group.chomes[number], number)
        if found["word"]:
            yield _Candidate(group, name_end, end, [], number, Doubt("chome_unknown", number))
    missing = Doubt("chome_missing") if not group.whole else None
    yield _Candidate(group, name_end, name_end, group.whole, "", missing)


def _goes_on(key: str, candidate: _Candidate) -> bool:
    """Tell whether what stands behind a town can stand there; a 丁目 that is written out ends a town in any case."""
    at = candidate.end
    if candidate.chome and key[at - 1] in "丁目":
        return True
    if at >= len(key) or key[at] in " ,、，(（-ノ":
        return True
    return block_begins(key, at)


def _take(reading: _Reading, candidate: _Candidate) -> None:
    start, group = reading.at, candidate.group
    reading.oaza, reading.chome = group.oaza, candidate.chome
    if candidate.towns:
        spelling = reading.spelling(start, candidate.end)
        reading.town = next((town for town in candidate.towns if town.name == spelling), candidate.towns[0])
        reading.town_text = reading.town.name
        reading.spelled(start, candidate.end, reading.town.name)
        if len(candidate.towns) > 1 and reading.town.name != spelling:
            reading.doubts.append(Doubt("several_towns", reading.town.name))
    else:
        reading.town_text = group.oaza + (f"{candidate.chome}丁目" if candidate.chome else "")
        reading.spelled(start, candidate.name_end, group.oaza)
    if candidate.doubt:
        reading.doubts.append(candidate.doubt)
        if candidate.doubt.code == "chome_unknown":
            reading.guesses = True
    reading.at = candidate.end


def _town_by_shape(reading: _Reading) -> bool:
    """Take what stands before the first number for a town; without a number only behind a city that was named."""
    if reading.city is None:
        return False
    key = reading.folded.key
    for found in _ANY_NUMBER.finditer(key, reading.at):
        if _ENDS_A_NAME.match(key, found.end("number") + 1) and found.start() > reading.at:
            name = reading.folded.cut(reading.at, found.start()).strip()
            if found["word"]:
                return _guess(reading, name, found["number"], found.end())
            mark = mark_at_end(name)
            return _guess(reading, name[: len(name) - mark], "", found.start() - mark)
    if not reading.city_named:
        return False
    gap = next((place for place in range(reading.at, len(key)) if key[place] in " ,、，(（"), len(key))
    return _guess(reading, reading.folded.cut(reading.at, gap), "", gap)


def _guess(reading: _Reading, name: str, chome: str, end: int) -> bool:
    if not _NAME.fullmatch(name):
        return False
    reading.oaza, reading.chome = name, chome
    reading.town_text = name + (f"{chome}丁目" if chome else "")
    reading.doubts.append(Doubt("town_unknown", reading.town_text))
    reading.guesses = True
    reading.at = end
    return True


def _answer(written: str, postal_code: str, reading: _Reading, part: NumbersPart) -> ParsedAddress:
    city = reading.city if reading.town_text or reading.city_named else None
    level = _level(reading, city, part)
    doubts = [*reading.doubts, *([Doubt("not_understood", part.rest)] if part.rest else [])]
    return ParsedAddress(
        written=written,
        postal_code=postal_code,
        prefecture=reading.prefecture or (city.prefecture if city else ""),
        city=city.county + city.name if city else "",
        city_code=city.code if city else "",
        town=reading.town_text,
        town_code=reading.town.code if reading.town else "",
        oaza=reading.oaza,
        chome=reading.chome,
        block=part.block,
        house=part.house,
        building=part.building,
        rest=part.rest,
        level=level,
        quality=_quality(reading, part) if reading.prefecture or city else Quality.NONE,
        doubts=tuple(doubts),
    )


def _level(reading: _Reading, city: City | None, part: NumbersPart) -> Level:
    if part.building:
        return Level.BUILDING
    if part.block:
        return Level.HOUSE if part.house else Level.BLOCK
    if reading.town_text:
        return Level.TOWN
    if city is not None:
        return Level.CITY
    return Level.PREFECTURE if reading.prefecture else Level.NONE


def _quality(reading: _Reading, part: NumbersPart) -> Quality:
    if reading.guesses:
        return Quality.GUESSED
    return Quality.FOLDED if reading.folds or not part.official else Quality.EXACT
