"""Pagination: pages with numbers, or only forward and back where counting would cost too much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from madoguchi.ui.components.icon import icon
from madoguchi.ui.components.markup import esc, href, safe


@dataclass(frozen=True, slots=True)
class Pager:
    """Forward and back without numbers; an empty URL leaves the link out."""

    previous_url: str = ""
    next_url: str = ""
    position: object = ""


def _edge(url: str, label: str, mark: str, rel: str) -> str:
    inner = (
        f"{icon(mark)}<span>{esc(label)}</span>"
        if rel == "prev"
        else f"<span>{esc(label)}</span>{icon(mark)}"
    )
    return f'<li class="mg-pages__edge"><a href="{href(url)}" rel="{rel}">{inner}</a></li>'


def _nav(items: list[str], position: object, label: object) -> SafeString:
    where = f'<p class="mg-pages__position">{esc(position)}</p>' if position else ""
    name = label or gettext("ページ送り")
    return safe(f'<nav class="mg-pages" aria-label="{esc(name)}">{where}<ul>{"".join(items)}</ul></nav>')


def pagination(
    page: Page[Any] | Pager, query: QueryDict | None = None, *, param: str = "page", label: object = ""
) -> SafeString:
    """
    Render the links to the other pages; nothing where there is only one.

    :param page: a page of Django's paginator, or a ``Pager``.
    :param query: the request's parameters, kept in every link.
    :param label: tells two of them on one page apart.
    """
    items: list[str] = []
    if isinstance(page, Pager):
        if page.previous_url:
            items.append(_edge(page.previous_url, gettext("前へ"), "previous", "prev"))
        if page.next_url:
            items.append(_edge(page.next_url, gettext("次へ"), "next", "next"))
        return _nav(items, page.position, label) if items else safe("")
    if page.paginator.num_pages < 2:
        return safe("")
    kept = query.copy() if query is not None else QueryDict(mutable=True)

    def url(number: int) -> str:
        kept[param] = str(number)
        return f"?{kept.urlencode()}"

    if page.has_previous():
        items.append(_edge(url(page.previous_page_number()), gettext("前へ"), "previous", "prev"))
    for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1):
        if not isinstance(number, int):
            items.append('<li class="mg-pages__gap" aria-hidden="true">…</li>')
        elif number == page.number:
            name = gettext("%(number)dページ目（いまここ）") % {"number": number}
            items.append(
                f'<li><span aria-current="page"><span class="mg-hidden">{esc(name)}</span>'
                f'<span aria-hidden="true">{number}</span></span></li>'
            )
        else:
            name = gettext("%(number)dページ目") % {"number": number}
            items.append(f'<li><a href="{href(url(number))}" aria-label="{esc(name)}">{number}</a></li>')
    if page.has_next():
        items.append(_edge(url(page.next_page_number()), gettext("次へ"), "next", "next"))
    position = gettext("%(total)s件中 %(first)s〜%(last)s件") % {
        "total": f"{page.paginator.count:,}",
        "first": f"{page.start_index():,}",
        "last": f"{page.end_index():,}",
    }
    return _nav(items, position, label)
