"""Every component: what it renders, and that nothing that comes in can become markup."""

from __future__ import annotations

import re

import pytest
from django.core.paginator import Paginator
from django.http import QueryDict
from django.template import Context, Template
from django.utils import translation
from django.utils.html import format_html

from madoguchi.ui.components.badge import badge
from madoguchi.ui.components.breadcrumb import breadcrumb
from madoguchi.ui.components.button import button, link_button
from madoguchi.ui.components.dialog import dialog
from madoguchi.ui.components.empty import empty_state
from madoguchi.ui.components.icon import NAMES, icon
from madoguchi.ui.components.language import lang_mark
from madoguchi.ui.components.markup import href
from madoguchi.ui.components.notice import notice, notice_kind
from madoguchi.ui.components.pagination import Pager, pagination
from madoguchi.ui.components.printing import print_button
from madoguchi.ui.components.stat import stat_tile
from madoguchi.ui.components.steps import steps
from madoguchi.ui.components.summary import SummaryRow, summary_list
from madoguchi.ui.components.tabs import Tab, tabs
from madoguchi.ui.components.timeout import timeout_warning

EVIL = "\"'><script>alert(1)</script>"

WITH_EVIL = [
    badge(EVIL),
    breadcrumb([(EVIL, EVIL), (EVIL, "")]),
    button(EVIL, name=EVIL, data_x=EVIL),
    link_button(EVIL, EVIL, title=EVIL),
    dialog(EVIL, EVIL, title=EVIL, opener=EVIL),
    empty_state(EVIL, EVIL, action=EVIL, url=EVIL),
    icon("info", label=EVIL),
    lang_mark(EVIL, "en"),
    notice(EVIL, title=EVIL),
    pagination(Pager(EVIL, EVIL, EVIL)),
    print_button(EVIL),
    stat_tile(EVIL, EVIL, unit=EVIL, note=EVIL, url=EVIL),
    steps([EVIL, EVIL], 1),
    summary_list([(EVIL, EVIL, EVIL), (EVIL, [EVIL, EVIL])]),
    tabs([(EVIL, EVIL)], label=EVIL),
    timeout_warning(seconds=600, extend_url=EVIL, end_url=EVIL, csrf_token=EVIL),
]


@pytest.mark.parametrize("markup", WITH_EVIL, ids=range(len(WITH_EVIL)))
def test_what_comes_in_is_escaped(markup):
    assert "<script" not in markup
    assert "&lt;script" in markup
    assert "&quot;&#x27;&gt;" in markup


def test_safe_markup_stays():
    assert "<b>x</b>" in notice(format_html("<b>{}</b>", "x"))
    assert "<b>x</b>" in badge(format_html("<b>{}</b>", "x"))


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        " JavaScript:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
    ],
)
def test_addresses_that_run_scripts_go_nowhere(url):
    assert href(url) == "#"


@pytest.mark.parametrize(
    "url", ["/a/", "?page=2", "#x", "https://example.jp/", "mailto:a@example.jp", "tel:0123", "a/b:c", "list"]
)
def test_other_addresses_stay(url):
    assert href(url) == url


@pytest.mark.parametrize("name", ["onclick", "style", "on_click"])
def test_attributes_that_the_policy_refuses_are_refused_at_once(name):
    with pytest.raises(ValueError, match="content security policy"):
        button("x", **{name: "x"})


def test_button_writes_attributes():
    markup = button("送る", hx_post="/a/", disabled=True, hidden=False, class_="no", aria_label=None)
    assert 'hx-post="/a/"' in markup
    assert " disabled>" in markup or " disabled " in markup
    assert "hidden" not in markup
    assert "aria-label" not in markup


@pytest.mark.parametrize(
    "call",
    [
        lambda: badge("x", "pink"),
        lambda: notice("x", "pink"),
        lambda: button("x", kind="pink"),
        lambda: stat_tile("x", 1, tone="pink"),
        lambda: dialog("x", "k", title="t", opener="o", kind="pink"),
    ],
)
def test_unknown_kinds_are_refused(call):
    with pytest.raises(ValueError, match="use one of"):
        call()


def test_external_link_says_so():
    assert "外部サイト" in link_button("x", "https://example.jp/", external=True)


@pytest.mark.parametrize("name", NAMES)
def test_icons_are_decoration_or_have_a_name(name):
    assert 'aria-hidden="true"' in icon(name)
    assert 'role="img" aria-label="名"' in icon(name, label="名")


def test_breadcrumb_last_is_this_page():
    markup = breadcrumb([("ホーム", "/"), {"label": "手続", "url": "/p/"}, ("児童手当", "/p/1/")])
    assert markup.count("<a ") == 2
    assert '<span aria-current="page">児童手当</span>' in markup
    assert breadcrumb([]) == ""


@pytest.mark.parametrize(
    ("tags", "kind"), [("", "info"), ("extra error", "error"), ("success", "success"), ("debug", "info")]
)
def test_message_kinds(tags, kind):
    assert notice_kind(tags) == kind


