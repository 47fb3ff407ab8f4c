"""
``madoguchi restore``: check everything, build the new state aside, then put it in place at one stroke.

Invariants (``tests/config/test_restore.py``, both databases and across):

1. Nothing is touched before every byte of the backup was checked and every reason to refuse was looked at.
2. Until the mark ``restore.unfinished`` stands, whatever happens leaves the old state. While it stands, every
   command but ``restore`` refuses and says to run it again. When it is gone, the new state is whole.
3. What comes back is row for row what went in, on either database.
4. Stored files that came back damaged, or did not come back, are told by name; the rest is restored all the same.

On SQLite the new database is a file beside the old one; on PostgreSQL it is one transaction.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, models, transaction
from django.db.migrations.loader import MigrationLoader

from madoguchi import __version__
from madoguchi.blocks.files.queries import contents_check
from madoguchi.config.backup.archive import Archive, ArchiveRefused, folder_sync
from madoguchi.config.backup.columns import FieldNotPortable
from madoguchi.config.backup.keys import fingerprints, is_keys_file, keys_open, keys_restore, keys_unpack
from madoguchi.config.backup.load import files_unpack, member_unpack, tables_check, tables_load
from madoguchi.config.backup.states import Node, TooNew, leaves, models_at, unknown_refuse
from madoguchi.config.backup.write import (
    FILES,
    FORMAT,
    FORMAT_VERSION,
    ROOTS,
    BackupRefused,
    backup_default_path,
    backup_write,
    keys_path,
)
from madoguchi.config.serve import house_closed
from madoguchi.config.setup import MARK, WholeExecutor, installed, set_up_alone, tables_make
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.audit import audit_verify
from madoguchi.kernel.clock import TOKYO
from madoguchi.kernel.db.triggers import triggers_make
from madoguchi.kernel.health.verified import verification_note

DATABASE_FILE = "madoguchi.sqlite3"
Say = Callable[[str], None]


class RestoreRefused(Refused):
    """The backup cannot or must not be restored here; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the new state is built, and where the old one is put aside."""

    data: Path

    @property
    def staged(self) -> Path:
        return self.data / "restoring"

    @property
    def replaced(self) -> Path:
        return self.data / "replaced"

    @property
    def mark(self) -> Path:
        return self.data / MARK


def restore(
    path: Path, *, keys: Path | None, force: bool, without_keys: bool, now: datetime, say: Say
) -> dict[str, Any]:
    """
    Bring back a backup, or, when the file is one of keys, the keys alone.

    :param keys: the file of keys; the one beside the backup when left out.
    :param force: replace an installation that holds something, after a backup of it.
    :param without_keys: go on although no key fits; the audit trail cannot be verified then.
    :raises ArchiveRefused: a file is damaged or of another format.
    :raises RestoreRefused: this installation or program does not fit.
    """
    folders = Folders(Path(settings.DATA_DIR))
    stamp = f"{now.astimezone(TOKYO):%Y%m%d-%H%M%S}"
    if is_keys_file(path):
        return keys_restore(path, folders.data, stamp=stamp)
    with set_up_alone(), house_closed(), Archive(path, {FORMAT: FORMAT_VERSION}) as archive:
        say("控えを確かめています…")
        archive.check()
        _program_check(archive)
        keys = _keys_choose(archive, keys, path, folders.data, without_keys=without_keys)
        before = _room_make(folders, force=force, now=now, say=say)
        _space_check(archive, folders.data)
        say("戻しています…")
        _replace(archive, keys, folders)
        answer = {
            "file": str(path),
            "installation": archive.manifest["installation"],
            "created_at": archive.manifest["created_at"],
            "from": archive.manifest["database"],
            "database": connection.vendor,
            "tables": len(archive.manifest["tables"]),
            "rows": sum(table["rows"] for table in archive.manifest["tables"]),
            "files": archive.manifest["files"],
            "keys": str(keys or ""),
            "before": before,
        }
    say("監査記録を確かめています…")
    report = audit_verify()
    verification_note(report, now=now)
    say("ファイルの中身を確かめています…")
    damaged = [{"sha256": fault.sha256, "damage": fault.damage.value} for fault in contents_check()]
    return {**answer, "audit": asdict(report), "damaged_files": damaged}


def _program_check(archive: Archive) -> None:
    told = archive.manifest
    if _version(told["program"]) > _version(__version__):
        raise RestoreRefused(
            f"この控えは新しい版のプログラム（{told['program']}）のものです。こちらは {__version__} です。"
            "プログラムを新しくしてから戻してください。"
        )
    try:
        unknown_refuse(MigrationLoader(None), _applied(archive))
    except TooNew as error:
        raise RestoreRefused(
            f"この控えは、このプログラムにない移行を含みます（{', '.join(error.args[0])}）。"
            "控えを取ったときと同じか、それより新しい版のプログラムで戻してください。"
        ) from error


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def _applied(archive: Archive) -> set[Node]:
    return {(app, name) for app, name in archive.manifest["migrations"]}


def _keys_choose(
    archive: Archive, keys: Path | None, path: Path, data: Path, *, without_keys: bool
) -> Path | None:
    """Find keys that fit the backup; None when those in place do, or when nobody asks."""
    told: dict[str, str] = archive.manifest["keys"]
    if keys is None and not without_keys and keys_path(path).exists():
        keys = keys_path(path)
    if keys is None:
        if without_keys or fingerprints(data).get("audit", "") == told.get("audit", ""):
            return None
        raise RestoreRefused(
            f"この控えに合う鍵がここにありません。`--keys {keys_path(path).name}` で鍵のファイルを指定してください。"
            "鍵を失ったときは `--without-keys` で戻せますが、監査記録はもう確かめられません。"
        )
    with keys_open(keys) as opened:
        given = opened.manifest["keys"]
    if "audit" in told and given.get("audit") != told["audit"]:
        raise RestoreRefused(f"{keys} の鍵はこの控えのものではありません。同じ設置の鍵を指定してください。")
    return keys


def _room_make(folders: Folders, *, force: bool, now: datetime, say: Say) -> str:
    """Refuse to replace anything unasked; back up what will be replaced. The name of that backup, or ""."""
    if folders.mark.exists():
        return ""
    rows, broken = _database_holds(folders.data)
    if not rows and not _any_file(folders.data / "files"):
        return ""
    if not force:
        raise RestoreRefused(
            "ここにはもう記録があります。置き換えてよければ `--force` を付けてください。"
            "いまの内容は、置き換える前に控えます。"
        )
    before = backup_default_path(now, word="before-restore")
    say(f"いまの内容を {before.with_suffix('')} に控えています…")
    try:
        if rows and not broken:
            backup_write(before, now=now)
            return str(before)
    except BackupRefused as refused:
        broken = str(refused)
    if broken and connection.vendor != "sqlite":
        raise RestoreRefused(
            f"いまの内容を控えられないので、置き換えません: {broken}\n"
            "pg_dump で控えてから空のデータベースを用意し、DATABASE_URL をそれに向けてください。"
        )
    # Files without a database that could be read: they are kept as they are.
    kept = before.with_suffix("")
    _keep_as_files(folders.data, kept)
    return str(kept)


def _database_holds(data: Path) -> tuple[bool, str]:
    """Say whether the database holds anything, and why it cannot be read, if so."""
    if connection.vendor == "sqlite" and not (data / DATABASE_FILE).exists():
        return False, ""
    try:
        return installed(), ""
    except DatabaseError as error:
        if connection.vendor != "sqlite":
            raise RestoreRefused(
                f"データベースを使えません: {str(error).strip()}\n`madoguchi doctor` が直し方を言います。"
            ) from error
        return True, str(error).strip()


def _any_file(folder: Path) -> bool:
    return folder.is_dir() and any(path.is_file() for path in folder.rglob("*"))


def _keep_as_files(data: Path, kept: Path) -> None:
    connection.close()
    kept.mkdir(mode=0o700)
    database = data.glob(f"{DATABASE_FILE}*") if connection.vendor == "sqlite" else ()
    for path in [*database, data / ROOTS]:
        if path.exists():
            shutil.copy2(path, kept)
    for folder in ("keys", "files"):
        if (data / folder).exists():
            shutil.copytree(data / folder, kept / folder)


def _space_check(archive: Archive, data: Path) -> None:
    """Refuse before anything is built what could not be built to its end."""
    on_disk = [name for name in archive.names() if connection.vendor == "sqlite" or name == FILES]
    needed = sum(archive.size(name) for name in on_disk)
    free = shutil.disk_usage(data).free
    if needed > free:
        raise RestoreRefused(
            f"{data} の空きが足りません（要る {needed >> 20} MiB、空き {free >> 20} MiB）。何も変えていません。"
        )


# Replacing


def _replace(archive: Archive, keys: Path | None, folders: Folders) -> None:
    shutil.rmtree(folders.staged, ignore_errors=True)
    try:
        folders.staged.mkdir(mode=0o700)
        _stage_files(archive, keys, folders.staged)
        if connection.vendor == "sqlite":
            with database_at(folders.staged / DATABASE_FILE):
                _sqlite_build(archive)
            _mark_set(folders, archive)
        else:
            _postgresql_build(archive, before_commit=lambda: _mark_set(folders, archive))
    except (DatabaseError, psycopg.Error, OSError, FieldNotPortable) as error:
        shutil.rmtree(folders.staged, ignore_errors=True)
        words = "もう一度 restore を実行してください" if folders.mark.exists() else "何も変えていません"
        raise RestoreRefused(f"戻せませんでした。{words}: {str(error).strip()}") from error
    except ArchiveRefused:
        shutil.rmtree(folders.staged, ignore_errors=True)
        raise
    _swap(folders)
    folders.mark.unlink()
    folder_sync(folders.data)
    shutil.rmtree(folders.staged, ignore_errors=True)
    shutil.rmtree(folders.replaced, ignore_errors=True)


def _stage_files(archive: Archive, keys: Path | None, staged: Path) -> None:
    (staged / "audit").mkdir(mode=0o700)
    member_unpack(archive, ROOTS, staged / ROOTS)
    files_unpack(archive, FILES, staged / "files")
    if keys:
        with keys_open(keys) as opened:
            keys_unpack(opened, staged / "keys")


@contextlib.contextmanager
def database_at(path: Path) -> Iterator[None]:
    """Let the connection lead to another SQLite file for a while."""
    place = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = str(path)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = place


def _sqlite_build(archive: Archive) -> None:
    with connection.cursor() as cursor:
        # Until it is whole this file is worth nothing: no journal, and one wait for the disk at the end.
        cursor.execute("PRAGMA journal_mode=MEMORY")
        cursor.fetchall()
        cursor.execute("PRAGMA synchronous=OFF")
    found = _tables_make(archive)
    with transaction.atomic():  # noqa: TID251 - replaces the world, and is no action in it
        tables_load(archive, found)
        tables_check(archive, found)
    tables_make()
    name = Path(connection.settings_dict["NAME"])
    connection.close()
    with name.open("rb+") as file:
        os.fsync(file.fileno())


def _postgresql_build(archive: Archive, *, before_commit: Callable[[], None]) -> None:
    with transaction.atomic():  # noqa: TID251 - replaces the world, and is no action in it
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '30s'")
            _tables_drop(archive)
            # Checks that wait for the commit would keep later migrations from altering the tables.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            found = _tables_make(archive)
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            tables_load(archive, found)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            tables_check(archive, found)
        tables_make()
        before_commit()


def _tables_make(archive: Archive) -> list[type[models.Model]]:
    """Make the empty tables that the backup was taken from, as of its migrations; their models."""
    executor = WholeExecutor(connection)
    applied = _applied(archive)
    executor.migrate(leaves(executor.loader, applied))
    executor.loader.build_graph()
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        triggers_make()
    return models_at(executor.loader, applied)


def _tables_drop(archive: Archive) -> None:
    """Drop our own tables of any version, and nothing else that may live in that database."""
    ours = {table["table"] for table in archive.manifest["tables"]} | {"django_migrations"}
    ours |= {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for table in sorted(ours & present):
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(table)} CASCADE")


def _mark_set(folders: Folders, archive: Archive) -> None:
    with folders.mark.open("w", encoding="utf-8") as file:
        json.dump({"file": str(archive.path)}, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    folder_sync(folders.data)


def _swap(folders: Folders) -> None:
    """Put the old state aside and the new one in its place; killed anywhere, a second run does it again."""
    connection.close()
    folders.replaced.mkdir(mode=0o700, exist_ok=True)
    for name in ("keys", "files", "audit", DATABASE_FILE):
        new = folders.staged / name
        if not new.exists():
            continue
        for old in folders.data.glob(f"{name}*") if name == DATABASE_FILE else [folders.data / name]:
            _aside(old, folders.replaced / old.name)
        new.rename(folders.data / name)
    folder_sync(folders.data)


def _aside(old: Path, kept: Path) -> None:
    if not old.exists():
        return
    if not kept.exists():
        old.rename(kept)
    elif old.is_dir():
        shutil.rmtree(old)
    else:
        old.unlink()
