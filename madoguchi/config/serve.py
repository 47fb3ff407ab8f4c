"""
Serving the pages with granian: one process with threads on SQLite, as many as wanted on PostgreSQL.

Whoever serves holds ``serve.lock`` in the data folder (alone on SQLite: the fair queue of writers is one
process's), and a restore wants it for itself.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from granian import Granian
from granian.constants import Interfaces

from madoguchi.kernel.management.house_command import CommandRefused

HOST = "127.0.0.1"
PORT = 8000
# More threads than twice the processors only wait for each other in Python.
THREADS = max(2, min(8, 2 * (os.cpu_count() or 1)))
KILL_SECONDS = 15


class ServeRefused(CommandRefused):
    """The pages cannot be opened like this; the text says what to do."""


def serve(host: str = HOST, port: int = PORT, workers: int = 1) -> None:
    """
    Serve the pages until told to stop (SIGTERM or SIGINT).

    :param workers: web processes; on SQLite there is exactly one.
    :raises ServeRefused: too many processes, or the address is taken or not ours.
    """
    embedded = settings.ENVIRONMENT.embedded
    if workers < 1:
        raise ServeRefused("--workers は 1 以上にしてください。")
    if embedded and workers != 1:
        raise ServeRefused(
            f"--workers {workers}: SQLite では画面のプロセスは一つだけです（書き込みの順番を一つのプロセスが守るため）。"
            "--workers を外すか、DATABASE_URL で PostgreSQL に移ってください（docs/operations.md）。"
        )
    address_check(host, port)
    with _open_house(alone=embedded):
        if embedded:
            os.environ["MADOGUCHI_EMBEDDED_WORKER"] = "1"
        Granian(
            "madoguchi.config.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=THREADS,
            websockets=False,
            respawn_failed_workers=True,
            workers_kill_timeout=KILL_SECONDS,
            process_name=None,
        ).serve()


def address_check(host: str, port: int) -> None:
    """:raises ServeRefused: nobody could listen there now."""
    if not 0 <= port <= 65_535:
        raise ServeRefused(f"--port {port}: 番号は 1 から 65535 までです。")
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, OverflowError) as error:
        raise ServeRefused(f"{host}:{port} で待ち受けられません。{_reason(error)}") from error


def _reason(error: Exception) -> str:
    number = getattr(error, "errno", None)
    if number == errno.EADDRINUSE:
        return "ほかのプログラムが使っています。止めるか、--port で別の番号を選んでください。"
    if number == errno.EACCES:
        return "1024 より小さい番号には権限が要ります。--port で 8000 などを選んでください。"
    return f"--host と --port を確かめてください（{error}）。"


@contextlib.contextmanager
def _open_house(*, alone: bool) -> Iterator[None]:
    with _lock(fcntl.LOCK_EX if alone else fcntl.LOCK_SH) as had:
        if not had:
            raise ServeRefused(
                "このデータの画面はもう開いているか、控えを戻している最中です。"
                "開いている方を止めるか、MADOGUCHI_DATA で別のフォルダーを選んでください。"
            )
        yield


@contextlib.contextmanager
def house_closed() -> Iterator[None]:
    """
    Hold the house closed, so that nobody serves pages from this data folder.

    :raises ServeRefused: somebody does.
    """
    with _lock(fcntl.LOCK_EX) as had:
        if not had:
            raise ServeRefused(
                "画面が開いています。`madoguchi serve` を止めてから、もう一度実行してください。"
            )
        yield


@contextlib.contextmanager
def _lock(kind: int) -> Iterator[bool]:
    with _lock_file().open("a") as file:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _lock_file() -> Path:
    return Path(settings.DATA_DIR) / "serve.lock"


def house_open() -> bool:
    """Say whether somebody serves pages from this data folder on this computer."""
    if not _lock_file().exists():
        return False
    with _lock(fcntl.LOCK_EX) as had:
        return not had
