"""Events and jobs: what is stuck is seen, tried again or given up with a reason."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult

from madoguchi.blocks.people.testing import staff_client
from madoguchi.kernel.clock import now
from madoguchi.kernel.models import AuditRow, OutboxDelivery
from madoguchi.kernel.outbox import Handler, handlers
from madoguchi.office.testing import delivery_make

pytestmark = pytest.mark.django_db
EVENTS = "/office/events/"
MOST_QUERIES = 12


def stuck(key: str = "1") -> OutboxDelivery:
    """Make a delivery that waits for somebody."""
    return delivery_make(key, parked=True)


@pytest.fixture
def client() -> Client:
    """Somebody who runs the events."""
    return staff_client("kernel.events_run")


def test_what_is_stuck_comes_first_with_its_error(client: Client) -> None:
    stuck("A-1")
    delivery_make("A-2")
    page = client.get(EVENTS).content.decode()
    assert "testing.thing A-1" in page
    assert "A-2" not in page
    assert "ValueError: &lt;b&gt;postbox&lt;/b&gt; full" in page
    assert '止まった処理 <span class="mg-count">1件</span>' in page
    assert '待っている処理 <span class="mg-count">1件</span>' in page


def test_a_stuck_delivery_is_tried_again(client: Client) -> None:
    delivery = stuck()
    assert client.post(f"{EVENTS}{delivery.pk}/retry/")["Location"] == EVENTS
    delivery.refresh_from_db()
    assert delivery.parked_at is None
    assert delivery.attempts == 0
    row = AuditRow.objects.get(event="kernel.delivery_retried")
    assert row.subject_key == str(delivery.pk)
    assert "もう一度処理するように" in client.get(EVENTS).content.decode()


def test_a_stuck_delivery_is_given_up_with_a_reason_only(client: Client) -> None:
    delivery = stuck()
    refused = client.post(f"{EVENTS}{delivery.pk}/skip/", {f"d{delivery.pk}-reason": " "})
    assert refused.status_code == 422
    assert "「見送る理由」を入力してください。" in refused.content.decode()
    delivery.refresh_from_db()
    assert delivery.parked_at is not None
    client.post(f"{EVENTS}{delivery.pk}/skip/", {f"d{delivery.pk}-reason": "二重に届いたため"})
    delivery.refresh_from_db()
    assert delivery.done_at is not None
    assert delivery.skipped_reason == "二重に届いたため"
    assert "二重に届いたため" in client.get(f"{EVENTS}?state=done").content.decode()
    assert AuditRow.objects.filter(event="kernel.delivery_skipped").count() == 1


@pytest.mark.parametrize("act", ["retry", "skip"])
def test_what_is_not_stuck_any_more_is_left_alone(act: str, client: Client) -> None:
    delivery = delivery_make()
    form = {f"d{delivery.pk}-reason": "理由"}
    page = client.post(f"{EVENTS}{delivery.pk}/{act}/", form, follow=True).content.decode()
    assert "この処理はもう止まっていません" in page
    assert not AuditRow.objects.exists()


def test_states_and_handlers_are_filtered(client: Client) -> None:
    known = Handler("testing.answer", "testing.happened", lambda event, now: None, outside=False)
    delivery_make("W-1")
    delivery_make("W-2", handler="t.other")
    delivery_make("D-1", done_at=now())
    with handlers.momentarily("testing.answer", known):
        waiting = client.get(f"{EVENTS}?state=waiting").content.decode()
        filtered = client.get(f"{EVENTS}?state=waiting&handler=testing.answer").content.decode()
        unknown = client.get(f"{EVENTS}?state=nonsense&handler=nonsense&page=x")
    assert "W-1" in waiting
    assert "W-2" in waiting
    assert "D-1" not in waiting
    assert "W-1" in filtered
    assert "W-2" not in filtered
    assert unknown.status_code == 200


def test_long_lists_are_paged(client: Client) -> None:
    for number in range(30):
        stuck(f"P-{number}")
    assert "30件中 1〜25件" in client.get(EVENTS).content.decode()
    assert "30件中 26〜30件" in client.get(f"{EVENTS}?state=parked&page=2").content.decode()


def test_jobs_are_read_only_and_filtered(client: Client) -> None:
    for status, path in (("READY", "t.waiting"), ("FAILED", "t.failed"), ("SUCCESSFUL", "t.done")):
        DBTaskResult.objects.create(
            args_kwargs={"args": ["private"], "kwargs": {}},
            status=status,
            task_path=path,
            backend_name="default",
            run_after=now(),
            exception_class_path="builtins.ValueError" if status == "FAILED" else "",
        )
    page = client.get(f"{EVENTS}?state=jobs").content.decode()
    assert all(path in page for path in ("t.waiting", "t.failed", "t.done"))
    assert "private" not in page
    failed = client.get(f"{EVENTS}?state=jobs&job=FAILED").content.decode()
    assert "builtins.ValueError" in failed
    assert "t.waiting" not in failed


@pytest.mark.parametrize("state", ["parked", "waiting", "done", "jobs"])
def test_the_number_of_queries_does_not_grow(
    state: str, client: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(40):
        stuck(f"P-{number}")
        delivery_make(f"W-{number}")
        delivery_make(f"D-{number}", done_at=now())
    client.get(EVENTS)
    with django_assert_max_num_queries(MOST_QUERIES):
        assert client.get(f"{EVENTS}?state={state}").status_code == 200


@pytest.mark.parametrize("language", ["ja-easy", "en"])
@pytest.mark.parametrize("state", ["parked", "waiting", "done", "jobs"])
def test_the_page_opens_in_every_language(state: str, language: str, client: Client) -> None:
    stuck()
    client.cookies["django_language"] = language
    assert client.get(f"{EVENTS}?state={state}").status_code == 200
