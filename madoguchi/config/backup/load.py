"""Loading the members of a backup: rows into tables, files into folders."""

from __future__ import annotations

import itertools
import json
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from django.core.management.color import no_style
from django.db import DataError, connection, models

from madoguchi.config.backup.archive import CHUNK_BYTES, Archive, ArchiveRefused, chunk_reader
from madoguchi.config.backup.columns import Column, columns_of, writer_for

ROWS = 1_000


def tables_load(archive: Archive, found: list[type[models.Model]]) -> None:
    """
    Fill empty tables from an archive, inside the caller's transaction.

    :raises ArchiveRefused: the archive's tables are not the ones that its migrations make.
    """
    told = {table["table"]: table for table in archive.manifest["tables"]}
    tables = {model._meta.db_table: model for model in found}
    if set(told) != set(tables):
        odd = ", ".join(sorted(set(told) ^ set(tables)))
        raise ArchiveRefused(f"{archive.path} の表がその移行と合いません（{odd}）。")
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        # Migrations may have put rows there; those of the backup are the later truth.
        for table in tables:
            cursor.execute(f"DELETE FROM {quote(table)}")  # noqa: S608
    for table, model in tables.items():
        columns = _columns(archive, told[table], model)
        _rows_insert(table, columns, _rows(archive, table, columns))
        _sequence_set(model, told[table]["sequence"])


def _columns(archive: Archive, told: dict[str, Any], model: type[models.Model]) -> list[Column]:
    """Put the model's columns in the order of the archive."""
    known = {column.name: column for column in columns_of(model)}
    columns = [known[name] for name, kind in told["columns"] if name in known and known[name].kind == kind]
    if len(columns) != len(known) or len(columns) != len(told["columns"]):
        raise ArchiveRefused(f"{archive.path} の表 {told['table']} の列がその移行と合いません。")
    return columns


def _rows(archive: Archive, table: str, columns: list[Column]) -> Iterator[list[Any]]:
    writers = [
        (place, write)
        for place, column in enumerate(columns)
        if (write := writer_for(column, connection)) is not None
    ]
    for line in archive.lines(f"tables/{table}.jsonl"):
        row: list[Any] = json.loads(line)
        for place, write in writers:
            row[place] = write(row[place])
        yield row


def _rows_insert(table: str, columns: list[Column], rows: Iterator[list[Any]]) -> None:
    quote = connection.ops.quote_name
    names = ", ".join(quote(column.name) for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with (
                connection.wrap_database_errors,
                cursor.cursor.copy(f"COPY {quote(table)} ({names}) FROM STDIN") as copy,
            ):
                for row in rows:
                    _nul_refuse(table, row)
                    copy.write_row(row)
            return
        places = ", ".join(["%s"] * len(columns))
        while batch := list(itertools.islice(rows, ROWS)):
            cursor.executemany(f"INSERT INTO {quote(table)} ({names}) VALUES ({places})", batch)  # noqa: S608


def _nul_refuse(table: str, row: list[Any]) -> None:
    if any(isinstance(value, str) and "\x00" in value for value in row):
        raise DataError(
            f"{table} {row[0]}: PostgreSQL は文字 U+0000 を保存できません。元の記録を直してください。"
        )


def _sequence_set(model: type[models.Model], last: int | None) -> None:
    """Let numbers go on after the last one ever given, not after the highest row that is left."""
    field = model._meta.auto_field
    if field is None:
        return
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
                cursor.execute(statement)
            if last:
                name = connection.ops.quote_name(table)
                cursor.execute(
                    "SELECT setval(s, GREATEST(%s, nextval(s) - 1)) FROM pg_get_serial_sequence(%s, %s) AS s",
                    [last, name, field.column],
                )
        elif last:
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last])


def tables_check(archive: Archive, found: list[type[models.Model]]) -> None:
    """
    Count every table against the manifest and let the database check every reference.

    :raises ArchiveRefused: something is not as it was told.
    """
    told = {table["table"]: table["rows"] for table in archive.manifest["tables"]}
    with connection.cursor() as cursor:
        for model in found:
            table = model._meta.db_table
            cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
            count = cursor.fetchone()[0]
            if count != told[table]:
                raise ArchiveRefused(f"表 {table} は {told[table]} 行のはずが {count} 行です。")
    connection.check_constraints()


def member_unpack(archive: Archive, name: str, path: Path) -> None:
    """Write one member to a new file and wait for the disk."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.writelines(archive.chunks(name))
        file.flush()
        os.fsync(file.fileno())


def files_unpack(archive: Archive, name: str, folder: Path) -> None:
    """
    Unpack the files into a new folder.

    :raises ArchiveRefused: a name leads out of the folder, or something is no plain file.
    """
    folder.mkdir(mode=0o700)
    count = 0
    try:
        with tarfile.open(fileobj=chunk_reader(archive.chunks(name)), mode="r|", bufsize=CHUNK_BYTES) as tar:
            for info in tar:
                inside = PurePosixPath(info.name)
                if not info.isreg() or inside.is_absolute() or not inside.parts or ".." in inside.parts:
                    raise ArchiveRefused(f"{archive.path}: {info.name!r} はファイルとして戻せません。")
                _file_write(tar, info, folder.joinpath(*inside.parts))
                tar.members = []  # type: ignore[attr-defined]
                count += 1
    except tarfile.TarError as error:
        raise ArchiveRefused(f"{archive.path} のファイルの束を読めません: {error}") from error
    if count != archive.manifest["files"]:
        raise ArchiveRefused(f"ファイルは {archive.manifest['files']} 個のはずが {count} 個です。")
    os.sync()


def _file_write(tar: tarfile.TarFile, info: tarfile.TarInfo, path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    source = tar.extractfile(info)
    assert source is not None
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while chunk := source.read(CHUNK_BYTES):
            file.write(chunk)
    os.utime(path, (info.mtime, info.mtime))
