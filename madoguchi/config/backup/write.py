"""
``madoguchi backup``: everything in one file, the keys in a second one, while the house goes on working.

The tables are read in one snapshot (SQLite: one deferred read transaction; PostgreSQL: REPEATABLE READ, READ
ONLY), so that nobody waits and nothing is torn. The file of audit roots is cut to the batches of the snapshot.
"""

from __future__ import annotations

import contextlib
import json
import tarfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, models
from django.db.migrations.loader import MigrationLoader

from madoguchi import __version__
from madoguchi.config.backup.archive import ArchiveRefused, ArchiveWriter, drafts_remove
from madoguchi.config.backup.columns import FieldNotPortable, columns_of, reader_for, select_sql
from madoguchi.config.backup.keys import fingerprints, keys_write
from madoguchi.config.backup.states import TooNew, migrations_applied, models_at
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.audit import roots_file
from madoguchi.kernel.clock import TOKYO
from madoguchi.kernel.health.checks import backup_note

FORMAT = "madoguchi-backup"
FORMAT_VERSION = 1
ROWS = 1_000
ROOTS = "audit/roots.log"
FILES = "files.tar"


class BackupRefused(Refused):
    """There is nothing to back up, or it cannot be read; the text says what to do."""


def backup_default_path(now: datetime, *, word: str = "madoguchi") -> Path:
    """Where a backup goes when nobody says where: a file named by the moment, under the data folder."""
    folder = Path(settings.DATA_DIR) / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{word}-{now.astimezone(TOKYO):%Y%m%d-%H%M%S}.zip"


def keys_path(path: Path) -> Path:
    """The file of keys that goes with a backup."""
    return path.with_name(path.name + ".keys")


def backup_write(path: Path, *, now: datetime) -> dict[str, Any]:
    """
    Write a backup and its file of keys; both appear whole, or neither.

    :raises ArchiveRefused: the place is taken, full or closed to us.
    :raises BackupRefused: the database cannot be read.
    """
    if path.parent == Path(settings.DATA_DIR) / "backups":
        drafts_remove(path.parent)
    try:
        with ArchiveWriter(path) as writer, ArchiveWriter(keys_path(path)) as keys:
            answer = _write_all(writer, now)
            keys_write(keys, Path(settings.DATA_DIR), installation=answer["installation"], now=now)
            # The keys first: a backup that stands there has its keys.
            keys.publish()
            writer.publish()
        with contextlib.suppress(OSError):
            backup_note(now=now)
    except FieldNotPortable as error:
        raise BackupRefused(str(error)) from error
    except TooNew as error:
        raise BackupRefused(
            f"データベースがこのプログラムより新しい版のものです（{', '.join(error.args[0])}）。"
            "データベースと同じ版のプログラムで控えを取ってください。"
        ) from error
    except DatabaseError as error:
        raise BackupRefused(
            f"データベースを読めません: {str(error).strip()}\n`madoguchi doctor` が直し方を言います。"
        ) from error
    return {"file": str(path), "keys": str(keys_path(path)), "bytes": path.stat().st_size, **answer}


def _write_all(writer: ArchiveWriter, now: datetime) -> dict[str, Any]:
    with snapshot():
        applied = migrations_applied()
        found = models_at(MigrationLoader(connection), applied)
        # As of the applied migrations, too: a backup is taken just before they are brought up to date.
        named = {model._meta.label_lower: model._base_manager for model in found}
        installation = str(named["kernel.installation"].values_list("id", flat=True).get())
        tables = [_table_write(writer, model) for model in found]
        last_batch = named["kernel.auditbatch"].aggregate(last=models.Max("number"))["last"] or 0
    with writer.member(ROOTS) as member:
        for line in _roots_lines(last_batch):
            member.write(line)
    # After the snapshot: a file is written before the row that names it, so none of ours can be lacking.
    files = _files_write(writer)
    head = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "program": __version__,
        "installation": installation,
        "database": connection.vendor,
        "created_at": now.isoformat(),
        "keys": fingerprints(Path(settings.DATA_DIR)),
        "files": files,
    }
    writer.manifest({**head, "migrations": applied, "tables": tables})
    writer.seal()
    return {
        "installation": installation,
        "database": connection.vendor,
        "created_at": now.isoformat(),
        "tables": len(tables),
        "rows": sum(table["rows"] for table in tables),
        "files": files,
    }


