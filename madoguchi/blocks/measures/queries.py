"""
Looking at plans. Published plans are public, so most of these need no viewer; what a viewer may enter does.

A report is read in a fixed number of queries, whatever its size: rows of the year, put together in memory.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Count, F, FilteredRelation, Max, OuterRef, Q, QuerySet, Subquery

from madoguchi.blocks.measures.computed import compute
from madoguchi.blocks.measures.declarations import declared_body
from madoguchi.blocks.measures.models import (
    ActualEntry,
    Edition,
    Evaluation,
    Grade,
    Indicator,
    Item,
    ItemOffice,
    ItemSection,
    Target,
    YearTotal,
)
from madoguchi.blocks.measures.models.entries import Entry
from madoguchi.blocks.measures.suggestion import grade_suggest
from madoguchi.blocks.measures.types import GradeLine, HistoryLine, IndicatorLine, ItemLine, Report, Text
from madoguchi.kernel.rights import Viewer
from madoguchi.kit.fiscal import FiscalYear
from madoguchi.kit.numbers import shares_rounded

E = TypeVar("E", bound=Entry)


class NoSuchPlan(LookupError):
    """No edition has this key."""


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


def edition_get(key: str) -> Edition:
    """
    Find an edition by its key.

    :raises NoSuchPlan: there is none.
    """
    try:
        return Edition.objects.get(key=key)
    except Edition.DoesNotExist:
        raise NoSuchPlan(key) from None


def years_reported(edition: Edition) -> list[int]:
    """Give the fiscal years for which something was entered or printed, oldest first."""
    judged = Evaluation.objects.filter(item__edition=edition).values_list("year")
    reached = ActualEntry.objects.filter(indicator__item__edition=edition).values_list("year")
    printed = YearTotal.objects.filter(grade__edition=edition).values_list("year")
    return sorted(year for (year,) in judged.union(reached, printed))


def report(*, edition_key: str, year: int, on: date, lang: str = "ja", texts: bool = False) -> Report:
    """
    Give the yearly results of an edition.

    :param on: today; figures computed from the services are read as of this day.
    :param texts: with the texts of the items, which a list does not show.
    :raises NoSuchPlan: no such edition.
    :raises NoSuchYear: the year is not one of the plan's.
    """
    edition = edition_get(edition_key)
    if not edition.first_year <= year <= edition.last_year:
        raise NoSuchYear(year)
    grades = _grades(edition)
    lines = _item_lines(edition, year, lang, on, Q(), grades, texts=texts)
    summary, itemised, provisional = _summary(edition, year, lang, lines, grades)
    return Report(
        edition=edition.key, city=edition.city, title=translated(edition, "title", edition.title, lang), year=year,
        items=tuple(lines), summary=summary, total=sum(line.count for line in summary), itemised=itemised,
        provisional=provisional,
    )  # fmt: skip


def items_kept(*, viewer: Viewer, edition: Edition, year: int, on: date, lang: str = "ja") -> list[ItemLine]:
    """Give the items of an edition that a viewer enters or judges, with their figures of a year."""
    mine = _mine(viewer, "measures.actual_enter") | _mine(viewer, "measures.evaluate")
    return _item_lines(edition, year, lang, on, mine, _grades(edition), texts=False)


def item_line(*, edition: Edition, no: str, year: int, on: date, lang: str = "ja") -> ItemLine | None:
    """Give one item in one year, with its texts; None when there is no such item."""
    lines = _item_lines(edition, year, lang, on, Q(no=no), _grades(edition), texts=True)
    return lines[0] if lines else None


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


def translated(edition: Edition, path: str, japanese: str, lang: str) -> Text:
    """Give a text of the plan in a language, or in Japanese where no translation was written."""
    if lang != "ja":
        found = edition.translations.get(lang, {}).get(f"{edition.key}.{path}")
        if found:
            return Text(str(found), lang)
    return Text(japanese, "ja")


def percentages(counts: Mapping[str, int]) -> dict[str, int]:
    """Round each share to whole per cent by itself, half up; zeros where there is nothing to share."""
    if not sum(counts.values()):
        return dict.fromkeys(counts, 0)
    return {
        key: int(share)
        for key, share in zip(counts, shares_rounded([*counts.values()], decimals=0), strict=True)
    }


def entry_sequences(model: type[E], of: str, ids: Iterable[int], year: int) -> dict[int, int]:
    """Give the newest sequence of each indicator's or item's entries in a year."""
    rows = model._default_manager.filter(**{f"{of}__in": list(ids)}, year=year)
    return dict(rows.order_by().values_list(of).annotate(Max("sequence")))


def newest(model: type[E], of: str, year: int) -> QuerySet[E]:
    """Give the entries of a year that count: the newest of each indicator or item."""
    rivals = model._default_manager.filter(**{of: OuterRef(of)}, year=year).order_by("-sequence")
    return model._default_manager.filter(year=year, pk=Subquery(rivals.values("pk")[:1]))


# Putting a report together


def _grades(edition: Edition) -> list[Grade]:
    return list(Grade.objects.filter(edition=edition).order_by("order"))


def _item_lines(
    edition: Edition, year: int, lang: str, on: date, chosen: Q, grades: Sequence[Grade], *, texts: bool
) -> list[ItemLine]:
    wanted = Q(level=Item.Level.PILLAR) | (Q(level=Item.Level.ITEM) & chosen)
    items = list(Item.objects.filter(wanted, edition=edition).distinct().order_by("order"))
    pillars = {item.pk: item for item in items if item.level == Item.Level.PILLAR}
    carried_out = [item for item in items if item.level == Item.Level.ITEM]
    ids = [item.pk for item in carried_out]
    offices = _grouped(ItemOffice.objects.filter(item_id__in=ids).order_by("order"), "item_id")
    of_year = ItemSection.objects.filter(Q(year=year) | Q(year=None), item_id__in=ids)
    sections = _grouped(of_year if texts else (), "item_id")
    names = {grade.pk: grade.key for grade in grades}
    judged = {row.item_id: row for row in newest(Evaluation, "item_id", year).filter(item_id__in=ids)}
    indicators = _indicator_lines(edition, year, lang, on, carried_out)
    thresholds = [(grade.key, grade.from_ratio) for grade in grades if grade.from_ratio is not None]
    return [
        ItemLine(
            id=item.pk,
            no=item.no,
            title=translated(edition, f"items.{item.no}.title", item.title, lang),
            pillar_no=pillars[item.parent_id].no if item.parent_id in pillars else "",
            pillar=_pillar_title(edition, pillars.get(item.parent_id or 0), lang),
            offices=tuple(office.printed_name for office in offices[item.pk]),
            grade=names[judged[item.pk].grade_id] if item.pk in judged else None,
            grade_sequence=judged[item.pk].sequence if item.pk in judged else 0,
            suggested=grade_suggest(indicators[item.pk], thresholds),
            indicators=tuple(indicators[item.pk]),
            sections={section.name: section.text for section in sections[item.pk]},
        )
        for item in carried_out
    ]


def _pillar_title(edition: Edition, pillar: Item | None, lang: str) -> Text:
    if pillar is None:
        return Text("", "ja")
    return translated(edition, f"pillars.{pillar.no}.title", pillar.title, lang)


def _indicator_lines(
    edition: Edition, year: int, lang: str, on: date, items: Sequence[Item]
) -> dict[int, list[IndicatorLine]]:
    lines: dict[int, list[IndicatorLine]] = defaultdict(list)
    numbers = {item.pk: item.no for item in items}
    of_year = FilteredRelation("targets", condition=Q(targets__year=year))
    indicators = list(
        Indicator.objects.filter(item_id__in=numbers)
        .annotate(target_of_year=of_year, target_value=F("target_of_year__value"))
        .order_by("item_id", "order")
    )
    ids = [indicator.pk for indicator in indicators]
    actuals = {
        row.indicator_id: row
        for row in newest(ActualEntry, "indicator_id", year).filter(indicator_id__in=ids)
    }
    for indicator in indicators:
        entry = actuals.get(indicator.pk)
        computed = (
            compute(declared_body(indicator.declared), year=year, on=on) if indicator.declared else None
        )
        actual = computed.value if computed else entry.value if entry else None
        lines[indicator.item_id].append(
            IndicatorLine(
                id=indicator.pk,
                name=translated(
                    edition,
                    f"items.{numbers[indicator.item_id]}.indicators.{indicator.name}",
                    indicator.name,
                    lang,
                ),
                unit=indicator.unit,
                decimals=indicator.decimals,
                kind=indicator.kind,
                direction=indicator.direction,
                target=indicator.target_value,
                actual=actual,
                provisional=computed.provisional if computed else bool(entry and entry.provisional),
                as_of=computed.as_of if computed else entry.as_of if entry else None,
                sequence=entry.sequence if entry else 0,
                origin="computed" if computed else _origin(entry),
                declared=indicator.declared,
                note=indicator.note,
            )
        )
    return lines


def _origin(entry: ActualEntry | None) -> Any:
    return entry.source if entry is not None and entry.value is not None else "none"


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


def _grouped(rows: Iterable[Any], by: str) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[getattr(row, by)].append(row)
    return grouped
