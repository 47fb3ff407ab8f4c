"""Loading the areas of a city from one readable YAML file (``config/sample_city/areas.yaml`` shows the form)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from madoguchi.blocks.places.actions import NothingToChange, areas_apply
from madoguchi.blocks.places.models import CITY, PREFECTURE, TOWN
from madoguchi.blocks.places.rows import Row, Rows
from madoguchi.kernel.rights import Viewer
from madoguchi.kit.yaml12 import yaml_load

# 漢数字 and カタカナ of the 丁目, as they stand in a town's name and reading.
_CHOME = ("一丁目", "二丁目", "三丁目", "四丁目", "五丁目", "六丁目", "七丁目", "八丁目", "九丁目")


def areas_load(path: Path, *, actor: Viewer, now: datetime) -> int:
    """
    Load the areas of a YAML file.

    :return: how many rows changed; 0 when all of it was loaded before.
    :raises AreaRowRefused: the file contradicts itself or what is recorded.
    """
    try:
        return len(areas_apply(actor=actor, rows=rows_of_file(path), now=now))
    except NothingToChange:
        return 0


def rows_of_file(path: Path) -> Rows:
    """Turn the file into the rows that ``areas_apply`` takes."""
    return _Unfolding(yaml_load(path.read_text(encoding="utf-8"))).rows


class _Unfolding:
    """Unfolds the lists of the file into rows."""

    def __init__(self, file: Mapping[str, Any]) -> None:
        self.rows: dict[Any, list[Row]] = {"areas": [], "names": [], "memberships": [], "successions": []}
        self._since: date = file["since"]
        self._orders = 0
        city, prefecture = file["city"], file["prefecture"]
        self._area(prefecture, PREFECTURE, within=())
        self._area(city, CITY, within=[prefecture["key"]])
        self._city = city["key"]
        for kind, areas in file.get("areas", {}).items():
            for area in areas:
                self._area(area, kind, within=[self._city, *area.get("within", ())])
        for group in file["towns"]:
            for town in group["in"]:
                self._town(town, [self._city, *group["within"]])

    def _area(self, area: Mapping[str, Any], kind: str, *, within: Iterable[str]) -> None:
        self._record(
            area["key"],
            kind,
            {"name": area["name"], "kana": area["kana"]},
            within,
            area,
            code=area.get("code", ""),
        )

    def _town(self, town: Mapping[str, Any], within: list[str]) -> None:
        """One line of the file is one 大字・町; with 丁目 or 字 it is as many towns."""
        number, name, kana = town["id"], town["name"], town["kana"]
        if "chome" in town:
            for chome in range(1, town["chome"] + 1):
                parts = {"oaza": name, "chome": _CHOME[chome - 1], "kana": f"{kana} {chome}チョウメ"}
                self._town_record(f"{number}{chome:03d}", parts, town, within, chome)
            return
        for place, (koaza, reading) in enumerate(town.get("aza", {}).items(), start=101):
            self._town_record(
                f"{number}{place}", {"oaza": name, "koaza": koaza, "kana": f"{kana} {reading}"}, town, within
            )
        if "aza" not in town:
            self._town_record(f"{number}000", {"oaza": name, "kana": kana}, town, within)

    def _town_record(
        self, code: str, parts: Mapping[str, str], town: Mapping[str, Any], within: list[str], chome: int = 0
    ) -> None:
        names = {"name": parts["oaza"] + parts.get("chome", "") + parts.get("koaza", ""), **parts}
        split = town.get("split", {}).get(chome, {})
        outer = [key for key in within if key not in split.get("instead_of", ())]
        since = town.get("chome_since", {}).get(chome, town.get("since", self._since))
        self._record(f"town.{code}", TOWN, names, outer, {**town, "since": since}, code=code)
        for key, (first, last) in split.get("blocks", {}).items():
            self._member(f"town.{code}", key, since, town.get("until"), first, last)

    def _record(
        self, key: str, kind: str, names: Row, within: Iterable[str], found: Mapping[str, Any], *, code: str
    ) -> None:
        since, until = found.get("since", self._since), found.get("until")
        self._orders += 10
        self.rows["areas"].append(
            {"key": key, "kind": kind, "code": code, "postal_code": found.get("post", ""),
             "numbering": found.get("numbering", ""), "order": self._orders, "starts_on": since, "ends_on": until}
        )  # fmt: skip
        renamed = found.get("before")
        if renamed:
            self.rows["names"].append(
                {"area": key, "starts_on": since, "ends_on": renamed["until"], **_whole(renamed)}
            )
        self.rows["names"].append(
            {"area": key, "starts_on": renamed["until"] if renamed else since, "ends_on": until, **names}
        )
        for outer in within:
            self._member(key, outer, since, until)
        for heir in found.get("succeeded_by", ()):
            self.rows["successions"].append(
                {"predecessor": key, "successor": heir, "on": until, "reason": found["reason"]}
            )

    def _member(
        self,
        key: str,
        within: str,
        since: date,
        until: date | None,
        first: int | None = None,
        last: int | None = None,
    ) -> None:
        self.rows["memberships"].append(
            {
                "area": key,
                "within": within,
                "starts_on": since,
                "ends_on": until,
                "first_block": first,
                "last_block": last,
            }
        )


def _whole(name: Mapping[str, Any]) -> Row:
    return {"name": name["name"], "kana": name["kana"], "oaza": name["name"]}
