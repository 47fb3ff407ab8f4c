"""
Charts: drawn on the server as SVG, with their figures in a table behind.

Positions across are percentages and text keeps its size in pixels, so that a chart is as readable on a
phone as on a wall. Series differ in pattern, marker and words, never in colour alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext

from madoguchi.ui.components.empty import empty_state
from madoguchi.ui.components.markup import esc, safe
from madoguchi.ui.components.table import Column, Table, table_render
from madoguchi.ui.formats import number_text

Number = int | float | Decimal

_TOP, _BOTTOM, _HEIGHT = 30, 214, 244
_NARROW_PX = 250
_LETTER_PX = 13


@dataclass(frozen=True, slots=True)
class Series:
    """Values of one kind, one per label; None where there is none yet."""

    label: object
    values: Sequence[Number | None]


@dataclass(frozen=True, slots=True)
class BarChart:
    """
    Bars per label, side by side for up to four series.

    :param labels: short, in order.
    :param target: drawn as a dashed mark over each label.
    :param across: bars lie, one row each, for long labels; one series only.
    """

    caption: object
    labels: Sequence[object]
    series: Sequence[Series]
    target: Series | None = None
    unit: object = ""
    label_name: object = ""
    across: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class LineChart:
    """Lines over time: what was reached against the dashed line of what was promised."""

    caption: object
    labels: Sequence[object]
    series: Sequence[Series]
    target: Series | None = None
    unit: object = ""
    label_name: object = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class GradeBar:
    """How many of each grade, best first, as one bar."""

    caption: object
    grades: Sequence[tuple[object, int]]
    unit: object = ""
    label_name: object = ""
    key: str = ""


Chart = BarChart | LineChart | GradeBar


@dataclass(frozen=True, slots=True)
class _Scale:
    """Maps values to pixels from the top."""

    low: float
    high: float
    ticks: tuple[float, ...] = field(default=())

    def y(self, value: Number) -> float:
        share = (float(value) - self.low) / (self.high - self.low)
        return round(_BOTTOM - share * (_BOTTOM - _TOP), 1)


def _scale(values: Sequence[Number]) -> _Scale:
    low = min(0.0, *map(float, values))
    high = max(0.0, *map(float, values))
    if high == low:
        high = low + 1
    rough = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= rough * 0.999)
    first, last = math.floor(low / step), math.ceil(high / step - 1e-9)
    ticks = tuple(round(index * step, 10) for index in range(first, last + 1))
    return _Scale(ticks[0], ticks[-1], ticks)


def _plain(value: Number) -> str:
    number = float(value)
    return number_text(int(number)) if number == int(number) else number_text(value)


def _with_unit(text: str, unit: object) -> str:
    return (gettext("%(value)s%(unit)s") % {"value": text, "unit": unit}) if unit else text


def _head_text(label: object, unit: object) -> str:
    return (gettext("%(label)s（%(unit)s）") % {"label": label, "unit": unit}) if unit else str(label)


def _grade_text(label: object, count: int, share: float, unit: object) -> str:
    return gettext("%(label)s %(count)s（%(share)d%%）") % {
        "label": label,
        "count": _with_unit(f"{count:,}", unit),
        "share": round(share),
    }


def _all_series(chart: BarChart | LineChart) -> list[Series]:
    return [*chart.series, *([chart.target] if chart.target else [])]


def _key(chart: Chart) -> str:
    return f"c-{chart.key or slugify(str(chart.caption), allow_unicode=True) or 'chart'}"


def _patterns(key: str, count: int) -> str:
    shapes = (
        "",
        '<path d="M0 0v8" stroke-width="7"/>',
        '<circle cx="4" cy="4" r="2.2"/>',
        '<path d="M0 0h8" stroke-width="6"/>',
    )
    made = []
    for number in range(2, count + 1):
        turn = ' patternTransform="rotate(45)"' if number == 2 else ""
        made.append(
            f'<pattern id="{esc(key)}-p{number}" class="mg-s{number}" width="8" height="8" '
            f'patternUnits="userSpaceOnUse"{turn}><rect width="8" height="8" class="mg-chart__paper"/>'
            f"{shapes[number - 1]}</pattern>"
        )
    return f"<defs>{''.join(made)}</defs>" if made else ""


def _fill(key: str, number: int) -> str:
    return "" if number == 1 else f' fill="url(#{esc(key)}-p{number})"'


def _swatch(key: str, number: int) -> str:
    return (
        f'<svg class="mg-chart__swatch" aria-hidden="true" focusable="false" width="22" height="14">'
        f'<rect class="mg-chart__bar mg-s{number}" x="1" y="1" width="20" height="12"{_fill(key, number)}/></svg>'
    )


def _line_swatch(css: str, number: int, *, marked: bool = True) -> str:
    marker = _marker(number, "50%", 7, css) if marked else ""
    return (
        f'<svg class="mg-chart__swatch" aria-hidden="true" focusable="false" width="34" height="14">'
        f'<line class="mg-chart__{css} mg-s{number}" x1="1" y1="7" x2="33" y2="7"/>{marker}</svg>'
    )


def _marker(number: int, x: str, y: float, css: str = "line") -> str:
    if css == "target":
        shape = '<path class="mg-chart__mark mg-chart__mark--target" d="M0-5 5 0 0 5-5 0z"/>'
    else:
        shapes = (
            '<circle r="4.5"/>',
            '<path d="M-4.5-4.5h9v9h-9z"/>',
            '<path d="M0-5.500 5.500 4.500h-11z"/>',
        )
        shape = f'<g class="mg-chart__mark mg-s{number}">{shapes[(number - 1) % 3]}</g>'
    return f'<svg x="{x}" y="{y}" overflow="visible">{shape}</svg>'


def _legend(items: list[tuple[str, object]]) -> str:
    rows = "".join(f"<li>{swatch}{esc(label)}</li>" for swatch, label in items)
    return f'<ul class="mg-chart__legend">{rows}</ul>'


def _grid(scale: _Scale) -> str:
    parts = []
    for tick in scale.ticks:
        y = scale.y(tick)
        css = "mg-chart__zero" if tick == 0 else "mg-chart__grid"
        parts.append(f'<line class="{css}" x1="0" y1="{y}" x2="100%" y2="{y}"/>')
    return "".join(parts)


def _axis(scale: _Scale, unit: object) -> str:
    texts = [_plain(tick) for tick in scale.ticks]
    width = max(max(map(len, texts)) * 8, len(str(unit)) * _LETTER_PX) + 10
    marks = "".join(
        f'<text x="{width - 8}" y="{scale.y(tick) + 4}" text-anchor="end">{text}</text>'
        for tick, text in zip(scale.ticks, texts, strict=True)
    )
    name = (
        f'<text class="mg-chart__unit" x="{width - 8}" y="12" text-anchor="end">{esc(unit)}</text>'
        if unit
        else ""
    )
    return f'<svg class="mg-chart__axis" aria-hidden="true" focusable="false" width="{width}" height="{_HEIGHT}">{name}{marks}</svg>'


def _minor(texts: Sequence[object]) -> list[bool]:
    """
    Tell which texts give way on a phone, so that the others have room.

    Counted from the end: the newest year is the one that people look for.
    """
    widest = max(sum(1.0 if ord(letter) > 0x2E7F else 0.6 for letter in str(text)) + 0.6 for text in texts)
    step = max(1, math.ceil(widest * _LETTER_PX * len(texts) / _NARROW_PX))
    last = max((index for index, text in enumerate(texts) if str(text)), default=0)
    return [bool((last - index) % step) for index in range(len(texts))]


def _values_minor(series: Series) -> list[bool]:
    return _minor(["" if value is None else _plain(value) for value in series.values])


def _label_texts(labels: Sequence[object]) -> Iterator[str]:
    for index, (label, minor) in enumerate(zip(labels, _minor(labels), strict=True)):
        css = ' class="mg-chart__minor"' if minor else ""
        x = (index + 0.5) * 100 / len(labels)
        yield f'<text{css} x="{x:.2f}%" y="{_BOTTOM + 20}" text-anchor="middle">{esc(label)}</text>'


def _bars(chart: BarChart, key: str, scale: _Scale) -> Iterator[str]:
    slot = 100 / len(chart.labels)
    count = len(chart.series)
    width = slot * (0.56 if count == 1 else 0.76) / count
    minor = _values_minor(chart.series[0])
    for number, series in enumerate(chart.series, 1):
        for index, value in enumerate(series.values):
            if value is None:
                continue
            x = index * slot + (slot - width * count) / 2 + width * (number - 1)
            top, bottom = sorted((scale.y(value), scale.y(0)))
            yield (
                f'<rect class="mg-chart__bar mg-s{number}" x="{x:.2f}%" y="{top}" width="{width:.2f}%" '
                f'height="{max(bottom - top, 1):.1f}"{_fill(key, number)}/>'
            )
            if count == 1:
                yield _value_text(
                    x + width / 2, _clear_of(chart, scale, index, top - 6), value, minor=minor[index]
                )
    if chart.target:
        for index, value in enumerate(chart.target.values):
            if value is not None:
                y = scale.y(value)
                start, end = index * slot + slot * 0.08, (index + 1) * slot - slot * 0.08
                yield _target_line(f"{start:.2f}%", y, f"{end:.2f}%", y)


def _clear_of(chart: BarChart, scale: _Scale, index: int, y: float) -> float:
    """Lift the figure over a bar above the target's mark where the two would meet."""
    target = chart.target.values[index] if chart.target else None
    if target is None:
        return y
    mark = scale.y(target)
    return mark - 6 if y - 14 < mark < y + 6 else y


