"""Charts: accessible name, figures behind, gaps, limits, escaping."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from madoguchi.ui.components.chart import BarChart, GradeBar, LineChart, Series, chart_render

EVIL = "\"'><script>alert(1)</script>"


def test_bars_with_target_have_name_table_and_gap():
    chart = BarChart(
        "件数", ["R7", "R8"], [Series("実績", [1200, None])], target=Series("目標", [1000, 1500]), unit="件"
    )
    markup = chart_render(chart)
    assert 'role="img" aria-label="棒グラフ：件数。数値は下の表にあります。"' in markup
    assert '<figcaption class="mg-chart__caption" id="c-件数">件数</figcaption>' in markup
    assert markup.count('class="mg-chart__bar mg-s1" x=') == 2  # one bar, one swatch
    assert ">1,200</td>" in markup
    assert ">1,500</td>" in markup


def test_no_styles_and_ids_are_unique_per_chart():
    series = [Series(name, [1, 2]) for name in "abcd"]
    markup = chart_render(BarChart("x", ["1", "2"], series, key="one")) + chart_render(
        LineChart("x", ["1", "2"], series, key="two")
    )
    assert "style=" not in markup
    ids = re.findall(r' id="([^"]+)"', markup)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", markup)) <= set(ids)


@pytest.mark.parametrize(
    "chart",
    [
        BarChart(EVIL, [EVIL], [Series(EVIL, [1])], target=Series(EVIL, [2]), unit=EVIL, label_name=EVIL),
        BarChart(EVIL, [EVIL], [Series(EVIL, [1])], unit=EVIL, across=True, key=EVIL),
        LineChart(EVIL, [EVIL], [Series(EVIL, [1])], unit=EVIL, key=EVIL),
        GradeBar(EVIL, [(EVIL, 3)], unit=EVIL),
        GradeBar(EVIL, [(EVIL, 0)]),
    ],
)
def test_escaping(chart):
    assert "<script" not in chart_render(chart)


@pytest.mark.parametrize(
    "values", [[0], [0, 0], [-5, 5], [0.1, 0.25], [Decimal("1.5"), 3], [10**9, 1], [None, 7]]
)
@pytest.mark.parametrize("kind", [BarChart, LineChart])
def test_any_values_stay_inside_the_picture(kind, values):
    markup = chart_render(kind("x", [str(i) for i in range(len(values))], [Series("s", values)]))
    for number in re.findall(r' y[12]?="(-?[\d.]+)"', markup):
        assert 0 <= float(number) <= 244


def test_nothing_yet():
    assert "まだ数値がありません" in chart_render(LineChart("x", ["a"], [Series("s", [None])]))
    assert "まだ数値がありません" in chart_render(GradeBar("x", []))


def test_grades_say_share_in_words():
    markup = chart_render(GradeBar("評価", [("A", 3), ("B", 1), ("C", 0)], unit="件"))
    assert "A 3件（75%）" in markup
    assert "C 0件（0%）" in markup


def test_wrong_charts_are_refused():
    with pytest.raises(ValueError, match="one value"):
        chart_render(BarChart("x", ["a", "b"], [Series("s", [1])]))
    with pytest.raises(ValueError, match="one to four"):
        chart_render(LineChart("x", ["a"], [Series("s", [1])] * 5))
    with pytest.raises(ValueError, match="one to four"):
        chart_render(BarChart("x", ["a"], [Series("s", [1])] * 2, across=True))
