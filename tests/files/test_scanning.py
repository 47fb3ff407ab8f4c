"""The scanner: spoken to as clamd is, and what waits for it is opened for nobody."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from madoguchi.blocks.files.actions import ContentJudged, ScannerAway, VirusFound, content_judge
from madoguchi.blocks.files.hooks import scanner_there
from madoguchi.blocks.files.models import Content, StoredFile
from madoguchi.blocks.files.queries import file_get, file_open, files_of
from madoguchi.blocks.files.scanning import Clamd, scanner_bound
from madoguchi.blocks.files.store import strays
from madoguchi.blocks.files.tasks import contents_scan
from madoguchi.blocks.files.testing import (
    DAY,
    EICAR,
    NOW,
    ScannerOfTests,
    content_of,
    file_make,
    keeper,
    scanner_bound_to,
    subject_make,
    text_sample,
    waiting_make,
)
from madoguchi.blocks.files.types import Verdict
from madoguchi.kernel.models import AuditRow, OutboxEvent
from madoguchi.kernel.rights import NotAllowed, anonymous_viewer

pytestmark = pytest.mark.django_db


# clamd


class FakeClamd(threading.Thread):
    """Speaks the two commands of clamd as its manual has them."""

    def __init__(self, listening: socket.socket, *, most: int = 1 << 20) -> None:
        super().__init__(daemon=True)
        self.listening, self.most = listening, most
        self.received: list[bytes] = []

    def run(self) -> None:
        while True:
            try:
                line, _address = self.listening.accept()
            except OSError:
                return
            with line:
                line.sendall(self._answer(line.makefile("rb")) + b"\0")

    def _answer(self, said: Any) -> bytes:
        command = b""
        while not command.endswith(b"\0"):
            command += said.read(1)
        if command == b"zPING\0":
            return b"PONG"
        assert command == b"zINSTREAM\0"
        body = b""
        while length := int.from_bytes(said.read(4), "big"):
            body += said.read(length)
        self.received.append(body)
        if len(body) > self.most:
            return b"INSTREAM size limit exceeded. ERROR"
        return b"stream: Eicar-Test-Signature FOUND" if EICAR in body else b"stream: OK"


@contextmanager
def clamd(path: Path | None = None, **how: Any) -> Iterator[tuple[str, FakeClamd]]:
    listening = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
    listening.bind(str(path) if path else ("127.0.0.1", 0))
    listening.listen()
    address = str(path) if path else f"127.0.0.1:{listening.getsockname()[1]}"
    server = FakeClamd(listening, **how)
    server.start()
    try:
        yield address, server
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


@pytest.mark.parametrize("by", ["tcp", "unix"])
def test_clamd_is_spoken_to_as_it_is(by: str, tmp_path: Path) -> None:
    with clamd(tmp_path / "s" if by == "unix" else None) as (address, server):
        scanner = Clamd(address)
        scanner.ping()
        content = bytes(200_000)
        assert scanner.scan(io.BytesIO(content)) == ""
        assert server.received == [content]
        assert scanner.scan(io.BytesIO(b"x" * 70_000 + EICAR)) == "Eicar-Test-Signature"


def test_no_verdict_is_no_clean_verdict(tmp_path: Path) -> None:
    with clamd(most=10) as (address, _server), pytest.raises(ScannerAway):
        Clamd(address).scan(io.BytesIO(b"more than ten bytes"))
    for address in ("127.0.0.1:1", str(tmp_path / "none"), "nonsense"):
        with pytest.raises(ScannerAway):
            Clamd(address).scan(io.BytesIO(b"x"))
        with pytest.raises(ScannerAway):
            Clamd(address).ping()


def test_the_city_binds_it(settings: Any) -> None:
    assert scanner_bound() is None
    for bound, address in (({"clamav": "10.0.0.1:3310"}, "10.0.0.1:3310"), ({}, None), (None, None)):
        settings.ENVIRONMENT = SimpleNamespace(site=SimpleNamespace(values={"files": bound}))
        assert scanner_bound() == (Clamd(address) if address else None)


# Coming in


def test_a_virus_is_refused_at_once_and_written_down() -> None:
    with scanner_bound_to(ScannerOfTests()), pytest.raises(VirusFound) as refused:
        file_make(content=b"x " + EICAR)
    assert "ウイルス" in str(refused.value.message)
    assert Content.objects.count() == StoredFile.objects.count() == 0
    assert list(strays(set(), before=NOW.replace(year=2100))) == [], "not a byte of it is stored"
    row = AuditRow.objects.get(event="files.infection_found")
    assert "Eicar" in row.detail


def test_a_clean_file_is_read_at_once_and_has_its_moment() -> None:
    with scanner_bound_to(ScannerOfTests()):
        line = file_make()
    assert line.verdict == Verdict.CLEAN
    assert content_of(line).checked_at == NOW
    file_open(viewer=keeper(), key=line.key, now=NOW).body.close()


def test_without_a_scanner_a_file_is_read_and_called_unchecked() -> None:
    line = file_make()
    assert line.verdict == Verdict.UNCHECKED
    file_open(viewer=keeper(), key=line.key, now=NOW).body.close()


# Waiting


def test_while_the_scanner_is_away_nobody_opens_the_file_and_then_it_is_judged() -> None:
    content = text_sample()
    line = waiting_make(content)
    assert line.verdict == Verdict.WAITING
    for viewer in (keeper(), anonymous_viewer(on=DAY)):
        for look in (file_get, lambda **how: file_open(now=NOW, **how)):
            with pytest.raises(NotAllowed):
                look(viewer=viewer, key=line.key)
    assert [one.key for one in files_of(viewer=keeper(), subject=subject_make())] == [line.key], (
        "its giver sees it"
    )
    assert files_of(viewer=anonymous_viewer(on=DAY), subject=subject_make()) == []

    scanner = ScannerOfTests(away=True)
    with scanner_bound_to(scanner):
        assert contents_scan(now=NOW) == 0
        scanner.away = False
        assert contents_scan(now=NOW) == 1
        assert contents_scan(now=NOW) == 0
    assert scanner.seen == [content]
    assert file_get(viewer=anonymous_viewer(on=DAY), key=line.key).verdict == Verdict.CLEAN
    assert OutboxEvent.objects.get(kind="files.content_judged").payload["verdict"] == "clean"


def test_a_virus_that_is_found_later_closes_the_file_for_good() -> None:
    line = file_make(content=b"x " + EICAR)
    file_open(viewer=keeper(), key=line.key, now=NOW).body.close()
    with scanner_bound_to(ScannerOfTests()):
        assert contents_scan(now=NOW) == 1
    with pytest.raises(NotAllowed):
        file_open(viewer=keeper(), key=line.key, now=NOW)
    row = content_of(line)
    assert (row.verdict, row.virus, row.checked_at) == (Verdict.INFECTED, "Eicar-Test-Signature", NOW)
    with pytest.raises(ContentJudged):
        content_judge(actor=keeper(), sha256=row.sha256, virus="", now=NOW)
    with pytest.raises(NotAllowed):
        content_judge(actor=anonymous_viewer(on=DAY), sha256=row.sha256, virus="", now=NOW)


def test_the_same_content_given_again_with_a_verdict_frees_the_first() -> None:
    content = text_sample()
    first = waiting_make(content)
    with scanner_bound_to(ScannerOfTests()):
        file_make(content=content)
    assert file_get(viewer=keeper(), key=first.key).verdict == Verdict.CLEAN


def test_what_is_to_be_sealed_is_scanned_before_or_not_taken() -> None:
    with scanner_bound_to(ScannerOfTests(away=True)), pytest.raises(ScannerAway):
        file_make(sealed=True)
    assert Content.objects.count() == 0
    with scanner_bound_to(ScannerOfTests()) as scanner:
        line = file_make(content="封をする".encode(), sealed=True)
        assert scanner.seen == ["封をする".encode()]
        assert contents_scan(now=NOW) == 0
    assert line.verdict == Verdict.CLEAN


def test_one_content_that_cannot_be_judged_does_not_hold_up_the_others() -> None:
    large, small = waiting_make(b"x" * 500), waiting_make(b"small")
    with clamd(most=100) as (address, _server), scanner_bound_to(Clamd(address)):  # type: ignore[arg-type]
        assert contents_scan(now=NOW) == 1
    assert content_of(large).verdict == Verdict.WAITING
    assert content_of(small).verdict == Verdict.CLEAN


# Health


def test_health_tells_what_nobody_checks_and_what_waits() -> None:
    assert scanner_there(NOW).state == "ok"
    file_make()
    said = scanner_there(NOW)
    assert (said.state, bool(said.remedy)) == ("warn", True)
    waiting_make()
    assert scanner_there(NOW).state == "bad"
    scanner = ScannerOfTests()
    with scanner_bound_to(scanner):
        assert scanner_there(NOW).state == "ok"
        later = scanner_there(NOW.replace(hour=12))
        assert (later.state, "1件" in str(later.text)) == ("warn", True)
        scanner.away = True
        assert scanner_there(NOW).state == "bad"
