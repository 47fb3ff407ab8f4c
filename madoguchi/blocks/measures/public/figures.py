"""The figures of indicators through all years: what was promised, what was reached, where each number comes from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from madoguchi.blocks.measures import presentation as show
from madoguchi.blocks.measures.computed import compute
from madoguchi.blocks.measures.declarations import declared_body
from madoguchi.blocks.measures.models import ActualEntry, Target
from madoguchi.blocks.measures.public.matrix import dash, is_dash
from madoguchi.blocks.measures.spec import IndicatorSpec
from madoguchi.blocks.measures.types import IndicatorLine
from madoguchi.kit.fiscal import FiscalYear
from madoguchi.kit.numbers import figure_format
from madoguchi.ui.components.chart import LineChart, Series
from madoguchi.ui.components.table import Column, Table, table_render
from madoguchi.ui.formats import date_text, moment_text

Said = tuple[Decimal | None, str]
NOTHING: Said = (None, "")


@dataclass(frozen=True, slots=True)
class Reached:
    """What an indicator reached in a year: a number or a word, and where it comes from."""

    value: Decimal | None
    word: str
    origin: str
    provisional: bool
    as_of: date | None
    reached: bool | None = None


@dataclass(slots=True)
class Figures:
    """The figures of one indicator by fiscal year, and every entry ever made, newest first."""

    targets: dict[int, Said] = field(default_factory=dict)
    actuals: dict[int, Reached] = field(default_factory=dict)
    history: list[ActualEntry] = field(default_factory=list)


def figures_read(lines: Iterable[IndicatorLine], *, on: date) -> dict[int, Figures]:
    """Give the figures of several indicators in two queries; computed ones as of a day."""
    every = {line.id: line for line in lines}
    found: dict[int, Figures] = defaultdict(Figures)
    targets = Target.objects.filter(indicator__in=every).order_by("year")
    for pk, year, value, word in targets.values_list("indicator_id", "year", "value", "word"):
        found[pk].targets[year] = (value, word)
    for row in ActualEntry.objects.filter(indicator__in=every).order_by("year", "sequence"):
        one = found[row.indicator_id]
        one.actuals[row.year] = Reached(
            row.value, row.word, row.source, row.provisional, row.as_of, row.reached
        )
        one.history.insert(0, row)
    for pk, line in every.items():
        if line.declared:
            found[pk].actuals = dict(_computed(line, found[pk].targets, on))
    return found


def _computed(line: IndicatorLine, targets: Mapping[int, Said], on: date) -> Iterable[tuple[int, Reached]]:
    body = declared_body(line.declared)
    for year in targets:
        if FiscalYear(year).first_day <= on:
            made = compute(body, year=year, on=on)
            yield year, Reached(made.value, "", "computed", made.provisional, made.as_of)


# In words


def said(value: Decimal | None, word: str, *, decimals: int, unit: str) -> SafeString:
    """Write a number with its unit, or the word that stands in its place; a dash with what it means."""
    if value is not None:
        return format_html("{}", figure_format(value, decimals=decimals, unit=unit))
    if is_dash(word):
        return dash(word, gettext("数値なし"))
    if word:
        return show.japanese(word)
    return format_html('<span class="mg-muted">{}</span>', gettext("なし"))


def target_said(line: IndicatorLine) -> SafeString:
    """Write what is promised for the year of a line."""
    return said(line.target, line.target_word, decimals=line.decimals, unit=line.unit_text)


def actual_said(line: IndicatorLine) -> SafeString:
    """Write what was reached in the year of a line."""
    return said(line.actual, line.actual_word, decimals=line.decimals, unit=line.unit_text)


@dataclass(frozen=True, slots=True)
class _Row:
    year: int
    base: bool
    target: SafeString
    actual: SafeString
    origin: SafeString


def years_table(line: IndicatorLine, figures: Figures, *, published: set[int], key: str) -> Table | None:
    """List base, targets and actual figures of every year; a year not yet given to the public says so."""
    style = {"decimals": line.decimals, "unit": line.unit_text}
    rows = []
    if line.base_year is not None:
        base = said(line.base, line.base_word, **style)  # type: ignore[arg-type] # a number and a text, as named
        rows.append(
            _Row(line.base_year, True, SafeString(""), base, format_html("{}", gettext("計画に書かれた値")))
        )
    for year in sorted({*figures.targets, *figures.actuals}):
        target = said(*figures.targets.get(year, NOTHING), **style)  # type: ignore[arg-type]
        reached = figures.actuals.get(year)
        actual, origin = SafeString(""), SafeString("")
        if reached is not None:
            actual = said(reached.value, reached.word, **style)  # type: ignore[arg-type]
            origin = _origin(reached, published=year in published)
        rows.append(_Row(year, False, target, actual, origin))
    if not rows:
        return None
    return Table(
        [
            Column("year", gettext("年度"), head=True, value=_year),
            Column("target", gettext("目標"), "html"),
            Column("actual", gettext("実績"), "html"),
            Column("origin", gettext("値の出所"), "html"),
        ],
        rows, caption=gettext("%(name)sの目標と実績") % {"name": line.name.value}, caption_hidden=True, key=key,
    )  # fmt: skip


def _year(row: _Row) -> str:
    name = show.year_name(row.year)
    return gettext("%(year)s（基準）") % {"year": name} if row.base else name


def _origin(reached: Reached, *, published: bool) -> SafeString:
    words = [str(show.ORIGINS[reached.origin])]
    if reached.provisional and reached.as_of is not None:
        words.append(gettext("見込み（%(on)s時点）") % {"on": date_text(reached.as_of)})
    if reached.reached is not None:
        words.append(gettext("目標に届いた") if reached.reached else gettext("目標に届かなかった"))
    if not published:
        words.append(gettext("公表前の記録"))
    return format_html("{}", "、".join(words))


def chart(line: IndicatorLine, figures: Figures) -> LineChart | None:
    """Draw an indicator over the years, once there are two with a number."""
    numbers = {
        year: (figures.targets.get(year, NOTHING)[0], figures.actuals[year].value if year in figures.actuals else None)
        for year in sorted({*figures.targets, *figures.actuals})
    }  # fmt: skip
    numbers = {year: pair for year, pair in numbers.items() if pair != (None, None)}
    if len(numbers) < 2:
        return None
    return LineChart(
        caption=show.shown(line.name), labels=[show.year_short(year) for year in numbers],
        series=[Series(gettext("実績"), [actual for _target, actual in numbers.values()])],
        target=Series(gettext("目標"), [target for target, _actual in numbers.values()]), unit=line.unit_text,
        label_name=gettext("年度"), key=f"indicator-{line.id}",
    )  # fmt: skip


def history_table(line: IndicatorLine, figures: Figures) -> Table | None:
    """List every entry ever made for an indicator."""
    if not figures.history:
        return None
    return Table(
        [
            Column("year", gettext("年度"), value=lambda row: show.year_name(row.year), head=True),
            Column("value", gettext("実績"), value=lambda row: show.figure(row.value, line, row.word)),
            Column("source", gettext("値の出所"), value=lambda row: show.ORIGINS[row.source]),
            Column("entered_by", gettext("記録した部署"), "html", value=lambda row: show.japanese(row.entered_by)),
            Column("entered_at", gettext("記録した日時"), value=lambda row: moment_text(row.entered_at)),
        ],
        figures.history, caption=gettext("%(name)sの記録") % {"name": line.name.value}, caption_hidden=True,
        key=f"history-{line.id}",
    )  # fmt: skip


def promised_table(indicator: IndicatorSpec, *, key: str) -> SafeString:
    """Write what the plan promises of an indicator that stands at a pillar."""
    unit = f"{indicator.unit}/{indicator.per}" if indicator.per else indicator.unit
    rows: list[tuple[str, SafeString]] = []
    if indicator.base is not None:
        base = indicator.base.value
        year = gettext("%(year)s（基準）") % {"year": show.year_name(indicator.base.year)}
        rows.append((year, said(base.number, base.word, decimals=indicator.decimals, unit=unit)))
    rows += [
        (show.year_name(year), said(value.number, value.word, decimals=indicator.decimals, unit=unit))
        for year, value in sorted(indicator.targets.items())
    ]
    columns = [
        Column("year", gettext("年度"), head=True, value=lambda row: row[0]),
        Column("target", gettext("目標"), "html", value=lambda row: row[1]),
    ]
    return table_render(Table(columns, rows, caption=show.japanese(indicator.name), key=key))
