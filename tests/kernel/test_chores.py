"""Chores run when due, once each, and a failing one does not run in a ring."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session

from madoguchi.blocks.people.sessions import SessionStore
from madoguchi.kernel import chores as room
from madoguchi.kernel.chores import Chore, chores, chores_run

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def test_a_chore_runs_at_its_times_and_a_failure_waits_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[datetime] = []

    def work(now: datetime) -> None:
        runs.append(now)
        if len(runs) == 2:
            raise ConnectionError

    monkeypatch.setattr(room, "_last", {name: NOW + timedelta(days=9) for name in chores})
    with chores.momentarily("test.chore", Chore("test.chore", timedelta(hours=1), work)):
        assert chores_run(now=NOW) == ["test.chore"]
        assert chores_run(now=NOW + timedelta(minutes=59)) == []
        with pytest.raises(ConnectionError):
            chores_run(now=NOW + timedelta(hours=1))
        assert chores_run(now=NOW + timedelta(hours=1, seconds=1)) == []
    assert len(runs) == 2


@pytest.mark.django_db
def test_expired_sessions_are_deleted_and_live_ones_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_last", {})
    live, old = SessionStore(), SessionStore()
    for session in (live, old):
        session["seen"] = 1
        session.save()
    Session.objects.filter(session_key=old.session_key).update(expire_date=NOW - timedelta(days=9))
    assert "people.sessions" in chores_run(now=NOW)
    assert list(Session.objects.values_list("session_key", flat=True)) == [live.session_key]
