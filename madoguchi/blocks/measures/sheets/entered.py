"""What a workbook brings of years that are over, beside what was entered: new, the same, or not written over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext

from madoguchi.blocks.measures.actions.editions import indicator_key
from madoguchi.blocks.measures.models import ActualEntry, Edition, Evaluation, Item, Progress, ResultText
from madoguchi.blocks.measures.queries import percentages
from madoguchi.blocks.measures.sheets.values import text_clean
from madoguchi.blocks.measures.spec import EditionSpec, IndicatorSpec
from madoguchi.kit.fiscal import FiscalYear

Known = dict[tuple[object, ...], object]


@dataclass(frozen=True, slots=True)
class Entered:
    """
    The entries of a workbook against those stored.

    :param new: how many are written.
    :param kept: what is not written, because something else stands there, in words.
    :param refused: what loading would refuse, in words.
    """

    new: int = 0
    kept: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def entered_of(edition: Edition | None, spec: EditionSpec) -> Entered:
    """Compare the results, figures and totals of a plan with what is stored for its edition."""
    known = _stored(edition) if edition is not None else {}
    new, kept = 0, []
    for place, name, value in _brought(spec):
        stands = known.get(place)
        if stands is None:
            new += 1
        elif stands != value:
            kept.append(name)
    lost = _lost(edition, spec) if edition is not None else []
    return Entered(new, tuple(kept), (*lost, *_totals_wrong(spec)))


def _indicators(spec: EditionSpec) -> Iterator[tuple[str, IndicatorSpec]]:
    for _above, pillar in spec.pillars_all():
        for one in pillar.indicators:
            yield indicator_key(f"pillar {pillar.no}", "", one), one
        for item in pillar.items:
            for part, one in item.indicators_all():
                yield indicator_key(item.no, part, one), one


def _brought(spec: EditionSpec) -> Iterator[tuple[tuple[object, ...], str, object]]:
    for key, one in _indicators(spec):
        for year, value in one.actuals.items():
            yield ("actual", key, year), f"{one.name} {FiscalYear(year).label()}", value
    labels = {section.key: section.label for section in spec.sections}
    for _above, item in spec.items_all():
        for year, result in item.results.items():
            place = gettext("項目%(no)s %(year)s") % {"no": item.no, "year": FiscalYear(year).label()}
            if result.grade is not None:
                yield ("grade", item.no, year), f"{place} {gettext('評価')}", result.grade
            if result.status:
                yield ("status", item.no, year), f"{place} {gettext('段階')}", result.status
            for section, text in result.sections().items():
                yield (
                    ("text", item.no, year, section),
                    f"{place} {labels.get(section, section)}",
                    text_clean(text),
                )


def _stored(edition: Edition) -> Known:
    known: Known = {}
    actuals = ActualEntry.objects.filter(indicator__edition=edition).order_by("sequence")
    for key, year, value, word in actuals.values_list("indicator__key", "year", "value", "word"):
        # An entry that takes a figure back stands there too: a workbook does not bring the figure back.
        known["actual", key, year] = word if value is None else Decimal(value)
    of_edition = {"item__edition": edition}
    for no, year, grade in (
        Evaluation.objects.filter(**of_edition)
        .order_by("sequence")
        .values_list("item__no", "year", "grade__key")
    ):
        known["grade", no, year] = grade
    for no, year, status in (
        Progress.objects.filter(**of_edition, item__level=Item.Level.ITEM)
        .order_by("sequence")
        .values_list("item__no", "year", "status")
    ):
        known["status", no, year] = status
    for no, year, section, text in (
        ResultText.objects.filter(**of_edition)
        .order_by("sequence")
        .values_list("item__no", "year", "section", "text")
    ):
        known["text", no, year, section] = text_clean(text)
    return known


def _lost(edition: Edition, spec: EditionSpec) -> list[str]:
    """Name items and indicators that have entries and are no longer in the plan: loading would refuse."""
    items = {item.no for _above, item in spec.items_all()}
    entries = (Evaluation, ResultText, Progress)
    used = {
        no
        for model in entries
        for no in model._default_manager.filter(
            item__edition=edition, item__level=Item.Level.ITEM
        ).values_list("item__no", flat=True)
    }
    told = [
        gettext("項目「%(no)s」には記録があり、なくせません。") % {"no": no} for no in sorted(used - items)
    ]
    keys = {key for key, _one in _indicators(spec)}
    actuals = ActualEntry.objects.filter(indicator__edition=edition).values_list(
        "indicator__key", "indicator__name"
    )
    gone = {key: name for key, name in actuals if key not in keys}
    return told + [
        gettext("指標「%(name)s」には実績の記録があり、なくせません。") % {"name": name}
        for _key, name in sorted(gone.items())
    ]


def _totals_wrong(spec: EditionSpec) -> Iterator[str]:
    """Say which printed totals contradict their shares, as loading will."""
    grades = {grade.key for grade in spec.grades}
    for total in spec.totals:
        place = {"year": FiscalYear(total.year).label()}
        if {*total.counts} != grades or {*total.printed_percent} != grades:
            yield gettext("%(year)sの集計に、評価の段階がそろっていません。") % place
            continue
        rounded = percentages(total.counts)
        adjusted = {each.grade: (each.computed, each.printed) for each in total.adjustments}
        for grade, printed in total.printed_percent.items():
            wanted = (rounded[grade], printed) if rounded[grade] != printed else None
            if adjusted.get(grade) != wanted:
                yield gettext("%(year)sの%(grade)sの割合が、計算（%(share)d%%）と違います。") % {
                    **place, "grade": grade, "share": rounded[grade],
                }  # fmt: skip
