from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.kit.ages import AgeRefused, age_on, full_years

days = st.dates(min_value=date(1873, 1, 1), max_value=date(2999, 12, 31))


@pytest.mark.parametrize(
    ("birth", "day", "age", "years"),
    [
        (date(2018, 4, 1), date(2024, 3, 30), 5, 5),
        (date(2018, 4, 1), date(2024, 3, 31), 6, 5),
        (date(2018, 4, 1), date(2024, 4, 1), 6, 6),
        (date(2018, 4, 2), date(2024, 3, 31), 5, 5),
        (date(2000, 2, 29), date(2023, 2, 27), 22, 22),
        (date(2000, 2, 29), date(2023, 2, 28), 23, 22),
        (date(2000, 2, 29), date(2023, 3, 1), 23, 23),
        (date(2000, 2, 29), date(2024, 2, 28), 24, 23),
        (date(2000, 2, 29), date(2024, 2, 29), 24, 24),
        (date(2000, 3, 1), date(2024, 2, 28), 23, 23),
        (date(2000, 3, 1), date(2024, 2, 29), 24, 23),
        (date(2000, 1, 1), date(2000, 12, 31), 1, 0),
        (date(2000, 1, 1), date(2000, 1, 1), 0, 0),
    ],
)
def test_ages_by_law_and_by_birthdays(birth, day, age, years):
    assert (age_on(birth, day), full_years(birth, day)) == (age, years)


@pytest.mark.parametrize("count", [age_on, full_years])
def test_before_the_birth_there_is_no_age(count):
    with pytest.raises(AgeRefused, match="前の日"):
        count(date(2024, 1, 2), date(2024, 1, 1))
    with pytest.raises(TypeError):
        count(date(2024, 1, 2), datetime(2024, 1, 3, tzinfo=UTC))


def test_after_the_last_day_no_day_comes():
    assert full_years(date(2024, 1, 1), date.max) == 7975
    with pytest.raises(AgeRefused, match="範囲"):
        age_on(date(2024, 1, 1), date.max)


@given(days, st.integers(0, 40_000))
def test_the_age_is_that_of_the_next_morning(birth, later):
    day = birth + timedelta(days=later)
    assert age_on(birth, day) == full_years(birth, day + timedelta(days=1))
    assert age_on(birth, day) - full_years(birth, day) in {0, 1}
