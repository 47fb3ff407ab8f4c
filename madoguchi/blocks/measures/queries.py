"""
Looking at plans. Published plans are public, so most of these need no viewer; what a viewer may enter does.

A report is read in a fixed number of queries, whatever its size: rows of the year, put together in memory.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar, cast

from django.db.models import Count, FilteredRelation, Max, Q

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
from madoguchi.blocks.measures.types import (
    GradeLine,
    HistoryLine,
    IndicatorLine,
    ItemLine,
    Origin,
    Report,
    Text,
)
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


# Putting a report together


def _grades(edition: Edition) -> list[Grade]:
    return list(Grade.objects.filter(edition=edition).order_by("order"))


def _item_lines(
    edition: Edition, year: int, lang: str, on: date, chosen: Q, grades: Sequence[Grade], *, texts: bool
) -> list[ItemLine]:
    # Plain values, not model objects, and the edition instead of long lists of ids: a list page lives on this.
    wanted = Q(level=Item.Level.PILLAR) | (Q(level=Item.Level.ITEM) & chosen)
    rows = Item.objects.filter(wanted, edition=edition).distinct().order_by("order")
    items: dict[int, tuple[str, str, int | None]] = {}
    pillars: dict[int | None, tuple[str, Text]] = {}
    for pk, level, no, title, parent_id, _order in rows.values_list(
        "pk", "level", "no", "title", "parent_id", "order"
    ):
        if level == Item.Level.PILLAR:
            pillars[pk] = no, translated(edition, f"pillars.{no}.title", title, lang)
        else:
            items[pk] = no, title, parent_id
    offices: dict[int, list[str]] = defaultdict(list)
    in_charge = ItemOffice.objects.filter(item__edition=edition).order_by("order")
    for item_id, name in in_charge.values_list("item_id", "printed_name"):
        offices[item_id].append(name)
    of_year = ItemSection.objects.filter(Q(year=year) | Q(year=None), item_id__in=items)
    sections = _grouped(of_year if texts else (), "item_id")
    names = {grade.pk: grade.key for grade in grades}
    judgements = Evaluation.objects.filter(item__edition=edition, year=year).order_by("sequence")
    # In the order of their sequence, so that the newest is the one that stays.
    judged = {
        item_id: (names[grade_id], sequence)
        for item_id, grade_id, sequence in judgements.values_list("item_id", "grade_id", "sequence")
    }
    indicators = _indicator_lines(edition, year, lang, on, {pk: item[0] for pk, item in items.items()})
    thresholds = [(grade.key, grade.from_ratio) for grade in grades if grade.from_ratio is not None]
    nowhere = "", Text("", "ja")
    return [
        ItemLine(
            id=pk,
            no=no,
            title=translated(edition, f"items.{no}.title", title, lang),
            pillar_no=pillars.get(parent_id, nowhere)[0],
            pillar=pillars.get(parent_id, nowhere)[1],
            offices=tuple(offices[pk]),
            grade=judged[pk][0] if pk in judged else None,
            grade_sequence=judged[pk][1] if pk in judged else 0,
            suggested=grade_suggest(indicators[pk], thresholds),
            indicators=tuple(indicators[pk]),
            sections={section.name: section.text for section in sections[pk]},
        )
        for pk, (no, title, parent_id) in items.items()
    ]


def _indicator_lines(
    edition: Edition, year: int, lang: str, on: date, numbers: Mapping[int, str]
) -> dict[int, list[IndicatorLine]]:
    lines: dict[int, list[IndicatorLine]] = defaultdict(list)
    of_year = FilteredRelation("targets", condition=Q(targets__year=year))
    indicators = Indicator.objects.filter(item__edition=edition).annotate(target_of_year=of_year)
    entries = ActualEntry.objects.filter(indicator__item__edition=edition, year=year).order_by("sequence")
    actuals = {
        entry[0]: entry[1:]
        for entry in entries.values_list(
            "indicator_id", "value", "provisional", "as_of", "sequence", "source"
        )
    }
    for pk, item_id, name, unit, decimals, kind, direction, declared, note, target in indicators.order_by(
        "item_id", "order"
    ).values_list(
        "pk", "item_id", "name", "unit", "decimals", "kind", "direction", "declared", "note",
        "target_of_year__value",
    ):  # fmt: skip
        if item_id not in numbers:
            continue
        value, provisional, as_of, sequence, origin = actuals.get(pk, (None, False, None, 0, "none"))
        if declared:
            computed = compute(declared_body(declared), year=year, on=on)
            value, provisional, as_of, origin = (
                computed.value, computed.provisional, computed.as_of, "computed",
            )  # fmt: skip
        elif value is None:
            origin = "none"
        lines[item_id].append(
            IndicatorLine(
                id=pk,
                name=translated(edition, f"items.{numbers[item_id]}.indicators.{name}", name, lang),
                unit=unit,
                decimals=decimals,
                kind=kind,
                direction=direction,
                target=target,
                actual=value,
                provisional=provisional,
                as_of=as_of,
                sequence=sequence,
                origin=cast("Origin", origin),
                declared=declared,
                note=note,
            )
        )
    return lines


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
