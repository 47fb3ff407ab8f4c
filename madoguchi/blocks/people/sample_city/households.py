"""
Who lives with whom: children get parents, old men wives, the rest live alone.

Everybody comes from ``People``, so that the city's ages are right whatever the households are; where nobody of a
fitting age is left, a household is smaller.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from madoguchi.blocks.people.register.extract import HEAD
from madoguchi.blocks.people.sample_city import figures
from madoguchi.blocks.people.sample_city.people import MAN, WOMAN, People

WIFE, HUSBAND, CHILD = "妻", "夫", "子"
GROWN_UP = 18
PARENT_YOUNGER, PARENT_OLDER = 19, 44
"""By how many years a mother is older than her child; a father may be older still."""

CHILD_WORDS = {
    MAN: ("長男", "二男", "三男", "四男", "五男"),
    WOMAN: ("長女", "二女", "三女", "四女", "五女"),
}


@dataclass(slots=True)
class Member:
    """
    Somebody in a household. ``line`` says whose family name is borne: the house's own, the spouse's parents', another.

    ``twin`` was born on the day of the member before.
    """

    relation: str
    sex: str
    age: int
    line: str = "own"
    twin: bool = False


@dataclass(slots=True)
class Home:
    """One household; the head stands first. ``kind`` is family, couple, one, care."""

    kind: str
    members: list[Member] = field(default_factory=list)

    @property
    def head(self) -> Member:
        return self.members[0]

    def mother_age(self) -> int | None:
        """The age of the youngest parent in the house, as far as somebody can be a child of it."""
        parents = [one.age for one in self.members if one.relation in (HEAD, WIFE, HUSBAND)]
        return min(parents) if parents else None


class Builder:
    """Makes the households of a city."""

    def __init__(self, people: People, chance: Random) -> None:
        self._people = people
        self._chance = chance
        self.homes: list[Home] = []

    def build(self) -> list[Home]:
        """Give every household; nobody is left over."""
        for age in range(GROWN_UP - 1, -1, -1):
            while self._people.of_age(age):
                if not self._family(age):
                    break
        self._children_left()
        self._grown_up_children()
        self._in_care()
        self._couples(65, 92, figures.OLD_COUPLES)
        self._couples(24, 64, figures.COUPLES)
        self._alone()
        return self.homes

    def _of_thousand(self, share: int) -> bool:
        return self._chance.random() * 1_000 < share

    def _between(self, least: int, most: int) -> int:
        return least + int(self._chance.random() * (most - least + 1))

    def _some(self, count: int, share: int) -> int:
        """Give a share of a count; in a small city, chance says whether there is one."""
        return int(count * share / 1_000 + self._chance.random())

    # Families

    def _family(self, age: int) -> bool:
        """Make a family around a child, the eldest who is left; False where no parent can be found."""
        children = self._children(age)
        home = Home("family")
        draw = self._chance.random() * 1_000
        alone = (
            MAN if draw < figures.FATHER_ALONE
            else WOMAN if draw < figures.FATHER_ALONE + figures.MOTHER_ALONE else ""
        )  # fmt: skip
        parents = self._parents(age, alone)
        if not parents:
            for child in children:
                self._people.give_back(child.sex, child.age)
            return False
        home.members = [*parents, *children]
        self._children_named(home)
        if self._of_thousand(figures.THREE_GENERATIONS):
            self._grandparents(home)
        if self._of_thousand(figures.OTHERS):
            self._another(home)
        self.homes.append(home)
        return True

    def _children(self, age: int) -> list[Member]:
        sex = self._people.take_child(age, self._chance)
        assert sex is not None
        children = [Member(CHILD, sex, age)]
        draw = self._chance.random() * 1_000
        more = next(count for count, most in enumerate(figures.SIBLINGS) if draw < most)
        for _ in range(more):
            twin = len(children) == 1 and self._of_thousand(figures.TWINS)
            age -= 0 if twin else self._between(2, 4)
            sex = self._people.take_child(age, self._chance) if age >= 0 else None
            if sex is None:
                break
            children.append(Member(CHILD, sex, age, twin=twin))
        return children

    def _parents(self, eldest: int, alone: str) -> list[Member]:
        least, most = eldest + PARENT_YOUNGER, eldest + PARENT_OLDER
        wanted = eldest + self._between(25, 34)
        mother = self._people.take(WOMAN, wanted, least=least, most=most) if alone != MAN else None
        father = None
        if alone != WOMAN or mother is None:
            beside = (mother or wanted) + self._between(-2, 5)
            father = self._people.take(MAN, beside, least=least, most=most + 8)
        if mother is None and father is None and alone == MAN:
            mother = self._people.take(WOMAN, wanted, least=least, most=most)
        if mother is None or father is None:
            found = [(MAN, father), (WOMAN, mother)]
            return [Member(HEAD, sex, age) for sex, age in found if age is not None]
        return self._couple(father, mother)

    def _couple(self, man: int, woman: int) -> list[Member]:
        if self._of_thousand(figures.WIFE_HEADS):
            return [Member(HEAD, WOMAN, woman), Member(HUSBAND, MAN, man)]
        return [Member(HEAD, MAN, man), Member(WIFE, WOMAN, woman)]

    def _children_named(self, home: Home) -> None:
        if not self._of_thousand(figures.OLD_WORDS):
            return
        counts = {MAN: 0, WOMAN: 0}
        for child in home.members:
            if child.relation == CHILD:
                child.relation = CHILD_WORDS[child.sex][counts[child.sex]]
                counts[child.sex] += 1

    def _grandparents(self, home: Home) -> None:
        """Let a parent or two of the head or of the wife live here, or let them be the head."""
        head = home.head
        of_wife = len(home.members) > 1 and home.members[1].relation == WIFE and self._of_thousand(200)
        child_age = home.members[1].age if of_wife else head.age
        least, most = child_age + PARENT_YOUNGER, child_age + PARENT_OLDER
        mother = self._people.take(WOMAN, child_age + 27, least=least, most=most)
        father = None
        if mother is None or self._of_thousand(450):
            father = self._people.take(MAN, (mother or child_age + 27) + 3, least=least, most=most + 8)
        old = [
            Member(relation, sex, age)
            for relation, sex, age in (("父", MAN, father), ("母", WOMAN, mother))
            if age is not None
        ]
        if not old:
            return
        if of_wife:
            for one in old:
                one.relation, one.line = f"{WIFE}の{one.relation}", "spouse"
            home.members += old
        elif head.sex == MAN and self._of_thousand(figures.GRANDPARENT_HEADS):
            for one in home.members:
                one.relation = _seen_from_grandparent(one.relation)
            old[0].relation = HEAD
            if len(old) == 2:
                old[1].relation = WIFE
            home.members = [*old, *home.members]
        else:
            home.members += old

    def _another(self, home: Home) -> None:
        sex = MAN if self._of_thousand(500) else WOMAN
        age = self._people.take(sex, home.head.age + self._between(-15, 15), least=20, most=90)
        if age is not None:
            home.members.append(Member("同居人", sex, age, line="other"))

    def _children_left(self) -> None:
        """Give those under 18 for whom there was no parent a place with grandparents, or in a home of their own."""
        for age in range(GROWN_UP):
            while self._people.of_age(age):
                sex = self._people.take_child(age, self._chance)
                assert sex is not None
                old = self._people.take(WOMAN, age + 55, least=age + 40, most=age + 75)
                if old is not None:
                    self.homes.append(Home("family", [Member(HEAD, WOMAN, old), Member("子の子", sex, age)]))
                    continue
                host = next((home for home in reversed(self.homes) if home.head.age >= 30), None)
                if host is not None:
                    host.members.append(Member("同居人", sex, age, line="other"))
                else:
                    self.homes.append(Home("care", [Member(HEAD, sex, age)]))

    def _grown_up_children(self) -> None:
        for first, last, share in figures.LIVES_WITH_PARENTS:
            for age in range(first, last + 1):
                for sex in (MAN, WOMAN):
                    for _ in range(self._some(self._people.left(sex, age), share)):
                        self._with_parents(sex, age)

    def _with_parents(self, sex: str, age: int) -> None:
        if self._people.take(sex, age, least=age, most=age) is None:
            return
        alone = WOMAN if self._of_thousand(350) else ""
        parents = self._parents(age, alone)
        if not parents:
            self._people.give_back(sex, age)
            return
        home = Home("family", [*parents, Member(CHILD, sex, age)])
        youngest = age - self._between(2, 5)
        if youngest >= GROWN_UP and self._of_thousand(300):
            other = self._people.take_child(youngest, self._chance)
            if other is not None:
                home.members.append(Member(CHILD, other, youngest))
        self._children_named(home)
        self.homes.append(home)

    # Those without children in the house

    def _in_care(self) -> None:
        for first, last, share in figures.IN_CARE:
            for age in range(first, last + 1):
                for sex in (MAN, WOMAN):
                    for _ in range(self._some(self._people.left(sex, age), share)):
                        self._one("care", sex, age)

    def _couples(self, first: int, last: int, share: int) -> None:
        """Marry a share of the men of these ages, the young ones first."""
        for age in range(first, last + 1):
            for _ in range(self._some(self._people.left(MAN, age), share)):
                wanted = age - self._between(-2, 6)
                woman = self._people.take(WOMAN, wanted, least=max(20, age - 12), most=age + 6)
                if woman is None:
                    break
                man = self._people.take(MAN, age, least=age, most=age)
                assert man is not None
                self.homes.append(Home("couple", self._couple(man, woman)))

    def _alone(self) -> None:
        for age in range(figures.OLDEST + 1):
            for sex in (MAN, WOMAN):
                for _ in range(self._people.left(sex, age)):
                    self._one("one", sex, age)

    def _one(self, kind: str, sex: str, age: int) -> None:
        taken = self._people.take(sex, age, least=age, most=age)
        assert taken is not None
        self.homes.append(Home(kind, [Member(HEAD, sex, age)]))


def _seen_from_grandparent(relation: str) -> str:
    """Say what somebody of a family is to the head's father or mother."""
    own: dict[str, str] = {HEAD: CHILD, WIFE: f"{CHILD}の{WIFE}", HUSBAND: f"{CHILD}の{HUSBAND}"}
    return own.get(relation, relation if relation == "同居人" else f"{CHILD}の{CHILD}")
