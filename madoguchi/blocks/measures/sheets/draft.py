"""
What a workbook says of a plan, before it is one: nodes by number, each with the cell that it came from.

A workbook is silent about what it has no sheet and no column for; there the stored edition stays. So a draft
knows what it speaks of (``Spoken``), and joins the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from django.utils.translation import gettext
from pydantic import ValidationError

from madoguchi.blocks.measures.sheets.reading import Cell, Findings
from madoguchi.blocks.measures.sheets.values import text_clean
from madoguchi.blocks.measures.spec import SECTIONS, EditionSpec, plan_only

Node = dict[str, Any]
CELL = "_cell"
# Fields that hold several things by key, each of which a workbook may have a column for or not.
_BY_KEY = ("texts", "tags")


@dataclass(slots=True)
class Spoken:
    """
    The fields that a workbook has a place for, by what they are fields of; of everything else the stored plan stays.

    :param years: the years that targets stand for; None for all.
    :param partial: whether pillars and items that the workbook lacks stay too.
    """

    pillar: set[str] = field(default_factory=set)
    item: set[str] = field(default_factory=set)
    part: set[str] = field(default_factory=set)
    indicator: set[str] = field(default_factory=set)
    years: set[int] | None = None
    partial: bool = False


class Draft:
    """The plan as it is being read."""

    def __init__(self, findings: Findings, stored_of: Callable[[str], EditionSpec | None]) -> None:
        self.findings = findings
        self._stored_of = stored_of
        self.edition: Node = {}
        self.spoken = Spoken()
        self.pillars: dict[str, Node] = {}
        self.items: dict[str, Node] = {}
        self.parts: dict[tuple[str, str], Node] = {}
        self.roots: list[Node] = []
        self.reprinted: list[tuple[str, str, Cell]] = []

    @cached_property
    def stored(self) -> EditionSpec | None:
        """The edition of this key as it is now; ask only after the key was read."""
        return self._stored_of(str(self.edition.get("key") or ""))

    def known(self, name: str) -> list[Node]:
        """Give the words of the plan (sections, phases, grades, tag_sets, findings): the workbook's, else those stored."""
        if name in self.edition:
            return list(self.edition[name])
        words = getattr(self.stored, name) if self.stored else SECTIONS if name == "sections" else ()
        return [word.model_dump() for word in words]

    def pillar_add(self, no: str, title: str, above: str, cell: Cell) -> Node | None:
        """Add a pillar, under another one where ``above`` names it."""
        if no in self.pillars:
            self._twice(cell, gettext("方針の番号「%(no)s」が二度あります。") % {"no": no})
            return None
        if above and above not in self.pillars:
            self.missing(cell, gettext("上の方針「%(no)s」が、この行より上にありません。") % {"no": above})
            return None
        node: Node = {"no": no, "title": title, CELL: cell, "items": [], "pillars": []}
        self.pillars[no] = node
        (self.pillars[above]["pillars"] if above else self.roots).append(node)
        return node

    def item_add(self, no: str, title: str, pillar: str, cell: Cell) -> Node | None:
        """Add an item to a pillar."""
        if no in self.items:
            self._twice(cell, gettext("項目の番号「%(no)s」が二度あります。") % {"no": no})
            return None
        if pillar not in self.pillars:
            self.missing(cell, gettext("項目「%(no)s」の方針がありません。") % {"no": no})
            return None
        node: Node = {"no": no, "title": title, CELL: cell}
        self.items[no] = node
        self.pillars[pillar]["items"].append(node)
        return node

    def part_add(self, item: str, no: str, title: str, cell: Cell) -> Node | None:
        """Add a part to an item; ``(2)/(a)`` stands under ``(2)`` where there is one."""
        if item not in self.items:
            self.missing(cell, gettext("項目「%(no)s」がありません。") % {"no": item})
            return None
        above, _slash, own = no.rpartition("/")
        parent = self.parts.get((item, above)) if above else None
        node: Node = {"no": own if parent else no, "title": title, CELL: cell}
        self.parts[item, no] = node
        (parent or self.items[item]).setdefault("parts", []).append(node)
        return node

    def indicator_add(self, node: Node, data: Node, cell: Cell) -> None:
        """Add an indicator to an item, a part or a pillar."""
        known = node.setdefault("indicators", [])
        if any(each["name"] == data["name"] for each in known):
            self._twice(cell, gettext("指標「%(name)s」が二度あります。") % {"name": data["name"]})
            return
        known.append({**data, CELL: cell})

    def _twice(self, cell: Cell, reason: str) -> None:
        self.findings.fault(cell, reason, gettext("番号か名前を変えるか、行を一つにしてください。"))

    def missing(self, cell: Cell, reason: str) -> None:
        """Say that something is not there which a cell names."""
        self.findings.fault(cell, reason, gettext("番号を直すか、先にその行を足してください。"))

    def counts(self) -> tuple[int, int]:
        """Count the items and the indicators that were read."""
        nodes = [*self.pillars.values(), *self.items.values(), *self.parts.values()]
        return len(self.items), sum(len(node.get("indicators", ())) for node in nodes)


def spec_of(draft: Draft) -> EditionSpec | None:
    """Make the plan that a draft and the stored edition give together; None, with faults, where it is no plan."""
    stored = draft.stored
    data: Node = {**draft.edition, "pillars": draft.roots}
    if stored is not None:
        data = _joined(draft, stored)
        old = plan_only(stored)
        clean = _settled(_clean(data), old)
    else:
        clean = _clean(data)
    try:
        return EditionSpec.model_validate(clean)
    except ValidationError as error:
        for fault in error.errors():
            reason = fault["msg"].removeprefix("Value error, ")
            cell = _cell_at(data, fault["loc"]) or _cell_named(draft, reason)
            draft.findings.fault(cell, reason, gettext("ここに書いたことを確かめて、直してください。"))
        return None


