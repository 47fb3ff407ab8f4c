"""``madoguchi serve``: one house, one door on SQLite, and clear words when it cannot open."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from urllib.error import HTTPError

import pytest

from madoguchi.config.serve import ServeRefused, address_check, house_closed, house_open, serve
from tests.config.conftest import ROOT


@pytest.fixture
def taken():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_taken_number_is_said(taken, installed):
    with pytest.raises(ServeRefused, match=rf"127.0.0.1:{taken}.*--port"):
        serve(port=taken)


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70_000), ("127.0.0.1", -1), ("192.0.2.1", 8000)])
def test_an_address_that_is_not_ours_is_said(host, port):
    with pytest.raises(ServeRefused, match=r"--host|--port"):
        address_check(host, port)


@pytest.mark.sqlite
def test_sqlite_takes_one_process(installed):
    with pytest.raises(ServeRefused, match=r"SQLite では.*PostgreSQL"):
        serve(workers=2)
    with pytest.raises(ServeRefused, match="1 以上"):
        serve(workers=0)


def test_a_house_that_is_being_restored_does_not_open(installed):
    with house_closed(), pytest.raises(ServeRefused, match="控えを戻している"):
        serve(port=0)
    assert not house_open()


@pytest.mark.slow
@pytest.mark.sqlite
def test_the_pages_open_the_worker_runs_and_all_ends_on_a_signal(program, tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (tmp_path / "log").open("w") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "madoguchi", "serve", "--port", str(port)],
            env={"PATH": "", "PYTHONPATH": str(ROOT), "MADOGUCHI_DATA": str(program.data)},
            cwd=tmp_path, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        assert answer(f"http://127.0.0.1:{port}/account/login/") == 200, (tmp_path / "log").read_text()
        done = program("serve", "--port", str(port), code=1)
        assert "ほかのプログラムが使っています" in done.stderr
        # The worker in the same process has sealed what the first set-up left.
        deadline = time.monotonic() + 20
        while not (program.data / "audit" / "roots.log").exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert (program.data / "audit" / "roots.log").exists()
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) == 0


def answer(url: str) -> int:
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return int(response.status)
        except HTTPError as error:
            return error.code
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
