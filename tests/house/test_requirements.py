"""The locks name versions and hashes and nothing else; no file names a registry or a computer's own path."""

from __future__ import annotations

import re
import subprocess
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from madoguchi.kernel.typeset.fonts import PACKAGES

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
WISHES = sorted((ROOT / "requirements").glob("*.in"))
PINNED = re.compile(
    r"[a-z0-9][a-z0-9-]*==[0-9][0-9a-z.+]*"  # name and version
    r"( ; [a-z_]+ [=!<>]{1,2} '[\w.]+'(?: (?:and|or) [a-z_]+ [=!<>]{1,2} '[\w.]+')*)?"  # for which Python
    r"( --hash=sha256:[0-9a-f]{64})+"
)
WISH = re.compile(r"[A-Za-z0-9_.-]+(\[[a-z,]+\])?((~=|==|>=)[0-9.]+)?|-r [a-z]+\.in")
# Written in pieces, so that this file is not found by its own test.
HOSTS = tuple(
    name.encode()
    for name in (
        "pypi" + ".org", "python" + "hosted.org", "npmjs" + ".org", "npmjs" + ".com", "yarnpkg" + ".com",
        "crates" + ".io", "rubygems" + ".org", "conda" + ".anaconda.org", "proxy.golang" + ".org",
    )
)  # fmt: skip
PATHS = re.compile(rb"(?<![\w.:/~*}-])/(?:work|root|home/[a-z]\w*|Users/\w+)/" + rb"|file:" + rb"//")
FREE = {
    "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "LGPL-3.0-only", "LGPL-3.0-or-later", "MIT", "MIT-0",
    "MIT-CMU",    "MPL-2.0", "PSF-2.0", "Unlicense", "Zlib",
}  # fmt: skip
# A font is printed with, not built upon: its licence (docs/adr/0040) is free for these packages and no others.
FONTS = {name.replace("_", "-") for name in PACKAGES}
OLDER_WORDS = {
    "Apache Software License", "BSD", "BSD License", "ISC License (ISCL)", "MIT License",
    "Mozilla Public License 2.0 (MPL 2.0)", "Python Software Foundation License", *FREE,
}  # fmt: skip

pytestmark = pytest.mark.lint


def lock_lines(lock: Path) -> list[str]:
    """Give one line per distribution, its hashes joined to it."""
    text = lock.read_text(encoding="utf-8")
    return re.sub(r" *\\\n *", " ", text).splitlines()


def pins(lock: Path) -> dict[str, Requirement]:
    lines = [line.split(" --hash", 1)[0] for line in lock_lines(lock)]
    return {one.name: one for one in map(Requirement, lines)}


