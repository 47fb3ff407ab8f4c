"""Where people live: towns with their share of the people, houses, flats, homes for the old."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Final, NamedTuple

from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.sample_city import figures
from madoguchi.blocks.people.sample_city.drawing import Lot, stream
from madoguchi.blocks.people.sample_city.names import lines_read
from madoguchi.blocks.places.queries import areas_on
from madoguchi.kernel.actions import Refused

FLAT_HOUSES_OF_A_TOWN: Final = 40
CARE_HOMES: Final = 40
_FIGURES = str.maketrans("0123456789-", "０１２３４５６７８９－")
_CHOME = re.compile("([一二三四五六七八九])丁目$")
_KANJI = "〇一二三四五六七八九"


class NoTowns(Refused):
    """The city has no towns, so that nobody can live in it."""

    message = _("町字が登録されていません。先に町字を取り込んでください。")


class Town(NamedTuple):
    """A town as it is written, with its postal code; ``parcels`` where land is numbered, not houses (地番)."""

    name: str
    postal_code: str
    parcels: bool


@dataclass(frozen=True, slots=True)
class Ground:
    """The city by name, and its towns in their order."""

    prefecture: str
    city: str
    towns: Sequence[Town]


def ground_on(on: date) -> Ground:
    """
    Give the towns of the city as it is recorded (``places``) on a day.

    :raises NoTowns: there are none.
    """
    areas = areas_on(kind="town", on=on)
    if not areas:
        raise NoTowns
    towns = [Town(area.name, area.postal_code, area.numbering == "parcel") for area in areas]
    city = next((area.name for area in areas_on(kind="city", on=on)), "")
    prefecture = next((area.name for area in areas_on(kind="prefecture", on=on)), "")
    return Ground(prefecture, city, towns)


class Place(NamedTuple):
    """An address as it is written, and its postal code."""

    written: str
    postal_code: str


class House(NamedTuple):
    """A house of flats, or a home for the old."""

    town: Town
    block: int
    house: int
    name: str


class Addresses:
    """Draws where a household lives."""

    def __init__(self, ground: Ground, seed: int) -> None:
        chance = stream(seed, "ground")
        self._ground = ground
        # Some towns are many times larger than others; those with land numbers lie at the edge.
        weights = [chance.lognormvariate(0, 0.6) * (0.5 if town.parcels else 1) for town in ground.towns]
        self._towns = Lot(ground.towns, weights)
        words: dict[str, list[str]] = {"before": [], "after": [], "care": []}
        for part, text in lines_read("buildings"):
            words[part].append(text)
        self._flats = {
            town: [
                _house(town, chance.choice(words["before"]) + chance.choice(words["after"]), chance)
                for _ in range(FLAT_HOUSES_OF_A_TOWN)
            ]
            for town in ground.towns
        }
        self._care = [
            _house(self._towns.draw(chance), words["care"][number % len(words["care"])], chance)
            for number in range(CARE_HOMES)
        ]

    def draw(self, kind: str, chance: Random) -> Place:
        """Draw the address of a household of a kind."""
        if kind == "care":
            return self._written(chance.choice(self._care), "", chance)
        town = self._towns.draw(chance)
        share = figures.FLATS_OF_ONE if kind == "one" else figures.FLATS
        if chance.random() * 1_000 < share:
            room = f"{1 + int(chance.random() * 5)}{1 + int(chance.random() * 8):02d}"
            return self._written(chance.choice(self._flats[town]), room, chance)
        return self._written(_house(town, "", chance), "", chance)

    def _written(self, house: House, room: str, chance: Random) -> Place:
        town, ground = house.town, self._ground
        draw = chance.random() * 1_000
        style = next(style for style, most in enumerate(figures.SPELLINGS) if draw < most)
        name, numbers = town.name, _numbers(house)
        if style == 2:
            name = _CHOME.sub(lambda found: f"{_KANJI.index(found[1])}丁目", name)
            numbers = f"{house.block}-{house.house}"
        elif style == 3:
            numbers = numbers.translate(_FIGURES)
        before = ("", ground.city, ground.prefecture + ground.city)[(1, 2, 1, 1, 0)[style]]
        return Place(f"{before}{name}{numbers}{_flat(house.name, room, style)}", town.postal_code)


def _numbers(house: House) -> str:
    if house.town.parcels:
        return f"{house.block}番地{house.house}"
    return f"{house.block}番{house.house}号"


def _flat(name: str, room: str, style: int) -> str:
    if not room:
        return f"　{name}" if name else ""
    if style == 2:
        return f"-{room}"
    return (
        f"　{name}　{room.translate(_FIGURES)}号" if style == 3 else f"　{name}{_room_sign(name)}{room}号室"
    )


def _room_sign(name: str) -> str:
    """A name that ends in a figure would run into the number of the room."""
    return " " if name[-1:].isascii() else ""


def _house(town: Town, name: str, chance: Random) -> House:
    if town.parcels:
        return House(town, 1 + int(chance.random() * 2_400), 1 + int(chance.random() * 9), name)
    return House(town, 1 + int(chance.random() * 40), 1 + int(chance.random() * 30), name)
