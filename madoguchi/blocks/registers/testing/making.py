"""Registers and records for tests, here and in the floors above; how to run each action."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from madoguchi.blocks.people.testing import DAY, NOW, office_make, viewer_with
from madoguchi.blocks.registers.actions import (
    Source,
    change_ask,
    file_bring,
    list_save,
    record_add,
    record_change,
    record_retire,
    stocktake_look,
    stocktake_open,
)
from madoguchi.blocks.registers.models import FileImport, Record, StockTake, StockTakeLine
from madoguchi.blocks.registers.schema import Schema, schema_get
from madoguchi.blocks.registers.slots import slots_assign, slots_fill
from madoguchi.kernel.models import PublishedDeclaration
from madoguchi.kernel.rights import Viewer, system_viewer
from madoguchi.kernel.stamps import stamp_move, stamped_forget
from madoguchi.kernel.testing import action_scenario
from madoguchi.kit.canonical import canonical_hash, canonical_json

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
    slots_assign(schema, now=NOW, empty=False)
    slots_fill(schema, now=NOW)
    return schema


def record_make(
    register: str = "test.things", *, office_id: int | None = None, on: date = DAY, now: datetime = NOW,
    parent: str = "", actor: Viewer = KEEPER, approved: bool = False, **values: Any,
) -> Record:  # fmt: skip
    """Add a record by kept values; a name is given where none is."""
    office = office_id or office_make().pk
    title = schema_get(register).model.title
    found: Record = record_add(
        actor=actor, register=register, values={title: f"試験{next(_numbers)}", **values}, office_id=office, on=on,
        parent=parent, approved=approved, now=now,
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


OTHER: Viewer = replace(KEEPER, key="staff-other")
"""Somebody else with the same rights: who agrees to what the keeper asks for."""
FILE = "品名,製造番号,状態,取得価格\n机,000001,使用中,1000\n椅子,000002,保管,200\n".encode()


def file_brought(content: bytes = FILE) -> FileImport:
    """Bring a file into the register of things."""
    register_make()
    found: FileImport = file_bring(
        actor=KEEPER,
        register="test.things",
        content=content,
        name="備品.csv",
        office_id=office_make().pk,
        on=DAY,
        now=NOW,
    )
    return found


@action_scenario("registers.file_bring")
def _bring() -> dict[str, Any]:
    register_make()
    return {
        "actor": KEEPER, "register": "test.things", "content": FILE, "name": "備品.csv", "office_id": office_make().pk,
        "on": DAY, "now": NOW,
    }  # fmt: skip


@action_scenario("registers.file_check")
def _check() -> dict[str, Any]:
    return {"actor": KEEPER, "import_key": file_brought().key, "fixes": [(2, "品名", "大きな机")], "now": NOW}


@action_scenario("registers.file_apply")
def _apply() -> dict[str, Any]:
    kept = file_brought()
    return {"actor": KEEPER, "import_key": kept.key, "digest": kept.digest, "now": NOW}


@action_scenario("registers.file_drop")
def _drop() -> dict[str, Any]:
    return {"actor": KEEPER, "import_key": file_brought().key, "now": NOW}


@action_scenario("registers.record_split")
def _split() -> dict[str, Any]:
    register_make(PLOTS)
    plot = record_make("test.plots", area=300_00)
    parts = [{"name": "1番1", "area": 100_00}, {"name": "1番2", "area": 200_00}]
    return {
        "actor": KEEPER, "register": "test.plots", "source": Source(plot.number, 1), "parts": parts, "on": DAY,
        "reason": "分筆", "now": NOW,
    }  # fmt: skip


@action_scenario("registers.records_merge")
def _merge() -> dict[str, Any]:
    register_make(PLOTS)
    office = office_make().pk
    plots = [record_make("test.plots", office_id=office, area=100_00) for _ in range(2)]
    return {
        "actor": KEEPER, "register": "test.plots", "sources": [Source(plot.number, 1) for plot in plots],
        "values": {"name": "1番", "area": 200_00}, "on": DAY, "reason": "合筆", "now": NOW,
    }  # fmt: skip


@action_scenario("registers.current_move")
def _current() -> dict[str, Any]:
    wanted = _changing()
    later = DAY + timedelta(days=3)
    record = record_change(**wanted, values={"name": "机", "state": "store"}, on=later)
    actor = system_viewer(on=later, duty="試験")
    return {"actor": actor, "records": [("test.things", record.pk)], "now": NOW + timedelta(days=3)}


@action_scenario("registers.records_look")
def _look() -> dict[str, Any]:
    register_make()
    record = record_make(person="試験　太郎")
    return {
        "actor": KEEPER,
        "register": "test.things",
        "numbers": [record.number],
        "what": "record",
        "now": NOW,
    }


def change_asked() -> str:
    """Ask for a change of a thing; the number of the request."""
    register_make(THINGS, approve=True)
    record = record_make(approved=True, state="use")
    asked = {"number": record.number, "on": DAY, "reason": "廃棄"}
    return change_ask(
        actor=KEEPER, register="test.things", what="record_retire", asked={**asked, "revision": 1},
        office_id=record.office_id, reason="廃棄", now=NOW,
    ).key  # fmt: skip


@action_scenario("registers.change_ask")
def _ask() -> dict[str, Any]:
    register_make(THINGS, approve=True)
    return {
        "actor": KEEPER, "register": "test.things", "what": "record_add", "asked": {"values": {"name": "机"}, "on": DAY},
        "office_id": office_make().pk, "reason": "購入", "now": NOW,
    }  # fmt: skip


@action_scenario("registers.change_agree")
def _agree() -> dict[str, Any]:
    return {"actor": OTHER, "request_key": change_asked(), "now": NOW}


@action_scenario("registers.request_look")
def _request_look() -> dict[str, Any]:
    return {"actor": OTHER, "request_key": change_asked(), "now": NOW}


@action_scenario("registers.change_decline")
def _decline() -> dict[str, Any]:
    return {"actor": OTHER, "request_key": change_asked(), "note": "まだ使えるため", "now": NOW}


@action_scenario("registers.change_take_back")
def _take_back() -> dict[str, Any]:
    return {"actor": KEEPER, "request_key": change_asked(), "now": NOW}


def _listing() -> dict[str, Any]:
    register_make()
    return {"actor": KEEPER, "register": "test.things", "name": "使用中", "query": "state=use", "now": NOW}


@action_scenario("registers.list_save")
def _save() -> dict[str, Any]:
    return _listing()


@action_scenario("registers.list_drop")
def _drop_list() -> dict[str, Any]:
    return {"actor": KEEPER, "list_key": list_save(**_listing()).key, "now": NOW}


@action_scenario("registers.records_change")
def _change_many() -> dict[str, Any]:
    register_make()
    records = [record_make(state="use", price=100) for _ in range(3)]
    return {
        "actor": KEEPER, "register": "test.things", "revisions": {record.number: 1 for record in records},
        "values": {"state": "store"}, "on": DAY, "reason": "倉庫へ", "now": NOW,
    }  # fmt: skip


def stocktake_begun() -> StockTake:
    """Begin a round over two things of two offices."""
    register_make(THINGS, stocktake=True)
    for _ in range(2):
        record_make(state="use")
    found: StockTake = stocktake_open(
        actor=KEEPER, register="test.things", due_on=DAY + timedelta(days=30), now=NOW
    )
    return found


@action_scenario("registers.stocktake_open")
def _open() -> dict[str, Any]:
    register_make(THINGS, stocktake=True)
    record_make()
    return {"actor": KEEPER, "register": "test.things", "due_on": DAY + timedelta(days=30), "now": NOW}


def _part() -> dict[str, Any]:
    take = stocktake_begun()
    part = take.offices.order_by("pk").first()
    assert part is not None
    return {"actor": KEEPER, "take_key": take.key, "office_id": part.office_id, "now": NOW}


def _found(wanted: dict[str, Any]) -> dict[int, tuple[str, str]]:
    lines = StockTakeLine.objects.filter(part__take__key=wanted["take_key"], part__office=wanted["office_id"])
    return {line.pk: ("same", "") for line in lines}


@action_scenario("registers.stocktake_look")
def _stocktake_look() -> dict[str, Any]:
    wanted = _part()
    return {**wanted, "found": _found(wanted)}


@action_scenario("registers.stocktake_sign")
def _stocktake_sign() -> dict[str, Any]:
    wanted = _part()
    stocktake_look(**wanted, found=_found(wanted))
    return wanted


@action_scenario("registers.stocktake_close")
def _stocktake_close() -> dict[str, Any]:
    return {"actor": KEEPER, "take_key": stocktake_begun().key, "anyway": True, "now": NOW}
