"""
Looking at plans. Published plans are public, so most of these need no viewer; what a viewer may enter does.

A report is read in a fixed number of queries, whatever its size: rows of the year, put together in memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q

from madoguchi.blocks.measures.computed import compute
from madoguchi.blocks.measures.declarations import declared_body
from madoguchi.blocks.measures.lines import edition_get, item_lines, translated
from madoguchi.blocks.measures.models import (
    ActualEntry,
    Edition,
    Grade,
    Indicator,
    Item,
    Target,
    YearPublication,
    YearTotal,
)
from madoguchi.blocks.measures.types import (
    GradeLine,
    HistoryLine,
    ItemLine,
    Report,
)
from madoguchi.kernel.clock import today
from madoguchi.kernel.declarations import UnknownDeclaration, published
from madoguchi.kernel.rights import EVERY_ROW, Viewer
from madoguchi.kit.fiscal import FiscalYear
from madoguchi.kit.numbers import shares_rounded


class NoSuchYear(LookupError):
    """The edition does not reach this fiscal year."""


def editions() -> list[dict[str, Any]]:
    """Give every edition with its number of items, in the order of city and first year."""
    items = Count("items", filter=Q(items__level=Item.Level.ITEM))
    rows = Edition.objects.annotate(item_count=items).order_by("city", "first_year", "key")
    return [
        {"key": row.key, "city": row.city, "title": row.title, "items": row.item_count, "edition": row}
        for row in rows
    ]


def report(*, edition_key: str, year: int, on: date, lang: str = "ja") -> Report:
    """
    Give the yearly results of an edition.

    :param on: today; figures computed from the services are read as of this day.
    :raises NoSuchPlan: no such edition.
    :raises NoSuchYear: the year is not one of the plan's.
    """
    edition = edition_get(edition_key)
    if not edition.first_year <= year <= edition.last_year:
        raise NoSuchYear(year)
    grades = list(Grade.objects.filter(edition=edition).order_by("order"))
    lines = item_lines(edition, year, lang=lang, on=on)
    summary, itemised, provisional = _summary(edition, year, lang, lines, grades)
    publication = publication_newest(edition, year)
    return Report(
        edition=edition.key, city=edition.city, title=translated(edition, "title", edition.title, lang), year=year,
        items=tuple(lines), summary=summary, total=sum(line.count for line in summary), itemised=itemised,
        provisional=provisional or (publication is not None and publication.provisional),
        published=publication is not None, as_of=publication.as_of if publication else None,
    )  # fmt: skip


def publication_newest(edition: Edition, year: int) -> YearPublication | None:
    """Give how the results of a year were last given to the public; None while they were not."""
    return YearPublication.objects.filter(edition=edition, year=year).order_by("-sequence").first()


def items_kept(*, viewer: Viewer, edition: Edition, year: int, on: date, lang: str = "ja") -> list[ItemLine]:
    """Give the items of an edition that a viewer enters or judges, with their figures of a year."""
    lines = item_lines(edition, year, lang=lang, on=on)
    predicates = [_mine(viewer, "measures.actual_enter"), _mine(viewer, "measures.evaluate")]
    if EVERY_ROW in predicates:
        return lines
    mine = Item.objects.filter(predicates[0] | predicates[1], edition=edition)
    ids = set(mine.values_list("pk", flat=True))
    return [line for line in lines if line.id in ids]


def item_line(*, edition: Edition, no: str, year: int, on: date, lang: str = "ja") -> ItemLine | None:
    """Give one item in one year, with its texts; None when there is no such item."""
    return next((line for line in item_lines(edition, year, lang=lang, on=on) if line.no == no), None)


def items_by_number(*, edition: Edition, year: int, on: date, lang: str = "ja") -> dict[str, ItemLine]:
    """Give the items of an edition in a year by their numbers, for whoever looks several of them up."""
    return {line.no: line for line in item_lines(edition, year, lang=lang, on=on)}


def causes() -> list[tuple[str, str]]:
    """Give the city's words for why a target was missed: (code, label), from the published list."""
    try:
        found = published("codelist", "dx_plan.miss_causes")
    except UnknownDeclaration:
        return []
    return [(item.code, item.label) for item in found.model.items_on(today())]


