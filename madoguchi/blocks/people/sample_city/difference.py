"""What a day does to a city: the records of a difference, so many that they are a share of the residents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TypeVar

from madoguchi.blocks.people.register.extract import HEAD, Resident
from madoguchi.blocks.people.sample_city.city import CityMaker
from madoguchi.blocks.people.sample_city.drawing import Lot, stream
from madoguchi.blocks.people.sample_city.ground import Addresses, Ground
from madoguchi.blocks.people.sample_city.households import CHILD, CHILD_WORDS, WIFE, Home, Member
from madoguchi.blocks.people.sample_city.names import BLANK, names_known
from madoguchi.blocks.people.sample_city.people import MAN, WOMAN

EVENTS = (
    ("moves", 300), ("leaves", 150), ("arrives", 190), ("dies", 130), ("is_born", 80), ("is_renamed", 80),
    ("is_protected", 5), ("returns", 40), ("is_corrected", 25),
)  # fmt: skip
"""What happens, and how often against the rest: an assumption of our own."""

T = TypeVar("T")

CHILDREN = {CHILD, *CHILD_WORDS[MAN], *CHILD_WORDS[WOMAN]}

# A day is short of events of a kind when this many draws in a row find nobody for them.
MOST_DRAWS = 200


def difference_records(
    records: Sequence[Resident], *, percent: float, seed: int, on: date, ground: Ground
) -> list[Resident]:
    """
    Make the difference of the day after a city's day.

    :param records: the city as ``city_records`` made it for the day ``on``.
    :param percent: how many records against a hundred residents; a household that moves may add a few.
    """
    day = Day(records, seed=seed, on=on + timedelta(days=1), ground=ground)
    return day.records(max(1, round(day.count * percent / 100)))


def city_after(records: Sequence[Resident], difference: Sequence[Resident]) -> list[Resident]:
    """Give the full extract of the day to which a difference leads."""
    after = {one.number: one for one in records}
    for one in difference:
        after[one.number] = one
    return [one for one in after.values() if not one.gone]


class Day:
    """One day of a city. Each household is touched once at most."""

    def __init__(self, records: Sequence[Resident], *, seed: int, on: date, ground: Ground) -> None:
        self.count = sum(one.is_resident for one in records)
        self._day = on.isoformat()
        self._year = on.year
        self._chance = stream(seed, "difference")
        self._addresses = Addresses(ground, seed)
        self._maker = CityMaker(
            seed=seed, on=on, ground=ground, first=_highest(records) + 1, part="/difference"
        )
        homes: dict[str, list[Resident]] = defaultdict(list)
        for one in records:
            if one.is_resident:
                homes[one.household].append(one)
        self._homes = iter(self._shuffled(list(homes.values())))
        self._left = iter(self._shuffled([one for one in records if one.ended_by == "moved_out"]))

    def records(self, count: int) -> list[Resident]:
        """Give so many records, or a few more, in the order of their numbers."""
        found: list[Resident] = []
        events = Lot(
            [getattr(self, f"_{name}") for name, _often in EVENTS], [often for _name, often in EVENTS]
        )
        idle = 0
        while len(found) < count and idle < MOST_DRAWS:
            event: Callable[[], list[Resident]] = events.draw(self._chance)
            made = event()
            idle = 0 if made else idle + 1
            found += made
        return sorted(found, key=lambda one: one.number)

    def _shuffled(self, things: list[T]) -> list[T]:
        self._chance.shuffle(things)
        return things

    def _home(self) -> list[Resident]:
        return next(self._homes, [])

    # Events: each gives the records that it changes, or none where it fits nobody

    def _moves(self) -> list[Resident]:
        home, place = self._home(), self._addresses.draw("family", self._chance)
        return [
            one._replace(
                address=place.written,
                postcode=place.postal_code,
                address_since=self._day,
                changed_on=self._day,
            )
            for one in home
        ]

    def _leaves(self) -> list[Resident]:
        return [self._ended(one, "moved_out") for one in self._home()]

    def _ended(self, one: Resident, by: str) -> Resident:
        return one._replace(ended_on=self._day, ended_by=by, changed_on=self._day)

    def _arrives(self) -> list[Resident]:
        age = 20 + int(self._chance.random() * 30)
        members = [Member(HEAD, MAN if self._chance.random() < 0.5 else WOMAN, age)]
        if members[0].sex == MAN and self._chance.random() < 0.3:
            members.append(Member(WIFE, WOMAN, age))
        return self._maker.home_records(Home("one", members), since=date.fromisoformat(self._day).toordinal())

    def _dies(self) -> list[Resident]:
        """Let somebody old die; a husband's wife becomes the head where nobody else but children lives there."""
        home = self._home()
        old = [one for one in home if one.born[:4] < f"{self._year - 65}"]
        if not old:
            return []
        late = self._chance.choice(old)
        dead = self._ended(late, "died")._replace(died=self._day)
        if late.relation != HEAD or len(home) == 1:
            return [dead]
        # Only what stays true under the new head may stay as it is: a child is a child of both.
        if home[1].relation != WIFE or not {one.relation for one in home[2:]} <= CHILDREN:
            return []
        return [dead, home[1]._replace(relation=HEAD, changed_on=self._day)]

    def _is_born(self) -> list[Resident]:
        home = self._home()
        mother = next((one for one in home if one.relation == WIFE), None)
        if (
            mother is None
            or not self._year - 42 < int(mother.born[:4]) < self._year - 20
            or BLANK not in home[0].name
        ):
            return []
        family, kana = (text.partition(BLANK)[0] for text in (home[0].name, home[0].kana))
        baby = self._maker.home_records(Home("one", [Member(CHILD, self._sex(), 0)]))[0]
        return [
            baby._replace(
                household=mother.household, name=f"{family}{BLANK}{baby.name.partition(BLANK)[2]}",
                kana=f"{kana}{BLANK}{baby.kana.partition(BLANK)[2]}", born=self._day, began_by="born",
                address=mother.address, postcode=mother.postcode, address_since=self._day,
                resident_since=self._day, changed_on=self._day,
            )
        ]  # fmt: skip

    def _sex(self) -> str:
        return MAN if self._chance.random() < 0.51 else WOMAN

    def _is_renamed(self) -> list[Resident]:
        """Give somebody who lives alone another family name; every other one keeps the one of before as 旧氏."""
        home = self._home()
        if len(home) != 1 or BLANK not in home[0].name:
            return []
        one, family = home[0], names_known()[0].family(self._chance)
        before, _blank, own = one.name.partition(BLANK)
        own_kana = one.kana.partition(BLANK)[2]
        return [
            one._replace(
                name=f"{family.text}{BLANK}{own}", kana=f"{family.kana}{BLANK}{own_kana}",
                former_name=before if self._chance.random() < 0.5 else "", changed_on=self._day,
            )
        ]  # fmt: skip

    def _is_protected(self) -> list[Resident]:
        return [
            one._replace(protected_from=self._day, protected_to="", changed_on=self._day)
            for one in self._home()
            if not one.protected_from
        ]

    def _returns(self) -> list[Resident]:
        """Let somebody who moved out live here again, under the number of before."""
        one = next(self._left, None)
        if one is None:
            return []
        place = self._addresses.draw("one", self._chance)
        return [
            one._replace(
                relation=HEAD, address=place.written, postcode=place.postal_code, address_since=self._day,
                resident_since=self._day, began_by="moved_in", ended_on="", ended_by="", changed_on=self._day,
            )
        ]  # fmt: skip

    def _is_corrected(self) -> list[Resident]:
        """Take back a record that should never have been, or put right a birth day."""
        home = self._home()
        if len(home) != 1:
            return []
        if self._chance.random() < 0.1:
            return [home[0]._replace(gone=True, changed_on=self._day)]
        one = home[0]
        if len(one.born) < 10 or one.began_by == "born":
            return []
        other = "02" if one.born.endswith("01") else "01"
        return [one._replace(born=one.born[:8] + other, changed_on=self._day)]


def _highest(records: Sequence[Resident]) -> int:
    return max(max(int(one.number), int(one.household)) for one in records)
