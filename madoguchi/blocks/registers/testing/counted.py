"""A register that is counted, printed and stock-taken, and how to make the object of each of those pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from madoguchi.blocks.people.testing import DAY, NOW, role_with
from madoguchi.blocks.registers.actions import stocktake_open
from madoguchi.blocks.registers.indexes import of_register
from madoguchi.blocks.registers.models import StockTake, StockTakeLine, StockTakeOffice, Version
from madoguchi.blocks.registers.schema import UnknownRegister, schema_get
from madoguchi.blocks.registers.testing.making import KEEPER, THINGS, record_make, register_make
from madoguchi.kernel.testing import route_maker

TOOLS: dict[str, Any] = {
    **THINGS,
    "key": "test.tools",
    "label": "工具台帳",
    "record": "工具",
    "stocktake": True,
    "statistics": [
        {"key": "by_state", "label": "状態別の数", "by": ["state"]},
        {"key": "worth", "label": "年度・状態別の取得価格", "by": ["bought_on:fiscal_year", "state"], "sum": "price", "form": "備品調書"},
        {"key": "lent", "label": "状態と貸出", "by": ["state", "lent"], "small": 3},
        {"key": "users", "label": "使う人別", "by": ["person"]},
    ],
    "sheets": [
        {"key": "card", "label": "工具カード", "fields": ["name", "state", "person"], "form": "様式第2号"},
        {"key": "tag", "label": "工具の札", "fields": ["name", "serial"]},
    ],
}  # fmt: skip
# With a right that no role of a service holds beside them, as for the other pages of registers.
_RIGHTS = ("registers.view", "registers.edit", "registers.personal_view", "kernel.events_run")


def tools_ready() -> None:
    """Publish the register, once."""
    try:
        schema_get(TOOLS["key"])
    except UnknownRegister:
        register_make(TOOLS)


def tool_make(office_id: int, **values: Any) -> str:
    """Add a tool; its number."""
    known = {"state": "use", "price": 1_000, "bought_on": "2026-04-01", "person": "試験　花子", **values}
    return str(record_make(TOOLS["key"], office_id=office_id, **known).number)


def take_make(office_id: int) -> StockTake:
    """Begin a round with a tool of an office; where this year's has begun, the office joins it."""
    tool_make(office_id)
    take = StockTake.objects.filter(register=TOOLS["key"], closed_at=None).first()
    if take is None:
        begun: StockTake = stocktake_open(
            actor=KEEPER, register=TOOLS["key"], due_on=DAY + timedelta(days=30), now=NOW
        )
        return begun
    records = Version.objects.filter(of_register(TOOLS["key"]), office=office_id).values_list(
        "record", flat=True
    )
    part = StockTakeOffice.objects.create(take=take, office_id=office_id, records=len(records))
    StockTakeLine.objects.bulk_create(StockTakeLine(part=part, record_id=record) for record in records)
    return take


def _take(office_id: int) -> dict[str, Any]:
    return {"register": TOOLS["key"], "take": take_make(office_id).key}


def _line(office_id: int) -> dict[str, Any]:
    about = _take(office_id)
    line = StockTakeLine.objects.filter(part__take__key=about["take"], part__office=office_id).latest("pk")
    return {**about, "office": office_id, "line": line.pk}


def _sheet(office_id: int) -> dict[str, Any]:
    return {"register": TOOLS["key"], "sheet": "card", "number": tool_make(office_id)}


def _counted(office_id: int) -> dict[str, Any]:
    for state in ("use", "store"):
        tool_make(office_id, state=state)
    return {"register": TOOLS["key"]}


_MAKERS: dict[str, Callable[[int], dict[str, Any]]] = {
    "statistics": _counted,
    "statistic_file": lambda office_id: {**_counted(office_id), "table": "worth", "form": "csv"},
    "sheet": _sheet,
    "stocktakes": lambda office_id: {"register": _take(office_id)["register"]},
    "stocktake": _take,
    "stocktake_file": lambda office_id: {**_take(office_id), "form": "csv"},
    "stocktake_office": lambda office_id: {**_take(office_id), "office": office_id},
    "stocktake_line": _line,
}


def _declare(name: str, make: Callable[[int], dict[str, Any]]) -> None:
    @route_maker(f"registers:{name}")
    def maker(office_id: int) -> dict[str, Any]:
        tools_ready()
        return {"kwargs": make(office_id), "roles": {role_with(*_RIGHTS, service=TOOLS["service"])}}


for _name, _make in _MAKERS.items():
    _declare(_name, _make)
