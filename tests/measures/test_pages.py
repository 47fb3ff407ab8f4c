"""The thin thread: an office enters a figure, it is audited, and the report and the public page change."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from madoguchi.blocks.measures.actions import (
    Computed,
    EntryChanged,
    FigureTooFine,
    GradeUnknown,
    YearOutsidePlan,
    actual_enter,
    evaluation_enter,
)
from madoguchi.blocks.measures.models import ActualEntry, Evaluation, Indicator
from madoguchi.blocks.measures.queries import report
from madoguchi.blocks.measures.testing import ENTERING, NOW, YEAR, edition_spec, indicator_make
from madoguchi.blocks.people.testing import office_make, staff_client, viewer_with
from madoguchi.kernel.models import AuditRow, OutboxEvent
from madoguchi.kernel.rights import NotAllowed

pytestmark = pytest.mark.django_db


def page(name: str, indicator: Indicator, *, with_indicator: bool = False) -> str:
    item = indicator.item
    kwargs: dict[str, Any] = {"key": item.edition.key, "no": item.no}
    if with_indicator:
        kwargs["indicator_id"] = indicator.pk
    return f"{reverse(name, kwargs=kwargs)}?year={YEAR}"


@pytest.fixture
def indicator() -> Indicator:
    return indicator_make()


def client_of(indicator: Indicator) -> Client:
    return staff_client(*ENTERING, office=indicator.item.offices.get().office)


def test_an_entered_figure_reaches_the_report_and_the_public_page(indicator: Indicator) -> None:
    public, form = page("plan:item", indicator), page("measures:actual", indicator, with_indicator=True)
    citizen, clerk = Client(), client_of(indicator)
    assert "なし" in citizen.get(public).content.decode()
    answer = clerk.post(form, {"value": "１，２３４", "after": "0", "year": YEAR, "note": "集計表のとおり"})
    assert answer.status_code == 302, answer.content.decode()
    assert "1,234回" in citizen.get(public).content.decode()
    line = report(edition_key=indicator.item.edition.key, year=YEAR, on=NOW.date()).items[0].indicators[0]
    assert (line.actual, line.origin) == (Decimal(1234), "typed")
    row = AuditRow.objects.get(event="measures.actual_entered")
    assert row.subject_key == f"{indicator.item.edition.key}/1/回数"
    assert '"value":"1234"' in row.detail
    assert OutboxEvent.objects.filter(kind="measures.actual_entered", action_id=row.action_id).count() == 1


def test_two_who_opened_the_same_page_are_both_heard(indicator: Indicator) -> None:
    form = page("measures:actual", indicator, with_indicator=True)
    clerk = client_of(indicator)
    clerk.post(form, {"value": "5", "after": "0", "year": YEAR})
    answer = clerk.post(form, {"value": "7", "after": "0", "year": YEAR, "note": "二人目"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "ほかの人が記録しました" in text
    assert 'value="7"' in text, "what was typed stays"
    assert "二人目" in text
    assert 'name="after" value="1"' in text, "the next try knows the newer figure"
    assert [entry.value for entry in ActualEntry.objects.all()] == [5]
    assert clerk.post(form, {"value": "7", "after": "1", "year": YEAR}).status_code == 302


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"value": "約80"}, "おおよそ"),
        ({"value": "abc"}, "読めません"),
        ({"value": "1.5"}, "小数"),
        ({"value": "3", "provisional": "on"}, "いつ時点か"),
        ({"value": "3", "provisional": "on", "as_of": "令和8年9月31日"}, "9月"),
    ],
)
def test_what_cannot_be_recorded_is_refused_and_stays_on_the_page(
    indicator: Indicator, typed: dict[str, str], says: str
) -> None:
    form = page("measures:actual", indicator, with_indicator=True)
    answer = client_of(indicator).post(
        form, {**typed, "after": "0", "year": YEAR, "note": "消えてはいけない"}
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert says in text
    assert typed["value"] in text
    assert "消えてはいけない" in text
    assert not ActualEntry.objects.exists()


def test_a_judgement_is_recorded_beside_the_suggestion(indicator: Indicator) -> None:
    clerk = client_of(indicator)
    clerk.post(
        page("measures:actual", indicator, with_indicator=True), {"value": "12", "after": "0", "year": YEAR}
    )
    grade = page("measures:grade", indicator)
    assert "数値からの提案はSです" in clerk.get(grade).content.decode()
    assert clerk.post(grade, {"grade": "B", "after": "0", "year": YEAR}).status_code == 302
    kept = Evaluation.objects.get()
    assert (kept.grade.key, kept.suggested) == ("B", "S")
    shown = clerk.get(page("measures:item", indicator)).content.decode()
    assert "数値からの提案はS" in shown
    assert clerk.post(grade, {"grade": "X", "after": "1", "year": YEAR}).status_code == 422


def test_another_offices_item_is_not_there(indicator: Indicator) -> None:
    stranger = staff_client(*ENTERING, office=office_make())
    for name in ("measures:edition", "measures:item", "measures:grade"):
        kwargs = {"key": indicator.item.edition.key} | ({} if name == "measures:edition" else {"no": "1"})
        assert stranger.get(reverse(name, kwargs=kwargs)).status_code == 404
    form = page("measures:actual", indicator, with_indicator=True)
    assert stranger.post(form, {"value": "1", "after": "0", "year": YEAR}).status_code == 404
    actor = viewer_with(*ENTERING, offices=[office_make()])
    with pytest.raises(NotAllowed):
        actual_enter(actor=actor, indicator_id=indicator.pk, year=YEAR, value=Decimal(1), after=0, now=NOW)


def test_actions_refuse_what_the_plan_does_not_know(indicator: Indicator) -> None:
    actor = viewer_with(*ENTERING)

    def enter(**changes: Any) -> None:
        actual_enter(**({"actor": actor, "indicator_id": indicator.pk, "year": YEAR, "value": Decimal(1), "after": 0,
                         "now": NOW} | changes))  # fmt: skip

    for changes, refused in (
        ({"year": 2031}, YearOutsidePlan),
        ({"value": Decimal("1.5")}, FigureTooFine),
        ({"value": Decimal(10) ** 15}, FigureTooFine),
        ({"after": 3}, EntryChanged),
        ({"indicator_id": indicator_make(declared="dx_plan.notices_in_time").pk}, Computed),
    ):
        with pytest.raises(refused):
            enter(**changes)
    with pytest.raises(GradeUnknown):
        evaluation_enter(actor=actor, item_id=indicator.item_id, year=YEAR, grade="D", after=0, now=NOW)


def test_the_office_that_carries_on_the_work_may_enter(indicator: Indicator) -> None:
    from madoguchi.blocks.people.actions import organisation_apply

    heir, old = office_make(starts_on=date(2026, 4, 1)), indicator.item.offices.get().office
    assert old is not None
    organisation_apply(
        actor=viewer_with("people.organisation_edit"),
        rows={"successions": [{"predecessor": old.key, "successor": heir.key, "on": date(2026, 4, 1)}]},
        now=NOW,
    )
    assert staff_client(*ENTERING, office=heir).get(page("measures:item", indicator)).status_code == 200


@pytest.mark.parametrize("language", ["ja", "ja-easy", "en"])
def test_the_public_pages_come_in_three_languages(indicator: Indicator, language: str) -> None:
    client = Client(headers={"accept-language": language})
    for url in ("/plan/", f"/plan/{indicator.item.edition.key}/?year={YEAR}", page("plan:item", indicator)):
        answer = client.get(url)
        assert answer.status_code == 200
        assert f'lang="{"en" if language == "en" else "ja"}"' in answer.content.decode()
    assert client.get("/plan/none/").status_code == 404
    assert client.get(f"/plan/{indicator.item.edition.key}/99/").status_code == 404
    assert client.get(f"/plan/{indicator.item.edition.key}/?year=1999").status_code == 404
    assert client.get(f"/plan/{indicator.item.edition.key}/?year=x").status_code == 404


def test_a_list_of_fifty_items_takes_few_queries(django_assert_max_num_queries: Any) -> None:
    from madoguchi.blocks.measures.actions import edition_load

    office = office_make(name="試験課")
    spec = edition_spec(items=50)
    edition_load(actor=viewer_with("measures.edition_edit"), spec=spec, translations={}, now=NOW)
    client = staff_client(*ENTERING, office=office)
    url = f"{reverse('measures:edition', args=[spec.key])}?year={YEAR}"
    client.get(url)
    with django_assert_max_num_queries(12):
        assert client.get(url).content.decode().count("<tr") >= 51
