from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from madoguchi.kit.ages import AgeRefused, age_on
from madoguchi.kit.partial_dates import PartialDate, PartialDateRefused, partial_date_parse
from madoguchi.kit.refusals import Refused
from madoguchi.kit.wareki import DateRefused, wareki_format

days = st.dates(min_value=date(1873, 1, 1), max_value=date(2999, 12, 31))
parts = st.tuples(days, st.sampled_from([0, 4, 7, 10])).map(
    lambda given: PartialDate(given[0].isoformat()[: given[1]])
)


@pytest.mark.parametrize(
    ("typed", "iso"),
    [
        ("昭和25年4月29日", "1950-04-29"),
        ("S25.4.29", "1950-04-29"),
        ("S250429", "1950-04-29"),
        ("1950-04-29", "1950-04-29"),
        ("19500429", "1950-04-29"),
        ("令和6年2月29日", "2024-02-29"),
        ("1950-04", "1950-04"),
        ("1950/4", "1950-04"),
        ("1950-04-00", "1950-04"),
        ("19500400", "1950-04"),
        ("昭和25年4月", "1950-04"),
        ("昭和25年4月不詳", "1950-04"),
        ("昭和25年4月 日不詳", "1950-04"),
        ("昭和25年4月不詳日", "1950-04"),
        ("昭和25年4月0日", "1950-04"),
        ("昭和二十五年四月日不詳", "1950-04"),
        ("昭２５．４．００", "1950-04"),
        ("S25.4", "1950-04"),
        ("S250400", "1950-04"),
        ("昭和元年12月", "1926-12"),
        ("大正15年12月", "1926-12"),
        ("大正元年7月 日不明", "1912-07"),
        ("明治45年7月", "1912-07"),
        ("1950", "1950"),
        ("西暦1950年", "1950"),
        ("1950年不詳", "1950"),
        ("1950年月日不詳", "1950"),
        ("1950/00/00", "1950"),
        ("１９５０－００－００", "1950"),
        ("19500000", "1950"),
        ("昭和25年", "1950"),
        ("昭和２５年 不詳", "1950"),
        ("昭和25年月日不明", "1950"),
        ("昭和25年00月00日", "1950"),
        ("昭和25年不詳月不詳日", "1950"),
        ("昭和25年月不詳日不詳", "1950"),
        ("S25", "1950"),
        ("S250000", "1950"),
        ("昭和64年不詳", "1989"),
        ("平成元年", "1989"),
        ("明治6年", "1873"),
        ("", ""),
        ("不詳", ""),
        ("生年月日不詳", ""),
        ("不明", ""),
        ("00000000", ""),
        ("0000-00-00", ""),
    ],
)
def test_what_is_known_is_read_and_no_more(typed, iso):
    assert partial_date_parse(typed).iso == iso


@pytest.mark.parametrize(
    ("typed", "refusal", "code", "says"),
    [
        ("1950-00-29", PartialDateRefused, "day_without_month", "日だけ"),
        ("19500029", PartialDateRefused, "day_without_month", "日も不詳"),
        ("昭和25年月不詳29日", PartialDateRefused, "day_without_month", "日だけ"),
        ("昭和25年00月29日", PartialDateRefused, "day_without_month", "日だけ"),
        ("平成32年", PartialDateRefused, "not_in_era", "西暦2020年なら「令和2年」"),
        ("昭和64年2月", PartialDateRefused, "not_in_era", "平成元年2月"),
        ("令和元年4月 日不詳", PartialDateRefused, "not_in_era", "平成31年4月"),
        ("昭和65年1月1日", DateRefused, "era_over", "昭和64年1月7日"),
        ("明治5年", PartialDateRefused, "too_early", "分からないとき"),
        ("1600", PartialDateRefused, "too_early", "暦が異なる"),
        ("慶応3年", DateRefused, "era_unknown", "慶応"),
        ("昭和0年", DateRefused, "year_zero", "元年"),
        ("昭和25年13月", DateRefused, "no_such_month", "13月"),
        ("1950-13-00", DateRefused, "no_such_month", "13月"),
        ("1950-02-29", DateRefused, "no_such_day", "28日まで"),
        ("25.4", PartialDateRefused, "unreadable", "「25.4」"),
        ("50年", PartialDateRefused, "unreadable", "「50年」"),
        ("195004", PartialDateRefused, "unreadable", "195004"),
        ("昭和25年頃", PartialDateRefused, "unreadable", "昭和25年頃"),
        ("昭和25年4月上旬", PartialDateRefused, "unreadable", "月日不詳"),
        ("昭和" * 30, PartialDateRefused, "unreadable", "…"),
    ],
)
def test_what_cannot_be_kept_says_why(typed, refusal, code, says):
    with pytest.raises(refusal, match=says) as refused:
        partial_date_parse(typed)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("iso", "code"),
    [
        ("195", "unreadable"),
        ("1950-4", "unreadable"),
        ("１９５０", "unreadable"),
        ("1950-04-29T00", "unreadable"),
        ("1950-00", "no_such_month"),
        ("1950-13", "no_such_month"),
        ("1950-02-29", "no_such_day"),
        ("1872", "too_early"),
    ],
)
def test_a_value_is_iso_text_of_a_real_time(iso, code):
    with pytest.raises(PartialDateRefused) as refused:
        PartialDate(iso)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("iso", "label"),
    [
        ("1950-04-29", "昭和25年4月29日（1950年4月29日）"),
        ("1950-04", "昭和25年4月（1950年4月）日不詳"),
        ("1950", "昭和25年（1950年）月日不詳"),
        ("1989", "昭和64年・平成元年（1989年）月日不詳"),
        ("1989-01", "昭和64年・平成元年1月（1989年1月）日不詳"),
        ("1989-02", "平成元年2月（1989年2月）日不詳"),
        ("2019-05", "令和元年5月（2019年5月）日不詳"),
        ("", "不詳"),
    ],
)
def test_a_label_says_what_is_not_known(iso, label):
    assert PartialDate(iso).label() == label


