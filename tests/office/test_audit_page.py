"""The audit page: found by subject, event and day; sealed or not; nothing private."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult

from madoguchi.blocks.people.testing import office_make, staff_client, viewer_with
from madoguchi.kernel.actions import RunningAction, _running
from madoguchi.kernel.audit import audit_seal, audit_write
from madoguchi.kernel.clock import TOKYO, now
from madoguchi.kernel.health.verified import audit_verify_and_note
from madoguchi.kernel.models import AuditRow
from madoguchi.kernel.rights import system_viewer
from madoguchi.kernel.subjects import Subject
from madoguchi.office.views.audit import ROWS

pytestmark = pytest.mark.django_db
AUDIT = "/office/audit/"
DAY = datetime(2026, 5, 12, 10, 0, tzinfo=TOKYO)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Any, settings: Any) -> None:
    """Roots and notes of this test alone."""
    settings.DATA_DIR = tmp_path


def write(
    key: str = "1",
    *,
    event: str = "kernel.delivery_retried",
    at: datetime = DAY,
    title: str = "",
    office_id: int | None = None,
    page: str = "",
    detail: dict[str, Any] | None = None,
    actor: Any = None,
) -> None:
    """Write an audit row as an action does."""
    token = _running.set(RunningAction("t.act", uuid.uuid4(), at))
    subject = Subject("t.thing", key, title, page, office_id)
    audit_write(actor or viewer_with(key="staff:s4711"), event, subject, detail=detail)
    _running.reset(token)


@pytest.fixture
def client() -> Client:
    """An auditor of the whole city hall."""
    return staff_client("kernel.audit_view", scope="all")


def test_a_row_is_told_in_a_sentence_without_names_and_contents(client: Client) -> None:
    write("R-1", title="届出", page="/office/things/R-1/", detail={"reason": "private words"})
    page = client.get(AUDIT).content.decode()
    assert "止まっていた処理を再開しました" in page
    assert '<a href="/office/things/R-1/">届出 R-1</a>' in page
    assert "試験課 主事 s4711" in page
    assert "private words" not in page
    assert "試験 太郎" not in page.split('<main id="main"')[1]
    assert "封印前" in page


def test_what_the_house_did_by_itself_is_called_so(client: Client) -> None:
    write(actor=system_viewer(on=DAY.date(), duty="設置"))
    page = client.get(AUDIT).content.decode()
    assert "自動" in page
    assert "設置" in page


def test_a_row_of_an_event_nobody_knows_any_more_is_still_shown(client: Client) -> None:
    write("R-1")
    AuditRow.objects.update(event="gone.event")
    assert "gone.event" in client.get(AUDIT).content.decode()


def test_rows_are_found_by_subject_event_and_day(client: Client) -> None:
    write("R-1", title="道路の届出")
    write("R-2", event="kernel.delivery_skipped")
    write("R-3", at=DAY + timedelta(days=1))

    def found(**query: str) -> set[str]:
        page = client.get(AUDIT, query).content.decode()
        return {key for key in ("R-1", "R-2", "R-3") if f"{key}</td>" in page}

    assert found() == {"R-1", "R-2", "R-3"}
    assert found(subject="R-2") == {"R-2"}
    assert found(subject="道路") == {"R-1"}
    assert found(subject="t.thing:R-3") == {"R-3"}
    assert found(subject="other:R-3") == set()
    assert found(event="kernel.delivery_skipped") == {"R-2"}
    assert found(on="令和8年5月12日") == {"R-1", "R-2"}
    assert found(on="2026-05-13") == {"R-3"}


def test_a_day_ends_at_midnight_in_japan(client: Client) -> None:
    write("late", at=datetime(2026, 5, 12, 23, 59, 59, tzinfo=TOKYO))
    write("next", at=datetime(2026, 5, 13, 0, 0, tzinfo=TOKYO))
    page = client.get(AUDIT, {"on": "2026-05-12"}).content.decode()
    assert "late</td>" in page
    assert "next</td>" not in page


def test_a_search_that_makes_no_sense_is_told_so(client: Client) -> None:
    write("R-1")
    answer = client.get(AUDIT, {"on": "去年", "event": "no.event", "before": "x", "after": "9" * 30})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "入力内容を確認してください" in page
    assert "R-1</td>" not in page


def test_sealed_rows_say_their_seal(client: Client) -> None:
    write("R-1")
    audit_seal(now=now())
    write("R-2")
    page = client.get(AUDIT).content.decode()
    assert "封印 1" in page
    assert page.count("封印前</span>") == 1
    assert "最後の封印は1番" in page


def test_the_last_verification_is_shown_and_a_new_one_is_asked_for(client: Client) -> None:
    write("R-1")
    assert "まだ一度も確かめていません" in client.get(AUDIT).content.decode()
    client.post(f"{AUDIT}verify/")
    job = DBTaskResult.objects.get()
    assert job.task_path == "madoguchi.office.tasks.audit_verify_job"
    job.task.func()
    assert "（1件）です。" in client.get(AUDIT).content.decode()
    AuditRow.objects.update(subject_key="changed")
    audit_verify_and_note(now=now())
    assert "改変の疑いがあります" in client.get(AUDIT).content.decode()


def test_many_rows_are_turned_over_without_counting(client: Client) -> None:
    for number in range(ROWS + 5):
        write(f"R-{number:03d}")
    first = client.get(AUDIT)
    page = first.content.decode()
    assert "R-054</td>" in page
    assert "R-004</td>" not in page
    older = first.context["pager"].next_url
    second = client.get(f"{AUDIT}{older}")
    assert "R-004</td>" in second.content.decode()
    assert "R-005</td>" not in second.content.decode()
    assert not second.context["pager"].next_url
    back = client.get(f"{AUDIT}{second.context['pager'].previous_url}")
    assert "R-054</td>" in back.content.decode()
    assert not back.context["pager"].previous_url


def test_an_auditor_of_one_office_sees_the_rows_of_that_office(client: Client) -> None:
    mine, other = office_make(), office_make()
    write("mine", office_id=mine.pk)
    write("other", office_id=other.pk)
    write("whole")
    page = staff_client("kernel.audit_view", office=mine).get(AUDIT).content.decode()
    assert "mine</td>" in page
    assert "other</td>" not in page
    assert "whole</td>" not in page
    assert "whole</td>" in client.get(AUDIT).content.decode()


def test_the_number_of_queries_does_not_grow(client: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(ROWS):
        write(f"R-{number}")
    client.get(AUDIT)
    with django_assert_max_num_queries(12):
        client.get(AUDIT)


@pytest.mark.parametrize("language", ["ja-easy", "en"])
def test_the_page_opens_in_every_language(language: str, client: Client) -> None:
    write("R-1")
    client.cookies["django_language"] = language
    assert client.get(AUDIT).status_code == 200
