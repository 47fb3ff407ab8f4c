"""
Tables: lists that a clerk reads all day.

Rows are built in Python, without a template per row: fifty rows of six columns take about half a
millisecond. At 320 px each row becomes a small card, or the table scrolls inside its own region.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import Any, Literal

from django.http import QueryDict
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext

from madoguchi.ui.components.badge import badge
from madoguchi.ui.components.empty import empty_state
from madoguchi.ui.components.icon import icon
from madoguchi.ui.components.markup import esc, href, safe
from madoguchi.ui.formats import date_text, moment_text, number_text, yen_writer

Kind = Literal["text", "number", "yen", "date", "moment", "badge", "html"]
Getter = Callable[[Any], object]

_CLASSES = {"number": "mg-right", "yen": "mg-right", "date": "mg-day", "moment": "mg-day", "badge": "mg-day"}


@dataclass(frozen=True, slots=True)
class Column:
    """
    One column.

    :param key: mapping key or attribute path (``office.name``) of the row, and the name to sort by.
    :param kind: how the value is shown; ``badge`` takes (label, kind), ``html`` takes safe HTML only.
    :param value: takes the row and gives the value, where ``key`` alone cannot.
    :param link: takes the row and gives the URL for this cell; an empty URL gives no link.
    :param head: this cell names the row; give it to one column.
    """

    key: str
    label: object
    kind: Kind = "text"
    link: str | Getter | None = None
    value: Getter | None = None
    sortable: bool = False
    head: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """
    What to list.

    :param caption: says what is listed; needed, may be hidden from sight by ``caption_hidden``.
    :param sort: ``key`` or ``-key`` of the order that the rows have now.
    :param query: the request's parameters, kept in the links that sort.
    :param narrow: what happens on a phone: rows become cards, or the region scrolls.
    :param kept: markup of rows by ``row_key``, for rows that were shown before and cannot look otherwise
        now; the owner drops it when they can. A row whose key is None is made each time.
    """

    columns: tuple[Column, ...] | list[Column]
    rows: Iterable[Any]
    caption: object
    caption_hidden: bool = False
    sort: str = ""
    query: QueryDict | None = None
    sort_param: str = "sort"
    narrow: Literal["cards", "scroll"] = "cards"
    empty_title: object = ""
    empty_hint: object = ""
    key: str = ""
    kept: MutableMapping[Any, str] | None = None
    row_key: Callable[[Any], Hashable | None] | None = None

    def __post_init__(self) -> None:
        """Refuse a table that a screen reader could not announce."""
        if not self.caption:
            raise ValueError(
                "a table needs a caption; hide it with caption_hidden=True if the page says it already"
            )
        if sum(column.head for column in self.columns) > 1:
            raise ValueError("only one column can name the row (head=True)")


def _getter(key: str, sample: object) -> Getter:
    if isinstance(sample, Mapping):
        return itemgetter(key)
    return attrgetter(key)


def _text(value: object) -> str:
    # The hot path: Django's own escape() spends most of its time on laziness that plain values do not need.
    if type(value) is str:
        return html.escape(value)
    if value is None:
        return ""
    if type(value) is int:
        return str(value)
    return conditional_escape(value)  # type: ignore[arg-type] # it takes anything and calls str()


def _badge(value: Any) -> str:
    return badge(*value) if isinstance(value, tuple | list) else badge(value)


def _html(value: Any) -> str:
    if not hasattr(value, "__html__"):
        raise TypeError("a column of kind html takes safe HTML; build it with django.utils.html.format_html")
    return str(value.__html__())


def _remembered(show: Callable[[Any], str]) -> Callable[[Any], str]:
    """Format each distinct value once: days and states repeat down a list."""
    seen: dict[Any, str] = {}

    def remembered(value: Any) -> str:
        if value is None or value == "":
            return ""
        if type(value) is list:
            value = tuple(value)
        found = seen.get(value)
        if found is None:
            found = seen[value] = show(value)
        return found

    return remembered


def _escaped(form: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda value: "" if value is None or value == "" else html.escape(form(value))


def _shown(column: Column) -> Callable[[Any], str]:
    """Give the function from a value to its escaped text, made once per table in the reader's language."""
    shows: dict[Kind, Callable[[], Callable[[Any], str]]] = {
        "text": lambda: _text,
        "number": lambda: _escaped(number_text),
        "yen": lambda: _escaped(yen_writer()),
        "date": lambda: _remembered(lambda day: html.escape(date_text(day))),
        "moment": lambda: _escaped(moment_text),
        "badge": lambda: _remembered(_badge),
        "html": lambda: _html,
    }
    return shows[column.kind]()


