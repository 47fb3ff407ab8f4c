"""What holds up the tests: the strict mode, the environment, the browser, the private cluster."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support import browser as support
from tools import postgres

ROOT = Path(__file__).parents[2]
SKIPS = """
import pytest

@pytest.mark.skip(reason="a program is missing")
def test_marked(): ...

def test_called():
    pytest.skip("../shared/data is absent")

@pytest.mark.xfail
def test_known():
    assert False
"""


def test_data_folder_is_this_process_own():
    folder = Path(os.environ["MADOGUCHI_DATA"])
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    assert folder.is_dir()
    assert folder.name == worker if worker else folder.name.startswith("madoguchi-tests-")


@pytest.mark.once
@pytest.mark.parametrize(
    ("strict", "verdict"), [("0", "2 skipped, 1 xfailed"), ("1", "1 skipped, 1 xfailed, 1 error")]
)
def test_strict_mode_fails_a_skip_but_for_shared_data(strict, verdict, tmp_path):
    out = pytest_run(tmp_path, SKIPS, strict)
    assert verdict in out
    assert ("this one did: a program is missing" in out) == (strict == "1")


@pytest.mark.once
@pytest.mark.parametrize(("strict", "verdict"), [("0", "1 skipped"), ("1", "1 error")])
def test_strict_mode_fails_a_module_that_skips(strict, verdict, tmp_path):
    text = "import pytest\npytest.skip('no tool', allow_module_level=True)\n"
    assert verdict in pytest_run(tmp_path, text, strict)


def pytest_run(folder: Path, text: str, strict: str) -> str:
    (folder / "test_planted.py").write_text(text, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.support.strict", "-p", "no:django"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "MADOGUCHI_STRICT": strict},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_chromium_is_taken_from_the_variable(monkeypatch, tmp_path):
    monkeypatch.setenv("MADOGUCHI_CHROMIUM", str(tmp_path / "absent"))
    with pytest.raises(support.ChromiumMissing, match="MADOGUCHI_CHROMIUM"):
        support.chromium()
    monkeypatch.setenv("MADOGUCHI_CHROMIUM", sys.executable)
    assert support.chromium() == Path(sys.executable)


def test_chromium_missing_is_said(monkeypatch):
    monkeypatch.delenv("MADOGUCHI_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(support.ChromiumMissing, match="not installed"):
        support.chromium()


@pytest.mark.browser
def test_browser_opens_a_page_and_no_outside_host(page):
    from playwright.sync_api import Error

    page.set_content("<h1>窓口</h1><script>document.title = navigator.language</script>")
    assert page.title() == "ja-JP"
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://outside.example/")


@pytest.mark.browser
def test_browser_without_scripts(open_page):
    page = open_page(scripts=False, width=320)
    page.set_content("<title>still</title><script>document.title = 'changed'</script>")
    assert page.title() == "still"


@pytest.mark.once
@pytest.mark.slow
class TestPrivateCluster:
    """PostgreSQL of our own starts, is told to the command, and is gone afterwards."""

    @pytest.fixture(autouse=True)
    def installed(self):
        try:
            postgres.binaries_find()
        except postgres.PostgresMissing as missing:
            pytest.skip(str(missing))

    @pytest.fixture
    def temporary(self, monkeypatch):
        # Not tmp_path: the server's account must be able to walk there.
        import tempfile

        with tempfile.TemporaryDirectory(prefix="mdg-", ignore_cleanup_errors=True) as folder:
            Path(folder).chmod(0o711)
            monkeypatch.setenv("TMPDIR", folder)
            yield Path(folder)

    def test_command_gets_a_database_and_its_exit_code_comes_back(self, temporary):
        code = (
            "import os, psycopg, sys\n"
            "connection = psycopg.connect(os.environ['DATABASE_URL'])\n"
            "sys.exit(7 if connection.info.server_version >= 150000 else 8)\n"
        )
        done = subprocess.run(
            [sys.executable, ROOT / "tools/postgres.py", "run", "--", sys.executable, "-c", code], check=False
        )
        assert done.returncode == 7
        assert list(temporary.iterdir()) == []

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_a_signal_takes_the_cluster_along(self, number, temporary):
        running = subprocess.Popen(
            [sys.executable, ROOT / "tools/postgres.py", "run", "--", "sh", "-c", "echo up; exec sleep 60"],
            stdout=subprocess.PIPE,
        )
        assert running.stdout
        assert running.stdout.readline() == b"up\n"
        server = next(temporary.glob("*/data/postmaster.pid")).read_text().splitlines()[0]
        running.send_signal(number)
        assert running.wait(30) == 128 + number
        running.stdout.close()
        assert list(temporary.iterdir()) == []
        assert not Path(f"/proc/{server}").exists()

    @pytest.mark.skipif(sys.platform != "linux", reason="Linux takes the server down with its parent")
    def test_a_killed_parent_takes_the_server_along(self, temporary):
        running = subprocess.Popen(
            [sys.executable, ROOT / "tools/postgres.py", "run", "--", "sh", "-c", "echo up; exec sleep 3"],
            stdout=subprocess.PIPE,
        )
        assert running.stdout
        running.stdout.readline()
        server = next(temporary.glob("*/data/postmaster.pid")).read_text().splitlines()[0]
        running.kill()
        running.wait()
        running.stdout.close()
        deadline = time.monotonic() + 10
        while Path(f"/proc/{server}").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not Path(f"/proc/{server}").exists()


def test_missing_postgres_is_exit_3(monkeypatch, capsys):
    monkeypatch.setattr(postgres, "_candidates", list)
    assert postgres.main(["run", "--", "true"]) == 3
    assert "PostgreSQL 15 or newer is not installed" in capsys.readouterr().err
