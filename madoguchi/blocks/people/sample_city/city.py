"""The records of a whole city: its households with names, birth days and addresses, and those who are gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from madoguchi.blocks.people.register.extract import HEAD, Resident
from madoguchi.blocks.people.sample_city import figures
from madoguchi.blocks.people.sample_city.days import Births, born_text, day_text
from madoguchi.blocks.people.sample_city.drawing import stream
from madoguchi.blocks.people.sample_city.ground import Addresses, Ground, Place
from madoguchi.blocks.people.sample_city.households import HUSBAND, WIFE, Builder, Home, Member
from madoguchi.blocks.people.sample_city.names import BLANK, Written, names_known
from madoguchi.blocks.people.sample_city.people import WOMAN, People

YEAR = 365.25
# Foreign residents have stood in the register since this day (住民基本台帳法 平成21年法律第77号の施行日).
FOREIGN_SINCE = date(2012, 7, 9).toordinal()


def number_text(number: int) -> str:
    """Write the number of a person or a household: ten figures, too few for a My Number."""
    return f"{number:010d}"


def city_records(*, residents: int, seed: int, on: date, ground: Ground) -> list[Resident]:
    """
    Make the records of a city: every resident of a day, household by household, then those who are gone.

    :param residents: how many live there.
    """
    homes = Builder(People(residents, on=on), stream(seed, "households")).build()
    return CityMaker(seed=seed, on=on, ground=ground).records(homes)


@dataclass(frozen=True, slots=True)
class Residing:
    """Since when a household lives where it does; days as ordinals."""

    number: str
    place: Place
    since: int
    protected: tuple[str, str]


class CityMaker:
    """Turns households into records."""

    def __init__(self, *, seed: int, on: date, ground: Ground, first: int = 1, part: str = "") -> None:
        """
        :param first: the first number that is free, for persons and for households.
        :param part: another part of the same city gets chances of its own.
        """
        self.chance = stream(seed, f"records{part}")
        self.names, self.foreign_names = names_known()
        self._on = on.toordinal()
        self._births = Births(on)
        self._addresses = Addresses(ground, seed)
        self._person = self._household = first - 1
        self._widowed: set[str] = set()

    def records(self, homes: Sequence[Home]) -> list[Resident]:
        """Give all records of a city."""
        chance = self.chance
        count = sum(len(home.members) for home in homes)
        foreign = self._foreign_homes(homes, round(count * figures.FOREIGN / 1_000))
        hidden = set(chance.sample(range(len(homes)), max(1, len(homes) * figures.PROTECTED // 1_000)))
        records: list[Resident] = []
        for place, home in enumerate(homes):
            records += self.home_records(home, foreign=foreign.get(place, ""), protected=place in hidden)
        self._namesakes(records)
        records += self._removed(records, round(count * figures.REMOVED / 1_000))
        return records

    def home_records(
        self, home: Home, *, foreign: str = "", protected: bool = False, since: int = 0
    ) -> list[Resident]:
        """
        Give the records of one household.

        :param foreign: "all" or "wife"; who is a foreign resident.
        :param since: the day of moving in, as an ordinal; drawn when left out.
        """
        chance = self.chance
        self._household += 1
        born = self._births_of(home)
        residing = Residing(
            number_text(self._household), self._addresses.draw(home.kind, chance),
            since or self._since(home, born[0], foreign), self._protection() if protected else ("", ""),
        )  # fmt: skip
        lines = {"own": self.names.family(chance), "spouse": self.names.family(chance)}
        used: set[str] = set()
        return [
            self._record(one, day, residing, lines, used, _is_foreign(one, foreign), moved=bool(since))
            for one, day in zip(home.members, born, strict=True)
        ]

    # Days

    def _births_of(self, home: Home) -> list[int]:
        born: list[int] = []
        for one in home.members:
            born.append(born[-1] if one.twin else self._births.draw(one.age, self.chance))
        return born

    def _since(self, home: Home, head_born: int, foreign: str) -> int:
        years = self.chance.expovariate(1 / (3 if home.kind == "care" else 14))
        grown_up = head_born + int(18 * YEAR)
        since = self._on - 1 - int(years * YEAR)
        since = max(since, min(grown_up, self._on - 1), head_born)
        return max(since, FOREIGN_SINCE) if foreign else since

    def _protection(self) -> tuple[str, str]:
        begin = self._on - int(self.chance.random() * 300)
        return day_text(begin), day_text(begin + 364)

    # One person

    def _record(
        self, one: Member, born: int, residing: Residing, lines: dict[str, Written], used: set[str], foreign: bool, *,
        moved: bool,
    ) -> Resident:  # fmt: skip
        chance = self.chance
        self._person += 1
        alias = alias_kana = former = ""
        if foreign:
            name, kana, alias, alias_kana = self.foreign_names.draw(one.sex, chance)
        else:
            family = lines[one.line] if one.line in lines else self.names.family(chance)
            name, kana = self._own_name(family, one.sex, born, used)
            if (
                one.relation.endswith(WIFE)
                and one.age < 65
                and chance.random() * 1_000 < figures.FORMER_NAMES
            ):
                former = self.names.family(chance).text
        address_since = max(residing.since, born)
        if one.relation.endswith((WIFE, HUSBAND)):
            address_since = min(max(address_since, born + int(20 * YEAR)), self._on - 1)
        resident_since, began_by = address_since, "moved_in"
        if address_since == born:
            began_by = "born"
        elif not foreign and not moved and one.relation not in (WIFE, HUSBAND, "同居人"):
            # A third never lived elsewhere; some moved within the city before.
            draw = chance.random()
            if draw < 0.33:
                resident_since, began_by = born, "born"
            elif draw < 0.55:
                resident_since = born + int((address_since - born) * chance.random())
        since = day_text(address_since)
        return Resident(
            number=number_text(self._person), household=residing.number, name=name, kana=kana, name_codes="",
            former_name=former, alias=alias, alias_kana=alias_kana,
            born=born_text(born, known=self._birth_known(one.age, foreign)), sex=one.sex, relation=one.relation,
            address=residing.place.written, postcode=residing.place.postal_code, address_since=since,
            resident_since=day_text(resident_since), began_by=began_by, ended_on="", ended_by="", died="",
            changed_on=since, protected_from=residing.protected[0], protected_to=residing.protected[1], gone=False,
        )  # fmt: skip

    def _own_name(self, family: Written, sex: str, born: int, used: set[str]) -> Written:
        """Draw a given name that nobody else in the house has."""
        year = date.fromordinal(born).year
        own = self.names.given(sex, year, self.chance)
        for _ in range(20):
            if own.text not in used:
                break
            own = self.names.given(sex, year, self.chance)
        used.add(own.text)
        return Written(f"{family.text}{BLANK}{own.text}", f"{family.kana}{BLANK}{own.kana}")

    def _birth_known(self, age: int, foreign: bool) -> str:
        share = (
            figures.FOREIGN_BIRTH_UNKNOWN if foreign
            else figures.OLD_BIRTH_UNKNOWN if age >= figures.OLD_BIRTH_FROM else 0
        )  # fmt: skip
        if not share:
            return "day"
        draw = self.chance.random() * 1_000
        return "year" if draw < share / 2 else "month" if draw < share else "day"

    def _foreign_homes(self, homes: Sequence[Home], count: int) -> dict[int, str]:
        """Choose households of foreign residents, most of them young and alone; who of each: all, or the wife."""
        young = [place for place, home in enumerate(homes) if 18 <= home.head.age <= 49]
        self.chance.shuffle(young)
        found: dict[int, str] = {}
        for place in young:
            if count <= 0:
                break
            home = homes[place]
            draw = self.chance.random()
            if home.kind == "one" or draw < 0.06:
                found[place] = "all"
                count -= len(home.members)
            elif draw < 0.14 and any(one.relation == WIFE for one in home.members):
                found[place] = "wife"
                count -= 1
        return found

    # What a register has to cope with

    def _namesakes(self, records: list[Resident]) -> None:
        """Give some who live alone the name and the birth day of another of their age: two persons all the same."""
        wanted = len(records) // 20_000 + (len(records) >= 500)
        turned = day_text(self._on)[5:]
        seen: dict[tuple[str, str, bool], int] = {}
        for place in self._alone(records):
            one = records[place]
            if not wanted or BLANK not in one.name or len(one.born) < 10 or one.began_by == "born":
                continue
            first = seen.setdefault((one.sex, one.born[:4], one.born[5:] <= turned), place)
            other = records[first]
            if first != place and other.born < one.resident_since:
                records[place] = one._replace(name=other.name, kana=other.kana, born=other.born)
                wanted -= 1

    def _alone(self, records: Sequence[Resident]) -> Iterator[int]:
        """Give the places of those who live alone."""
        for place, one in enumerate(records):
            before = records[place - 1].household if place else ""
            after = records[place + 1].household if place + 1 < len(records) else ""
            if one.household not in (before, after):
                yield place

    def _removed(self, records: Sequence[Resident], count: int) -> list[Resident]:
        alone = list(self._alone(records))
        return [self._removed_one(records, alone) for _ in range(count)]

    def _removed_one(self, records: Sequence[Resident], alone: Sequence[int]) -> Resident:
        """Make the record of somebody who lives here no more (除票); of some, a husband's whose wife still does."""
        chance = self.chance
        draw = chance.random() * 1_000
        ended_by = next(by for by, most in figures.REMOVED_BY if draw < most)
        ended_on = self._on - 30 - int(chance.random() * 4.5 * YEAR)
        other = records[chance.choice(alone) if alone else 0]
        if ended_by == "died":
            widow = other.sex == WOMAN and other.born[:4] < f"{date.fromordinal(self._on).year - 65}"
            one = self._gone(70 + int(chance.random() * 28), ended_on)
            lived = one.born < other.address_since < day_text(ended_on - 400)
            if widow and lived and other.household not in self._widowed:
                self._widowed.add(other.household)
                one = _late_husband(one, other)
            return one._replace(ended_by=ended_by, died=one.ended_on)
        one = self._gone(20 + int(chance.random() * 45), ended_on)
        back = chance.random() * 1_000 < figures.CAME_BACK and day_text(ended_on) < other.address_since
        if back and other.began_by == "moved_in" and other.resident_since == other.address_since:
            same = {name: getattr(other, name) for name in ("name", "kana", "born", "sex")}
            if other.born[:4] < one.resident_since[:4]:
                one = one._replace(**same)
        return one._replace(ended_by=ended_by)

    def _gone(self, age: int, ended_on: int) -> Resident:
        one = self.home_records(
            Home("one", [Member(HEAD, "1" if self.chance.random() < 0.5 else WOMAN, age)])
        )[0]
        since = min(date.fromisoformat(one.address_since).toordinal(), ended_on - 200)
        resident_since = min(one.resident_since, day_text(since))
        return one._replace(
            address_since=day_text(since), resident_since=resident_since, ended_on=day_text(ended_on),
            changed_on=day_text(ended_on),
        )  # fmt: skip


def _late_husband(one: Resident, wife: Resident) -> Resident:
    family, kana = wife.name.partition(BLANK)[0], wife.kana.partition(BLANK)[0]
    own, own_kana = one.name.partition(BLANK)[2], one.kana.partition(BLANK)[2]
    return one._replace(
        sex="1", household=wife.household, address=wife.address, postcode=wife.postcode,
        address_since=wife.address_since, resident_since=min(one.resident_since, wife.address_since),
        name=f"{family}{BLANK}{own}", kana=f"{kana}{BLANK}{own_kana}",
    )  # fmt: skip


def _is_foreign(one: Member, foreign: str) -> bool:
    return foreign == "all" or (foreign == "wife" and one.relation == WIFE)
