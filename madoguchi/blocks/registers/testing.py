"""Registers and records for tests, here and in the floors above; how to run each action."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from madoguchi.blocks.people.testing import DAY, NOW, office_make, viewer_with
from madoguchi.blocks.registers.actions import record_add, record_retire
from madoguchi.blocks.registers.indexes import indexes_make
from madoguchi.blocks.registers.models import Record
from madoguchi.blocks.registers.schema import Schema, schema_get
from madoguchi.kernel.models import PublishedDeclaration
from madoguchi.kernel.rights import Viewer
from madoguchi.kernel.stamps import stamp_move, stamped_forget
from madoguchi.kernel.testing import action_scenario
from madoguchi.kit.canonical import canonical_hash, canonical_json

__all__ = ["DAY", "KEEPER", "MOVES", "NOW", "PLOTS", "THINGS", "record_make", "register_make"]
KEEPER: Viewer = viewer_with(
    "registers.view", "registers.personal_view", "registers.restricted_view", "registers.edit", "registers.import",
    "registers.approve", "registers.keep",
)  # fmt: skip
_numbers = itertools.count(1)

THINGS: dict[str, Any] = {
    "kind": "register",
    "key": "test.things",
    "label": "備品台帳",
    "service": "city_hall",
    "summary": "試験のための台帳です。",
    "record": "備品",
    "number": {"prefix": "B-", "digits": 4},
    "title": "name",
    "natural": ["serial"],
    "unique": [["serial"]],
    "indexes": ["state", "bought_on", "price"],
    "columns": ["name", "state", "price"],
    "fields": [
        {"key": "name", "label": "品名", "type": "text", "required": True, "class": "open"},
        {"key": "serial", "label": "製造番号", "type": "text", "zeros": 6, "length": 20},
        {
            "key": "state", "label": "状態", "type": "choice", "class": "open",
            "options": [
                {"code": "use", "label": "使用中"}, {"code": "store", "label": "保管"}, {"code": "gone", "label": "廃棄済み"},
            ],
        },
        {"key": "price", "label": "取得価格", "type": "yen", "min": 0},
        {"key": "bought_on", "label": "取得日", "type": "date"},
        {"key": "ends_on", "label": "リース満了日", "type": "date"},
        {"key": "lent", "label": "貸出中", "type": "boolean"},
        {"key": "place", "label": "置き場所", "type": "address"},
        {"key": "person", "label": "使う人", "type": "name", "class": "personal"},
        {"key": "count", "label": "数", "type": "number", "unit": "台"},
        {"key": "worth", "label": "総額", "type": "computed", "gives": "yen", "expression": "price * count"},
    ],
    "rules": [
        {"key": "order", "when": "has(ends_on) && has(bought_on) && ends_on < bought_on", "refuse": "リース満了日が取得日より前です。日付を確かめてください。", "field": "ends_on"},
    ],
    "transitions": [
        {"field": "state", "first": ["use", "store"], "allow": {"use": ["store", "gone"], "store": ["use", "gone"], "gone": []}},
    ],
}  # fmt: skip
PLOTS: dict[str, Any] = {
    "kind": "register",
    "key": "test.plots",
    "label": "土地台帳",
    "service": "city_hall",
    "summary": "試験のための台帳です。",
    "record": "土地",
    "title": "name",
    "genealogy": True,
    "fields": [
        {"key": "name", "label": "所在", "type": "text", "required": True},
        {"key": "area", "label": "面積", "type": "number", "decimals": 2, "unit": "㎡"},
        {"key": "moved", "label": "増減の計", "type": "number", "decimals": 2},
    ],
    "totals": [{"field": "moved", "register": "test.moves", "sum": "change"}],
}
MOVES: dict[str, Any] = {
    "kind": "register",
    "key": "test.moves",
    "label": "増減",
    "service": "city_hall",
    "summary": "試験のための台帳です。",
    "record": "増減",
    "title": "why",
    "parent": {"register": "test.plots", "label": "土地"},
    "fields": [
        {"key": "why", "label": "理由", "type": "text", "required": True},
        {"key": "change", "label": "増減", "type": "number", "decimals": 2, "required": True},
    ],
}


def register_make(document: Mapping[str, Any] = THINGS, **changes: Any) -> Schema:
    """Publish a register, past the files and their checks; a second one of its key is its next version."""
    whole = {**document, **changes}
    version = PublishedDeclaration.objects.filter(kind="register", key=whole["key"]).count() + 1
    body = {"declaration": whole, "texts": {}}
    PublishedDeclaration.objects.create(
        kind="register", key=whole["key"], version=version, body=canonical_json(body).decode(),
        sha256=canonical_hash(body), change="minor", reason="試験", published_at=NOW, published_by="system",
    )  # fmt: skip
    stamp_move("kernel.declarations")
    stamped_forget()
    schema = schema_get(whole["key"])
    indexes_make(schema, now=NOW)
    return schema


def record_make(
    register: str = "test.things", *, office_id: int | None = None, on: date = DAY, now: datetime = NOW,
    parent: str = "", actor: Viewer = KEEPER, **values: Any,
) -> Record:  # fmt: skip
    """Add a record by kept values; a name is given where none is."""
    office = office_id or office_make().pk
    title = schema_get(register).model.title
    found: Record = record_add(
        actor=actor, register=register, values={title: f"試験{next(_numbers)}", **values}, office_id=office, on=on,
        parent=parent, now=now,
    )  # fmt: skip
    return found


@action_scenario("registers.record_add")
def _add() -> dict[str, Any]:
    register_make(PLOTS)
    register_make(MOVES)
    office = office_make().pk
    plot = record_make("test.plots", office_id=office)
    values = {"why": "寄附", "change": 12_50}
    return {
        "actor": KEEPER, "register": "test.moves", "values": values, "office_id": office, "on": DAY,
        "parent": plot.number, "now": NOW,
    }  # fmt: skip


def _changing() -> dict[str, Any]:
    register_make()
    record = record_make(state="use", price=1_000, count=2)
    return {"actor": KEEPER, "register": "test.things", "number": record.number, "revision": 1, "now": NOW}


@action_scenario("registers.record_change")
def _change() -> dict[str, Any]:
    return {**_changing(), "values": {"name": "机", "state": "store"}, "on": DAY}


@action_scenario("registers.record_correct")
def _correct() -> dict[str, Any]:
    values = {"name": "机", "state": "use"}
    return {**_changing(), "values": values, "starts_on": DAY, "ends_on": None, "reason": "写しまちがい"}


@action_scenario("registers.record_retire")
def _retire() -> dict[str, Any]:
    return {**_changing(), "on": DAY, "reason": "廃棄"}


@action_scenario("registers.record_revive")
def _revive() -> dict[str, Any]:
    wanted = _changing()
    record_retire(**wanted, on=DAY, reason="廃棄")
    return {**wanted, "revision": 2, "reason": "まちがい"}
