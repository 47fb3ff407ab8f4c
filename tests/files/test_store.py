"""A content stands under its digest whole or not at all, whoever is killed; on S3 the same calls do the same."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.blocks.files import storage
from madoguchi.blocks.files.storage import FolderStorage, content_path
from madoguchi.blocks.files.store import (
    ContentGone,
    StoreAway,
    content_damage,
    content_delete,
    content_exists,
    content_open,
    content_put,
    strays,
)
from madoguchi.blocks.files.types import Damage


def put(content: bytes) -> str:
    sha256 = hashlib.sha256(content).hexdigest()
    content_put(sha256, io.BytesIO(content))
    return sha256


def read(sha256: str) -> bytes:
    with content_open(sha256) as body:
        return body.read()


class OtherStorage(InMemoryStorage):
    """Stands in for S3: no folder, no ``touch``, and a name that is overwritten."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        if self.exists(name):
            self.delete(name)
        return name


@pytest.fixture(params=["folder", "other"])
def kind(request: pytest.FixtureRequest, settings: Any) -> str:
    if request.param == "other":
        settings.STORAGES = {**settings.STORAGES, "contents": {"BACKEND": f"{__name__}.OtherStorage"}}
    return str(request.param)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(content=st.binary(min_size=1, max_size=3_000))
def test_content_in_is_content_out(content: bytes) -> None:
    sha256 = put(content)
    assert put(content) == sha256
    assert read(sha256) == content
    assert content_damage(sha256) is None


def test_every_storage_does_the_same(kind: str) -> None:
    sha256 = put(b"content")
    assert put(b"content") == sha256
    assert content_exists(sha256)
    assert read(sha256) == b"content"
    assert content_damage(sha256) is None
    later = datetime.now(UTC) + timedelta(days=1)
    assert list(strays(set(), before=later)) == [sha256]
    assert list(strays({sha256}, before=later)) == []
    content_delete(sha256)
    content_delete(sha256)
    assert content_damage(sha256) == Damage.MISSING
    with pytest.raises(ContentGone):
        content_open(sha256)


def test_bytes_lie_in_two_levels_and_are_the_owners_alone(data: Path) -> None:
    sha256 = put(b"content")
    path = data / "files" / sha256[:2] / sha256[2:4] / sha256
    assert path.read_bytes() == b"content"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_damage_is_seen_and_mended_by_writing_anew(data: Path) -> None:
    sha256 = put(b"content")
    path = data / "files" / content_path(sha256)
    path.write_bytes(b"cOntent")
    assert content_damage(sha256) == Damage.DAMAGED
    put(b"content")
    assert content_damage(sha256) == Damage.DAMAGED
    content_put(sha256, io.BytesIO(b"content"), anew=True)
    assert content_damage(sha256) is None


def test_putting_again_makes_the_bytes_young(data: Path) -> None:
    sha256 = put(b"content")
    path = data / "files" / content_path(sha256)
    os.utime(path, (1, 1))
    put(b"content")
    assert list(strays(set(), before=datetime.now(UTC) - timedelta(hours=1))) == []
    assert path.stat().st_mtime > time.time() - 3_600


def test_a_full_disk_is_said_in_words_and_leaves_nothing(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage.os, "fsync", full)
    with pytest.raises(StoreAway):
        put(b"content")
    assert [path for path in (data / "files").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("at", ["open", "fsync", "replace", "sync"])
def test_killed_anywhere_a_writer_leaves_no_half_content(
    at: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = os.urandom(200_000)
    sha256 = hashlib.sha256(content).hexdigest()
    final = data / "files" / content_path(sha256)
    status = killed(at, lambda: put(content), monkeypatch)
    assert status == -signal.SIGKILL
    if at == "sync":
        assert final.read_bytes() == content
    else:
        assert not final.exists()
    assert put(content) == sha256
    assert final.read_bytes() == content


def killed(at: str, work: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> int:
    """Do something in a child process that is killed when it comes to a step of writing."""

    def die(*_args: Any, **_kwargs: Any) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)

    steps: dict[str, Callable[[], None]] = {
        "open": lambda: monkeypatch.setattr(storage.os, "fdopen", die),
        "fsync": lambda: monkeypatch.setattr(storage.os, "fsync", die),
        "replace": lambda: monkeypatch.setattr(Path, "replace", die),
        "sync": lambda: monkeypatch.setattr(storage, "_folder_sync", die),
    }
    pid = os.fork()
    if pid == 0:
        try:
            steps[at]()
            work()
        finally:
            os._exit(0)
    _pid, status = os.waitpid(pid, 0)
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def test_a_storage_that_is_away_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    sha256 = put(b"content")

    def away(self: Any, *args: Any, **kwargs: Any) -> Any:
        raise ConnectionError("the bucket does not answer")

    for name in ("open", "exists", "save"):
        monkeypatch.setattr(FolderStorage, name, away)
    for act in (lambda: content_damage(sha256), lambda: content_exists(sha256), lambda: put(b"other")):
        with pytest.raises(StoreAway):
            act()


def test_the_folder_follows_the_data_folder(tmp_path: Path, settings: Any) -> None:
    first = FolderStorage()
    first.save("aa/bb/one", ContentFile(b"1"))
    settings.DATA_DIR = tmp_path / "other"
    assert not first.exists("aa/bb/one")
