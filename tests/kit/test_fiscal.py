from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.kit.fiscal import (
    FIRST_YEAR,
    LAST_YEAR,
    FiscalYear,
    FiscalYearRefused,
    fiscal_year_of,
    fiscal_year_parse,
)

years = st.integers(FIRST_YEAR, 2999).map(FiscalYear)


def test_the_year_turns_on_the_first_of_april():
    assert fiscal_year_of(date(2024, 3, 31)) == FiscalYear(2023)
    assert fiscal_year_of(date(2024, 4, 1)) == FiscalYear(2024)
    assert (FiscalYear(2023).first_day, FiscalYear(2023).last_day) == (date(2023, 4, 1), date(2024, 3, 31))
    assert FiscalYear(2023).period.days == 366


@given(years)
def test_a_year_holds_exactly_its_days(year):
    assert fiscal_year_of(year.first_day) == fiscal_year_of(year.last_day) == year
    assert year.contains(year.first_day)
    assert year.contains(year.last_day)
    assert not year.contains(year.first_day - timedelta(days=1))
    assert not year.contains(year.last_day + timedelta(days=1))
    assert year.plus(1).first_day == year.last_day + timedelta(days=1)
    assert year.plus(1).plus(-1) == year


@given(years)
def test_every_label_is_read_back(year):
    for style in ("ja", "western", "en"):
        assert fiscal_year_parse(year.label(style)) == year


def test_labels():
    year = FiscalYear(2019)
    assert str(year) == year.label() == "令和元年度"
    assert year.label("western") == "2019年度"
    assert year.label("en") == "FY2019"
    assert year.label("ja-easy") == "2019年度（2019年4月から2020年3月まで）"


@pytest.mark.parametrize(
    "text",
    [
        "令和6年度",
        "令和６年度",
        "令和 6 年度",
        "R6年度",
        "R6",
        "r6",
        "Ｒ６",
        "令6年度",
        "2024年度",
        "2024",
        "FY2024",
        "fy 2024",
    ],
)
def test_the_ways_in_which_people_type_one_year(text):
    assert fiscal_year_parse(text) == FiscalYear(2024)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("平成31年度", 2019),
        ("令和元年度", 2019),
        ("昭和元年度", 1926),
        ("大正15年度", 1926),
        ("昭和63年度", 1988),
        ("平成元年度", 1989),
        ("大正元年度", 1912),
        ("明治45年度", 1912),
        ("明治19年度", 1886),
    ],
)
def test_years_in_which_the_era_changed(text, year):
    assert fiscal_year_parse(text) == FiscalYear(year)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("来年度", "unreadable"),
        ("2024-25", "unreadable"),
        ("x" * 500, "unreadable"),
        ("6年度", "era_missing"),
        ("元年度", "era_missing"),
        ("慶応3年度", "era_unknown"),
        ("FY24", "era_unknown"),
        ("令和0年度", "year_zero"),
        ("平成32年度", "era_over"),
        ("昭和64年度", "era_over"),
        ("1885年度", "out_of_range"),
        ("明治元年度", "out_of_range"),
        ("9999", "out_of_range"),
    ],
)
def test_what_cannot_be_read_is_refused_by_code(text, code):
    with pytest.raises(FiscalYearRefused) as caught:
        fiscal_year_parse(text)
    assert caught.value.code == code


def test_a_year_past_the_era_names_the_one_that_was_meant():
    with pytest.raises(FiscalYearRefused, match="平成32年度はありません。令和2年度のことですか。") as caught:
        fiscal_year_parse("平成３２年度")
    assert caught.value.params == {"typed": "平成32年度", "suggestion": "令和2年度", "year": 2020}


def test_the_edges():
    assert FiscalYear(LAST_YEAR).last_day == date(9999, 3, 31)
    with pytest.raises(FiscalYearRefused):
        FiscalYear(FIRST_YEAR).plus(-1)
    with pytest.raises(FiscalYearRefused):
        fiscal_year_of(date(9999, 4, 1))
