"""Bodies, seats, meetings: what the database and the actions refuse, who may read, and what is asked of a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from madoguchi.blocks.measures import actions
from madoguchi.blocks.measures.bodies import queries as queries
from madoguchi.blocks.measures.models import AgendaItem, Body, Meeting, Membership
from madoguchi.blocks.measures.outputs.pack import meeting_pack
from madoguchi.blocks.measures.testing import YEAR, indicator_make
from madoguchi.blocks.measures.testing.bodies import (
    KEEP,
    agenda_make,
    body_make,
    keeper,
    meeting_make,
    owed_make,
    seat_make,
)
from madoguchi.blocks.people.sample import organisation_load
from madoguchi.blocks.people.testing import (
    DAY,
    LONG_AGO,
    NOW,
    account_make,
    holding_make,
    office_make,
    post_make,
    sign_in,
    staff_client,
    staff_make,
    viewer_with,
)
from madoguchi.config.environment import SAMPLE_CITY
from madoguchi.kernel.clock import TOKYO
from madoguchi.kernel.declarations import declarations_publish
from madoguchi.kernel.models import AuditRow
from madoguchi.kernel.pages import waiting_tiles
from madoguchi.kernel.rights import NotAllowed, Viewer, system_viewer
from madoguchi.services.dx_plan.editions import editions_load
from tests.measures.test_constraints import copy, refused
from tests.support.judges import pdf_pages, pdf_text

pytestmark = pytest.mark.django_db
MY_NUMBER = "123456789018"
SYSTEM = system_viewer(on=DAY, duty="試験")
LATER = datetime(2026, 11, 20, 10, 0, tzinfo=TOKYO)
APRIL = date(2026, 4, 1)


def seat(body: Body, **more: Any) -> Membership:
    return actions.member_seat(
        actor=keeper(), now=NOW, **{"key": body.key, "role": "member", "starts_on": LONG_AGO, **more}
    )


def holder_viewer(post: Any, *, on: date = DAY) -> tuple[Viewer, Client]:
    """Make somebody who holds a post: as a viewer without any right, and signed in."""
    person = staff_make()
    holding_make(post=post, staff=person)
    client = Client()
    sign_in(client, account_make(person))
    return viewer_with(key=f"staff:{person.key}", on=on), client


# The database


def test_a_post_an_office_and_a_chair_sit_once_at_a_time() -> None:
    sitting = seat_make(office=office_make(), ends_on=DAY)
    elsewhere = post_make().pk
    assert copy(Membership, starts_on=DAY - timedelta(days=1), office_id=None), "the post sits there"
    assert copy(Membership, post_id=elsewhere), "another speaks for the office"
    assert not copy(Membership, starts_on=DAY, ends_on=None), "it may come back on the day it left"
    assert not copy(Membership, post_id=elsewhere, office_id=None)
    chair = seat_make(body=sitting.body, role="chair")
    assert copy(Membership, post_id=post_make().pk, role="chair")
    assert not copy(Membership, post_id=post_make().pk, role="deputy")
    assert not copy(Membership, post_id=chair.post_id, body_id=body_make().pk), "another body has its own"


def test_days_run_forward_and_nothing_stands_under_itself() -> None:
    sitting = seat_make()
    assert refused("UPDATE measures_membership SET ends_on = starts_on WHERE id = %s", sitting.pk)
    assert refused("UPDATE measures_body SET ends_on = starts_on WHERE id = %s", sitting.body_id)
    assert refused("UPDATE measures_body SET above_id = id WHERE id = %s", sitting.body_id)
    meeting_make()
    assert copy(Meeting)
    assert not copy(Meeting, title="別の会議")


def test_subjects_are_numbered_once_and_a_follow_up_is_whole() -> None:
    item = agenda_make()
    where = "UPDATE measures_agendaitem SET {} WHERE id = %s"
    assert copy(AgendaItem)
    assert not copy(AgendaItem, order=9)
    assert refused(where.format("decision = 'x'"), item.pk)
    assert refused(where.format("owed_what = 'x'"), item.pk)
    assert refused(where.format("done_on = '2026-05-01'"), item.pk)
    assert refused(where.format("report_year = 2026"), item.pk)
    assert not refused(where.format("decision = 'x', decided_on = '2026-05-01'"), item.pk)


# Bodies and seats


def test_a_body_is_set_up_changed_and_ended_with_its_seats() -> None:
    made = actions.body_save(
        actor=keeper(), key="dx", name="本部", starts_on=LONG_AGO, office_levels=["課"], now=NOW
    )
    again = {"actor": keeper(), "key": "dx", "name": "DX本部", "starts_on": LONG_AGO, "now": NOW}
    changed = actions.body_save(**again, revision=made.revision)
    assert (changed.name, changed.revision) == ("DX本部", 2)
    with pytest.raises(actions.EntryChanged):
        actions.body_save(**again, revision=made.revision)
    with pytest.raises(actions.BodyThere):
        actions.body_save(**again)
    sitting = seat(changed, post_key=post_make().key)
    actions.body_end(actor=keeper(), key="dx", on=DAY, now=NOW)
    sitting.refresh_from_db()
    assert sitting.ends_on == DAY
    with pytest.raises(actions.BodyOver):
        actions.body_end(actor=keeper(), key="dx", on=DAY, now=NOW)
    with pytest.raises(actions.BodyNotThen):
        seat(changed, post_key=post_make().key, starts_on=DAY)
    assert [row.event for row in AuditRow.objects.filter(subject_key="dx").order_by("pk")] == [
        "measures.body_saved", "measures.body_saved", "measures.member_seated", "measures.body_ended",
    ]  # fmt: skip


@pytest.mark.parametrize("key", ["new", "", "DX", "1dx", "本部", "a b"])
def test_a_key_that_cannot_stand_in_an_address_is_refused(key: str) -> None:
    with pytest.raises(actions.BodyKeyRefused):
        actions.body_save(actor=keeper(), key=key, name="本部", starts_on=LONG_AGO, now=NOW)
    assert not Body.objects.exists()


def test_a_body_never_stands_above_itself_and_stays_while_it_is_needed() -> None:
    top = body_make()
    middle = body_make(above=top)
    low = body_make(above=middle)
    again = {"actor": keeper(), "key": top.key, "name": "本部", "now": NOW, "revision": top.revision}
    with pytest.raises(actions.BodyRing):
        actions.body_save(**again, starts_on=LONG_AGO, above=low.key)
    with pytest.raises(actions.BodyStillNeeded):
        actions.body_end(actor=keeper(), key=middle.key, on=DAY, now=NOW)
    meeting_make(body=low, held_on=DAY)
    with pytest.raises(actions.BodyStillNeeded):
        actions.body_end(actor=keeper(), key=low.key, on=DAY, now=NOW)
    meeting_make(body=top, held_on=APRIL)
    with pytest.raises(actions.BodyStillNeeded):
        actions.body_save(**again, starts_on=DAY)
    actions.body_end(actor=keeper(), key=low.key, on=DAY + timedelta(days=1), now=NOW)


def test_overlapping_seats_are_refused_in_words() -> None:
    body, office = body_make(per_office=True), office_make()
    first, second = post_make(office=office), post_make(office=office)
    taken = seat(body, post_key=first.key)
    assert taken.office_id == office.pk
    with pytest.raises(actions.SeatTaken, match="もうこの会議体にいます"):
        seat(body, post_key=first.key, starts_on=DAY, role="secretary")
    with pytest.raises(actions.OfficeSeated, match="この部署からは"):
        seat(body, post_key=second.key)
    seat(body, post_key=second.key, role="chair")
    with pytest.raises(actions.ChairTaken, match="もう長がいます"):
        seat(body, post_key=post_make().key, role="chair")
    actions.member_leave(actor=keeper(), member_id=taken.pk, on=DAY, now=NOW)
    assert seat(body, post_key=first.key, starts_on=DAY).pk


def test_only_a_post_of_one_person_that_stands_takes_a_seat() -> None:
    body = body_make()
    with pytest.raises(actions.PostOfMany):
        seat(body, post_key=post_make(single=False).key)
    gone = post_make(ends_on=APRIL)
    with pytest.raises(actions.PostNotThen):
        seat(body, post_key=gone.key, starts_on=APRIL)
    with pytest.raises(actions.PostNotThen):
        seat(body, post_key="nobody")
    with pytest.raises(actions.SeatPeriodRefused):
        seat(body, post_key=gone.key, ends_on=LONG_AGO)
    assert not Membership.objects.exists()


def test_leaving_has_its_day_and_a_seat_given_by_mistake_goes_altogether() -> None:
    sitting = seat_make(starts_on=APRIL)
    leave = {"actor": keeper(), "member_id": sitting.pk, "now": NOW}
    with pytest.raises(actions.SeatPeriodRefused):
        actions.member_leave(**leave, on=APRIL - timedelta(days=1))
    left = actions.member_leave(**leave, on=DAY)
    assert left is not None
    assert left.ends_on == DAY
    with pytest.raises(actions.SeatPeriodRefused):
        actions.member_leave(**leave, on=DAY)
    assert actions.member_leave(**leave, on=APRIL) is None
    assert not Membership.objects.exists()


def test_nobody_else_writes() -> None:
    body, item = body_make(), agenda_make()
    member, _client = holder_viewer(seat_make(body=item.meeting.body, post=post_make()).post)
    here = viewer_with(KEEP, offices=[office_make()])
    for stranger in (viewer_with("measures.actual_enter"), member, here):
        with pytest.raises(NotAllowed):
            actions.body_end(actor=stranger, key=body.key, on=DAY, now=NOW)
        with pytest.raises(NotAllowed):
            actions.agenda_move(actor=stranger, item_id=item.pk, to=2, now=NOW)
        with pytest.raises(NotAllowed):
            actions.minutes_save(
                actor=stranger, meeting_id=item.meeting_id, minutes="文", revision=1, now=NOW
            )
    with pytest.raises(NotAllowed):
        actions.body_end(actor=keeper(), key="none", on=DAY, now=NOW)


# Days


def test_a_new_holder_sits_without_anybody_touching_the_seat() -> None:
    post = post_make()
    holding_make(post=post, staff=staff_make(name="前任 花子"), ends_on=APRIL)
    holding_make(post=post, staff=staff_make(name="後任 次郎"), starts_on=APRIL)
    sitting = seat_make(post=post, role="chair")
    before = Membership.objects.values().get()

    def chair(on: date) -> list[str]:
        [line] = queries.bodies_on(viewer=replace(keeper(), on=on), on=on)
        assert line.chair is not None
        return [holder.staff_name for holder in line.chair.holders]

    assert chair(APRIL - timedelta(days=1)) == ["前任 花子"]
    assert chair(APRIL) == ["後任 次郎"]
    page = staff_client().get(reverse("measures:body", args=[sitting.body.key]), {"on": "2026-03-31"})
    assert "前任 花子" in page.content.decode()
    assert "後任 次郎" not in page.content.decode()
    assert Membership.objects.values().get() == before


def test_offices_without_a_member_on_the_first_of_april() -> None:
    body = body_make(per_office=True, office_levels=("課",))

    def staffed(name: str, **more: Any) -> Any:
        return holding_make(post=post_make(office=office_make(name=name, **more))).post

    with_member, without, vacated = staffed("住民課"), staffed("税務課"), staffed("福祉課")
    department, ended = staffed("総務部", level="部"), staffed("観光課", ends_on=APRIL)
    office_make(name="だれもいない課")
    for post in (with_member, vacated, ended):
        seat_make(body=body, post=post, office=post.office)
    seat_make(body=body, post=without, role="secretary")
    assert [row.office.name for row in queries.offices_without_member(body=body, on=APRIL)] == ["税務課"]

    vacated.holdings.update(ends_on=APRIL)
    holding_make(post=post_make(office=vacated.office))
    lacking = {row.office.name: row.vacant for row in queries.offices_without_member(body=body, on=APRIL)}
    assert lacking == {"税務課": "", "福祉課": "福祉課 課長"}, "nobody holds the post that speaks for it"
    day_before = APRIL - timedelta(days=1)
    assert {row.office.name for row in queries.offices_without_member(body=body, on=day_before)} == {"税務課"}

    body.office_levels = []
    body.save()
    names = {row.office.name for row in queries.offices_without_member(body=body, on=APRIL)}
    assert names == {"税務課", "福祉課", department.office.names.get().name}
    page = staff_client().get(reverse("measures:body", args=[body.key])).content.decode()
    assert "令和8年4月1日に委員のいない部署" in page
    assert "税務課" in page


@pytest.mark.parametrize(
    ("day", "first"), [(date(2026, 3, 31), date(2025, 4, 1)), (APRIL, APRIL), (date(2026, 12, 1), APRIL)]
)
def test_the_first_of_april_is_that_of_the_fiscal_year(day: date, first: date) -> None:
    assert queries.first_of_april(day) == first


# Meetings


def test_who_sits_in_the_body_reads_its_meetings_and_nobody_else() -> None:
    item = agenda_make(title="秘密でない議題", paper="資料の文です")
    body = item.meeting.body
    member, client = holder_viewer(seat_make(body=body, post=post_make()).post)
    former, former_client = holder_viewer(seat_make(body=body, post=post_make(), ends_on=APRIL).post)
    page, pdf = (reverse(f"measures:{name}", args=[item.meeting_id]) for name in ("meeting", "meeting_pdf"))
    body_page = reverse("measures:body", args=[body.key])

    text = client.get(page).content.decode()
    assert "秘密でない議題" in text
    assert "資料の文です" in text
    assert "議題を変更する" not in text
    assert "これまでの会議" in client.get(body_page).content.decode()
    assert client.get(reverse("measures:decision", args=[item.pk])).status_code == 404
    assert queries.meeting_for(viewer=member, meeting_id=item.meeting_id) == item.meeting
    before = replace(member, on=LONG_AGO - timedelta(days=1))
    assert queries.meeting_for(viewer=before, meeting_id=item.meeting_id) is None, "the post was not held yet"

    for stranger in (staff_client("measures.actual_enter"), former_client):
        assert stranger.get(page).status_code == 404
        assert stranger.get(pdf).status_code == 404
        seen = stranger.get(body_page)
        assert seen.status_code == 200, "the list of members is open to all staff"
        assert "これまでの会議" not in seen.content.decode()
    assert queries.meeting_for(viewer=former, meeting_id=item.meeting_id) is None
    assert Client().get(page).status_code in (302, 404)
    assert "議題を変更する" in staff_client(KEEP, scope="all").get(page).content.decode()


def test_an_agenda_is_made_and_moved() -> None:
    meeting = actions.meeting_plan(actor=keeper(), key=body_make().key, title="第1回", held_on=DAY, now=NOW)
    add = {"actor": keeper(), "meeting_id": meeting.pk, "now": NOW}
    for title in ("甲", "乙", "丙"):
        last = actions.agenda_save(**add, title=title)
    actions.agenda_save(**add, title="丁", order=2)

    def titles() -> list[tuple[int, str]]:
        return [(item.order, item.title) for item in queries.agenda_of(meeting)]

    assert titles() == [(1, "甲"), (2, "丁"), (3, "乙"), (4, "丙")]
    actions.agenda_move(actor=keeper(), item_id=last.pk, to=0, now=NOW)
    assert titles() == [(1, "丙"), (2, "甲"), (3, "丁"), (4, "乙")]
    actions.agenda_move(actor=keeper(), item_id=last.pk, to=99, now=NOW)
    assert [title for _order, title in titles()] == ["甲", "丁", "乙", "丙"]
    with pytest.raises(actions.EntryChanged):
        actions.agenda_save(**add, title="戊", item_id=last.pk, revision=7)
    with pytest.raises(NotAllowed):
        actions.agenda_save(
            **{**add, "meeting_id": meeting_make().pk}, title="戊", item_id=last.pk, revision=1
        )
    with pytest.raises(actions.MeetingThere):
        actions.meeting_plan(actor=keeper(), key=meeting.body.key, title="第1回", held_on=DAY, now=NOW)


def test_a_report_needs_a_plan_and_one_of_its_years() -> None:
    edition = indicator_make().item.edition
    add = {"actor": keeper(), "meeting_id": meeting_make().pk, "title": "結果", "now": NOW}
    with pytest.raises(actions.ReportIncomplete):
        actions.agenda_save(**add, report_key=edition.key)
    with pytest.raises(actions.YearOutsidePlan):
        actions.agenda_save(**add, report_key=edition.key, report_year=2001)
    with pytest.raises(NotAllowed):
        actions.agenda_save(**add, report_key="none", report_year=YEAR)
    item = actions.agenda_save(**add, report_key=edition.key, report_year=YEAR)
    page = staff_client(KEEP, scope="all").get(reverse("measures:meeting", args=[item.meeting_id]))
    assert f"/plan/{edition.key}/?year={YEAR}" in page.content.decode()
    assert "取組項目の一覧を見る" in page.content.decode()


def test_a_decision_and_what_is_owed_come_whole() -> None:
    item, post = agenda_make(), post_make()
    good: dict[str, Any] = {
        "actor": keeper(), "item_id": item.pk, "decision": "進める。", "decided_on": DAY, "revision": 1, "now": NOW,
        "owed_by": post.key, "owed_what": "案をつくる", "owed_until": DAY + timedelta(days=10),
    }  # fmt: skip
    for refusal, change in (
        (actions.DecisionEmpty, {"decision": " "}),
        (actions.DecisionEmpty, {"decided_on": None}),
        (actions.DayToCome, {"decided_on": DAY + timedelta(days=1)}),
        (actions.FollowUpIncomplete, {"owed_what": ""}),
        (actions.FollowUpIncomplete, {"owed_until": None}),
        (actions.FollowUpIncomplete, {"owed_by": ""}),
        (actions.FollowUpDueEarly, {"owed_until": DAY - timedelta(days=1)}),
        (actions.PostNotThen, {"owed_by": "nobody"}),
        (actions.EntryChanged, {"revision": 5}),
        (actions.MyNumberTyped, {"decision": f"番号は{MY_NUMBER}"}),
    ):
        with pytest.raises(refusal):
            actions.decision_record(**{**good, **change})
    assert AgendaItem.objects.get().decision == ""
    assert actions.decision_record(**good).owed_by_id == post.pk
    done = actions.follow_up_done(actor=keeper(), item_id=item.pk, on=DAY, now=NOW)
    reworded = actions.decision_record(**{**good, "decision": "進めていく。", "revision": done.revision})
    assert reworded.done_on == DAY, "other words for the decision do not open the task again"
    later = {"owed_until": DAY + timedelta(days=20), "revision": reworded.revision}
    assert actions.decision_record(**{**good, **later}).done_on is None


def test_typed_texts_refuse_a_my_number() -> None:
    item = agenda_make()
    act: dict[str, Any] = {"actor": keeper(), "now": NOW}
    with pytest.raises(actions.MyNumberTyped):
        actions.body_save(**act, key="dx", name="本部", purpose=MY_NUMBER, starts_on=LONG_AGO)
    with pytest.raises(actions.MyNumberTyped):
        actions.meeting_plan(**act, key=item.meeting.body.key, title="会議", place=MY_NUMBER, held_on=DAY)
    with pytest.raises(actions.MyNumberTyped):
        actions.agenda_save(**act, meeting_id=item.meeting_id, title="議題", paper=MY_NUMBER)
    with pytest.raises(actions.MyNumberTyped):
        actions.minutes_save(**act, meeting_id=item.meeting_id, minutes=MY_NUMBER, revision=1)
    assert AgendaItem.objects.count() == 1


def test_what_is_owed_stands_overdue_first_and_waits_on_the_front_page() -> None:
    post = post_make()
    viewer, client = holder_viewer(post)
    later = owed_make(post=post, until=DAY + timedelta(days=5))
    today = owed_make(post=post, until=DAY)
    late = owed_make(post=post, until=DAY - timedelta(days=1))
    owed_make(post=post, done_on=DAY)
    owed_make()
    rows = queries.follow_ups_of(viewer=viewer)
    assert [(row.item, row.overdue) for row in rows] == [(late, True), (today, False), (later, False)]
    [tile] = waiting_tiles["measures.follow_ups"](viewer, NOW)
    assert (tile.value, tile.tone) == (3, "error")
    assert "1件" in str(tile.note)
    assert not list(waiting_tiles["measures.follow_ups"](keeper(), NOW))
    nobody = viewer_with("measures.actual_enter")
    assert queries.follow_ups_of(viewer=nobody) == []

    with pytest.raises(NotAllowed):
        actions.follow_up_done(actor=nobody, item_id=late.pk, on=DAY, now=NOW)
    with pytest.raises(actions.DayToCome):
        actions.follow_up_done(actor=viewer, item_id=late.pk, on=DAY + timedelta(days=1), now=NOW)
    actions.follow_up_done(actor=viewer, item_id=late.pk, on=DAY, now=NOW)
    with pytest.raises(actions.NothingOwed):
        actions.follow_up_done(actor=viewer, item_id=late.pk, on=DAY, now=NOW)
    with pytest.raises(actions.NothingOwed):
        actions.follow_up_done(actor=keeper(), item_id=agenda_make().pk, on=DAY, now=NOW)

    page = reverse("measures:follow_up_done", args=[today.pk])
    assert client.get(page).status_code == 200, "whoever owes it reports it, member or not"
    assert client.get(reverse("measures:meeting", args=[today.meeting_id])).status_code == 404
    assert staff_client("measures.actual_enter").get(page).status_code == 404
    assert client.post(page, {"on": "2026-05-12"}).status_code == 302
    today.refresh_from_db()
    assert today.done_on == date(2026, 5, 12)


# Pages


def test_a_keeper_sets_up_a_body_and_a_meeting_on_the_pages() -> None:
    client, post = staff_client(KEEP, scope="all"), holding_make().post

    def sent(route: str, *args: Any, **data: Any) -> str:
        answer = client.post(reverse(f"measures:{route}", args=args), data)
        assert answer.status_code == 302, answer.content.decode()
        return str(answer.headers["Location"])

    sent(
        "body_new",
        key="dx",
        name="推進本部",
        starts_on="R7.4.1",
        order="",
        per_office="on",
        office_levels=["課"],
    )
    sent("member_add", "dx", post_key=post.key, role="chair", starts_on="2025-04-01")
    meeting = sent("meeting_new", "dx", title="第1回", held_on="2026-05-01", place="庁議室")
    number = Meeting.objects.get().pk
    assert meeting == f"/office/plan-bodies/~meetings/{number}/"
    sent("agenda_new", number, title="議題の甲", paper="", report="")
    sent("agenda_new", number, title="議題の乙", paper="", report="")
    first, second = AgendaItem.objects.order_by("order")
    sent("agenda_move", second.pk, do="up")
    assert [item.title for item in AgendaItem.objects.order_by("order")] == ["議題の乙", "議題の甲"]
    sent("decision", first.pk, decision="進める。", decided_on="2026-05-01", owed_by="", owed_what="", owed_until="",
         revision=1)  # fmt: skip
    sent("minutes", number, minutes="話し合ったこと", revision=1)
    page = client.get(meeting).content.decode()
    assert all(text in page for text in ("進める。", "話し合ったこと", "庁議室"))
    sent("member_leave", Membership.objects.get().pk, on="2026-05-12")
    sent("body_end", "dx", on="2026-06-01")


def test_a_second_writer_sees_what_the_first_one_wrote_and_loses_nothing() -> None:
    meeting = meeting_make()
    first, second = staff_client(KEEP, scope="all"), staff_client(KEEP, scope="all")
    page = reverse("measures:minutes", args=[meeting.pk])
    assert first.post(page, {"minutes": "先の文", "revision": 1}).status_code == 302
    answer = second.post(page, {"minutes": "後の文", "revision": 1})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "先の文" in text
    assert "後の文" in text
    assert second.post(page, {"minutes": "先の文、後の文", "revision": 2}).status_code == 302
    assert Meeting.objects.get().minutes == "先の文、後の文"


def test_the_list_asks_the_same_few_questions_however_long(django_assert_num_queries: Any) -> None:
    viewer = keeper()
    top = body_make()
    seat_make(body=top, role="chair")
    queries.bodies_on(viewer=viewer, on=DAY)
    with django_assert_num_queries(7):
        queries.bodies_on(viewer=viewer, on=DAY)
    for _number in range(8):
        body = body_make(above=top)
        seat_make(body=body, role="chair")
        meeting_make(body=body)
    queries.bodies_on(viewer=viewer, on=DAY)
    with django_assert_num_queries(7):
        lines = queries.bodies_on(viewer=viewer, on=DAY)
    assert [line.depth for line in lines] == [0] + [1] * 8


# The pack


def test_the_pack_holds_the_agenda_the_papers_and_what_came_of_them() -> None:
    body = body_make(name="推進本部")
    meeting = meeting_make(body=body, title="令和8年度 第2回")
    indicator = indicator_make()
    titles = ["計画の進め方", "結果の#報告*", "その他"]
    agenda_make(meeting=meeting, title=titles[0], paper="一つ目の段落。\n\n二つ目の段落。", decision="提案のとおり。",
                decided_on=DAY)  # fmt: skip
    agenda_make(meeting=meeting, title=titles[1], report=indicator.item.edition, report_year=YEAR)
    agenda_make(meeting=meeting, title=titles[2])
    owed_make(meeting=meeting_make(body=body, held_on=LONG_AGO), until=APRIL, title="前回の議題")
    seat_make(body=body, post=holding_make(staff=staff_make(name="本部 長子")).post, role="chair")

    pages = pdf_pages(meeting_pack(meeting, on=DAY))
    cover = pages[0]
    assert all("".join(title.split()) in cover for title in titles)
    assert "推進本部" in cover
    assert "令和8年5月12日（火）" in cover
    assert "庁議室" in cover
    numbers = {
        title: page
        for page, text in enumerate(pages, 1)
        for title in titles
        if f"資料{titles.index(title) + 1}{title}" in text
    }
    assert numbers == {titles[0]: 2, titles[1]: 3}, "each paper begins on a page of its own"
    for title, number in numbers.items():
        assert f"{title}{number}" in cover
    assert "資料なし" in cover
    assert "二つ目の段落。" in pages[1]
    assert "回数：10回" in pages[2]
    rest = "".join(pages[3:])
    assert all(
        text in rest for text in ("提案のとおり。", "案をつくる", "期限切れ", "前回の議題", "本部長子")
    )
    assert f"1/{len(pages)}" in cover


def test_a_pack_is_made_of_a_meeting_without_anything() -> None:
    [only] = pdf_pages(meeting_pack(meeting_make(title="第1回"), on=DAY))
    assert "議題はまだありません。" in only


# The fictional city


def test_the_bodies_of_the_fictional_city_load_once() -> None:
    organisation_load(SAMPLE_CITY / "organisation.yaml", actor=SYSTEM, now=LATER)
    declarations_publish(actor=SYSTEM, keys=None, reason="試験", now=LATER)
    editions_load(actor=SYSTEM, now=LATER, folder=SAMPLE_CITY / "plans")
    load = {"actor": SYSTEM, "path": SAMPLE_CITY / "bodies.yaml", "now": LATER}
    assert actions.bodies_file_load(**load) == 6
    before = {model: model.objects.count() for model in (Body, Membership, Meeting, AgendaItem)}
    assert actions.bodies_file_load(**load) == 0
    assert {model: model.objects.count() for model in before} == before

    on = LATER.date()
    lines = queries.bodies_on(viewer=keeper(), on=on)
    assert [(line.body.key, line.depth) for line in lines] == [
        ("dx-hombu", 0),
        ("dx-iinkai", 1),
        ("dx-wg", 2),
    ]
    assert all(line.chair and line.chair.holders for line in lines)
    group = Body.objects.get(key="dx-wg")
    lacking = queries.offices_without_member(body=group, on=queries.first_of_april(on))
    assert {row.office.name for row in lacking} == {"河川水路課", "監査事務局"}
    top = lines[0].body
    assert [row.overdue for row in queries.follow_ups_open(body=top, on=on)] == [True, False]
    coming = queries.meetings_coming(viewer=keeper(), on=on).filter(body=top).get()
    assert coming.agenda.filter(report__key="minamo-2026").exists()
    assert "オンライン手続の拡充" in pdf_text(meeting_pack(coming, on=on))
