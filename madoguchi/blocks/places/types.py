"""What places tells the floors above: areas as they are on a day, and an address as far as it is understood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from madoguchi.kit.addresses import ParsedAddress, address_key


@dataclass(frozen=True, slots=True)
class Within:
    """Where an area, or some blocks of it, lies: ``area_key`` of a kind; no numbers mean all of it."""

    kind: str
    area_key: str
    first_block: int | None = None
    last_block: int | None = None

    def holds(self, block: int | None) -> bool:
        """Say whether a block lies there; of an address without a block only what holds for all."""
        if self.first_block is None or self.last_block is None:
            return True
        return block is not None and self.first_block <= block <= self.last_block


@dataclass(frozen=True, slots=True)
class AreaOnDay:
    """An area as it stands on one day."""

    id: int
    key: str
    kind: str
    name: str
    kana: str
    code: str
    postal_code: str
    numbering: str
    order: int
    within: tuple[Within, ...]


@dataclass(frozen=True, slots=True)
class AddressMatch:
    """
    An address read on a day: its parts, its town where the city has it, and everything that the town lies in.

    ``districts`` are the areas around the address by kind, as far as its block says; a town that is split and an
    address without a block give none of that kind.
    """

    parsed: ParsedAddress
    on: date
    area: AreaOnDay | None
    districts: tuple[AreaOnDay, ...]

    @property
    def written(self) -> str:
        """The address as it was typed."""
        return self.parsed.written

    @property
    def postcode(self) -> str:
        """The postal code that stood before it: seven figures or nothing."""
        return self.parsed.postal_code

    @property
    def area_key(self) -> str:
        """The key of the town; "" where the city has none of that name."""
        return self.area.key if self.area else ""

    @property
    def level(self) -> str:
        """How far it was understood: none, prefecture, city, town, block, house, building."""
        return self.parsed.level.name.lower()

    @property
    def quality(self) -> str:
        """How sure that is: none, guessed, folded, exact."""
        return self.parsed.quality.name.lower()

    @property
    def key(self) -> str:
        """The key by which two spellings of one address are equal."""
        return address_key(self.parsed)

    @property
    def house_key(self) -> str:
        """The same without the 方書, for what needs the house alone."""
        return address_key(self.parsed, building=False)
