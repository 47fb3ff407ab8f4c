"""``madoguchi doctor``: each fault is named with its remedy, and nothing is made or changed by looking."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from madoguchi.config import doctor as doctoring
from madoguchi.config.doctor import doctor
from madoguchi.config.environment import Environment, Site
from madoguchi.config.setup import MARK
from madoguchi.kernel.health import Health, health_check, health_checks
from madoguchi.kernel.testing import NOW


def lines(name: str = "") -> list[dict[str, str]]:
    return [line for line in doctor(now=NOW) if not name or line["name"] == name]


def only(name: str) -> dict[str, str]:
    found = lines(name)
    assert len(found) == 1, found
    return found[0]


@pytest.fixture
def site(settings):
    """Set what bindings.yaml says about the site."""

    def put(**values):
        before = settings.ENVIRONMENT
        settings.ENVIRONMENT = Environment(before.data, before.city, before.database, Site(**values))

    return put


def test_every_line_has_a_state_and_what_is_not_ok_a_remedy(installed):
    for line in lines():
        assert set(line) == {"name", "state", "text", "remedy"}
        assert line["state"] in {"ok", "warn", "bad"}
        assert line["text"]
        assert bool(line["remedy"]) or line["state"] == "ok", line


def test_looking_makes_nothing(ground):
    data = ground.empty()
    doctor(now=NOW)
    assert list(data.iterdir()) == []
    assert connection.vendor == "sqlite" or connection.introspection.table_names() == []


def test_the_tools_are_found_or_not_and_never_needed(installed, monkeypatch):
    monkeypatch.setattr(
        doctoring.shutil, "which", lambda name: "/usr/bin/soffice" if name == "soffice" else None
    )
    found = {line["name"]: line for line in lines() if line["name"].startswith("tool:")}
    assert set(found) == {"tool:tesseract", "tool:clamdscan", "tool:softhsm2-util", "tool:soffice"}
    assert {line["state"] for line in found.values()} == {"ok"}
    assert "/usr/bin/soffice" in found["tool:soffice"]["text"]
    assert "なくても動きます" in found["tool:tesseract"]["text"]


def test_who_may_come_in_is_looked_at(installed, site, settings):
    site()
    assert (only("hosts")["state"], only("https")["state"]) == ("ok", "ok")
    site(hosts=("minamo.example.jp",))
    assert only("https")["state"] == "bad"
    site(hosts=("minamo.example.jp",), https=True)
    assert only("https")["state"] == "ok"
    site(hosts=("*",), https=True)
    assert only("hosts")["state"] == "bad"
    settings.SECOND_FACTOR_REQUIRED = True
    assert only("second_factor")["state"] == "ok"
    settings.SECOND_FACTOR_REQUIRED = False
    assert only("second_factor")["state"] == "warn"


def test_an_open_folder_and_a_network_disk_are_said(installed, settings, monkeypatch):
    installed.data.chmod(0o755)
    assert "chmod 700" in only("data_private")["remedy"]
    monkeypatch.setattr(doctoring, "_file_system", lambda path: "nfs4")
    expected = "bad" if connection.vendor == "sqlite" else "ok"
    assert only("file_system")["state"] == expected


def test_an_interrupted_restore_and_keys_beside_the_backup_are_said(installed):
    assert not lines("restore")
    (installed.data / "restoring").mkdir()
    assert only("restore")["state"] == "warn"
    (installed.data / MARK).touch()
    assert "もう一度" in only("restore")["remedy"]
    (installed.data / "backups").mkdir()
    (installed.data / "backups" / "b.zip.keys").touch()
    assert only("keys_apart")["state"] == "warn"


@pytest.mark.sqlite
def test_a_broken_sqlite_is_said_and_the_rest_still_answers(installed):
    connection.close()
    place = Path(installed.database)
    for left in place.parent.glob(f"{place.name}-*"):
        left.unlink()
    whole = place.read_bytes()
    place.write_bytes(whole[:4096] + b"\xa5" * (len(whole) // 2) + whole[4096 + len(whole) // 2 :])
    store = only("store")
    assert store["state"] == "bad"
    assert "restore" in store["remedy"]
    assert only("data_folder")["state"] == "ok"
    connection.close()
    place.write_bytes(b"no database at all" * 300)
    assert only("store")["state"] == "bad"


@pytest.mark.postgresql
def test_a_postgresql_that_does_not_answer_is_said_without_the_password(installed):
    port = connection.settings_dict["PORT"]
    try:
        connection.close()
        connection.settings_dict["PORT"] = "1"
        store = only("store")
    finally:
        connection.close()
        connection.settings_dict["PORT"] = port
    assert store["state"] == "bad"
    assert "DATABASE_URL" in store["remedy"]
    assert connection.settings_dict["PASSWORD"] not in store["text"]


@pytest.mark.postgresql
def test_an_old_postgresql_and_lacking_rights_are_said(installed, monkeypatch):
    answers = {"SHOW server_version_num": "140009", "SHOW server_version": "14.9"}
    ask = doctoring._ask
    monkeypatch.setattr(doctoring, "_ask", lambda query: answers.get(query) or ask(query))
    assert "15" in only("store")["remedy"]
    answers.clear()
    answers["SHOW server_encoding"] = "SQL_ASCII"
    assert only("encoding")["state"] == "bad"
    assert only("rights")["state"] == "ok"
    assert only("btree_gist")["state"] == "ok"
    monkeypatch.setattr(
        doctoring, "_ask", lambda query: 0 if "btree_gist" in query or "CREATE'" in query else ask(query)
    )
    assert (only("rights")["state"], only("btree_gist")["state"]) == ("bad", "bad")


def test_an_interrupted_set_up_and_a_newer_database_are_said(installed):
    from django.db.migrations.recorder import MigrationRecorder

    from madoguchi.kernel.models import Installation

    assert only("set_up")["state"] == "ok"
    MigrationRecorder(connection).record_applied("kernel", "0999_future")
    assert "0999_future" in only("version")["text"]
    Installation.objects.all().delete()
    assert only("set_up")["state"] == "warn"


def test_a_check_that_fails_is_itself_an_answer(installed, monkeypatch):
    def broken():
        raise RuntimeError("unforeseen")
        yield

    monkeypatch.setattr(doctoring, "SURROUNDINGS", (broken,))
    assert "unforeseen" in only("broken")["text"]


def test_the_checks_of_the_installation_are_asked(installed):
    health_check("test.kettle", label="湯わかし")(
        lambda now: Health("bad", "冷えています", "火をつけてください")
    )
    try:
        line = only("test.kettle")
    finally:
        del health_checks._items["test.kettle"]
    assert line == {
        "name": "test.kettle", "state": "bad", "text": "湯わかし: 冷えています", "remedy": "火をつけてください",
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.sqlite
def test_the_command_exits_1_only_when_something_is_bad(program):
    found = program.json("doctor")
    assert {line["state"] for line in found} <= {"ok", "warn"}
    assert [path.name for path in program.data.iterdir()] == ["keys"]
    program("audit", "verify")
    words = program("doctor").stdout
    assert "○ SQLite: 壊れていません。" in words
    (program.data / MARK).touch()
    found = program.json("doctor", code=1)
    assert [line["name"] for line in found if line["state"] == "bad"] == ["restore"]