def _css(column: Column) -> str:
    name = _CLASSES.get(column.kind)
    return f' class="{name}"' if name else ""


def _cell(column: Column, sample: object) -> Callable[[Any], str]:
    """Give a function from a row to its cell; all that is the same in every row is made here, once."""
    get = column.value or _getter(column.key, sample)
    show = _shown(column)
    label = html.escape(str(column.label))
    css = _css(column)
    tag, scope = ("th", ' scope="row"') if column.head else ("td", "")
    start = f'<{tag}{scope}{css} data-label="{label}">'
    end = f"</{tag}>"
    if column.link is None:
        return lambda row: f"{start}{show(get(row))}{end}"
    where = column.link if callable(column.link) else _getter(column.link, sample)

    def linked(row: Any) -> str:
        url = where(row)
        text = show(get(row))
        return f'{start}<a href="{href(url)}">{text}</a>{end}' if url else f"{start}{text}{end}"

    return linked


def _sort_url(table: Table, column: Column) -> str:
    query = table.query.copy() if table.query is not None else QueryDict(mutable=True)
    query[table.sort_param] = f"-{column.key}" if table.sort == column.key else column.key
    query.pop("page", None)
    return f"?{query.urlencode()}"


def _head(table: Table, column: Column) -> str:
    css = _css(column)
    if not column.sortable:
        return f'<th scope="col"{css}>{esc(column.label)}</th>'
    aria, mark, word = "", "sort", gettext("並べ替え")
    if table.sort == column.key:
        aria, mark, word = ' aria-sort="ascending"', "up", gettext("昇順。押すと降順")
    elif table.sort == f"-{column.key}":
        aria, mark, word = ' aria-sort="descending"', "down", gettext("降順。押すと昇順")
    return (
        f'<th scope="col"{css}{aria}><a class="mg-table__sort" href="{href(_sort_url(table, column))}">'
        f'{esc(column.label)}{icon(mark)}<span class="mg-hidden">（{esc(word)}）</span></a></th>'
    )


def _rows(table: Table, rows: Sequence[Any]) -> Iterator[str]:
    cells = [_cell(column, rows[0]) for column in table.columns]
    for row in rows:
        key = table.row_key(row) if table.row_key is not None else None
        made = table.kept.get(key) if table.kept is not None and key is not None else None
        if made is None:
            made = f"<tr>{''.join([cell(row) for cell in cells])}</tr>"
            if table.kept is not None and key is not None:
                table.kept[key] = made
        yield made


def table_render(table: Table) -> SafeString:
    """Render a table in its region."""
    rows = table.rows if isinstance(table.rows, list | tuple) else list(table.rows)
    if not rows:
        return empty_state(table.empty_title or gettext("表示するものがありません"), table.empty_hint)
    key = table.key or slugify(str(table.caption), allow_unicode=True) or "table"
    body = "".join(_rows(table, rows))
    head = "".join([_head(table, column) for column in table.columns])
    hidden = ' class="mg-hidden"' if table.caption_hidden else ""
    return safe(
        f'<div class="mg-table mg-table--{table.narrow}" role="region" aria-labelledby="t-{esc(key)}" tabindex="0" '
        f'data-table><table><caption id="t-{esc(key)}"{hidden}>{esc(table.caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
