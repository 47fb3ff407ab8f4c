"""Portions: everything once, in order, and none larger than asked for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from madoguchi.kit.portions import portions


@given(st.lists(st.integers()), st.integers(1, 7))
def test_everything_comes_once_and_in_order(items: list[int], most: int) -> None:
    given_out = list(portions(iter(items), most))
    assert [one for portion in given_out for one in portion] == items
    assert all(len(portion) == most for portion in given_out[:-1])
    assert all(0 < len(portion) <= most for portion in given_out)
