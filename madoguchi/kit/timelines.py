"""
Putting a fact on a time line: what must be withdrawn, and what must be entered.

Rows are never changed, except that they are withdrawn; so what was believed before can still be asked for.

Invariants (``tests/kit/test_timelines.py``, with hypothesis):

1. Afterwards no two believed spans share a day.
2. On each day of the new span its values hold; on every other day those of before.
3. Putting what already holds changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Span:
    """Values that hold from a day up to a day that is no longer part of it; ``id`` of the row, None for a new one."""

    starts_on: date
    ends_on: date | None
    values: Mapping[str, Any]
    id: int | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the span contains a day."""
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)

    def meets(self, other: Span) -> bool:
        """Whether the two share a day."""
        return (other.ends_on is None or self.starts_on < other.ends_on) and (
            self.ends_on is None or other.starts_on < self.ends_on
        )


@dataclass(frozen=True, slots=True)
class Edit:
    """What a put comes down to: ids of rows to withdraw, spans to enter."""

    withdrawn: Sequence[int] = ()
    entered: Sequence[Span] = field(default=())

    def __bool__(self) -> bool:
        return bool(self.withdrawn or self.entered)


def span_put(spans: Iterable[Span], new: Span) -> Edit:
    """
    Put a span over those that are believed; what lies outside of it stays.

    :param spans: the believed spans of one thing, without a shared day.
    """
    met = [span for span in spans if span.meets(new)]
    if len(met) == 1 and met[0].values == new.values and _covers(met[0], new):
        return Edit()
    cleared = span_clear(met, new)
    return Edit(cleared.withdrawn, _in_order([new, *cleared.entered]))


def span_begin(spans: Iterable[Span], new: Span) -> Edit:
    """
    Let something begin: it holds until the next span that is already known, or until further notice.

    :param new: its ``ends_on`` is not read.
    """
    known = list(spans)
    later = [span.starts_on for span in known if span.starts_on > new.starts_on]
    return span_put(known, replace(new, ends_on=min(later, default=None)))


def span_end(spans: Iterable[Span], on: date) -> Edit:
    """Let what holds on a day hold no more from that day on; what begins later stays."""
    for span in spans:
        if span.holds_on(on) and span.id is not None:
            entered = (replace(span, id=None, ends_on=on),) if span.starts_on < on else ()
            return Edit((span.id,), entered)
    return Edit()


def span_replace(spans: Iterable[Span], new: Span) -> Edit:
    """
    Let a span stand for itself and everything that was believed of the time after its beginning, up to the next
    span that begins after its end: what a source says of a whole period, its end with it.
    """
    met = [span for span in spans if span.meets(new)]
    if len(met) == 1 and (met[0].starts_on, met[0].ends_on, met[0].values) == (
        new.starts_on, new.ends_on, new.values,
    ):  # fmt: skip
        return Edit()
    entered = [new]
    entered += [
        replace(span, id=None, ends_on=new.starts_on) for span in met if span.starts_on < new.starts_on
    ]
    return Edit(tuple(span.id for span in met if span.id is not None), _in_order(entered))


def span_clear(spans: Iterable[Span], period: Span) -> Edit:
    """Take a period out of what is believed; what lies outside of it stays."""
    met = [span for span in spans if span.meets(period)]
    starts_on, ends_on = period.starts_on, period.ends_on
    before = [replace(span, id=None, ends_on=starts_on) for span in met if span.starts_on < starts_on]
    after = [
        replace(span, id=None, starts_on=ends_on)
        for span in met
        if ends_on is not None and (span.ends_on is None or ends_on < span.ends_on)
    ]
    return Edit(tuple(span.id for span in met if span.id is not None), _in_order([*before, *after]))


def _covers(old: Span, new: Span) -> bool:
    ends_later = old.ends_on is None or (new.ends_on is not None and new.ends_on <= old.ends_on)
    return old.starts_on <= new.starts_on and ends_later


def _in_order(spans: list[Span]) -> tuple[Span, ...]:
    return tuple(sorted(spans, key=lambda span: span.starts_on))
