"""
The lines of a plan's year: read from eight tables, put together once, and kept until an action changes one.

Invariants (``tests/measures/test_lines.py``):

1. Whatever an action of this block changes is on the next page of every process: the action moves the stamp.
2. A figure computed from the services is never kept: it is asked for each time, as of the day of the reader.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.db.models import FilteredRelation, Q, QuerySet

from madoguchi.blocks.measures.computed import compute
from madoguchi.blocks.measures.declarations import declared_body
from madoguchi.blocks.measures.document import STAMP, plan_of
from madoguchi.blocks.measures.models import (
    ActualEntry,
    Edition,
    Evaluation,
    Grade,
    ImprovementCheck,
    Indicator,
    Item,
    ItemOffice,
    Progress,
    ResultText,
    YearTotal,
)
from madoguchi.blocks.measures.spec import ItemSpec, PillarSpec
from madoguchi.blocks.measures.suggestion import grade_suggest
from madoguchi.blocks.measures.types import IndicatorLine, ItemLine, Origin, PartLine, Text, WrittenText
from madoguchi.kernel.stamps import StampedMany

# The lines of a year, and the thresholds of the edition's grades.
_Kept = tuple[list[ItemLine], list[tuple[str, Decimal]]]
# An edition's year in a language is about 100 kB; a city looks at a few plans in a few years.
_kept: StampedMany[tuple[int, int, str], _Kept] = StampedMany(STAMP, most=60)
_rows: StampedMany[tuple[int, int, str, str], dict[int, str]] = StampedMany(STAMP, most=60)
_editions: StampedMany[str, Edition] = StampedMany(STAMP, most=60)
_years: StampedMany[int, tuple[int, ...]] = StampedMany(STAMP, most=60)


class NoSuchPlan(LookupError):
    """No edition has this key."""


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
    of_items = [model.objects.filter(item__edition=edition) for model in (Evaluation, Progress, ResultText)]
    reached = ActualEntry.objects.filter(indicator__edition=edition)
    printed = YearTotal.objects.filter(grade__edition=edition)
    first, *others = [rows.order_by().values_list("year") for rows in (*of_items, reached, printed)]
    return tuple(sorted(year for (year,) in first.union(*others)))


def _read(edition: Edition, year: int, lang: str) -> _Kept:
    rows = _Rows(edition, year, lang)
    grades = [*Grade.objects.filter(edition=edition).order_by("order").values_list("key", "from_ratio")]
    thresholds = [(key, lowest) for key, lowest in grades if lowest is not None]
    return [rows.line(above, spec, thresholds) for above, spec in plan_of(edition).items_all()], thresholds


class _Rows:
    """Everything entered for a year, by item."""

    def __init__(self, edition: Edition, year: int, lang: str) -> None:
        self.edition, self.lang = edition, lang
        found = Item.objects.filter(edition=edition).exclude(level=Item.Level.PILLAR).order_by("order")
        self.items: dict[str, int] = {}
        self.parts: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
        for pk, level, no, title, parent_id in found.values_list("pk", "level", "no", "title", "parent_id"):
            if level == Item.Level.ITEM:
                self.items[no] = pk
            else:
                self.parts[parent_id].append((pk, no, title))
        self.offices: dict[int, list[str]] = defaultdict(list)
        in_charge = ItemOffice.objects.filter(item__edition=edition).order_by("order")
        for item_id, name in in_charge.values_list("item_id", "printed_name"):
            self.offices[item_id].append(name)
        of_year = {"item__edition": edition, "year": year}
        # Each in the order of its sequence, so that the newest is the one that stays.
        self.grades = _newest(
            Evaluation.objects.filter(**of_year), "item_id", "grade__key", "sequence", "note"
        )
        self.progress = _newest(Progress.objects.filter(**of_year), "item_id", "status", "sequence")
        self.checks = _newest(ImprovementCheck.objects.filter(**of_year), "item_id", "outcome", "sequence")
        self.texts: dict[int, dict[tuple[str, str], WrittenText]] = defaultdict(dict)
        texts = ResultText.objects.filter(**of_year).order_by("pk")
        for item_id, section, office, text, sequence in texts.values_list(
            "item_id", "section", "office_name", "text", "sequence"
        ):
            self.texts[item_id][section, office] = WrittenText(section, office, text, sequence)
        self.indicators = _indicators(edition, year, lang)

    def line(
        self, above: tuple[PillarSpec, ...], spec: ItemSpec, thresholds: list[tuple[str, Decimal]]
    ) -> ItemLine:
        pk = self.items[spec.no]
        parts = self.parts[pk]
        indicators = (*self.indicators[pk], *(one for part in parts for one in self.indicators[part[0]]))
        written = tuple(text for text in self.texts[pk].values() if text.text)
        grade, grade_sequence, grade_note = self.grades.get(pk, (None, 0, ""))
        return ItemLine(
            id=pk,
            no=spec.no,
            title=self._text(f"items.{spec.no}.title", spec.title),
            mark=spec.mark,
            pillar_no=above[-1].no,
            pillar=self._text(f"pillars.{above[-1].no}.title", above[-1].title),
            offices=tuple(self.offices[pk]),
            grade=grade,
            grade_sequence=grade_sequence,
            grade_note=grade_note,
            suggested=grade_suggest(indicators, thresholds),
            indicators=indicators,
            parts=tuple(
                PartLine(part, no, self._text(f"items.{spec.no}.parts.{no}.title", title),
                         *self.progress.get(part, ("", 0)))
                for part, no, title in parts
            ),
            sections=spec.sections() | _joined(written),
            written=written,
            status=self.progress.get(pk, ("", 0))[0],
            status_sequence=self.progress.get(pk, ("", 0))[1],
            checked=self.checks.get(pk, ("", 0))[0],
            checked_sequence=self.checks.get(pk, ("", 0))[1],
        )  # fmt: skip

    def _text(self, path: str, japanese: str) -> Text:
        return translated(self.edition, path, japanese, self.lang)


def _newest(rows: QuerySet[Any], key: str, *values: str) -> dict[int, tuple[Any, ...]]:
    return {row[0]: row[1:] for row in rows.order_by("sequence").values_list(key, *values)}


def _joined(written: tuple[WrittenText, ...]) -> dict[str, str]:
    """Put the paragraphs of a section behind each other, each with its office, as printed tables do."""
    sections: dict[str, list[str]] = defaultdict(list)
    for text in written:
        sections[text.section].append(f"{text.text}（{text.office}）" if text.office else text.text)
    return {section: "\n".join(texts) for section, texts in sections.items()}


def _indicators(edition: Edition, year: int, lang: str) -> dict[int, list[IndicatorLine]]:
    """Give the indicators by item, part or pillar; of a computed one everything but its figure."""
    lines: dict[int, list[IndicatorLine]] = defaultdict(list)
    of_year = FilteredRelation("targets", condition=Q(targets__year=year))
    indicators = Indicator.objects.filter(edition=edition).annotate(target_of_year=of_year)
    entries = ActualEntry.objects.filter(indicator__edition=edition, year=year).order_by("sequence")
    actuals = {
        entry[0]: entry[1:]
        for entry in entries.values_list(
            "indicator_id", "value", "word", "reached", "provisional", "as_of", "sequence", "source"
        )
    }
    nothing = (None, "", None, False, None, 0, "none")
    for row in indicators.order_by("item__order", "order").values_list(
        "item_id", "item__level", "item__no", "item__parent__no", "pk", "key", "no", "name", "unit", "per",
        "decimals", "kind", "direction", "base_year", "base_value", "base_word", "declared", "note",
        "target_of_year__value", "target_of_year__word",
    ):  # fmt: skip
        (item_id, level, item_no, parent_no, pk, key, no, name, unit, per, decimals, kind, direction, base_year,
         base, base_word, declared, note, target, target_word) = row  # fmt: skip
        part = item_no if level == Item.Level.PART else ""
        value, word, reached, provisional, as_of, sequence, origin = actuals.get(pk, nothing)
        place = f"items.{parent_no if part else item_no}.indicators.{name}"
        lines[item_id].append(
            IndicatorLine(
                id=pk, key=key, part=part, no=no, name=translated(edition, place, name, lang), unit=unit, per=per,
                decimals=decimals, kind=kind, direction=direction, base_year=base_year, base=base,
                base_word=base_word, target=target, target_word=target_word or "", actual=value, actual_word=word,
                reached=reached, provisional=provisional, as_of=as_of, sequence=sequence,
                origin=cast("Origin", origin if value is not None or word else "none"), declared=declared, note=note,
            )
        )  # fmt: skip
    return lines


def _computed(line: ItemLine, thresholds: list[tuple[str, Decimal]], year: int, on: date) -> ItemLine:
    indicators = tuple(_figure(one, year, on) if one.declared else one for one in line.indicators)
    return replace(line, indicators=indicators, suggested=grade_suggest(indicators, thresholds))


def _figure(line: IndicatorLine, year: int, on: date) -> IndicatorLine:
    found = compute(declared_body(line.declared), year=year, on=on)
    return replace(
        line, actual=found.value, provisional=found.provisional, as_of=found.as_of, origin="computed"
    )
