"""Putting a report into the components of the pages, for both faces."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.measures.computed import breakdown
from madoguchi.blocks.measures.declarations import IndicatorDeclared, declared_body
from madoguchi.blocks.measures.lines import (
    NoSuchPlan,
    edition_get,
    is_kept,
    kept_rows,
    translated,
    years_reported,
)
from madoguchi.blocks.measures.models import Edition, Indicator
from madoguchi.blocks.measures.queries import editions, series
from madoguchi.blocks.measures.types import IndicatorLine, ItemLine, Report, Text
from madoguchi.blocks.people.queries import office_names
from madoguchi.kernel.clock import today
from madoguchi.kernel.sources import source_get
from madoguchi.kit.fiscal import FiscalYear
from madoguchi.kit.numbers import figure_format
from madoguchi.ui.components.badge import badge
from madoguchi.ui.components.chart import GradeBar, LineChart, Series
from madoguchi.ui.components.language import lang_mark
from madoguchi.ui.components.table import Column, Table
from madoguchi.ui.formats import date_text

SECTIONS = {
    "plan": _("取組内容"), "goal": pgettext_lazy("section", "目標"), "done": _("取組実績"), "next": _("改善・拡充策、課題"),
}  # fmt: skip
GRADE_TONES = {"S": "success", "A": "info", "B": "warning", "C": "error"}
ORIGINS = {
    "typed": _("担当部署の入力"), "transcribed": _("公表資料からの転記"), "computed": _("記録から計算"),
    "none": _("まだありません"),
}  # fmt: skip


def language() -> str:
    """Give the language of this request."""
    return get_language() or "ja"


def shown(text: Text) -> Any:
    """Show a text of the plan; one that stands in Japanese on a page in another language says so."""
    return text.value if text.lang == language() or language() == "ja" else lang_mark(text.value)


def japanese(text: str) -> SafeString:
    """Mark words that stand in Japanese on every page (names of offices), so that they are read out rightly."""
    return (
        format_html("{}", text)
        if language().startswith("ja")
        else format_html('<span lang="ja">{}</span>', text)
    )


def year_name(year: int) -> str:
    """Name a fiscal year in the reader's language."""
    styles = {"ja": "ja", "ja-easy": "ja-easy", "en": "en"}
    return FiscalYear(year).label(styles.get(language(), "ja"))  # type: ignore[arg-type]


def year_short(year: int) -> str:
    """Name a fiscal year where there is little room: 令和4年度, FY2022, 2022年度."""
    styles = {"ja": "ja", "ja-easy": "western", "en": "en"}
    return FiscalYear(year).label(styles.get(language(), "ja"))  # type: ignore[arg-type]


def figure(value: Decimal | None, line: IndicatorLine, word: str = "") -> str:
    """Write a figure with its unit (件/週), or the word in its place; a missing one is a dash in words."""
    if value is None:
        return word or gettext("なし")
    return figure_format(value, decimals=line.decimals, unit=line.unit_text)


def title(edition: Edition) -> str:
    """Give a plan's title in the reader's language, for breadcrumbs."""
    return _title(edition).value


def title_words(edition: Edition) -> SafeString:
    """Give a plan's title as it stands in a sentence, marked where it is only there in Japanese."""
    return shown_html(_title(edition))


def shown_html(text: Text) -> SafeString:
    """Show a text of the plan as safe HTML."""
    return format_html("{}", shown(text))


def issued_words(issued: str) -> str:
    """Write when an edition was published: a day or a month as such, other words as the city wrote them."""
    if found := re.fullmatch(r"(\d{4})-(\d{2})(?:-(\d{2}))?", issued):
        year, month, day = (int(part) if part else 0 for part in found.groups())
        if day:
            return date_text(date(year, month, day))
        first = date_text(date(year, month, 1))
        return (
            f"{year}年{month}月" if language() == "ja-easy" else first.removesuffix("1日").removeprefix("1 ")
        )
    return issued


def kind_words(line: IndicatorLine) -> str:
    """Say what sort of figure an indicator is, and which way is good."""
    return gettext("%(kind)s・%(direction)s") % {
        "kind": Indicator.Kind(line.kind).label, "direction": Indicator.Direction(line.direction).label,
    }  # fmt: skip


