"""Which editions the public sees, which one follows which, and which years were given to the public."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Q
from django.http import Http404
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from madoguchi.blocks.measures import presentation as show
from madoguchi.blocks.measures.document import STAMP
from madoguchi.blocks.measures.lines import translated
from madoguchi.blocks.measures.models import Edition, Item, YearPublication
from madoguchi.kernel.stamps import StampedMany
from madoguchi.ui.components.table import Column, Table


@dataclass(frozen=True, slots=True)
class Listed:
    """An edition in the list, with its number of items, the one that it replaces and those that replace it."""

    edition: Edition
    items: int
    before: Edition | None
    after: tuple[Edition, ...]


_all: StampedMany[str, dict[str, Listed]] = StampedMany(STAMP, most=1)
_years: StampedMany[int, dict[int, YearPublication]] = StampedMany(STAMP, most=60)


def listed() -> dict[str, Listed]:
    """Give the published editions by key, by city and newest first."""
    return _all.get("", _read)


def _read() -> dict[str, Listed]:
    items = Count("items", filter=Q(items__level=Item.Level.ITEM))
    rows = [*Edition.objects.filter(frozen=True).annotate(item_count=items)]
    rows.sort(key=lambda row: (row.city != settings.SITE_NAME, row.city, -row.first_year, row.key))
    known = {row.key: row for row in rows}
    return {
        row.key: Listed(
            row, row.item_count, known.get(row.replaces),
            tuple(other for other in rows if other.replaces == row.key),
        )
        for row in rows
    }  # fmt: skip


def published_or_404(key: str) -> Listed:
    """Find a published edition, or answer that there is none: a draft is not for the public."""
    found = listed().get(key)
    if found is None:
        raise Http404
    return found


def publications(edition: Edition) -> dict[int, YearPublication]:
    """Give how the results of each year were last given to the public."""
    return _years.get(
        edition.pk,
        lambda: {
            row.year: row for row in YearPublication.objects.filter(edition=edition).order_by("sequence")
        },
    )


# In words


def period(edition: Edition) -> SafeString:
    """Say how long a plan runs, and that the next one cut it short."""
    years = f"{show.year_name(edition.first_year)}–{show.year_name(edition.last_year)}"
    if edition.ends_early is None:
        return format_html("{}", years)
    early = gettext("次の計画ができたため、%(year)sで終わりました") % {
        "year": show.year_name(edition.ends_early)
    }
    return format_html('{}<br><span class="mg-muted">{}</span>', years, early)


def title_link(edition: Edition) -> SafeString:
    """Name an edition with a link to its page."""
    title = translated(edition, "title", edition.title, show.language())
    return format_html('<a href="{}">{}</a>', reverse("plan:edition", args=[edition.key]), show.shown(title))


def diff_url(edition: Edition) -> str:
    """Give the page that compares an edition with the one it replaces."""
    return reverse("plan:diff", args=[edition.key])


def city_tables() -> Iterator[tuple[str, Table]]:
    """List the published editions of each city."""
    rows = [*listed().values()]
    for number, city in enumerate(dict.fromkeys(row.edition.city for row in rows), 1):
        yield (
            city,
            Table(
                [
                    Column("title", gettext("計画"), "html", head=True, value=lambda row: title_link(row.edition)),
                    Column("kind", gettext("版の種類"), value=lambda row: row.edition.get_kind_display()),
                    Column("period", gettext("計画期間"), "html", value=lambda row: period(row.edition)),
                    Column("items", gettext("取組の数"), "number"),
                    Column("before", gettext("前後の計画"), "html", value=_neighbours),
                ],
                [row for row in rows if row.edition.city == city],
                caption=gettext("%(city)sの計画") % {"city": city}, key=f"city-{number}", caption_hidden=True,
            ),
        )  # fmt: skip


def _neighbours(row: Listed) -> SafeString:
    said = []
    if row.before is not None:
        change = format_html('<a href="{}">{}</a>', diff_url(row.edition), gettext("変わったところ"))
        said.append(format_html("{} {}（{}）", gettext("前の計画:"), title_link(row.before), change))
    elif row.edition.replaces:
        said.append(format_html("{} {}", gettext("前の計画:"), row.edition.replaces))
    said += [format_html("{} {}", gettext("次の計画:"), title_link(other)) for other in row.after]
    return format_html_join("", "<div>{}</div>", ((one,) for one in said)) or SafeString("—")
