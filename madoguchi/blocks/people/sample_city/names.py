"""Names and their readings, drawn from lists (``data/``); the commonest come first and are drawn most."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from random import Random
from typing import Final, NamedTuple

from madoguchi.blocks.people.sample_city import figures
from madoguchi.blocks.people.sample_city.drawing import Lot, lot_by_rank

BLANK: Final = "\u3000"
_SELECTOR = re.compile(r"\{([0-9A-F]+)\}")


class Written(NamedTuple):
    """A name, or a part of one, with its reading."""

    text: str
    kana: str


def lines_read(name: str) -> Iterator[list[str]]:
    """Read the cells of a list; a selector is written {E0100} there, because nobody would see it."""
    text = files("madoguchi.blocks.people.sample_city").joinpath("data", f"{name}.txt").read_text("utf-8")
    for line in _SELECTOR.sub(lambda found: chr(int(found[1], 16)), text).splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


class Names:
    """Draws names. One character of a name may stand in another of its forms (異体字)."""

    def __init__(self) -> None:
        self._families = lot_by_rank(
            [Written(*cells) for cells in lines_read("families")], power=0.9, shift=15
        )
        given: dict[tuple[str, int], list[Written]] = defaultdict(list)
        for sex, first, name, kana in lines_read("given"):
            given[sex, int(first)].append(Written(name, kana))
        self._given = {key: lot_by_rank(names, power=0.5) for key, names in given.items()}
        self._years = sorted({first for _sex, first in self._given}, reverse=True)
        self._variants: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for ordinary, form, share in lines_read("variants"):
            self._variants[ordinary].append((form, int(share)))

    def family(self, chance: Random) -> Written:
        """Draw a family name, in the form in which a family writes it."""
        return self._formed(self._families.draw(chance), chance)

    def given(self, sex: str, born: int, chance: Random) -> Written:
        """Draw a given name of somebody born in a year."""
        first = next(year for year in self._years if born >= year)
        return self._formed(self._given[sex, first].draw(chance), chance)

    def _formed(self, name: Written, chance: Random) -> Written:
        for place, letter in enumerate(name.text):
            draw = chance.random() * 1_000 if letter in self._variants else 0
            for form, share in self._variants.get(letter, ()):
                if draw < share:
                    return name._replace(text=name.text[:place] + form + name.text[place + 1 :])
                draw -= share
        return name


class ForeignName(NamedTuple):
    """A foreign resident's name; the reading may be lacking, an alias is what he goes by here (通称)."""

    name: str
    kana: str
    alias: str
    alias_kana: str


class ForeignNames:
    """Draws the names of foreign residents, each kind in its own order of parts."""

    def __init__(self, names: Names) -> None:
        self._names = names
        kinds: dict[str, dict[str, list[Written]]] = defaultdict(lambda: defaultdict(list))
        for kind, part, text, kana in lines_read("foreign"):
            kinds[kind][part].append(Written(text, kana))
        self._kinds = Lot(list(kinds.values()), [len(parts) for parts in kinds.values()])
        self._order = {id(parts): kind for kind, parts in kinds.items()}

    def draw(self, sex: str, chance: Random) -> ForeignName:
        """Draw one."""
        parts = self._kinds.draw(chance)
        if "kanji" in parts and chance.random() < 0.3:
            name, kana = chance.choice(parts["kanji"])
        else:
            chosen = self._parts(parts, self._order[id(parts)], sex, chance)
            name, kana = (
                " ".join(one.text for one in chosen),
                BLANK.join(one.kana.replace("・", BLANK) for one in chosen),
            )
        if chance.random() * 1_000 < figures.FOREIGN_KANA_LACKING:
            kana = ""
        alias = alias_kana = ""
        if chance.random() * 1_000 < figures.FOREIGN_ALIAS:
            family, own = self._names.family(chance), chosen_given(parts, sex, chance)
            alias, alias_kana = f"{family.text}{BLANK}{own.kana}", f"{family.kana}{BLANK}{own.kana}"
        return ForeignName(name, kana, alias, alias_kana)

    def _parts(self, parts: dict[str, list[Written]], kind: str, sex: str, chance: Random) -> list[Written]:
        own = chance.choice(parts[sex])
        if "family" not in parts:
            return [own]
        family, middle = chance.choice(parts["family"]), parts.get("middle", [])
        some = [one for one in middle if chance.random() < 0.5]
        if kind in ("vietnam", "china", "korea"):
            return [family, *some[:1], own]
        if kind == "srilanka":
            # As long as such names get: every part that a family has gathered.
            return [family, *middle, own] if chance.random() < 0.5 else [family, *some, own]
        if kind == "brazil" and chance.random() < 0.2:
            return [own, *middle, family]
        return [own, *some[:2], family]


def chosen_given(parts: dict[str, list[Written]], sex: str, chance: Random) -> Written:
    """Draw a given name of a kind, as one word."""
    own = chance.choice(parts[sex])
    return Written(own.text, own.kana.replace("・", ""))


@cache
def names_known() -> tuple[Names, ForeignNames]:
    """Read the lists once."""
    names = Names()
    return names, ForeignNames(names)
