"""
One indicator from its cells: unit, kind, direction and decimals have to agree with every figure of it.

Invariants (``tests/measures/test_sheets.py``):

1. A unit behind a number is the indicator's, or the cell is refused: 2,881人 is never read into 件.
2. A share without its sign beside % is refused; a figure with its sign, or in a cell shown as %, is per cent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from django.utils.translation import gettext

from madoguchi.blocks.measures.sheets.reading import Cell, Findings
from madoguchi.blocks.measures.sheets.values import (
    DASH,
    MOST_DECIMALS,
    CellRefused,
    Typed,
    plain,
    share_refuse,
    unit_split,
    value_read,
)

Year = int
Kind = Literal["stock", "flow", "cumulative", "rate"]


@dataclass(slots=True)
class Told:
    """
    What a sheet tells of one indicator.

    :param unit: as its own column says, "" where there is none.
    :param direction, kind, decimals: None where no column says so.
    :param kind_else: what it is where neither a column nor the unit or the name says.
    """

    name: str
    cell: Cell
    unit: str = ""
    direction: str | None = None
    kind: str | None = None
    kind_else: str | None = None
    decimals: int | None = None
    base_year: Year | None = None
    base: Cell | None = None
    targets: Mapping[Year, Cell] = field(default_factory=dict)
    actuals: Mapping[Year, Cell] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)


def indicator_read(findings: Findings, told: Told) -> dict[str, Any]:
    """Give an indicator as the data of a plan's file; what is wrong with its cells goes to the findings."""
    unit, per = unit_split(told.unit)
    targets = _figures(findings, told.targets, unit)
    actuals = _actuals(findings, told.actuals, unit)
    base = _figures(findings, {0: told.base} if told.base else {}, unit)
    read = [*targets.values(), *actuals.values(), *base.values()]
    unit, per = _unit(findings, read, (unit, per))
    for cell, typed in read:
        _share_check(findings, cell, typed, unit)
    data: dict[str, Any] = {
        **told.more,
        "name": told.name,
        "unit": unit,
        "per": per,
        "direction": _direction(findings, told, [*targets.values()]),
        "kind": _kind(findings, told, unit),
        "decimals": _decimals(findings, told, read),
        "targets": {year: _value(typed) for year, (_cell, typed) in targets.items()},
        "actuals": {year: typed.short() for year, (_cell, typed) in actuals.items()},
    }
    if base:
        data |= _base(findings, told, *base[0])
    return data


Read = tuple[Cell, Typed]


def _figures(findings: Findings, cells: Mapping[Year, Cell], unit: str) -> dict[Year, Read]:
    found: dict[Year, Read] = {}
    for year, cell in cells.items():
        if cell.empty:
            continue
        if not cell.is_first:
            findings.fault(
                cell,
                gettext("結合されたセルの値を、どの行と列の値とみるか分かりません。"),
                gettext("結合を解除し、それぞれのセルに値を書いてください。"),
            )
            continue
        typed = findings.take(
            cell, lambda value, cell=cell: value_read(value, number_format=cell.number_format, unit=unit), None  # type: ignore[misc]
        )  # fmt: skip
        if typed is not None:
            found[year] = cell, typed
    return found


def _actuals(findings: Findings, cells: Mapping[Year, Cell], unit: str) -> dict[Year, Read]:
    """Give the figures reached: a dash is none, any other word is refused."""
    found = _figures(findings, cells, unit)
    for year, (cell, typed) in [*found.items()]:
        if typed.number is not None and not typed.bound:
            continue
        del found[year]
        if typed.word == DASH:
            findings.note(
                cell,
                gettext("「—」は、実績なしとして読みました。"),
                gettext("実績があるなら、数値を書いてください。"),
            )
        else:
            findings.fault(
                cell,
                gettext("実績が、一つの数値ではありません。"),
                gettext("数値を書くか、空欄にしてください。説明は実績の文に書けます。"),
            )
    return found


def _unit(findings: Findings, read: list[Read], unit: tuple[str, str]) -> tuple[str, str]:
    """Take the unit of the column, else the one behind the figures; a second one is refused."""
    for cell, typed in read:
        behind = typed.unit, typed.per
        if typed.number is None or behind == ("", ""):
            continue
        if unit == ("", ""):
            unit = behind
        elif plain("/".join(behind)) != plain("/".join(unit)):
            findings.fault(
                cell,
                gettext("単位が「%(found)s」です。この指標の単位は「%(unit)s」です。")
                % {"found": _unit_text(behind), "unit": _unit_text(unit)},
                gettext("単位をそろえるか、指標を分けてください。"),
            )
    return unit


def _unit_text(unit: tuple[str, str]) -> str:
    return "/".join(part for part in unit if part)


def _share_check(findings: Findings, cell: Cell, typed: Typed, unit: str) -> None:
    if plain(unit) == "%" and not typed.unit and typed.number is not None:
        try:
            share_refuse(typed.number)
        except CellRefused as refused:
            findings.fault(cell, refused.reason, refused.do)


def _direction(findings: Findings, told: Told, targets: list[Read]) -> str:
    """Take the direction of the column, else that of 以上 or 以下; one that contradicts it is refused."""
    direction = told.direction
    for cell, typed in targets:
        if not typed.bound:
            continue
        if direction not in (None, typed.bound):
            findings.fault(
                cell,
                gettext("「以上」「以下」が、指標の向きと合いません。"),
                gettext("指標の向きか、目標の書き方を直してください。"),
            )
        direction = typed.bound
        findings.note(
            cell,
            gettext("「%(text)s」を%(number)sとして読みました。")
            % {"text": cell.value, "number": typed.short()},
            gettext("違うときは、数値だけを書いてください。"),
        )
    return direction or "up"


def _kind(findings: Findings, told: Told, unit: str) -> str:
    if told.kind:
        return told.kind
    if plain(unit) == "%":
        return "rate"
    if any(word in told.name for word in ("累計", "累積", "延べ")):
        return "cumulative"
    if told.kind_else is None:
        findings.fault(
            told.cell,
            gettext("指標の種類（現在数・年間の数・累計・割合）が分かりません。"),
            gettext("種類の列に書いてください。"),
        )
    return told.kind_else or "stock"


def _decimals(findings: Findings, told: Told, read: list[Read]) -> int:
    """Take the decimals of the column, else as many as the figures have."""
    needed = 0
    for cell, typed in read:
        if typed.number is None:
            continue
        own = _decimals_of(typed.number)
        if told.decimals is not None and own > told.decimals:
            findings.fault(
                cell,
                gettext("小数が%(own)d桁ありますが、この指標は%(most)d桁です。")
                % {"own": own, "most": told.decimals},
                gettext("値か、「小数の桁」を直してください。"),
            )
        needed = max(needed, own)
    return min(needed if told.decimals is None else told.decimals, MOST_DECIMALS)


def _decimals_of(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _base(findings: Findings, told: Told, cell: Cell, typed: Typed) -> dict[str, Any]:
    if told.base_year is None:
        findings.fault(
            cell,
            gettext("基準値が、いつの年度のものか分かりません。"),
            gettext("基準の年度を書いてください。"),
        )
        return {}
    if typed.bound:
        findings.fault(
            cell,
            gettext("基準値が、一つの数値ではありません。"),
            gettext("数値か「—」を書いてください。"),
        )
        return {}
    return {"base": {"year": told.base_year, "value": _value(typed)}}


def _value(typed: Typed) -> dict[str, str]:
    return {"number": f"{typed.number:f}"} if typed.number is not None else {"word": typed.word}
