"""What the office's pages of a plan show beyond the public ones: the ways to enter, and what a year still lacks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from madoguchi.blocks.measures import presentation as show
from madoguchi.blocks.measures.document import plan_of
from madoguchi.blocks.measures.lines import item_lines, translated
from madoguchi.blocks.measures.models import Edition
from madoguchi.blocks.measures.queries import item_line
from madoguchi.blocks.measures.types import ItemLine
from madoguchi.kernel.clock import today
from madoguchi.kit.fiscal import fiscal_year_of

Facts = list[tuple[object, object]]


def years_worked_on(edition: Edition) -> list[int]:
    """Give the fiscal years of an edition that have begun, and its first: what an office may enter for."""
    last = min(edition.ends_early or edition.last_year, fiscal_year_of(today()).year)
    return [*range(edition.first_year, max(last, edition.first_year) + 1)]


def year_worked_on(request: HttpRequest, edition: Edition) -> int:
    """Read the fiscal year that a page was asked for; without one, the newest that an office may enter for."""
    return show.year_of(request, edition, default=years_worked_on(edition)[-1])


def year_tabs(edition: Edition, year: int, path: str) -> list[tuple[str, str, bool]]:
    """Give the years that an office may enter for, as tabs."""
    return show.year_tabs(edition, year, path, also=years_worked_on(edition))


def line_of_year(edition: Edition, no: str, year: int) -> ItemLine | None:
    """Give an item in another year of its edition; None outside the plan."""
    if not edition.first_year <= year <= edition.last_year:
        return None
    return item_line(edition=edition, no=no, year=year, on=today(), lang=show.language())


def entry_links(edition: Edition, line: ItemLine, year: int) -> dict[str, Any]:
    """Give the addresses of the small pages of an item, for the item's page."""
    base = reverse("measures:item", args=[edition.key, line.no])
    sections = [section for section in plan_of(edition).sections if section.yearly]
    before = line_of_year(edition, line.no, year - 1)
    return {
        "texts": [
            (translated(edition, f"sections.{one.key}.label", one.label, show.language()).value,
             f"{base}text/{one.key}/?year={year}")
            for one in sections
        ],
        "coordinator": f"{base}coordinator/?year={year}",
        "progress": f"{base}progress/?year={year}" if plan_of(edition).phases else "",
        "check": f"{base}check/?year={year}" if before and before.sections.get("next") else "",
    }  # fmt: skip


def readiness(edition: Edition, year: int) -> Facts:
    """Say what a year has and lacks before it is published."""
    lines = item_lines(edition, year, lang=show.language(), on=today())
    indicators = [one for line in lines for one in line.indicators]
    figures = sum(1 for one in indicators if one.actual is not None or one.actual_word)
    facts: Facts = [
        (gettext("実績値"), gettext("%(done)d / %(all)d指標") % {"done": figures, "all": len(indicators)}),
        (
            gettext("年度の文"),
            gettext("%(done)d / %(all)d項目")
            % {"done": sum(1 for line in lines if line.written), "all": len(lines)},
        ),
    ]
    if plan_of(edition).grades:
        judged = sum(1 for line in lines if line.grade)
        facts.append(
            (gettext("自己評価"), gettext("%(done)d / %(all)d項目") % {"done": judged, "all": len(lines)})
        )
    differ = [line.no for line in lines if line.disagrees]
    if differ:
        facts.append((gettext("数値からの提案と違う評価"), "、".join(differ)))
    return facts
