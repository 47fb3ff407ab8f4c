"""The registers of the fictional city: sound, with rows that the demo shows, and loaded once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from madoguchi.blocks.people.testing import DAY, NOW, office_make
from madoguchi.blocks.registers.actions import RowsRejected, record_change
from madoguchi.blocks.registers.importing.columns import mapping_propose
from madoguchi.blocks.registers.models import Record, Version
from madoguchi.blocks.registers.sample import registers_load
from madoguchi.blocks.registers.schema import schema_get, schemas_all
from madoguchi.blocks.registers.testing import KEEPER
from madoguchi.config.environment import SAMPLE_CITY
from madoguchi.kernel.declarations import declarations_lint
from madoguchi.kernel.rights import system_viewer
from tests.registers.city import SERVICE, city_declared, city_publish

ROWS = {
    "aed": 14, "shelters": 13, "hospitals": 5, "nurseries": 12, "libraries": 5, "fire_stations": 5, "housing": 5, "events": 5,
    "garbage_days": 5, "garbage_items": 16, "population": 5,
}  # fmt: skip
HOUSE = system_viewer(on=DAY, duty="試験")


def test_the_declarations_are_sound_and_complete() -> None:
    loaded = city_declared()
    assert [issue.as_data() for issue in declarations_lint(loaded)] == []
    registers = {key: one.model for (kind, key), one in loaded.declarations.items() if kind == "register"}
    assert set(registers) == set(ROWS)
    for key, model in registers.items():
        assert model.rules, key
        assert model.views, key
        assert model.statistics, key
        assert model.natural, key
        assert "#property" in model.upload_names, key
        refused = [sample for sample in model.samples if sample.refused]
        assert 0 < len(refused) < len(model.samples), key
        plain = [field for field in model.fields if field.type == "text" and not field.pattern]
        assert len(plain) <= len(model.fields) * 2 // 3, key


@pytest.mark.django_db
def test_the_rows_of_the_demo_are_loaded_once_and_left_alone_after() -> None:
    city_publish(city_declared())
    office_make(name="みどり課")
    lead = office_make(name="デジタル推進課")
    assert registers_load(SAMPLE_CITY, actor=HOUSE, now=NOW) == sum(ROWS.values())
    for key, count in ROWS.items():
        assert Version.objects.filter(register=key, current=True).count() == count, key
    assert set(Record.objects.values_list("office", flat=True)) == {lead.pk}

    record = Record.objects.get(register="libraries", number="L-001")
    was = Version.objects.get(record=record, current=True).payload
    record_change(
        actor=KEEPER, register="libraries", number=record.number, values={**was, "note": "工事中"}, on=DAY, revision=1,
        now=NOW + timedelta(minutes=1),
    )  # fmt: skip
    assert registers_load(SAMPLE_CITY, actor=HOUSE, now=NOW + timedelta(minutes=2)) == 0
    assert Version.objects.get(record=record, current=True).payload["note"] == "工事中"


@pytest.mark.django_db
def test_a_file_with_a_wrong_row_is_not_loaded_at_all(tmp_path) -> None:
    city_publish(city_declared())
    office_make(name="デジタル推進課")
    folder = tmp_path / "services" / "any" / "samples"
    folder.mkdir(parents=True)
    (folder / "unknown.csv").write_text("名称\nどこにもない台帳\n", encoding="utf-8")
    (folder / "libraries.csv").write_text(
        "館名,住所\n一館,みなも市一番町\n,みなも市二番町\n", encoding="utf-8"
    )
    with pytest.raises(RowsRejected):
        registers_load(tmp_path, actor=HOUSE, now=NOW)
    assert not Record.objects.exists()


@pytest.mark.django_db
def test_every_register_knows_the_headings_that_it_writes_and_its_own_keys() -> None:
    city_publish(city_declared())
    for schema in schemas_all():
        keys = list(schema.fields)
        labels = [schema.label(key, "ja") for key in keys]
        assert len(set(labels)) == len(labels), schema.key
        expected = {"number": "number", "office": "office"} | {key: key for key in keys}
        assert mapping_propose(schema, list(expected)) == expected, schema.key
        by_label = dict(zip(labels, keys, strict=True)) | {"番号": "number", "組織": "office"}
        assert mapping_propose(schema, list(by_label)) == by_label, schema.key
        for field in schema.model.fields:
            for name in field.names:
                assert mapping_propose(schema, [name]) == {name: field.key}, (schema.key, name)
    assert schema_get("aed").model.service == SERVICE.name
