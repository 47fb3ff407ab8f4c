"""
A private PostgreSQL cluster for tests and benchmarks, gone when the work is done.

As a command: ``python tools/postgres.py run -- COMMAND…`` gives the command ``DATABASE_URL``.
As a context manager: ``with private_cluster() as url: …``. It never touches a cluster of the computer.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

OLDEST = 15
NAME = "madoguchi"
MISSING = (
    f"PostgreSQL {OLDEST} or newer is not installed (no initdb in PATH, beside pg_config, or in "
    "/usr/lib/postgresql). Debian and Ubuntu: apt-get install postgresql."
)
EXIT_MISSING = 3
START_SECONDS = 60
# What a power cut would cost us here is a test run.
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class PostgresMissing(Exception):
    """There is no PostgreSQL server that is new enough on this computer."""


class PostgresRefused(Exception):
    """The cluster could not be made or started; the text holds what PostgreSQL said."""


def binaries_find() -> Path:
    """
    Find the folder with the newest ``initdb`` and ``postgres``.

    :raises PostgresMissing: none is there, or all are too old.
    """
    found = {folder: version for folder in _candidates() if (version := _version(folder)) >= OLDEST}
    if not found:
        raise PostgresMissing(MISSING)
    return max(found, key=lambda folder: found[folder])


@contextlib.contextmanager
def private_cluster(*, durable: bool = False, parent: Path | None = None) -> Iterator[str]:
    """
    Run a cluster of our own and yield its ``DATABASE_URL``; stop and delete it afterwards.

    :param durable: keep fsync on, as an installation would; benchmarks want that.
    :param parent: folder that holds the data; the computer's temporary folder when left out.
    :raises PostgresMissing: there is nothing to start.
    :raises PostgresRefused: PostgreSQL said no.
    """
    binaries = binaries_find()
    account = _account()
    # Short, because the path of a unix socket may have 107 bytes; the owner is fixed below.
    folder = Path(tempfile.mkdtemp(prefix="mdg-pg-", dir=parent))
    try:
        if account:
            os.chown(folder, account.pw_uid, account.pw_gid)
        password = secrets.token_urlsafe(24)
        _make(binaries, folder, account, password, durable=durable)
        server, port = _start(binaries, folder, account)
        try:
            yield f"postgresql://{NAME}:{password}@127.0.0.1:{port}/{NAME}"
        finally:
            _stop(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def kept_cluster(folder: Path) -> Iterator[str]:
    """
    Run a durable cluster whose data stay in a folder, made on first use; yield its ``DATABASE_URL``.

    For benchmarks whose data take longer to make than to measure.

    :raises PostgresMissing: there is nothing to start.
    :raises PostgresRefused: PostgreSQL said no; another run has it open, for instance.
    """
    binaries, account, made = binaries_find(), _account(), folder / "made"
    if not made.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        if account:
            os.chown(folder, account.pw_uid, account.pw_gid)
        _make(binaries, folder, account, secrets.token_urlsafe(24), durable=True)
        made.touch()
    password = (folder / "password").read_text(encoding="ascii").strip()
    server, port = _start(binaries, folder, account)
    try:
        yield f"postgresql://{NAME}:{password}@127.0.0.1:{port}/{NAME}"
    finally:
        server.send_signal(signal.SIGINT)  # fast: whoever is connected goes, and the data are whole
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(60)
        _stop(server)


def _candidates() -> list[Path]:
    folders = []
    if initdb := shutil.which("initdb"):
        folders.append(Path(initdb).resolve().parent)
    if pg_config := shutil.which("pg_config"):
        asked = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        folders.append(Path(asked.stdout.strip()))
    folders.extend(Path("/usr/lib/postgresql").glob("*/bin"))
    return [folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()]


def _version(folder: Path) -> int:
    asked = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    number = re.search(r"(\d+)", asked.stdout)
    return int(number[1]) if number else 0


def _account() -> pwd.struct_passwd | None:
    """Name the account that runs the server: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise PostgresRefused(
        "PostgreSQL refuses to run as root, and there is no account `postgres` or `nobody`."
    )


