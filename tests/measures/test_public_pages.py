"""
The public pages of a plan: five real editions against the golden tables, what is told before a year is published,
schedules, reprints, nested pillars, and drafts, which nobody sees.
"""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from madoguchi.blocks.measures.actions import (
    actual_enter,
    edition_publish,
    evaluation_enter,
    progress_enter,
    text_enter,
    year_publish,
)
from madoguchi.blocks.measures.document import plan_of
from madoguchi.blocks.measures.files import edition_read
from madoguchi.blocks.measures.lines import edition_get
from madoguchi.blocks.measures.models import Edition, Indicator
from madoguchi.blocks.measures.spec import EditionSpec, PhaseSpec, Value
from madoguchi.blocks.measures.testing import ENTERING, GRADES, NOW, YEAR, edition_make
from madoguchi.blocks.people.testing import office_make, viewer_with
from madoguchi.kernel.rights import system_viewer
from madoguchi.services.dx_plan.editions import SAMPLES, editions_load
from tests.support.house_browser import House

GOLDEN = Path(__file__).parents[1] / "golden"
KEYS = ("tokushima-2019", "tokushima-2022", "naruto-2023", "tsushima-2024", "shimada-2022")
LANGUAGES = ("ja", "ja-easy", "en")
SYSTEM = system_viewer(on=NOW.date(), duty="試験")


