"""Putting facts on a time line: no shared day, the new values where they hold, the old ones elsewhere."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from madoguchi.kit.timelines import Edit, Span, span_begin, span_clear, span_end, span_put

START = date(2026, 1, 1)
DAYS = [START + timedelta(days=number) for number in range(40)]
FOREVER = 999


@st.composite
def spans(draw: st.DrawFn) -> list[Span]:
    """Draw believed spans without a shared day, the last one perhaps open."""
    marks = sorted(draw(st.sets(st.integers(0, 30), min_size=0, max_size=6)))
    pairs = list(zip(marks[::2], marks[1::2], strict=False))
    lines = [
        Span(DAYS[a], DAYS[b], {"v": draw(st.integers(0, 2))}, id=n) for n, (a, b) in enumerate(pairs, 1)
    ]
    if len(marks) % 2:
        lines.append(Span(DAYS[marks[-1]], None, {"v": draw(st.integers(0, 2))}, id=99))
    return lines


def after(lines: list[Span], edit: Edit) -> list[Span]:
    return [span for span in lines if span.id not in edit.withdrawn] + list(edit.entered)


def value_on(lines: list[Span], day: date) -> int | None:
    found = [span.values["v"] for span in lines if span.holds_on(day)]
    assert len(found) <= 1, "two spans share a day"
    return found[0] if found else None


@given(spans(), st.integers(0, 30), st.one_of(st.none(), st.integers(1, 9)), st.integers(0, 2))
def test_put_changes_its_own_days_only(lines: list[Span], start: int, length: int | None, value: int) -> None:
    new = Span(DAYS[start], None if length is None else DAYS[start + length], {"v": value})
    edited = after(lines, span_put(lines, new))
    for day in DAYS:
        assert value_on(edited, day) == (value if new.holds_on(day) else value_on(lines, day))
    assert not span_put([Span(s.starts_on, s.ends_on, s.values, n) for n, s in enumerate(edited)], new)


@given(spans(), st.integers(0, 30), st.integers(0, 2))
def test_begin_holds_until_the_next_known_change(lines: list[Span], start: int, value: int) -> None:
    new = Span(DAYS[start], None, {"v": value})
    edited = after(lines, span_begin(lines, new))
    later = [span.starts_on for span in lines if span.starts_on > new.starts_on]
    for day in DAYS:
        begun = new.starts_on <= day and (not later or day < min(later))
        assert value_on(edited, day) == (value if begun else value_on(lines, day))


@given(spans(), st.integers(0, 30))
def test_end_leaves_what_came_before_and_what_begins_later(lines: list[Span], on: int) -> None:
    edited = after(lines, span_end(lines, DAYS[on]))
    ended = next((span for span in lines if span.holds_on(DAYS[on])), None)
    for day in DAYS:
        gone = ended is not None and ended.holds_on(day) and day >= DAYS[on]
        assert value_on(edited, day) == (None if gone else value_on(lines, day))


@given(spans(), st.integers(0, 30), st.one_of(st.none(), st.integers(1, 9)))
def test_clear_takes_its_own_days_only(lines: list[Span], start: int, length: int | None) -> None:
    period = Span(DAYS[start], None if length is None else DAYS[start + length], {})
    edited = after(lines, span_clear(lines, period))
    for day in DAYS:
        assert value_on(edited, day) == (None if period.holds_on(day) else value_on(lines, day))


def test_put_of_what_holds_changes_nothing() -> None:
    lines = [Span(START, None, {"v": 1}, id=1)]
    assert not span_put(lines, Span(DAYS[5], None, {"v": 1}))
    assert span_put(lines, Span(DAYS[5], None, {"v": 2}))
