"""
Reading files. Who may is asked of the owner of the subject; not allowed, removed, waiting and not there look the same.

Reads of personal data are logged by the owner (``read_noted``), who knows whose they are.
"""

from __future__ import annotations

import hashlib
import hmac
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import IO, cast

from django.urls import reverse

from madoguchi.blocks.files.lines import file_line
from madoguchi.blocks.files.models import Derived, StoredFile
from madoguchi.blocks.files.orphans import orphans_listed
from madoguchi.blocks.files.owners import file_owner, file_owner_declare, file_owners
from madoguchi.blocks.files.sealing import Unsealed, plain_mac, sealed_salt
from madoguchi.blocks.files.store import content_body, content_open
from madoguchi.blocks.files.types import ContentFault, FileLine, OpenedFile, PreviewKind
from madoguchi.blocks.files.verifying import contents_faults
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kernel.subjects import Subject
from madoguchi.kit.portions import portions

__all__ = [
    "contents_check",
    "file_address",
    "file_get",
    "file_open",
    "file_owner_declare",
    "file_same",
    "file_subject",
    "files_lying",
    "files_named",
    "files_of",
    "files_titles",
    "orphans_listed",
    "preview_address",
    "preview_open",
    "thumbnails_there",
]


def files_of(*, viewer: Viewer, subject: Subject) -> list[FileLine]:
    """
    List the live files of a subject, the first given first; those that no verdict has let through only to their giver.

    :raises NotAllowed: the viewer may not read them.
    """
    if not file_owner(subject.kind).may_read(viewer, subject.key):
        raise NotAllowed(f"files of {subject.kind} {subject.key}")
    rows = StoredFile.objects.filter(about_kind=subject.kind, about_key=subject.key, removed_at=None)
    lines = map(file_line, rows.select_related("content").order_by("pk"))
    own = viewer.key or viewer.kind
    return [line for line in lines if line.readable or line.added_by == own]


def files_named(*, viewer: Viewer, keys: Iterable[str]) -> dict[str, FileLine]:
    """
    Give the live files of some keys that the viewer may read; one query, and each owner is asked once for each subject.

    What no verdict has let through only its giver is told of; what is not there or not for the viewer is left out.
    """
    wanted = list(dict.fromkeys(keys))
    rows: list[StoredFile] = []
    for some in portions(wanted):
        live = StoredFile.objects.filter(key__in=some, removed_at=None, content__swept_at=None)
        rows += live.select_related("content")
    allowed = {
        (kind, key): kind in file_owners and file_owners[kind].may_read(viewer, key)
        for kind, key in {(row.about_kind, row.about_key) for row in rows}
    }
    own = viewer.key or viewer.kind
    lines = {row.key: file_line(row) for row in rows if allowed[row.about_kind, row.about_key]}
    return {
        key: lines[key]
        for key in wanted
        if key in lines and (lines[key].readable or lines[key].added_by == own)
    }


def files_titles(*, keys: Iterable[str]) -> dict[str, str]:
    """Give the names of files by key, for whoever has made sure that the reader may see them."""
    found: dict[str, str] = {}
    for some in portions(sorted(set(keys))):
        found |= dict(StoredFile.objects.filter(key__in=some).values_list("key", "name"))
    return found


def thumbnails_there(*, keys: Iterable[str]) -> frozenset[str]:
    """Say of which files there is a small picture, so that pages show none that is not made yet."""
    made = Derived.objects.filter(
        kind=PreviewKind.THUMBNAIL, content__isnull=False, content__damage="", content__swept_at=None
    )
    rows = StoredFile.objects.filter(key__in=list(keys), content__in=made.values("origin"))
    return frozenset(rows.values_list("key", flat=True))


def file_subject(*, key: str) -> tuple[str, str] | None:
    """Say what a live file belongs to (kind, key), for the block that owns the subject; None where there is none."""
    row: tuple[str, str] | None = (
        StoredFile.objects.filter(key=key, removed_at=None).values_list("about_kind", "about_key").first()
    )
    return row


