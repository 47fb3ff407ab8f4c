"""The invariants of ``config/backup/archive.py``: whole or not at all, and no byte otherwise."""

from __future__ import annotations

import os
import resource
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from madoguchi.config.backup.archive import Archive, ArchiveRefused, ArchiveWriter, drafts_remove

pytestmark = pytest.mark.once
FORMATS = {"test": 2}


def write(path: Path, *, version: int = 1, members: dict[str, bytes] | None = None) -> Path:
    with ArchiveWriter(path) as writer:
        for name, content in (members or {"a/one": b"one\n", "two": "二\n".encode() * 50}).items():
            with writer.member(name) as member:
                member.write(content)
        writer.manifest({"format": "test", "format_version": version, "told": "ことば"})
        writer.seal()
        writer.publish()
    return path


def read_all(path: Path) -> None:
    with Archive(path, FORMATS) as archive:
        archive.check()


def test_what_went_in_comes_out_and_any_zip_program_opens_it(tmp_path):
    path = write(tmp_path / "b.zip")
    with Archive(path, FORMATS) as archive:
        assert archive.names() == ["a/one", "two"]
        assert archive.manifest["told"] == "ことば"
        assert list(archive.lines("two")) == ["二".encode()] * 50
        archive.check()
    with zipfile.ZipFile(path) as plain:
        assert plain.testzip() is None
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["b.zip"]


def test_a_file_cut_anywhere_is_refused(tmp_path):
    whole = write(tmp_path / "b.zip").read_bytes()
    cut = tmp_path / "cut.zip"
    for length in range(len(whole)):
        cut.write_bytes(whole[:length])
        with pytest.raises(ArchiveRefused, match="途中で切れているか"):
            read_all(cut)


def test_a_file_changed_in_any_byte_is_refused(tmp_path):
    whole = write(tmp_path / "b.zip").read_bytes()
    changed = tmp_path / "changed.zip"
    for place in range(len(whole)):
        changed.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        with pytest.raises(ArchiveRefused):
            read_all(changed)
    changed.write_bytes(whole + b"\0")
    with pytest.raises(ArchiveRefused):
        read_all(changed)


@pytest.mark.parametrize("version", [0, 3, "x"])
def test_another_version_of_the_format_is_refused(version, tmp_path):
    with pytest.raises(ArchiveRefused, match="形式の版"):
        Archive(write(tmp_path / "b.zip", version=version), FORMATS)


def test_another_format_and_no_archive_at_all_are_refused(tmp_path):
    with pytest.raises(ArchiveRefused, match="'test' です"):
        Archive(write(tmp_path / "b.zip"), {"other": 1})
    with pytest.raises(ArchiveRefused, match="読めません"):
        Archive(tmp_path / "absent", FORMATS)
    with pytest.raises(ArchiveRefused, match="読めません"):
        Archive(tmp_path, FORMATS)
    with zipfile.ZipFile(tmp_path / "foreign.zip", "w") as foreign:
        foreign.writestr("manifest.json", "{}")
    with pytest.raises(ArchiveRefused):
        Archive(tmp_path / "foreign.zip", FORMATS)


def test_a_failure_midway_leaves_nothing(tmp_path):
    def stop() -> None:
        with ArchiveWriter(tmp_path / "b.zip") as writer, writer.member("one") as member:
            member.write(b"x" * 1_000_000)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop()
    assert list(tmp_path.iterdir()) == []


def test_a_taken_name_is_refused_and_kept(tmp_path):
    path = tmp_path / "b.zip"
    path.write_bytes(b"precious")
    with pytest.raises(ArchiveRefused, match="すでにあります"):
        write(path)
    assert path.read_bytes() == b"precious"
    with pytest.raises(ArchiveRefused, match="すでにあります"):
        write(Path("/dev/null"))


def test_a_draft_of_a_killed_backup_is_removed_and_one_under_way_is_not(tmp_path):
    (tmp_path / "old.zip.part").write_bytes(b"half")
    with ArchiveWriter(tmp_path / "b.zip"):
        with pytest.raises(ArchiveRefused, match="別の処理"):
            ArchiveWriter(tmp_path / "b.zip")
        drafts_remove(tmp_path)
        assert [one.name for one in tmp_path.iterdir()] == ["b.zip.part"]


@pytest.mark.parametrize("limit", [10, 5_000, 200_000])
def test_a_full_disk_is_said_and_leaves_nothing(limit, tmp_path):
    """The limit on the size of a file stands for the end of the disk: the same calls fail."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            write(tmp_path / "b.zip", members={"one": os.urandom(400_000)})
        except ArchiveRefused as refused:
            code = 0 if "空きがありません" in str(refused) else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_long_member_takes_no_memory(tmp_path):
    chunk = os.urandom(1 << 20)
    tracemalloc.start()
    with ArchiveWriter(tmp_path / "b.zip") as writer:
        with writer.member("long", compressed=False) as member:
            for _ in range(48):
                member.write(chunk)
        writer.manifest({"format": "test", "format_version": 1})
        writer.seal()
        writer.publish()
    read_all(tmp_path / "b.zip")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 16 << 20
