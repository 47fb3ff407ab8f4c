"""
The container of backups: a zip file, written front to back, that ends with the digest of all before it.

Any zip program can open it. Invariants (``tests/config/test_backup_archive.py``):

1. Memory stays constant, however long a member is.
2. The file appears under its name whole, or not at all: disk full, killed or refused leaves nothing behind
   but, when killed, a ``.part`` that the next backup beside it removes.
3. A reader refuses a file of which any byte was changed, cut off or added.

No Django here: keys are put back when the settings cannot be loaded.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

CHUNK_BYTES = 1 << 20
MANIFEST = "manifest.json"
SEAL = b"madoguchi sha256 "
SEAL_BYTES = len(SEAL) + 64
MANIFEST_BYTES_MOST = 64 << 20
NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class ArchiveRefused(Exception):
    """The file cannot be written or must not be trusted; the text says why and what to do."""


def write_refused(path: Path, error: OSError) -> ArchiveRefused:
    """Say in words why a file could not be written."""
    if error.errno in NO_SPACE:
        return ArchiveRefused(
            f"{path} を書き終える空きがありません。書きかけは消しました。空きを作るか、"
            f"`-o` で別の場所を選んでください。（{error.strerror}）"
        )
    return ArchiveRefused(f"{path} に書けません: {error.strerror or error}")


class _Digesting(io.RawIOBase):
    """A one-way stream that digests what passes, two bytes behind: those two are the comment's length."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self._held = b""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        seen = self._held + bytes(data)
        self._digest.update(memoryview(seen)[:-2])
        self._held = seen[-2:]
        self._file.write(data)
        return len(data)

    def flush(self) -> None:
        self._file.flush()

    def digest(self) -> str:
        return self._digest.hexdigest()


