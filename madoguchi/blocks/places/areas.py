"""
The areas on a day, from memory.

Areas are a few thousand and change on a few days of a year, so a process keeps them all and works out any day from
them; the ``places`` stamp tells when they have changed. Days between two changes are one day: a question about 1 January
2019 and one about the day after read the same.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from madoguchi.blocks.places.models import (
    CITY,
    PREFECTURE,
    TOWN,
    Area,
    AreaMembership,
    AreaName,
    AreaSuccession,
    Dated,
)
from madoguchi.blocks.places.types import AreaOnDay, Within
from madoguchi.kernel.stamps import Stamped
from madoguchi.kit.addresses import City, MemoryGazetteer, Town, prefecture_name
from madoguchi.kit.kana import search_fold

STAMP = "places"
# A feed asks for one day, a page for today and another: more are kept only to be read again at once.
DAYS_KEPT = 16


class AreasDay:
    """All areas of a stretch of days between two changes."""

    def __init__(self, areas: Iterable[AreaOnDay]) -> None:
        self.areas = {area.key: area for area in areas}

    @cached_property
    def by_kind(self) -> dict[str, list[AreaOnDay]]:
        """The areas of each kind in their order."""
        found: dict[str, list[AreaOnDay]] = defaultdict(list)
        for area in sorted(self.areas.values(), key=lambda area: (area.order, area.code, area.key)):
            found[area.kind].append(area)
        return dict(found)

    @cached_property
    def searched(self) -> list[tuple[str, AreaOnDay]]:
        """Each area with its name, reading, code and postal code as they are searched."""
        return [
            (
                search_fold(
                    f"{area.name}\n{area.kana}\n{area.kana.replace(' ', '')}\n{area.code}\n{area.postal_code}"
                ),
                area,
            )
            for areas in self.by_kind.values()
            for area in areas
        ]

    def around(self, area: AreaOnDay, block: int | None) -> list[AreaOnDay]:
        """Give every area in which an area lies, near ones first, as far as its block says."""
        found: dict[str, AreaOnDay] = {}
        todo: list[tuple[AreaOnDay, int | None]] = [(area, block)]
        while todo:
            current, number = todo.pop(0)
            for within in current.within:
                outer = self.areas.get(within.area_key)
                if outer is not None and within.holds(number) and within.kind not in found:
                    found[within.kind] = outer
                    todo.append((outer, None))
        return list(found.values())

    @cached_property
    def gazetteer(self) -> MemoryGazetteer:
        """Cities and towns as the reader of addresses asks for them; a town's code there is its key here."""
        cities = {area.key: self._city(area) for area in self.by_kind.get(CITY, ())}
        towns: dict[str, list[Town]] = {city.code: [] for city in cities.values()}
        homeless: list[Town] = []
        for area in self.by_kind.get(TOWN, ()):
            keys = [within.area_key for within in area.within if within.kind == CITY]
            rows = towns[cities[keys[0]].code] if keys and keys[0] in cities else homeless
            rows.append(Town(area.key, area.name))
        # The own city is the one whose towns are recorded; a neighbour may be here by name alone.
        home = max(cities.values(), key=lambda city: len(towns[city.code]), default=None)
        if home is not None:
            towns[home.code] += homeless
        return MemoryGazetteer(home=home, cities=cities.values(), towns=towns)

    def _city(self, area: AreaOnDay) -> City:
        keys = [within.area_key for within in area.within if within.kind == PREFECTURE]
        named = self.areas[keys[0]].name if keys and keys[0] in self.areas else prefecture_name(area.code)
        county, mark, rest = area.name.partition("郡")
        # 郡山市 and 小郡市 are no 郡 with a town behind.
        if mark and county and rest[-1:] in ("町", "村") and len(rest) > 1:
            return City(area.code or area.key, named, rest, county + mark)
        return City(area.code or area.key, named, area.name)


@dataclass(frozen=True)
class Areas:
    """The areas over all time."""

    areas: dict[int, Area]
    names: dict[int, list[AreaName]]
    memberships: dict[int, list[AreaMembership]]
    successions: list[AreaSuccession]
    changes: list[date]
    days: dict[int, AreasDay]

    def day(self, on: date) -> AreasDay:
        """Give one day; every day between two changes is the same object."""
        stretch = bisect_right(self.changes, on)
        found = self.days.get(stretch)
        if found is None:
            found = AreasDay(self._on(on))
            if len(self.days) >= DAYS_KEPT:
                # Another thread may have dropped the same one.
                self.days.pop(next(iter(self.days)), None)
            self.days[stretch] = found
        return found

    def name(self, area_id: int, on: date) -> str:
        """Give an area's name on a day; outside its life, the nearest name it had."""
        names = self.names.get(area_id, [])
        earlier = [row.name for row in names if row.starts_on <= on]
        return earlier[-1] if earlier else (names[0].name if names else "")

    def _on(self, on: date) -> Iterable[AreaOnDay]:
        for area in self.areas.values():
            if area.holds(on):
                name = next((row for row in self.names.get(area.pk, ()) if row.holds(on)), None)
                yield AreaOnDay(
                    area.pk, area.key, area.kind, name.name if name else "", name.kana if name else "", area.code,
                    area.postal_code, area.numbering, area.order, tuple(self._within(area, on)),
                )  # fmt: skip

    def _within(self, area: Area, on: date) -> Iterable[Within]:
        for row in self.memberships.get(area.pk, ()):
            if row.holds(on):
                yield Within(row.within_kind, self.areas[row.within_id].key, row.first_block, row.last_block)


def areas_read() -> Areas:
    """Read the areas from the database, past what this process remembers. Four queries."""
    names: dict[int, list[AreaName]] = defaultdict(list)
    memberships: dict[int, list[AreaMembership]] = defaultdict(list)
    dated: list[Dated] = list(Area.objects.all())
    areas = {area.pk: area for area in dated if isinstance(area, Area)}
    for name in AreaName.objects.order_by("starts_on"):
        names[name.area_id].append(name)
        dated.append(name)
    for membership in AreaMembership.objects.order_by("within_kind", "first_block", "starts_on"):
        memberships[membership.area_id].append(membership)
        dated.append(membership)
    days = {row.starts_on for row in dated} | {row.ends_on for row in dated if row.ends_on}
    successions = list(AreaSuccession.objects.order_by("on", "pk"))
    return Areas(areas, dict(names), dict(memberships), successions, sorted(days), {})


_areas = Stamped(STAMP, areas_read)


def areas_known() -> Areas:
    """Give the areas as they are now recorded. One cheap query, none within a request after the first."""
    return _areas.get()