def test_live_notice_is_spoken():
    assert 'role="alert"' in notice("x", "error", live=True)
    assert 'role="status"' in notice("x", "success", live=True)
    assert 'role="status"' not in notice("x")


def test_steps_mark_the_current_one():
    markup = steps(["a", "b", "c"], 2)
    assert markup.count("aria-current") == 1
    assert "いまここ" in markup.split('aria-current="step"')[1].split("</li>")[0]
    assert "aria-current" not in steps(["a", "b"], 3)


def test_summary_shows_what_is_missing_and_names_the_link():
    markup = summary_list(
        [SummaryRow("電話", "", "/c/"), ("番号", 0), {"label": "住所", "value": ["a", "b"]}]
    )
    assert "未入力" in markup
    assert '変更<span class="mg-hidden">（電話）</span>' in markup
    assert ">0</dd>" in markup
    assert "a<br>b" in markup
    assert markup.count("mg-summary__change") == 1


def test_tabs_inside_the_page_are_enhanced_others_are_links():
    assert "data-tabs" in tabs([Tab("a", "#a"), Tab("b", "#b")], label="x")
    other = tabs([Tab("a", "?v=a", current=True, count=3), Tab("b", "#b")], label="x")
    assert "data-tabs" not in other
    assert 'aria-current="page"' in other
    assert "3件" in other


def test_stat_groups_digits_but_leaves_text():
    assert "128,640" in stat_tile("x", 128640)
    assert "R8-123456" in stat_tile("x", "R8-123456")


def test_pagination_keeps_the_other_parameters():
    markup = pagination(Paginator(range(100), 10).page(3), QueryDict("q=a%26b&page=3"))
    assert 'href="?q=a%26b&amp;page=4"' in markup
    assert "page=3&" not in markup
    assert "100件中 21〜30件" in markup
    assert pagination(Paginator(range(5), 10).page(1)) == ""
    assert pagination(Pager()) == ""


def test_pagination_tag_reads_the_request(rf):
    context = Context({"page": Paginator(range(100), 10).page(1), "request": rf.get("/", {"q": "x"})})
    assert "?q=x&amp;page=2" in Template("{% pagination page %}").render(context)


def test_language_mark_only_where_the_page_speaks_another():
    with translation.override("ja"):
        assert lang_mark("本文") == "本文"
    with translation.override("en"):
        assert re.search(r'<span lang="ja">本文</span>.*Japanese only', lang_mark("本文"))
    with translation.override("ja-easy"):
        assert "ふつうの 日本語" in lang_mark("本文")
        assert lang_mark("やさしい", "ja-easy") == "やさしい"
    with translation.override("en"):
        assert 'lang="ja"' in lang_mark("やさしい", "ja-easy")


@pytest.mark.parametrize(("seconds", "warn"), [(600, 19), (60, 60), (60, 90)])
def test_time_out_warning_leaves_time_to_answer(seconds, warn):
    with pytest.raises(ValueError, match="at least 20"):
        timeout_warning(seconds=seconds, warn=warn, extend_url="/e/", end_url="/")


def test_time_out_tag_carries_the_token():
    template = Template("{% timeout_warning seconds=600 extend_url='/e/' end_url='/' %}")
    assert 'name="csrfmiddlewaretoken" value="abc"' in template.render(Context({"csrf_token": "abc"}))
    assert "csrfmiddlewaretoken" not in template.render(Context({"csrf_token": "NOTPROVIDED"}))


def test_block_tags_hold_markup():
    template = Template(
        "{% notice 'warning' title=t %}<p>{{ x }}</p>{% endnotice %}"
        "{% dialog 'key' title=t opener='o' %}<p>{{ x }}</p>{% enddialog %}"
    )
    markup = template.render(Context({"t": "<i>", "x": "<u>"}))
    assert markup.count("<p>&lt;u&gt;</p>") == 2
    assert "&lt;i&gt;" in markup
    assert "<i>" not in markup


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{{ d|day }}", "令和8年4月1日"),
        ("{{ n|yen }}", "1,234円"),
        ("{{ n|number }}", "1,234"),
        ("{{ none|day }}{{ none|yen }}{{ none|number }}{{ none|moment }}", ""),
        ("{{ m|moment }}", "令和8年4月1日 9:05"),
    ],
)
def test_filters(source, shown):
    from datetime import UTC, date, datetime

    context = Context(
        {"d": date(2026, 4, 1), "n": 1234, "none": None, "m": datetime(2026, 4, 1, 0, 5, tzinfo=UTC)}
    )
    assert Template(source).render(context) == shown


def test_days_and_amounts_in_other_languages():
    from datetime import date

    context = Context({"d": date(2026, 4, 1), "n": 1234, "old": date(1860, 1, 2)})
    template = Template("{{ d|day }} {{ n|yen }} {{ old|day }}")
    with translation.override("en"):
        assert template.render(context) == "1 Apr 2026 ¥1,234 2 Jan 1860"
    with translation.override("ja-easy"):
        assert template.render(context) == "2026年4月1日（令和8年4月1日） 1,234円 1860年1月2日"
