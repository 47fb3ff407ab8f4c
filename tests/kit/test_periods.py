from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.kit.periods import Period, PeriodRefused, first_overlap, periods_in_order

DAY_ONE = date(2024, 1, 1)
days = st.integers(0, 30).map(lambda n: DAY_ONE + timedelta(days=n))


@st.composite
def periods(draw):
    start = draw(days)
    length = draw(st.none() | st.integers(1, 15))
    return Period(start, None if length is None else start + timedelta(days=length))


def days_of(period: Period) -> set[date]:
    return {day for n in range(60) if period.contains(day := DAY_ONE + timedelta(days=n))}


@given(periods(), periods())
def test_every_question_agrees_with_the_sets_of_days(one, two):
    first, second = days_of(one), days_of(two)
    assert one.overlaps(two) == two.overlaps(one) == bool(first & second)
    assert one.covers(two) == (second <= first)
    clipped = one.clip(two)
    assert clipped == two.clip(one)
    assert (days_of(clipped) if clipped else set()) == first & second
    if one.meets(two):
        assert not one.overlaps(two)


@given(periods())
def test_a_period_and_itself(period):
    assert period.clip(period) == period
    assert period.covers(period)
    assert period.contains(period.start)
    if period.end is not None:
        assert not period.contains(period.end)
        assert period.contains(period.last_day)
        assert Period.through(period.start, period.last_day) == period
        assert period.days == len(days_of(period))


def test_a_post_changes_hands_on_the_first_of_april():
    old = Period.through(date(2022, 4, 1), date(2024, 3, 31))
    new = Period(date(2024, 4, 1))
    assert old.meets(new)
    assert not old.overlaps(new)
    assert not new.contains(date(2024, 3, 31))
    assert new.contains(date(9999, 12, 31))
    assert (new.last_day, new.days) == (None, None)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Period(DAY_ONE, DAY_ONE),
        lambda: Period(DAY_ONE, DAY_ONE - timedelta(days=1)),
        lambda: Period.through(DAY_ONE, DAY_ONE - timedelta(days=1)),
        lambda: Period.through(DAY_ONE, date(9999, 12, 31)),
    ],
)
def test_a_period_without_days_is_refused(make):
    with pytest.raises(PeriodRefused):
        make()


def test_moments_are_refused():
    moment = datetime(2024, 4, 1, tzinfo=UTC)
    for make in (
        lambda: Period(moment),
        lambda: Period(DAY_ONE, moment),
        lambda: Period(DAY_ONE).contains(moment),
    ):
        with pytest.raises(TypeError):
            make()


@given(st.lists(periods(), max_size=6))
def test_an_overlap_is_found_when_there_is_one(some):
    expected = any(one.overlaps(two) for n, one in enumerate(some) for two in some[n + 1 :])
    found = first_overlap(some)
    assert (found is not None) == expected
    if found:
        assert found[0].overlaps(found[1])


def test_order():
    endless, short, late = Period(DAY_ONE), Period(DAY_ONE, date(2024, 1, 2)), Period(date(2024, 2, 1))
    assert periods_in_order([late, endless, short]) == [short, endless, late]
