"""No text of the interface is left untranslated, anywhere in the house."""

from __future__ import annotations

import pytest

from madoguchi.ui.texts import texts_missing

pytestmark = pytest.mark.lint


def test_every_text_of_the_house_is_in_every_language() -> None:
    report = texts_missing(["madoguchi"])
    assert len(report.texts) > 500
    assert report.problems == [], str(report)