@pytest.mark.parametrize(
    ("iso", "earliest", "latest"),
    [
        ("1950", date(1950, 1, 1), date(1950, 12, 31)),
        ("1950-02", date(1950, 2, 1), date(1950, 2, 28)),
        ("2000-02", date(2000, 2, 1), date(2000, 2, 29)),
        ("2000-02-29", date(2000, 2, 29), date(2000, 2, 29)),
        ("", None, None),
    ],
)
def test_the_days_that_it_can_be(iso, earliest, latest):
    assert (PartialDate(iso).earliest, PartialDate(iso).latest) == (earliest, latest)


@pytest.mark.parametrize(
    ("iso", "day", "ages"),
    [
        ("1950-04-29", date(2015, 4, 27), (64, 64)),
        ("1950-04-29", date(2015, 4, 28), (65, 65)),
        ("1950-04", date(2015, 3, 31), (64, 65)),
        ("1950-04", date(2015, 4, 29), (65, 65)),
        ("1950", date(2014, 12, 31), (64, 65)),
        ("1950", date(2015, 12, 30), (65, 65)),
        ("2000-02-29", date(2023, 2, 28), (23, 23)),
        ("2024", date(2024, 4, 1), (0, 0)),
        ("2024", date(2024, 12, 31), (0, 1)),
        ("", date(2024, 4, 1), None),
    ],
)
def test_ages_between_the_least_and_the_greatest(iso, day, ages):
    assert PartialDate(iso).age_on(day) == ages


def test_before_every_day_that_it_can_be_there_is_no_age():
    with pytest.raises(AgeRefused, match="前の日"):
        PartialDate("1950-04").age_on(date(1950, 3, 31))
    assert PartialDate("1950-04").age_on(date(1950, 4, 1)) == (0, 0)


def test_what_is_unknown_comes_first():
    order = ["", "1949-12-31", "1950", "1950-04", "1950-04-01", "1950-05"]
    assert [value.iso for value in sorted(map(PartialDate, reversed(order)))] == order


@given(parts)
@example(PartialDate("1912-07"))
@example(PartialDate("1926-12"))
@example(PartialDate("1989-01"))
def test_every_way_of_writing_it_is_read_back(value):
    assert partial_date_parse(value.iso) == value
    if value.earliest is None or value.latest is None:
        return
    assert partial_date_parse(value.iso.replace("-", "").ljust(8, "0")) == value
    style = {4: "year", 7: "month", 10: "long"}[len(value.iso)]
    for end in (value.earliest, value.latest):
        for unknown in ("", "不詳") if style != "long" else ("",):
            assert partial_date_parse(wareki_format(end, style=style) + unknown) == value


@given(parts, st.integers(0, 3_000), st.integers(0, 366))
def test_the_true_age_lies_between(value, weeks, into):
    if value.earliest is None or value.latest is None:
        return
    birth = min(value.earliest + timedelta(days=into), value.latest)
    day = birth + timedelta(weeks=weeks)
    least, greatest = value.age_on(day)
    assert least <= age_on(birth, day) <= greatest <= least + 1
    assert value.day is None or least == greatest


@given(st.text(max_size=50))
def test_other_text_is_read_or_refused_in_words(text):
    with suppress(Refused):
        value = partial_date_parse(text)
        assert partial_date_parse(value.iso) == value