def _target_line(x1: str, y1: float, x2: str, y2: float) -> str:
    # The light edge beneath keeps the dashes visible where they cross a dark bar.
    place = f'x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"'
    return f'<line class="mg-chart__halo" {place}/><line class="mg-chart__target" {place}/>'


def _value_text(x: float, y: float, value: Number, *, minor: bool) -> str:
    css = "mg-chart__value mg-chart__minor" if minor else "mg-chart__value"
    return f'<text class="{css}" x="{x:.2f}%" y="{y:.1f}" text-anchor="middle">{_plain(value)}</text>'


def _lines(chart: LineChart, scale: _Scale) -> Iterator[str]:
    slot = 100 / len(chart.labels)
    drawn = [(chart.target, 0, "target")] if chart.target else []
    drawn += [(series, number, "line") for number, series in enumerate(chart.series, 1)]
    for series, number, css in drawn:
        points = [
            (f"{(index + 0.5) * slot:.2f}%", scale.y(value))
            for index, value in enumerate(series.values)
            if value is not None
        ]
        for (x1, y1), (x2, y2) in pairwise(points):
            yield f'<line class="mg-chart__{css} mg-s{number}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>'
        for x, y in points:
            yield _marker(number, x, y, css)
    if len(chart.series) == 1:
        yield from _line_values(chart, scale, slot)


