"""Lists: words, conditions, order, pages, exact counts, and what one may not see."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from madoguchi.blocks.people.testing import office_make
from madoguchi.blocks.registers.actions import record_change, record_retire
from madoguchi.blocks.registers.kind.model import Condition
from madoguchi.blocks.registers.queries import (
    Asked,
    record_history,
    record_view,
    records_listed,
    registers_for,
)
from madoguchi.blocks.registers.testing import DAY, KEEPER, NOW, record_make, register_make
from madoguchi.kernel.rights import Grant, NotAllowed, Viewer

pytestmark = pytest.mark.django_db


def viewer(*rights: str, offices: set[int] | None = None, service: str | None = None) -> Viewer:
    held = None if offices is None else frozenset(offices)
    return Viewer("staff", "somebody", DAY, grants=tuple(Grant(right, held, service) for right in rights))


def found(asked: Asked, by: Viewer = KEEPER) -> tuple[list[str], int]:
    listed = records_listed(by, register_make_once(), asked, on=DAY)
    return [row.title for row in listed.rows], listed.count


def register_make_once() -> Any:
    from madoguchi.blocks.registers.schema import UnknownRegister, schema_get

    try:
        return schema_get("test.things")
    except UnknownRegister:
        return register_make()


def where(field: str, op: Any, value: Any = None) -> Condition:
    return Condition(field=field, op=op, value=value)


@pytest.fixture
def things() -> dict[str, int]:
    register_make()
    offices = {name: office_make(name=name).pk for name in ("管財課", "水道課")}
    rows: list[tuple[str, str, dict[str, Any]]] = [
        (
            "管財課",
            "大型プロジェクター",
            {"state": "use", "price": 98_000, "bought_on": "2024-04-01", "lent": True},
        ),
        ("管財課", "机", {"state": "store", "price": 12_000, "bought_on": "2026-05-01"}),
        ("水道課", "漏水探知機", {"state": "use", "price": 1_200_000, "person": "試験　太郎"}),
        ("水道課", "ポンプ", {"state": "use", "lent": False, "place": {"written": "みなも市一番町1番1号"}}),
    ]
    for office, name, values in rows:
        record_make(office_id=offices[office], name=name, **values)
    return offices


def test_words_conditions_and_order(things: dict[str, int]) -> None:
    whole = ["大型プロジェクター", "机", "漏水探知機", "ポンプ"]
    assert found(Asked()) == (whole, 4)
    assert found(Asked(words="ぷろじぇくたー")) == (["大型プロジェクター"], 1)
    assert found(Asked(words="一番町")) == (["ポンプ"], 1)
    assert found(Asked(words="B-0003")) == (["漏水探知機"], 1)
    assert found(Asked(words="、。")) == ([], 0)
    assert found(Asked(where=(where("state", "is", "use"),))) == (
        ["大型プロジェクター", "漏水探知機", "ポンプ"],
        3,
    )
    assert found(Asked(where=(where("state", "is_not", "use"),)))[0] == ["机"]
    assert found(Asked(where=(where("price", "at_least", 12_000), where("price", "at_most", 98_000)))) == (
        whole[:2],
        2,
    )
    assert found(Asked(where=(where("lent", "is", "false"),))) == (["ポンプ"], 1)
    assert found(Asked(where=(where("lent", "empty"),))) == (["机", "漏水探知機"], 2)
    assert found(Asked(where=(where("bought_on", "before_days", 0),)))[1] == 2
    assert found(Asked(where=(where("state", "any_of", ("store", "gone")),)))[0] == ["机"]
    assert found(Asked(order=("price",), where=(where("price", "given"),)))[0] == [
        "机",
        "大型プロジェクター",
        "漏水探知機",
    ]
    assert found(Asked(order=("-number",)))[0] == whole[::-1]


def test_pages_and_counts(things: dict[str, int]) -> None:
    assert found(Asked(per_page=3)) == (["大型プロジェクター", "机", "漏水探知機"], 4)
    assert found(Asked(per_page=3, page=2)) == (["ポンプ"], 4)
    assert found(Asked(per_page=3, page=9)) == ([], 4)
    assert found(Asked(per_page=1, where=(where("state", "is", "use"),)))[1] == 3
    assert found(Asked(per_page=1, office_id=things["水道課"])) == (["漏水探知機"], 2)
    with CaptureQueriesContext(connection) as seen:
        found(Asked(per_page=1, where=(where("state", "is", "use"),)))
    assert not any("COUNT(" in one["sql"] for one in seen.captured_queries), "kept beside the rows"


def test_each_office_sees_its_own_and_nobody_what_is_not_his(things: dict[str, int]) -> None:
    mine = viewer("registers.view", offices={things["水道課"]})
    assert found(Asked(), mine) == (["漏水探知機", "ポンプ"], 2)
    assert found(Asked(where=(where("person", "is", "試験　太郎"),)), mine) == ([], 0), (
        "a condition is a look too"
    )
    person = viewer("registers.view", "registers.personal_view", offices={things["水道課"]})
    assert found(Asked(where=(where("person", "is", "試験　太郎"),)), person)[1] == 1
    assert found(Asked(words="太郎"), mine) == ([], 0)
    assert found(Asked(words="太郎"), person) == found(Asked(words="太郎")) == (["漏水探知機"], 1)
    # Personal values of one office only: in a list over both of them none are shown.
    both = frozenset(things.values())
    part = Viewer(
        "staff", "somebody", DAY,
        grants=(Grant("registers.view", both), Grant("registers.personal_view", frozenset({things["管財課"]}))),
    )  # fmt: skip
    listed = records_listed(part, register_make_once(), Asked(), on=DAY)
    assert all("person" not in row.payload for row in listed.rows)
    assert found(Asked(words="太郎"), part) == ([], 0)
    with pytest.raises(NotAllowed):
        record_view(viewer=mine, register="test.things", number="B-0001", on=DAY)
    view = record_view(viewer=mine, register="test.things", number="B-0003", on=DAY)
    assert view.hidden == ("person",)
    assert view.payload is not None
    assert "person" not in view.payload
    for line in record_history(viewer=mine, register="test.things", number="B-0003"):
        assert "person" not in line.payload
    assert registers_for(viewer=viewer("registers.view", service="other")) == []
    assert [line.count for line in registers_for(viewer=KEEPER)] == [4]


def test_a_record_that_ended_leaves_the_list_and_stays_to_be_asked(things: dict[str, int]) -> None:
    record_change(
        actor=KEEPER, register="test.things", number="B-0002", values={"name": "机", "state": "use"}, on=DAY, revision=1,
        now=NOW,
    )  # fmt: skip
    record_retire(
        actor=KEEPER, register="test.things", number="B-0002", on=DAY, reason="売却", revision=2, now=NOW
    )
    assert "机" not in found(Asked())[0]
    view = record_view(viewer=KEEPER, register="test.things", number="B-0002", on=DAY)
    assert (view.payload, view.retired_reason, view.title) == (None, "売却", "机")
    assert [line.kind for line in record_history(viewer=KEEPER, register="test.things", number="B-0002")][
        -1
    ] == "added"
