"""Every text of the block is there in English and in easy Japanese."""

from __future__ import annotations

import pytest

from madoguchi.ui.texts import texts_missing


@pytest.mark.lint
def test_all_texts_are_translated() -> None:
    report = texts_missing(["madoguchi.blocks.files"])
    assert report.texts
    assert report.problems == [], str(report)
