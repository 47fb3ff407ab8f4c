"""The items of a plan as its public page lists them, pillar by pillar, with what may be told of a year."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.measures import presentation as show
from madoguchi.blocks.measures.lines import is_kept, kept_rows
from madoguchi.blocks.measures.models import Edition
from madoguchi.blocks.measures.public.matrix import is_dash
from madoguchi.blocks.measures.public.plan import PillarShown, PlanShown
from madoguchi.blocks.measures.public.printed import Printed
from madoguchi.blocks.measures.spec import EditionSpec, ItemMark
from madoguchi.blocks.measures.types import IndicatorLine, ItemLine, Report
from madoguchi.ui.components.badge import badge
from madoguchi.ui.components.table import Column, Table

MARKS: dict[ItemMark, tuple[Any, str]] = {
    "new": (_("新規"), "info"), "continued": (_("継続"), "neutral"), "completed": (_("完了"), "success"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """
    What the page tells of a year.

    ``figures``: the items have figures or targets, ``reached`` some of them; ``grades`` and ``progress`` were given to
    the public.
    """

    offices: bool
    outcome: bool
    figures: bool
    reached: bool
    grades: bool
    progress: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A pillar with the table of its items; None where it has none of its own."""

    pillar: PillarShown
    table: Table | None


@dataclass(frozen=True, slots=True)
class _Row:
    line: ItemLine
    again: bool = False


def told(report: Report, spec: EditionSpec) -> Told:
    """Say what the page may tell of a year; the progress of rows stands in for grades where a plan has none."""
    open_ = report.published and report.itemised
    any_grade = any(line.grade for line in report.items)
    return Told(
        offices=any(line.offices for line in report.items),
        outcome=any(item.outcome for _above, item in spec.items_all()),
        figures=any(line.indicators for line in report.items) and (report.itemised or not report.total),
        reached=any(one.origin != "none" for line in report.items for one in line.indicators),
        grades=open_ and bool(spec.grades) and any_grade,
        progress=open_
        and any(line.status or any(part.status for part in line.parts) for line in report.items),
    )


def mark_badge(mark: ItemMark | str) -> SafeString:
    """Show how the city marked an item: new, continued, completed."""
    if mark not in MARKS:
        return SafeString("")
    label, kind = MARKS[mark]
    return badge(label, kind)


def groups(
    edition: Edition, plan: PlanShown, report: Report, telling: Told, *, linked_year: int | None
) -> list[Group]:
    """
    Put the items under their pillars, those printed again under each of theirs.

    :param linked_year: the year in which the items' pages open; None lets them choose.
    """
    lines = {line.no: line for line in report.items}
    kept = kept_rows(edition, report.year, lang=show.language(), face=f"{plan.printed.here}#public")
    made = []
    for pillar in plan.pillars:
        rows = [_Row(lines[no], again=True) for no in pillar.reprints]
        rows += [_Row(lines[no]) for no in pillar.items]
        table = _table(plan, pillar, rows, telling, linked_year) if rows else None
        if table is not None:
            table = Table(
                table.columns, rows, caption=table.caption, caption_hidden=True, key=f"pillar-{pillar.no}", kept=kept, row_key=_row_key
            )  # fmt: skip
        made.append(Group(pillar, table))
    return made


def _row_key(row: _Row) -> int | None:
    if not is_kept(row.line):
        return None
    return -row.line.id if row.again else row.line.id


def _table(
    plan: PlanShown, pillar: PillarShown, rows: Sequence[_Row], telling: Told, linked_year: int | None
) -> Table:
    printed = plan.printed
    columns = [
        Column("no", gettext("番号"), value=lambda row: row.line.no),
        Column("title", printed.level("item"), "html", value=_title(plan, linked_year), head=True),
    ]
    if telling.outcome:
        label = printed.sections.get("outcome", gettext("実現すること"))
        columns.append(Column("outcome", label, "html", value=_outcome(printed)))
    if telling.offices:
        columns.append(
            Column(
                "offices",
                gettext("担当部署"),
                "html",
                value=lambda row: show.japanese("、".join(row.line.offices)),
            )
        )
    if telling.figures:
        name = gettext("実績 / 目標") if telling.reached else gettext("目標")
        columns.append(Column("indicators", name, "html", value=_figures(reached=telling.reached)))
    if telling.grades:
        columns.append(Column("grade", gettext("自己評価"), "html", value=_grade))
    if telling.progress:
        columns.append(Column("progress", gettext("進み具合"), "html", value=_progress(printed)))
    caption = gettext("%(pillar)sの一覧") % {"pillar": pillar.caption}
    return Table(columns, rows, caption=caption)


def _outcome(printed: Printed) -> Callable[[_Row], SafeString]:
    outcomes = {item.no: item.outcome for _above, item in printed.spec.items_all()}
    return lambda row: show.japanese(outcomes[row.line.no])


def _title(plan: PlanShown, year: int | None) -> Callable[[_Row], SafeString]:
    again = badge(gettext("再掲"), "neutral")

    def cell(row: _Row) -> SafeString:
        link = format_html(
            '<a href="{}">{}</a>', plan.printed.item_url(row.line.no, year), show.shown(row.line.title)
        )
        marks = [mark_badge(row.line.mark)] if row.line.mark in MARKS else []
        if row.again:
            marks.append(again)
        return format_html("{} {}", link, mark_safe(" ".join(marks))) if marks else link  # noqa: S308 - badges

    return cell


def _figures(*, reached: bool) -> Callable[[_Row], SafeString]:
    """Write an item's figures, or only its targets; a page writes many, so it is built by hand and escaped by hand."""

    def cell(row: _Row) -> SafeString:
        if row.again or not row.line.indicators:
            return SafeString("")
        return mark_safe(  # noqa: S308 - every part is escaped here
            "<div>"
            + "".join(
                f"<div>{conditional_escape(show.shown(one.name))}: "
                f"{_said(one, target=False) + ' / ' if reached else ''}{_said(one, target=True)}</div>"
                for one in row.line.indicators
            )
            + "</div>"
        )

    return cell


def _said(line: IndicatorLine, *, target: bool) -> str:
    value, word = (line.target, line.target_word) if target else (line.actual, line.actual_word)
    words = escape(show.figure(value, line, word))
    if value is None and is_dash(word):
        return f'<span aria-hidden="true">{words}</span><span class="mg-hidden">{escape(gettext("数値なし"))}</span>'
    return words


def _grade(row: _Row) -> SafeString:
    if row.again:
        return SafeString("")
    return grade_badge(row.line.grade)


def grade_badge(grade: str | None) -> SafeString:
    """Show a grade, or that there is none."""
    if grade is None:
        return format_html("{}", gettext("未評価"))
    return badge(grade, show.GRADE_TONES.get(grade, "neutral"))


def _progress(printed: Printed) -> Callable[[_Row], SafeString]:
    def cell(row: _Row) -> SafeString:
        if row.again:
            return SafeString("")
        said = [("", row.line.status), *((part.no, part.status) for part in row.line.parts)]
        several = len(row.line.parts) > 1
        lines = [
            (f"{no} " if no and several else "", printed.phases.get(status, status))
            for no, status in said
            if status
        ]
        return (
            format_html("<div>{}</div>", format_html_join("", "<div>{}{}</div>", lines))
            if lines
            else SafeString("")
        )

    return cell
