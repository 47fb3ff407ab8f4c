"""
Figures computed from the services' rows.

Invariants (``tests/measures/test_computed.py``):

1. The figure and its drill-down come from one query: as many rows are listed as were counted.
2. A year that is not over gives a provisional figure with the day it was read.
3. A share of nothing is no figure, not zero.
4. A group smaller than ``smallest_cell`` is hidden, and with it the smallest other group where it could
   otherwise be found by subtraction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from madoguchi.blocks.measures.declarations import Condition, IndicatorDeclared
from madoguchi.kernel.rights import Viewer, system_viewer
from madoguchi.kernel.sources import Source, source_get
from madoguchi.kit.fiscal import FiscalYear


@dataclass(frozen=True, slots=True)
class ComputedValue:
    """A computed figure; None where there was nothing to compute it from."""

    value: Decimal | None
    provisional: bool
    as_of: date | None


@dataclass(frozen=True, slots=True)
class ComputedGroup:
    """One part of a breakdown; ``value`` None with ``hidden`` set where the part is too small to show."""

    group: Any
    count: int | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class ComputedRow:
    """One row behind a figure, in the words of the block it belongs to."""

    title: str
    page: str
    on: date | None
    counted: bool


def compute(body: IndicatorDeclared, *, year: int, on: date) -> ComputedValue:
    """
    Compute an indicator for a fiscal year, from all rows of its source.

    :param on: today; a year that has not ended by then is provisional.
    """
    source = source_get(body.source)
    rows = _rows(body, source, year, system_viewer(on=on, duty="指標の計算"))
    fiscal = FiscalYear(year)
    running = fiscal.contains(on)
    return ComputedValue(_measure(body, source, rows), running, on if running else None)


def drill_down(body: IndicatorDeclared, *, year: int, viewer: Viewer) -> tuple[QuerySet[Any], Source]:
    """Give the rows behind a figure that a viewer may see, by the very query that counted them."""
    source = source_get(body.source)
    return _rows(body, source, year, viewer).order_by("pk"), source


def describe_rows(
    body: IndicatorDeclared, source: Source, rows: Sequence[Any], *, viewer: Viewer
) -> list[ComputedRow]:
    """Put drill-down rows into words, and say of a share which of them stand above the line."""
    above = source.rows(viewer).filter(_conditions(body.of, source), pk__in=[row.pk for row in rows])
    counted = set(above.values_list("pk", flat=True)) if body.of else {row.pk for row in rows}
    return [
        ComputedRow(*source.describe(row), on=_date_of(body, source, row), counted=row.pk in counted)
        for row in rows
    ]


def breakdown(body: IndicatorDeclared, *, year: int, on: date) -> list[ComputedGroup]:
    """Count the rows per group, hiding what is too small to show."""
    source = source_get(body.source)
    if not body.group:
        return []
    path = source.facets[body.group].path
    rows = _rows(body, source, year, system_viewer(on=on, duty="指標の計算"))
    counts = sorted(
        rows.order_by().values_list(path).annotate(n=Count("pk")), key=lambda pair: (pair[1], str(pair[0]))
    )
    hidden = {group for group, count in counts if count < body.smallest_cell}
    if len(hidden) == 1 and len(counts) > 1:
        hidden.add(next(group for group, _count in counts if group not in hidden))
    return [
        ComputedGroup(group, None if group in hidden else count, group in hidden)
        for group, count in sorted(counts, key=lambda pair: str(pair[0]))
    ]


def _rows(body: IndicatorDeclared, source: Source, year: int, viewer: Viewer) -> QuerySet[Any]:
    fiscal = FiscalYear(year)
    path = source.facets[body.date].path
    within = Q(**{f"{path}__gte": fiscal.first_day, f"{path}__lte": fiscal.last_day})
    return source.rows(viewer).filter(within, _conditions(body.where, source))


def _conditions(conditions: Sequence[Condition], source: Source) -> Q:
    result = Q()
    for condition in conditions:
        path = source.facets[condition.facet].path
        if condition.empty is not None:
            result &= Q(**{f"{path}__isnull": condition.empty})
        elif condition.any_of:
            result &= Q(**{f"{path}__in": list(condition.any_of)})
        else:
            result &= Q(**{path: condition.equals})
    return result


def _measure(body: IndicatorDeclared, source: Source, rows: QuerySet[Any]) -> Decimal | None:
    if body.measure == "count":
        return Decimal(rows.count())
    if body.measure == "share":
        counts = rows.aggregate(whole=Count("pk"), part=Count("pk", filter=_conditions(body.of, source)))
        return _rounded(Decimal(counts["part"] * 100) / counts["whole"], body) if counts["whole"] else None
    if body.measure == "sum":
        total = rows.aggregate(total=Sum(source.facets[body.value].path))["total"]
        return Decimal(total) if total is not None else None
    if body.measure == "latest":
        path = source.facets[body.value].path
        newest = (
            rows.order_by(f"-{source.facets[body.date].path}", "-pk").values_list(path, flat=True).first()
        )
        return Decimal(newest) if newest is not None else None
    start, end = source.facets[body.start].path, source.facets[body.end].path
    pairs = rows.exclude(**{start: None}).exclude(**{end: None}).values_list(start, end)
    days = [(last - first).days for first, last in pairs]
    return _rounded(Decimal(str(median(days))), body) if days else None


def _rounded(value: Decimal, body: IndicatorDeclared) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-body.decimals), rounding="ROUND_HALF_UP")


def _date_of(body: IndicatorDeclared, source: Source, row: Any) -> date | None:
    value: Any = row
    for part in source.facets[body.date].path.split("__"):
        value = getattr(value, part, None)
    return value if isinstance(value, date) else None
