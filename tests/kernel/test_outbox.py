"""The invariants of ``kernel/outbox.py``."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from madoguchi.kernel.actions import action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.models import Counter, OutboxDelivery, OutboxEvent
from madoguchi.kernel.outbox import (
    LEASE,
    TRIES,
    DeliveryGone,
    Event,
    Handler,
    delivery_retry,
    delivery_skip,
    event_emit,
    event_kinds,
    handlers,
    outbox_run,
)
from madoguchi.kernel.rights import NotAllowed, Viewer, anonymous_viewer, system_viewer
from madoguchi.kernel.subjects import Subject
from tests.support.databases import HouseDatabase
from tests.support.forks import connection_anew

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
ACTOR = system_viewer(on=NOW.date(), duty="試験")


@action("test.emitting")
def emitting(*, actor: Viewer, count: int, now: datetime, fail: bool = False) -> None:
    for number in range(count):
        event_emit("test.happened", Subject("test", str(number)), {"number": number})
    audit_write(actor, "kernel.delivery_retried", Subject("test", "1"))
    if fail:
        raise ZeroDivisionError


class Far:
    """A handler whose effect can be counted and whose failure can be ordered."""

    def __init__(self) -> None:
        self.told: list[Event] = []
        self.fails = False

    def __call__(self, event: Event, now: datetime) -> None:
        Counter.objects.create(series=f"told {event.subject_key}", period=now.isoformat()[:19])
        if self.fails:
            raise ConnectionError("the far side is away")
        self.told.append(event)


@pytest.fixture(params=[False, True], ids=["inside", "outside"])
def far(request: pytest.FixtureRequest):
    handler = Far()
    with (
        event_kinds.momentarily("test.happened", "number"),
        handlers.momentarily("test.far", Handler("test.far", "test.happened", handler, request.param)),
    ):
        handler.outside = request.param
        yield handler


@pytest.mark.django_db
def test_an_event_is_told_once(far: Far) -> None:
    emitting(actor=ACTOR, count=2, now=NOW)
    assert outbox_run(now=NOW) == 2
    assert outbox_run(now=NOW) == 0
    assert [event.payload for event in far.told] == [{"number": 0}, {"number": 1}]


@pytest.mark.django_db
def test_nothing_is_told_of_an_action_that_failed(far: Far) -> None:
    with pytest.raises(ZeroDivisionError):
        emitting(actor=ACTOR, count=1, now=NOW, fail=True)
    assert not OutboxEvent.objects.exists()
    assert not OutboxDelivery.objects.exists()


@pytest.mark.django_db
def test_a_failure_waits_longer_each_time_is_parked_and_can_be_retried(far: Far) -> None:
    emitting(actor=ACTOR, count=1, now=NOW)
    far.fails = True
    moment, waits = NOW, []
    for _ in range(TRIES):
        assert outbox_run(now=moment) == 0
        delivery = OutboxDelivery.objects.get()
        waits.append(delivery.due_at - moment)
        moment = delivery.due_at
    assert waits == sorted(waits)
    assert delivery.parked_at is not None
    assert "the far side is away" in delivery.error
    if not far.outside:
        assert not Counter.objects.exists(), "a failed handler leaves no rows"
    assert outbox_run(now=moment + timedelta(days=9)) == 0
    far.fails = False
    delivery_retry(actor=ACTOR, delivery_id=delivery.pk, now=moment)
    assert outbox_run(now=moment) == 1
    assert len(far.told) == 1


@pytest.mark.django_db
def test_a_key_stays_the_same_over_all_tries(far: Far) -> None:
    emitting(actor=ACTOR, count=1, now=NOW)
    keys = set()
    plain = far.__call__

    def note(event: Event, now: datetime) -> None:
        keys.add(event.key)
        raise ConnectionError

    with handlers.momentarily(
        "test.far", Handler("test.far", "test.happened", note, far.outside), replace=True
    ):
        outbox_run(now=NOW)
        outbox_run(now=NOW + timedelta(days=1))
    assert len(keys) == 1
    assert plain


@pytest.mark.django_db
def test_skipping_keeps_the_reason_and_only_what_is_parked_can_be_skipped(far: Far) -> None:
    emitting(actor=ACTOR, count=1, now=NOW)
    delivery = OutboxDelivery.objects.get()
    with pytest.raises(DeliveryGone):
        delivery_skip(actor=ACTOR, delivery_id=delivery.pk, reason="x", now=NOW)
    OutboxDelivery.objects.update(parked_at=NOW)
    with pytest.raises(NotAllowed):
        delivery_skip(actor=anonymous_viewer(on=NOW.date()), delivery_id=delivery.pk, reason="x", now=NOW)
    delivery_skip(actor=ACTOR, delivery_id=delivery.pk, reason="相手の業務が終了", now=NOW)
    delivery.refresh_from_db()
    assert (delivery.skipped_reason, delivery.done_at, delivery.parked_at) == ("相手の業務が終了", NOW, None)
    assert outbox_run(now=NOW) == 0


@pytest.mark.django_db
def test_a_handler_that_the_program_no_longer_has_parks_its_events_in_time(far: Far) -> None:
    emitting(actor=ACTOR, count=1, now=NOW)
    OutboxDelivery.objects.update(handler="test.gone")
    moment = NOW
    for _ in range(TRIES):
        outbox_run(now=moment)
        moment = OutboxDelivery.objects.get().due_at
    assert OutboxDelivery.objects.get().parked_at is not None


@pytest.mark.django_db
def test_a_worker_killed_outside_leaves_a_lease_that_runs_out() -> None:
    handler = Far()
    with (
        event_kinds.momentarily("test.happened", "number"),
        handlers.momentarily("test.far", Handler("test.far", "test.happened", handler, True)),
    ):
        emitting(actor=ACTOR, count=1, now=NOW)
        # What a killed worker leaves: leased, never done.
        OutboxDelivery.objects.update(due_at=NOW + LEASE)
        assert outbox_run(now=NOW) == 0
        assert outbox_run(now=NOW + LEASE) == 1


@pytest.mark.slow
def test_two_processes_on_one_database_tell_each_event_once(house_database: HouseDatabase) -> None:
    def slow(event: Event, now: datetime) -> None:
        Counter.objects.create(series=f"told {event.subject_key} by {os.getpid()}", period="p")
        time.sleep(0.001)

    with (
        event_kinds.momentarily("test.happened", "number"),
        handlers.momentarily("test.slow", Handler("test.slow", "test.happened", slow, False)),
    ):
        emitting(actor=ACTOR, count=40, now=NOW)
        connection.close()
        pids = []
        for _ in range(2):
            pid = os.fork()
            if pid == 0:
                code = 1
                try:
                    connection_anew()
                    while OutboxDelivery.objects.filter(done_at=None).exists():
                        outbox_run(now=NOW)
                    code = 0
                finally:
                    os._exit(code)
            pids.append(pid)
        assert [os.waitpid(pid, 0)[1] for pid in pids] == [0, 0]
    told = [series.split(" by ")[0] for series in Counter.objects.values_list("series", flat=True)]
    assert sorted(told) == sorted(f"told {number}" for number in range(40))
    assert set(OutboxDelivery.objects.values_list("attempts", flat=True)) == {1}
