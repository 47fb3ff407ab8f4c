"""What an import would change in a stored plan, line by line: what is added, goes, or reads otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from madoguchi.blocks.measures.sheets import layout
from madoguchi.blocks.measures.sheets.filling import plan_values, rows_of
from madoguchi.blocks.measures.spec import EditionSpec

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
    before, after = (_by_sheet(stored) if stored else {}), _by_sheet(new)
    for sheet in layout.SHEETS:
        if sheet not in _ENTERED:
            changes += _sheet_changes(sheet, before.get(sheet, {}), after[sheet])
    return changes


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


def _sheet_changes(sheet: str, before: Lines, after: Lines) -> Iterator[Change]:
    for place, row in after.items():
        old = before.get(place)
        if old is None:
            yield Change("added", sheet, _place(place), "", "", _summary(row))
            continue
        for key in dict.fromkeys((*old, *row)):
            was, now = str(old.get(key, "")), str(row.get(key, ""))
            if was != now:
                yield Change("changed", sheet, _place(place), _heading(sheet, key), was, now)
    for place, old in before.items():
        if place not in after:
            yield Change("removed", sheet, _place(place), "", _summary(old), "")


def _place(place: tuple[str, ...]) -> str:
    *identity, number = place
    text = " ".join(part for part in identity if part)
    return text if number == "1" else f"{text}（{number}）"


def _summary(row: Mapping[str, Any]) -> str:
    for key in ("title", "name", "label", "text", "meaning", "tag_label", "bars", "value", "note", "how"):
        if row.get(key):
            return str(row[key])
    return ""


_MORE = {"bars": "工程の帯", "milestones": "節目"}


def _heading(sheet: str, key: str) -> str:
    for head in (layout.SECTION_HEAD, layout.TAG_HEAD):
        if key.startswith(head):
            return key
    if key.startswith(layout.TARGET_HEAD):
        return f"{layout.TARGET_HEAD} {key.removeprefix(layout.TARGET_HEAD)}年度"
    known = {column.key: column.heading for column in layout.SHEETS[sheet].columns}
    return known.get(key) or _MORE.get(key, key)