def title_column(url_name: str) -> Column:
    """Name the plans of a list in the reader's language, each with a link to its page."""
    return Column(
        "title",
        gettext("計画"),
        "html",
        head=True,
        link=lambda row: reverse(url_name, args=[row["key"]]),
        value=lambda row: format_html("{}", shown(_title(row["edition"]))),
    )


def _title(edition: Edition) -> Text:
    return translated(edition, "title", edition.title, language())


def editions_frozen() -> list[dict[str, Any]]:
    """Give the published plans with their titles in the reader's language."""
    return [
        {"key": row["key"], "title": title(row["edition"])} for row in editions() if row["edition"].frozen
    ]


def edition_or_404(key: str) -> Edition:
    """Find an edition, or answer that there is none."""
    try:
        return edition_get(key)
    except NoSuchPlan:
        raise Http404 from None


def year_of(request: HttpRequest, edition: Edition, *, default: int | None = None) -> int:
    """Read the fiscal year that a page was asked for; without one, the newest that has results."""
    asked = request.GET.get("year") or request.POST.get("year", "")
    if asked:
        if not asked.isdecimal() or not edition.first_year <= int(asked) <= edition.last_year:
            raise Http404
        return int(asked)
    reported = years_reported(edition)
    return default or (reported[-1] if reported else edition.first_year)


def year_tabs(
    edition: Edition, current: int, path: str, *, also: Iterable[int] = ()
) -> list[tuple[str, str, bool]]:
    """Give the years that can be looked at, as tabs: those with results, and others that a page works on."""
    years = sorted({*years_reported(edition), current, *also})
    return [(year_name(year), f"{path}?year={year}", year == current) for year in years]


def grade_chart(report: Report) -> GradeBar | None:
    """Draw how many items got which grade; nothing before the first judgement."""
    if not report.total:
        return None
    return GradeBar(
        caption=gettext("自己評価ごとの項目数"), grades=[(line.key, line.count) for line in report.summary],
        unit=gettext("項目"), label_name=gettext("評価"),
    )  # fmt: skip


def summary_table(report: Report) -> Table:
    """List the grades with counts, computed and printed shares."""
    columns = [
        Column("key", gettext("自己評価"), "badge", value=lambda line: (line.key, GRADE_TONES.get(line.key, "neutral")),
               head=True),
        Column("meaning", gettext("意味"), "html", value=lambda line: format_html("{}", shown(line.meaning))),
        Column("count", gettext("項目数"), "number"),
        Column("percent_rounded", gettext("割合（計算）"), value=lambda line: f"{line.percent_rounded}%"),
    ]  # fmt: skip
    if any(line.percent_printed is not None for line in report.summary):
        columns.append(Column("percent_printed", gettext("割合（公表）"), "html", value=_printed_share))
    return Table(columns, report.summary, caption=gettext("自己評価の集計"))


def _printed_share(line: Any) -> Any:
    if line.percent_printed is None:
        return format_html("{}", "")
    if not line.reason:
        return format_html("{}%", line.percent_printed)
    return format_html('{}% <span class="mg-muted">{}</span>', line.percent_printed, japanese(line.reason))


def summary_sentence(report: Report) -> str:
    """Say the result in one sentence: how many items reached at least the second-best grade (総括)."""
    if not report.total or len(report.summary) < 2:
        return gettext("この年度の自己評価は、まだありません。")
    best = report.summary[0].count + report.summary[1].count
    return gettext("%(total)d項目のうち%(best)d項目（%(percent)d%%）が、%(first)sまたは%(second)s評価でした。") % {
        "total": report.total, "best": best, "percent": (best * 200 + report.total) // (report.total * 2),
        "first": report.summary[0].key, "second": report.summary[1].key,
    }  # fmt: skip