class MemberWriter:
    """One member under way; it counts and digests what goes in."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self.bytes = 0

    def write(self, data: bytes) -> int:
        """Append; the number of bytes taken."""
        self._digest.update(data)
        self.bytes += len(data)
        self._stream.write(data)
        return len(data)

    def flush(self) -> None:
        """For writers that want to; the zip stream keeps its own time."""

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


class ArchiveWriter:
    """
    Write an archive; it stands under its name after ``finish`` and nowhere before.

    :raises ArchiveRefused: the name is taken, or the place cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = path.with_name(path.name + ".part")
        self._members: dict[str, dict[str, Any]] = {}
        if path.exists() or path.is_symlink():
            raise ArchiveRefused(f"{path} はすでにあります。別の名前にしてください。")
        try:
            self._file = _part_open(self._part)
        except OSError as error:
            raise write_refused(path, error) from error
        self._digesting = _Digesting(self._file)
        self._zip = zipfile.ZipFile(self._digesting, "w", zipfile.ZIP_DEFLATED, allowZip64=True)

    @contextlib.contextmanager
    def member(self, name: str, *, compressed: bool = True) -> Iterator[MemberWriter]:
        """
        Write one member as a stream.

        :raises ArchiveRefused: the place ran full.
        """
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
        info.external_attr = 0o600 << 16
        with self._words(), self._zip.open(info, "w", force_zip64=True) as stream:
            member = MemberWriter(stream)
            yield member
        self._members[name] = {"name": name, "bytes": member.bytes, "sha256": member.sha256}

    def manifest(self, content: dict[str, Any]) -> None:
        """Write what the archive holds; after it comes nothing more."""
        content = {**content, "members": list(self._members.values())}
        text = json.dumps(content, ensure_ascii=False, indent=1)
        with self.member(MANIFEST) as member:
            member.write(text.encode())

    def seal(self) -> None:
        """Write the directory and the digest, and wait until the disk has them."""
        with self._words():
            self._zip.close()
            comment = SEAL + self._digesting.digest().encode("ascii")
            self._file.seek(-2, os.SEEK_END)
            self._file.write(len(comment).to_bytes(2, "little") + comment)
            self._file.flush()
            os.fsync(self._file.fileno())

    def publish(self) -> None:
        """Give the sealed file its name."""
        with self._words():
            self._part.replace(self.path)
            folder_sync(self.path.parent)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # After a failure the half zip must not try to write its directory when it is collected.
        self._zip.fp = None
        with contextlib.suppress(OSError):
            self._file.close()
        self._part.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _words(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise write_refused(self.path, error) from error


def _part_open(part: Path) -> IO[bytes]:
    """Open a draft that nobody else is writing; a leftover of a killed backup is written over."""
    file = os.fdopen(
        os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "w+b", buffering=CHUNK_BYTES
    )
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.truncate()
    except BlockingIOError:
        file.close()
        raise ArchiveRefused(f"{part} を別の処理が書いています。終わるのを待ってください。") from None
    return file


def drafts_remove(folder: Path) -> None:
    """Remove drafts that killed backups left in a folder; one under way is locked and stays."""
    for part in folder.glob("*.part"):
        with contextlib.suppress(OSError, ArchiveRefused):
            _part_open(part).close()
            part.unlink()


def folder_sync(folder: Path) -> None:
    """Make renames in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Archive:
    """
    An archive whose every byte was checked; use it in a ``with``.

    :raises ArchiveRefused: not ours, cut short, changed, or of another format.
    """

    def __init__(self, path: Path, formats: dict[str, int]) -> None:
        """:param formats: the formats that the caller reads, with the highest version of each."""
        self.path = path
        try:
            _seal_check(path)
            self._zip = zipfile.ZipFile(path)
            self.manifest = self._manifest_read()
        except OSError as error:
            raise ArchiveRefused(f"{path} を読めません: {error.strerror or error}") from error
        except (zipfile.BadZipFile, KeyError, ValueError) as error:
            raise _damaged(path) from error
        self._format_check(formats)
        self._members: dict[str, dict[str, Any]] = {one["name"]: one for one in self.manifest["members"]}
        if {*self._members, MANIFEST} != set(self._zip.namelist()):
            raise _damaged(path)

    def _manifest_read(self) -> dict[str, Any]:
        if self._zip.getinfo(MANIFEST).file_size > MANIFEST_BYTES_MOST:
            raise ValueError
        manifest = json.loads(self._zip.read(MANIFEST))
        if not isinstance(manifest, dict) or not isinstance(manifest.get("members"), list):
            raise ValueError
        return manifest

    def _format_check(self, formats: dict[str, int]) -> None:
        name, version = self.manifest.get("format"), self.manifest.get("format_version")
        if name not in formats:
            raise ArchiveRefused(
                f"{self.path} は {' か '.join(formats)} ではなく {name!r} です。ファイルを選び直してください。"
            )
        if not isinstance(version, int) or not 1 <= version <= formats[name]:
            raise ArchiveRefused(
                f"{self.path} の形式の版 {version} をこのプログラムは読めません（読めるのは {formats[name]} まで）。"
                "控えを取った版以降のプログラムで戻してください。"
            )

    def names(self) -> list[str]:
        """The members but for the manifest, in the order of writing."""
        return list(self._members)

    def size(self, name: str) -> int:
        """How long a member is, unpacked, in bytes."""
        return int(self._members[name]["bytes"])

    def chunks(self, name: str) -> Iterator[bytes]:
        """
        Read a member as a stream.

        :raises ArchiveRefused: at the end, when it is not what the manifest says.
        """
        told, digest, length = self._members[name], hashlib.sha256(), 0
        try:
            with self._zip.open(name) as stream:
                while chunk := stream.read(CHUNK_BYTES):
                    length += len(chunk)
                    digest.update(chunk)
                    yield chunk
        except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
            raise _damaged(self.path, name) from error
        if length != told["bytes"] or digest.hexdigest() != told["sha256"]:
            raise _damaged(self.path, name)

    def lines(self, name: str) -> Iterator[bytes]:
        """Read a member line by line; every line ends with a line feed."""
        rest = b""
        for chunk in self.chunks(name):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole
        if rest:
            raise _damaged(self.path, name)

    def check(self) -> None:
        """Read every member to its end against its digest."""
        for name in self._members:
            for _chunk in self.chunks(name):
                pass

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()


def _damaged(path: Path, member: str = "") -> ArchiveRefused:
    where = f"（{member}）" if member else ""
    return ArchiveRefused(
        f"{path} は途中で切れているか、書き換えられています{where}。何も変えていません。別の控えを使ってください。"
    )


def _seal_check(path: Path) -> None:
    """Digest the whole file and compare with its last words."""
    with path.open("rb") as file:
        length = file.seek(0, os.SEEK_END) - SEAL_BYTES - 2
        if length <= 0:
            raise _damaged(path)
        file.seek(length)
        tail = file.read()
        if tail[:2] != SEAL_BYTES.to_bytes(2, "little") or not tail[2:].startswith(SEAL):
            raise _damaged(path)
        file.seek(0)
        digest, left = hashlib.sha256(), length
        while left and (chunk := file.read(min(CHUNK_BYTES, left))):
            digest.update(chunk)
            left -= len(chunk)
    if digest.hexdigest().encode("ascii") != tail[2 + len(SEAL) :]:
        raise _damaged(path)


def chunk_reader(chunks: Iterator[bytes]) -> io.BufferedReader:
    """Make a readable file of a stream of chunks (for ``tarfile``)."""
    return io.BufferedReader(_ChunkReader(chunks), CHUNK_BYTES)


class _ChunkReader(io.RawIOBase):
    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = memoryview(next(self._chunks, b""))
        taken = min(len(buffer), len(self._rest))
        buffer[:taken] = self._rest[:taken]
        self._rest = self._rest[taken:]
        return taken
