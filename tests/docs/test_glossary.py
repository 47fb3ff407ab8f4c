"""Every table of the house has its row in the glossary, and every row points to something that is there."""

from __future__ import annotations

import re

import pytest
from django.apps import apps

from tests.docs.reading import GLOSSARY, ROOT, tables

pytestmark = [pytest.mark.lint, pytest.mark.once]


def rows() -> list[list[str]]:
    """Give the rows of all tables of the glossary."""
    return [row for table in tables(GLOSSARY.read_text(encoding="utf-8")) for row in table]


def house_models() -> set[str]:
    """Name the models of the house."""
    return {model.__name__ for model in apps.get_models() if model.__module__.startswith("madoguchi.")}


def test_every_model_has_a_row():
    explained = {row[0].strip("`") for row in rows()}
    lacking = house_models() - explained
    assert not lacking, f"add a row to docs/glossary.md for: {sorted(lacking)}"


def test_no_row_names_a_model_that_is_gone():
    capitalised = {row[0].strip("`") for row in rows() if row[0].strip("`")[:1].isupper()}
    gone = capitalised - house_models()
    assert not gone, f"take out of docs/glossary.md, these models are gone: {sorted(gone)}"


def test_terms_stand_once_and_are_explained():
    terms = [row[0] for row in rows()]
    assert sorted(set(terms)) == sorted(terms)
    for row in rows():
        assert len(row) == 4, row
        assert all(cell for cell in row), f"a cell is empty: {row}"
        assert re.search(r"[ぁ-ゖァ-ヺ一-鿿]", row[1]), f"no Japanese: {row}"


def test_sources_exist():
    for row in rows():
        for path in re.findall(r"`(madoguchi/[^`]+)`", row[3]):
            assert (ROOT / path).is_file(), f"{row[0]}: {path} is not there"
