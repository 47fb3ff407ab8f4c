"""
Looking for viruses: the port, and the adapter to ClamAV's ``clamd``.

The city binds it in ``bindings.yaml``::

    files:
      clamav: 127.0.0.1:3310      # or /run/clamav/clamd.ctl

Source: clamd(8), the commands ``zPING`` and ``zINSTREAM`` (pieces with their length in four bytes, a length of zero ends).
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import IO, Final, Protocol

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.actions import Unavailable

PIECE: Final = 64 * 1024
PATIENCE_SECONDS: Final = 30.0
PING_SECONDS: Final = 1.0
ANSWER_MOST: Final = 4096


class ScannerAway(Unavailable):
    """The scanner that is bound does not answer, or cannot judge this content."""

    message = _(
        "いまファイルのウイルス検査ができません。しばらくしてから、もう一度送ってください。入力した内容は残っています。"
    )


class Scanner(Protocol):
    """Something that looks for viruses."""

    def scan(self, body: IO[bytes]) -> str:
        """
        Read a body from where it stands; the name of what was found, "" for nothing.

        :raises ScannerAway: no verdict.
        """

    def ping(self) -> None:
        """:raises ScannerAway: it does not answer."""


@dataclass(frozen=True, slots=True)
class Clamd:
    """``clamd`` by TCP (``host:port``) or by the path of its socket."""

    address: str

    def scan(self, body: IO[bytes]) -> str:
        """Send a body and wait for the verdict; see ``Scanner``."""
        try:
            with closing(self._connect(PATIENCE_SECONDS)) as line:
                line.sendall(b"zINSTREAM\0")
                while piece := body.read(PIECE):
                    line.sendall(len(piece).to_bytes(4, "big") + piece)
                line.sendall(b"\0\0\0\0")
                answer = _answer(line)
        except OSError as error:
            raise ScannerAway(reason=str(error)) from error
        said = answer.removeprefix("stream:").strip()
        if said == "OK":
            return ""
        if said.endswith(" FOUND"):
            return said.removesuffix(" FOUND")[:200] or "?"
        # "INSTREAM size limit exceeded. ERROR" and the like: no verdict.
        raise ScannerAway(reason=said)

    def ping(self) -> None:
        """Ask whether it is there; see ``Scanner``."""
        try:
            with closing(self._connect(PING_SECONDS)) as line:
                line.sendall(b"zPING\0")
                answer = _answer(line)
        except OSError as error:
            raise ScannerAway(reason=str(error)) from error
        if answer != "PONG":
            raise ScannerAway(reason=answer)

    def _connect(self, seconds: float) -> socket.socket:
        if self.address.startswith("/"):
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                line.settimeout(seconds)
                line.connect(self.address)
            except BaseException:
                line.close()
                raise
            return line
        host, _colon, port = self.address.rpartition(":")
        if not port.isdigit():
            raise ScannerAway(reason=f"files.clamav: {self.address}")
        return socket.create_connection((host.strip("[]"), int(port)), timeout=seconds)


def _answer(line: socket.socket) -> str:
    said = b""
    while len(said) < ANSWER_MOST and not said.endswith(b"\0") and (piece := line.recv(ANSWER_MOST)):
        said += piece
    return said.rstrip(b"\0\n").decode("utf-8", "replace")


def scanner_bound() -> Scanner | None:
    """Give the scanner that the city has bound; None where it has none."""
    bound = settings.ENVIRONMENT.site.values.get("files")
    address = bound.get("clamav") if isinstance(bound, Mapping) else None
    return Clamd(str(address)) if address else None
