from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.kit.workdays import (
    HolidaysUnknown,
    NoBusinessDay,
    business_day_from,
    business_days_add,
    business_days_between,
    holiday_name,
    is_business_day,
    is_year_end_closing,
    national_holidays,
    next_business_day,
)

# Few years, so that the holidays of each are computed once.
days = st.dates(min_value=date(2018, 1, 1), max_value=date(2025, 12, 31))
closed = st.frozensets(days, max_size=40)


def judge(year: int) -> set[date]:
    return set(holidays.country_holidays("JP", years=year))


# Our source, `jpholiday`, by itself differs from `holidays` before 1986: it gives 振替休日 on 12 February
# 1973, before that rule was law (12 April 1973), and 国民の休日 on 4 May of the years before that rule was
# law (27 December 1985). The law is on the side of `holidays`; `national_holidays` cuts those days away,
# and then both agree on every day from 1949 to 2099, the first and the last year of `holidays`.
@pytest.mark.parametrize("decade", range(1975, 2051, 10))
def test_both_libraries_agree_on_every_day(decade):
    for year in range(decade, min(decade + 10, 2051)):
        assert set(national_holidays(year)) == judge(year), year


@pytest.mark.slow
@pytest.mark.parametrize("years", [range(1949, 1975), range(2051, 2100)])
def test_both_libraries_agree_on_the_older_and_the_later_years(years):
    for year in years:
        assert set(national_holidays(year)) == judge(year), year


def test_the_two_younger_rules_begin_with_their_laws():
    assert holiday_name(date(1973, 2, 12)) is None
    assert holiday_name(date(1973, 4, 30)) == "天皇誕生日 振替休日"
    assert holiday_name(date(1985, 5, 4)) is None
    assert holiday_name(date(1988, 5, 4)) == "国民の休日"


def test_the_law_begins_in_the_middle_of_1948():
    assert sorted(national_holidays(1948)) == [date(1948, 9, 23), date(1948, 11, 3), date(1948, 11, 23)]


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2019, 5, 1), "天皇の即位の日"),
        (date(2019, 4, 30), "国民の休日"),
        (date(2020, 7, 24), "スポーツの日"),
        (date(2021, 8, 9), "山の日 振替休日"),
        (date(2024, 2, 12), "建国記念の日 振替休日"),
        (date(2026, 9, 22), "国民の休日"),
        (date(2024, 4, 1), None),
    ],
)
def test_names(day, name):
    assert holiday_name(day) == name


def test_years_nobody_can_tell():
    for year in (1947, 2100, 9999):
        with pytest.raises(HolidaysUnknown):
            holiday_name(date(year, 6, 1))


def test_the_holidays_handed_out_cannot_be_changed():
    with pytest.raises(TypeError):
        national_holidays(2024)[date(2024, 4, 1)] = "休み"


def test_the_city_hall_is_closed_over_new_year():
    closed_days = [
        day for n in range(10) if is_year_end_closing(day := date(2024, 12, 27) + timedelta(days=n))
    ]
    assert closed_days == [date(2024, 12, 29) + timedelta(days=n) for n in range(6)]
    assert next_business_day(date(2024, 12, 27)) == date(2025, 1, 6)


def test_weekends_holidays_and_extra_days_are_closed():
    assert is_business_day(date(2024, 4, 30))
    assert not is_business_day(date(2024, 4, 27))
    assert not is_business_day(date(2024, 4, 28))
    assert not is_business_day(date(2024, 4, 29))
    assert not is_business_day(date(2024, 4, 30), closed_days={date(2024, 4, 30)})


def test_a_deadline_on_a_closed_day_moves_on():
    assert business_day_from(date(2024, 3, 31)) == date(2024, 4, 1)
    assert business_day_from(date(2024, 4, 1)) == date(2024, 4, 1)
    assert next_business_day(date(2024, 4, 1)) == date(2024, 4, 2)
    assert business_day_from(date(2024, 4, 1), closed_days={date(2024, 4, 1)}) == date(2024, 4, 2)


def test_counting_over_golden_week():
    # 5 open days after Friday 26 April 2024: 30, 1, 2, then 7, 8 May.
    assert business_days_add(date(2024, 4, 26), 5) == date(2024, 5, 8)
    assert business_days_between(date(2024, 4, 26), date(2024, 5, 8)) == 5
    assert business_days_add(date(2024, 5, 8), -5) == date(2024, 4, 26)
    assert business_days_between(date(2024, 5, 8), date(2024, 4, 26)) == -5
    assert business_days_add(date(2024, 4, 28), 0) == date(2024, 4, 28)


class Always:
    def __contains__(self, day: object) -> bool:
        return True


def test_an_office_that_never_opens_is_a_mistake():
    for count in (
        lambda: next_business_day(date(2024, 4, 1), closed_days=Always()),
        lambda: business_days_add(date(2024, 4, 1), 3, closed_days=Always()),
        lambda: business_days_add(date(2024, 4, 1), -3, closed_days=Always()),
    ):
        with pytest.raises(NoBusinessDay):
            count()


@given(days, st.integers(1, 60), closed)
def test_counting_on_and_counting_between_agree(day, count, closed_days):
    ahead = business_days_add(day, count, closed_days=closed_days)
    assert is_business_day(ahead, closed_days=closed_days)
    assert business_days_between(day, ahead, closed_days=closed_days) == count
    back = business_days_add(day, -count, closed_days=closed_days)
    assert is_business_day(back, closed_days=closed_days)
    assert business_days_between(day, back, closed_days=closed_days) == -count


@given(days, closed)
def test_the_next_open_day_is_open_and_none_is_left_out(day, closed_days):
    following = next_business_day(day, closed_days=closed_days)
    assert following == business_days_add(day, 1, closed_days=closed_days)
    between = (following - day).days - 1
    assert not any(
        is_business_day(day + timedelta(days=n + 1), closed_days=closed_days) for n in range(between)
    )


@given(days, days, days)
def test_open_days_add_up_over_adjoining_stretches(one, two, three):
    first, middle, last = sorted((one, two, three))
    whole = business_days_between(first, last)
    assert whole == business_days_between(first, middle) + business_days_between(middle, last)