def may_enter(*, viewer: Viewer, item_id: int) -> bool:
    """Say whether a viewer may enter figures for an item."""
    return Item.objects.filter(_mine(viewer, "measures.actual_enter"), pk=item_id).exists()


def may_judge(*, viewer: Viewer, item_id: int) -> bool:
    """Say whether a viewer may judge an item."""
    return Item.objects.filter(_mine(viewer, "measures.evaluate"), pk=item_id).exists()


def editions_kept(*, viewer: Viewer) -> list[dict[str, Any]]:
    """Give the editions that have an item which a viewer enters or judges."""
    mine = _mine(viewer, "measures.actual_enter") | _mine(viewer, "measures.evaluate")
    keys = set(Item.objects.filter(mine).values_list("edition__key", flat=True))
    return [row for row in editions() if row["key"] in keys]


def _mine(viewer: Viewer, right: str) -> Q:
    return viewer.where(right, field="offices__office_id")


def indicator_history(indicator_id: int) -> list[HistoryLine]:
    """Give every figure ever entered for an indicator, newest first."""
    rows = ActualEntry.objects.filter(indicator_id=indicator_id).order_by("-year", "-sequence")
    return [
        HistoryLine(row.year, row.value, row.provisional, row.source, row.entered_by, row.entered_at)
        for row in rows
    ]


def series(indicator: Indicator, *, on: date) -> list[tuple[int, Decimal | None, Decimal | None]]:
    """Give (year, target, actual) for every year that has either, oldest first; computed ones as of a day."""
    targets = dict(Target.objects.filter(indicator=indicator).values_list("year", "value"))
    actuals: dict[int, Decimal | None] = {}
    for row in ActualEntry.objects.filter(indicator=indicator).order_by("year", "sequence"):
        actuals[row.year] = row.value
    if indicator.declared:
        body = declared_body(indicator.declared)
        actuals = {
            year: compute(body, year=year, on=on).value
            for year in targets
            if FiscalYear(year).first_day <= on
        }
    return [(year, targets.get(year), actuals.get(year)) for year in sorted({*targets, *actuals})]


def percentages(counts: Mapping[str, int]) -> dict[str, int]:
    """Round each share to whole per cent by itself, half up; zeros where there is nothing to share."""
    if not sum(counts.values()):
        return dict.fromkeys(counts, 0)
    return {
        key: int(share)
        for key, share in zip(counts, shares_rounded([*counts.values()], decimals=0), strict=True)
    }


# Putting a report together


def _summary(
    edition: Edition, year: int, lang: str, lines: Sequence[ItemLine], grades: Sequence[Grade]
) -> tuple[tuple[GradeLine, ...], bool, bool]:
    printed = {row.grade_id: row for row in YearTotal.objects.filter(grade__edition=edition, year=year)}
    judged = [line.grade for line in lines if line.grade is not None]
    itemised = bool(judged) or not printed
    counts = {grade.key: judged.count(grade.key) if itemised else printed[grade.pk].count for grade in grades}
    rounded = percentages(counts)
    summary = []
    for grade in grades:
        total = printed.get(grade.pk)
        # A printed share speaks of the counts it was printed for: once those change it is not ours to show.
        valid = total is not None and all(
            row.count == counts[g.key] for g in grades if (row := printed.get(g.pk)) is not None
        )
        summary.append(
            GradeLine(
                key=grade.key,
                meaning=translated(edition, f"grades.{grade.key}.meaning", grade.meaning, lang),
                count=counts[grade.key],
                percent_rounded=rounded[grade.key],
                percent_printed=total.percent_printed if total is not None and valid else None,
                reason=total.reason if total is not None and valid else "",
            )
        )
    provisional = any(row.provisional for row in printed.values())
    return tuple(summary), itemised, provisional
