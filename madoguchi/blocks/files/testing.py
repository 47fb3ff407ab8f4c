"""Samples of files, makers, an owner of files for tests, a scanner that is no program; how to run each action."""

from __future__ import annotations

import io
import itertools
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import IO, Any

from openpyxl import Workbook
from PIL import Image
from pypdf import PdfWriter

from madoguchi.blocks.files import tasks
from madoguchi.blocks.files.actions import content_hold, file_add, file_remove, file_take
from madoguchi.blocks.files.intake import taking
from madoguchi.blocks.files.intake.taking import derived_take
from madoguchi.blocks.files.models import Content, StoredFile
from madoguchi.blocks.files.owners import file_owner_declare
from madoguchi.blocks.files.scanning import ScannerAway
from madoguchi.blocks.files.types import Damage, FileLine, FileRules, PreviewKind, Verdict
from madoguchi.kernel.clock import TOKYO
from madoguchi.kernel.rights import Viewer, system_viewer
from madoguchi.kernel.subjects import Subject
from madoguchi.kernel.testing import action_scenario, route_maker

DAY = date(2026, 5, 12)
NOW = datetime(2026, 5, 12, 10, 0, tzinfo=TOKYO)
KIND = "testing.thing"
SEAL_KEY = bytes(range(32))
# In pieces, so that no scanner takes this file for the sample virus itself.
EICAR = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}" + "$EICAR-STANDARD-ANTIVIRUS" + "-TEST-FILE!$H+H*").encode()

_numbers = itertools.count(1)


# An owner: a subject whose key is an office's id, read by whoever works there; "open" is read by everybody.


def _may_read(viewer: Viewer, key: str) -> bool:
    return viewer.kind == "system" or key == "open" or (key.isdigit() and int(key) in viewer.offices)


def _may_write(viewer: Viewer, key: str) -> bool:
    return viewer.kind == "system" or (key.isdigit() and int(key) in viewer.offices)


def _seal_key(viewer: Viewer, key: str) -> bytes:  # noqa: ARG001
    return SEAL_KEY


file_owner_declare(KIND, may_read=_may_read, may_write=_may_write, seal_key=_seal_key)


def keeper() -> Viewer:
    """Give somebody who may do everything here."""
    return system_viewer(on=DAY, duty="試験")


def subject_make(key: str = "open") -> Subject:
    """Give a subject of the owner of tests; by an office's id it is that office's alone."""
    return Subject(KIND, key)


# Samples, each different from all before, for one content is kept once


def text_sample() -> bytes:
    """Make a short text."""
    return f"試験の文字です。その{next(_numbers)}\n二行目\n".encode()


