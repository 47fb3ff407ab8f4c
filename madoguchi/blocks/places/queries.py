"""
Which areas there are on a day, and where an address lies.

Areas are public knowledge, so nobody is refused; whose address it is never comes here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from madoguchi.blocks.places.areas import areas_known
from madoguchi.blocks.places.types import AddressMatch, AreaOnDay
from madoguchi.kernel.declarations import CodeItem, UnknownDeclaration, published, text_for
from madoguchi.kit.addresses import Gazetteer, address_key_beginning, address_parse
from madoguchi.kit.kana import search_fold

KINDS = "places.area_kinds"
_FIGURES = re.compile(r"[0-9]{1,9}")


def areas_on(*, kind: str, on: date) -> Sequence[AreaOnDay]:
    """Give the areas of a kind on a day, in their order."""
    return areas_known().day(on).by_kind.get(kind, [])


def area_get(*, key: str, on: date) -> AreaOnDay | None:
    """Give an area as it stands on a day; None where it is not there on that day."""
    return areas_known().day(on).areas.get(key)


def area_find(*, text: str, on: date, kind: str = "") -> list[AreaOnDay]:
    """
    Find areas by a part of their name, reading, official code or postal code; those that begin so stand first.

    :param kind: only this kind; left out, every kind.
    """
    wanted = (
        search_fold(text).replace("-", "")
        if re.fullmatch(r"[0-9-]+", search_fold(text))
        else search_fold(text)
    )
    if not wanted:
        return []
    found = [
        (0 if any(line.startswith(wanted) for line in folded.split("\n")) else 1, place, area)
        for place, (folded, area) in enumerate(areas_known().day(on).searched)
        if wanted in folded and kind in ("", area.kind)
    ]
    return [area for _rank, _place, area in sorted(found, key=lambda row: row[:2])]


def gazetteer(*, on: date) -> Gazetteer:
    """Give what the reader of addresses asks on a day; kept by the process until an area changes."""
    return areas_known().day(on).gazetteer


def address_match(*, text: str, on: date) -> AddressMatch:
    """
    Read an address with the towns of a day, and find what it lies in.

    Asks the database once per call at most (the stamp), so that a feed of a hundred thousand rows reads in one go inside
    ``addresses_match``.
    """
    return addresses_match(texts=[text], on=on)[0]


def addresses_match(*, texts: Sequence[str], on: date) -> list[AddressMatch]:
    """Read many addresses with the towns of one day; one look at the stamp serves them all."""
    return addresses_match_dated(written=[(text, on) for text in texts])


def addresses_match_dated(*, written: Iterable[tuple[str, date]]) -> list[AddressMatch]:
    """Read many addresses, each with the towns of its own day; one look at the stamp serves them all."""
    known = areas_known()
    matches = []
    for text, on in written:
        day = known.day(on)
        parsed = address_parse(text, gazetteer=day.gazetteer)
        area = day.areas.get(parsed.town_code)
        matches.append(
            AddressMatch(
                parsed, on, area, tuple(day.around(area, block_number(parsed.block)) if area else ())
            )
        )
    return matches


def address_beginning(*, text: str, on: date) -> str:
    """Give what the key of every address begins with that lies where a text says, for searching: a town, a 丁目, a house."""
    return address_key_beginning(address_parse(text, gazetteer=gazetteer(on=on)))


def district_of(*, match: AddressMatch, kind: str) -> AreaOnDay | None:
    """Give the area of a kind in which an address lies; None where its town or block does not say."""
    return next((area for area in match.districts if area.kind == kind), None)


def block_number(block: str) -> int | None:
    """Give the number of a block ("甲5" as 5), None where there is none (無番地)."""
    found = _FIGURES.search(block)
    return int(found[0]) if found else None


def area_kinds(*, on: date) -> list[CodeItem]:
    """Give the kinds of areas that this city has on a day, in their order."""
    try:
        items: list[CodeItem] = published("codelist", KINDS).model.items_on(on)
    except UnknownDeclaration:
        return []
    return items


def area_kind_label(*, kind: str, language: str) -> str:
    """Give what a kind is called; the code itself where it is not declared."""
    try:
        return str(text_for(published("codelist", KINDS), f"items.{kind}.label", language))
    except (UnknownDeclaration, KeyError, ValueError):
        return kind
