"""Timelines: bars in their years, on lines of their own where they overlap; nothing drawn that is not known."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.ui.components.timeline import Bar, Milestone, Slot, Timeline, TimelineRow, timeline_render

EVIL = "\"'><script>alert(1)</script>"
SLOTS = [Slot(f"R{year - 2018}", date(year, 4, 1), date(year + 1, 3, 31)) for year in range(2022, 2026)]


def bar(label: str, first: int | date | None, last: int | date | None) -> Bar:
    start = date(first, 4, 1) if isinstance(first, int) else first
    end = date(last + 1, 3, 31) if isinstance(last, int) else last
    return Bar(label, start, end, f"{label}の期間")


def drawn(*rows: TimelineRow, **more: object) -> str:
    return timeline_render(Timeline("予定", SLOTS, rows, **more))  # type: ignore[arg-type]


def lanes(markup: str) -> list[list[tuple[int, str]]]:
    """Give each line of the picture as (steps, words) of its cells."""
    picture = markup.split("<details")[0]
    return [
        [
            (int(span), re.sub("<[^>]+>", "", words).strip())
            for span, words in re.findall(r'<td[^>]*colspan="(\d+)"[^>]*>(.*?)</td>', line)
        ]
        for line in re.findall(r"<tr>(.*?)</tr>", picture)
    ]


def test_a_bar_of_whole_years_fills_their_columns() -> None:
    found = lanes(drawn(TimelineRow("甲", [("", [bar("検討", 2022, 2023), bar("実施", 2024, 2025)])])))
    assert found[0] == [(1, "R4"), (1, "R5"), (1, "R6"), (1, "R7")]
    assert found[2] == [(2, "検討"), (2, "実施")]


def test_bars_that_overlap_stand_on_lines_of_their_own() -> None:
    found = lanes(
        drawn(
            TimelineRow("甲", [("", [bar("一", 2022, 2024), bar("二", 2023, 2023), bar("三", 2025, 2025)])])
        )
    )
    assert found[2] == [(3, "一"), (1, "三")]
    assert found[3] == [(1, ""), (1, "二"), (1, ""), (1, "")]


def test_days_within_a_year_are_drawn_in_twelfths() -> None:
    found = lanes(drawn(TimelineRow("甲", [("", [bar("半年", date(2022, 10, 1), date(2023, 3, 31))])])))
    assert found[0][0] == (12, "R4")
    assert found[2] == [(6, ""), (6, "半年"), (12, ""), (12, ""), (12, "")]


def test_a_bar_without_its_days_is_said_and_not_drawn() -> None:
    markup = drawn(TimelineRow("甲", [("", [bar("実施", 2022, None), bar("検討", 2022, 2022)])]))
    assert markup.count('class="mg-timeline__bar ') == 1
    assert "実施: 実施の期間" in markup.split("<details")[0]
    only = drawn(TimelineRow("甲", [("", [bar("実施", 2022, None)])]))
    assert "mg-timeline__bar" not in only
    assert "<figure" not in only
    assert "実施の期間" in only


def test_groups_days_and_the_table_say_the_same() -> None:
    row = TimelineRow(
        "甲",
        [("本庁", [bar("検討", 2022, 2022)])],
        [Milestone("開庁", date(2024, 7, 1), "R6年7月1日")],
        note="注です",
    )
    picture, table = drawn(row, row_name="取組").split("<details")
    assert "本庁" in picture
    assert "◆" in picture
    assert "R6年7月1日: 開庁" in picture
    for words in ("本庁: 検討", "検討の期間", "開庁", "R6年7月1日", "注です", ">取組<"):
        assert words in table
    assert 'role="img" aria-label="予定の図。同じ内容が下の表にあります。"' in picture


def test_everything_is_escaped_and_no_style_is_written() -> None:
    bars = [
        ("", [Bar(EVIL, date(2022, 4, 1), date(2023, 3, 31), EVIL)]),
        (EVIL, [Bar(EVIL, None, None, EVIL)]),
    ]
    row = TimelineRow(EVIL, bars, [Milestone(EVIL, date(2023, 3, 31), EVIL)], note=EVIL)
    markup = timeline_render(Timeline(EVIL, SLOTS, [row], row_name=EVIL, key=EVIL))
    assert "<script" not in markup
    assert "style=" not in markup


def test_columns_follow_each_other() -> None:
    with pytest.raises(ValueError, match="gap"):
        timeline_render(Timeline("予定", [SLOTS[0], SLOTS[2]], []))
    with pytest.raises(ValueError, match="columns"):
        timeline_render(Timeline("予定", [], []))


DAYS = st.dates(date(2022, 4, 1), date(2026, 3, 31))


@given(st.lists(st.tuples(DAYS, st.integers(0, 900)), min_size=1, max_size=8), st.lists(DAYS, max_size=3))
def test_every_line_is_as_wide_as_the_years_and_no_bar_is_lost(
    spans: list[tuple[date, int]], on: list[date]
) -> None:
    last = date(2026, 3, 31)
    bars = [
        Bar(f"帯{i}", start, min(start + timedelta(days=d), last), "x") for i, (start, d) in enumerate(spans)
    ]
    markup = drawn(TimelineRow("甲", [("", bars)], [Milestone("日", day, "y") for day in on]))
    found = lanes(markup)
    width = sum(span for span, _words in found[0])
    assert all(sum(span for span, _words in line) == width for line in found)
    assert sorted(words for line in found for _span, words in line if words.startswith("帯")) == sorted(
        one.label for one in bars
    )