def test_there_are_locks():
    assert [lock.stem for lock in LOCKS] == [wish.stem for wish in WISHES] == ["base", "lock", "test"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_lock_holds_pins_with_hashes_and_nothing_else(lock):
    wrong = [line for line in lock_lines(lock) if not PINNED.fullmatch(line)]
    assert wrong == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://registry.example/simple",
        "-i https://registry.example/simple",
        "--find-links ./wheels",
        "django==5.2.19",
        "django>=5.2 --hash=sha256:" + "0" * 64,
        "django @ https://registry.example/django.whl --hash=sha256:" + "0" * 64,
        "./wheels/django.whl --hash=sha256:" + "0" * 64,
        "-e .",
    ],
)
def test_other_lines_are_refused(line):
    assert not PINNED.fullmatch(line)


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: wish.name)
def test_wishes_name_no_place(wish):
    lines = [line for line in wish.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    assert [line for line in lines if not WISH.fullmatch(line)] == []


def test_tests_run_on_what_the_product_runs_on():
    base = {name: one.specifier for name, one in pins(ROOT / "requirements/base.txt").items()}
    test = {name: one.specifier for name, one in pins(ROOT / "requirements/test.txt").items()}
    assert base.items() <= test.items()


@pytest.mark.parametrize("kind", ["base", "test", "lock"])
def test_every_wish_is_locked(kind):
    lines = (ROOT / f"requirements/{kind}.in").read_text(encoding="utf-8").splitlines()
    wishes = [Requirement(line) for line in lines if line and line[0] not in "#-"]
    locked = pins(ROOT / f"requirements/{kind}.txt")
    for wish in wishes:
        name = re.sub(r"[-_.]+", "-", wish.name).lower()
        version = next(iter(locked[name].specifier)).version
        assert wish.specifier.contains(version), f"run `make lock`: {wish} is locked as {version}"


def test_no_committed_file_names_a_registry_or_a_path_of_a_computer():
    wrong = []
    for path in committed():
        content = path.read_bytes() if path.is_file() else b""
        for number, line in enumerate(content.splitlines(), start=1):
            if PATHS.search(line) or any(host in line for host in HOSTS):
                wrong.append(f"{path.relative_to(ROOT)}:{number}: {line[:120].decode(errors='replace')}")
    assert wrong == [], "Name neither registries nor folders of one computer; pip knows its own index."


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("see /" + "work/main", True),
        ('"/' + 'root/.venv"', True),
        ("file:" + "///opt/simple", True),
        ("cd /" + "home/taro/madoguchi", True),
        ("/office/home/", False),
        ("docs/work/notes.md", False),
        ("../shared/data", False),
    ],
)
def test_paths_of_a_computer_are_recognised(line, found):
    assert bool(PATHS.search(line.encode())) is found


def committed() -> list[Path]:
    """List the files under version control; in an unpacked archive, all files of the project."""
    if not (ROOT / ".git").exists():
        hidden = {".venv", ".cache", "data", "node_modules", "build", "dist"}
        return [path for path in ROOT.rglob("*") if path.is_file() and not hidden & set(path.parts)]
    done = subprocess.run(
        # The checkout may belong to another account than ours, and only be read.
        ["git", "-c", "safe.directory=*", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return [ROOT / name for name in done.stdout.decode().split("\0") if name]


def test_the_product_runs_on_free_licences_only():
    wrong = {}
    for name, one in pins(ROOT / "requirements/base.txt").items():
        if one.marker and not one.marker.evaluate():
            continue
        try:
            words = licence(name)
        except PackageNotFoundError:
            pytest.fail(f"{name} is in base.txt but not installed: run `make setup`")
        if not (free(words) or (name in FONTS and words == ["OFL-1.1"])):
            wrong[name] = words
    assert wrong == {}, "Not a licence that we may build on (no AGPL, no GPL); choose another library."


def licence(name: str) -> list[str]:
    """Give the SPDX expression, or what the older metadata fields say."""
    about = distribution(name).metadata
    if expression := about.get("License-Expression"):
        return [expression]
    classifiers = [
        text.rsplit(" :: ", 1)[-1]
        for text in about.get_all("Classifier") or []
        if text.startswith("License :: OSI Approved :: ")
    ]
    return classifiers or [about.get("License") or "none named"]


def free(words: list[str]) -> bool:
    """Judge one SPDX expression (one alternative must be free), or the older words (all count)."""
    alternatives = words[0].split(" OR ") if len(words) == 1 else []
    if any(all(part in FREE for part in one.strip("() ").split(" AND ")) for one in alternatives):
        return True
    refused = any(re.search(r"Affero|GPL|GNU General", text) for text in words)
    return not refused and any(text in OLDER_WORDS for text in words)


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        (["MIT"], True),
        (["Apache-2.0 OR GPL-3.0-only"], True),
        (["MIT AND GPL-3.0-only"], False),
        (["MIT AND PSF-2.0"], True),
        (["AGPL-3.0-only"], False),
        (["BSD License", "GNU Affero General Public License v3"], False),
        (["OFL-1.1"], False),
        (["Proprietary"], False),
        (["none named"], False),
    ],
)
def test_licences_are_judged(words, verdict):
    assert free(words) is verdict
