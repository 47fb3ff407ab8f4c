import decimal
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.kit.numbers import (
    Figure,
    FigureRefused,
    Nothing,
    figure_format,
    figure_parse,
    percent,
    round_exact,
    round_to_step,
    shares_rounded,
    yen_div,
    yen_format,
)

MODES = {
    "down": decimal.ROUND_DOWN,
    "up": decimal.ROUND_UP,
    "half_up": decimal.ROUND_HALF_UP,
    "half_even": decimal.ROUND_HALF_EVEN,
}
modes = st.sampled_from(sorted(MODES))
amounts = st.integers(-(10**15), 10**15)
exact = st.decimals(-(10**12), 10**12, allow_nan=False, allow_infinity=False, places=6)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("２,８８１人", "2881", "人"),
        ("２，８８１人", "2881", "人"),
        ("39 %", "39", "%"),
        ("39％", "39", "%"),
        ("３９　％", "39", "%"),
        ("0.39", "0.39", ""),
        ("1件/週", "1", "件/週"),
        ("１件／週", "1", "件/週"),
        ("3,286,488", "3286488", ""),
        ("3286488", "3286488", ""),
        ("12,345千円", "12345", "千円"),
        ("4.5万人", "4.5", "万人"),
        ("△5", "-5", ""),
        ("▲1,200円", "-1200", "円"),
        ("-5.0%", "-5.0", "%"),
        ("－５", "-5", ""),
        ("−5", "-5", ""),
        ("+3", "3", ""),
        ("¥1,200", "1200", "円"),
        ("￥1,200円", "1200", "円"),
        ("△¥1,200", "-1200", "円"),
        ("¥-1,200", "-1200", "円"),
        ("120㎡", "120", "㎡"),
        ("12 km2", "12", "km2"),
        ("1,000t-CO2", "1000", "t-CO2"),
        ("△0", "0", ""),
        ("0件", "0", "件"),
        ("39%（速報）", "39", "%(速報)"),
    ],
)
def test_figures_as_offices_write_them(text, value, unit):
    figure = figure_parse(text)
    assert figure == Figure(Decimal(value), unit)
    assert str(figure.value) == value


@pytest.mark.parametrize("text", ["－", "—", "-", "―", "ー", "–", " − ", "ｰ", "--"])
def test_a_dash_says_that_there_is_none(text):
    assert figure_parse(text) is Nothing.WRITTEN


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("　", "empty"),
        ("約80%", "approximate"),
        ("およそ３０人", "approximate"),
        ("概ね5件", "approximate"),
        ("80%程度", "approximate"),
        ("80人前後", "approximate"),
        ("1,000人弱", "approximate"),
        ("1,000人強", "approximate"),
        ("数十人", "approximate"),
        ("80%以上", "bound"),
        ("5日以内", "bound"),
        ("100人未満", "bound"),
        ("≧80%", "bound"),
        ("10～", "bound"),
        ("～20", "bound"),
        ("10～20人", "several"),
        ("3/5", "several"),
        ("1億2,000万円", "several"),
        ("39%(R5)", "several"),
        ("12-34", "several"),
        ("39%（令和5年度）", "several"),
        ("2,88人", "grouping"),
        ("1234,567", "grouping"),
        ("1,2345", "grouping"),
        ("5,", "grouping"),
        ("…", "unknown"),
        ("x", "suppressed"),
        ("Ｘ", "suppressed"),
        ("***", "suppressed"),
        ("なし", "unreadable"),
        ("第3回", "unreadable"),
        (".5", "unreadable"),
        ("1.2.3", "several"),
        ("5-", "unreadable"),
        ("¥¥5", "unreadable"),
        ("¥5人", "unreadable"),
        ("1" * 31, "too_long"),
        ("1" * 100_000, "unreadable"),
    ],
)
def test_what_is_not_one_figure_is_refused_by_code(text, code):
    with pytest.raises(FigureRefused) as caught:
        figure_parse(text)
    assert caught.value.code == code


@given(st.text(max_size=30) | st.from_regex(r"[約△0-9０-９,.%人円～\- ]{0,12}", fullmatch=True))
def test_any_text_gives_a_figure_nothing_or_a_refusal(text):
    with suppress(FigureRefused):
        found = figure_parse(text)
        assert found is Nothing.WRITTEN or found.value.is_finite()


@given(exact, st.sampled_from(["-", "△", "▲"]), st.sampled_from(["", "人", "%", "千円", "件/週"]))
def test_a_written_figure_is_read_back(value, minus, unit):
    assert figure_parse(figure_format(value, decimals=6, minus=minus, unit=unit)) == Figure(value, unit)


@given(exact, st.integers(0, 6), modes)
def test_rounding_agrees_with_the_decimal_module(value, decimals, mode):
    expected = value.quantize(Decimal(1).scaleb(-decimals), rounding=MODES[mode])
    rounded = round_exact(value, mode, decimals=decimals)
    assert rounded == expected
    assert rounded.as_tuple().exponent == -decimals


