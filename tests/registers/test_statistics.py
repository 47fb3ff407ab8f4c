"""Tables add up, hide what is small so that nothing gives it away, and know how it was on a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.blocks.people.testing import office_make, viewer_with
from madoguchi.blocks.registers.actions import record_change
from madoguchi.blocks.registers.statistics import (
    TOTAL,
    Group,
    StatisticTable,
    hide,
    statistic_make,
    statistic_rows,
    with_totals,
)
from madoguchi.blocks.registers.testing import DAY, KEEPER, NOW, THINGS, record_make, register_make
from madoguchi.kernel.rights import NotAllowed

pytestmark = pytest.mark.django_db
TABLES = [
    {
        "key": "by_state",
        "label": "状態と年度",
        "by": ["state", "bought_on:fiscal_year"],
        "form": "備品現在高調書",
    },
    {"key": "worth", "label": "状態別の価格", "by": ["state"], "sum": "price"},
    {"key": "small", "label": "状態と貸出", "by": ["state", "lent"], "small": 3},
    {"key": "private", "label": "人別", "by": ["person"]},
]


def made(key: str, **more: Any) -> StatisticTable:
    return statistic_make(
        more.pop("viewer", KEEPER), register_make(THINGS, statistics=TABLES), key, on=DAY, **more
    )


def things(*states: tuple[str, str, bool]) -> None:
    register_make(THINGS, statistics=TABLES)
    office = office_make().pk
    for state, day, lent in states:
        record_make(office_id=office, state=state, bought_on=day, lent=lent, price=100)


def test_rows_columns_and_sums() -> None:
    things(("use", "2026-04-01", True), ("use", "2026-03-31", True), ("store", "2025-04-01", False))
    record_make(state="use")
    table = made("by_state")
    heads, rows = statistic_rows(table)
    assert heads == ["状態と年度", "2025年度", "2026年度", "（なし）", "計"]
    assert rows == [
        ["使用中", 1, 1, 1, 3],
        ["保管", 1, 0, 0, 1],
        ["廃棄済み", 0, 0, 0, 0],
        ["計", 2, 1, 1, 4],
    ]
    assert table.form == "備品現在高調書"
    assert statistic_rows(made("worth"))[1] == [["使用中", 200], ["保管", 100], ["廃棄済み", 0], ["計", 300]]


def test_what_is_small_follows_from_nothing() -> None:
    things(
        *[("use", "2026-04-01", True)] * 5,
        *[("use", "2026-04-01", False)] * 2,
        *[("store", "2026-04-01", False)] * 4,
        *[("store", "2026-04-01", True)] * 6,
    )
    table = made("small")
    hidden = {place for place, value in table.cells.items() if value is None}
    assert ("use", "0") in hidden
    for line in (
        [("use", "1"), ("use", "0")],
        [("use", "0"), ("store", "0")],
        [("store", "1"), ("store", "0")],
        [("use", "1"), ("store", "1")],
    ):
        assert len([place for place in line if place in hidden]) != 1
    assert table.cell(TOTAL, TOTAL) == 17
    assert statistic_rows(table)[1][0][1:] == ["x", "x", 7]


def test_as_it_was_on_a_day() -> None:
    things(("use", "2026-04-01", True))
    later = DAY + timedelta(days=5)
    record_change(
        actor=KEEPER, register="test.things", number="B-0001", values={"name": "机", "state": "store"}, on=later, revision=1,
        now=NOW,
    )  # fmt: skip
    schema = register_make(THINGS, statistics=TABLES)
    for day, state in ((DAY, "use"), (later, "store")):
        assert statistic_make(KEEPER, schema, "worth", on=day).cells.get((state, TOTAL)) is not None


def test_a_table_of_what_one_may_not_see_is_not_there() -> None:
    register_make(THINGS, statistics=TABLES)
    for key in ("private", "unknown"):
        with pytest.raises(NotAllowed):
            made(key, viewer=viewer_with("registers.view"))


@given(
    counts=st.lists(
        st.lists(st.integers(min_value=0, max_value=9), min_size=2, max_size=4), min_size=1, max_size=4
    ).filter(lambda rows: len({len(row) for row in rows}) == 1),
    small=st.integers(min_value=1, max_value=5),
    one_side=st.booleans(),
)
def test_no_line_gives_a_small_number_away(counts: list[list[int]], small: int, one_side: bool) -> None:
    rows = [Group(f"r{number}", "") for number in range(len(counts))]
    columns = [] if one_side else [Group(f"c{number}", "") for number in range(len(counts[0]))]
    cells = {
        (row.key, TOTAL if one_side else columns[place].key): count
        for row, line in zip(rows, counts, strict=True)
        for place, count in enumerate(line[:1] if one_side else line)
        if count
    }
    table = StatisticTable("", "", DAY, rows, columns, dict(with_totals(cells)), small=small)
    hide(table, cells)
    places = [[(row, column) for column in [*(one.key for one in columns), TOTAL]] for row in [*(one.key for one in rows), TOTAL]]  # fmt: skip
    shown = [table.cell(*place) for line in places for place in line]
    assert not [value for value in shown if value is not None and 0 < value < small], "none is shown"
    for line in [*(places if columns else []), *map(list, zip(*places, strict=True))]:
        assert sum(table.cell(*place) is None for place in line) != 1, "and none follows"


def test_small_numbers_are_for_whoever_sees_every_field() -> None:
    things(("use", "2026-04-01", True))
    assert made("small").cell(TOTAL, TOTAL) is None
    assert made("small", small=True).cell(TOTAL, TOTAL) == 1
    with pytest.raises(NotAllowed):
        made("small", viewer=viewer_with("registers.view"), small=True)
