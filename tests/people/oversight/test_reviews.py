"""The quarterly review: who is asked, who may answer, what an answer does to the organisation, how it is closed."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from madoguchi.blocks.people.actions import (
    AnswerStands,
    OwnGrant,
    QuarterRefused,
    ReviewClosed,
    ReviewNotDue,
    ReviewOpened,
    WordsRefused,
    review_answer,
    review_close,
    review_open,
)
from madoguchi.blocks.people.models import AccessReview, Office, RoleGrant, StaffMember
from madoguchi.blocks.people.oversight.quarters import is_quarter, quarter_of
from madoguchi.blocks.people.queries import staff_viewer
from madoguchi.blocks.people.testing import (
    DAY,
    LONG_AGO,
    NOW,
    holding_make,
    office_make,
    post_make,
    review_make,
    role_with,
    staff_make,
    viewer_with,
)
from madoguchi.blocks.people.types import Answered
from madoguchi.kernel.models import AuditRow
from madoguchi.kernel.rights import NotAllowed, Viewer

pytestmark = pytest.mark.django_db
KEEPER = viewer_with("people.review_keep")
DUE = DAY + timedelta(days=14)


def chief_of(office: Office, *, single: bool = True) -> tuple[StaffMember, Viewer]:
    """Make somebody who answers for an office by the roles of the post."""
    post = post_make(office=office, roles=[role_with("people.review_answer")], single=single)
    staff = holding_make(post=post).staff
    return staff, staff_viewer(staff_key=staff.key, on=DAY)


def answer(actor: Viewer, review: AccessReview, *answers: Answered) -> None:
    review_answer(actor=actor, quarter=review.quarter, answers=answers, now=NOW)


def item_of(review: AccessReview, role: str) -> int:
    return review.items.get(role=role).pk


@pytest.mark.parametrize(
    ("day", "name"),
    [(date(2026, 4, 1), "2026Q1"), (date(2026, 6, 30), "2026Q1"), (date(2026, 7, 1), "2026Q2"),
     (date(2026, 12, 31), "2026Q3"), (date(2027, 1, 1), "2026Q4"), (date(2027, 3, 31), "2026Q4")],
)  # fmt: skip
def test_quarters_are_those_of_the_fiscal_year(day: date, name: str) -> None:
    assert quarter_of(day) == name
    assert is_quarter(name)
    assert not is_quarter(name.replace("Q", "q"))


def test_a_review_asks_about_every_role_of_the_day_and_no_other() -> None:
    held = post_make(roles=["testing/held"])
    holding_make(post=held)
    post_make(roles=["testing/vacant"])
    post_make(roles=["testing/over"], ends_on=DAY)
    post_make(roles=["testing/ahead"], starts_on=DAY + timedelta(days=1))
    review = review_open(actor=KEEPER, quarter="2026Q1", due_on=DUE, now=NOW)
    assert set(review.items.values_list("role", flat=True)) == {"testing/held", "testing/vacant"}
    assert json.loads(AuditRow.objects.get(event="people.review_opened").detail)["items"] == 2


def test_a_review_is_opened_once_by_who_keeps_it_for_the_whole_city_hall() -> None:
    one_office = viewer_with("people.review_keep", offices=[office_make()])
    for actor in (one_office, viewer_with("people.review_answer")):
        with pytest.raises(NotAllowed):
            review_open(actor=actor, quarter="2026Q1", due_on=DUE, now=NOW)
    for quarter, due_on in (("2026Q5", DUE), ("２０２６Q1", DUE), ("2026Q1", DAY)):
        with pytest.raises(QuarterRefused):
            review_open(actor=KEEPER, quarter=quarter, due_on=due_on, now=NOW)
    review_open(actor=KEEPER, quarter="2026Q1", due_on=DUE, now=NOW)
    with pytest.raises(ReviewOpened):
        review_open(actor=KEEPER, quarter="2026Q1", due_on=DUE, now=NOW)
    assert AccessReview.objects.count() == 1


def test_a_role_that_is_ended_ends_the_same_day_and_the_organisation_says_so() -> None:
    look = role_with("people.organisation_view")
    post = post_make(roles=[look])
    staff = holding_make(post=post).staff
    assert staff_viewer(staff_key=staff.key, on=DAY).may("people.organisation_view")
    review = review_make()
    with pytest.raises(WordsRefused):
        answer(KEEPER, review, Answered(item_of(review, look), "end", " "))
    with pytest.raises(WordsRefused):
        answer(KEEPER, review, Answered(item_of(review, look), "end", "番号は 123456789018 の人"))
    answer(KEEPER, review, Answered(item_of(review, look), "end", "担当が替わった"))
    grant = RoleGrant.objects.get(post=post)
    assert (grant.starts_on, grant.ends_on) == (LONG_AGO, DAY)
    assert not staff_viewer(staff_key=staff.key, on=DAY).may("people.organisation_view")
    assert staff_viewer(staff_key=staff.key, on=DAY - timedelta(days=1)).may("people.organisation_view")
    changed = AuditRow.objects.get(event="people.row_changed")
    assert (changed.action, json.loads(changed.detail)["after"]) == (
        "people.review_answer",
        {"ends_on": DAY.isoformat()},
    )
    # Nobody brings it back by another answer.
    for again in ("keep", "end"):
        with pytest.raises(AnswerStands):
            answer(KEEPER, review, Answered(item_of(review, look), again, "まちがい"))


def test_a_role_given_on_the_very_day_is_taken_back_and_the_question_stays() -> None:
    post = post_make(roles=["testing/fresh"], starts_on=DAY)
    review = review_make()
    answer(KEEPER, review, Answered(item_of(review, "testing/fresh"), "end", "付けまちがい"))
    assert not RoleGrant.objects.filter(post=post).exists()
    item = review.items.get(role="testing/fresh")
    assert (item.grant, item.answer, item.reason) == (None, "end", "付けまちがい")
    assert AuditRow.objects.filter(event="people.row_removed", action="people.review_answer").exists()


def test_what_ended_meanwhile_can_still_be_answered() -> None:
    post = post_make(roles=["testing/gone"])
    review = review_make()
    RoleGrant.objects.filter(post=post).update(ends_on=DAY)
    answer(KEEPER, review, Answered(item_of(review, "testing/gone"), "end", "もう終わっている"))
    assert RoleGrant.objects.get(post=post).ends_on == DAY


def test_a_chief_answers_for_the_offices_below_and_for_no_other() -> None:
    top = office_make()
    below, elsewhere = office_make(parent=top), office_make()
    for office, role in ((top, "testing/top"), (below, "testing/below"), (elsewhere, "testing/elsewhere")):
        post_make(office=office, roles=[role])
    _staff, chief = chief_of(top)
    review = review_make()
    answer(
        chief, review, *(Answered(item_of(review, role), "keep") for role in ("testing/top", "testing/below"))
    )
    before = AuditRow.objects.count()
    with pytest.raises(NotAllowed):
        answer(chief, review, Answered(item_of(review, "testing/elsewhere"), "keep"))
    # All or nothing: one that is not his spoils the rest.
    with pytest.raises(NotAllowed):
        answer(
            chief,
            review,
            Answered(item_of(review, "testing/below"), "end", "不要"),
            Answered(item_of(review, "testing/elsewhere"), "keep"),
        )
    assert review.items.get(role="testing/below").answer == "keep"
    assert AuditRow.objects.count() == before
    with pytest.raises(NotAllowed):
        answer(
            viewer_with("people.organisation_edit"), review, Answered(item_of(review, "testing/top"), "keep")
        )
    with pytest.raises(NotAllowed):
        answer(KEEPER, review, Answered(10**9, "keep"))
    with pytest.raises(NotAllowed):
        answer(KEEPER, review, Answered(item_of(review, "testing/top"), "maybe"))


def test_who_alone_holds_a_post_does_not_answer_for_it_but_those_above_do() -> None:
    top = office_make()
    office = office_make(parent=top)
    _staff, chief = chief_of(office)
    _staff, director = chief_of(top)
    role = role_with("people.review_answer")
    review = review_make()
    own = review.items.get(role=role, office_id=office.pk).pk
    with pytest.raises(OwnGrant):
        answer(chief, review, Answered(own, "keep"))
    answer(director, review, Answered(own, "keep"))
    # At the top nobody is above: whoever keeps the review answers, unless it is his own post.
    highest = review.items.get(role=role, office_id=top.pk).pk
    with pytest.raises(OwnGrant):
        answer(director, review, Answered(highest, "keep"))
    answer(KEEPER, review, Answered(highest, "keep"))


def test_a_keeper_who_alone_holds_the_post_does_not_answer_for_himself_either() -> None:
    role = role_with("people.review_keep")
    post = post_make(roles=[role], scope="all")
    staff = holding_make(post=post).staff
    keeper = staff_viewer(staff_key=staff.key, on=DAY)
    review = review_make()
    with pytest.raises(OwnGrant):
        answer(keeper, review, Answered(item_of(review, role), "keep"))


def test_one_of_several_on_a_post_answers_for_it() -> None:
    office = office_make()
    staff, chief = chief_of(office, single=False)
    role = role_with("people.review_answer")
    review = review_make()
    with pytest.raises(OwnGrant):
        answer(chief, review, Answered(item_of(review, role), "keep"))
    post = staff.holdings.get().post
    holding_make(post=post, staff=staff_make(), kind="concurrent")
    answer(chief, review, Answered(item_of(review, role), "keep"))


def test_an_unanswered_role_goes_on_when_the_review_is_closed_and_is_named() -> None:
    post = post_make(roles=["testing/kept", "testing/silent"])
    review = review_make()
    answer(KEEPER, review, Answered(item_of(review, "testing/kept"), "keep"))
    with pytest.raises(ReviewNotDue):
        review_close(actor=KEEPER, quarter=review.quarter, now=NOW)
    late = NOW + timedelta(days=15)
    with pytest.raises(NotAllowed):
        review_close(actor=viewer_with("people.review_answer"), quarter=review.quarter, now=late)
    closed = review_close(actor=KEEPER, quarter=review.quarter, now=late)
    assert closed.closed_at == late
    assert json.loads(AuditRow.objects.get(event="people.review_closed").detail) == {
        "kept": 1, "ended": 0, "unanswered": 1,
    }  # fmt: skip
    assert set(RoleGrant.objects.filter(post=post).values_list("ends_on", flat=True)) == {None}
    for act in (
        lambda: answer(KEEPER, review, Answered(item_of(review, "testing/silent"), "keep")),
        lambda: review_close(actor=KEEPER, quarter=review.quarter, now=late),
    ):
        with pytest.raises(ReviewClosed):
            act()


def test_a_review_that_is_answered_may_be_closed_before_its_time() -> None:
    post_make(roles=["testing/kept"])
    review = review_make()
    answer(KEEPER, review, Answered(item_of(review, "testing/kept"), "keep"))
    assert review_close(actor=KEEPER, quarter=review.quarter, now=NOW).closed_at == NOW
