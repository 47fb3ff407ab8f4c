"""What an import would change in a stored plan, line by line: what is added, goes, or reads otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from madoguchi.blocks.measures.sheets import layout
from madoguchi.blocks.measures.sheets.filling import plan_values, rows_of
from madoguchi.blocks.measures.spec import LEVELS, SECTIONS, EditionSpec
from madoguchi.kit.fiscal import FiscalYear

How = Literal["added", "removed", "changed"]
# Kept beside the plan, and compared where it is entered.
_ENTERED = frozenset({layout.RESULTS, layout.TOTALS})
# What a row is known by; the rest of its columns are compared.
_IDENTITY: dict[str, tuple[str, ...]] = {
    layout.ITEMS: ("kind", "no"), layout.INDICATORS: ("pillar", "item", "part", "name"),
    layout.WORDS: ("kind", "word_key"), layout.GRADES: ("grade",), layout.TEXTS: ("kind", "name"),
    layout.PARENTS: ("title",), layout.FINDINGS: ("finding_key",), layout.TAGS: ("set_key", "tag_key"),
    layout.TABLES: ("table_key", "row", "column"), layout.NOTES: ("kind", "note_mark", "term"),
    layout.SOURCE_NOTES: ("path",), layout.LINKS: ("item", "before"),
}  # fmt: skip
_PART = ("item", "part")


@dataclass(frozen=True, slots=True)
class Change:
    """
    One line of the difference.

    ``sheet`` is the template's sheet that such a line stands in, ``place`` what it is about, ``field`` the heading;
    for a line that is added or goes, ``field`` is "" and the texts are what it says in short.
    """

    how: How
    sheet: str
    place: str
    field: str
    before: str
    after: str


def changes_of(stored: EditionSpec | None, new: EditionSpec) -> list[Change]:
    """Give every difference between the stored plan and a new one, in the order of the template."""
    changes = [*_plan_changes(stored, new)]
    words = _words(new) | (_words(stored) if stored else {})
    before, after = (_by_sheet(stored) if stored else {}), _by_sheet(new)
    for sheet in layout.SHEETS:
        if sheet == layout.WORDS and stored is None and _has_usual_words(new):
            continue
        if sheet not in _ENTERED:
            changes += _sheet_changes(sheet, before.get(sheet, {}), after[sheet], words)
    return changes


def _has_usual_words(spec: EditionSpec) -> bool:
    """Whether a new plan has the words that every plan begins with: they are no news."""
    return (spec.levels, spec.sections, spec.phases) == ([*LEVELS], [*SECTIONS], [])


def _plan_changes(stored: EditionSpec | None, new: EditionSpec) -> Iterator[Change]:
    if stored is None:
        yield Change("added", layout.PLAN, new.key, "", "", new.title)
        return
    before, after = plan_values(stored), plan_values(new)
    for row in layout.PLAN_ROWS:
        if before[row.key] != after[row.key]:
            yield Change(
                "changed", layout.PLAN, new.key, row.heading, str(before[row.key]), str(after[row.key])
            )


Lines = dict[tuple[str, ...], Mapping[str, Any]]


def _by_sheet(spec: EditionSpec) -> dict[str, Lines]:
    found: dict[str, Lines] = {}
    for sheet, rows in rows_of(spec).items():
        lines = found.setdefault(sheet, {})
        for row in _joined(rows) if sheet == layout.PARTS else rows:
            identity = tuple(str(row.get(key, "")) for key in (*_IDENTITY.get(sheet, _PART),))
            number = 1
            while (place := (*identity, str(number))) in lines:
                number += 1
            lines[place] = {
                key: value for key, value in row.items() if not key.startswith(layout.ACTUAL_HEAD)
            }
    return found


def _joined(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put the bars and milestones of a part into one line each, so that one more bar is one change."""
    parts: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        part = parts.setdefault(
            (row["item"], row.get("part", "")), {"item": row["item"], "part": row.get("part", "")}
        )
        bar = "　".join(
            str(row[key]) for key in ("group", "word", "text", "from", "to", "state") if row.get(key)
        )
        span = [row.get("milestone", ""), row.get("on", "")] if row.get("milestone") else []
        part |= {
            key: row[key] for key in row if key in ("title", "offices") or key.startswith(layout.SECTION_HEAD)
        }
        for name, text in (("bars", bar), ("milestones", "　".join(span))):
            if text:
                part[name] = "\n".join(filter(None, (part.get(name, ""), text)))
    return [*parts.values()]


def _words(spec: EditionSpec) -> dict[str, str]:
    """Give the headings of columns that a plan has of its own: of its sections and of its tags."""
    sections = {
        f"{layout.SECTION_HEAD}{each.key}": f"{layout.SECTION_HEAD}{each.label}" for each in spec.sections
    }
    return sections | {
        f"{layout.TAG_HEAD}{each.key}": f"{layout.TAG_HEAD}{each.label}" for each in spec.tag_sets
    }


def _sheet_changes(sheet: str, before: Lines, after: Lines, words: Mapping[str, str]) -> Iterator[Change]:
    for place, row in after.items():
        old = before.get(place)
        if old is None:
            yield Change("added", sheet, _place(place), "", "", _summary(sheet, row))
            continue
        for key in dict.fromkeys((*old, *row)):
            was, now = str(old.get(key, "")), str(row.get(key, ""))
            if was != now:
                yield Change("changed", sheet, _place(place), _heading(sheet, key, words), was, now)
    for place, old in before.items():
        if place not in after:
            yield Change("removed", sheet, _place(place), "", _summary(sheet, old), "")


def _place(place: tuple[str, ...]) -> str:
    *identity, number = place
    text = " ".join(part for part in identity if part)
    return text if number == "1" else f"{text}（{number}）"


def _summary(sheet: str, row: Mapping[str, Any]) -> str:
    """Say in short what a line holds, so that a new plan can be checked against the workbook."""
    if sheet == layout.INDICATORS:
        return _indicator_summary(row)
    title = next((str(row[key]) for key in _TITLES if row.get(key)), "")
    offices = "、".join(str(row.get("offices", "")).split("\n"))
    return "\n".join(
        part for part in (title, offices, str(row.get("bars", "")), str(row.get("milestones", ""))) if part
    )


_TITLES = ("title", "name", "label", "text", "meaning", "tag_label", "value", "note", "how")


def _indicator_summary(row: Mapping[str, Any]) -> str:
    unit = str(row.get("unit", ""))
    targets = [
        f"{_year_label(key)} {_figure(value, unit)}"
        for key, value in row.items()
        if key.startswith(layout.TARGET_HEAD)
    ]
    base = f"{row['base_year']} {_figure(row['base'], unit)}" if "base" in row else ""
    lines = (
        "・".join(str(row[key]) for key in ("kind", "direction") if row.get(key)),
        f"基準値: {base}" if base else "",
        f"目標: {'、'.join(targets)}" if targets else "",
    )
    return "\n".join(line for line in lines if line)


def _figure(value: object, unit: str) -> str:
    return f"{value}{unit}" if isinstance(value, Decimal) else str(value)


def _year_label(key: str) -> str:
    return FiscalYear(int(key.removeprefix(layout.TARGET_HEAD))).label()


_MORE = {"bars": "工程の帯", "milestones": "節目"}


def _heading(sheet: str, key: str, words: Mapping[str, str]) -> str:
    if key.startswith(layout.TARGET_HEAD):
        return f"{layout.TARGET_HEAD} {_year_label(key)}"
    known = {column.key: column.heading for column in layout.SHEETS[sheet].columns}
    return known.get(key) or words.get(key) or _MORE.get(key, key)
