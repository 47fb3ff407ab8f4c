"""Tables: cells, links, order, the empty state, and a bound on the work per row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from django.http import QueryDict
from django.utils.html import format_html

from madoguchi.ui.components.table import Column, Table, table_render

EVIL = "\"'><script>alert(1)</script>"


@dataclass
class Office:
    name: str


@dataclass
class Case:
    number: str
    office: Office
    yen: int | None = None
    on: date | None = None


CASES = [Case("A1", Office("市民課"), 1234567, date(2026, 4, 1)), Case("B2", Office(EVIL))]


def render(*columns: Column, rows=CASES, **more) -> str:
    return table_render(Table(columns=list(columns), rows=rows, **{"caption": "申請", **more}))


def test_cells_by_kind():
    markup = render(
        Column("number", "番号", head=True),
        Column("office.name", "課"),
        Column("yen", "額", kind="yen"),
        Column("on", "日", kind="date"),
    )
    assert '<th scope="row" data-label="番号">A1</th>' in markup
    assert '<td data-label="課">市民課</td>' in markup
    assert '<td class="mg-right" data-label="額">1,234,567円</td>' in markup
    assert ">令和8年4月1日</td>" in markup
    # What is not there is an empty cell, which a phone leaves out.
    assert '<td class="mg-right" data-label="額"></td>' in markup
    assert '<caption id="t-申請">申請</caption>' in markup
    assert 'aria-labelledby="t-申請"' in markup


def test_escaping_everywhere():
    rows = [{"a": EVIL, "b": (EVIL, "info"), "c": EVIL}]
    markup = render(
        Column("a", EVIL, sortable=True, link=lambda row: f"javascript:{row['a']}"),
        Column("b", EVIL, kind="badge"),
        Column("c", EVIL, link="a", head=True),
        rows=rows,
        caption=EVIL,
    )
    assert "<script" not in markup
    assert "javascript:" not in markup


def test_html_columns_take_safe_markup_only():
    assert "<b>1</b>" in render(Column("a", "A", kind="html"), rows=[{"a": format_html("<b>{}</b>", 1)}])
    with pytest.raises(TypeError, match="safe HTML"):
        render(Column("a", "A", kind="html"), rows=[{"a": "<b>"}])


def test_moments_are_local_and_lists_serve_as_badges():
    moment = datetime(2026, 3, 31, 15, 0, tzinfo=UTC)
    markup = render(
        Column("m", "M", kind="moment"),
        Column("b", "B", kind="badge"),
        rows=[{"m": moment, "b": ["受付", "info"]}],
    )
    assert "令和8年4月1日 0:00" in markup
    assert "mg-badge--info" in markup


def test_links_where_there_is_an_address():
    markup = render(Column("number", "番号", link=lambda case: "/a/" if case.number == "A1" else ""))
    assert markup.count("<a ") == 1


def test_sort_links_turn_round_and_keep_the_search():
    query = QueryDict("q=x&page=4&sort=-on")
    markup = render(
        Column("on", "日", kind="date", sortable=True),
        Column("yen", "額", sortable=True),
        sort="-on",
        query=query,
    )
    assert 'aria-sort="descending"' in markup
    assert 'href="?q=x&amp;sort=on"' in markup
    assert 'href="?q=x&amp;sort=yen"' in markup
    assert "page=" not in markup
    assert 'aria-sort="ascending"' in render(Column("on", "日", sortable=True), sort="on")
    assert query["page"] == "4"


def test_empty_table_says_so():
    assert "表示するものがありません" in render(Column("a", "A"), rows=[])
    assert "なし" in render(Column("a", "A"), rows=iter([]), empty_title="なし")


def test_a_table_needs_a_caption_and_one_head():
    with pytest.raises(ValueError, match="caption"):
        Table(columns=[], rows=[], caption="")
    with pytest.raises(ValueError, match="one column"):
        Table(columns=[Column("a", "A", head=True), Column("b", "B", head=True)], rows=[], caption="x")


def test_rows_are_read_once_and_formats_are_made_once_per_table(monkeypatch):
    from madoguchi.ui.components import table

    made = []
    monkeypatch.setattr(table, "date_text", lambda day: made.append(day) or "日")
    rows = ({"on": date(2026, 4, 1)} for _ in range(50))
    assert render(Column("on", "日", kind="date"), rows=rows).count("<tr>") == 51
    assert len(made) == 1
