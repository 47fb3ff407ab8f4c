"""
Weak indicators and doubtful figures of a plan: told, never refused, since the plan is the city's.

Invariants (``tests/measures/test_lint.py``):

1. A target that the source has lost is not "no target", and an item that says why it has no indicator is not asked.
2. A word in a figure's place is compared with nothing.
3. What is told names the place, what is wrong and what to do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from django.utils.translation import gettext

from madoguchi.blocks.measures.actions.editions import indicator_key
from madoguchi.blocks.measures.document import plan_of
from madoguchi.blocks.measures.models import ActualEntry, Edition
from madoguchi.blocks.measures.spec import EditionSpec, IndicatorSpec, ItemSpec, OfficeSpec
from madoguchi.kit.fiscal import FiscalYear
from madoguchi.kit.numbers import figure_format
from madoguchi.kit.width import ascii_to_half

Kind = Literal[
    "no_indicator", "no_target", "no_source", "cannot_fail", "never_used", "below_base", "falls", "above_100",
    "below_zero",
]  # fmt: skip
_LOST = ("lost", "not_in_source")


@dataclass(frozen=True, slots=True)
class Warned:
    """One thing to look at: its kind, the place in words, what it is, and what to do."""

    kind: Kind
    where: str
    what: str
    do: str


@dataclass(frozen=True, slots=True)
class _Held:
    """An indicator in its place: the numbers of what holds it, the offices in charge, and its name for people."""

    spec: IndicatorSpec
    item: str
    part: str
    pillar: str
    offices: tuple[OfficeSpec, ...]

    @property
    def where(self) -> str:
        name = gettext("指標「%(name)s」") % {"name": self.spec.name}
        if not self.item:
            return gettext("方針%(no)s %(name)s") % {"no": self.pillar, "name": name}
        place = f"{self.item} {self.part}".strip()
        return gettext("項目%(no)s %(name)s") % {"no": place, "name": name}

    @property
    def key(self) -> str:
        return indicator_key(self.item or f"pillar {self.pillar}", self.part, self.spec)

    @property
    def sign(self) -> int:
        """1 where larger is better, else -1: what is better has the larger product."""
        return 1 if self.spec.direction == "up" else -1


def warnings_of(spec: EditionSpec) -> list[Warned]:
    """Give what is doubtful in a plan by itself: weak indicators, and figures that contradict each other."""
    found = [*_without_indicator(spec)]
    for held in _held(spec):
        found += _weak(spec, held)
        found += _figures(held)
    return found


def unused_of(spec: EditionSpec, *, entered: Mapping[str, Collection[int]], on: date) -> list[Warned]:
    """
    Give the indicators that had no figure in a year with a target which is over.

    :param entered: years with a figure, by the indicator's key; computed indicators are left out.
    :param on: today.
    """
    found = []
    for held in _held(spec):
        if held.spec.declared:
            continue
        known = {*entered.get(held.key, ()), *held.spec.actuals}
        years = [
            year for year in sorted(held.spec.targets) if FiscalYear(year).last_day < on and year not in known
        ]
        if years:
            labels = "、".join(FiscalYear(year).label() for year in years)
            found.append(
                Warned(
                    "never_used", held.where, gettext("終わった年度（%(years)s）の実績がありません。") % {"years": labels},
                    gettext("実績を記録するか、使わない指標なら次の改定で外してください。"),
                )
            )  # fmt: skip
    return found


def lint_of(edition: Edition, *, on: date) -> list[Warned]:
    """Give everything doubtful in a stored edition: its plan, and years that went by without a figure."""
    spec = plan_of(edition)
    entered: dict[str, set[int]] = {}
    known = ActualEntry.objects.filter(indicator__edition=edition).order_by("sequence")
    newest: dict[tuple[str, int], bool] = {}
    for key, year, value, word in known.values_list("indicator__key", "year", "value", "word"):
        newest[key, year] = value is not None or bool(word)
    for (key, year), stands in newest.items():
        if stands:
            entered.setdefault(key, set()).add(year)
    return [*warnings_of(spec), *unused_of(spec, entered=entered, on=on)]


def _held(spec: EditionSpec) -> Iterator[_Held]:
    for _above, pillar in spec.pillars_all():
        for indicator in pillar.indicators:
            yield _Held(indicator, "", "", pillar.no, ())
        for item in pillar.items:
            yield from _held_of(item)


def _held_of(item: ItemSpec) -> Iterator[_Held]:
    parts = dict(item.parts_all())
    for no, indicator in item.indicators_all():
        offices = (*item.offices, *(parts[no].offices if no else ()))
        yield _Held(indicator, item.no, no, "", offices)


# Weak indicators


def _without_indicator(spec: EditionSpec) -> Iterator[Warned]:
    for _above, item in spec.items_all():
        if (
            not item.no_indicator
            and not any(item.indicators_all())
            and not _is_lost(spec, item.no, ("indicators",))
        ):
            yield Warned(
                "no_indicator", gettext("項目%(no)s %(title)s") % {"no": item.no, "title": item.title},
                gettext("指標がありません。"), gettext("指標を置くか、置かない理由を書いてください。"),
            )  # fmt: skip


def _is_lost(spec: EditionSpec, item: str, fields: Sequence[str]) -> bool:
    """Whether the source note of an item says that one of its fields was lost."""
    for note in spec.source_notes:
        head = f"items.{item}."
        if note.state in _LOST and note.path.startswith(head):
            steps = note.path.removeprefix(head).split(".")
            if any(field in steps for field in fields):
                return True
    return False


def _weak(spec: EditionSpec, held: _Held) -> Iterator[Warned]:
    one = held.spec
    lost = bool(held.item) and _is_lost(spec, held.item, ("goal", "targets", "indicators"))
    if not one.targets and not lost:
        yield Warned(
            "no_target", held.where, gettext("目標がありません。"), gettext("目標を置いてください。原典で失われているなら、原典との違いに書いてください。")
        )  # fmt: skip
    if held.item and not one.declared and not held.offices and _offices_used(spec):
        yield Warned(
            "no_source", held.where, gettext("値がどこから来るか決まっていません。"),
            gettext("担当部署を決めるか、記録から計算する宣言を書いてください。"),
        )  # fmt: skip
    if _cannot_fail(held):
        yield Warned(
            "cannot_fail", held.where, gettext("目標が、初めから届いている値です。"),
            gettext("基準値より良い目標にするか、置く理由を注に書いてください。"),
        )  # fmt: skip


def _offices_used(spec: EditionSpec) -> bool:
    """Whether the plan prints offices at all: where it does not, their lack says nothing."""
    return any(item.offices for _above, item in spec.items_all())


def _base(held: _Held) -> Decimal | None:
    return held.spec.base.value.number if held.spec.base else None


def _targets(held: _Held) -> list[tuple[int, Decimal]]:
    return [
        (year, value.number) for year, value in sorted(held.spec.targets.items()) if value.number is not None
    ]


def _cannot_fail(held: _Held) -> bool:
    """A target that the base has reached already; a yearly count must be reached anew each year."""
    base, targets = _base(held), _targets(held)
    if not targets:
        return False
    if held.spec.direction == "up" and all(number <= 0 for _year, number in targets):
        return True
    if base is None or held.spec.kind == "flow":
        return False
    return all(number * held.sign <= base * held.sign for _year, number in targets)


# Figures that contradict each other


def _figures(held: _Held) -> Iterator[Warned]:
    yield from _worse_than_base(held)
    yield from _falling(held)
    yield from _beyond(held)


def _text(held: _Held, number: Decimal) -> str:
    exponent = number.normalize().as_tuple().exponent
    decimals = max(held.spec.decimals, -exponent if isinstance(exponent, int) and exponent < 0 else 0)
    return figure_format(number, decimals=decimals, unit=held.spec.unit)


def _worse_than_base(held: _Held) -> Iterator[Warned]:
    base = _base(held)
    if base is None:
        return
    for year, number in _targets(held):
        if number * held.sign < base * held.sign:
            yield Warned(
                "below_base", held.where,
                gettext("%(year)sの目標（%(target)s）が、基準値（%(base)s）より悪い値です。")
                % {"year": FiscalYear(year).label(), "target": _text(held, number), "base": _text(held, base)},
                _direction_hint(held),
            )  # fmt: skip
            return


def _direction_hint(held: _Held) -> str:
    if held.spec.direction == "up":
        return gettext("小さいほどよい指標なら、向きを「小さいほどよい」に直してください。")
    return gettext("大きいほどよい指標なら、向きを「大きいほどよい」に直してください。")


def _falling(held: _Held) -> Iterator[Warned]:
    """Tell of a total that falls, and of targets that go the wrong way."""
    targets, actuals = _targets(held), sorted(held.spec.actuals.items())
    base = _base(held)
    first = [(held.spec.base.year, base)] if held.spec.base and base is not None else []
    if held.spec.kind == "cumulative":
        for series in (sorted([*first, *targets]), sorted([*first, *actuals])):
            for (_year, before), (year, number) in pairwise(series):
                if number < before:
                    yield Warned(
                        "falls", held.where,
                        gettext("累計なのに、%(year)sに%(before)sから%(number)sへ減ります。")
                        % {"year": FiscalYear(year).label(), "before": _text(held, before), "number": _text(held, number)},
                        gettext("数を確かめるか、種類を現在数か年間の数に直してください。"),
                    )  # fmt: skip
                    return
        return
    for (_year, before), (year, number) in pairwise(targets):
        if number * held.sign < before * held.sign:
            yield Warned(
                "falls", held.where,
                gettext("目標が、%(year)sに%(before)sから%(number)sへ後戻りします。")
                % {"year": FiscalYear(year).label(), "before": _text(held, before), "number": _text(held, number)},
                _direction_hint(held),
            )  # fmt: skip
            return


def _beyond(held: _Held) -> Iterator[Warned]:
    one = held.spec
    base = _base(held)
    known = [
        *_targets(held),
        *sorted(one.actuals.items()),
        *([(one.base.year, base)] if one.base and base is not None else []),
    ]
    percent = ascii_to_half(one.unit) == "%"
    for year, number in known:
        place = {"year": FiscalYear(year).label(), "number": _text(held, number)}
        if (one.kind == "rate" or percent) and number > 100:
            yield Warned(
                "above_100", held.where, gettext("割合が100%%を超えています（%(year)s %(number)s）。") % place,
                gettext("値を確かめてください。達成率など、100%を超えてよい割合なら、そのままでかまいません。"),
            )  # fmt: skip
            return
    for year, number in known:
        place = {"year": FiscalYear(year).label(), "number": _text(held, number)}
        if number < 0 and one.kind != "rate" and not percent:
            yield Warned(
                "below_zero", held.where, gettext("マイナスの値があります（%(year)s %(number)s）。") % place,
                gettext("値を確かめてください。増減の数なら、そのままでかまいません。"),
            )  # fmt: skip
            return
