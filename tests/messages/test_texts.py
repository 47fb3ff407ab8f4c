"""Every text of messages is there in every language."""

from __future__ import annotations

import pytest

from madoguchi.ui.texts import texts_missing

pytestmark = pytest.mark.lint


def test_no_text_is_missing() -> None:
    report = texts_missing(["madoguchi.blocks.messages"])
    assert len(report.texts) > 100
    assert not report.problems, "\n".join(map(str, report.problems))