# What the workbook is silent about


def _joined(draft: Draft, stored: EditionSpec) -> Node:
    spoken, old = draft.spoken, plan_only(stored)
    data: Node = {**{key: value for key, value in old.items() if key != "pillars"}, **draft.edition}
    data["pillars"] = draft.roots
    pillars = {pillar.no: plan for pillar, plan in _pillars(stored, old)}
    for no, node in draft.pillars.items():
        _fill(node, pillars.get(no, {}), spoken.pillar | {"no", "title", "items", "pillars"}, spoken)
    items = {item["no"]: item for plan in pillars.values() for item in plan.get("items", ())}
    for no, node in draft.items.items():
        _fill(node, items.get(no, {}), spoken.item | {"no", "title"}, spoken)
        _parts_fill(node, items.get(no, {}), spoken)
    if spoken.partial:
        _rest_keep(draft, old)
    return data


def _pillars(spec: EditionSpec, old: Node) -> Iterator[tuple[Any, Node]]:
    plans = [*_plans(old.get("pillars", ()))]
    yield from zip((pillar for _above, pillar in spec.pillars_all()), plans, strict=True)


def _plans(pillars: Any) -> Iterator[Node]:
    for pillar in pillars:
        yield pillar
        yield from _plans(pillar.get("pillars", ()))


def _fill(node: Node, old: Node, spoken: set[str], what: Spoken) -> None:
    for key, value in old.items():
        if key not in {*spoken, *_BY_KEY} and key not in node:
            node[key] = value
    for field_name in _BY_KEY:
        kept = {
            key: value
            for key, value in old.get(field_name, {}).items()
            if f"{field_name}.{key}" not in spoken
        }
        if kept or field_name in node:
            node[field_name] = {**kept, **node.get(field_name, {})}
    before = {_key_of(each): each for each in old.get("indicators", ())}
    for indicator in node.get("indicators", ()):
        if known := before.get(_key_of(indicator)):
            _indicator_fill(indicator, known, what)


def _key_of(indicator: Mapping[str, Any]) -> str:
    return str(indicator.get("key") or indicator["name"])


def _indicator_fill(indicator: Node, old: Node, spoken: Spoken) -> None:
    for key, value in old.items():
        if key not in spoken.indicator | {"name", "targets", "actuals"}:
            indicator[key] = value
    if spoken.years is not None:
        told = {int(year): value for year, value in old.get("targets", {}).items()}
        kept = {year: value for year, value in told.items() if year not in spoken.years}
        indicator["targets"] = dict(sorted({**kept, **indicator.get("targets", {})}.items()))


def _parts_fill(node: Node, old: Node, spoken: Spoken) -> None:
    before = {part["no"]: part for part in old.get("parts", ())}
    for part in node.get("parts", ()):
        if CELL in part and (known := before.get(part["no"])):
            _fill(part, known, spoken.part | {"no", "title", "parts"}, spoken)
            _parts_fill(part, known, spoken)


def _rest_keep(draft: Draft, old: Node) -> None:
    """Let pillars and items stay that the workbook does not have, in their places behind it."""
    for pillar in _plans(old.get("pillars", ())):
        ours = draft.pillars.get(pillar["no"])
        if ours is None:
            continue
        ours["items"] += [item for item in pillar.get("items", ()) if item["no"] not in draft.items]
        ours["pillars"] += [each for each in pillar.get("pillars", ()) if each["no"] not in draft.pillars]
    draft.roots += [each for each in old.get("pillars", ()) if each["no"] not in draft.pillars]


# The same text is the same text


def _clean(data: Any) -> Any:
    """Take the cells out, so that only the plan is left."""
    if isinstance(data, dict):
        return {key: _clean(value) for key, value in data.items() if key != CELL}
    return [_clean(value) for value in data] if isinstance(data, list) else data


_NAMES = ("no", "key", "name", "path", "title", "mark", "term", "label")


def _settled(new: Any, old: Any) -> Any:
    """Keep the stored writing where only blanks at line ends or zeros behind the point differ."""
    if isinstance(new, dict) and isinstance(old, dict):
        known = {str(key): value for key, value in old.items()}
        if new.get("per") and not old.get("per") and old.get("unit") == f"{new['unit']}/{new['per']}":
            new = {**new, "unit": old["unit"], "per": ""}
        return {key: _settled(value, known.get(str(key))) for key, value in new.items()}
    if isinstance(new, list) and isinstance(old, list):
        named = {_name(each): each for each in old if isinstance(each, dict)}
        return [
            _settled(each, named.get(_name(each)) if isinstance(each, dict) else _nth(old, place))
            for place, each in enumerate(new)
        ]
    if isinstance(old, str) and isinstance(new, str | Decimal) and _same(str(new), old):
        return old
    return new


def _nth(values: list[Any], place: int) -> Any:
    return values[place] if place < len(values) else None


def _name(node: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(node.get(key, "")) for key in _NAMES)


def _same(new: str, old: str) -> bool:
    if new == old or new == text_clean(old):
        return True
    try:
        return Decimal(new) == Decimal(old)
    except InvalidOperation:
        return False


# Where a fault came from


def _cell_at(data: Node, place: tuple[int | str, ...]) -> Cell | None:
    found: Cell | None = None
    here: Any = data
    for step in place:
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(here, dict) and CELL in here:
            found = here[CELL]
    return found


def _cell_named(draft: Draft, reason: str) -> Cell | None:
    """Find the item that a fault of the whole plan begins with: 項目3: …."""
    head, colon, _rest = reason.partition(":")
    node = draft.items.get(head.removeprefix("項目")) if colon else None
    return node[CELL] if node else None
