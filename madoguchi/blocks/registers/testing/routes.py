"""How to make the object of each page of registers, for the tests that open every page of the house."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from madoguchi.blocks.people.testing import DAY, NOW, role_with
from madoguchi.blocks.registers.actions import change_ask, file_bring, list_save, record_retire
from madoguchi.blocks.registers.schema import UnknownRegister, schema_get
from madoguchi.blocks.registers.testing.making import KEEPER, MOVES, PLOTS, THINGS, record_make, register_make
from madoguchi.kernel.testing import route_maker

SHEET = (
    "品名,製造番号,状態,取得価格,取得日,備考\n"
    "机,000001,使用中,12000,令和8年4月1日,窓口\n椅子,2,保管,3000,2026-04-02,\n棚,000003,行方不明,一,,\n"
)
# With a right that no role of a service holds beside them: a service's role opens the registers of that service alone, and
# these belong to another.
_RIGHTS = ("registers.view", "registers.edit", "registers.import", "kernel.events_run")


def registers_ready() -> None:
    """Publish the registers of tests, once."""
    for document in (THINGS, PLOTS, MOVES):
        try:
            schema_get(document["key"])
        except UnknownRegister:
            register_make(document)


def keeper_roles() -> set[str]:
    """Give the roles that open the pages of the registers of tests."""
    return {role_with(*_RIGHTS, service=THINGS["service"])}


def import_make(office_id: int, content: str = SHEET) -> str:
    """Bring a file with good and wrong rows; its key."""
    kept = file_bring(
        actor=KEEPER, register="test.things", content=content.encode(), name="備品.csv", office_id=office_id, on=DAY,
        now=NOW,
    )  # fmt: skip
    return str(kept.key)


def _thing(office_id: int, *, retired: bool = False) -> dict[str, Any]:
    record = record_make(
        office_id=office_id, state="use", price=1_000, bought_on="2026-04-01", person="試験　花子"
    )
    if retired:
        record_retire(
            actor=KEEPER,
            register="test.things",
            number=record.number,
            on=DAY,
            reason="廃棄",
            revision=1,
            now=NOW,
        )
    return {"register": "test.things", "number": record.number}


def _plot(office_id: int) -> dict[str, Any]:
    plot = record_make("test.plots", office_id=office_id, area=1250)
    record_make("test.moves", office_id=office_id, parent=plot.number, change=50)
    return {"register": "test.plots", "number": plot.number}


def _register(_office_id: int) -> dict[str, Any]:
    return {"register": "test.things"}


def _filled(office_id: int) -> dict[str, Any]:
    _thing(office_id)
    import_make(office_id)
    return {"register": "test.things"}


_MAKERS: dict[str, Callable[[int], dict[str, Any]]] = {
    "registers": lambda _office_id: {},
    "list": _filled,
    "export": _filled,
    "add": _register,
    "import_new": _register,
    "import": lambda office_id: {"register": "test.things", "key": import_make(office_id)},
    "record": _plot,
    "change": _thing,
    "correct": _thing,
    "retire": _thing,
    "revive": lambda office_id: _thing(office_id, retired=True),
    "export_personal": _filled,
    "split": _plot,
    "merge": lambda office_id: {"register": _plot(office_id)["register"]},
}


def _declare(name: str, make: Callable[[int], dict[str, Any]]) -> None:
    @route_maker(f"registers:{name}")
    def maker(office_id: int) -> dict[str, Any]:
        registers_ready()
        # The list of registers opens for whoever may see any of them, of whatever service.
        roles = {role_with("registers.view")} if name == "registers" else keeper_roles()
        if name == "export_personal":
            roles = {role_with(*_RIGHTS, "registers.personal_view", service=THINGS["service"])}
        return {"kwargs": make(office_id), "roles": roles}


for _name, _make in _MAKERS.items():
    _declare(_name, _make)


def _asked(office_id: int) -> dict[str, Any]:
    """Ask for a change of a thing, with a difference, of that office."""
    thing = _thing(office_id)
    values = {"name": "大きな机", "state": "store", "price": 900, "person": "試験　花子"}
    about = {"number": thing["number"], "values": values, "on": DAY, "revision": 1, "reason": "片付けたため"}
    found = change_ask(
        actor=KEEPER, register="test.things", what="record_change", asked=about, office_id=office_id, reason="片付けたため",
        now=NOW,
    )  # fmt: skip
    return {"register": "test.things", "key": found.key}


def _saved(office_id: int) -> dict[str, Any]:
    """Save a list for that office."""
    found = list_save(
        actor=KEEPER, register="test.things", name=f"使用中のもの{office_id}", query="f-state=use", office_id=office_id,
        now=NOW,
    )  # fmt: skip
    return {"register": "test.things", "key": found.key}


for _name, _make in {"requests": _filled, "request": _asked, "bulk": _filled, "list_save": _register}.items():
    _declare(_name, _make)


@route_maker("registers:list_drop")
def _list_drop(office_id: int) -> dict[str, Any]:
    registers_ready()
    role = role_with(*_RIGHTS, "registers.keep", service=THINGS["service"])
    return {"kwargs": _saved(office_id), "roles": {role}}
