"""
The town master of the アドレス・ベース・レジストリ (町字マスター, ``mt_town``) as a CSV file: read, checked, and written.

Columns are found by their names, so that a master with more of them (外字, 通称) reads as well. Source of names and
order: デジタル庁「アドレス・ベース・レジストリ 町字マスター データセット」. What a column means was taken from files in public use,
not from the specification itself, and is therefore marked below.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext

from madoguchi.blocks.places.areas import Areas
from madoguchi.blocks.places.models import CITY, TOWN, Area, AreaName
from madoguchi.blocks.places.rows import Row, rows_changes
from madoguchi.blocks.places.types import AreaOnDay
from madoguchi.kit.addresses import PostalCodeRefused, local_code_fits, postal_code_parse, prefecture_name
from madoguchi.kit.width import text_normalise
from madoguchi.ui.formats import refusal_text

COLUMNS: Final = (
    "lg_code", "machiaza_id", "machiaza_type", "pref", "pref_kana", "pref_roma", "county", "county_kana", "county_roma",
    "city", "city_kana", "city_roma", "ward", "ward_kana", "ward_roma", "oaza_cho", "oaza_cho_kana", "oaza_cho_roma",
    "chome", "chome_kana", "chome_number", "koaza", "koaza_kana", "koaza_roma", "machiaza_dist", "rsdt_addr_flg",
    "rsdt_addr_mtd_code", "oaza_cho_aka_flg", "koaza_aka_code", "oaza_cho_gsi_uncmn", "koaza_gsi_uncmn", "status_flg",
    "wake_num_flg", "efct_date", "ablt_date", "src_code", "post_code", "remarks",
)  # fmt: skip
NEEDED: Final = (
    "lg_code",
    "machiaza_id",
    "oaza_cho",
    "chome",
    "koaza",
    "rsdt_addr_flg",
    "efct_date",
    "ablt_date",
)
# 1 大字・町, 2 丁目, 3 小字, 4 none of them (the 地番 follow the city), 5 a road of the 道路方式. verified: false
NO_TOWN_TYPE: Final = "4"
LARGEST_FILE: Final = 50_000_000


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line of the file; ``line`` 1 is the heading, 0 the whole file."""

    line: int
    text: str


@dataclass(slots=True)
class MasterRead:
    """A town master as rows, what it would change, and what is wrong with it."""

    faults: list[Fault] = field(default_factory=list)
    rows: dict[Any, list[Row]] = field(default_factory=lambda: {"areas": [], "names": [], "memberships": []})
    towns: int = 0
    added: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    changed: int = 0
    lacking: list[str] = field(default_factory=list)

    def fault(self, line: int, text: str) -> None:
        """Note a fault."""
        self.faults.append(Fault(line, text))


@dataclass(frozen=True, slots=True)
class Ground:
    """What a file is compared with: the areas, the day, the own city, and its towns by 町字ID."""

    known: Areas
    on: date
    city: AreaOnDay
    towns: Mapping[str, Area]


def master_read(content: bytes, *, known: Areas, on: date) -> MasterRead:
    """
    Read a town master, check it, and compare it with what is recorded on a day. Nothing is changed.

    Towns of the file that are recorded under another name are renamed on ``on``; towns with an ``ablt_date`` end on it;
    towns that the file lacks stay and are named.
    """
    read = MasterRead()
    city = _own_city(known, on)
    if city is None:
        read.fault(
            0, gettext("市区町村の区域が記録されていません。先に団体コードの付いた市区町村を加えてください。")
        )
        return read
    towns = {area.code: area for area in known.areas.values() if area.kind == TOWN and area.code}
    ground = Ground(known, on, city, towns)
    seen: dict[str, int] = {}
    for line, row in _lines(content, read):
        _town(read, line, row, ground)
        code = row["machiaza_id"]
        if code in seen:
            read.fault(
                line,
                gettext("町字ID %(code)s が %(line)d 行目にもあります。")
                % {"code": code, "line": seen[code]},
            )
        seen.setdefault(code, line)
    if read.faults:
        return read
    if not read.towns:
        read.fault(0, gettext("町字の行がありません。"))
        return read
    read.changed = len(rows_changes(read.rows))
    read.lacking = [
        town.name for town in known.day(on).by_kind.get(TOWN, ()) if town.code and town.code not in seen
    ]
    return read


