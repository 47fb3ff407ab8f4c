"""Invariants 6 and 7 of ``madoguchi.kernel.expressions``: exact money, and ages as the law counts them."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.kernel import expressions as x

INT64 = st.integers(min_value=-(2**63), max_value=2**63 - 1)
YEN = st.integers(min_value=-(10**15), max_value=10**15)
MODES = st.sampled_from(["down", "up", "half_up"])
DAYS = st.dates(min_value=date(1873, 1, 1), max_value=date(2200, 12, 31))

FIGURES = {"a": "yen", "b": "count", "mode": "text"}
PERCENT = x.expression_compile("percent(a, b, mode)", variables=FIGURES, returns="yen")
DIVIDED = x.expression_compile("yen_div(a, b, mode)", variables=FIGURES, returns="yen")
AGE = x.expression_compile("age_on(born, on)", variables={"born": "date", "on": "date"}, returns="count")
YEARS = x.expression_compile(
    "full_years(born, on)", variables={"born": "date", "on": "date"}, returns="count"
)


def rounded_rightly(result: int, exact: Fraction, mode: str) -> bool:
    """Say whether an int is the rounding of an exact value, by the definition of each mode."""
    away = abs(result) - abs(exact)
    if exact and result and (result > 0) != (exact > 0):
        return False
    return {
        "down": -1 < away <= 0,
        "up": 0 <= away < 1,
        "half_up": Fraction(-1, 2) < away <= Fraction(1, 2),
    }[mode]


@given(a=INT64, b=st.integers(-1_000, 1_000), mode=MODES)
def test_percent_is_exact_or_refuses(a: int, b: int, mode: str) -> None:
    exact = Fraction(a) * b / 100
    try:
        result = PERCENT.evaluate({"a": a, "b": b, "mode": mode})
    except x.CannotCompute:
        assert abs(exact) > 2**63 - 2
    else:
        assert rounded_rightly(result, exact, mode)


@given(a=INT64, b=INT64, mode=MODES)
def test_yen_div_is_exact_or_refuses(a: int, b: int, mode: str) -> None:
    try:
        result = DIVIDED.evaluate({"a": a, "b": b, "mode": mode})
    except x.CannotCompute:
        assert b == 0 or (a, b) == (-(2**63), -1)
    else:
        assert rounded_rightly(result, Fraction(a, b), mode)


@given(total=YEN, parts=st.integers(1, 100))
def test_what_is_divided_down_never_exceeds_the_whole(total: int, parts: int) -> None:
    share = DIVIDED.evaluate({"a": total, "b": parts, "mode": "down"})
    assert 0 <= abs(total) - abs(share * parts) < parts


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        # Born on 1 April: six at the end of 31 March, so a first-grader a year early (学校教育法第17条).
        (date(2018, 4, 1), date(2024, 3, 30), 5),
        (date(2018, 4, 1), date(2024, 3, 31), 6),
        (date(2018, 4, 2), date(2024, 3, 31), 5),
        # Eighteen the day after the vote: may vote.
        (date(2006, 7, 11), date(2024, 7, 10), 18),
        # 29 February: at the end of 28 February, in leap years too.
        (date(2004, 2, 29), date(2005, 2, 27), 0),
        (date(2004, 2, 29), date(2005, 2, 28), 1),
        (date(2004, 2, 29), date(2008, 2, 27), 3),
        (date(2004, 2, 29), date(2008, 2, 28), 4),
        # 1 March: on the last day of February, whichever that is.
        (date(2004, 3, 1), date(2005, 2, 28), 1),
        (date(2004, 3, 1), date(2008, 2, 28), 3),
        (date(2004, 3, 1), date(2008, 2, 29), 4),
        (date(2004, 1, 1), date(2004, 1, 1), 0),
        (date(2004, 1, 1), date(2004, 12, 31), 1),
    ],
)
def test_one_ages_at_the_end_of_the_day_before_the_birthday(born: date, on: date, age: int) -> None:
    assert AGE.evaluate({"born": born, "on": on}) == age


@given(born=DAYS, days=st.integers(0, 40_000))
def test_age_never_falls_and_is_reached_one_day_before_the_birthday(born: date, days: int) -> None:
    on = born + timedelta(days=days)
    age = AGE.evaluate({"born": born, "on": on})
    assert age == YEARS.evaluate({"born": born, "on": on + timedelta(days=1)})
    assert age - YEARS.evaluate({"born": born, "on": on}) in (0, 1)
    assert AGE.evaluate({"born": born, "on": on + timedelta(days=1)}) >= age


@settings(max_examples=20, deadline=None)
@given(born=DAYS, years=st.integers(1, 110))
def test_exactly_one_day_of_a_year_makes_one_older(born: date, years: int) -> None:
    first = date(born.year + years, 1, 1)
    days = itertools.takewhile(
        lambda day: day.year <= first.year, (first + timedelta(n) for n in range(-1, 366))
    )
    ages = [AGE.evaluate({"born": born, "on": day}) for day in days]
    assert sum(later - earlier for earlier, later in itertools.pairwise(ages)) == 1


@given(born=DAYS, days=st.integers(1, 10_000))
def test_nobody_has_an_age_before_birth(born: date, days: int) -> None:
    with pytest.raises(x.CannotCompute):
        AGE.evaluate({"born": born, "on": born - timedelta(days=days)})


@settings(deadline=None)
@given(day=st.dates(date(2000, 1, 1), date(2040, 12, 31)), count=st.integers(1, 200))
def test_business_days_lead_there_and_back(day: date, count: int) -> None:
    names = {"on": "date", "to": "date", "n": "count"}
    there = x.expression_compile("business_days_add(on, n)", variables=names, returns="date")
    back = x.expression_compile("business_days_between(on, to)", variables=names, returns="count")
    assert back.evaluate({"on": day, "to": there.evaluate({"on": day, "n": count})}) == count


def test_days_whose_holidays_nobody_knows_are_refused() -> None:
    names = {"on": "date"}
    expression = x.expression_compile("business_days_add(on, 1)", variables=names, returns="date")
    with pytest.raises(x.CannotCompute, match="祝日"):
        expression.evaluate({"on": date(1890, 6, 2)})
