"""Collection rounds: asked, answered, sent back, taken over; what one person types is never lost to another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from madoguchi.blocks.measures import actions
from madoguchi.blocks.measures.actions.rounds import rounds_due
from madoguchi.blocks.measures.models import ActualEntry, Answer, Miss, ResultText, Round, RoundRequest
from madoguchi.blocks.measures.rounds.answers import AnswerContent, FigureAnswer
from madoguchi.blocks.measures.rounds.queries import lines_shown, owed_by
from madoguchi.blocks.measures.rounds.sheet import answers_read, answers_workbook
from madoguchi.blocks.measures.tasks import rounds_remind
from madoguchi.blocks.measures.testing import YEAR, edition_make, edition_spec
from madoguchi.blocks.measures.testing.rounds import (
    KEEPING,
    Asked,
    answer,
    content_make,
    round_answered,
    round_make,
    two_offices,
)
from madoguchi.blocks.people.testing import office_make, staff_client, viewer_with
from madoguchi.kernel.clock import day_of, now, today
from madoguchi.kernel.declarations import declarations_publish
from madoguchi.kernel.rights import NotAllowed, system_viewer
from madoguchi.kit.check_characters import my_number_find

pytestmark = pytest.mark.django_db
MY_NUMBER = "123456789018"


def save(asked: Asked, content: AnswerContent, after: int) -> Answer:
    return actions.answer_save(
        actor=asked.clerk, line_id=asked.line_id, content=content, after=after, now=now()
    )


def test_what_is_accepted_becomes_the_figure_and_the_text_of_the_year() -> None:
    asked = round_answered()
    assert not ActualEntry.objects.exists()
    actions.answer_accept(actor=asked.keeper, request_id=asked.request.pk, revision=1, now=now())
    entry = ActualEntry.objects.get()
    assert (entry.value, entry.year, entry.indicator_id) == (12, YEAR, asked.indicator.pk)
    texts = {(row.section, row.office_name, row.text) for row in ResultText.objects.all()}
    office = asked.request.office_name
    assert texts == {("done", office, "行ったこと"), ("next", office, "次にすること")}
    with pytest.raises(actions.WrongState):
        save(asked, content_make(asked.indicator, value="13"), 1)


def test_a_returned_answer_carries_its_reason_and_can_be_sent_again() -> None:
    asked = round_answered()
    with pytest.raises(actions.ReasonMissing):
        actions.answer_return(
            actor=asked.keeper, request_id=asked.request.pk, revision=1, reason=" ", now=now()
        )
    back = actions.answer_return(
        actor=asked.keeper, request_id=asked.request.pk, revision=1, reason="値が違います", now=now()
    )
    assert (back.state, back.return_reason) == (RoundRequest.State.RETURNED, "値が違います")
    save(asked, content_make(asked.indicator, value="14"), 1)
    again = actions.answer_send(actor=asked.clerk, request_id=asked.request.pk, revision=2, now=now())
    assert (again.state, again.return_reason) == (RoundRequest.State.ANSWERED, "")
    actions.answer_accept(actor=asked.keeper, request_id=asked.request.pk, revision=3, now=now())
    assert ActualEntry.objects.get().value == 14


def test_two_colleagues_saving_one_item_both_stay_in_the_history() -> None:
    asked = round_make()
    save(asked, content_make(asked.indicator, value="1"), 0)
    with pytest.raises(actions.EntryChanged):
        save(asked, content_make(asked.indicator, value="2"), 0)
    save(asked, content_make(asked.indicator, value="2"), 1)
    assert [answer.sequence for answer in Answer.objects.order_by("sequence")] == [0, 1, 2]


def test_an_answer_is_sent_only_when_it_is_whole() -> None:
    declarations_publish(actor=system_viewer(on=today(), duty="試験"), keys=None, reason="", now=now())
    asked = round_make()

    def missing() -> list[tuple[str, str]]:
        with pytest.raises(actions.AnswerIncomplete) as refused:
            actions.answer_send(actor=asked.clerk, request_id=asked.request.pk, revision=0, now=now())
        return refused.value.details["missing"]["1"]

    key = asked.indicator.key
    assert missing() == [("section", "done"), ("figure", key)]
    save(asked, AnswerContent(texts={"done": "行った"}, figures={key: FigureAnswer(value=Decimal(9))}), 0)
    assert missing() == [("cause", key)], "nine against a target of ten is a miss"
    miss = FigureAnswer(value=Decimal(9), cause="budget", budget_request="事業7")
    save(asked, AnswerContent(texts={"done": "行った"}, figures={key: miss}), 1)
    actions.answer_send(actor=asked.clerk, request_id=asked.request.pk, revision=0, now=now())
    actions.answer_accept(actor=asked.keeper, request_id=asked.request.pk, revision=1, now=now())
    assert (Miss.objects.get().cause, Miss.objects.get().budget_request) == ("budget", "事業7")


def test_whoever_has_nothing_to_tell_says_why() -> None:
    asked = round_make()
    save(asked, AnswerContent(nothing="今年度は対象がない"), 0)
    actions.answer_send(actor=asked.clerk, request_id=asked.request.pk, revision=0, now=now())
    actions.answer_accept(actor=asked.keeper, request_id=asked.request.pk, revision=1, now=now())
    assert not ActualEntry.objects.exists()


def test_another_office_and_a_keeper_of_some_offices_are_refused() -> None:
    asked = round_answered()
    stranger = viewer_with("measures.actual_enter", offices=[office_make()])
    partly = viewer_with(*KEEPING, offices=[asked.request.office_id])
    with pytest.raises(NotAllowed):
        actions.answer_save(
            actor=stranger, line_id=asked.line_id, content=content_make(asked.indicator), after=1, now=now()
        )
    with pytest.raises(NotAllowed):
        actions.answer_accept(actor=partly, request_id=asked.request.pk, revision=1, now=now())
    client = staff_client("measures.actual_enter", office=office_make())
    assert client.get(reverse("measures:request", args=[asked.round.pk, asked.request.pk])).status_code == 404


def test_a_my_number_is_not_kept() -> None:
    assert my_number_find(MY_NUMBER)
    asked = round_make()
    with pytest.raises(actions.MyNumberTyped):
        save(asked, AnswerContent(texts={"done": MY_NUMBER}), 0)


def test_a_figure_finer_than_its_indicator_is_refused() -> None:
    asked = round_make()
    with pytest.raises(actions.FigureTooFine):
        save(asked, content_make(asked.indicator, value="1.5"), 0)


def test_two_offices_each_keep_their_paragraph_and_a_different_figure_is_asked_about() -> None:
    _opened, one, other, key = two_offices()
    answer(one, key, "11")
    answer(other, key, "12")
    keeper = viewer_with(*KEEPING)
    actions.answer_accept(actor=keeper, request_id=one.pk, revision=1, now=now())
    with pytest.raises(actions.FiguresDiffer) as refused:
        actions.answer_accept(actor=keeper, request_id=other.pk, revision=1, now=now())
    assert refused.value.details["differ"] == [
        {"item": "1", "indicator": "回数", "before": "11", "now": "12"}
    ]
    assert RoundRequest.objects.get(pk=other.pk).state == RoundRequest.State.ANSWERED
    actions.answer_accept(actor=keeper, request_id=other.pk, revision=1, overrule=True, now=now())
    assert [entry.value for entry in ActualEntry.objects.order_by("sequence")] == [11, 12]
    assert ResultText.objects.filter(section="done").count() == 2


def test_an_open_group_is_asked_only_where_the_round_says() -> None:
    office = office_make()
    item = {"no": "1", "title": "項目", "offices": ["全部局"]}
    edition_make(
        {"key": "groups", "city": "試験市", "title": "計画", "first_year": 2024, "last_year": 2028,
         "pillars": [{"no": "1", "title": "方針", "items": [item]}]}
    )  # fmt: skip

    def opened(groups: dict[str, list[str]], kind: str) -> Round:
        return actions.round_open(
            actor=viewer_with(*KEEPING), key="groups", year=YEAR, kind=kind, due_on=today(), message="",
            groups=groups, now=now(),
        )  # fmt: skip

    with pytest.raises(actions.NobodyToAsk):
        opened({}, "result")
    assert opened({"全部局": [office.key]}, "result").requests.get().office_id == office.pk
    with pytest.raises(actions.RoundOpen):
        opened({"全部局": [office.key]}, "result")


def test_the_texts_of_the_year_before_are_the_beginning() -> None:
    asked = round_answered()
    actions.answer_accept(actor=asked.keeper, request_id=asked.request.pk, revision=1, now=now())
    later = actions.round_open(
        actor=asked.keeper, key=asked.round.edition.key, year=YEAR + 1, kind="result", due_on=today(), message="",
        groups={}, now=now(),
    )  # fmt: skip
    copied = Answer.objects.get(line__request__round=later)
    assert copied.sequence == 0
    assert copied.content["texts"]["done"] == "行ったこと"
    assert copied.content["figures"] == {}, "a figure of last year is shown beside, never sent as this year's"


def test_reminders_come_near_the_deadline_once_a_day() -> None:
    asked = round_make(due_on=today() + timedelta(days=60))
    assert rounds_due(on=today()) == []
    assert rounds_due(on=asked.round.due_on) == [asked.round.pk]
    Round.objects.update(opened_on=today() - timedelta(days=2), due_on=today())
    rounds_remind(now())
    asked.request.refresh_from_db()
    assert asked.request.reminded_on == today()
    with pytest.raises(actions.NothingToRemind):
        actions.round_remind(actor=asked.keeper, round_id=asked.round.pk, now=now())


def test_a_round_closes_only_settled_or_with_a_reason() -> None:
    asked = round_make()
    with pytest.raises(actions.NotSettled) as refused:
        actions.round_close(actor=asked.keeper, round_id=asked.round.pk, note="", now=now())
    assert refused.value.details["offices"] == [asked.request.office_name]
    actions.round_close(actor=asked.keeper, round_id=asked.round.pk, note="回答がない", now=now())
    with pytest.raises(actions.RoundClosed):
        save(asked, content_make(asked.indicator), 0)


def test_the_database_holds_the_rounds_rules() -> None:
    asked = round_make()
    for change in ({"state": "returned", "return_reason": ""},):
        with pytest.raises(IntegrityError), transaction.atomic():
            RoundRequest.objects.filter(pk=asked.request.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Round.objects.filter(pk=asked.round.pk).update(due_on=date(2000, 1, 1))


# By workbook


def filled(asked: Asked, value: object, **texts: str) -> bytes:
    book = load_workbook(BytesIO(answers_workbook(asked.request, on=day_of(now()))))
    heads = [cell.value for cell in book["文"][1]]
    for label, text in texts.items():
        book["文"].cell(2, heads.index(label) + 1).value = text
    figures = [cell.value for cell in book["数値"][1]]
    book["数値"].cell(2, figures.index("実績") + 1).value = value
    out = BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("value", [12, "１２", "12回", "12.0"])
def test_a_workbook_comes_back_with_its_differences(value: object) -> None:
    asked = round_make()
    read = answers_read(asked.request, filled(asked, value, 取組実績="行った"), on=today())
    assert read.faults == []
    (change,) = read.changes
    assert change.content.figures[asked.indicator.key].value == 12
    assert change.content.texts["done"] == "行った"
    assert not change.newer


def test_an_unchanged_workbook_changes_nothing() -> None:
    asked = round_make()
    save(asked, content_make(asked.indicator), 0)
    asked.request.refresh_from_db()
    read = answers_read(asked.request, answers_workbook(asked.request, on=today()), on=today())
    assert (read.changes, read.faults) == ([], [])


@pytest.mark.parametrize("value", ["約12", "12～14", "たくさん", "#REF!", "1.5", "1000000000000000"])
def test_what_cannot_be_read_names_its_cell_and_nothing_is_kept(value: str) -> None:
    asked = round_make()
    read = answers_read(asked.request, filled(asked, value), on=today())
    assert read.changes == []
    assert {(fault.sheet, fault.cell) for fault in read.faults} == {("数値", "J2")}


def test_a_row_that_a_colleague_saved_meanwhile_is_marked_and_left_unless_chosen() -> None:
    asked = round_make()
    workbook = filled(asked, 12, 取組実績="ファイルの文")
    save(asked, content_make(asked.indicator, value="9", done="画面の文"), 0)
    client = staff_client("measures.actual_enter", office=asked.request.office)
    url = reverse("measures:request_upload", args=[asked.round.pk, asked.request.pk])
    page = client.post(url, {"file": BytesIO(workbook)} | {}, format="multipart")
    assert page.status_code in (200, 422)
    file = BytesIO(workbook)
    file.name = "answers.xlsx"
    page = client.post(url, {"file": file})
    assert page.status_code == 200
    packed = page.context["packed"]
    client.post(url, {"apply": "yes", "packed": packed})
    assert Answer.objects.order_by("-sequence")[0].content["texts"]["done"] == "画面の文"
    client.post(url, {"apply": "yes", "packed": packed, "overwrite": [str(asked.line_id)]})
    newest = Answer.objects.order_by("-sequence")[0]
    assert (newest.sequence, newest.content["texts"]["done"]) == (2, "ファイルの文")


def test_a_workbook_that_is_none_is_refused_in_words() -> None:
    asked = round_make()
    with pytest.raises(actions.SheetRefused):
        answers_read(asked.request, b"no workbook", on=today())


@pytest.mark.parametrize("text", ["=1+1", "+81 へ", "-", "@ここ", "'=括り", "ふつうの文"])
def test_a_text_comes_back_as_it_was_typed_whatever_its_first_letter(text: str) -> None:
    asked = round_make()
    save(asked, content_make(asked.indicator, done=text), 0)
    content = answers_workbook(asked.request, on=today())
    cell = load_workbook(BytesIO(content))["文"]["E2"]
    assert (cell.value, cell.data_type) == (text, "s")
    read = answers_read(asked.request, content, on=today())
    assert (read.changes, read.faults) == ([], [])


def test_more_items_take_no_more_queries() -> None:
    def asked_with(items: int) -> RoundRequest:
        office = office_make()
        edition = edition_make(edition_spec(items=items).model_dump(mode="json"), office_id=office.pk)
        opened = actions.round_open(
            actor=viewer_with(*KEEPING), key=edition.key, year=YEAR, kind="result", due_on=today(), message="",
            groups={}, now=now(),
        )  # fmt: skip
        return opened.requests.select_related("round__edition").get()

    asked = [asked_with(items) for items in (2, 9)]
    counts = []
    for request in asked:
        content = answers_workbook(request, on=today())
        with CaptureQueriesContext(connection) as caught:
            assert len(lines_shown(request, on=today())) == request.lines.count()
            assert answers_read(request, content, on=today()).changes == []
        counts.append(len(caught))
    assert counts[0] == counts[1], counts


def test_the_pages_walk_through_a_round() -> None:
    asked = round_make()
    office = asked.request.office
    clerk = staff_client("measures.actual_enter", office=office)
    keeper = staff_client(*KEEPING, scope="all")
    line = reverse("measures:line", args=[asked.line_id])
    assert clerk.get(line).status_code == 200
    saved = clerk.post(
        line, {"after": "0", "text-done": "行った", "text-next": "", "figure-0-value": "１２", "nothing": ""}
    )
    assert saved.status_code == 302, saved.context["form"].errors
    where = [asked.round.pk, asked.request.pk]
    clerk.post(reverse("measures:request_send", args=where), {"revision": "0"})
    asked.request.refresh_from_db()
    assert asked.request.state == RoundRequest.State.ANSWERED
    page = keeper.get(reverse("measures:request", args=where)).content.decode()
    assert "行った" in page
    late = clerk.post(line, {"after": "0", "text-done": "遅れた人の文", "nothing": ""})
    assert late.status_code == 422
    assert "遅れた人の文" in late.content.decode(), "what was typed is still on the page"
    keeper.post(reverse("measures:request_accept", args=where), {"revision": "1"})
    assert ActualEntry.objects.get().value == 12


def test_what_is_owed_is_what_the_own_office_was_asked() -> None:
    asked = round_make()
    office = asked.request.office
    everywhere = replace(viewer_with("measures.actual_enter", *KEEPING), offices=frozenset([office.pk + 1]))
    own = replace(viewer_with("measures.actual_enter", offices=[office]), offices=frozenset([office.pk]))
    assert (owed_by(viewer=everywhere).to_answer, owed_by(viewer=own).to_answer) == (0, 1)
    answer(asked.request, asked.indicator.key, "12")
    assert (owed_by(viewer=everywhere).to_check, owed_by(viewer=own).to_check) == (1, 0)
