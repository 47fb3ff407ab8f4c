"""A store that cannot write, a wrong key, a clock set back: a clear word, and nothing is lost."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection

import madoguchi.kernel.testing as kernel_testing
from madoguchi.config.setup import NotReady, database_ready
from madoguchi.kernel.actions import StoreUnavailable, actions
from madoguchi.kernel.audit import audit_seal, audit_verify
from madoguchi.kernel.health.checks import clock_forward, keys_readable
from madoguchi.kernel.models import AuditRow, OutboxDelivery, OutboxEvent
from madoguchi.kernel.testing import NOW

retry = actions["kernel.delivery_retry"]


@contextmanager
def full_disk():
    """SQLite may not take another page: the same answer as from a disk without one."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count={pages}")
        cursor.fetchall()
    try:
        yield
    finally:
        connection.close()


@pytest.mark.sqlite
def test_a_full_disk_refuses_the_action_and_keeps_what_was_there(installed):
    retry.call(**kernel_testing._retry())
    audit_seal(now=NOW)
    before = AuditRow.objects.count()
    parked = kernel_testing._retry()
    done: list[int] = []

    def until_full() -> None:
        # The free rest of the last pages may still take a few.
        for number in range(500):
            retry.call(**{**parked, "delivery_id": _parked_again(parked["delivery_id"])})
            done.append(number)

    with full_disk():
        with pytest.raises(StoreUnavailable) as refused:
            until_full()
        assert "full" in str(refused.value.details["reason"])
        assert "もう一度押してください" in str(refused.value)
        # The half-done action is gone: the delivery is still parked.
        assert OutboxDelivery.objects.get(pk=parked["delivery_id"]).parked_at is not None
    assert AuditRow.objects.count() == before + len(done)
    audit_seal(now=NOW)
    assert audit_verify().faults == []
    retry.call(**parked)
    assert AuditRow.objects.count() == before + len(done) + 1


def _parked_again(pk: int) -> int:
    OutboxDelivery.objects.filter(pk=pk).update(parked_at=NOW, done_at=None)
    return pk


@pytest.mark.sqlite
def test_a_database_that_may_only_be_read_refuses_the_action(installed):
    parked = kernel_testing._retry()
    before = AuditRow.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only=1")
    with pytest.raises(StoreUnavailable):
        retry.call(**parked)
    connection.close()
    assert AuditRow.objects.count() == before
    retry.call(**parked)


@pytest.mark.postgresql
def test_a_postgresql_that_may_only_be_read_refuses_the_action(installed):
    parked = kernel_testing._retry()
    before = AuditRow.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    with pytest.raises(StoreUnavailable):
        retry.call(**parked)
    connection.close()
    assert AuditRow.objects.count() == before
    retry.call(**parked)


@pytest.mark.sqlite
def test_a_full_disk_at_the_first_set_up_is_said_and_the_next_command_goes_on(ground):
    ground.empty()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count=40")
        cursor.fetchall()
    with pytest.raises(NotReady, match=r"(?s)full.*madoguchi doctor"):
        database_ready()
    connection.close()
    database_ready()
    assert audit_verify().faults == []


def test_a_wrong_audit_key_is_found_by_verify_and_by_health(installed):
    retry.call(**kernel_testing._retry())
    audit_seal(now=NOW)
    assert keys_readable(NOW).state == "ok" or "secret" in keys_readable(NOW).text
    key = installed.data / "keys" / "audit.key"
    (installed.data / "keys" / "secret.key").write_text("s" * 64)
    right = shutil.copy(key, installed.data / "right")
    key.write_text("x" * 64)
    faults = audit_verify().faults
    assert ("key", "batch 1") in {(fault.kind, fault.where) for fault in faults}
    assert "keys/audit.key を戻してください" in next(f.text for f in faults if f.kind == "key")
    health = keys_readable(NOW)
    assert health.state == "bad"
    assert "keys/audit.key" in str(health.remedy)
    shutil.copy(right, key)
    assert audit_verify().faults == []


def test_a_clock_set_back_is_said_and_rows_stay_in_order(installed):
    retry.call(**kernel_testing._retry())
    back = NOW - timedelta(days=400)
    health = clock_forward(back)
    assert health.state == "bad"
    assert "NTP" in str(health.remedy)
    retry.call(**{**kernel_testing._retry(), "now": back})
    audit_seal(now=back)
    assert audit_verify().faults == []
    assert OutboxEvent.objects.exists()