def image_sample(form: str = "PNG", *, size: tuple[int, int] = (640, 480), **how: Any) -> bytes:
    """Make a picture; ``form`` and ``how`` as Pillow's ``save`` takes them."""
    number = next(_numbers)
    image = Image.effect_noise(size, 40).convert("RGB")
    image.putpixel((0, 0), (number % 256, number // 256 % 256, 0))
    out = io.BytesIO()
    image.save(out, form, **how)
    return out.getvalue()


def jpeg_sample(**how: Any) -> bytes:
    """Make a JPEG."""
    return image_sample("JPEG", **how)


def png_sample(**how: Any) -> bytes:
    """Make a PNG."""
    return image_sample("PNG", **how)


def pdf_sample(*, pages: int = 2) -> bytes:
    """Make a PDF of blank pages."""
    writer = PdfWriter()
    for _page in range(pages):
        writer.add_blank_page(width=595, height=842)
    writer.add_metadata({"/Title": f"sample {next(_numbers)}"})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def xlsx_sample(**parts: bytes) -> bytes:
    """Make a workbook; ``parts`` are put into it besides, ``__`` in a name for a slash and ``_dot_`` for a dot."""
    book = Workbook()
    assert book.active is not None
    book.active["A1"] = f"試験{next(_numbers)}"
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


def file_make(
    *,
    name: str = "試験.txt",
    content: bytes | None = None,
    subject: Subject | None = None,
    rules: FileRules | None = None,
    sealed: bool = False,
    now: datetime = NOW,
) -> FileLine:
    """Make a file of a subject, by the door by which all come in."""
    return file_add(
        actor=keeper(), name=name, content=content or text_sample(), subject=subject or subject_make(), rules=rules,
        sealed=sealed, now=now,
    )  # fmt: skip


def content_of(line: FileLine) -> Content:
    """Give the row of a file's content."""
    return StoredFile.objects.select_related("content").get(key=line.key).content


class ScannerOfTests:
    """A scanner in memory: finds the sample virus, and can be away."""

    def __init__(self, *, away: bool = False) -> None:
        self.away = away
        self.seen: list[bytes] = []

    def scan(self, body: IO[bytes]) -> str:
        self.ping()
        self.seen.append(body.read())
        return "Eicar-Test-Signature" if EICAR in self.seen[-1] else ""

    def ping(self) -> None:
        if self.away:
            raise ScannerAway(reason="試験")


@contextmanager
def scanner_bound_to(scanner: ScannerOfTests) -> Iterator[ScannerOfTests]:
    """Let files be scanned by this for the length of a ``with`` block."""
    from madoguchi.blocks.files import hooks

    rooms = (taking, tasks, hooks)
    before = [room.scanner_bound for room in rooms]
    for room in rooms:
        room.scanner_bound = lambda: scanner  # type: ignore[attr-defined]
    try:
        yield scanner
    finally:
        for room, was in zip(rooms, before, strict=True):
            room.scanner_bound = was  # type: ignore[attr-defined]


def waiting_make(content: bytes | None = None) -> FileLine:
    """Make a file that came while the scanner was away."""
    with scanner_bound_to(ScannerOfTests(away=True)):
        return file_make(content=content)


# How to run each action of the block


@action_scenario("files.file_keep")
def _keep() -> dict[str, Any]:
    taken = file_take(name="写真.png", content=png_sample())
    return {"actor": keeper(), "taken": taken, "subject": subject_make(), "now": NOW}


@action_scenario("files.file_pass")
def _pass() -> dict[str, Any]:
    return {"actor": keeper(), "key": file_make().key, "subject": subject_make("1"), "now": NOW}


@action_scenario("files.file_remove")
def _remove() -> dict[str, Any]:
    return {"actor": keeper(), "key": file_make().key, "now": NOW}


@action_scenario("files.infection_note")
def _infection() -> dict[str, Any]:
    return {"actor": keeper(), "subject": subject_make(), "virus": "Eicar-Test-Signature", "now": NOW}


@action_scenario("files.content_judge")
def _judge() -> dict[str, Any]:
    sha256 = content_of(waiting_make()).sha256
    return {"actor": keeper(), "sha256": sha256, "virus": "", "now": NOW}


@action_scenario("files.preview_keep")
def _preview() -> dict[str, Any]:
    sha256 = content_of(file_make()).sha256
    taken = derived_take(text_sample(), media_type="text/plain; charset=utf-8", name="beginning.txt")
    return {"actor": keeper(), "sha256": sha256, "kind": PreviewKind.BEGINNING, "taken": taken, "now": NOW}


@action_scenario("files.content_hold")
def _hold() -> dict[str, Any]:
    return {"actor": keeper(), "sha256": content_of(file_make()).sha256, "reason": "開示請求", "now": NOW}


@action_scenario("files.hold_release")
def _release() -> dict[str, Any]:
    sha256 = content_of(file_make()).sha256
    hold = content_hold(actor=keeper(), sha256=sha256, reason="開示請求", now=NOW)
    return {"actor": keeper(), "hold_id": hold.pk, "now": NOW}


@action_scenario("files.content_sweep")
def _sweep() -> dict[str, Any]:
    line = file_make()
    file_remove(actor=keeper(), key=line.key, now=NOW)
    later = NOW.replace(year=2027)
    return {"actor": keeper(), "sha256": content_of(line).sha256, "before": later, "now": later}


@action_scenario("files.stray_sweep")
def _stray() -> dict[str, Any]:
    return {"actor": keeper(), "sha256": file_take(name="a.txt", content=text_sample()).sha256, "now": NOW}


@action_scenario("files.contents_note")
def _note() -> dict[str, Any]:
    found = {content_of(file_make()).sha256: damage for damage in (None, Damage.DAMAGED)}
    return {"actor": keeper(), "found": found, "now": NOW}


# A real object for each page: whoever works in the office reads the office's file.


@route_maker("files:file")
def _file(office_id: int) -> dict[str, Any]:
    line = file_make(subject=subject_make(str(office_id)))
    return {"kwargs": {"key": line.key, "name": line.name}, "roles": None}


@route_maker("files:preview")
def _preview_page(office_id: int) -> dict[str, Any]:
    from madoguchi.blocks.files.previews import preview_make

    line = file_make(name="写真.png", content=png_sample(), subject=subject_make(str(office_id)))
    preview_make(sha256=content_of(line).sha256, now=NOW)
    assert line.verdict == Verdict.UNCHECKED
    return {"kwargs": {"key": line.key, "kind": PreviewKind.THUMBNAIL.value}, "roles": None}
