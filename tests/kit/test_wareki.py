from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from madoguchi.kit.wareki import (
    ERAS,
    FIRST_GREGORIAN_DAY,
    DateRefused,
    date_parse,
    era_on,
    era_read,
    era_year,
    wareki_fiscal_label,
    wareki_format,
)
from madoguchi.kit.width import ascii_to_full

days = st.dates(min_value=FIRST_GREGORIAN_DAY, max_value=date(2999, 12, 31))


def test_the_eras_follow_one_another_without_gap():
    assert [era.name for era in ERAS] == ["明治", "大正", "昭和", "平成", "令和"]
    for era, following in pairwise(ERAS):
        assert era.last_day == following.first_day - timedelta(days=1)
    assert ERAS[-1].last_day is None


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(1873, 1, 1), "明治6年1月1日"),
        (date(1912, 7, 29), "明治45年7月29日"),
        (date(1912, 7, 30), "大正元年7月30日"),
        (date(1926, 12, 24), "大正15年12月24日"),
        (date(1926, 12, 25), "昭和元年12月25日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2024, 4, 1), "令和6年4月1日"),
    ],
)
def test_days_around_every_change_of_era(day, text):
    assert wareki_format(day) == text
    assert date_parse(text) == day


def test_styles():
    day = date(2019, 5, 1)
    styles = ("long", "month", "year", "short", "fiscal")
    assert [wareki_format(day, style=style) for style in styles] == [
        "令和元年5月1日",
        "令和元年5月",
        "令和元年",
        "R1.5.1",
        "令和元年度",
    ]
    assert wareki_format(date(2020, 3, 31), style="fiscal") == "令和元年度"
    assert wareki_format(date(2019, 4, 1), style="fiscal") == "令和元年度"
    assert wareki_format(date(2019, 4, 1), style="year") == "平成31年"
    assert wareki_format(date(2019, 3, 31), style="fiscal") == "平成30年度"


@pytest.mark.parametrize(
    ("year", "label"),
    [
        (1911, "明治44年度"),
        (1926, "大正15年度"),
        (1988, "昭和63年度"),
        (1989, "平成元年度"),
        (2019, "令和元年度"),
        (2020, "令和2年度"),
    ],
)
def test_fiscal_labels(year, label):
    assert wareki_fiscal_label(year) == label


def test_a_moment_is_no_day():
    with pytest.raises(TypeError):
        wareki_format(datetime(2024, 4, 1, tzinfo=UTC))
    with pytest.raises(TypeError):
        era_on("2024-04-01")


def test_days_before_the_calendar_are_refused():
    assert era_on(date(1868, 1, 25)).key == "meiji"
    assert era_year(date(1872, 12, 31)) == 5
    for refused in (
        lambda: era_on(date(1868, 1, 24)),
        lambda: wareki_format(date(1872, 12, 31)),
        lambda: wareki_fiscal_label(1872),
        lambda: date_parse("明治5年12月2日"),
        lambda: date_parse("1872-12-31"),
        lambda: date_parse("0000-01-01"),
    ):
        with pytest.raises(DateRefused) as caught:
            refused()
        assert caught.value.code == "too_early"