def _own_city(known: Areas, on: date) -> AreaOnDay | None:
    home = known.day(on).gazetteer.home
    cities = known.day(on).by_kind.get(CITY, ())
    return next(
        (city for city in cities if home and home.code == city.code and local_code_fits(city.code)), None
    )


def _lines(content: bytes, read: MasterRead) -> Iterator[tuple[int, dict[str, str]]]:
    """Give the lines of the file with their numbers; a file that is none gives a fault instead."""
    if len(content) > LARGEST_FILE:
        read.fault(0, gettext("ファイルが大きすぎます。市区町村ごとの町字マスターを使ってください。"))
        return
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        read.fault(
            0, gettext("文字コードが UTF-8 ではありません。配布されたままのファイルを使ってください。")
        )
        return
    reader = csv.DictReader(io.StringIO(text, newline=""))
    lacking = [name for name in NEEDED if name not in (reader.fieldnames or ())]
    if lacking:
        read.fault(
            1,
            gettext("見出しに %(names)s がありません。町字マスター（mt_town）の CSV を使ってください。")
            % {"names": "、".join(lacking)},
        )
        return
    try:
        for row in reader:
            values = {
                name: text_normalise((value or "").strip())
                for name, value in row.items()
                if isinstance(name, str)
            }
            if row.get(None) is not None or None in row.values():
                read.fault(reader.line_num, gettext("列の数が見出しと違います。"))
                continue
            yield reader.line_num, values
    except csv.Error:
        read.fault(reader.line_num, gettext("CSV として読めません。途中で切れていないか確かめてください。"))