def test_rounding_modes_on_the_half():
    halves = [Decimal(text) for text in ("0.5", "1.5", "2.5", "-0.5", "-1.5", "-2.5")]
    assert [int(round_exact(half, "down")) for half in halves] == [0, 1, 2, 0, -1, -2]
    assert [int(round_exact(half, "up")) for half in halves] == [1, 2, 3, -1, -2, -3]
    assert [int(round_exact(half, "half_up")) for half in halves] == [1, 2, 3, -1, -2, -3]
    assert [int(round_exact(half, "half_even")) for half in halves] == [0, 2, 2, 0, -2, -2]


def test_rounding_to_tens_and_steps():
    assert round_exact(1_250, "half_even", decimals=-2) == 1_200
    assert round_to_step(1_299, "down", step=100) == 1_200
    assert round_to_step(1_201, "up", step=100) == 1_300
    assert round_to_step(Decimal("0.5"), "half_up", step=1) == 1
    with pytest.raises(ValueError, match="positive"):
        round_to_step(1, "down", step=0)


def test_the_context_of_the_decimal_module_does_not_matter():
    big = Decimal("12345678901234567890.125")
    with decimal.localcontext() as context:
        context.prec = 3
        assert str(round_exact(big, "half_even", decimals=2)) == "12345678901234567890.12"
        assert figure_format(big, decimals=2, mode="up") == "12,345,678,901,234,567,890.13"
        assert figure_parse("-12,345,678").value == Decimal("-12345678")
        assert percent(10**20 + 1, 100, "down") == 10**20 + 1
        assert shares_rounded([1, 2], decimals=6)[0] == Decimal("33.333333")


@given(amounts, st.integers(-1000, 1000).filter(bool), modes)
def test_dividing_yen_is_never_off_by_more_than_the_mode_allows(amount, divisor, mode):
    quotient = yen_div(amount, divisor, mode)
    off = abs(Fraction(amount, divisor) - quotient)
    assert off < 1
    if mode == "down":
        assert abs(quotient) <= abs(Fraction(amount, divisor))
    elif mode == "up":
        assert abs(quotient) >= abs(Fraction(amount, divisor))
    else:
        assert off <= Fraction(1, 2)


@given(amounts, st.decimals(0, 200, places=3), modes)
def test_per_cent_agrees_with_the_decimal_module(amount, rate, mode):
    expected = (amount * rate / 100).quantize(Decimal(1), rounding=MODES[mode])
    assert percent(amount, rate, mode) == expected


def test_consumption_tax():
    assert percent(12_345, 10, "down") == 1_234
    assert percent(12_345, 10, "up") == 1_235
    assert percent(12_345, Decimal("7.8"), "half_up") == 963
    assert yen_div(1_000, 3, "down") == 333


@pytest.mark.parametrize(
    "calculate",
    [
        lambda: percent(100.0, 10, "down"),
        lambda: percent(100, 0.1, "down"),
        lambda: percent(True, 10, "down"),
        lambda: round_exact(0.5, "down"),
        lambda: yen_div(Decimal(1), 2, "down"),
        lambda: yen_div(1, 0.5, "down"),
        lambda: figure_format(0.5),
        lambda: yen_format(1.0),
        lambda: shares_rounded([0.5, 1]),
        lambda: round_to_step(1, "down", step=0.5),
    ],
)
def test_floats_do_not_get_in(calculate):
    with pytest.raises(TypeError):
        calculate()


def test_formats():
    assert figure_format(3_286_488) == "3,286,488"
    assert figure_format(Decimal("12.345"), decimals=1, unit="%") == "12.3%"
    assert figure_format(Decimal("-12.5"), minus="△") == "△13"
    assert figure_format(Decimal("-0.04"), decimals=1, minus="△") == "0.0"
    assert figure_format(5, decimals=2) == "5.00"
    assert yen_format(3_286_488) == "3,286,488円"
    assert yen_format(-1_200, minus="△") == "△1,200円"
    assert yen_format(-1_200, style="sign") == "-¥1,200"
    with pytest.raises(ValueError, match="decimals"):
        figure_format(5, decimals=-1)


def test_shares():
    assert shares_rounded([1, 1, 1]) == [Decimal("33.3")] * 3
    assert shares_rounded([1, 2, 5], decimals=0) == [Decimal(13), Decimal(25), Decimal(63)]
    assert shares_rounded([30, 20], total=40) == [Decimal("75.0"), Decimal("50.0")]
    assert [str(share) for share in shares_rounded([0, 4])] == ["0.0", "100.0"]
    for counts, total in (([], None), ([0, 0], None), ([1], 0)):
        with pytest.raises(ZeroDivisionError):
            shares_rounded(counts, total=total)
    for counts, total in (([-1, 2], None), ([1], -1)):
        with pytest.raises(ValueError):
            shares_rounded(counts, total=total)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any))
def test_shares_make_a_hundred_but_for_the_rounding(counts):
    shares = shares_rounded(counts)
    assert abs(sum(shares) - 100) <= Decimal("0.05") * len(counts)
