"""Files come, are read by whom their owner lets, and go; equal contents are one, however many come at once."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.blocks.files.actions import (
    ContentGone,
    FileEmpty,
    FileRemoved,
    content_sweep,
    file_add,
    file_keep,
    file_remove,
    file_take,
)
from madoguchi.blocks.files.models import Content, StoredFile
from madoguchi.blocks.files.owners import file_owners
from madoguchi.blocks.files.queries import file_get, file_open, file_same, files_of
from madoguchi.blocks.files.storage import content_path
from madoguchi.blocks.files.store import content_delete, content_exists
from madoguchi.blocks.files.testing import (
    DAY,
    KIND,
    NOW,
    content_of,
    file_make,
    keeper,
    subject_make,
    text_sample,
)
from madoguchi.blocks.files.types import FileLine, FileOwner
from madoguchi.kernel.models import AuditRow, OutboxEvent
from madoguchi.kernel.rights import NotAllowed, Viewer, anonymous_viewer
from madoguchi.kernel.subjects import Subject
from madoguchi.kit.check_characters import receipt_number_parse

pytestmark = pytest.mark.django_db
STRANGER = anonymous_viewer(on=DAY)


def read(key: str, viewer: Viewer | None = None) -> bytes:
    opened = file_open(viewer=viewer or keeper(), key=key, now=NOW)
    with opened.body as body:
        return body.read()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(min_size=1, max_size=2_000).map(lambda body: body.hex().encode()), sealed=st.booleans()
)
def test_content_in_is_content_out(content: bytes, sealed: bool) -> None:
    line = file_make(content=content.replace(b"1", b"x"), sealed=sealed)
    assert read(line.key) == content.replace(b"1", b"x")
    assert line.size == len(content)
    assert line.sealed is sealed


def test_one_content_given_twice_is_kept_once() -> None:
    content = text_sample()
    first, second = file_make(name="a.txt", content=content), file_make(name="b.csv", content=content)
    assert Content.objects.count() == 1
    assert StoredFile.objects.count() == 2
    assert first.key != second.key
    assert (first.media_type, second.media_type) == ("text/plain; charset=utf-8", "text/csv; charset=utf-8")
    for line in (first, second):
        assert receipt_number_parse(line.key) == line.key
        assert file_get(viewer=keeper(), key=line.key) == line
        assert read(line.key) == content


def test_what_was_done_is_written_down_without_the_name() -> None:
    line = file_make(name="山田太郎の診断書.txt")
    row = AuditRow.objects.get(event="files.file_kept")
    assert row.subject_key == line.key
    assert "山田" not in row.detail + row.subject_title
    event = OutboxEvent.objects.get(kind="files.file_kept")
    assert event.payload["about_kind"] == KIND


def test_only_whom_the_owner_lets_may_add_read_and_remove() -> None:
    here, elsewhere = subject_make("7"), subject_make("8")
    worker = Viewer(kind="staff", key="staff:1", on=DAY, offices=frozenset({7}))
    line = file_add(actor=worker, name="a.txt", content=text_sample(), subject=here, now=NOW)
    assert read(line.key, worker)
    assert [one.key for one in files_of(viewer=worker, subject=here)] == [line.key]
    for act in (
        lambda: file_add(actor=worker, name="a.txt", content=text_sample(), subject=elsewhere, now=NOW),
        lambda: file_open(viewer=STRANGER, key=line.key, now=NOW),
        lambda: file_get(viewer=STRANGER, key=line.key),
        lambda: files_of(viewer=STRANGER, subject=here),
        lambda: file_remove(actor=STRANGER, key=line.key, now=NOW),
        lambda: file_remove(actor=worker, key="K7M4-90XW-H2PC", now=NOW),
        lambda: file_open(viewer=worker, key="K7M4-90XW-H2PC", now=NOW),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert StoredFile.objects.filter(removed_at=None).count() == 1


def test_of_what_nobody_owns_there_are_no_files() -> None:
    with pytest.raises(NotAllowed):
        file_make(subject=Subject("unknown.thing", "1"))
    assert Content.objects.count() == 0


def test_the_owner_is_told_before_a_byte_is_given() -> None:
    told: list[tuple[str, str]] = []

    def noted(viewer: Viewer, line: FileLine, now: Any) -> None:
        told.append((viewer.key, line.key))

    owner = FileOwner(lambda viewer, key: True, lambda viewer, key: True, read_noted=noted)
    line = file_make()
    with file_owners.momentarily(KIND, owner, replace=True):
        file_get(viewer=STRANGER, key=line.key)
        assert told == []
        file_open(viewer=keeper(), key=line.key, now=NOW).body.close()
    assert told == [("system", line.key)]


def test_a_removed_file_is_not_there_and_is_removed_once() -> None:
    line = file_make()
    file_remove(actor=keeper(), key=line.key, now=NOW + timedelta(hours=1))
    with pytest.raises(NotAllowed):
        file_open(viewer=keeper(), key=line.key, now=NOW)
    assert files_of(viewer=keeper(), subject=subject_make()) == []
    with pytest.raises(FileRemoved):
        file_remove(actor=keeper(), key=line.key, now=NOW + timedelta(hours=2))
    assert content_exists(content_of(line).sha256), "its content stays until somebody sweeps"


def test_a_refused_file_leaves_no_row() -> None:
    with pytest.raises(FileEmpty):
        file_add(actor=keeper(), name="a.txt", content=b"", subject=subject_make(), now=NOW)
    assert Content.objects.count() == StoredFile.objects.count() == 0


# Sealed


def test_a_sealed_file_lies_there_in_no_readable_form(data: Path) -> None:
    content = "秘密の文字".encode() * 20
    first, second = file_make(content=content, sealed=True), file_make(content=content, sealed=True)
    rows = [content_of(line) for line in (first, second)]
    assert rows[0].sha256 != rows[1].sha256
    assert rows[0].plain_mac != rows[1].plain_mac
    for row in rows:
        stored = (data / "files" / content_path(row.sha256)).read_bytes()
        assert hashlib.sha256(stored).hexdigest() == row.sha256
        assert "秘密".encode() not in stored
        assert hashlib.sha256(content).hexdigest() not in (row.sha256, row.plain_mac)
    assert read(first.key) == read(second.key) == content


def test_a_sealed_file_needs_the_owners_key_and_can_be_compared_without() -> None:
    content = text_sample()
    line = file_make(content=content, sealed=True)
    plain = file_make(content=content)

    def no_key(viewer: Viewer, key: str) -> bytes:
        raise NotAllowed("no key")

    for port in (no_key, None):
        owner = FileOwner(lambda viewer, key: True, lambda viewer, key: True, seal_key=port)
        with file_owners.momentarily(KIND, owner, replace=True):
            with pytest.raises(NotAllowed):
                file_open(viewer=keeper(), key=line.key, now=NOW)
            with pytest.raises(NotAllowed):
                file_make(sealed=True)
            for key in (line.key, plain.key):
                assert file_same(viewer=keeper(), key=key, content=content)
                assert not file_same(viewer=keeper(), key=key, content=content + b"!")


# Bytes that are gone


def test_a_file_whose_bytes_are_gone_is_said_so_and_comes_back_when_given_again() -> None:
    content = text_sample()
    line = file_make(content=content)
    content_delete(content_of(line).sha256)
    with pytest.raises(ContentGone):
        file_open(viewer=keeper(), key=line.key, now=NOW)
    file_make(content=content)
    assert read(line.key) == content


def test_what_is_swept_between_taking_and_keeping_is_written_again() -> None:
    content = text_sample()
    old = file_make(content=content)
    file_remove(actor=keeper(), key=old.key, now=NOW)
    taken = file_take(name="b.txt", content=content)
    later = NOW + timedelta(days=100)
    content_sweep(actor=keeper(), sha256=content_of(old).sha256, before=later, now=later)
    assert not content_exists(taken.sha256)
    line = file_keep(actor=keeper(), taken=taken, subject=subject_make(), now=later)
    assert read(line.key) == content
    assert content_of(line).swept_at is None