@pytest.mark.parametrize(
    "text",
    [
        "令和6年4月1日",
        "令和６年４月１日",
        "令和06年04月01日",
        " 令和 6年 4月 1日 ",
        "令和　６年　４月　１日",
        "令和六年四月一日",
        "㋿6年4月1日",
        "令6.4.1",
        "令6年4月1日",
        "R6.4.1",
        "r6/4/1",
        "R6-4-1",
        "R6 4 1",
        "R.6.4.1",
        "Ｒ６．４．１",
        "ｒ６／４／１",
        "Ｒ６－４－１",
        "R6年4月1日",
        "R060401",
        "2024-04-01",
        "2024-4-1",
        "2024/4/1",
        "2024.4.1",
        "2024 4 1",
        "2024年4月1日",
        "2024年 4月 1日",
        "西暦2024年4月1日",
        "二〇二四年四月一日",
        "20240401",
        "２０２４０４０１",
        "２０２４ー４ー１",
        "２０２４－０４－０１",
        "２０２４年４月１日",
    ],
)
def test_the_ways_in_which_people_type_one_day(text):
    assert date_parse(text) == date(2024, 4, 1)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("平成三十一年四月三十日", date(2019, 4, 30)),
        ("昭和二十年八月十五日", date(1945, 8, 15)),
        ("令和元年五月一日", date(2019, 5, 1)),
        ("R元.5.1", date(2019, 5, 1)),
        ("令和1年5月1日", date(2019, 5, 1)),
        ("H31.4.30", date(2019, 4, 30)),
        ("S640107", date(1989, 1, 7)),
        ("T15/12/24", date(1926, 12, 24)),
        ("m45-7-29", date(1912, 7, 29)),
        ("明治45年7月30日", date(1912, 7, 30)),
        ("大正15年12月25日", date(1926, 12, 25)),
        ("2024-02-29", date(2024, 2, 29)),
        ("令和10年12月31日", date(2028, 12, 31)),
    ],
)
def test_more_days(text, day):
    assert date_parse(text) == day


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (" 　", "empty"),
        ("あした", "unreadable"),
        ("2024-04/01", "unreadable"),
        ("2024年4/1", "unreadable"),
        ("2024年4月1", "unreadable"),
        ("4/1/2024", "unreadable"),
        ("2024-04-01T00:00", "unreadable"),
        ("令和2024年4月1日", "unreadable"),
        ("2024040", "unreadable"),
        ("令和十十年四月一日", "unreadable"),
        ("9" * 10_000, "unreadable"),
        ("〇" * 10_000 + "年", "unreadable"),
        ("令和6年4月", "incomplete"),
        ("R6.4", "incomplete"),
        ("2024年", "incomplete"),
        ("2024-04", "incomplete"),
        ("4月1日", "incomplete"),
        ("6.4.1", "era_missing"),
        ("24/4/1", "era_missing"),
        ("元年5月1日", "era_missing"),
        ("慶応3年4月1日", "era_unknown"),
        ("X6.4.1", "era_unknown"),
        ("Q060401", "era_unknown"),
        ("ﾚｲﾜ6年4月1日", "era_unknown"),
        ("令和0年4月1日", "year_zero"),
        ("2024-13-01", "no_such_month"),
        ("令和6年0月1日", "no_such_month"),
        ("20240001", "no_such_month"),
        ("2024-09-31", "no_such_day"),
        ("令和5年2月29日", "no_such_day"),
        ("2100-02-29", "no_such_day"),
        ("2024-04-00", "no_such_day"),
        ("昭和64年1月8日", "era_over"),
        ("平成31年5月1日", "era_over"),
        ("明治45年7月31日", "era_over"),
        ("大正15年12月26日", "era_over"),
        ("令和元年4月30日", "era_not_begun"),
        ("大正元年7月29日", "era_not_begun"),
    ],
)
def test_what_cannot_be_read_is_refused_by_code(text, code):
    with pytest.raises(DateRefused) as caught:
        date_parse(text)
    assert caught.value.code == code
    assert len(caught.value.message) < 120


def test_a_year_past_the_era_names_the_day_that_was_meant():
    with pytest.raises(DateRefused) as caught:
        date_parse("平成32年4月1日")
    assert caught.value.code == "era_over"
    assert caught.value.params == {
        "era": "平成",
        "last": "平成31年4月30日",
        "suggestion": "令和2年4月1日",
        "iso": "2020-04-01",
    }
    assert caught.value.message == "平成は平成31年4月30日までです。令和2年4月1日のことですか。"


def test_an_impossible_day_names_the_last_possible_one():
    with pytest.raises(DateRefused, match="令和6年9月に31日はありません。30日までです。") as caught:
        date_parse("R6.9.31")
    assert caught.value.params == {"label": "令和6年9月", "day": 31, "last": 30}


def test_every_day_from_1873_to_2100_comes_back():
    day = FIRST_GREGORIAN_DAY
    while day < date(2100, 1, 1):
        assert date_parse(wareki_format(day, style="short")) == day
        day += timedelta(days=1)


@given(days)
@example(date(1912, 7, 30))
@example(date(1926, 12, 25))
@example(date(1989, 1, 8))
@example(date(2019, 5, 1))
def test_a_day_comes_back_from_every_full_style(day):
    for text in (
        wareki_format(day),
        wareki_format(day, style="short"),
        day.isoformat(),
        day.strftime("%Y%m%d"),
        f"{day.year}年{day.month}月{day.day}日",
    ):
        assert date_parse(text) == day
        assert date_parse(ascii_to_full(text)) == day


@given(st.text(max_size=60) | st.from_regex(r"[令平昭RHS元年月日0-9.\-/ ]{0,14}", fullmatch=True))
def test_any_text_gives_a_day_or_a_refusal(text):
    with suppress(DateRefused):
        assert date_parse(text) >= FIRST_GREGORIAN_DAY


def test_eras_are_found_by_every_writing():
    assert {era_read(writing).key for writing in ("令和", "令", "R", "r")} == {"reiwa"}
    with pytest.raises(DateRefused):
        era_read("白雉")
