"""Invariant 1 of actions: killed at any write, an action leaves all or nothing, audit and outbox included."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from madoguchi.kernel.actions import actions
from madoguchi.kernel.audit import audit_seal, audit_verify
from madoguchi.kernel.models import AuditRow, OutboxDelivery, OutboxEvent
from madoguchi.kernel.outbox import handlers
from madoguchi.kernel.testing import scenarios
from tests.support.databases import HouseDatabase, snapshot
from tests.support.rooms import import_testing_rooms

import_testing_rooms()
pytestmark = [pytest.mark.slow]
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")
MOST_WRITES = 400


class KillAt:
    """Counts writes and kills this process right after the n-th."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.seen = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if sql.lstrip().upper().startswith(WRITES):
            self.seen += 1
            if self.seen == self.at:
                os.kill(os.getpid(), signal.SIGKILL)
        return result


def run(name: str, kwargs: dict[str, Any], at: int) -> None:
    """Run the action with a kill at its n-th write."""
    with connection.execute_wrapper(KillAt(at)):
        actions[name].call(**kwargs)


def test_every_action_has_a_scenario() -> None:
    known = set(scenarios.keys())
    wanted = {name for name in actions if not name.startswith("test.")}
    assert wanted <= known, f"add @action_scenario in the block's testing.py for: {sorted(wanted - known)}"
    assert known <= wanted, f"scenarios of actions that no longer exist: {sorted(known - wanted)}"


@pytest.mark.parametrize("name", [name for name in actions if not name.startswith("test.")])
def test_killed_at_every_write_an_action_leaves_all_or_nothing(
    name: str, house_database: HouseDatabase
) -> None:
    kwargs = scenarios[name]()
    before = snapshot()
    # Each kill leaves the database as it was, so the next one begins with the same: nothing is prepared anew.
    for at in range(1, MOST_WRITES):
        status = house_database.child(lambda at=at: run(name, kwargs, at))
        if status == 0:
            break
        assert status == -signal.SIGKILL, f"{name} failed before it could be killed at write {at}"
        assert snapshot() == before, f"{name}, killed at write {at}, left something behind"
    assert at > 1, f"{name} writes nothing"
    check_whole(name, before)


def check_whole(name: str, before: dict[str, list[str]]) -> None:
    """The action came through: its audit rows and events are there, whole, and of one call."""
    rows = AuditRow.objects.filter(action=name).order_by("-pk")
    newest = rows.first()
    assert newest is not None, f"{name} left no audit row"
    assert len(snapshot()[AuditRow._meta.db_table]) > len(before[AuditRow._meta.db_table])
    for event in OutboxEvent.objects.filter(action_id=newest.action_id):
        listeners = {handler.name for handler in handlers.values() if handler.kind == event.kind}
        told = OutboxDelivery.objects.filter(event=event).values_list("handler", flat=True)
        assert set(told) == listeners
    audit_seal(now=newest.at)
    assert audit_verify().faults == []
