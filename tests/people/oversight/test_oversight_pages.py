"""The pages of those who watch the rights, through HTTP: what they show, to whom, and what a press of a button does."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult
from pypdf import PdfReader

from madoguchi.blocks.people.actions import ReportMade, reading_report_make
from madoguchi.blocks.people.hooks import reading_reported
from madoguchi.blocks.people.models import (
    AccessReview,
    AccessReviewItem,
    ReadingFinding,
    ReadingReport,
    RoleGrant,
    StaffMember,
)
from madoguchi.blocks.people.oversight.making import months_missing
from madoguchi.blocks.people.oversight.printed import RULE_WORDS
from madoguchi.blocks.people.oversight.reading import RULES, month_read
from madoguchi.blocks.people.testing import (
    DAY,
    NOW,
    account_make,
    finding_make,
    holding_make,
    look_make,
    office_make,
    person_make,
    post_make,
    review_make,
    role_with,
    sign_in,
    staff_client,
    staff_make,
    viewer_with,
)
from madoguchi.kernel.clock import TOKYO, today
from madoguchi.kernel.clock import now as clock_now
from madoguchi.kernel.models import AuditRow
from madoguchi.kernel.rights import NotAllowed, system_viewer

pytestmark = pytest.mark.django_db
KEEP, ANSWER, RIGHTS = "people.review_keep", "people.review_answer", "people.rights_view"
READING = "people.reading_judge"
NIGHT = datetime(2026, 4, 8, 3, 0, tzinfo=TOKYO)


@pytest.fixture
def keeper() -> Client:
    return staff_client(KEEP, RIGHTS, READING, scope="all")


def text(response: Any) -> str:
    return str(response.content.decode())


def table(response: Any) -> list[list[str]]:
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def chief(office: Any) -> Client:
    client = Client()
    holding = holding_make(post=post_make(office=office, roles=[role_with(ANSWER)]))
    sign_in(client, account_make(holding.staff))
    return client


def test_an_office_answers_on_one_screen_all_at_once(keeper: Client) -> None:
    office, elsewhere = office_make(name="答える課"), office_make(name="ほかの課")
    for number in range(3):
        post_make(office=office, key=f"mine-{number}", roles=["testing/mine"])
    post_make(office=elsewhere, key="theirs", roles=["testing/theirs"])
    client = chief(office)
    due = today() + timedelta(days=14)
    quarter = text(keeper.get("/office/rights/reviews/")).split('<option value="')[1][:6]
    sent = keeper.post("/office/rights/reviews/", {"quarter": quarter, "due_on": due.isoformat()})
    url = sent["Location"]
    assert url == f"/office/rights/reviews/{quarter}/"
    page = text(client.get(url))
    assert "ほかの課" not in page
    # The own role of the chief is shown, but not asked.
    assert "自分だけが就いている職です" in page
    items = {one.post: one.pk for one in AccessReviewItem.objects.all()}
    form = {"item": [items[f"mine-{n}"] for n in range(3)], f"i{items['mine-1']}-answer": "end"}
    refused = client.post(url, form | {"rest": "1"})
    assert refused.status_code == 422
    assert "testing/mine（公開されていない役割）」を終える理由を書いてください。" in text(refused)
    assert not AccessReviewItem.objects.exclude(answer="").exists()
    assert client.post(url, {"item": form["item"]}).status_code == 422
    done = client.post(url, form | {"rest": "1", f"i{items['mine-1']}-reason": "担当が替わった"}, follow=True)
    assert "3件に答えました。" in text(done)
    answers = dict(AccessReviewItem.objects.filter(post__startswith="mine").values_list("post", "answer"))
    assert answers == {"mine-0": "keep", "mine-1": "end", "mine-2": "keep"}
    assert RoleGrant.objects.get(post__key="mine-1").ends_on == today()
    # What was kept can be ended after another look; what is not one's own cannot be answered by its number.
    again = client.get(f"{url}?again=1")
    assert f"i{items['mine-0']}-answer" in text(again)
    stolen = {"item": [items["theirs"]], f"i{items['theirs']}-answer": "keep"}
    assert client.post(url, stolen).status_code == 422
    assert AccessReviewItem.objects.get(post="theirs").answer == ""


def test_a_review_is_closed_by_its_keeper_and_taken_away_by_the_auditor(keeper: Client) -> None:
    post_make(key="=post", roles=["testing/one"])
    review = review_make(now=clock_now() - timedelta(days=30), due_on=today() - timedelta(days=1))
    url = f"/office/rights/reviews/{review.quarter}/"
    answerer = chief(office_make())
    assert answerer.post(f"{url}close/").status_code == 404
    assert answerer.get(f"{url}list.csv").status_code == 404
    page = text(keeper.post(f"{url}close/", follow=True))
    assert "点検を締めました。" in page
    assert "そのまま続いています" in page
    assert AccessReview.objects.get().closed_at is not None
    assert "もう締めています" in text(keeper.post(f"{url}close/", follow=True))
    rows = table(staff_client(RIGHTS, scope="all").get(f"{url}list.csv"))
    line = next(row for row in rows if "post" in row[2])
    # Nothing that a spreadsheet would run.
    assert (line[2], line[4], line[8]) == ("'=post", "testing/one", "答えがない")
    assert AuditRow.objects.get(event="people.oversight_exported").subject_key == review.quarter
    assert answerer.get("/office/rights/reviews/1999Q9/").status_code == 404


def test_the_front_page_says_what_waits() -> None:
    office = office_make()
    post_make(office=office, roles=["testing/one"])
    client = chief(office)
    review_make(now=clock_now(), due_on=today() + timedelta(days=3))
    assert "答えていない権限の点検" in text(client.get("/office/"))
    finding_make()
    judge = text(staff_client(READING, "people.emergency_judge", scope="all").get("/office/"))
    assert "確かめる気になる閲覧" in judge
    assert "確かめる緊急の閲覧" not in judge


def test_the_rights_of_a_day_are_listed_and_taken_away(keeper: Client) -> None:
    office = office_make(name="名簿課")
    staff = holding_make(
        post=post_make(office=office, roles=["testing/one"]), staff=staff_make(name="名簿 花")
    ).staff
    page = text(keeper.get(f"/office/rights/?on=2026-05-12&q={staff.key}"))
    assert "名簿 花" in page
    assert "公開されていない役割" in page
    assert "名簿 花" not in text(keeper.get("/office/rights/?on=1999-01-01"))
    assert keeper.get("/office/rights/?on=99-99").status_code == 422
    assert keeper.get("/office/rights/list.csv?on=99-99").status_code == 404
    rows = table(keeper.get(f"/office/rights/list.csv?on=2026-05-12&office={office.key}"))
    assert [row[1] for row in rows[1:]] == [staff.key]
    assert rows[1][-2:] == ["2000-04-01", ""]
    row = AuditRow.objects.get(event="people.oversight_exported")
    assert (row.subject_kind, row.subject_key) == ("people.rights", "2026-05-12")
    assert staff_client(RIGHTS, scope="own").get("/office/rights/").status_code == 404


def test_the_list_of_rights_asks_no_more_for_many_lines(keeper: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert keeper.get("/office/rights/").status_code == 200
        return len(captured)

    # The first time, a process reads the organisation into its memory.
    asked()
    few = asked()
    for _ in range(12):
        holding_make(post=post_make(roles=["testing/one", "testing/two"]))
    asked()
    assert asked() == few <= 12


def test_a_missing_report_is_made_by_the_worker_once() -> None:
    assert months_missing(date(2026, 7, 3)) == []
    look_make(person_make(), at=NIGHT, staff="staff:n")
    assert months_missing(date(2026, 4, 30)) == []
    assert months_missing(date(2026, 7, 3)) == ["2026-04", "2026-05", "2026-06"]
    moment = datetime(2026, 7, 1, 0, 30, tzinfo=TOKYO)
    reading_reported(moment)
    reading_reported(moment)
    assert dict(ReadingReport.objects.values_list("month", "reads")) == {
        "2026-04": 1,
        "2026-05": 0,
        "2026-06": 0,
    }
    assert ReadingFinding.objects.get().rule == "outside_hours"
    assert AuditRow.objects.filter(event="people.reading_report_made", actor_kind="system").count() == 3


def test_a_report_is_made_of_a_month_that_is_over_by_who_judges_it() -> None:
    reading = month_read("2026-04")
    actor = system_viewer(on=DAY, duty="試験")
    for wrong in (viewer_with(READING, offices=[1]), viewer_with(KEEP)):
        with pytest.raises(NotAllowed):
            reading_report_make(actor=wrong, reading=reading, now=NOW)
    from madoguchi.blocks.people.actions import MonthNotOver

    with pytest.raises(MonthNotOver):
        reading_report_make(actor=actor, reading=month_read("2026-05"), now=NOW)
    reading_report_make(actor=actor, reading=reading, now=NOW)
    with pytest.raises(ReportMade):
        reading_report_make(actor=actor, reading=reading, now=NOW)


def test_a_report_leads_to_its_looks_and_to_a_judgement(keeper: Client) -> None:
    person, reader = person_make(), staff_make(name="夜更 守")
    look_make(person, at=NIGHT, staff=f"staff:{reader.key}")
    assert "2026年4月" in text(keeper.get("/office/rights/reading/"))
    for _twice in range(2):
        asked = keeper.post("/office/rights/reading/", {"month": "2026-04"})
        assert asked["Location"] == "/office/rights/reading/"
    assert "報告を作り始めました" in text(keeper.get(asked["Location"]))
    assert keeper.get("/office/rights/reading/2026-04/").status_code == 404
    for job in DBTaskResult.objects.all():
        job.task.func(**job.args_kwargs["kwargs"])
    made = "/office/rights/reading/2026-04/"
    page = text(keeper.get(made))
    assert "夜更 守" in page
    finding = ReadingFinding.objects.get()
    url = f"{made}{finding.pk}/"
    assert person.key in text(keeper.get(url))
    assert keeper.post(url, {"judgement": ""}).status_code == 422
    keeper.post(url, {"judgement": "宿直の当番だった"})
    finding.refresh_from_db()
    assert finding.judgement == "宿直の当番だった"
    assert "もう確かめた記録があります" in text(keeper.post(url, {"judgement": "もう一度"}))
    rows = table(keeper.get(f"{made}report.csv"))
    assert rows[1][0] == "勤務時間の外に見た"
    assert rows[1][-1] == "宿直の当番だった"
    pdf = keeper.get(f"{made}report.pdf")
    printed = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.content)).pages)
    assert "夜更 守" in printed
    assert AuditRow.objects.filter(event="people.oversight_exported").count() == 2
    assert keeper.get(f"{made}report.docx").status_code == 404
    assert keeper.get("/office/rights/reading/2026-03/").status_code == 404
    assert keeper.get(f"/office/rights/reading/2026-03/{finding.pk}/").status_code == 404
    assert staff_client(RIGHTS, KEEP, scope="all").get(made).status_code == 404


def test_nobody_judges_a_finding_about_looks_of_his_own() -> None:
    client = Client()
    holding = holding_make(post=post_make(roles=[role_with(READING)], scope="all"))
    sign_in(client, account_make(holding.staff))
    mine = f"staff:{holding.staff.key}"
    own = finding_make(staff=mine)
    url = f"/office/rights/reading/{own.report.month}/{own.pk}/"
    assert "確かめた内容を記録する" not in text(client.get(url))
    assert "自分のしたことは" in text(client.post(url, {"judgement": "正しい"}))
    # An office's finding in which he had a part, too.
    shared = finding_make(rule="same_person", rows=[look_make(staff=mine).pk])
    url = f"/office/rights/reading/{shared.report.month}/{shared.pk}/"
    assert "自分のしたことは" in text(client.post(url, {"judgement": "正しい"}))
    assert not ReadingFinding.objects.exclude(judged_at=None).exists()
    assert StaffMember.objects.filter(pk=holding.staff.pk).exists()


def test_a_role_is_given_with_a_cap_and_ended_on_the_posts_page() -> None:
    client = staff_client("people.organisation_view", "people.organisation_edit", scope="all")
    post = post_make(key="capped")
    page = text(client.get("/office/organisation/posts/capped/roles/add/"))
    assert "データの区分の上限" in page
    RoleGrant.objects.create(post=post, role="testing/one", upto="personal", starts_on=DAY)
    assert "個人情報" in text(client.get("/office/organisation/posts/capped/"))
    grant = RoleGrant.objects.get(post=post)
    url = f"/office/organisation/grants/{grant.pk}/end/"
    shown = client.post(url, {"on": "2026-06-01"})
    basis = text(shown).split('name="basis" value="')[1].split('"')[0]
    client.post(url, {"on": "2026-06-01", "confirm": "1", "basis": basis})
    grant.refresh_from_db()
    assert grant.ends_on == date(2026, 6, 1)


def test_every_rule_has_its_words() -> None:
    assert set(RULE_WORDS) == set(RULES)
