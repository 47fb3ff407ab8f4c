"""
Timelines: bars over years, one line per bar that overlaps another, with the same content in a table behind.

Drawn as a table of fixed columns, so that words wrap inside their bar at any width and on paper. A bar
without both of its days is not drawn: what is known of it stands in words. Nothing to draw gives the table alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext

from madoguchi.ui.components.markup import esc, safe
from madoguchi.ui.components.table import Column, Table, table_render

TONES = 6
_FINE = 12


@dataclass(frozen=True, slots=True)
class Slot:
    """One column, first and last day included. ``outside`` for one beyond what the timeline is about."""

    label: object
    starts_on: date
    ends_on: date
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """
    Something that lasts.

    :param label: stands in the bar.
    :param span: its days in words; for a bar that lacks one, what is known of them.
    :param tone: 1 to 6; tells kinds of bars apart by their pattern, beside the words.
    """

    label: object
    starts_on: date | None
    ends_on: date | None
    span: object
    tone: int = 1

    @property
    def drawn(self) -> bool:
        """Whether both days are known."""
        return self.starts_on is not None and self.ends_on is not None


@dataclass(frozen=True, slots=True)
class Milestone:
    """Something that happens on a day; ``when`` is that day in words."""

    label: object
    on: date
    when: object


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """
    What a line is about: its bars, in groups that may have a name, and its days.

    :param note: what is to be said about the whole row, safe HTML or text.
    """

    label: object
    groups: Sequence[tuple[object, Sequence[Bar]]] = ()
    milestones: Sequence[Milestone] = ()
    note: object = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """
    What to draw.

    :param slots: the columns, without gaps between them; every drawn bar lies within them.
    :param row_name: what the rows are, for the table.
    """

    caption: object
    slots: Sequence[Slot]
    rows: Sequence[TimelineRow]
    row_name: object = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class _Grid:
    """The columns in small steps: one per slot where every bar fits them whole, else twelve."""

    slots: Sequence[Slot]
    per_slot: int

    @property
    def width(self) -> int:
        return len(self.slots) * self.per_slot

    def step(self, day: date) -> int:
        """Give the step that a day begins, or the nearest one."""
        for index, slot in enumerate(self.slots):
            if day <= slot.ends_on:
                length = (slot.ends_on - slot.starts_on).days + 1
                gone = max((day - slot.starts_on).days, 0)
                return index * self.per_slot + round(gone / length * self.per_slot)
        return self.width

    def place(self, bar: Bar) -> tuple[int, int]:
        """Give the first step of a bar and the one after its last; at least one step wide."""
        assert bar.starts_on is not None
        assert bar.ends_on is not None
        first = min(self.step(bar.starts_on), self.width - 1)
        return first, max(self.step(bar.ends_on + timedelta(days=1)), first + 1)


def _grid(timeline: Timeline) -> _Grid:
    starts = {slot.starts_on for slot in timeline.slots}
    ends = {slot.ends_on for slot in timeline.slots}
    whole = all(bar.starts_on in starts and bar.ends_on in ends for bar in _drawn(timeline))
    days = all(milestone.on in ends for row in timeline.rows for milestone in row.milestones)
    return _Grid(timeline.slots, 1 if whole and days else _FINE)


def _drawn(timeline: Timeline) -> Iterator[Bar]:
    for row in timeline.rows:
        for _name, bars in row.groups:
            yield from (bar for bar in bars if bar.drawn)


def _lanes(bars: Sequence[Bar], grid: _Grid) -> list[list[tuple[int, int, Bar]]]:
    """Spread bars over as few lines as keep them apart, earliest first."""
    lanes: list[list[tuple[int, int, Bar]]] = []
    for first, after, bar in sorted(((*grid.place(bar), bar) for bar in bars), key=lambda placed: placed[:2]):
        free = next((lane for lane in lanes if lane[-1][1] <= first), None)
        if free is None:
            free = []
            lanes.append(free)
        free.append((first, after, bar))
    return lanes


def _gap(grid: _Grid, start: int, end: int) -> str:
    """Fill the steps between two bars, slot by slot, so that the lines of the years show through."""
    cells = []
    while start < end:
        stop = min(end, (start // grid.per_slot + 1) * grid.per_slot)
        edge = " mg-timeline__edge" if start % grid.per_slot == 0 else ""
        outside = " mg-timeline__outside" if grid.slots[start // grid.per_slot].outside else ""
        cells.append(f'<td class="mg-timeline__gap{edge}{outside}" colspan="{stop - start}"></td>')
        start = stop
    return "".join(cells)


def _lane(grid: _Grid, lane: Sequence[tuple[int, int, Bar]]) -> str:
    cells, at = [], 0
    for first, after, bar in lane:
        tone = (bar.tone - 1) % TONES + 1
        cells.append(_gap(grid, at, first))
        cells.append(
            f'<td class="mg-timeline__cell" colspan="{after - first}">'
            f'<div class="mg-timeline__bar mg-timeline__bar--{tone}">{esc(bar.label)}</div></td>'
        )
        at = after
    cells.append(_gap(grid, at, grid.width))
    return f"<tr>{''.join(cells)}</tr>"


def _milestone(grid: _Grid, milestone: Milestone) -> str:
    """Put a day into its place: its words stand behind the mark, or before it in the second half."""
    step = min(grid.step(milestone.on + timedelta(days=1)), grid.width)
    words = f"{esc(milestone.when)}: {esc(milestone.label)}"
    if step * 2 > grid.width:
        cell = f'<td class="mg-timeline__day mg-timeline__day--before" colspan="{step}">{words} <b>◆</b></td>'
        return f"<tr>{cell}{_gap(grid, step, grid.width)}</tr>"
    start = max(step - 1, 0)
    cell = f'<td class="mg-timeline__day" colspan="{grid.width - start}"><b>◆</b> {words}</td>'
    return f"<tr>{_gap(grid, 0, start)}{cell}</tr>"


def _wide(grid: _Grid, css: str, content: str) -> str:
    return f'<tr><td class="{css}" colspan="{grid.width}">{content}</td></tr>'


def _row(grid: _Grid, row: TimelineRow) -> Iterator[str]:
    yield _wide(grid, "mg-timeline__label", esc(row.label))
    for name, bars in row.groups:
        if name:
            yield _wide(grid, "mg-timeline__group", esc(name))
        for lane in _lanes([bar for bar in bars if bar.drawn], grid):
            yield _lane(grid, lane)
        for bar in bars:
            if not bar.drawn:
                yield _wide(grid, "mg-timeline__said", f"{esc(bar.label)}: {esc(bar.span)}")
    for milestone in sorted(row.milestones, key=lambda one: one.on):
        yield _milestone(grid, milestone)
    if row.note:
        yield _wide(grid, "mg-timeline__said", esc(row.note))


def _picture(timeline: Timeline, grid: _Grid) -> str:
    heads = "".join(
        f'<td class="mg-timeline__slot mg-timeline__edge{" mg-timeline__outside" if slot.outside else ""}" '
        f'colspan="{grid.per_slot}">{esc(slot.label)}</td>'
        for slot in timeline.slots
    )
    columns = "<col>" * grid.width
    bodies = "".join(f"<tbody>{''.join(_row(grid, row))}</tbody>" for row in timeline.rows)
    return f"<table><colgroup>{columns}</colgroup><thead><tr>{heads}</tr></thead>{bodies}</table>"


def _named(group: object, bar: Bar) -> SafeString:
    return safe(f"{esc(group)}: {esc(bar.label)}")


def _table(timeline: Timeline, key: str) -> SafeString:
    """List what is drawn: row, bar or day, and when."""
    rows: list[dict[str, object]] = []
    for row in timeline.rows:
        for name, bars in row.groups:
            rows += [
                {"row": row.label, "what": _named(name, bar) if name else bar.label, "when": bar.span}
                for bar in bars
            ]
        rows += [
            {"row": row.label, "what": milestone.label, "when": milestone.when}
            for milestone in row.milestones
        ]
        if row.note:
            rows.append({"row": row.label, "what": row.note, "when": "—"})
    columns = [
        Column("row", timeline.row_name or gettext("項目"), head=True),
        Column("what", gettext("内容")),
        Column("when", gettext("期間")),
    ]
    caption = gettext("%(caption)sの期間") % {"caption": timeline.caption}
    return table_render(Table(columns, rows, caption=caption, key=f"{key}-t"))


def timeline_render(timeline: Timeline) -> SafeString:
    """
    Render a timeline as a figure with its table.

    :raises ValueError: there is no column, or there is a gap between two.
    """
    slots = timeline.slots
    if not slots or any(
        slot.ends_on + timedelta(days=1) != after.starts_on for slot, after in pairwise(slots)
    ):
        raise ValueError("a timeline needs columns that follow each other without a gap")
    key = timeline.key or slugify(str(timeline.caption), allow_unicode=True) or "timeline"
    if not any(_drawn(timeline)) and not any(row.milestones for row in timeline.rows):
        return _table(timeline, key)
    name = gettext("%(caption)sの図。同じ内容が下の表にあります。") % {"caption": timeline.caption}
    return safe(
        f'<figure class="mg-timeline" aria-labelledby="{esc(key)}">'
        f'<figcaption class="mg-timeline__caption" id="{esc(key)}">{esc(timeline.caption)}</figcaption>'
        f'<div class="mg-timeline__picture" role="img" aria-label="{esc(name)}">'
        f"{_picture(timeline, _grid(timeline))}</div>"
        f'<details class="mg-fold"><summary>{esc(gettext("期間を表で見る"))}</summary>{_table(timeline, key)}</details>'
        "</figure>"
    )
