"""
The lines of a plan's year: read from eight tables, put together once, and kept until an action changes one.

Invariants (``tests/measures/test_lines.py``):

1. Whatever an action of this block changes is on the next page of every process: the action moves the stamp.
2. A figure computed from the services is never kept: it is asked for each time, as of the day of the reader.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import cast

from django.db.models import FilteredRelation, Q

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
    YearTotal,
)
from madoguchi.blocks.measures.suggestion import grade_suggest
from madoguchi.blocks.measures.types import IndicatorLine, ItemLine, Origin, Text
from madoguchi.kernel.stamps import StampedMany, stamp_move

_STAMP = "measures"
# The lines of a year, and the thresholds of the edition's grades.
_Kept = tuple[list[ItemLine], list[tuple[str, Decimal]]]
# An edition's year in a language is about 100 kB; a city looks at a few plans in a few years.
_kept: StampedMany[tuple[int, int, str], _Kept] = StampedMany(_STAMP, most=60)
_rows: StampedMany[tuple[int, int, str, str], dict[int, str]] = StampedMany(_STAMP, most=60)
_editions: StampedMany[str, Edition] = StampedMany(_STAMP, most=60)
_years: StampedMany[int, tuple[int, ...]] = StampedMany(_STAMP, most=60)


class NoSuchPlan(LookupError):
    """No edition has this key."""


def plans_changed() -> None:
    """Say, inside an action, that a plan, a figure or a judgement has changed."""
    stamp_move(_STAMP)


def edition_get(key: str) -> Edition:
    """
    Find an edition by its key. It is shared: to be read, never written to.

    :raises NoSuchPlan: there is none.
    """
    try:
        return _editions.get(key, lambda: Edition.objects.get(key=key))
    except Edition.DoesNotExist:
        raise NoSuchPlan(key) from None


def item_lines(edition: Edition, year: int, *, lang: str, on: date) -> list[ItemLine]:
    """Give the items of an edition in a year, with figures, judgements and texts; computed figures as of a day."""
    lines, thresholds = _kept.get((edition.pk, year, lang), lambda: _read(edition, year, lang))
    return [line if is_kept(line) else _computed(line, thresholds, year, on) for line in lines]


def is_kept(line: ItemLine) -> bool:
    """Whether a line shows the same until its stamp moves: no figure of it is computed from the services."""
    return not any(indicator.declared for indicator in line.indicators)


def kept_rows(edition: Edition, year: int, *, lang: str, face: str) -> dict[int, str]:
    """Give the markup of the lines of a year that one list has shown before, by item."""
    return _rows.get((edition.pk, year, lang, face), dict)


def years_reported(edition: Edition) -> tuple[int, ...]:
    """Give the fiscal years for which something was entered or printed, oldest first."""
    return _years.get(edition.pk, lambda: _years_read(edition))


def translated(edition: Edition, path: str, japanese: str, lang: str) -> Text:
    """Give a text of the plan in a language, or in Japanese where no translation was written."""
    if lang != "ja":
        found = edition.translations.get(lang, {}).get(f"{edition.key}.{path}")
        if found:
            return Text(str(found), lang)
    return Text(japanese, "ja")


# Reading: plain values, not model objects, and the edition instead of long lists of ids


def _years_read(edition: Edition) -> tuple[int, ...]:
    judged = Evaluation.objects.filter(item__edition=edition).values_list("year")
    reached = ActualEntry.objects.filter(indicator__item__edition=edition).values_list("year")
    printed = YearTotal.objects.filter(grade__edition=edition).values_list("year")
    return tuple(sorted(year for (year,) in judged.union(reached, printed)))


def _read(edition: Edition, year: int, lang: str) -> _Kept:
    items: dict[int, tuple[str, str, int | None]] = {}
    pillars: dict[int | None, tuple[str, Text]] = {}
    rows = Item.objects.filter(edition=edition).order_by("order")
    for pk, level, no, title, parent_id in rows.values_list("pk", "level", "no", "title", "parent_id"):
        if level == Item.Level.PILLAR:
            pillars[pk] = no, translated(edition, f"pillars.{no}.title", title, lang)
        else:
            items[pk] = no, title, parent_id
    offices: dict[int, list[str]] = defaultdict(list)
    in_charge = ItemOffice.objects.filter(item__edition=edition).order_by("order")
    for item_id, name in in_charge.values_list("item_id", "printed_name"):
        offices[item_id].append(name)
    sections: dict[int, dict[str, str]] = defaultdict(dict)
    of_year = ItemSection.objects.filter(Q(year=year) | Q(year=None), item__edition=edition)
    for item_id, name, text in of_year.values_list("item_id", "name", "text"):
        sections[item_id][name] = text
    grades = [*Grade.objects.filter(edition=edition).order_by("order").values_list("pk", "key", "from_ratio")]
    names = {pk: key for pk, key, _lowest in grades}
    judgements = Evaluation.objects.filter(item__edition=edition, year=year).order_by("sequence")
    # In the order of their sequence, so that the newest is the one that stays.
    judged = {
        item_id: (names[grade_id], sequence)
        for item_id, grade_id, sequence in judgements.values_list("item_id", "grade_id", "sequence")
    }
    indicators = _indicators(edition, year, lang, {pk: item[0] for pk, item in items.items()})
    thresholds = [(key, lowest) for _pk, key, lowest in grades if lowest is not None]
    nowhere = "", Text("", "ja")
    lines = [
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
            sections=sections[pk],
        )
        for pk, (no, title, parent_id) in items.items()
    ]
    return lines, thresholds


def _indicators(
    edition: Edition, year: int, lang: str, numbers: Mapping[int, str]
) -> dict[int, list[IndicatorLine]]:
    """Give the indicators by item; of a computed one everything but its figure."""
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
        value, provisional, as_of, sequence, origin = actuals.get(pk, (None, False, None, 0, "none"))
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
                origin=cast("Origin", origin if value is not None else "none"),
                declared=declared,
                note=note,
            )
        )
    return lines


def _computed(line: ItemLine, thresholds: list[tuple[str, Decimal]], year: int, on: date) -> ItemLine:
    indicators = tuple(_figure(one, year, on) if one.declared else one for one in line.indicators)
    return replace(line, indicators=indicators, suggested=grade_suggest(indicators, thresholds))


def _figure(line: IndicatorLine, year: int, on: date) -> IndicatorLine:
    found = compute(declared_body(line.declared), year=year, on=on)
    return replace(
        line, actual=found.value, provisional=found.provisional, as_of=found.as_of, origin="computed"
    )