def golden(name: str) -> list[dict[str, str]]:
    with (GOLDEN / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sample(key: str) -> EditionSpec:
    return edition_read(SAMPLES / f"{key}.yaml")[0]


def written(value: Value | None) -> str:
    return "" if value is None else value.word or str(value.number)


def page(url: str, language: str = "ja") -> str:
    answer = Client(headers={"accept-language": language}).get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def words(markup: str) -> str:
    """Give what a reader sees, in one line."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", markup)))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


# The loaded files against a second reading of the sources


def test_the_items_of_tokushima_2022_are_those_of_the_golden_table() -> None:
    rows = [
        {
            "no": item.no, "pillar": above[-1].no, "title": item.title, "mark": item.mark,
            "offices": "、".join(f"{one.name}（{one.unit}）" if one.unit else one.name for one in item.offices),
            "continues": "、".join(link.no for link in item.continues),
        }
        for above, item in sample("tokushima-2022").items_all()
    ]  # fmt: skip
    assert rows == golden("tokushima_2022_items")


def test_the_indicators_of_tokushima_2022_are_those_of_the_golden_table() -> None:
    rows = [
        {
            "item": item.no, "no": one.no, "name": one.name, "unit": f"{one.unit}/{one.per}" if one.per else one.unit,
            "base": written(one.base.value if one.base else None),
            **{str(year): written(one.targets.get(year)) for year in range(2022, 2026)},
        }
        for _above, item in sample("tokushima-2022").items_all()
        for _part, one in item.indicators_all()
    ]  # fmt: skip
    assert rows == golden("tokushima_2022_indicators")


def test_the_surveys_of_tokushima_2022_are_those_of_the_golden_table() -> None:
    rows = [
        {"table": table.title, "row": label, **dict(zip(table.columns, map(written, values), strict=True))}
        for table in sample("tokushima-2022").tables
        for label, values in table.rows
    ]
    assert rows == golden("tokushima_2022_survey")


def test_the_items_and_marks_of_naruto_are_those_of_the_golden_table() -> None:
    spec = sample("naruto-2023")
    tags = [tag.key for tag in spec.tag_sets[0].tags]
    rows = [
        {"no": item.no, "pillar": above[-1].no, "title": item.title,
         **{tag: ("○" if tag in marked else "—") if (marked := item.tags.get("seven_less")) is not None else "" for tag in tags},
         "schedule_rows": "；".join(part.title for part in item.parts)}
        for above, item in spec.items_all()
    ]  # fmt: skip
    assert rows == golden("naruto_2023")


def test_the_items_and_schedule_of_tsushima_are_those_of_the_golden_tables() -> None:
    spec = sample("tsushima-2024")
    rows = [{"no": item.no, "pillar": above[-1].no, "title": item.title} for above, item in spec.items_all()]
    assert rows == golden("tsushima_2024")
    labels = {phase.key: phase.label for phase in spec.phases}
    found = [
        (above[-1].title, part.title, "→".join(labels[bar.word] for bar in part.phases))
        for above, item in spec.items_all()
        for part in item.parts
    ]
    assert found == [
        (row["group"], row["sub_row"] or row["row"], row["words"]) for row in golden("tsushima_2024_schedule")
    ]


def test_the_items_of_shimada_are_those_of_the_golden_table() -> None:
    spec = sample("shimada-2022")
    under = {no: pillar.no for _above, pillar in spec.pillars_all() for no in pillar.reprints}
    rows = [
        {"no": item.no, "pillar": above[-1].no, "title": item.title, "reprinted_under": under.get(item.no, ""),
         "outcome": item.outcome}
        for above, item in spec.items_all()
    ]  # fmt: skip
    assert rows == golden("shimada_2022")
    assert spec.printed() == 13


def test_the_totals_of_tokushima_2019_are_those_of_the_golden_table() -> None:
    rows = [
        (str(total.year), grade, str(total.counts[grade]), str(total.printed_percent[grade]),
         "yes" if total.provisional else "no")
        for total in sample("tokushima-2019").totals
        for grade in total.counts
    ]  # fmt: skip
    assert rows == [
        (row["year"], row["grade"], row["count"], row["printed_percent"], row["provisional"])
        for row in golden("tokushima_totals")
    ]


# Every page of the five


@pytest.fixture
def editions(db: None) -> None:
    editions_load(actor=SYSTEM, now=NOW)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_every_page_of_every_edition_answers(editions: None, key: str, language: str) -> None:
    edition, spec = edition_get(key), plan_of(edition_get(key))
    listed = page("/plan/", language)
    assert f'href="/plan/{key}/"' in listed
    whole = page(f"/plan/{key}/", language)
    for _above, item in spec.items_all():
        found = edition.translations.get(language, {}).get(f"{key}.items.{item.no}.title", item.title)
        title = found if language != "ja" else item.title
        url = f"/plan/{key}/{quote(item.no)}/"
        assert url in whole
        assert html.escape(title) in whole
        own = page(url, language)
        assert html.escape(title) in own
        assert "style=" not in own
        for indicator in item.indicators:
            if language == "ja":
                assert html.escape(indicator.name) in own
    assert squeezed(spec.city) in squeezed(whole)


def test_marks_reprints_levels_and_cut_periods_are_shown(editions: None) -> None:
    tokushima, shimada = page("/plan/tokushima-2022/"), page("/plan/shimada-2022/")
    assert tokushima.count(">新規</span>") == 14
    assert tokushima.count(">継続</span>") == 23
    assert "取組方針1" in tokushima
    assert shimada.count(">再掲</span>") == 3
    assert "10件（再掲を入れると13件）" in shimada
    assert "施策の柱1" in shimada
    assert "共通 共通施策" in words(shimada)
    assert "行かない 書かない 市役所の実現" in shimada
    assert "キーワード1" in page("/plan/naruto-2023/")
    assert "次の計画ができたため、令和3年度で終わりました" in page("/plan/")
    assert "（再掲）" in words(page("/plan/shimada-2022/1-1/"))


def test_survey_tables_matrices_notes_and_source_notes_are_shown(editions: None) -> None:
    tokushima, naruto = page("/plan/tokushima-2022/"), page("/plan/naruto-2023/")
    for row in golden("tokushima_2022_survey"):
        cells = "".join(f'<td class="mg-right">{value}</td>' for value in [*row.values()][2:])
        assert f"{row['row']}</span></th>{cells}" in tokushima
    for row in golden("naruto_2023"):
        marks = [*row.values()][3:10]
        if any(marks):
            line = naruto[naruto.index(f"{row['no']} {row['title']}</a></th>", naruto.index('id="tags"')) :]
            assert re.findall(r'aria-hidden="true">(.)<', line.split("</tr>")[0]) == marks
    assert "あてはまらない" in naruto
    assert '<a href="#note-14" id="word-14">変革<sup>注14</sup></a>' in naruto
    assert '<div id="note-40">' in naruto
    assert "原典にありません" in tokushima
    assert "ガバメントクラウドを使える業務の図は、題だけが残っている。" in page("/plan/naruto-2023/1-(1)/")


def test_an_item_leads_to_its_neighbours_and_what_caused_it(editions: None) -> None:
    later, earlier, ended = (
        page(url)
        for url in ("/plan/tokushima-2022/12/", "/plan/tokushima-2019/11/", "/plan/tokushima-2019/3/")
    )
    assert "11 電子申請の充実</a>" in later
    assert "12 行政手続のオンライン化</a>" in earlier
    assert "この取組は続いていません" in ended
    assert "行政手続のオンライン化、電子申請サービスの拡充" in later
    assert "手続における情報通信の技術の利用等に係る取組" in later
    assert "/plan/tokushima-2022/~diff/" in page("/plan/tokushima-2022/")


def test_base_targets_words_and_units_are_told(editions: None) -> None:
    sensor, posts = words(page("/plan/tokushima-2022/5/")), words(page("/plan/tokushima-2022/10/"))
    assert "令和6年度 5基" in sensor
    assert "令和4年度 — 数値なし" in sensor
    assert "令和2年度（基準） 2件/週" in posts
    assert "令和7年度 3件/週" in posts


# Schedules


def bars(markup: str) -> list[str]:
    return [
        html.unescape(re.sub("<[^>]+>", "", one))
        for one in re.findall(r'mg-timeline__bar--\d">(.*?)</div>', markup)
    ]


@pytest.mark.parametrize("key", KEYS)
def test_what_the_source_does_not_give_is_never_drawn(editions: None, key: str) -> None:
    spec = plan_of(edition_get(key))
    labels = {phase.key: phase.label for phase in spec.phases}

    def named(phase: PhaseSpec) -> str:
        return ": ".join(part for part in (labels.get(phase.word, ""), phase.text) if part)

    seen = 0
    for _above, item in spec.items_all():
        phases = [*item.phases, *(phase for _no, part in item.parts_all() for phase in part.phases)]
        drawn = [named(phase) for phase in phases if phase.starts_on and phase.ends_on]
        said = [named(phase) for phase in phases if not (phase.starts_on and phase.ends_on)]
        markup = page(f"/plan/{key}/{quote(item.no)}/")
        assert sorted(bars(markup)) == sorted(drawn), item.no
        text = words(markup)
        for name in said:
            assert name in text, (item.no, name)
        if said:
            assert "原典で読めません" in text, item.no
        seen += len(phases)
    assert seen > 0 or key in ("tokushima-2019", "shimada-2022")


def test_a_known_start_is_said_and_reaches_beyond_the_plan(editions: None) -> None:
    text = words(page("/plan/tsushima-2024/1-(5)/"))
    assert "令和7年度（計画期間の外）" in text
    assert "導入: 令和7年度から。終わりは原典で読めません" in text
    assert "期間は原典で読めません" in words(page("/plan/tsushima-2024/2-(9)/"))


PLAN: dict[str, Any] = {
    "key": "small", "city": "試験市", "title": "小さな計画", "first_year": 2024, "last_year": 2028, "grades": GRADES,
    "phases": [{"key": "study", "label": "検討"}, {"key": "use", "label": "運用"}],
}  # fmt: skip


def small(*items: dict[str, Any], **more: Any) -> Edition:
    pillar = {"no": "1", "title": "方針", "items": [{"offices": ["試験課"], **item} for item in items]}
    return edition_make(PLAN | {"pillars": [pillar]} | more, office_id=office_make().pk)


def test_groups_overlaps_days_and_corrections_of_a_schedule(db: None) -> None:
    small(
        {
            "no": "1", "title": "項目",
            "parts": [{"no": "(1)", "title": "行", "phases": [
                {"word": "study", "group": "本庁", "from": 2024, "to": 2025},
                {"word": "use", "text": "試行", "group": "本庁", "from": "2025-10-01", "to": "2027-03-31", "state": "corrected"},
                {"word": "use", "group": "支所", "from": 2028, "to": 2030},
            ], "milestones": [{"text": "開庁", "on": "2026-07-01"}, {"text": "完了", "on": 2027}]}],
        }
    )  # fmt: skip
    markup = page("/plan/small/1/")
    text = words(markup)
    assert bars(markup) == ["検討", "運用: 試行", "運用"]
    assert "令和6年度から令和7年度まで" in text
    assert "令和7年10月1日から令和8年度まで（訂正した値）" in text
    assert "令和12年度（計画期間の外）" in text
    assert "令和8年7月1日: 開庁" in text
    assert "令和9年度末: 完了" in text
    assert "本庁: 検討" in text


# What is told of a year, and when


def test_figures_stand_before_a_year_is_published_and_grades_and_texts_do_not(db: None) -> None:
    edition = small(
        {"no": "1", "title": "項目", "indicators": [{"name": "回数", "unit": "回", "kind": "flow", "targets": {YEAR: "10"}}]}
    )  # fmt: skip
    actor, indicator = viewer_with(*ENTERING), Indicator.objects.get(edition=edition)
    whole, own = f"/plan/small/?year={YEAR}", f"/plan/small/1/?year={YEAR}"
    assert "まだ記録されていません" in page(whole)
    actual_enter(actor=actor, indicator_id=indicator.pk, year=YEAR, value=Decimal(8), after=0, now=NOW)
    evaluation_enter(actor=actor, item_id=indicator.item_id, year=YEAR, grade="B", after=0, now=NOW)
    text_enter(
        actor=actor, item_id=indicator.item_id, year=YEAR, section="done", text="秘密の文", office_name="試験課", after=0, now=NOW
    )  # fmt: skip
    for url in (whole, own):
        markup = page(url)
        assert "公表前の記録です" in markup
        assert "8回" in markup
        assert ">B</span>" not in markup
        assert "秘密の文" not in markup
    assert "公表前の記録" in words(page(own)).split("値の出所")[1]
    year_publish(actor=SYSTEM, key="small", year=YEAR, provisional=True, as_of=date(2026, 12, 31), now=NOW)
    for url in (whole, own):
        markup = page(url)
        assert "見込みの値です（令和8年12月31日時点）" in markup
        assert "公表前の記録" not in markup
        assert ">B</span>" in markup
    assert "秘密の文" in page(own)
    assert "（試験課）" in words(page(own)).replace(" ", "")


def test_a_plan_without_grades_tells_the_progress_of_its_rows(db: None) -> None:
    edition = small(
        {"no": "1", "title": "項目", "parts": [{"no": "(1)", "title": "甲"}, {"no": "(2)", "title": "乙"}]},
        grades=[],
    )
    part = edition.items.get(level="part", no="(2)")
    progress_enter(actor=viewer_with(*ENTERING), item_id=part.pk, year=YEAR, status="use", after=0, now=NOW)
    whole = f"/plan/small/?year={YEAR}"
    assert "運用" not in words(page(whole))
    year_publish(actor=SYSTEM, key="small", year=YEAR, provisional=False, as_of=None, now=NOW)
    markup = page(whole)
    assert "(2) 運用" in words(markup)
    assert "自己評価</th>" not in markup
    assert "(2) 乙 運用" in words(page(f"/plan/small/1/?year={YEAR}"))


def test_totals_without_items_stand_as_a_table(editions: None) -> None:
    text = words(page("/plan/tokushima-2019/?year=2021"))
    assert "見込みの値です（令和3年12月31日時点）" in text
    assert "44% 45% 四捨五入のままでは合計が99になるため" in text
    assert "集計だけが公表されています" in text
    assert "実績 / 目標" not in text
    assert "27項目のうち20項目（74%）" in words(page("/plan/tokushima-2019/?year=2019"))


def test_grades_of_the_years_stand_at_the_item(editions: None) -> None:
    text = words(page("/plan/tokushima-2019/25/"))
    assert "令和元年度 S 予定していた水準より良い結果になった" in text
    assert "内部監査で問題点を見つけ" in text


# Drafts, trees, comparisons


def test_a_draft_is_not_for_the_public(db: None) -> None:
    edition_make(
        PLAN | {"pillars": [{"no": "1", "title": "方針", "items": [{"no": "1", "title": "項目"}]}]}, issued=False
    )  # fmt: skip
    client = Client()
    for url in ("/plan/small/", "/plan/small/1/", "/plan/small/~diff/"):
        assert client.get(url).status_code == 404
    assert "小さな計画" not in page("/plan/")
    edition_publish(actor=SYSTEM, key="small", on=NOW.date(), now=NOW)
    for url in ("/plan/small/", "/plan/small/1/", "/plan/small/~diff/"):
        assert client.get(url).status_code == 200
    assert "小さな計画" in page("/plan/")


def test_pillars_within_pillars_and_their_indicators(db: None) -> None:
    inner = {"no": "1-1", "title": "内側", "items": [{"no": "1", "title": "項目"}],
             "indicators": [{"name": "事故", "kind": "flow", "targets": {2026: "事故ゼロ"}}]}  # fmt: skip
    levels = [
        {"key": "pillar", "label": "章"},
        {"key": "chapter", "label": "節"},
        {"key": "item", "label": "施策"},
    ]
    edition_make(
        PLAN | {"levels": levels, "pillars": [{"no": "1", "title": "外側", "pillars": [inner | {"no": "2"}]}]}
    )
    markup = page("/plan/small/")
    assert "<h3>章1 外側</h3>" in markup
    assert "<h4>節2 内側</h4>" in markup
    assert "事故ゼロ" in markup
    assert "章1 外側 › 節2 内側" in words(page("/plan/small/1/"))


def test_a_lost_section_says_so_at_its_place(db: None) -> None:
    small(
        {"no": "1", "title": "項目", "plan": "すること"},
        source_notes=[{"path": "items.1.goal", "state": "lost", "note": "頁が欠けている"}],
    )
    markup = page("/plan/small/1/")
    assert re.search(
        r"<h2>目標</h2>\s*<p[^>]*><span[^>]*>原典では読めません</span> <span lang=\"ja\">頁が欠けている",
        markup,
    )


def test_two_editions_side_by_side(editions: None) -> None:
    markup = page("/plan/tokushima-2022/~diff/")
    text = words(markup)
    assert "新しい取組 14 続いている取組 23 終わった取組 4" in text
    assert "令和元年度 130データセット 令和4年度 190データセット" in text
    assert "情報推進課 デジタル推進課、全部局" in text
    assert "つながりは書かれていません" not in text
    assert "つながりは書かれていません" in page("/plan/tokushima-2022/~diff/?with=naruto-2023")
    assert "比べる計画を選んでください" in page("/plan/naruto-2023/~diff/")
    client = Client()
    for wrong in ("?with=none", "?with=tokushima-2022"):
        assert client.get(f"/plan/tokushima-2022/~diff/{wrong}").status_code == 404


def test_the_reasons_of_a_comparison_are_told(db: None) -> None:
    def items(*rows: dict[str, Any]) -> list[dict[str, Any]]:
        return [{"no": "1", "title": "方針", "items": [{"offices": ["試験課"], **row} for row in rows]}]

    edition_make(
        PLAN
        | {
            "key": "a",
            "pillars": items(
                {"no": "1", "title": "甲"}, {"no": "2", "title": "乙"}, {"no": "3", "title": "丙"}
            ),
        }
    )
    edition_make(
        PLAN | {
            "key": "b", "replaces": "a", "ended": [{"no": "3", "reason": "終えたため"}],
            "pillars": items({"no": "1", "title": "甲乙", "mark": "new",
                              "continues": [{"no": "1", "how": "merged", "reason": "同じ仕事のため"}, {"no": "2", "how": "merged"}]}),
        }
    )  # fmt: skip
    text = words(page("/plan/b/~diff/"))
    assert "理由: 終えたため" in text
    assert "一つになった取組" in text
    assert "同じ仕事のため" in text
    assert "前からあるのに「新規」と書かれた取組" in text
    assert "終えたため" in words(page("/plan/a/3/"))
    assert "同じ仕事のため" in words(page("/plan/b/1/"))


# Fast, accessible


def test_pages_take_few_queries(editions: None, django_assert_max_num_queries: Any) -> None:
    client = Client()
    for url, most in (("/plan/", 4), ("/plan/tokushima-2022/", 12), ("/plan/tokushima-2022/14/", 12),
                      ("/plan/tokushima-2022/~diff/", 6)):  # fmt: skip
        client.get(url)
        with django_assert_max_num_queries(most):
            client.get(url)


REAL = ("/plan/", "/plan/tokushima-2019/?year=2019", "/plan/tokushima-2022/", "/plan/tokushima-2022/12/",
        "/plan/tokushima-2022/~diff/", "/plan/naruto-2023/", "/plan/naruto-2023/1-(1)/", "/plan/tsushima-2024/1-(5)/",
        "/plan/shimada-2022/")  # fmt: skip


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_real_plans_are_accessible_on_a_phone(
    editions: None, house: Callable[..., House], language: str
) -> None:
    walker = house(width=320, language=language)
    faults = []
    for url in REAL if language == "ja" else REAL[2:5]:
        opened = walker.open(url)
        opened.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        faults += [f"{url}: {fault}" for fault in walker.violations()]
    assert faults == []


@pytest.mark.browser
def test_notes_and_folds_work_without_scripts_by_keyboard(
    editions: None, house: Callable[..., House]
) -> None:
    opened = house(width=320, scripts=False).open("/plan/naruto-2023/1-(1)/")
    opened.locator("#word-20").click()
    assert opened.locator("#note-20").evaluate("note => note.matches(':target')")
    opened.locator("#note-20 a").click()
    assert opened.locator("#word-20").evaluate("word => word.matches(':target')")
    fold = opened.locator(".mg-timeline summary")
    fold.focus()
    opened.keyboard.press("Enter")
    assert opened.locator(".mg-timeline table >> nth=-1").is_visible()
