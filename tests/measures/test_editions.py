"""Editions: frozen once published, corrected only with a reason, brought up to their file without losing an entry."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from pydantic import ValidationError

from madoguchi.blocks.measures import actions
from madoguchi.blocks.measures.document import plan_of
from madoguchi.blocks.measures.models import (
    ActualEntry,
    Edition,
    EditionDocument,
    Indicator,
    Item,
    ItemOffice,
    Target,
    YearPublication,
)
from madoguchi.blocks.measures.spec import EditionSpec, Value, plan_only
from madoguchi.blocks.measures.testing import GRADES, NOW, YEAR
from madoguchi.blocks.people.testing import office_make, staff_client, viewer_with
from madoguchi.kernel.db.written_once import NeverChanges
from madoguchi.kernel.models import AuditRow
from madoguchi.kernel.rights import system_viewer

pytestmark = pytest.mark.django_db
ACTOR = system_viewer(on=NOW.date(), duty="試験")


def data(**changes: Any) -> dict[str, Any]:
    indicator = {"name": "件数", "key": "count", "unit": "件", "kind": "flow", "targets": {YEAR: "10"}}
    item = {"no": "1", "title": "項目", "offices": ["住民課", "全部局"], "indicators": [indicator],
            "parts": [{"no": "(1)", "title": "内訳"}]}  # fmt: skip
    return {
        "key": "frozen", "city": "試験市", "title": "計画", "first_year": 2024, "last_year": 2028, "grades": GRADES,
        "pillars": [{"no": "1", "title": "方針", "items": [item, {"no": "2", "title": "別の項目"}]}], **changes,
    }  # fmt: skip


def load(source: dict[str, Any], reason: str = "") -> Edition:
    spec = EditionSpec.model_validate(source)
    return actions.edition_load(actor=ACTOR, spec=spec, translations={}, reason=reason, now=NOW)


def renamed(source: dict[str, Any], name: str) -> dict[str, Any]:
    source["pillars"][0]["items"][0]["indicators"][0]["name"] = name
    return source


def test_a_draft_changes_freely_and_a_published_edition_only_with_a_reason() -> None:
    load(data())
    load(data(title="計画（案2）"))
    actions.edition_publish(actor=ACTOR, key="frozen", on=date(2026, 4, 1), now=NOW)
    with pytest.raises(actions.AlreadyPublished):
        actions.edition_publish(actor=ACTOR, key="frozen", on=date(2026, 4, 1), now=NOW)
    with pytest.raises(actions.EditionFrozen):
        load(data(title="計画（案3）"))
    assert Edition.objects.get().title == "計画（案2）"
    load(data(title="計画（訂正）"), reason="題名の誤り")
    versions = EditionDocument.objects.order_by("version").values_list("version", "draft", "reason")
    assert [*versions] == [(1, True, ""), (2, True, ""), (3, False, "題名の誤り")]
    assert AuditRow.objects.filter(event="measures.edition_published").count() == 1


def test_the_same_file_again_changes_nothing() -> None:
    load(data(issued="2024-03"))
    load(data(issued="2024-03"))
    assert EditionDocument.objects.count() == 1


def test_a_document_is_never_changed() -> None:
    document = EditionDocument.objects.get(edition=load(data()))
    for change in (
        lambda: EditionDocument.objects.update(body="{}"),
        lambda: EditionDocument.objects.all().delete(),
        document.delete,
    ):
        with pytest.raises(NeverChanges):
            change()
    with pytest.raises(IntegrityError), transaction.atomic():
        EditionDocument.objects.create(
            edition=document.edition, version=2, body="{}", sha256="0" * 64, draft=False, entered_at=NOW,
            entered_by="試験課",
        )  # fmt: skip


def test_an_indicator_keeps_its_entries_through_a_renaming() -> None:
    load(data())
    indicator = Indicator.objects.get()
    actions.actual_enter(
        actor=ACTOR, indicator_id=indicator.pk, year=YEAR, value=None, after=0, now=NOW, word="あり"
    )
    load(renamed(data(), "受付件数"))
    assert Indicator.objects.get().name == "受付件数"
    assert ActualEntry.objects.get().indicator_id == indicator.pk
    gone = data()
    del gone["pillars"][0]["items"][0]["indicators"]
    with pytest.raises(actions.SpecRefused):
        load(gone)
    assert Target.objects.filter(indicator=indicator).exists(), "nothing of the refused file was kept"


def test_an_item_without_entries_may_go_and_its_rows_with_it() -> None:
    edition = load(data())
    shorter = data()
    del shorter["pillars"][0]["items"][1]
    load(shorter)
    assert [*Item.objects.filter(edition=edition, level="item").values_list("no", flat=True)] == ["1"]


def test_a_printed_name_finds_its_office_when_there_is_one_later() -> None:
    load(data(issued="2024-03"))
    assert ItemOffice.objects.get(printed_name="住民課").office_id is None
    office = office_make(name="住民課")
    load(data(issued="2024-03"))
    assert ItemOffice.objects.get(printed_name="住民課").office_id == office.pk
    assert ItemOffice.objects.get(printed_name="全部局").group


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("last_year",), 2020, "最後の年度"),
        (("pillars", 0, "items", 1, "no"), "1", "二度"),
        (("pillars", 0, "reprints"), ["1"], "再掲"),
        (("pillars", 0, "items", 0, "findings"), ["nobody"], "findings"),
        (("pillars", 0, "items", 0, "tags"), {"sdgs": ["1"]}, "tag_sets"),
        (("pillars", 0, "items", 0, "phases"), [{"word": "study", "from": 2024, "to": 2025}], "phases"),
        (("pillars", 0, "items", 0, "phases"), [{"text": "研修"}], "state"),
        (("pillars", 0, "items", 0, "phases"), [{"text": "研修", "from": 2026, "to": 2025}], "終わり"),
        (("pillars", 0, "items", 0, "continues"), ["1"], "replaces"),
        (("pillars", 0, "items", 0, "indicators", 0, "targets"), {2026: 0.5}, "引用符"),
        (("totals",), [{"year": 2025, "counts": {}, "printed_percent": {}, "provisional": True}], "as_of"),
    ],
)
def test_a_file_that_contradicts_itself_says_where(path: tuple[Any, ...], value: Any, said: str) -> None:
    source = data()
    place: Any = source
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(ValidationError) as refused:
        EditionSpec.model_validate(source)
    assert said in str(refused.value)


def test_values_are_numbers_or_words_and_a_document_comes_back_as_it_was() -> None:
    assert Value.model_validate("38.9").number is not None
    assert Value.model_validate("事故ゼロ").word == "事故ゼロ"
    assert Value.model_validate("—").number is None
    spec = EditionSpec.model_validate(data())
    assert EditionSpec.model_validate(plan_only(spec)) == spec
    assert plan_of(load(data())) == spec


def test_a_years_results_are_published_once_something_is_there() -> None:
    load(data(issued="2024-03"))
    indicator = Indicator.objects.get()
    publish = {"actor": ACTOR, "key": "frozen", "year": YEAR, "now": NOW}
    with pytest.raises(actions.NothingToPublish):
        actions.year_publish(**publish, provisional=False, as_of=None)
    actions.actual_enter(
        actor=ACTOR, indicator_id=indicator.pk, year=YEAR, value=None, word="あり", after=0, now=NOW
    )
    with pytest.raises(actions.DayMissing):
        actions.year_publish(**publish, provisional=True, as_of=None)
    actions.year_publish(**publish, provisional=True, as_of=NOW.date())
    actions.year_publish(**publish, provisional=False, as_of=None)
    assert [*YearPublication.objects.order_by("sequence").values_list("sequence", "provisional")] == [
        (1, True),
        (2, False),
    ]


def test_a_draft_is_published_from_its_page() -> None:
    load(data())
    client = staff_client(
        "measures.year_publish", "measures.edition_edit", "measures.actual_enter", scope="all"
    )
    url = reverse("measures:publish", args=["frozen"])
    assert client.get(url).status_code == 200
    client.post(url)
    assert Edition.objects.get().frozen
    partly = staff_client("measures.year_publish", office=office_make())
    assert partly.get(url).status_code == 404


# What is entered outside a round


def entering() -> tuple[Any, Item]:
    edition = load(data(issued="2024-03", phases=[{"key": "use", "label": "運用"}]))
    return viewer_with("measures.actual_enter", "measures.evaluate"), edition.items.get(level="item", no="1")


def test_texts_progress_and_checks_are_appended_and_a_late_one_is_refused() -> None:
    clerk, item = entering()
    part = item.children.get()
    common = {"actor": clerk, "year": YEAR, "now": NOW}
    calls = [
        (actions.text_enter, {"item_id": item.pk, "section": "done", "text": "した"}),
        (actions.progress_enter, {"item_id": part.pk, "status": "use"}),
        (actions.improvement_check, {"item_id": item.pk, "outcome": "partly"}),
        (actions.evaluation_enter, {"item_id": item.pk, "grade": "A"}),
    ]
    for call, arguments in calls:
        assert call(**common, **arguments, after=0).sequence == 1
        with pytest.raises(actions.EntryChanged):
            call(**common, **arguments, after=0)
        assert call(**common, **arguments, after=1).sequence == 2


@pytest.mark.parametrize(
    ("call", "arguments", "refusal"),
    [
        ("text_enter", {"section": "plan", "text": "した"}, "SectionUnknown"),
        ("text_enter", {"section": "done", "text": "123456789018"}, "MyNumberTyped"),
        ("progress_enter", {"status": "sleep"}, "StatusUnknown"),
        ("improvement_check", {"outcome": "maybe"}, "StatusUnknown"),
        ("evaluation_enter", {"grade": "Z"}, "GradeUnknown"),
        ("text_enter", {"section": "done", "text": "した", "year": 2031}, "YearOutsidePlan"),
    ],
)
def test_what_the_plan_does_not_know_is_refused(call: str, arguments: dict[str, Any], refusal: str) -> None:
    clerk, item = entering()
    common = {"actor": clerk, "year": YEAR, "now": NOW, "after": 0, "item_id": item.pk}
    with pytest.raises(getattr(actions, refusal)):
        getattr(actions, call)(**common | arguments)


def test_who_coordinates_is_the_citys_choice_and_one_of_the_offices() -> None:
    _clerk, item = entering()
    keeper = viewer_with("measures.edition_edit")

    def coordinating() -> list[str]:
        return [*ItemOffice.objects.filter(coordinates=True).values_list("printed_name", flat=True)]

    actions.coordinator_set(actor=keeper, item_id=item.pk, office_name="住民課", now=NOW)
    assert coordinating() == ["住民課"]
    load(data(issued="2024-03", phases=[{"key": "use", "label": "運用"}]))
    assert coordinating() == ["住民課"], "loading the plan again does not undo it"
    for name in ("全部局", "知らない課"):
        with pytest.raises(actions.NotInCharge):
            actions.coordinator_set(actor=keeper, item_id=item.pk, office_name=name, now=NOW)
    actions.coordinator_set(actor=keeper, item_id=item.pk, office_name="", now=NOW)
    assert coordinating() == []


def test_a_cause_needs_a_word_of_the_citys_list() -> None:
    clerk, item = entering()
    indicator = item.indicators.get()
    with pytest.raises(actions.CauseUnknown):
        actions.miss_enter(
            actor=clerk, indicator_id=indicator.pk, year=YEAR, cause="bad luck", after=0, now=NOW
        )


def test_the_pages_write_what_the_actions_keep() -> None:
    entering()
    client = staff_client("measures.actual_enter", "measures.evaluate", scope="all")
    base = reverse("measures:item", args=["frozen", "1"])
    for page, sent in (
        ("text/done/", {"text": "文を書いた"}),
        ("progress/", {"status": "use", "note": ""}),
    ):
        assert client.get(f"{base}{page}?year={YEAR}").status_code == 200
        answer = client.post(f"{base}{page}?year={YEAR}", {**sent, "after": "0", "year": str(YEAR)})
        assert answer.status_code == 302
    assert "文を書いた" in client.get(f"{base}?year={YEAR}").content.decode()
    check = f"{base}check/?year={YEAR + 1}"
    assert client.get(check).status_code == 404, "nothing was promised"
    client.post(f"{base}text/next/?year={YEAR}", {"text": "改善する", "after": "0", "year": str(YEAR)})
    assert "改善する" in client.get(check).content.decode()
