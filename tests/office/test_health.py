"""The installation says what is wrong with it and what to do; a failing check is an answer, not an error."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django_tasks_db.models import DBTaskResult

from madoguchi.blocks.people.testing import staff_client, viewer_with
from madoguchi.kernel import audit
from madoguchi.kernel.actions import RunningAction, _running
from madoguchi.kernel.audit import AuditFault, AuditReport, audit_seal, audit_write
from madoguchi.kernel.clock import now
from madoguchi.kernel.health import (
    Health,
    HealthCheck,
    HealthLine,
    checks,
    health_checks,
    health_run,
    health_state,
)
from madoguchi.kernel.health.checks import backup_note
from madoguchi.kernel.health.verified import audit_verify_and_note, verification_last, verification_note
from madoguchi.kernel.keys import key_read
from madoguchi.kernel.models import AuditRow, OutboxDelivery
from madoguchi.kernel.subjects import Subject
from madoguchi.office.testing import delivery_make

pytestmark = pytest.mark.django_db
NAMES = {
    "audit_unsealed", "audit_verified", "backup", "clock", "data_folder", "database", "declarations", "disk", "fonts",
    "keys", "migrations", "outbox_parked", "outbox_waiting", "search_index", "triggers", "worker",
}  # fmt: skip


@pytest.fixture(autouse=True)
def data(tmp_path: Path, settings: Any) -> Path:
    """A data folder of this test alone, with its keys."""
    settings.DATA_DIR = tmp_path
    key_read(tmp_path, "secret")
    key_read(tmp_path, "audit")
    return tmp_path


def ask(name: str, moment: datetime | None = None) -> HealthLine:
    """Ask one check."""
    return next(line for line in health_run(now=moment or now()) if line.name == name)


@pytest.fixture
def audited() -> AuditRow:
    """One audit row, as an action leaves it."""
    token = _running.set(RunningAction("t.act", uuid.uuid4(), now()))
    audit_write(viewer_with(), "kernel.delivery_retried", Subject("t.thing", "1"))
    _running.reset(token)
    return AuditRow.objects.get()


def test_every_check_answers_and_says_what_to_do() -> None:
    lines = health_run(now=now())
    assert {line.name for line in lines} >= NAMES
    for line in lines:
        assert line.label
        assert line.text
        assert line.meaning
        assert line.state == "ok" or line.remedy, line.name


def test_a_new_installation_is_well_but_for_what_nobody_did_yet() -> None:
    wrong = {line.name for line in health_run(now=now()) if line.state != "ok"}
    assert wrong <= {"backup", "audit_verified", "disk"}


def test_a_check_that_fails_is_an_answer() -> None:
    def broken(moment: datetime) -> Health:
        raise RuntimeError("secret detail")

    check = HealthCheck("t.broken", broken, "試し", "", 1, essential=False)
    with health_checks.momentarily("t.broken", check):
        line = ask("t.broken")
    assert line.state == "bad"
    assert line.remedy
    assert "RuntimeError" in line.text
    assert "secret detail" not in line.text


def test_the_worst_state_counts() -> None:
    def line(state: Any) -> HealthLine:
        return HealthLine("t", "", "", state, "", "")

    assert health_state([line("ok"), line("warn"), line("bad")]) == "bad"
    assert health_state([line("ok"), line("warn")]) == "warn"
    assert health_state([line("ok")]) == "ok"


# Planted faults


def test_a_folder_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.DATA_DIR = settings.DATA_DIR / "gone"
    assert ask("data_folder").state == "bad"
    assert Client().get("/healthz").status_code == 503


@pytest.mark.parametrize(("free_mib", "state"), [(100, "bad"), (1_000, "warn"), (10_000, "ok")])
def test_a_full_disk(free_mib: int, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        checks.shutil, "disk_usage", lambda path: type("U", (), {"free": free_mib << 20, "total": 1 << 40})()
    )
    assert ask("disk").state == state


def test_a_key_that_was_cut_short(data: Path) -> None:
    (data / "keys" / "secret.key").write_text("short")
    line = ask("keys")
    assert line.state == "bad"
    assert "secret" in line.text


def test_a_key_that_others_may_read(data: Path) -> None:
    (data / "keys" / "audit.key").chmod(0o644)
    line = ask("keys")
    assert line.state == "warn"
    assert "audit" in line.text


def test_a_wrong_audit_key(data: Path, audited: AuditRow) -> None:
    audit_seal(now=now())
    assert ask("keys").state == "ok"
    (data / "keys" / "audit.key").write_text("x" * 64)
    assert ask("keys").state == "bad"
    (data / "keys" / "audit.key").unlink()
    assert ask("keys").state == "bad"
    assert not (data / "keys" / "audit.key").exists(), "looking makes no new key"


def test_migrations_that_wait() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'office'")
    line = ask("migrations")
    assert line.state == "bad"
    assert "madoguchi migrate" in line.remedy


@pytest.mark.sqlite
def test_a_trigger_that_is_gone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER staff_one_main_post_insert")
    line = ask("triggers")
    assert line.state == "bad"
    assert "staff_one_main_post_insert" in line.text


def test_a_search_index_that_is_gone() -> None:
    assert ask("search_index").state == "ok"
    lost = "TABLE version_words_words" if connection.vendor == "sqlite" else "INDEX version_words"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP {lost}")
    line = ask("search_index")
    assert line.state == "bad"
    assert "version_words" in line.text


def test_a_delivery_that_is_stuck() -> None:
    delivery_make(parked_at=now(), error="x")
    assert ask("outbox_parked").state == "warn"


def test_work_that_nobody_does() -> None:
    assert ask("worker").state == "ok"
    delivery_make(due_at=now() - timedelta(minutes=1))
    assert ask("outbox_waiting").state == "ok"
    assert ask("worker").state == "ok"
    OutboxDelivery.objects.update(due_at=now() - timedelta(minutes=31))
    assert "31分前" in ask("outbox_waiting").text
    assert ask("outbox_waiting").state == "warn"
    assert ask("worker").state == "bad"


def test_a_job_that_nobody_does() -> None:
    job = DBTaskResult.objects.create(
        args_kwargs={"args": [], "kwargs": {}}, task_path="t.job", backend_name="default", run_after=now()
    )
    DBTaskResult.objects.filter(pk=job.pk).update(enqueued_at=now() - timedelta(minutes=10))
    assert ask("worker").state == "bad"


def test_audit_rows_that_nobody_seals(audited: AuditRow) -> None:
    assert ask("audit_unsealed").state == "ok"
    assert "1件" in ask("audit_unsealed").text
    assert ask("audit_unsealed", now() + timedelta(minutes=6)).state == "bad"
    audit_seal(now=now())
    assert ask("audit_unsealed", now() + timedelta(minutes=6)).state == "ok"


def test_a_clock_that_was_set_back(audited: AuditRow) -> None:
    assert ask("clock").state == "ok"
    line = ask("clock", now() - timedelta(minutes=20))
    assert line.state == "bad"
    assert "分遅れ" in line.text


def test_a_backup_that_is_old() -> None:
    assert ask("backup").state == "warn"
    backup_note(now=now())
    assert ask("backup").state == "ok"
    assert ask("backup", now() + timedelta(days=3)).state == "warn"
    assert ask("backup", now() + timedelta(days=9)).state == "bad"


def test_a_declaration_with_a_fault(tmp_path: Path, settings: Any) -> None:
    assert ask("declarations").state == "ok"
    city = tmp_path / "city"
    (city / "services" / "mine").mkdir(parents=True)
    (city / "bindings.yaml").write_text("site: {name: 試験市}\n", encoding="utf-8")
    (city / "services" / "mine" / "service.yaml").write_text("kind: service\nkey: mine\n", encoding="utf-8")
    settings.CITY_DIR = city
    line = ask("declarations")
    assert line.state == "warn"
    assert "service.yaml" in line.text
    assert "madoguchi check" in line.remedy


def test_a_verification_that_found_something(audited: AuditRow) -> None:
    assert ask("audit_verified").state == "warn"
    assert not audit_verify_and_note(now=now()).faults
    assert ask("audit_verified").state == "ok"
    assert ask("audit_verified", now() + timedelta(days=40)).state == "warn"
    AuditRow.objects.update(subject_key="2")
    assert audit_verify_and_note(now=now()).faults
    assert ask("audit_verified").state == "bad"


def test_a_note_of_the_verification_that_cannot_be_read() -> None:
    verification_note(AuditReport(1, 1, 0, [AuditFault("cut", "batch 1", "x")]), now=now())
    path = audit.roots_file().with_name("verified.json")
    assert json.loads(path.read_text())["faults"] == ["x"]
    path.write_text("{")
    assert verification_last() is None


# The page and the monitors


def test_the_page_shows_what_is_wrong_first_with_what_to_do() -> None:
    delivery_make(parked_at=now(), error="x")
    client = staff_client("kernel.health_view")
    page = client.get("/office/health/").content.decode()
    assert page.index('id="check-outbox_parked"') < page.index('id="check-database"')
    assert "すること：" in page
    assert "<code>madoguchi backup</code>" in page


@pytest.mark.parametrize("language", ["ja-easy", "en"])
def test_the_page_opens_in_every_language(language: str) -> None:
    client = staff_client("kernel.health_view")
    client.cookies["django_language"] = language
    assert client.get("/office/health/").status_code == 200


def test_monitors_hear_yes_or_no_and_nothing_else(data: Path) -> None:
    answer = Client().get("/healthz")
    assert answer.status_code == 200
    assert answer.content == b"ok\n"
    assert not answer.cookies
    assert "no-store" in answer["Cache-Control"]
    delivery_make(parked_at=now(), error="x")
    assert Client().get("/healthz").status_code == 200, "a stuck delivery keeps nobody from being served"
    (data / "keys" / "secret.key").unlink()
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert answer.content == b"unfit\n"


def test_monitors_hear_no_when_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OSError("no route to host db.internal")

    monkeypatch.setattr(checks.connection, "cursor", away)
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert b"db.internal" not in answer.content