def _town(read: MasterRead, line: int, row: Mapping[str, str], ground: Ground) -> None:
    code, lg_code = row["machiaza_id"], row["lg_code"]
    if lg_code != ground.city.code:
        text = gettext("団体コードが %(code)s です。この市（%(own)s）の行だけにしてください。")
        read.fault(line, text % {"code": lg_code or "–", "own": ground.city.code})
        return
    if not (code.isascii() and code.isdigit() and len(code) == 7):
        read.fault(line, gettext("町字ID が 7 桁の数字ではありません。"))
        return
    if row.get("machiaza_type") == NO_TOWN_TYPE or code == "0000000":
        return
    parts = {"oaza": row["oaza_cho"], "chome": row["chome"], "koaza": row["koaza"]}
    name = "".join(parts.values())
    starts_on, ends_on = _day(read, line, row, "efct_date"), _day(read, line, row, "ablt_date")
    postal_code = _postal_code(read, line, row.get("post_code", ""))
    if not name:
        read.fault(line, gettext("大字・町名、丁目名、小字名のどれもありません。"))
        return
    kana = " ".join(
        filter(None, (row.get(f"{column}_kana", "") for column in ("oaza_cho", "chome", "koaza")))
    )
    read.towns += 1
    _compare(
        read, ground, Line(code, name, kana, parts, postal_code, row["rsdt_addr_flg"], starts_on, ends_on)
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One town as the master has it."""

    code: str
    name: str
    kana: str
    parts: Mapping[str, str]
    postal_code: str
    residential: str
    starts_on: date | None
    ends_on: date | None


def _compare(read: MasterRead, ground: Ground, line: Line) -> None:
    """Put what a line says that is not recorded into rows."""
    known, on, city = ground.known, ground.on, ground.city
    recorded = ground.towns.get(line.code)
    numbering = {"1": Area.Numbering.RESIDENTIAL, "0": Area.Numbering.PARCEL}.get(line.residential, "")
    names = {"name": line.name, "kana": line.kana, **line.parts}
    if recorded is None:
        # Files of the registry say 1947-04-17 (地方自治法) for what was always there: no town begins before its city here.
        since = max(line.starts_on or on, known.areas[city.id].starts_on)
        if line.ends_on is not None and line.ends_on <= since:
            return
        key = f"town.{line.code}"
        read.added.append(line.name)
        read.rows["areas"].append(
            {"key": key, "kind": TOWN, "code": line.code, "postal_code": line.postal_code, "numbering": numbering,
             "order": int(line.code), "starts_on": since, "ends_on": line.ends_on}
        )  # fmt: skip
        read.rows["names"].append({"area": key, "starts_on": since, "ends_on": line.ends_on, **names})
        read.rows["memberships"].append(
            {
                "area": key,
                "within": city.key,
                "starts_on": since,
                "ends_on": line.ends_on,
                "first_block": None,
            }
        )
        return
    ends_on = recorded.ends_on or line.ends_on
    read.rows["areas"].append(
        {"key": recorded.key, "kind": TOWN, "code": line.code, "postal_code": line.postal_code or recorded.postal_code,
         "numbering": numbering or recorded.numbering, "order": recorded.order, "starts_on": recorded.starts_on, "ends_on": ends_on}
    )  # fmt: skip
    _follow(read, known, recorded, names, on, ends_on)


def _follow(
    read: MasterRead, known: Areas, recorded: Area, names: Row, on: date, ends_on: date | None
) -> None:
    """Rename or end a recorded town as its line says."""
    ending = ends_on is not None and recorded.ends_on is None
    if ending:
        read.ended.append(str(names["name"]))
        for membership in known.memberships.get(recorded.pk, ()):
            if membership.ends_on is None:
                read.rows["memberships"].append(
                    {"area": recorded.key, "within": known.areas[membership.within_id].key, "starts_on": membership.starts_on,
                     "first_block": membership.first_block, "last_block": membership.last_block, "ends_on": ends_on}
                )  # fmt: skip
    current = known.names.get(recorded.pk, [])[-1:]
    for row in current:
        same = all(getattr(row, column) == value for column, value in names.items())
        if same or ending or row.starts_on >= on or not row.holds(on):
            if ending:
                read.rows["names"].append(_name(recorded, row, ends_on=ends_on))
            continue
        read.renamed.append(f"{row.name} → {names['name']}")
        read.rows["names"].append(_name(recorded, row, ends_on=on))
        read.rows["names"].append({"area": recorded.key, "starts_on": on, "ends_on": row.ends_on, **names})


def _name(area: Area, row: AreaName, **values: Any) -> Row:
    columns = ("starts_on", "ends_on", "name", "kana", "oaza", "chome", "koaza")
    return {"area": area.key, **{name: getattr(row, name) for name in columns}, **values}


def _day(read: MasterRead, line: int, row: Mapping[str, str], column: str) -> date | None:
    if not row[column]:
        return None
    try:
        return date.fromisoformat(row[column])
    except ValueError:
        read.fault(line, gettext("%(column)s が日付（YYYY-MM-DD）ではありません。") % {"column": column})
        return None


def _postal_code(read: MasterRead, line: int, typed: str) -> str:
    try:
        return postal_code_parse(typed) if typed and set(typed) != {"0"} else ""
    except PostalCodeRefused as refused:
        read.fault(line, refusal_text(refused))
        return ""


def master_write(*, known: Areas, on: date) -> str:
    """Write the towns of a day in the layout of the master; columns that nothing is recorded for stay empty."""
    day = known.day(on)
    city = _own_city(known, on)
    home = day.gazetteer.home
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for town in sorted(day.by_kind.get(TOWN, ()), key=lambda town: town.code):
        if town.code and city is not None and home is not None:
            name = next(row for row in known.names[town.id] if row.holds(on))
            ends = known.areas[town.id].ends_on
            writer.writerow(
                {
                    "lg_code": city.code, "machiaza_id": town.code,
                    "machiaza_type": "2" if name.chome else "3" if name.koaza else "1",
                    "pref": home.prefecture or prefecture_name(city.code), "county": home.county, "city": home.name, "city_kana": city.kana,
                    **_parts(name), "chome_number": str(int(town.code[4:])) if name.chome else "",
                    "rsdt_addr_flg": {"residential": "1", "parcel": "0"}.get(town.numbering, ""),
                    "efct_date": known.areas[town.id].starts_on.isoformat(),
                    "ablt_date": ends.isoformat() if ends else "", "post_code": town.postal_code,
                }
            )  # fmt: skip
    return out.getvalue()


def _parts(name: AreaName) -> dict[str, str]:
    """Give the parts of a name with their readings, where the reading has as many."""
    written = {
        "oaza_cho": name.oaza or ("" if name.chome or name.koaza else name.name),
        "chome": name.chome,
        "koaza": name.koaza,
    }
    there = [column for column, text in written.items() if text]
    readings = name.kana.split(" ")
    kana: Iterable[str] = readings if len(readings) == len(there) else [name.kana, *[""] * (len(there) - 1)]
    return written | {f"{column}_kana": reading for column, reading in zip(there, kana, strict=False)}
