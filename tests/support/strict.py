"""
``MADOGUCHI_STRICT=1``: a skipped test fails, because this computer was meant to have everything.

Only a test that needs the shared data folder may skip; its reason says ``../shared``.
``MADOGUCHI_SKIPS=path`` writes what was skipped as JSON, for the closing words of ``make test``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from pathlib import Path

import pytest

SHARED = "../shared"


def strict() -> bool:
    """Tell whether a skip is a failure in this run."""
    return os.environ.get("MADOGUCHI_STRICT") == "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skipped test into a failed one."""
    report = yield
    _skip_refuse(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn a module that skips as a whole into an error."""
    report = yield
    _skip_refuse(report)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write the skips and their reasons where ``make test`` asked for them."""
    path = os.environ.get("MADOGUCHI_SKIPS")
    if path:
        skipped = [
            {"test": report.nodeid, "reason": _reason(report)}
            for report in terminalreporter.stats.get("skipped", [])
        ]
        Path(path).write_text(json.dumps(skipped, ensure_ascii=False), encoding="utf-8")


def _skip_refuse(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not strict() or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = _reason(report)
    if SHARED in reason:
        return
    report.outcome = "failed"
    report.longrepr = (
        f"MADOGUCHI_STRICT=1 lets no test skip, and this one did: {reason}\n"
        f"Install what it asks for (see .ci/run). A test that only lacks data says “{SHARED}” in its reason; "
        "one that fits one database only is marked `sqlite` or `postgresql`."
    )


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")
