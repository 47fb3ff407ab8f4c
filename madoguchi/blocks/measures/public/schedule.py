"""
The schedule of an item as bars over the plan's years.

Invariant (``tests/measures/test_public_pages.py``): a bar whose days the source does not give is never drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from madoguchi.blocks.measures import presentation as show
from madoguchi.blocks.measures.public.printed import Printed
from madoguchi.blocks.measures.public.sourced import SourceNotes, in_words
from madoguchi.blocks.measures.spec import ItemSpec, MilestoneSpec, PartSpec, PhaseSpec
from madoguchi.kit.fiscal import FiscalYear, fiscal_year_of
from madoguchi.ui.components.timeline import Bar, Milestone, Slot, Timeline, TimelineRow
from madoguchi.ui.formats import date_text

# A slip of the pen (2205) must not make a page of hundreds of columns.
_BEYOND = 15


def schedule(printed: Printed, sources: SourceNotes, item: ItemSpec) -> Timeline | None:
    """Give the schedule of an item; None where the plan has none."""
    rows = [*_rows(printed, sources, item)]
    if not any(row.groups or row.milestones or row.note for row in rows):
        return None
    silent = gettext("期間は書かれていません")
    rows = [
        row if row.groups or row.milestones or row.note else TimelineRow(row.label, note=silent)
        for row in rows
    ]
    caption = gettext("%(no)sの進め方") % {"no": f"{printed.level('item')} {item.no}"}
    return Timeline(caption, _slots(printed, item), rows, row_name=printed.level("part"), key="schedule")


def _rows(printed: Printed, sources: SourceNotes, item: ItemSpec) -> Iterator[TimelineRow]:
    path = f"items.{item.no}"
    whole = sources.at(f"{path}.phases", f"{path}.milestones")
    if item.phases or item.milestones or whole:
        yield TimelineRow(
            gettext("全体"), _groups(printed, item.phases), _milestones(item.milestones), in_words(whole)
        )
    for no, part in item.parts_all():
        notes = sources.at(f"{path}.parts.{no}.phases", f"{path}.parts.{no}.milestones")
        yield TimelineRow(
            part_name(printed, item, no, part), _groups(printed, part.phases), _milestones(part.milestones), in_words(notes)
        )  # fmt: skip


def part_name(printed: Printed, item: ItemSpec, no: str, part: PartSpec) -> SafeString:
    """Name a part by its number and title; a plan with one part in an item does not number it aloud."""
    title = printed.words(f"items.{item.no}.parts.{no}.title", part.title)
    if len(item.parts) == 1 and part.no.isdecimal() and not part.parts:
        return title
    return format_html("{} {}", no, title)


def _groups(printed: Printed, phases: Sequence[PhaseSpec]) -> list[tuple[object, list[Bar]]]:
    groups: dict[str, list[Bar]] = {}
    tones = {key: number for number, key in enumerate(printed.phases, 1)}
    for phase in phases:
        groups.setdefault(phase.group, []).append(
            Bar(_label(printed, phase), phase.starts_on, phase.ends_on, span(phase), tones.get(phase.word, 1))
        )
    return [(show.japanese(name) if name else "", bars) for name, bars in groups.items()]


def _label(printed: Printed, phase: PhaseSpec) -> SafeString:
    text = show.japanese(phase.text) if phase.text else SafeString("")
    if not phase.word:
        return text
    word = printed.phases.get(phase.word, phase.word)
    return format_html("{}: {}", word, text) if text else format_html("{}", word)


def span(phase: PhaseSpec) -> str:
    """Say the days of a bar: whole fiscal years as such, and what the source does not give as not given."""
    start, end = phase.starts_on, phase.ends_on
    if start is None and end is None:
        return gettext("期間は原典で読めません")
    if end is None:
        assert start is not None
        return gettext("%(start)sから。終わりは原典で読めません") % {"start": _from(start)}
    if start is None:
        return gettext("%(end)sまで。始まりは原典で読めません") % {"end": _until(end)}
    words = _both(start, end)
    return gettext("%(span)s（訂正した値）") % {"span": words} if phase.state == "corrected" else words


def _both(start: date, end: date) -> str:
    whole = FiscalYear(start.year).first_day == start and fiscal_year_of(end).last_day == end
    if whole and fiscal_year_of(start) == fiscal_year_of(end):
        return show.year_short(start.year)
    return gettext("%(start)sから%(end)sまで") % {"start": _from(start), "end": _until(end)}


def _from(day: date) -> str:
    year = fiscal_year_of(day)
    return show.year_short(year.year) if day == year.first_day else date_text(day)


def _until(day: date) -> str:
    year = fiscal_year_of(day)
    return show.year_short(year.year) if day == year.last_day else date_text(day)


def _milestones(milestones: Sequence[MilestoneSpec]) -> list[Milestone]:
    return [Milestone(show.japanese(one.text), one.on, _on(one.on)) for one in milestones]


def _on(day: date) -> str:
    year = fiscal_year_of(day)
    if day == year.last_day:
        return gettext("%(year)s末") % {"year": show.year_short(year.year)}
    return date_text(day)


def _slots(printed: Printed, item: ItemSpec) -> list[Slot]:
    """Give the years of the plan, and those that a bar or a day reaches beyond it."""
    spec = printed.spec
    nodes: list[ItemSpec | PartSpec] = [item, *(part for _no, part in item.parts_all())]
    days = [
        day
        for node in nodes
        for phase in node.phases
        for day in (phase.starts_on, phase.ends_on)
        if day is not None
    ]
    days += [milestone.on for node in nodes for milestone in node.milestones]
    years = [fiscal_year_of(day).year for day in days]
    first = max(min([spec.first_year, *years]), spec.first_year - _BEYOND)
    last = min(max([spec.last_year, *years]), spec.last_year + _BEYOND)
    return [
        _slot(year, outside=not spec.first_year <= year <= spec.last_year) for year in range(first, last + 1)
    ]


def _slot(year: int, *, outside: bool) -> Slot:
    name = show.year_short(year)
    label = gettext("%(year)s（計画期間の外）") % {"year": name} if outside else name
    fiscal = FiscalYear(year)
    return Slot(label, fiscal.first_day, fiscal.last_day, outside=outside)
