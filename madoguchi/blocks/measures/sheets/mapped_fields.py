"""What a row of a mapped sheet says of its item: texts, offices, the year's grade and status."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from madoguchi.blocks.measures.sheets import layout
from madoguchi.blocks.measures.sheets.draft import Node
from madoguchi.blocks.measures.sheets.filled import offices_read
from madoguchi.blocks.measures.sheets.mapped_columns import yearly_of
from madoguchi.blocks.measures.sheets.mapped_figures import inline_read
from madoguchi.blocks.measures.sheets.values import choice_read, text_clean

if TYPE_CHECKING:
    from madoguchi.blocks.measures.sheets.mapped import SheetReader

# An office's name ends like one: 情報推進課・住宅課 are two, 企画・財政課 is one.
_OFFICE_END = re.compile(
    r"(?:課|室|局|部|係|所|館|署|院|校|園|隊|会|庁|チーム|センター|グループ|本部|担当|事務局)$"
)
_SURE = re.compile(r"[\n、,，;；](?![^（(]*[）)])")
_MAYBE = re.compile(r"[・･/／](?![^（(]*[）)])")


def texts_read(reader: SheetReader, row: int, node: Node) -> None:
    """Read the texts of a row to their sections, those of the year to its results."""
    texts: dict[str, str] = {}
    for name in reader.columns.named:
        cell = reader.cell(row, name)
        if name.startswith("texts.") and cell is not None and cell.is_first and not cell.empty:
            texts[name.removeprefix("texts.")] = reader.text(cell)
    for column, marks in reader.columns.split.items():
        cell = reader.grid.cell(row, column)
        if cell.is_first and not cell.empty:
            for key, text in _pieces(reader.text(cell), marks).items():
                texts[key] = "\n".join(part for part in (texts.get(key, ""), text) if part)
    for inline in reader.spec.inline:
        if inline.section in texts:
            texts[inline.section] = inline_read(reader, row, node, inline, texts[inline.section])
    yearly = yearly_of(reader.draft)
    for key, text in texts.items():
        if not text:
            continue
        home = _result(reader, node) if key in yearly else node
        place = home if key in ("plan", "goal", "done", "next") else home.setdefault("texts", {})
        place[key] = f"{place[key]}\n{text}" if place.get(key) else text


def _result(reader: SheetReader, node: Node) -> Node:
    results: dict[int, Node] = node.setdefault("results", {})
    return results.setdefault(reader.mapping.year or 0, {"grade": None})


def fields_read(reader: SheetReader, row: int, node: Node) -> None:
    """Read what else a row says of its item: offices, mark, grade, status and so on."""
    cells = {name: cell for name in reader.columns.named if (cell := reader.cell(row, name)) is not None}
    cells = {name: cell for name, cell in cells.items() if cell.is_first and not cell.empty}
    if "offices" in cells:
        known = node.setdefault("offices", [])
        names = {office["name"] for office in known}
        read = offices_read(offices_split(reader.text(cells["offices"])))
        known += [office for office in read if office["name"] not in names]
    for name in ("outcome", "no_indicator"):
        if name in cells:
            node[name] = "\n".join(part for part in (node.get(name, ""), reader.text(cells[name])) if part)
    if "mark" in cells:
        node["mark"] = reader.findings.take(
            cells["mark"], lambda value: choice_read(_bare(value), layout.MARKS), ""
        )
    if "grade" in cells:
        grades = {each["key"]: each["key"] for each in reader.draft.known("grades")}
        _result(reader, node)["grade"] = (
            reader.findings.take(cells["grade"], lambda value: choice_read(value, grades), "") or None
        )
    if "status" in cells:
        words = {each["key"]: each["label"] for each in reader.draft.known("phases")}
        _result(reader, node)["status"] = reader.findings.take(
            cells["status"], lambda value: choice_read(value, words), ""
        )


def _bare(value: Any) -> str:
    return re.sub(r"[【】\[\]（）()]", "", text_clean(value))


def _pieces(text: str, marks: Mapping[str, str]) -> dict[str, str]:
    """Take a text apart at the marks of its sections; what stands before the first mark belongs to the first."""
    places = sorted((text.find(mark), len(mark), key) for key, mark in marks.items() if mark in text)
    if not places:
        return {next(iter(marks)): text}
    found: dict[str, str] = {}
    head = text[: places[0][0]].strip()
    ends = [start for start, _length, _key in places[1:]] + [len(text)]
    for (start, length, key), end in zip(places, ends, strict=True):
        found[key] = text[start + length : end].strip()
    if head:
        first = next(iter(marks))
        found[first] = f"{head}\n{found.get(first, '')}".strip()
    return found


def offices_split(text: str) -> list[str]:
    """Take offices apart at 、 and line breaks, and at ・ or / where each part ends like an office."""
    names: list[str] = []
    for piece in _SURE.split(text):
        parts = [part.strip() for part in _MAYBE.split(piece) if part.strip()]
        names += (
            parts if len(parts) > 1 and all(_OFFICE_END.search(part) for part in parts) else [piece.strip()]
        )
    return [name for name in names if name and name not in ("-", "—", "ー", "－", "−")]
