"""What the tables cannot hold of a plan: told before anything is kept, not by the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import models
from django.utils.translation import gettext

from madoguchi.blocks.measures.actions.editions import indicator_key
from madoguchi.blocks.measures.models import (
    Edition,
    Grade,
    Indicator,
    Item,
    ItemOffice,
    Progress,
    ResultText,
    Target,
    YearTotal,
)
from madoguchi.blocks.measures.spec import EditionSpec, IndicatorSpec, OfficeSpec, Value


def beyond_limits(spec: EditionSpec) -> Iterator[str]:
    """Say, in words, what is too long or stands twice for the tables."""
    for name in ("key", "city", "title", "source", "issued", "replaces"):
        yield from _long(Edition, name, getattr(spec, name), getattr(spec, name))
    if spec.ends_early is not None and not spec.first_year <= spec.ends_early < spec.last_year:
        yield gettext("「次の版により終わった年度」が、計画の期間の途中ではありません。")
    if spec.replaces == spec.key:
        yield gettext("「前の版の計画キー」が、この計画のキーと同じです。")
    for grade in spec.grades:
        yield from _long(Grade, "key", grade.key, grade.key)
        yield from _long(Grade, "meaning", grade.meaning, grade.key)
    for phase in spec.phases:
        yield from _long(Progress, "status", phase.key, phase.label)
    for section in spec.sections:
        yield from _long(ResultText, "section", section.key, section.label)
    for total in spec.totals:
        for adjustment in total.adjustments:
            yield from _long(YearTotal, "reason", adjustment.reason, adjustment.grade)
    yield from _of_nodes(spec)


def _of_nodes(spec: EditionSpec) -> Iterator[str]:
    for _above, pillar in spec.pillars_all():
        yield from _of_node(pillar.no, pillar.title, (), pillar.indicators, f"pillar {pillar.no}", "")
        for item in pillar.items:
            yield from _of_node(item.no, item.title, item.offices, item.indicators, item.no, "")
            for no, part in item.parts_all():
                yield from _of_node(no, part.title, part.offices, part.indicators, item.no, no)


def _of_node(
    no: str, title: str, offices: Sequence[OfficeSpec], indicators: Sequence[IndicatorSpec], item: str, part: str
) -> Iterator[str]:  # fmt: skip
    yield from _long(Item, "no", no, no)
    yield from _long(Item, "title", title, no)
    printed = [f"{office.name}（{office.unit}）" if office.unit else office.name for office in offices]
    for name in printed:
        yield from _long(ItemOffice, "printed_name", name, no)
    if len({*printed}) < len(printed):
        yield gettext("「%(no)s」に、同じ担当部署が二度あります。") % {"no": no}
    if sum(office.coordinates for office in offices) > 1:
        yield gettext("「%(no)s」の取りまとめの部署が、二つ以上あります。") % {"no": no}
    for indicator in indicators:
        yield from _of_indicator(indicator, indicator_key(item, part, indicator))


def _of_indicator(indicator: IndicatorSpec, key: str) -> Iterator[str]:
    yield from _long(Indicator, "key", key, indicator.name)
    for name in ("name", "no", "unit", "per", "declared", "note"):
        yield from _long(Indicator, name, getattr(indicator, name), indicator.name)
    base = [indicator.base.value] if indicator.base else []
    values: list[Value] = [*base, *indicator.targets.values()]
    for value in values:
        yield from _long(Target, "word", value.word, indicator.name)


def _long(model: type[models.Model], name: str, text: str, place: str) -> Iterator[str]:
    most = getattr(model._meta.get_field(name), "max_length", None)
    if most is not None and len(text) > most:
        yield gettext("「%(place)s」に、長すぎる言葉があります（%(length)d字。%(most)d字まで）。") % {
            "place": place[:40], "length": len(text), "most": most,
        }  # fmt: skip