def _as(account: pwd.struct_passwd | None, folder: Path) -> dict[str, Any]:
    """Arguments for ``subprocess`` that drop root and keep locale and home out of play."""
    arguments: dict[str, Any] = {
        "cwd": folder,
        "env": {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "LC_ALL": "C", "TZ": "UTC"},
        "stdin": subprocess.DEVNULL,
    }
    if account:
        arguments |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return arguments


def _make(
    binaries: Path, folder: Path, account: pwd.struct_passwd | None, password: str, *, durable: bool
) -> None:
    secret = folder / "password"
    secret.write_text(password + "\n", encoding="ascii")
    secret.chmod(0o600)
    if account:
        os.chown(secret, account.pw_uid, account.pw_gid)
    data = folder / "data"
    options = ["--auth=scram-sha-256", f"--username={NAME}", "--encoding=UTF8", "--locale=C"]
    _call([binaries / "initdb", "-D", data, f"--pwfile={secret}", "--no-sync", "--no-instructions", *options],
          folder, account)  # fmt: skip
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(folder),
        "max_connections": "100",
        **({} if durable else THROWAWAY),
    }
    with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
    # Single-user mode needs no client programs.
    _call([binaries / "postgres", "--single", "-D", data, "postgres"], folder, account,
          text_in=f"CREATE DATABASE {NAME};\n")  # fmt: skip


def _call(
    command: list[Any], folder: Path, account: pwd.struct_passwd | None, text_in: str | None = None
) -> None:
    arguments = _as(account, folder)
    if text_in is not None:
        arguments.pop("stdin")
        arguments["input"] = text_in
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **arguments
    )
    if done.returncode or "ERROR:" in done.stdout:
        raise PostgresRefused(f"{Path(command[0]).name} failed:\n{done.stdout.strip()}")


def _start(
    binaries: Path, folder: Path, account: pwd.struct_passwd | None
) -> tuple[subprocess.Popen[bytes], int]:
    log = folder / "log"
    # Between our look at the port and PostgreSQL's somebody else may take it.
    for _ in range(5):
        port = _port_free()
        with log.open("ab") as file:
            server = subprocess.Popen(
                [binaries / "postgres", "-D", folder / "data", "-p", str(port)],
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent(),
                **_as(account, folder),
            )
        if _ready(server, folder):
            return server, port
        _stop(server)
    raise PostgresRefused(f"PostgreSQL did not start:\n{log.read_text(errors='replace')[-4000:]}")


def _port_free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _die_with_parent() -> Callable[[], None] | None:
    """Ask Linux to stop the server even if we are killed without a word."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(1, signal.SIGQUIT)


def _ready(server: subprocess.Popen[bytes], folder: Path) -> bool:
    status = folder / "data" / "postmaster.pid"
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(OSError):
            lines = status.read_text().splitlines()
            if len(lines) > 7 and lines[7].strip() == "ready":
                return True
        time.sleep(0.02)
    return False


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        server.send_signal(signal.SIGQUIT)  # immediate: the data is deleted anyway
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _run(command: list[str], *, durable: bool) -> int:
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGHUP, _leave)
    with private_cluster(durable=durable) as url:
        child = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": url})
        try:
            code = child.wait()
        except BaseException:
            child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(20)
            child.kill()
            raise
    return code if code >= 0 else 128 - code


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; see ``--help``."""
    parser = argparse.ArgumentParser(description="A private PostgreSQL cluster for one command.")
    parser.add_argument("verb", choices=["run"])
    parser.add_argument("--durable", action="store_true", help="keep fsync on, as an installation would")
    parser.add_argument("command", nargs="+", help="after --: what to run with DATABASE_URL set")
    given = parser.parse_args(arguments)
    try:
        return _run(given.command, durable=given.durable)
    except PostgresMissing as missing:
        sys.stderr.write(f"{missing}\n")
        return EXIT_MISSING
    except (PostgresRefused, FileNotFoundError) as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
