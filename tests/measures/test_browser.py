"""A year of a plan in the browser: asked, answered, sent back, answered again, judged, published, read by a citizen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse

from madoguchi.blocks.measures import actions
from madoguchi.blocks.measures.models import RoundRequest
from madoguchi.blocks.measures.rounds.sheet import answers_workbook
from madoguchi.blocks.measures.testing import GRADES, YEAR, edition_make
from madoguchi.blocks.measures.testing.rounds import KEEPING, answer, two_offices
from madoguchi.blocks.people.testing import office_make, staff_client, viewer_with
from madoguchi.kernel.clock import now, today
from madoguchi.kernel.declarations import declarations_publish
from madoguchi.kernel.rights import system_viewer
from tests.support.house_browser import House

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
PLAN = {
    "key": "minamo-dx", "city": "みなも市", "title": "みなも市くらしの計画", "first_year": 2024, "last_year": 2028,
    "grades": GRADES,
    "pillars": [{"no": "1", "title": "行かない窓口", "items": [{
        "no": "1", "title": "オンライン手続の拡充", "offices": ["住民課"], "plan": "多い手続から順に進める。",
        "indicators": [{"name": "オンラインの手続数", "unit": "件", "kind": "stock", "targets": {YEAR: "40"}}],
    }]}],
}  # fmt: skip


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_year_goes_from_the_request_to_the_citizen(house: Callable[..., House], scripts: bool) -> None:
    declarations_publish(actor=system_viewer(on=today(), duty="試験"), keys=None, reason="試験", now=now())
    office = office_make(name="住民課")
    edition_make(PLAN, office_id=office.pk)
    rights = ("measures.round_keep", "measures.year_publish", "measures.actual_enter", "measures.evaluate")
    officer = house(client=staff_client(*rights, scope="all"), scripts=scripts)
    clerk = house(client=staff_client("measures.actual_enter", office=office), scripts=scripts)
    citizen = house(scripts=scripts)

    page = officer.open(reverse("measures:round_new", args=["minamo-dx"]))
    page.locator("select[name=year]").select_option(str(YEAR))
    page.get_by_label("年度の実績").check()
    page.get_by_label("回答の期限").fill("令和10年3月31日")
    page.get_by_role("button", name="依頼する").click()
    page.get_by_text("調査を依頼しました").wait_for()

    def answer(figure: str, done: str) -> None:
        page = clerk.open(reverse("measures:rounds"))
        page.get_by_role("link", name="年度の実績の調査").click()
        page.get_by_role("link", name="オンライン手続の拡充").click()
        page.get_by_label("取組実績").fill(done)
        page.locator("[name=figure-0-value]").fill(figure)
        page.get_by_role("button", name="保存する").click()
        page.get_by_role("button", name="回答を送る").click()
        page.get_by_text("回答を送りました").wait_for()

    def request_of_office() -> str:
        asked = RoundRequest.objects.get()
        return reverse("measures:request", args=[asked.round_id, asked.pk])

    answer("４０", "二十の手続を足した。")
    page = officer.open(request_of_office())
    page.get_by_label("差戻しの理由").fill("件数を確かめてください。")
    page.get_by_role("button", name="差し戻す").click()
    page.get_by_text("差し戻しました").wait_for()
    page = clerk.open(request_of_office())
    assert "件数を確かめてください。" in page.content()
    answer("48", "二十八の手続を足した。")
    page = officer.open(request_of_office())
    page.get_by_role("button", name="確認して取り込む").click()
    page.get_by_text("回答を取り込みました").wait_for()

    public = f"{reverse('plan:item', args=['minamo-dx', '1'])}?year={YEAR}"
    assert "二十八の手続を足した。" not in citizen.open(public).content()
    page = officer.open(f"{reverse('measures:grade', args=['minamo-dx', '1'])}?year={YEAR}")
    page.get_by_label("S — Sの意味").check()
    page.get_by_role("button", name="記録する").click()
    page.get_by_text("自己評価を記録しました").wait_for()
    page = officer.open(f"{reverse('measures:publish', args=['minamo-dx'])}?year={YEAR}")
    page.get_by_role("button", name="公表する").click()
    page.get_by_text("年度の結果を公表しました").wait_for()
    page = citizen.open(public)
    assert "二十八の手続を足した。" in page.content()
    assert "48件" in page.content()


@pytest.mark.parametrize("language", ["ja", "ja-easy", "en"])
def test_the_pages_at_the_end_of_a_way_keep_the_rules(
    house: Callable[..., House], language: str, tmp_path: Path
) -> None:
    opened, one, other, key = two_offices()
    answer(one, key, "11")
    answer(other, key, "12")
    edition_make(PLAN, issued=False)
    rights = (
        "measures.round_keep",
        "measures.year_publish",
        "measures.edition_edit",
        "measures.actual_enter",
    )
    officer = house(client=staff_client(*rights, scope="all"), language=language, width=320)
    for path in (
        reverse("measures:round", args=[opened.pk]),
        reverse("measures:publish", args=["minamo-dx"]),
    ):
        officer.open(path)
        assert officer.violations() == [], path

    actions.answer_accept(actor=viewer_with(*KEEPING), request_id=one.pk, revision=1, now=now())
    page = officer.open(reverse("measures:request", args=[opened.pk, other.pk]))
    page.locator("form[action$='/accept/'] button").click()
    page.locator("input[name=overrule]").wait_for(state="attached")
    assert officer.violations() == []

    file = tmp_path / "answers.xlsx"
    file.write_bytes(answers_workbook(other, on=today()))
    page = officer.open(reverse("measures:request", args=[opened.pk, other.pk]))
    page.locator("details:has(input[type=file]) summary").click()
    page.locator("input[type=file]").set_input_files(file)
    page.locator("form[action$='/upload/'] button").click()
    page.wait_for_url("**/upload/")
    assert officer.violations() == []