def item_table(edition: Edition, year: int, lines: Sequence[ItemLine], *, here: str, judged: bool) -> Table:
    """List the items of a report; ``here`` is the page of the edition, under which each item has its own."""
    columns = [
        Column("no", gettext("番号")),
        Column("title", gettext("取組項目"), "html", link=lambda line: f"{here}{quote(line.no)}/?year={year}", value=lambda line: format_html("{}", shown(line.title)),
               head=True),
        Column("offices", gettext("担当部署"), "html", value=lambda line: japanese("、".join(line.offices))),
        Column("indicators", gettext("実績 / 目標"), "html", value=_figures),
        Column("grade", gettext("自己評価"), "html", value=_grade(judged)),
    ]  # fmt: skip
    return Table(
        columns, lines, caption=gettext("取組項目の一覧（%(year)s）") % {"year": year_name(year)},
        kept=kept_rows(edition, year, lang=language(), face=here),
        row_key=lambda line: line.id if is_kept(line) else None,
    )  # fmt: skip


def _figures(line: ItemLine) -> SafeString:
    """Write an item's figures; a list page writes many, so it is built by hand and escaped by hand."""
    if not line.indicators:
        return SafeString("")
    return mark_safe(  # noqa: S308 - every part is escaped here
        "<div>"
        + "".join(
            f"<div>{conditional_escape(shown(one.name))}: {escape(figure(one.actual, one, one.actual_word))} / "
            f"{escape(figure(one.target, one, one.target_word))}</div>"
            for one in line.indicators
        )
        + "</div>"
    )


def _grade(judged: bool) -> Callable[[ItemLine], Any]:
    def cell(line: ItemLine) -> Any:
        mark = badge(line.grade, GRADE_TONES.get(line.grade, "neutral")) if line.grade else gettext("未評価")
        if not judged or not line.disagrees:
            return format_html("{}", mark)
        hint = gettext("数値からの提案は%(grade)s") % {"grade": line.suggested}
        return format_html('{} <span class="mg-muted">{}</span>', mark, hint)

    return cell


def indicator_chart(indicator: Indicator, line: IndicatorLine) -> LineChart | None:
    """Draw an indicator over the years, once there are two."""
    points = series(indicator, on=today())
    if len(points) < 2:
        return None
    return LineChart(
        caption=shown(line.name), labels=[year_name(year) for year, _target, _actual in points],
        series=[Series(gettext("実績"), [actual for _year, _target, actual in points])],
        target=Series(gettext("目標"), [target for _year, target, _actual in points]), unit=line.unit,
        label_name=gettext("年度"), key=f"indicator-{indicator.pk}",
    )  # fmt: skip


def sections_of(line: ItemLine) -> list[tuple[Any, str]]:
    """Give an item's texts in the order of the printed table."""
    return [(label, line.sections[name]) for name, label in SECTIONS.items() if line.sections.get(name)]


def facts(line: ItemLine, *, judged: bool = False) -> list[tuple[object, object]]:
    """Give what stands at the head of an item: its grade and the offices in charge."""
    return [
        (gettext("自己評価"), _grade(judged)(line)),
        (gettext("担当部署"), japanese("、".join(line.offices))),
    ]


def breakdown_table(line: IndicatorLine, year: int) -> tuple[Table | None, int]:
    """List the parts of a computed figure, largest first, and count those too small to show."""
    if not line.declared:
        return None, 0
    body = declared_body(line.declared)
    parts = breakdown(body, year=year, on=today())
    shown_parts = sorted((part for part in parts if not part.hidden), key=lambda part: -(part.count or 0))
    if not shown_parts:
        return None, len(parts)
    names = _part_names(body, [part.group for part in shown_parts])
    columns = [
        Column("group", gettext("内訳"), "html", value=lambda part: japanese(names(part.group)), head=True),
        Column("count", gettext("件数"), "number"),
    ]
    return Table(columns, shown_parts, caption=gettext("内訳")), len(parts) - len(shown_parts)


def _part_names(body: IndicatorDeclared, groups: list[Any]) -> Callable[[Any], str]:
    """Name the parts: offices by their names of today, everything else as it stands."""
    if source_get(body.source).facets[body.group].type != "office":
        return str
    names = office_names(office_ids=groups, on=today())
    return lambda group: names.get(group, "")
