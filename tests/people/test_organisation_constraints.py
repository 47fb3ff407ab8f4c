"""The invariants at the top of ``models/organisation.py``, tried with raw SQL past every line of ours."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from madoguchi.blocks.people.testing import office_make, post_make, staff_make
from madoguchi.kernel.actions import constraint_of
from madoguchi.kernel.db.triggers import triggers_make, triggers_missing

pytestmark = pytest.mark.django_db

APRIL, MAY, JUNE, JULY = (date(2026, month, 1) for month in (4, 5, 6, 7))


def insert(table: str, **values: Any) -> int:
    columns = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO people_{table} ({columns}) VALUES ({marks}) RETURNING "id"', list(values.values())
        )
        return int(cursor.fetchone()[0])


def update(table: str, pk: int, **values: Any) -> None:
    columns = ", ".join(f'"{name}" = %s' for name in values)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE people_{table} SET {columns} WHERE id = %s", [*values.values(), pk])


@contextmanager
def refused(constraint: str) -> Iterator[None]:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        yield
    assert constraint_of(caught.value) == constraint


def period(starts_on: date, ends_on: date | None = None) -> dict[str, Any]:
    return {"starts_on": starts_on, "ends_on": ends_on}


def rival_rows() -> dict[str, tuple[str, dict[str, Any], dict[str, Any]]]:
    """Per constraint: the table, what makes two rows rivals, and what keeps them apart."""
    office, other, post, second = (
        office_make(),
        office_make(),
        post_make(single=False),
        post_make(single=False),
    )
    staff, colleague = staff_make(), staff_make()
    holding = {"post_id": post.pk, "staff_id": staff.pk, "kind": "concurrent", "sole": False}
    return {
        "office_one_name": (
            "officename", {"office_id": bare_office(), "name": "あ課"}, {"office_id": bare_office()}
        ),
        "office_one_place": (
            "officeplace", {"office_id": office.pk, "parent_id": other.pk}, {"office_id": bare_office()}
        ),
        "staff_one_main_post": (
            "holding", holding | {"kind": "main"}, {"kind": "acting", "post_id": second.pk}
        ),
        "post_one_holder": (
            "holding", holding | {"sole": True}, {"sole": False, "staff_id": colleague.pk}
        ),
        "post_held_once": ("holding", holding, {"staff_id": colleague.pk}),
        "deputy_one_per_order": (
            "deputy", {"post_id": post.pk, "deputy_id": second.pk, "order": 1}, {"order": 2}
        ),
        "grant_once": ("rolegrant", {"post_id": post.pk, "role": "a/b", "scope": "own", "upto": "restricted"}, {"role": "a/c"}),
    }  # fmt: skip


_numbers = itertools.count()


def bare_office() -> int:
    """An office without a name or a place yet."""
    return insert("office", key=f"bare-{next(_numbers)}", level="", order=0, **period(APRIL))


NON_OVERLAP = [
    "office_one_name",
    "office_one_place",
    "staff_one_main_post",
    "post_one_holder",
    "post_held_once",
    "deputy_one_per_order",
    "grant_once",
]


@pytest.mark.parametrize("name", NON_OVERLAP)
def test_one_day_in_common_is_refused(name: str) -> None:
    table, rival, _apart = rival_rows()[name]
    insert(table, **_another(name, rival), **period(APRIL, JUNE))
    for days in (
        period(APRIL, JUNE),
        period(MAY, JULY),
        period(date(2026, 5, 31)),
        period(date(2020, 1, 1), date(2026, 4, 2)),
        period(date(2020, 1, 1)),
        period(MAY, date(2026, 5, 2)),
    ):
        with refused(name):
            insert(table, **rival, **days)


@pytest.mark.parametrize("name", NON_OVERLAP)
def test_periods_that_meet_are_allowed(name: str) -> None:
    table, rival, _apart = rival_rows()[name]
    insert(table, **rival, **period(MAY, JUNE))
    insert(table, **rival, **period(APRIL, MAY))
    insert(table, **rival, **period(JUNE))
    with refused(name):
        insert(table, **_another(name, rival), **period(date(2030, 1, 1)))


@pytest.mark.parametrize("name", NON_OVERLAP)
def test_rows_that_are_no_rivals_are_allowed(name: str) -> None:
    table, rival, apart = rival_rows()[name]
    insert(table, **rival, **period(APRIL))
    insert(table, **rival | apart, **period(APRIL))


@pytest.mark.parametrize("name", NON_OVERLAP)
def test_an_update_into_an_overlap_is_refused(name: str) -> None:
    table, rival, _apart = rival_rows()[name]
    insert(table, **rival, **period(APRIL, MAY))
    later = insert(table, **_another(name, rival), **period(MAY, JUNE))
    update(table, later, ends_on=None)
    update(table, later, starts_on=MAY)
    with refused(name):
        update(table, later, starts_on=date(2026, 4, 30))
    earlier = insert(table, **_another(name, rival), **period(date(2020, 1, 1), APRIL))
    with refused(name):
        update(table, earlier, ends_on=None)


def _another(name: str, rival: dict[str, Any]) -> dict[str, Any]:
    """A rival that clashes through this constraint alone."""
    if name == "staff_one_main_post":
        return rival | {"post_id": post_make(single=False).pk}
    if name == "post_one_holder":
        return rival | {"staff_id": staff_make().pk}
    return rival


def test_an_update_that_makes_a_row_a_rival_is_refused() -> None:
    staff = staff_make()
    kept = {"staff_id": staff.pk, "sole": False, **period(APRIL)}
    insert("holding", post_id=post_make().pk, kind="main", **kept)
    second = insert("holding", post_id=post_make().pk, kind="concurrent", **kept)
    with refused("staff_one_main_post"):
        update("holding", second, kind="main")
    update("holding", second, kind="acting")


def test_an_open_end_reaches_to_the_last_day_there_is() -> None:
    post = post_make().pk
    kept = {"kind": "acting", "sole": True, "post_id": post}
    insert("holding", staff_id=staff_make().pk, **kept, **period(APRIL))
    with refused("post_one_holder"):
        insert("holding", staff_id=staff_make().pk, **kept, **period(date(9999, 12, 31)))
    with refused("post_one_holder"):
        insert("holding", staff_id=staff_make().pk, **kept, **period(date(9999, 12, 30), date(9999, 12, 31)))


def test_a_period_does_not_end_before_or_when_it_starts() -> None:
    office, other, post, second, staff = office_make(), office_make(), post_make(), post_make(), staff_make()
    rows: list[tuple[str, dict[str, Any]]] = [
        ("office", {"key": "backwards", "level": "", "order": 0}),
        ("officename", {"office_id": office.pk, "name": "あ課"}),
        ("officeplace", {"office_id": office.pk, "parent_id": other.pk}),
        ("post", {"key": "backwards", "office_id": office.pk, "title": "長", "rank": 1, "single": True}),
        ("holding", {"post_id": post.pk, "staff_id": staff.pk, "kind": "main", "sole": True}),
        ("deputy", {"post_id": post.pk, "deputy_id": second.pk, "order": 1}),
        ("rolegrant", {"post_id": post.pk, "role": "a/b", "scope": "own", "upto": "restricted"}),
    ]
    for table, values in rows:
        # Long before the makers' rows begin, so that no other rule can speak.
        for days in (period(date(1990, 4, 1), date(1990, 4, 1)), period(date(1990, 4, 2), date(1990, 4, 1))):
            with refused(f"{table}_period_forward"):
                insert(table, **values, **days)
        insert(table, **values, **period(date(1990, 4, 1), date(1990, 4, 2)))


def test_nothing_is_above_after_or_for_itself() -> None:
    office, post = office_make().pk, post_make().pk
    with refused("office_not_under_itself"):
        insert("officeplace", office_id=office, parent_id=office, **period(APRIL))
    with refused("succession_of_another"):
        insert("officesuccession", predecessor_id=office, successor_id=office, on=APRIL)
    with refused("deputy_is_another"):
        insert("deputy", post_id=post, deputy_id=post, order=1, **period(APRIL))
    with refused("deputy_order_from_one"):
        insert("deputy", post_id=post, deputy_id=post_make().pk, order=0, **period(APRIL))


def test_a_succession_stands_once() -> None:
    values = {"predecessor_id": office_make().pk, "successor_id": office_make().pk}
    insert("officesuccession", **values, on=APRIL)
    with refused("succession_once"):
        insert("officesuccession", **values, on=MAY)


@pytest.mark.sqlite
def test_lost_triggers_are_named_and_made_again() -> None:
    assert triggers_missing() == []
    with connection.cursor() as cursor:
        cursor.execute('DROP TRIGGER "post_one_holder_update"')
    assert triggers_missing() == ["post_one_holder_update"]
    triggers_make()
    assert triggers_missing() == []
