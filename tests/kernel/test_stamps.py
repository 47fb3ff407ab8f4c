"""Invariants of stamps: what is kept is never older than the last commit, and never younger."""

from __future__ import annotations

import pytest
from django.db import transaction

from madoguchi.kernel.stamps import Stamped, StampedMany, stamp_move, stamp_read

pytestmark = pytest.mark.django_db


def counted() -> tuple[Stamped[int], list[int]]:
    made: list[int] = []
    return Stamped("test", lambda: made.append(1) or len(made)), made  # type: ignore[func-returns-value]


def changed() -> None:
    with transaction.atomic():
        stamp_move("test")


def test_a_value_is_made_again_only_when_its_stamp_moved(django_assert_num_queries) -> None:
    value, _made = counted()
    assert [value.get(), value.get()] == [1, 1]
    changed()
    first = stamp_read("test")
    assert first
    assert value.get() == 2
    with django_assert_num_queries(1):
        assert value.get() == 2
    changed()
    assert stamp_read("test") not in (0, first)


def test_nothing_is_kept_of_what_the_moving_transaction_sees() -> None:
    value, made = counted()
    assert value.get() == 1
    with transaction.atomic():
        stamp_move("test")
        assert [value.get(), value.get()] == [2, 3]
        with transaction.atomic():
            assert value.get() == 4
    assert [value.get(), value.get()] == [5, 5]
    assert len(made) == 5


def test_a_change_that_was_rolled_back_leaves_nothing_behind() -> None:
    value, _made = counted()
    assert value.get() == 1
    with transaction.atomic():
        stamp_move("test")
        assert value.get() == 2
        transaction.set_rollback(True)
    assert value.get() == 1


def test_many_values_are_kept_by_key_and_the_first_goes_when_there_are_too_many() -> None:
    made: list[str] = []
    kept: StampedMany[str, list[str]] = StampedMany("test", most=2)

    def ask(key: str) -> None:
        kept.get(key, lambda: made.append(key) or [key])  # type: ignore[func-returns-value]

    for key in "abab":
        ask(key)
    assert made == ["a", "b"]
    for key in "cba":
        ask(key)
    assert made == ["a", "b", "c", "a"]
    changed()
    ask("a")
    assert made[-2:] == ["a", "a"]
