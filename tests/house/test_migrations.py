"""Every table is made whole, in one operation: nothing is added behind it that could stand in it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import models
from django.db.migrations import AddConstraint, AddField, AddIndex, AlterField, CreateModel
from django.db.migrations.loader import MigrationLoader

from tools.migration_fold import folded

pytestmark = pytest.mark.once


def ours() -> list[Any]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return [one for one in loader.disk_migrations.values() if one.__module__.startswith("madoguchi.")]


@pytest.mark.lint
def test_migrations_are_folded():
    assert len(ours()) > 5
    for migration in ours():
        made = {one.name.lower() for one in migration.operations if isinstance(one, CreateModel)}
        behind = [one.describe() for one in migration.operations
                  if isinstance(one, AddField | AddConstraint | AddIndex) and one.model_name_lower in made]  # fmt: skip
        assert behind == [], f"{migration}: fold it with tools.migration_fold ({behind[0]})"


def created(name: str, **fields: Any) -> CreateModel:
    return CreateModel(name, [("id", models.BigAutoField(primary_key=True)), *fields.items()])


def test_a_table_comes_after_the_tables_that_it_names_and_takes_up_what_was_added():
    party = models.ForeignKey("people.party", models.PROTECT)
    rule = models.UniqueConstraint(fields=["party"], name="one")
    index = models.Index(fields=["party"], name="by_party")
    operations = [
        created("Mandate"), created("Party"),
        AddField("mandate", "grantor", party), AddIndex("mandate", index), AddConstraint("mandate", rule),
    ]  # fmt: skip
    first, second = folded(operations, "people")
    assert (first.name, second.name) == ("Party", "Mandate")
    assert [name for name, _field in second.fields] == ["id", "grantor"]
    assert second.options == {"constraints": [rule], "indexes": [index]}


def test_what_belongs_to_an_earlier_table_stays_behind_and_anything_else_is_left_alone():
    later = AddConstraint("office", models.UniqueConstraint(fields=["key"], name="one"))
    assert folded([later, created("Party")], "people")[-1] is later
    changed = AlterField("party", "id", models.BigAutoField(primary_key=True))
    with pytest.raises(SystemExit, match="makes tables"):
        folded([created("Party"), changed], "people")