@contextlib.contextmanager
def snapshot() -> Iterator[None]:
    """Read one and the same moment of the whole database; writers are not held up."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            # The wrapper's own transactions say IMMEDIATE and would keep every writer out.
            cursor.execute("BEGIN DEFERRED")
            cursor.execute("SELECT COUNT(*) FROM sqlite_master")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        connection.set_autocommit(False)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
        finally:
            connection.rollback()
            connection.set_autocommit(True)


def _table_write(writer: ArchiveWriter, model: type[models.Model]) -> dict[str, Any]:
    table, columns = model._meta.db_table, columns_of(model)
    readers = [
        (place, read)
        for place, column in enumerate(columns)
        if (read := reader_for(column, connection)) is not None
    ]
    count = 0
    with writer.member(f"tables/{table}.jsonl") as member:
        for rows in _rows(model):
            member.write(b"".join(_line(row, readers) for row in rows))
            count += len(rows)
    return {
        "table": table,
        "model": model._meta.label_lower,
        "columns": [[column.name, column.kind] for column in columns],
        "rows": count,
        "sequence": _sequence(model),
    }


def _line(row: tuple[Any, ...], readers: list[tuple[int, Any]]) -> bytes:
    values = list(row)
    for place, read in readers:
        values[place] = read(values[place])
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _rows(model: type[models.Model]) -> Iterator[list[tuple[Any, ...]]]:
    quote = connection.ops.quote_name
    names = ", ".join(select_sql(column, connection) for column in columns_of(model))
    order = ", ".join(quote(str(field.column)) for field in model._meta.pk_fields)
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM {quote(model._meta.db_table)} ORDER BY {order}")  # noqa: S608
        while rows := cursor.fetchmany(ROWS):
            yield rows


def _sequence(model: type[models.Model]) -> int | None:
    """The last number that a table has given, so that a number of a deleted row is never given again."""
    field = model._meta.auto_field
    if field is None:
        return None
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
        else:
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, field.column])
            name = cursor.fetchone()[0]
            cursor.execute(f"SELECT last_value FROM {name} WHERE is_called")  # noqa: S608
        row = cursor.fetchone()
    # SQLite notes 0 for a table that it made anew and that never gave a number.
    return (int(row[0]) or None) if row else None


def _roots_lines(last_batch: int) -> Iterator[bytes]:
    path = roots_file()
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            number = line.split(b" ", 1)[0]
            if line.endswith(b"\n") and number.isdigit() and int(number) <= last_batch:
                yield line


def _files_write(writer: ArchiveWriter) -> int:
    """Pack what stands under ``files/`` but drafts; a file that is deleted while we read the folder is left out."""
    folder = Path(settings.DATA_DIR) / "files"
    count = 0
    with (
        writer.member(FILES, compressed=False) as member,
        tarfile.open(fileobj=member, mode="w|", format=tarfile.PAX_FORMAT, bufsize=1 << 20) as tar,  # type: ignore[call-overload]
    ):
        for path in _files(folder):
            try:
                file = path.open("rb")
            except FileNotFoundError:
                continue
            except OSError as error:
                raise ArchiveRefused(f"{path} を読めません: {error.strerror or error}") from error
            with file:
                info = tar.gettarinfo(arcname=str(path.relative_to(folder)), fileobj=file)
                info.uid = info.gid = 0
                info.uname = info.gname = ""
                tar.addfile(info, file)
            # The list of members is for readers; over a million files it would fill the memory.
            tar.members.clear()
            count += 1
    return count


def _files(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            # A draft of a writer that is at it, or was killed: under no name yet.
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _files(path)
        elif path.is_file() and not path.is_symlink():
            yield path