def _line_values(chart: LineChart, scale: _Scale, slot: float) -> Iterator[str]:
    minor = _values_minor(chart.series[0])
    promised = chart.target.values if chart.target else [None] * len(chart.labels)
    for index, value in enumerate(chart.series[0].values):
        if value is None:
            continue
        target = promised[index]
        below = target is not None and float(value) < float(target)
        y = scale.y(value) + (20 if below else -11)
        yield _value_text((index + 0.5) * slot, y, value, minor=minor[index])


def _rows_across(chart: BarChart) -> str:
    series = chart.series[0]
    known = [value for value in series.values if value is not None]
    most = (
        max(
            [float(value) for value in known] + [float(v) for v in chart.target.values if v is not None]
            if chart.target
            else [float(value) for value in known]
        )
        or 1.0
    )
    parts = []
    for index, (label, value) in enumerate(zip(chart.labels, series.values, strict=True)):
        y = index * 46
        said = gettext("データなし") if value is None else _with_unit(_plain(value), chart.unit)
        parts.append(f'<text x="0" y="{y + 16}">{esc(label)}</text>')
        parts.append(
            f'<text class="mg-chart__value" x="100%" y="{y + 16}" text-anchor="end">{esc(said)}</text>'
        )
        parts.append(f'<rect class="mg-chart__rail" x="0" y="{y + 22}" width="100%" height="14"/>')
        if value is not None:
            share = max(float(value), 0) / most * 100
            parts.append(
                f'<rect class="mg-chart__bar mg-s1" x="0" y="{y + 22}" width="{share:.2f}%" height="14"/>'
            )
        target = chart.target.values[index] if chart.target else None
        if target is not None:
            x = float(target) / most * 100
            parts.append(_target_line(f"{x:.2f}%", y + 18, f"{x:.2f}%", y + 40))
    height = len(chart.labels) * 46
    return f'<svg class="mg-chart__plot" aria-hidden="true" focusable="false" width="100%" height="{height}">{"".join(parts)}</svg>'


def _plot(chart: BarChart | LineChart, key: str) -> tuple[str, str]:
    if isinstance(chart, BarChart) and chart.across:
        picture = _rows_across(chart)
    else:
        scale = _scale(
            [value for series in _all_series(chart) for value in series.values if value is not None]
        )
        inside = _bars(chart, key, scale) if isinstance(chart, BarChart) else _lines(chart, scale)
        patterns = _patterns(key, len(chart.series)) if isinstance(chart, BarChart) else ""
        picture = (
            f"{_axis(scale, chart.unit)}"
            f'<svg class="mg-chart__plot" aria-hidden="true" focusable="false" width="100%" height="{_HEIGHT}">'
            f"{patterns}{_grid(scale)}{''.join(inside)}{''.join(_label_texts(chart.labels))}</svg>"
        )
    if isinstance(chart, BarChart):
        items = [(_swatch(key, number), series.label) for number, series in enumerate(chart.series, 1)]
    else:
        items = [
            (_line_swatch("line", number), series.label) for number, series in enumerate(chart.series, 1)
        ]
    if chart.target:
        items.append((_line_swatch("target", 0, marked=isinstance(chart, LineChart)), chart.target.label))
    return picture, _legend(items) if len(items) > 1 else ""


