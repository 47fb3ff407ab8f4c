"""
Tables of counts and sums over a register, as reports ask for them, with small numbers hidden.

Invariants (``tests/registers/test_statistics.py``):

1. What is shown adds up: a row's total is the sum of its cells, the table's that of its rows, hidden ones among them.
2. A count below ``small`` is hidden, a total too, and with it the next smallest of its row and of its column, so that it
   does not follow from the others; only whoever may open every record behind it, with its personal values, may ask for it.
3. A table of a day past counts what was so on that day, as it is known now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from madoguchi.blocks.fields.types import ChoicePart, Ctx, FieldPart, Json
from madoguchi.blocks.people.queries import office_names
from madoguchi.blocks.registers.kind.model import Statistic
from madoguchi.blocks.registers.listing import condition_apply
from madoguchi.blocks.registers.models import Version
from madoguchi.blocks.registers.schema import Schema
from madoguchi.blocks.registers.seeing import fields_seen, rows_seen
from madoguchi.kernel.db.two_times import known_on
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kit.fiscal import fiscal_year_of
from madoguchi.kit.partial_dates import PartialDate

TOTAL, NONE = "\0total", ""
PORTION = 5_000


@dataclass(frozen=True, slots=True)
class Group:
    """A row or column: its key (a code, a year, an office's id), and what it is called."""

    key: str
    label: str


@dataclass(slots=True)
class StatisticTable:
    """
    A table.

    ``cells`` hold numbers by row and column, ``TOTAL`` for sums; None is hidden, what is not there is 0.
    """

    label: str
    form: str
    as_of: date
    rows: list[Group] = field(default_factory=list)
    columns: list[Group] = field(default_factory=list)
    cells: dict[tuple[str, str], int | None] = field(default_factory=dict)
    scale: int = 0
    small: int = 0

    def cell(self, row: str, column: str) -> int | None:
        """Give a number, None where it is hidden."""
        return self.cells.get((row, column), 0)


def statistics_seen(viewer: Viewer, schema: Schema) -> list[Statistic]:
    """Give the declared tables of which a viewer may see every field, in their order."""
    seen = fields_seen(viewer, schema) | {"office"}
    return [one for one in schema.model.statistics if _asked(one) <= seen]


def small_seen(viewer: Viewer, schema: Schema) -> bool:
    """Whether small numbers tell a viewer nothing that he may not open anyway: he sees every field of all that he sees."""
    return fields_seen(viewer, schema) == frozenset(schema.fields)


def statistic_make(
    viewer: Viewer, schema: Schema, key: str, *, on: date, language: str = "ja", small: bool = False
) -> StatisticTable:
    """
    Make a declared table of the records that a viewer may see, as they were on a day.

    :param small: small numbers too.
    :raises NotAllowed: there is no such table, or the viewer may not see one of its fields, or no small numbers.
    """
    declared = next((one for one in statistics_seen(viewer, schema) if one.key == key), None)
    if declared is None or (small and not small_seen(viewer, schema)):
        raise NotAllowed(f"{schema.key}: statistic {key}")
    summed = schema.fields[declared.sum] if declared.sum else None
    table = StatisticTable(
        schema.words(f"statistics.{key}.label", language), schema.words(f"statistics.{key}.form", language), on,
        scale=getattr(summed, "scale", 0), small=declared.small,
    )  # fmt: skip
    counted, numbers = _numbers(viewer, schema, declared, on)
    names = [
        _names(schema, by, on, language, (one[place] for one in counted))
        for place, by in enumerate(declared.by)
    ]
    table.rows, table.columns = names[0], names[1] if len(names) > 1 else []
    table.cells = dict(with_totals(numbers))
    if declared.small and not small:
        hide(table, counted)
    return table


def _asked(declared: Statistic) -> set[str]:
    asked = {key.split(":")[0] for key in declared.by} | {one.field for one in declared.where}
    return asked | ({declared.sum} if declared.sum else set())


def _numbers(
    viewer: Viewer, schema: Schema, declared: Statistic, on: date
) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
    """Give how many records lie behind each cell, and the cells' numbers."""
    rows = Version.objects.filter(known_on(on), rows_seen(viewer, schema), register=schema.key)
    for number, condition in enumerate(declared.where):
        rows = condition_apply(schema, rows, condition, f"w{number}", on=on, slots=False)
    groups = [_grouping(schema, by) for by in declared.by]
    counted: dict[tuple[str, str], int] = {}
    summed: dict[tuple[str, str], int] = {}
    for office, payload in rows.values_list("office_id", "payload").iterator(chunk_size=PORTION):
        for row in groups[0](office, payload):
            for column in groups[1](office, payload) if len(groups) > 1 else [TOTAL]:
                place = (row, column)
                counted[place] = counted.get(place, 0) + 1
                if declared.sum:
                    summed[place] = summed.get(place, 0) + int(payload.get(declared.sum) or 0)
    return counted, summed if declared.sum else counted


def _grouping(schema: Schema, by: str) -> Callable[[int, Mapping[str, Json]], list[str]]:
    """Give what says into which groups a record falls: one, or for several codes each of them."""
    key, _colon, how = by.partition(":")
    if key == "office":
        return lambda office, _payload: [str(office)]
    part = _PARTS.get(how)

    def groups(_office: int, payload: Mapping[str, Json]) -> list[str]:
        value = payload.get(key)
        if value is None:
            return [NONE]
        if part is not None:
            return [part(str(value))]
        if isinstance(value, list):
            return [str(code) for code in value]
        return [schema.facet(key, payload) if not isinstance(value, dict) else str(value.get("area", NONE))]

    return groups


def _fiscal_year(text: str) -> str:
    day = PartialDate(text).day
    return str(fiscal_year_of(day).year) if day is not None else NONE


_PARTS: dict[str, Callable[[str], str]] = {
    "fiscal_year": _fiscal_year, "year": lambda text: text[:4], "month": lambda text: text[5:7],
}  # fmt: skip


def _names(schema: Schema, by: str, on: date, language: str, keys: Iterable[str]) -> list[Group]:
    """Give the groups of a side in order: codes as their list has them, also those that nothing falls into."""
    key, _colon, how = by.partition(":")
    there = set(keys)
    ctx = Ctx(on=on, language=language)
    if key == "office":
        names = office_names(office_ids=[int(one) for one in there], on=on)
        found = [Group(str(office), name) for office, name in names.items()]
    elif how:
        suffix = {
            "fiscal_year": gettext("%(year)s年度"),
            "year": gettext("%(year)s年"),
            "month": gettext("%(year)s月"),
        }[how]
        found = [Group(one, suffix % {"year": one.lstrip("0")}) for one in sorted(there - {NONE})]
    else:
        found = _codes(schema.fields[key], there, ctx)
    return [*found, Group(NONE, gettext("（なし）"))] if NONE in there else found


def _codes(field_: FieldPart, there: set[str], ctx: Ctx) -> list[Group]:
    if isinstance(field_, ChoicePart):
        options = field_.choices(ctx)
        order = [*options.usable, *sorted(there - set(options.usable) - {NONE})]
        return [Group(code, options.labels.get(code, code)) for code in order]
    if field_.cel == "boolean":
        return [Group("1", field_.show(value=True, ctx=ctx)), Group("0", field_.show(value=False, ctx=ctx))]
    return [Group(one, one) for one in sorted(there - {NONE})]


def hide(table: StatisticTable, counted: Mapping[tuple[str, str], int]) -> None:
    """Hide numbers of few records, totals among them, and others so that no line gives them away."""
    counts = with_totals(counted)
    hidden = {place for place, count in counts.items() if 0 < count < table.small}
    rows = [*(row.key for row in table.rows), TOTAL]
    columns = [*(column.key for column in table.columns), TOTAL]
    lines = [[(row, column) for column in columns] for row in rows] if table.columns else []
    lines += [[(row, column) for row in rows] for column in columns]
    changed = True
    while changed:
        changed = False
        for line in lines:
            if sum(place in hidden for place in line) == 1:
                shown = [place for place in line if place not in hidden]
                # Of what is shown, a number before an empty cell, a cell before a total, and the smallest.
                hidden.add(
                    min(shown, key=lambda one: (not counts.get(one), TOTAL in one, counts.get(one, 0)))
                )
                changed = True
    for place in hidden:
        table.cells[place] = None


def with_totals(counted: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """Give cells with the sums of rows, of columns and of all; a table of one side has its sums as cells."""
    whole = dict(counted)
    for (row, column), count in counted.items():
        for place in {(row, TOTAL), (TOTAL, column), (TOTAL, TOTAL)} - {(row, column)}:
            whole[place] = whole.get(place, 0) + count
    return whole


def statistic_rows(table: StatisticTable) -> tuple[list[str], list[Sequence[Any]]]:
    """Give a table as headings and rows for a file; what is hidden is "x", as statistics write it."""
    heads = [table.label, *(column.label for column in table.columns), gettext("計")]
    keys = [*(column.key for column in table.columns), TOTAL]
    rows: list[Sequence[Any]] = [
        [group.label, *(_written(table, group.key, key) for key in keys)]
        for group in [*table.rows, Group(TOTAL, gettext("計"))]
    ]
    return heads, rows


def _written(table: StatisticTable, row: str, column: str) -> Any:
    value = table.cell(row, column)
    if value is None:
        return "x"
    return Decimal(value).scaleb(-table.scale) if table.scale else value
