"""The invariants of backup and restore, on the database of this pass: what went in comes out, killed or not."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import os
import resource
import shutil
import signal
import sys
import tarfile
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

import madoguchi.kernel.testing as kernel_testing
from madoguchi.blocks.people.models import Office, OfficeName
from madoguchi.config.backup import restore as restoring
from madoguchi.config.backup import write as writing
from madoguchi.config.backup.archive import Archive, ArchiveRefused, ArchiveWriter
from madoguchi.config.backup.restore import RestoreRefused, restore
from madoguchi.config.backup.write import FORMAT, backup_write, keys_path
from madoguchi.config.serve import ServeRefused
from madoguchi.config.setup import MARK, NotReady, database_ready, migrations_waiting
from madoguchi.kernel.actions import actions
from madoguchi.kernel.audit import audit_seal, audit_verify, roots_file
from madoguchi.kernel.db.triggers import triggers_missing
from madoguchi.kernel.models import OutboxEvent
from madoguchi.kernel.testing import NOW
from tests.support.databases import snapshot

LATER = NOW + timedelta(hours=1)
# Who is signed in, and what each database notes about itself.
PASSING = {
    "django_session",
    "usersessions_usersession",
    "django_migrations",
    "sqlite_sequence",
    "kernel_cache",
}


def fill(data: Path, words: str = "葛󠄀城市 👨‍👩‍👧‍👦") -> None:
    """Put in a little of everything: rows, seals, an unsealed tail, files, a number that is no longer there."""
    office = Office.objects.create(key=f"k-{uuid.uuid4().hex[:8]}", starts_on=date(2020, 4, 1))
    OfficeName.objects.create(office=office, name=words, starts_on=date(2020, 4, 1))
    event = OutboxEvent.objects.create(
        kind="test.happened", subject_kind="test", subject_key=words, payload={"語": words, "n": [None, 1.5, {}]},
        action_id=uuid.uuid4(), created_at=NOW,
    )  # fmt: skip
    acted()
    audit_seal(now=NOW)
    acted()
    OutboxEvent.objects.create(
        kind="test.gone", subject_kind="test", subject_key="", action_id=uuid.uuid4(), created_at=NOW
    ).delete()
    assert event.pk
    folder = data / "files" / "ab"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{words[:2]}.bin").write_bytes(bytes(range(256)) * 300)
    (folder / "empty").touch()


def acted() -> None:
    actions["kernel.delivery_retry"].call(**kernel_testing._retry())


def rows() -> dict[str, list[str]]:
    return {table: found for table, found in snapshot().items() if table not in PASSING}


def files(data: Path) -> dict[str, bytes]:
    names = ["files", "keys", "audit"]
    return {
        str(path.relative_to(data)): path.read_bytes()
        for name in names
        for path in (data / name).rglob("*")
        if path.is_file() and not path.name.startswith("verified.")
    }


def brought_back(path: Path, **more: Any) -> dict[str, Any]:
    options = {"keys": None, "force": False, "without_keys": False, "now": LATER, "say": lambda text: None}
    return restore(path, **{**options, **more})


@dataclasses.dataclass
class Kept:
    """A backup, and what it was taken of."""

    path: Path
    rows: dict[str, list[str]]
    files: dict[str, bytes]
    answer: dict[str, Any]


@pytest.fixture
def kept(installed, tmp_path) -> Kept:
    fill(installed.data)
    before = rows()
    answer = backup_write(tmp_path / "b.zip", now=NOW)
    assert rows() == before
    return Kept(tmp_path / "b.zip", before, files(installed.data), answer)


def changed(kept: Kept, path: Path, *, members: dict[str, bytes] | None = None, **manifest: Any) -> Path:
    """Write a backup that is whole, but says or holds something else."""
    with Archive(kept.path, {FORMAT: 1}) as archive, ArchiveWriter(path) as writer:
        for name in archive.names():
            with writer.member(name) as member:
                member.write((members or {}).get(name, b"".join(archive.chunks(name))))
        writer.manifest({**archive.manifest, **manifest})
        writer.seal()
        writer.publish()
    shutil.copy(keys_path(kept.path), keys_path(path))
    return path


# Round trip


def test_an_empty_place_gets_everything_back(kept, ground):
    data = ground.empty()
    answer = brought_back(kept.path)
    assert rows() == kept.rows
    assert files(data) == kept.files
    assert (answer["rows"], answer["files"]) == (kept.answer["rows"], 2)
    assert answer["audit"]["faults"] == []
    assert answer["audit"]["batches"] == 1
    assert not migrations_waiting()
    assert not triggers_missing()
    assert {path.name for path in data.iterdir()} <= {
        "madoguchi.sqlite3", "madoguchi.sqlite3-wal", "madoguchi.sqlite3-shm", "files", "keys", "audit",
        "serve.lock", "setup.lock",
    }  # fmt: skip
    database_ready()


def test_numbers_go_on_after_the_last_one_ever_given(kept, ground):
    last = OutboxEvent.objects.create(
        kind="k", subject_kind="t", subject_key="", action_id=uuid.uuid4(), created_at=NOW
    ).pk
    ground.empty()
    brought_back(kept.path)
    again = OutboxEvent.objects.create(
        kind="k", subject_kind="t", subject_key="", action_id=uuid.uuid4(), created_at=NOW
    )
    assert again.pk == last


def test_the_database_guards_the_truth_again(kept, ground):
    ground.empty()
    brought_back(kept.path)
    office = Office.objects.get(key__startswith="k-")
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficeName.objects.create(office=office, name="二つめ", starts_on=date(2021, 4, 1))
    acted()
    audit_seal(now=LATER)
    assert audit_verify().faults == []


def test_the_backup_holds_no_key(kept):
    whole = kept.path.read_bytes()
    with Archive(kept.path, {FORMAT: 1}) as archive:
        members = b"".join(chunk for name in archive.names() for chunk in archive.chunks(name))
        told = json.dumps(archive.manifest)
    for name, secret in kept.files.items():
        if name.startswith("keys/"):
            assert secret.strip() not in whole + members
            assert secret.strip().decode() not in told
    assert keys_path(kept.path).stat().st_mode & 0o777 == 0o600


def test_a_backup_shows_one_moment_and_keeps_nobody_waiting(kept, installed, tmp_path, monkeypatch):
    """While the tables are read, an action is committed and sealed; the backup knows neither."""
    before = rows()
    write_table, done = writing._table_write, []

    def slow(writer, model):
        if not done:
            done.append(True)

            def meanwhile():
                acted()
                audit_seal(now=LATER)
                connection.close()

            thread = threading.Thread(target=meanwhile)
            thread.start()
            thread.join(20)
            assert not thread.is_alive()
        return write_table(writer, model)

    monkeypatch.setattr(writing, "_table_write", slow)
    backup_write(tmp_path / "c.zip", now=LATER)
    assert len(rows()["kernel_auditrow"]) == len(before["kernel_auditrow"]) + 1
    installed.empty()
    assert brought_back(tmp_path / "c.zip")["audit"]["faults"] == []
    assert rows() == before


def test_a_backup_of_an_older_version_is_brought_up_to_this_one(kept, installed, tmp_path):
    call_command("migrate", "notices", "zero", verbosity=0)
    call_command("migrate", "mfa", "0001", verbosity=0)
    older = {table: found for table, found in rows().items() if not table.startswith("notices_")}
    answer = backup_write(tmp_path / "old.zip", now=NOW)
    with Archive(tmp_path / "old.zip", {FORMAT: 1}) as archive:
        assert not [name for name in archive.names() if "notices_" in name]
    installed.empty()
    assert brought_back(tmp_path / "old.zip")["rows"] == answer["rows"]
    assert not migrations_waiting()
    now = rows()
    assert {table for table in now if table.startswith("notices_")}
    assert not {table for table in older if now[table] != older[table]} - MADE_BY_MIGRATE


# Tables to which bringing a database up to date adds rows of its own.
MADE_BY_MIGRATE = {"django_content_type", "auth_permission"}


# Refusals


def test_what_is_there_is_replaced_only_when_asked_and_kept(kept, installed):
    fill(installed.data, "あとから")
    newer, newer_files = rows(), files(installed.data)
    with pytest.raises(RestoreRefused, match="--force"):
        brought_back(kept.path)
    assert (rows(), files(installed.data)) == (newer, newer_files)
    answer = brought_back(kept.path, force=True)
    assert (rows(), files(installed.data)) == (kept.rows, kept.files)
    brought_back(Path(answer["before"]), force=True, now=LATER + timedelta(hours=1))
    assert (rows(), files(installed.data)) == (newer, newer_files)


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        ({"program": "99.0.0"}, "新しい版のプログラム"),
        ({"format_version": 2}, "形式の版 2"),
        ({"format": "madoguchi-other"}, "ファイルを選び直して"),
    ],
)
def test_what_this_program_cannot_read_is_refused(manifest, words, kept, ground, tmp_path):
    data = ground.empty()
    with pytest.raises((RestoreRefused, ArchiveRefused), match=words):
        brought_back(changed(kept, tmp_path / "c.zip", **manifest))
    assert not (data / "files").exists()
    assert connection.introspection.table_names() == []


def test_migrations_that_this_program_lacks_are_named(kept, ground, tmp_path):
    with Archive(kept.path, {FORMAT: 1}) as archive:
        migrations = [*archive.manifest["migrations"], ["kernel", "0999_future"]]
    ground.empty()
    with pytest.raises(RestoreRefused, match=r"kernel\.0999_future"):
        brought_back(changed(kept, tmp_path / "c.zip", migrations=migrations))


@pytest.mark.parametrize("damage", ["cut", "changed"])
def test_a_damaged_backup_is_refused_and_nothing_changes(damage, kept, installed, tmp_path):
    whole = kept.path.read_bytes()
    with ZipFile(kept.path) as archive:
        largest = max(archive.infolist(), key=lambda member: member.compress_size)
    # Within the member's data: between members there are bytes that say nothing.
    place = largest.header_offset + len(largest.FileHeader()) + largest.compress_size // 2
    path = tmp_path / "c.zip"
    other = bytes(byte ^ 0xFF for byte in whole[place : place + 3])
    path.write_bytes(whole[:place] if damage == "cut" else whole[:place] + other + whole[place + 3 :])
    before = rows(), files(installed.data)
    with pytest.raises(ArchiveRefused, match="途中で切れているか、書き換えられて"):
        brought_back(path, force=True)
    assert (rows(), files(installed.data)) == before


def test_rows_that_contradict_each_other_are_refused_and_nothing_changes(kept, installed, tmp_path):
    """A whole file made by somebody else: the database still has the last word."""
    with Archive(kept.path, {FORMAT: 1}) as archive:
        lines = b"".join(archive.chunks("tables/kernel_outboxdelivery.jsonl")).splitlines()
    row = json.loads(lines[0])
    assert lines
    with Archive(kept.path, {FORMAT: 1}) as archive:
        table = next(t for t in archive.manifest["tables"] if t["table"] == "kernel_outboxdelivery")
    row[[name for name, _kind in table["columns"]].index("event_id")] = 987_654
    members = {
        "tables/kernel_outboxdelivery.jsonl": b"\n".join([json.dumps(row).encode(), *lines[1:]]) + b"\n"
    }
    before = rows(), files(installed.data)
    with pytest.raises(RestoreRefused, match="何も変えていません"):
        brought_back(changed(kept, tmp_path / "c.zip", members=members), force=True)
    assert (rows(), files(installed.data)) == before


def test_lost_rows_are_counted(kept, installed, tmp_path):
    before = rows()
    with pytest.raises(ArchiveRefused, match="kernel_stamp"):
        brought_back(
            changed(kept, tmp_path / "c.zip", members={"tables/kernel_stamp.jsonl": b""}), force=True
        )
    assert rows() == before


@pytest.mark.parametrize("name", ["../outside", "/tmp/outside", "a/../../outside"])
def test_a_file_that_would_leave_the_folder_is_refused(name, kept, ground, tmp_path):
    packed = BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.addfile(tarfile.TarInfo(name), BytesIO())
    ground.empty()
    with pytest.raises(ArchiveRefused, match="戻せません"):
        brought_back(changed(kept, tmp_path / "c.zip", members={"files.tar": packed.getvalue()}, files=1))
    assert not list(tmp_path.rglob("outside"))


# Keys


def test_without_a_key_that_fits_nothing_is_restored_unless_said(kept, ground, tmp_path):
    keys = keys_path(kept.path).rename(tmp_path / "away.keys")
    data = ground.empty()
    with pytest.raises(RestoreRefused, match=r"--keys b\.zip\.keys"):
        brought_back(kept.path)
    answer = brought_back(kept.path, without_keys=True)
    assert {fault["kind"] for fault in answer["audit"]["faults"]} >= {"key"}
    assert "keys/audit.key を戻して" in answer["audit"]["faults"][0]["text"]
    # The keys alone, afterwards.
    assert "audit" in brought_back(keys)["keys"]
    assert audit_verify().faults == []
    assert list(data.glob("keys.before-*"))


def test_keys_of_another_installation_are_refused(kept, ground, installed, tmp_path):
    ground.empty()
    database_ready()
    backup_write(tmp_path / "other.zip", now=NOW)
    ground.empty()
    with pytest.raises(RestoreRefused, match="この控えのものではありません"):
        brought_back(kept.path, keys=tmp_path / "other.zip.keys")


def test_a_file_of_keys_cut_short_is_refused(kept, ground):
    keys = keys_path(kept.path)
    keys.write_bytes(keys.read_bytes()[:-40])
    ground.empty()
    with pytest.raises(ArchiveRefused, match="途中で切れているか"):
        brought_back(kept.path)
    assert connection.introspection.table_names() == []


# Killed, full, in use


def kill_at(number: int, work: Callable[[], object], noted: Path) -> None:
    """Run something and kill the process at its n-th change of the file system; -1 only notes them."""
    seen: list[str] = []

    def look(event: str, given: tuple[Any, ...]) -> None:
        if event == "open" and not (isinstance(given[2], int) and given[2] & (os.O_WRONLY | os.O_RDWR)):
            return
        if event in {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "open"}:
            if len(seen) == number:
                os.kill(os.getpid(), signal.SIGKILL)
            seen.append(f"{event} {given[0]}")

    sys.addaudithook(look)
    work()
    steps = list(seen)
    noted.write_text("\n".join(steps))


@pytest.mark.slow
def test_killed_anywhere_it_is_the_old_state_or_says_to_run_again(kept, installed, tmp_path):
    again = functools.partial(brought_back, kept.path, force=True)
    place, name = installed.data, installed.database
    fill(place, "あとから")
    old = rows(), files(place)
    installed.copy(place, name)
    noted = tmp_path / "steps"
    assert installed.child(lambda: kill_at(-1, again, noted)) == 0
    steps = noted.read_text().splitlines()
    first, last = (next(i for i, step in enumerate(steps) if step.startswith(what) and MARK in step)
                   for what in ("open", "os.remove"))  # fmt: skip
    # Putting the new state in place step by step, the way there and the tidying by samples.
    closely = range(first, last + 2, 3)
    unfinished = 0
    for number in sorted({1, first // 2, first - 1, *closely, last, len(steps) - 2}):
        data = installed.copy(place, name)
        assert installed.child(lambda at=number: kill_at(at, again, noted)) == -signal.SIGKILL
        if (data / MARK).exists():
            unfinished += 1
            with pytest.raises(NotReady, match="もう一度実行してください"):
                database_ready()
            brought_back(kept.path)
            assert (rows(), files(data)) == (kept.rows, kept.files)
            assert not (data / MARK).exists()
        else:
            assert (rows(), files(data)) in [old, (kept.rows, kept.files)], steps[number]
            database_ready()
    assert unfinished > 2


@contextlib.contextmanager
def limit_files(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_while_restoring_leaves_the_old_state(kept, installed):
    fill(installed.data, "あとから")
    before = rows(), files(installed.data)

    def work() -> None:
        backup_write(installed.data / "b2.zip", now=LATER)
        with limit_files(60_000), pytest.raises(RestoreRefused, match="何も変えていません"):
            restoring._replace(
                Archive(kept.path, {FORMAT: 1}), keys_path(kept.path), restoring.Folders(installed.data)
            )

    assert installed.child(work) == 0
    assert (rows(), files(installed.data)) == before
    assert not (installed.data / MARK).exists()


def test_no_room_is_seen_before_anything_is_built(kept, installed, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 10, 5))
    with pytest.raises(RestoreRefused, match="空きが足りません"):
        brought_back(kept.path, force=True)


def test_a_full_disk_while_backing_up_leaves_nothing(kept, installed, tmp_path):
    place = tmp_path / "full"
    place.mkdir()

    (installed.data / "files" / "long").write_bytes(os.urandom(400_000))

    def work() -> None:
        with limit_files(200_000), pytest.raises(ArchiveRefused, match="空きがありません"):
            backup_write(place / "b.zip", now=LATER)

    assert installed.child(work) == 0
    assert list(place.iterdir()) == []


def test_nothing_is_restored_under_open_pages(kept, installed):
    from madoguchi.config.serve import _open_house

    with _open_house(alone=False), pytest.raises(ServeRefused, match="止めてから"):
        brought_back(kept.path, force=True)


@pytest.mark.sqlite
def test_a_broken_database_is_kept_as_a_file_and_replaced(kept, installed):
    connection.close()
    place = installed.data / "madoguchi.sqlite3"
    for left in installed.data.glob("madoguchi.sqlite3-*"):
        left.unlink()
    place.write_bytes(b"not a database" * 1000)
    answer = brought_back(kept.path, force=True)
    assert rows() == kept.rows
    assert (Path(answer["before"]) / "madoguchi.sqlite3").read_bytes().startswith(b"not a database")


def test_roots_newer_than_the_backup_are_left_out(kept, installed, tmp_path):
    roots = roots_file().read_text()
    roots_file().write_text(f"{roots}2 {'0' * 64} {'0' * 64}\n3 cut")
    backup_write(tmp_path / "c.zip", now=LATER)
    installed.empty()
    brought_back(tmp_path / "c.zip")
    assert roots_file().read_text() == roots


def test_files_without_a_database_are_kept_too(kept, ground):
    """As after a change of DATABASE_URL: the new database is empty, the data folder is not."""
    data = ground.empty()
    (data / "files").mkdir()
    (data / "files" / "old").write_text("old")
    with pytest.raises(RestoreRefused, match="--force"):
        brought_back(kept.path)
    answer = brought_back(kept.path, force=True)
    assert (Path(answer["before"]) / "files" / "old").read_text() == "old"
    assert files(data) == kept.files