def _grades(chart: GradeBar) -> tuple[str, str]:
    total = sum(count for _, count in chart.grades)
    parts: list[str] = []
    legend: list[tuple[str, object]] = []
    start = 0.0
    for number, (label, count) in enumerate(chart.grades, 1):
        share = count * 100 / total
        tone = min(number, 5)
        if count:
            parts.append(
                f'<rect class="mg-chart__grade mg-g{tone}" x="{start:.2f}%" y="0" width="{share:.2f}%" height="48"/>'
            )
            if share >= 9:
                x = start + share / 2
                parts.append(
                    f'<text class="mg-chart__grade-text mg-g{tone}" x="{x:.2f}%" y="30" text-anchor="middle">{esc(label)}</text>'
                )
        start += share
        swatch = f'<svg class="mg-chart__swatch" aria-hidden="true" focusable="false" width="22" height="14"><rect class="mg-chart__grade mg-g{tone}" width="22" height="14"/></svg>'
        legend.append((swatch, _grade_text(label, count, share, chart.unit)))
    picture = f'<svg class="mg-chart__plot" aria-hidden="true" focusable="false" width="100%" height="48">{"".join(parts)}</svg>'
    return picture, _legend(legend)


def _figures(chart: Chart, key: str) -> SafeString:
    """Make the table behind the chart."""
    caption = gettext("%(caption)sの数値") % {"caption": chart.caption}
    name = chart.label_name or gettext("項目")
    if isinstance(chart, GradeBar):
        columns = [Column("label", name, head=True), Column("value", gettext("数"), kind="number")]
        rows = [{"label": label, "value": count} for label, count in chart.grades]
    else:
        columns = [Column("label", name, head=True)]
        columns += [
            Column(f"v{i}", _head_text(s.label, chart.unit), kind="number")
            for i, s in enumerate(_all_series(chart))
        ]
        rows = [
            {"label": label, **{f"v{i}": s.values[index] for i, s in enumerate(_all_series(chart))}}
            for index, label in enumerate(chart.labels)
        ]
    return table_render(Table(columns=columns, rows=rows, caption=caption, key=f"{key}-t", narrow="scroll"))


def _kind_name(chart: Chart) -> str:
    if isinstance(chart, GradeBar):
        return gettext("帯グラフ")
    return gettext("折れ線グラフ") if isinstance(chart, LineChart) else gettext("棒グラフ")


def _has_values(chart: Chart) -> bool:
    if isinstance(chart, GradeBar):
        return sum(count for _, count in chart.grades) > 0
    return any(value is not None for series in _all_series(chart) for value in series.values)


def chart_render(chart: Chart) -> SafeString:
    """
    Render a chart as a figure with its table of figures.

    :raises ValueError: a series and the labels differ in length, or there are more than four series.
    """
    if not isinstance(chart, GradeBar):
        if any(len(series.values) != len(chart.labels) for series in _all_series(chart)):
            raise ValueError("every series needs one value (or None) per label")
        if not 1 <= len(chart.series) <= (1 if isinstance(chart, BarChart) and chart.across else 4):
            raise ValueError("draw one to four series; more cannot be told apart")
    key = _key(chart)
    head = f'<figcaption class="mg-chart__caption" id="{esc(key)}">{esc(chart.caption)}</figcaption>'
    if not _has_values(chart):
        nothing = empty_state(gettext("まだ数値がありません"))
        return safe(f'<figure class="mg-chart" aria-labelledby="{esc(key)}">{head}{nothing}</figure>')
    picture, legend = _grades(chart) if isinstance(chart, GradeBar) else _plot(chart, key)
    name = gettext("%(kind)s：%(caption)s。数値は下の表にあります。") % {
        "kind": _kind_name(chart),
        "caption": chart.caption,
    }
    return safe(
        f'<figure class="mg-chart" aria-labelledby="{esc(key)}">{head}'
        f'<div class="mg-chart__picture" role="img" aria-label="{esc(name)}">{picture}</div>{legend}'
        f'<details class="mg-fold"><summary>{esc(gettext("数値を表で見る"))}</summary>{_figures(chart, key)}</details></figure>'
    )
