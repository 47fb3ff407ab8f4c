"""`make test` says what happened in every pass and what it left out."""

from __future__ import annotations

from collections import Counter

import pytest

from tools import run_tests
from tools.postgres import PostgresMissing
from tools.run_tests import Pass

pytestmark = pytest.mark.once


def test_the_passes_cover_everything_both_databases_and_both_orders():
    sqlite, browser, postgresql = run_tests.passes(fast=False)
    assert sqlite.options == ["-m", "not browser"]
    assert browser.options == ["-m", "browser"]
    assert postgresql.postgresql
    assert "--reverse" in postgresql.options


@pytest.mark.parametrize(
    "line",
    [
        "==== 3 passed in 0.10s ====",
        "3 passed, 1 skipped, 2 warnings in 65.10s (0:01:05)",
        "\x1b[31m1 failed\x1b[0m, \x1b[32m3 passed\x1b[0m\x1b[31m in 0.10s\x1b[0m",
        "no tests ran in 0.01s",
    ],
)
def test_closing_line_is_recognised(line):
    assert run_tests.CLOSING.search(run_tests.COLOUR.sub("", line))


@pytest.mark.parametrize(("strict", "ok"), [("0", True), ("1", False)])
def test_missing_postgres_leaves_the_pass_out_but_fails_strictly(strict, ok, monkeypatch, capsys):
    def absent():
        raise PostgresMissing("no PostgreSQL here")

    monkeypatch.setattr(run_tests, "private_cluster", absent)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("MADOGUCHI_STRICT", strict)
    one = Pass("PostgreSQL", [], postgresql=True)

    run_tests.pass_run(one, [])

    assert one.ok is ok
    assert run_tests.report([one], 1.0) == (0 if ok else 1)
    assert "no PostgreSQL here" in capsys.readouterr().out


def test_report_names_each_reason_once(capsys):
    done = [
        Pass("a", [], ok=True, closing="1 passed", skips=Counter({"no Chromium": 2})),
        Pass("b", [], ok=False, closing="1 failed", skips=Counter({"no Chromium": 1})),
    ]
    assert run_tests.report(done, 60.0) == 1
    out = capsys.readouterr().out
    assert "ok   a: 1 passed" in out
    assert "FAIL b: 1 failed" in out
    assert "3 × no Chromium" in out
