"""Every type of column comes back as it was, on the database of this pass and through the portable text."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.test.utils import isolate_apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.config.backup.columns import KINDS, FieldNotPortable, columns_of, reader_for, writer_for
from madoguchi.config.backup.load import _rows_insert
from madoguchi.config.backup.write import _line, _rows


@pytest.mark.lint
def test_every_column_of_the_house_is_portable():
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed:
            columns_of(model)


@isolate_apps("madoguchi.config")
def test_an_unknown_type_is_named():
    class Strange(models.Field):
        def get_internal_type(self):
            return "StrangeField"

    class Holder(models.Model):  # noqa: DJ008
        odd = Strange()

        class Meta:
            app_label = "config"

    with pytest.raises(FieldNotPortable, match=r"odd.*StrangeField"):
        columns_of(Holder)


FIRST, LAST = datetime(1, 1, 2), datetime(9999, 12, 30)  # noqa: DTZ001
FIELDS: dict[str, tuple[models.Field[Any, Any], st.SearchStrategy[Any]]] = {
    "at": (
        models.DateTimeField(null=True),
        st.datetimes(min_value=FIRST, max_value=LAST, timezones=st.just(UTC)),
    ),
    "on": (models.DateField(null=True), st.dates()),
    "clock": (models.TimeField(null=True), st.times()),
    "lasts": (models.DurationField(null=True), st.timedeltas(timedelta(days=-99999), timedelta(days=99999))),
    "share": (
        models.DecimalField(null=True, max_digits=14, decimal_places=3),
        st.decimals(min_value=-(10**10), max_value=10**10, places=3),
    ),
    "rate": (models.FloatField(null=True), st.floats(allow_nan=False, allow_infinity=False)),
    "key": (models.UUIDField(null=True), st.uuids()),
    "payload": (
        models.JSONField(null=True),
        st.recursive(
            st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc漢", max_size=4), inner, max_size=3),
            max_leaves=6,
        ),
    ),
    "open": (models.BooleanField(null=True), st.booleans()),
    "body": (models.BinaryField(null=True), st.binary()),
    "words": (models.TextField(null=True), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))),
    "small": (models.PositiveSmallIntegerField(null=True), st.integers(0, 32767)),
    "big": (models.BigIntegerField(null=True), st.integers(-(2**63), 2**63 - 1)),
    "address": (models.GenericIPAddressField(null=True), st.ip_addresses().map(str)),
}  # fmt: skip
PLANTED: list[dict[str, Any]] = [
    {},
    {
        "at": datetime(2026, 3, 31, 23, 59, 59, 999999, tzinfo=UTC),
        "on": date(1868, 10, 23),
        "clock": time(0, 0, 0, 1),
        "share": Decimal("0.100"),
        "payload": {"住所": "葛󠄀城市", "n": None, "x": [1.5, 10**15, "\U0001f3e0", "\\u0000"], "空": {}},
        "words": "葛󠄀城市 👨‍👩‍👧‍👦 𠮷野家 \r\n\t\"'\\ \x7f \x1f \u2028",
        "body": bytes(range(256)),
    },
    {"words": "漢" * 2_000_000, "body": b""},
    {"words": "", "payload": "", "at": datetime(1, 1, 2, tzinfo=UTC), "open": False},
]


def test_every_kind_is_tried():
    assert {KINDS[field.get_internal_type()] for field, _values in FIELDS.values()} | {"int"} == set(
        KINDS.values()
    )


@pytest.fixture
def table(installed):
    with isolate_apps("madoguchi.config"):
        model = type(
            "EveryKind",
            (models.Model,),
            {
                "__module__": __name__,
                "Meta": type("Meta", (), {"app_label": "config"}),
                **{name: field.clone() for name, (field, _values) in FIELDS.items()},
            },
        )
        with connection.schema_editor() as editor:
            editor.create_model(model)
        yield model


def dumped(model: type[models.Model]) -> list[bytes]:
    columns = columns_of(model)
    readers = [(i, read) for i, c in enumerate(columns) if (read := reader_for(c, connection)) is not None]
    return [_line(row, readers) for rows in _rows(model) for row in rows]


def brought_back(model: type[models.Model], lines: list[bytes]) -> None:
    columns = columns_of(model)
    writers = [(i, write) for i, c in enumerate(columns) if (write := writer_for(c, connection)) is not None]
    rows = [json.loads(line) for line in lines]
    for row in rows:
        for place, write in writers:
            row[place] = write(row[place])
    model._base_manager.all().delete()
    _rows_insert(model._meta.db_table, columns, iter(rows))


def there_and_back(model: type[models.Model], rows: list[dict[str, Any]]) -> None:
    for values in rows:
        model._base_manager.create(**values)
    before = list(model._base_manager.order_by("pk").values())
    lines = dumped(model)
    brought_back(model, lines)
    after = list(model._base_manager.order_by("pk").values())
    assert [
        {k: bytes(v) if k == "body" and v is not None else v for k, v in row.items()} for row in after
    ] == [{k: bytes(v) if k == "body" and v is not None else v for k, v in row.items()} for row in before]
    # Not only what the framework sees is the same, but also what a second dump would say.
    assert dumped(model) == lines
    assert all(type(a["payload"]) is type(b["payload"]) for a, b in zip(after, before, strict=True))


def test_planted_values_come_back(table):
    there_and_back(table, PLANTED)


def test_sql_null_and_json_null_stay_apart(table):
    table._base_manager.create(payload=models.Value(None, models.JSONField()))
    table._base_manager.create(payload=None)
    brought_back(table, dumped(table))
    column = "payload::text" if connection.vendor == "postgresql" else "payload"
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {column} FROM "{table._meta.db_table}" ORDER BY id')
        assert cursor.fetchall() == [("null",), (None,)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries({}, optional={name: values for name, (_field, values) in FIELDS.items()}))
def test_any_values_come_back(table, values):
    table._base_manager.all().delete()
    there_and_back(table, [values])