def files_lying(*, kind: str, before: datetime) -> list[str]:
    """Give the live files of one kind of subject that came before a moment, for the block that owns the kind."""
    rows = StoredFile.objects.filter(about_kind=kind, removed_at=None, added_at__lt=before)
    return list(rows.order_by("pk").values_list("key", flat=True))


def file_get(*, viewer: Viewer, key: str) -> FileLine:
    """
    Give what is known of a live file, without opening it.

    :raises NotAllowed: it is not there, not the viewer's to read, or not let through by a verdict.
    """
    return file_line(_readable(viewer, key))


def file_open(*, viewer: Viewer, key: str, now: datetime) -> OpenedFile:
    """
    Open a file; its owner is told before a byte is given. Whoever opens closes ``body``.

    :raises NotAllowed: it is not there, not the viewer's to read, or not let through by a verdict.
    :raises ContentGone: it should be there, and its bytes are not.
    :raises SealBroken: while reading a sealed file: another key, or changed bytes.
    """
    stored = _readable(viewer, key)
    line, content = file_line(stored), stored.content
    owner = file_owner(stored.about_kind)
    if owner.read_noted is not None:
        owner.read_noted(viewer, line, now)
    if not content.sealed:
        return OpenedFile(line, line.media_type, content.size, content_body(content.sha256), seekable=True)
    if owner.seal_key is None:
        raise NotAllowed(f"no key for sealed files of {stored.about_kind}")
    seal = owner.seal_key(viewer, stored.about_key)
    plain = cast(IO[bytes], io.BufferedReader(Unsealed(content_body(content.sha256), key=seal)))
    return OpenedFile(line, line.media_type, content.size, plain, seekable=False)


def preview_open(*, viewer: Viewer, key: str, kind: PreviewKind, now: datetime) -> OpenedFile | None:
    """
    Open a preview of a file; None where there is none (yet). Its owner is told as of the file itself.

    :raises NotAllowed: as for ``file_open``.
    """
    stored = _readable(viewer, key)
    made = Derived.objects.filter(
        origin=stored.content, kind=kind, content__damage="", content__swept_at=None
    )
    preview = made.select_related("content").first()
    if preview is None or preview.content is None:
        return None
    line, owner = file_line(stored), file_owner(stored.about_kind)
    if owner.read_noted is not None:
        owner.read_noted(viewer, line, now)
    content = preview.content
    return OpenedFile(line, content.media_type, content.size, content_body(content.sha256), seekable=True)


def file_same(*, viewer: Viewer, key: str, content: bytes) -> bool:
    """
    Say whether bytes are those of a file as it is kept; of a sealed file without its key.

    :raises NotAllowed: as for ``file_get``.
    """
    row = _readable(viewer, key).content
    digest = hashlib.sha256(content)
    if not row.sealed:
        return hmac.compare_digest(digest.hexdigest(), row.sha256)
    with content_open(row.sha256) as body:
        return hmac.compare_digest(plain_mac(sealed_salt(body), digest.digest()), row.plain_mac)


def file_address(line: FileLine, *, office: bool) -> str:
    """Give the address of a file on one of the two faces."""
    face = "files" if office else "files_portal"
    return reverse(f"{face}:file", kwargs={"key": line.key, "name": line.name})


def preview_address(line: FileLine, kind: PreviewKind, *, office: bool) -> str:
    """Give the address of a file's preview; 404 there where there is none."""
    face = "files" if office else "files_portal"
    return reverse(f"{face}:preview", kwargs={"key": line.key, "kind": kind.value})


def contents_check() -> Iterator[ContentFault]:
    """Prove every stored content and give those that are damaged or missing; changes nothing, reads all bytes."""
    yield from contents_faults()


def _readable(viewer: Viewer, key: str) -> StoredFile:
    live = StoredFile.objects.filter(key=key, removed_at=None, content__swept_at=None)
    stored = live.select_related("content").first()
    if stored is None:
        raise NotAllowed(f"file {key}")
    if not file_owner(stored.about_kind).may_read(viewer, stored.about_key) or not file_line(stored).readable:
        raise NotAllowed(f"{viewer.kind} {viewer.key}: file {key}")
    return stored
