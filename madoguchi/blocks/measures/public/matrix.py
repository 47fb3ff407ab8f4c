"""Tables of many narrow columns, whose heads may wrap: surveys and tag matrices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from madoguchi.blocks.measures.public.printed import Printed
from madoguchi.blocks.measures.spec import TableSpec, TagSetSpec, Value
from madoguchi.kit.numbers import figure_format
from madoguchi.ui.components.markup import esc, safe

_DASHES = frozenset("—－-–―ー")


def matrix(
    *, caption: object, corner: object, columns: Sequence[object], rows: Iterable[tuple[object, Sequence[object]]],
    key: str, figures: bool = False,
) -> SafeString:  # fmt: skip
    """
    Render rows with a head each, under columns with a head each; it scrolls inside its own region.

    :param corner: names what the row heads are.
    :param key: unique on the page.
    :param figures: whether the cells are numbers.
    """
    heads = "".join(f'<th scope="col">{esc(column)}</th>' for column in columns)
    css = ' class="mg-right"' if figures else ""
    wide = " mg-table--figures" if figures else ""
    body = "".join(
        f'<tr><th scope="row">{esc(head)}</th>{"".join(f"<td{css}>{esc(cell)}</td>" for cell in cells)}</tr>'
        for head, cells in rows
    )
    return safe(
        f'<div class="mg-table mg-table--matrix{wide}" role="region" aria-labelledby="t-{esc(key)}" tabindex="0">'
        f'<table><caption id="t-{esc(key)}">{esc(caption)}</caption>'
        f'<thead><tr><th scope="col">{esc(corner)}</th>{heads}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def dash(word: str, meaning: object) -> SafeString:
    """Write a sign that stands for words, with the words for those who cannot see it."""
    return format_html('<span aria-hidden="true">{}</span><span class="mg-hidden">{}</span>', word, meaning)


def is_dash(word: str) -> bool:
    """Whether a word is only a dash: nothing was promised or recorded."""
    return bool(word) and {*word} <= _DASHES


def printed_table(table: TableSpec, *, key: str) -> SafeString:
    """Render a table of the plan as printed: a survey's answers by age."""
    japanese = [format_html('<span lang="ja">{}</span>', column) for column in table.columns]
    rows = [
        (format_html('<span lang="ja">{}</span>', label), [_cell(value) for value in values])
        for label, values in table.rows
    ]
    made = matrix(
        caption=format_html('<span lang="ja">{}</span>', table.title), corner=gettext("答え"), columns=japanese, rows=rows,
        key=key, figures=True,
    )  # fmt: skip
    note = format_html('<p class="mg-muted" lang="ja">{}</p>', table.note) if table.note else safe("")
    return format_html("{}{}", made, note)


def _cell(value: Value) -> object:
    if value.number is None:
        return dash(value.word, gettext("なし")) if is_dash(value.word) else value.word
    exponent = value.number.as_tuple().exponent
    return figure_format(value.number, decimals=max(0, -exponent) if isinstance(exponent, int) else 0)


def tag_matrix(printed: Printed, tags: TagSetSpec) -> SafeString | None:
    """Render which items bear which mark of a set; None where no item stands in the matrix."""
    place = f"tag_sets.{tags.key}"
    inside = [item for _above, item in printed.spec.items_all() if tags.key in item.tags]
    if not inside:
        return None
    yes, no = dash(tags.yes, gettext("あてはまる")), dash(tags.no, gettext("あてはまらない"))
    rows = [
        (
            format_html('<a href="{}">{} {}</a>', printed.item_url(item.no), item.no, printed.item_title(item.no, item.title)),
            [yes if tag.key in item.tags[tags.key] else no for tag in tags.tags],
        )
        for item in inside
    ]  # fmt: skip
    label = printed.words(f"{place}.label", tags.label)
    version = format_html(' <span class="mg-muted" lang="ja">{}</span>', tags.version) if tags.version else ""
    return matrix(
        caption=format_html("{}{}", label, version), corner=printed.level("item"),
        columns=[printed.words(f"{place}.tags.{tag.key}", tag.label) for tag in tags.tags], rows=rows,
        key=f"tags-{tags.key}",
    )  # fmt: skip
